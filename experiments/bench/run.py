"""Run the benches that exist and write their ratios."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
from pathlib import Path

from threadpoolctl import threadpool_limits

BENCHES = {
    "batch": "experiments.bench.batch:measure",
    "booklet": "experiments.bench.booklet:measure",
    "desk": "experiments.bench.desk:measure",
    "economics": "experiments.bench.economics:measure",
    "intake": "experiments.bench.intake:measure",
    "intake_xlsx": "experiments.bench.intake:measure_xlsx",
    "intake_xlsx_numbers": "experiments.bench.intake:measure_xlsx_numbers",
    "meetings": "experiments.bench.meetings:measure",
    "predict": "experiments.bench.predict:measure",
    "predict_full": "experiments.bench.predict_full:measure",
    "package": "experiments.bench.package:measure",
    "serving": "experiments.bench.serving:measure",
    "serving_new": "experiments.bench.serving:measure_new",
    "smaa": "experiments.bench.smaa:measure",
    "shortlist_100k": "experiments.bench.shortlist:measure_100k",
    "shortlist_1m": "experiments.bench.shortlist:measure_1m",
}
COLUMNS = ("ratio", "spread", "ours_seconds", "bare_seconds")
"""What every bench measures; what one measures beside it stands behind these."""


def available() -> list[str]:
    """Names of the benches whose module is there."""
    return [name for name, target in BENCHES.items() if importlib.util.find_spec(target.partition(":")[0])]


def run(names: list[str], *, random_state: int = 0, repeats: int = 7) -> dict[str, dict[str, float]]:
    """Measure the named benches one after another, with one BLAS thread."""
    results = {}
    with threadpool_limits(limits=1, user_api="blas"):
        for name in names:
            module, _, function = BENCHES[name].partition(":")
            measure = getattr(importlib.import_module(module), function)
            results[name] = measure(random_state=random_state, repeats=repeats)
            print(_line(name, results[name]), flush=True)
    return results


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m experiments.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all when none is given")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--repeats", type=int, default=7, help="timed runs of each side, at least 7")
    parser.add_argument("--random-state", type=int, default=0)
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(available()))
    if unknown:
        parser.error(f"unknown bench {', '.join(unknown)}; choose from {', '.join(available())}")
    print(f"{'bench':<20}{'ratio':>8}{'spread':>9}{'ours, s':>12}{'bare, s':>12}")
    results = run(options.names or available(), random_state=options.random_state, repeats=options.repeats)
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def _line(name: str, figures: dict[str, float]) -> str:
    more = [f"  {key.replace('_', ' ')} {_figure(value)}" for key, value in figures.items() if key not in COLUMNS]
    return (
        f"{name:<20}{figures['ratio']:>8.3f}{figures['spread']:>9.3f}"
        f"{figures['ours_seconds']:>12.6f}{figures['bare_seconds']:>12.6f}" + "".join(more)
    )


def _figure(value: float) -> str:
    """A figure to three digits, or whole: an NDCG of .964 is not 1."""
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"
