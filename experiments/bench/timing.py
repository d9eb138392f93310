"""Time two functions against each other, run by run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

LEAST_RUNS = 7


def compare(ours: Callable[[], object], bare: Callable[[], object], *, repeats: int = LEAST_RUNS) -> dict[str, float]:
    """Alternate both functions and compare their medians.

    Parameters
    ----------
    ours, bare
        Functions without arguments; each is run once before the clock starts.
    repeats
        Timed runs of each.

    Returns
    -------
    dict
        ``ratio`` of the medians, ``ours_seconds``, ``bare_seconds`` (medians), ``spread``: half the interquartile range
        of the ratios run by run.

    Raises
    ------
    ValueError
        When ``repeats`` is below seven: a median of fewer runs says too little on a shared machine.

    Examples
    --------
    >>> sorted(compare(lambda: sum(range(10)), lambda: sum(range(10))))
    ['bare_seconds', 'ours_seconds', 'ratio', 'spread']
    """
    if repeats < LEAST_RUNS:
        raise ValueError(f"repeats={repeats}; at least {LEAST_RUNS} runs are needed")
    ours(), bare()
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(repeats)]
    ours_median = statistics.median(pair[0] for pair in pairs)
    bare_median = statistics.median(pair[1] for pair in pairs)
    first, _, third = statistics.quantiles([mine / theirs for mine, theirs in pairs], n=4)
    return {
        "ratio": ours_median / bare_median,
        "ours_seconds": ours_median,
        "bare_seconds": bare_median,
        "spread": (third - first) / 2,
    }


def _seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
