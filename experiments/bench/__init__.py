"""Speed, as ratios to a bare baseline of the same process: ``python -m experiments.bench [NAME ...] --out FILE.json``.

The contract of a bench
-----------------------
A bench is a function without required arguments::

    def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]

that returns ``{"ratio", "ours_seconds", "bare_seconds", "spread"}``: ``ratio = ours_seconds / bare_seconds``, seconds
are medians over at least seven runs that alternate ours and bare, ``spread`` is half the interquartile range of the
per-run ratios. It asserts that ours and bare give equal results before it times them, and prints nothing: the frame
prints. ``experiments.bench.timing.compare(ours, bare, repeats=...)`` does the timing and returns that dict.

``experiments.bench.run.BENCHES`` maps a name to ``"module:function"``: ``predict`` is
``experiments.bench.predict:measure``, ``shortlist_100k`` and ``shortlist_1m`` are
``experiments.bench.shortlist:measure_100k`` and ``:measure_1m``. Names whose module is not there are not listed.
The frame runs every bench with one BLAS thread.
"""
