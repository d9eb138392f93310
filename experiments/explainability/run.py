"""Fit line, additive and free boosting to the same outcomes, judge them on others, print what explaining costs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring import hazards
from experiments.horizon import fit_horizon
from experiments.province_simulator.province import simulate
from experiments.sba_outcomes.loans import Loans, read_loans, years_since
from features import FULL_SCHEMA
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.cohort.landmarks import describe
from training.evaluation.judged_table import brier, paired_gain, probability_metrics
from training.evaluation.walk_forward import Split, walk_forward
from training.models.hazard_spec import HazardRecipe, HeadKind
from training.models.outcomes import point_fit
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

FREE = HazardRecipe(learner=HeadKind.BLEND, share=1.0, iterations=150, rate=0.06, leaves=8)
ADDITIVE = replace(FREE, additive=True)
RECIPES = {
    "line": HazardRecipe(),
    "additive": ADDITIVE,
    "free": FREE,
    "line + additive": replace(ADDITIVE, share=0.5),
    "line + free": replace(FREE, share=0.5),
}
"""The same trees with and without interactions, alone and averaged with the line on the scale of the score."""

PAIRS = (("free", "additive"), ("line + free", "line + additive"), ("line + additive", "line"))
LEAST_OF_LENDER = 20
CATEGORIES = ("bank", "bank_state", "state", "naics2", "product")


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    options = _options(arguments)
    results: dict[str, Any] = {}
    if options.loans:
        loans = read_loans(options.loans)
        for until, last in zip(options.train_until, options.test_until, strict=True):
            name = f"loans until {until.date()}, judged until {last.date()}"
            results[name] = small_firms(loans, *years_since(pd.Series([until, last])))
            print(printed({name: results[name]}), flush=True)
    for seed in range(options.seeds):
        name = f"SYNTHETIC province of {options.units} units, seed {seed}"
        results[name] = province(options.units, seed)
        print(printed({name: results[name]}), flush=True)
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def province(units: int, seed: int) -> dict[str, Any]:
    """Feasibility in a synthetic province, units held out in folds; its truth has four interactions."""
    made = simulate(units, seed=seed)
    described = describe(lambda day: made.units[made.units["as_of"] <= day], made.events, FULL_SCHEMA, as_of=made.as_of)
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())

    def judged(recipe: HazardRecipe) -> pd.DataFrame:
        return walk_forward(
            described,
            made.events,
            point_fit(priors, recipe=recipe, random_state=seed),
            as_of=made.as_of,
            prior_probability=priors.feasibility,
            split=Split.UNIT,
            random_state=seed,
        ).outcomes

    return _compared(judged)


def small_firms(loans: Loans, until: float, last: float) -> dict[str, Any]:
    """Charge-off of loans approved after a day, learnt from the random part before it (hindsight label)."""
    known = loans.where(loans.random & ~np.isnan(loans.charged_off))
    seen, ahead = known.where(known.years <= until), known.where((known.years > until) & (known.years <= last))
    schema, X, Z = _matrices(seen, ahead)

    def judged(recipe: HazardRecipe) -> pd.DataFrame:
        weights = seen.weights / seen.weights.mean()
        model = fit_horizon(X, seen.charged_off, schema, recipe=recipe, weights=weights, draws=2)
        return pd.DataFrame(
            {
                "unit_id": ahead.key.astype(str),
                "origin": ahead.years,
                "label": ahead.charged_off,
                "probability": hazards.point(model, Z, head="restart"),
                "prior_probability": float(np.average(seen.charged_off, weights=weights)),
                "weight": ahead.weights,
            }
        )

    return _compared(judged)


def printed(results: dict[str, Any]) -> str:
    """Print results as a table."""
    lines = []
    for name, found in results.items():
        lines += ["", f"{name}: {found['rows']} outcomes", f"{'':<22}{'Brier':>8}{'log loss':>10}{'AUC':>8}{'s':>7}"]
        lines += [
            f"{learner:<22}{one['brier']:>8.4f}{one['log_loss']:>10.4f}{one['auc']:>8.3f}{one['seconds']:>7.1f}"
            for learner, one in found["learners"].items()
        ]
        lines += [
            f"{pair}: Brier lower by {one['gain']:+.4f} [{one['low']:+.4f}, {one['high']:+.4f}]"
            for pair, one in found["gains"].items()
        ]
    return "\n".join(lines)


def _compared(judged: Callable[[HazardRecipe], pd.DataFrame]) -> dict[str, Any]:
    tables, learners = {}, {}
    for name, recipe in RECIPES.items():
        began = perf_counter()
        tables[name] = judged(recipe)
        seconds = perf_counter() - began
        figures = probability_metrics(tables[name], "probability")
        learners[name] = {key: figures[key] for key in ("brier", "log_loss", "auc")} | {"seconds": seconds}
    gains = {}
    for one, other in PAIRS:
        both = tables[one].assign(other=tables[other]["probability"])
        gain = paired_gain(both, "probability", "other", loss=brier)
        gains[f"{one} over {other}"] = {"gain": gain.gain, "low": gain.low, "high": gain.high}
    return {"rows": len(tables["line"]), "learners": learners, "gains": gains}


def _matrices(seen: Loans, ahead: Loans) -> tuple[FeatureSchema, pd.DataFrame, pd.DataFrame]:
    numbers = [name for name in seen.table.columns if seen.table[name].dtype.kind == "f"]
    kinds = dict.fromkeys(numbers, FeatureKind.NUMBER) | dict.fromkeys(CATEGORIES, FeatureKind.CATEGORY)
    schema = FeatureSchema(tuple(FeatureSpec(name, "loan", kind, "", "", "", ()) for name, kind in kinds.items()))
    X, Z = seen.table[numbers].astype(float), ahead.table[numbers].astype(float)
    for name in CATEGORIES:
        counts = seen.table[name].value_counts()
        levels = {level: float(code) for code, level in enumerate(sorted(counts.index[counts >= LEAST_OF_LENDER]))}
        X[name], Z[name] = (each.table[name].map(levels).astype(float) for each in (seen, ahead))
    return schema, X, Z


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.explainability", description=__doc__)
    parser.add_argument("--units", type=int, default=10_000, metavar="N", help="units of each synthetic province")
    parser.add_argument("--seeds", type=int, default=1, help="how many provinces; 0 for none")
    parser.add_argument("--loans", type=Path, nargs="+", metavar="FILE.parquet", help="loans to small firms as well")
    for name, day in (("--train-until", "1999-12-31"), ("--test-until", "2002-12-31")):
        parser.add_argument(name, type=pd.Timestamp, nargs="+", metavar="DATE", default=[pd.Timestamp(day)])
    parser.add_argument("--out", type=Path, metavar="FILE.json")
    return parser.parse_args(arguments)
