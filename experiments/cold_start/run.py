"""What is known of a province on the first day and after some outcomes, with a right table and with wrong ones."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from engine.shards import each
from engine.shards.cluster import workers_at
from experiments.cold_start.learners import LEARNERS, Said
from experiments.cold_start.world import Scenario, World, world
from experiments.workers import add_cluster

if TYPE_CHECKING:
    from distributed import Client

OUTCOMES = (0, 50, 200, 1000, 5000)
ASKED = 2000
"""Units that are judged; their outcomes are never learnt from."""

TOP = 20

Floats = npt.NDArray[np.float64]
Figures = dict[str, dict[str, dict[str, dict[str, Any]]]]


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print tables, write JSON."""
    options = _options(arguments)
    with workers_at(options.cluster) as client:
        results = study(options.seeds, options.outcomes, client=client, processes=None)
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def study(
    seeds: int, outcomes: tuple[int, ...] = OUTCOMES, *, client: Client | None = None, processes: int | None = 1
) -> Figures:
    """Run all scenarios.

    Parameters
    ----------
    seeds
        Provinces of each scenario.
    outcomes
        Matured outcomes that learners see.
    client, processes
        Who works through the provinces, as `engine.shards.each` takes them; the figures are the same.

    Returns
    -------
    dict
        Scenario -> outcomes -> learner -> figure -> ``mean, low, high``: mean over provinces, and the 5 % and 95 %
        quantiles of its bootstrap distribution.
    """
    results: Figures = {}
    for scenario in Scenario:
        found = each(partial(_province, scenario, outcomes), range(seeds), client=client, processes=processes)
        results[scenario.value] = {
            str(count): {name: _summary([one[count, name] for one in found]) for name in LEARNERS} for count in outcomes
        }
    return results


def _province(scenario: Scenario, outcomes: tuple[int, ...], seed: int) -> dict[tuple[int, str], dict[str, float]]:
    made = world(scenario, units=max(outcomes) + ASKED, seed=seed)
    asked = np.arange(len(made.chance) - ASKED, len(made.chance))
    return {
        (count, name): judged(learner(made, np.arange(count), asked), made, asked)
        for count in outcomes
        for name, learner in LEARNERS.items()
    }


def judged(said: Said, made: World, asked: npt.NDArray[np.intp]) -> dict[str, float]:
    """Figures of one learner in one province, over the units asked for.

    Parameters
    ----------
    said
        What the learner says.
    made
        The province.
    asked
        Its units.
    """
    label, chance, size = made.restart[asked] * made.durable[asked], made.chance[asked], made.jobs[asked]
    low, point, high = said.chance.T
    fewest, middle, most = said.jobs.T
    worth = chance * size
    best = np.sort(worth)[-TOP:].sum()
    chosen = np.argsort(-said.expected, kind="stable")[:TOP]
    return {
        "auc": float(roc_auc_score(label, point)),
        "brier_skill": float(1 - ((label - point) ** 2).mean() / ((label - label.mean()) ** 2).mean()),
        "feasibility_coverage_80": float(((low <= chance) & (chance <= high)).mean()),
        "jobs_mae_log": float(np.abs(np.log(size) - np.log(middle)).mean()),
        "jobs_coverage_80": float(((fewest <= size) & (size <= most)).mean()),
        "top20_jobs_share_of_oracle": float(worth[chosen].sum() / best),
    }


def printed(results: Figures) -> str:
    """Print results as tables."""
    lines = []
    for scenario, by_count in results.items():
        titles = [name.replace("_", " ") for name in next(iter(next(iter(by_count.values())).values()))]
        lines += ["", scenario, f"{'outcomes':>9} {'learner':<11}" + "".join(f"{title:>28}" for title in titles)]
        for count, by_learner in by_count.items():
            for learner, found in by_learner.items():
                cells = "".join(
                    f"{one['mean']:>10.3f} [{one['low']:.3f}, {one['high']:.3f}]".rjust(28) for one in found.values()
                )
                lines.append(f"{count:>9} {learner:<11}{cells}")
    return "\n".join(lines)


def _summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(rows), size=(2000, len(rows)))
    found = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        low, high = np.quantile(values[drawn].mean(axis=1), [0.05, 0.95])
        found[name] = {"mean": float(values.mean()), "low": float(low), "high": float(high)}
    return found


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.cold_start", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="provinces of each scenario")
    parser.add_argument(
        "--outcomes", type=int, nargs="+", default=OUTCOMES, help="matured outcomes that are learnt from"
    )
    add_cluster(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    options = parser.parse_args(arguments)
    options.outcomes = tuple(options.outcomes)
    return options
