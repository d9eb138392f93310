"""Retrain as a log grows: is a better model put to work, a worse one not, and do the figures hold that people read?"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import scoring
from engine.domain.prediction import Output, columns
from engine.domain.standing import HALF_CAPACITY
from engine.ranking.terms import TOP
from engine.scoring.artefact import Model
from engine.scoring.design import clipped
from engine.scoring.jobs import JobsHeads
from experiments.province_simulator.judged_jobs import judged_jobs
from experiments.province_simulator.province import Province
from experiments.province_simulator.register import standing
from experiments.retraining.alarms import group_alarms
from experiments.retraining.lives import JudgedChallenger, life, world
from experiments.retraining.stories import UNITS as STORY_UNITS
from experiments.retraining.stories import stories
from features import matrix
from training.evaluation.judged_table import coverage_metrics, probability_metrics
from training.gates.rules import MARGIN

Floats = npt.NDArray[np.float64]

UNITS = 1500
TRIALS = 1
BETTER = 0.0005
"""A challenger is truly better when its mean squared error against the truth is lower by this much, truly worse when it
is higher by the margin of the gate."""


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m experiments.retraining", description=__doc__)
    parser.add_argument("--stories", action="store_true", help="first trainings as README tells them, one a province")
    parser.add_argument("--seeds", type=int, default=4, help="worlds")
    parser.add_argument("--units", type=int, help=f"units of each ({UNITS}, of stories {STORY_UNITS})")
    parser.add_argument("--trials", type=int, default=TRIALS, help="settings that each search tries; 1: the usual ones")
    parser.add_argument("--first-seed", type=int, default=0, help="seed of the first world")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    options = parser.parse_args(arguments)
    if options.stories:
        told = stories(options.seeds, units=options.units or STORY_UNITS, first_seed=options.first_seed)
        if options.out:
            options.out.write_text(json.dumps({"synthetic": True, "stories": told}, indent=2) + "\n", encoding="utf-8")
        return 0
    units = options.units or UNITS
    results: dict[str, Any] = {}
    for results in study(options.seeds, units=units, trials=options.trials, first_seed=options.first_seed):
        if options.out:  # after each world: a study that is stopped leaves what it found
            options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(printed(results))
    return 0


def study(seeds: int, *, units: int = UNITS, trials: int = TRIALS, first_seed: int = 0) -> Iterator[dict[str, Any]]:
    """Run all worlds; after each, the figures of those that have been run.

    Parameters
    ----------
    seeds, first_seed
        How many worlds, and the seed of the first.
    units
        Units of each.
    trials
        Settings that each search tries.

    Yields
    ------
    dict
        Shares 0..1; ``None`` where nothing could be measured. ``counts`` says of how many.
    """
    lives: list[list[JudgedChallenger]] = []
    ends: list[dict[str, float | None]] = []
    for seed in range(first_seed, first_seed + seeds):
        province, lived = world(units, seed), []
        for judged in life(province, trials=trials):
            lived.append(judged)
            print(f"  world {seed}: {_said(judged)}", file=sys.stderr, flush=True)
        lives.append(lived)
        if usual := _usual(lived):
            ends.append(_last(province, usual[-1]))
        yield {"synthetic": True, "units": units, **_figures(lives, ends)}


def _figures(lives: list[list[JudgedChallenger]], ends: list[dict[str, float | None]]) -> dict[str, Any]:
    first, again, retrained = _turns(lives)
    better = [each for each in retrained if each.error <= each.champion_error - BETTER]
    worse = [each for each in retrained if each.error >= each.champion_error + MARGIN]
    usual = _usual([*first, *retrained])
    alarms, caught = group_alarms([each.evidence.outcomes for each in usual])
    return {
        "worlds": len(lives),
        "margins": {"better_mse": BETTER, "worse_mse": MARGIN},
        "replaced_when_better": _share([each.passes for each in better]),
        "replaced_when_worse": _share([each.passes for each in worse]),
        "first_training_promoted": _share([each.passes for each in first]),
        "false_group_alarm": _share(alarms),
        "group_power_100_30": _share(caught),
        **{name: _mean([end[name] for end in ends]) for name in ENDS},
        "by_world": ends,
        "counts": {
            "first": len(first),
            "first_again": len(again),
            "retrained": len(_usual(retrained)),
            "better": len(better),
            "worse": len(worse),
            "alarms": len(alarms),
            "power": len(caught),
        },
        "shut": _shut(usual),
        "lives": [_line(each) for each in [*first, *again, *retrained]],
    }


def _turns(
    lives: list[list[JudgedChallenger]],
) -> tuple[list[JudgedChallenger], list[JudgedChallenger], list[JudgedChallenger]]:
    """First trainings, those of a later day on which nothing was at work yet, and retrainings."""
    first: list[JudgedChallenger] = []
    again: list[JudgedChallenger] = []
    retrained: list[JudgedChallenger] = []
    for lived in lives:
        usual = _usual(lived)
        first += usual[:1]
        again += [judged for judged in usual[1:] if np.isnan(judged.champion_error)]
        retrained += [judged for judged in lived if not np.isnan(judged.champion_error)]
    return first, again, retrained


def _usual(lived: list[JudgedChallenger]) -> list[JudgedChallenger]:
    return [judged for judged in lived if judged.name == "usual"]


ENDS = (
    "unit_interval_coverage", "estimate_interval_coverage", "top20_said", "top20_true", "calibration_slope",
    "jobs_coverage_walk_forward", "jobs_coverage_truth",
)  # fmt: skip


def _last(province: Province, judged: JudgedChallenger) -> dict[str, float | None]:
    """What the figures of a last model hold, against the truth of units idle on the last day."""
    model, truth = judged.model, province.truth
    true = truth.loc[truth["feasibility_now"].notna(), "feasibility_now"]
    units = standing(province).loc[true.index]
    X = matrix(units, model.schema, model.fitted, as_of=province.as_of)
    said = scoring.predict(model, X, units, as_of=province.as_of)
    said, true = said[said["scorable"].astype(bool)], true[said["scorable"].astype(bool)]
    low, point, high = columns(Output.FEASIBILITY)
    top = said[point].sort_values(ascending=False, kind="stable").index[:TOP]
    unit = "feasibility_unit"
    known = f"{unit}_low" in said.columns
    return {
        "unit_interval_coverage": _held(said[f"{unit}_low"], true, said[f"{unit}_high"]) if known else None,
        "estimate_interval_coverage": _held(said[low], true, said[high]),
        "top20_said": float(said.loc[top, point].mean()),
        "top20_true": float(true.loc[top].mean()),
        "calibration_slope": probability_metrics(judged.evidence.outcomes, "probability")["calibration_slope"],
        "jobs_coverage_walk_forward": coverage_metrics(judged.evidence.jobs)["coverage_80"],
        "jobs_coverage_truth": _jobs_held(province, model),
    }


def _held(low: pd.Series, true: pd.Series, high: pd.Series) -> float:
    return float(((low <= true) & (true <= high)).mean())


def _jobs_held(province: Province, model: Model) -> float | None:
    """Coverage over restarts whose jobs nobody counted."""
    counted = province.events.loc[province.events["jobs"].notna(), "unit_id"]
    ran = province.restarts[province.restarts["capacity_share"] >= HALF_CAPACITY].drop_duplicates("unit_id")
    ran = ran[~ran["unit_id"].isin(counted)].set_index("unit_id").assign(origin=lambda rows: rows["restarted_on"])
    ready, _ = clipped(
        matrix(province.units, model.schema, model.fitted, as_of=province.as_of), model.document.ranges
    )  # fmt: skip
    table = judged_jobs(JobsHeads.of(model), ready, province.units, ran)
    return float(coverage_metrics(table)["coverage_80"]) if len(table) else None


def _said(judged: JudgedChallenger) -> str:
    """One challenger in a line, while the study runs."""
    shut = ", ".join(verdict.gate.value for verdict in judged.gates if not verdict.passed)
    end = "put to work" if judged.passes and judged.name == "usual" else "passes" if judged.passes else "refused"
    errors = f"{judged.error:.4f} (at work {judged.champion_error:.4f})"
    gain = judged.gates[0].facts["gain"]
    return f"{judged.day.date()} {judged.name:<6} error {errors} gain {gain:+.4f} {end}; shut: {shut}"


def _line(judged: JudgedChallenger) -> dict[str, Any]:
    first = judged.gates[0]
    names = ("gain", "gain_low", "gain_high", "units")
    return {
        "name": judged.name,
        "day": judged.day.date().isoformat(),
        "passes": judged.passes,
        "error": judged.error,
        "champion_error": None if np.isnan(judged.champion_error) else judged.champion_error,
        "shut": [verdict.gate.value for verdict in judged.gates if not verdict.passed],
        **{name: first.facts.get(name) for name in names},
    }


def _shut(judged: list[JudgedChallenger]) -> dict[str, int]:
    return dict(
        Counter(verdict.gate.value for each in judged for verdict in each.gates if not verdict.passed).most_common()
    )


def _share(found: list[bool]) -> float | None:
    return float(np.mean(found)) if found else None


def _mean(found: list[float | None]) -> float | None:
    known = [each for each in found if each is not None]
    return float(np.mean(known)) if known else None


ASKED = {
    "replaced_when_better": ">= .80", "replaced_when_worse": "<= .05", "first_training_promoted": ">= .90",
    "false_group_alarm": "<= .05", "group_power_100_30": ">= .80", "unit_interval_coverage": ".80 +- .07",
    "estimate_interval_coverage": "", "top20_said": "", "top20_true": "within .05 of said",
    "calibration_slope": "1 +- .15", "jobs_coverage_walk_forward": ".80 +- .05", "jobs_coverage_truth": ".80 +- .05",
}  # fmt: skip


def printed(results: dict[str, Any]) -> str:
    """Print the figures beside what is asked."""
    lines = [f"SYNTHETIC: {results['worlds']} worlds of {results['units']} units; counts {results['counts']}"]
    for name, asked in ASKED.items():
        value = results[name]
        lines.append(f"{name:<30}{'-' if value is None else f'{value:.3f}':>8}   {asked}")
    lines.append(f"gates found shut in usual trainings: {results['shut']}")
    return "\n".join(lines)
