"""Three simulated provinces: what pooling by summaries is worth at few outcomes and at many."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from experiments.provinces.learners import LEARNERS
from experiments.provinces.world import PROVINCES, country

BETWEEN = (0.25, 0.5, 1.0)
"""How much of what the table doubts lies between provinces; 1: they have nothing in common but the table."""
OUTCOMES = (50, 500, 5000)
ASKED = 2000
"""Units of each province that are judged; their outcomes are never learnt from."""

Floats = npt.NDArray[np.float64]
Figures = dict[str, dict[str, dict[str, dict[str, float]]]]


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print the table, write JSON."""
    options = _options(arguments)
    with threadpool_limits(limits=1):
        results = study(options.seeds, tuple(options.outcomes), asked=options.asked)
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def study(seeds: int, outcomes: tuple[int, ...] = OUTCOMES, *, asked: int = ASKED) -> Figures:
    """Run all countries.

    Parameters
    ----------
    seeds
        Countries of each kind.
    outcomes
        Ripe outcomes that each province has.
    asked
        Units of each province that are judged.

    Returns
    -------
    dict
        Share between provinces -> outcomes -> learner -> ``error`` (root mean square of the chance against the true
        one), ``auc`` of what came, and against the province alone ``better`` (mean of the difference of the mean square
        errors over countries, times 1e4) with ``low, high`` (90 %, Student).
    """
    results: Figures = {}
    for between in BETWEEN:
        found: dict[int, dict[str, list[tuple[float, float]]]] = {
            count: {name: [] for name in LEARNERS} for count in outcomes
        }
        for seed in range(seeds):
            made = country(between, units=max(outcomes) + asked, seed=seed)
            for count in outcomes:
                for name, learner in LEARNERS.items():
                    each = [_judged(learner, made, place, count, asked) for place in range(len(PROVINCES))]
                    found[count][name].append(
                        (float(np.mean([e for e, _ in each])), float(np.mean([a for _, a in each])))
                    )
        results[f"{between:g}"] = {
            str(count): {name: _summary(found[count], name) for name in LEARNERS} for count in outcomes
        }
    return results


def _judged(learner, made, place: int, count: int, asked: int) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Mean square error against the true chance, and area under the curve of what came."""
    province = made.provinces[place]
    seen = replace(province.seen, away=province.seen.away[-asked:], missing=province.seen.missing[-asked:])
    chance = learner(made, place, count, seen)
    error = float(((chance - province.chance[-asked:]) ** 2).mean())
    return error, float(roc_auc_score(province.label[-asked:], chance))


def _summary(rows: dict[str, list[tuple[float, float]]], name: str) -> dict[str, float]:
    errors, areas = np.array(rows[name]).T
    better = 1e4 * (np.array(rows["own"])[:, 0] - errors)
    n = len(better)
    reach = float(student.ppf(0.95, n - 1) * better.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    mean = float(better.mean())
    return {
        "error": float(np.sqrt(errors.mean())),
        "auc": float(areas.mean()),
        "better": mean,
        "low": mean - reach,
        "high": mean + reach,
    }


def printed(results: Figures) -> str:
    """Print results as a table."""
    lines = []
    for between, by_count in results.items():
        lines += [f"between provinces: {between} of what the table doubts"]
        lines += [f"{'outcomes':>9} {'learner':<12}{'error':>8}{'AUC':>7}   less mean square error than own, 1e-4"]
        for count, by_learner in by_count.items():
            for name, one in by_learner.items():
                less = "" if name == "own" else f"{one['better']:>10.2f} ({one['low']:.2f} to {one['high']:.2f})"
                lines.append(f"{count:>9} {name:<12}{one['error']:>8.4f}{one['auc']:>7.3f}{less}")
        lines.append("")
    return "\n".join(lines)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.provinces", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="countries of each kind")
    parser.add_argument("--outcomes", type=int, nargs="+", default=OUTCOMES, help="ripe outcomes of each province")
    parser.add_argument("--asked", type=int, default=ASKED, help="units of each province that are judged")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    return parser.parse_args(arguments)
