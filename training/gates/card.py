"""The model card: what a model is, what it was made from, how good it was found, what it must not be used for.

Sentences stand beside the code by which ``serving`` says them in other languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring.document import OUTCOMES, REPORTED, Document, OutcomesDocument
from engine.scoring.sections import JobsPart
from training.cohort.press_sample import HORIZON_MONTHS
from training.evaluation.candidate import Candidate
from training.statistics.reliability import reliability_table, wilson_interval

NAMES = {REPORTED: "Ehya, first model", OUTCOMES: "Ehya, model of outcomes"}

PURPOSE = {
    REPORTED: "Rank idle production units for a planner to look at; every figure is prior-driven.",
    OUTCOMES: "Rank idle production units for a planner to look at, by what came of units like them in this register.",
}

INTENDED_USE = {
    "rank_for_visits": "choose which idle units to visit and to offer first",
    "plan_events": "put together units for an event, with the chance and the jobs of each",
    "compare_outcomes": "be compared with what came of the units, and be replaced",
}

NOT_FOR = {
    "decide_without_visit": "deciding on one unit without a visit",
    "promise_to_investor": "telling an investor that a unit will come back",
    "effect_of_money": "estimating the effect of money: investment is scale, not a dose",
}

LIMITS = {
    REPORTED: {
        "press_selects": "news pages select large units and good news; no page follows units systematically, so "
        "failure after a revival is under-counted",
        "counts_disagree": "official counts call a unit revived without saying for how long, and neighbouring sources "
        "disagree",
        "first_day": "feasibility rests on an official revival rate and on prior effects of fields: some estimated on "
        "public records of other countries and shrunk, most assumed; press units, experts who were asked and "
        "ripe outcomes move them. Jobs rest on official averages and on the signs of size in a record. A missing field "
        "widens the interval",
        "unit_interval": "how far a unit may lie from its figure rests on an assumed difference between units whose "
        "records read alike; outcomes test averages and cannot check it",
        "few_units": "with some 170 units the province-out gain over the base rate is small",
    },
    OUTCOMES: {
        "one_register": "learnt from one register: nothing is said of other provinces",
        "approached_only": "outcomes are known of units that somebody approached or looked after; others may differ",
        "past_conditions": "the past is judged: a change of law, credit or prices is not in it",
        "unit_interval": "how far a unit may lie from its figure rests on an assumed difference between units whose "
        "records read alike; outcomes test averages and cannot check it",
    },
}

SYNTHETIC = {"synthetic": "made of a simulated province: the figures test the method and speak of no real unit"}

OUTPUTS = {
    "reported_status": "P(revived or partly at the report date) in the press sample",
    "feasibility": (
        f"P(restart within {HORIZON_MONTHS} months) x P(half of nominal capacity or more at month 12 | restart)"
    ),
    "feasibility_unit": "the same figure with the 80 % interval of the unit itself, not of the estimate",
    "jobs_if_revived": "direct jobs at month 12 minus jobs now, never below zero",
    "jobs_expected": "mean of feasibility x jobs_if_revived over common draws",
    "jobs_per_billion_rial": "draws of jobs_if_revived per billion rial of capital needed",
}

NEVER_INPUTS = (
    "mode of revival", "investment", "jobs reported", "capacity text", "area", "export", "investor", "confidence",
    "source", "whether a field is missing",
)  # fmt: skip


def card(
    candidate: Candidate,
    *,
    scores: Mapping[str, Any],
    jobs: Mapping[str, Any],
    groups: list[dict[str, Any]],
    change: Mapping[str, Any],
    code_version: str,
) -> dict[str, Any]:
    """Write the card of a judged candidate.

    Parameters
    ----------
    candidate
        What was fitted.
    scores, jobs, groups
        As ``training.gates.verdicts`` gives them.
    change
        What is different from the champion.
    code_version
        Of the code that trained it.

    Returns
    -------
    dict
        JSON-able; every entry is filled. It holds figures of groups and of all, never of one unit.
    """
    document = candidate.model.document
    kind, origin = document.kind, document.origin or REPORTED
    outcomes = candidate.evidence.outcomes
    return {
        "name": NAMES[kind],
        "version": document.version,
        "kind": kind,
        "origin": origin,
        "data_until": document.data_until,
        "period": _period(outcomes),
        "purpose": PURPOSE[kind],
        "intended_use": dict(INTENDED_USE),
        "not_for": dict(NOT_FOR),
        "outputs": {name: said for name, said in OUTPUTS.items() if name != "reported_status" or kind == REPORTED},
        "label": candidate.label,
        "inputs": list(document.features),
        "never_inputs": list(NEVER_INPUTS),
        "sample": dict(candidate.sample),
        "recipe": dict(candidate.recipe),
        "metrics": dict(candidate.metrics),
        "scores": dict(scores),
        "jobs_scores": dict(jobs),
        "groups": groups,
        "reliability": reliability_bins(outcomes),
        "coverage_by_sector": coverage_by_sector(candidate),
        "limits": LIMITS[kind] | (SYNTHETIC if origin == "synthetic" else {}),
        "change": dict(change),
        "data_digest": candidate.data_digest,
        "code_version": code_version,
        **_priors(document),
        **_jobs_basis(document),
    }


def jobs_basis(jobs: JobsPart) -> dict[str, Any]:
    """What the figures of jobs rest on: counts, promises that were checked, and what a reader must know of them.

    Examples
    --------
    >>> from engine.scoring.sections import PromiseRatio
    >>> ratio = PromiseRatio(overall=0.61234, sizes={}, cells={}, units=40)
    >>> nothing = {"design": (), "promise_centre": 0.0, "promise_scale": 1.0, "cuts": [], "group": [], "residuals": []}
    >>> counts = {"used": 55, "zero": 4, "set_aside": 0}
    >>> jobs = JobsPart(**nothing, ratio=ratio, refits=[[0.0]], refit_of=[], method="jackknife_plus", counts=counts)
    >>> jobs_basis(jobs)
    {'counts': {'used': 55, 'zero': 4, 'set_aside': 0}, 'intervals': 'jackknife_plus', 'realised': 0.6123,
     'promises': 40, 'assumed': False, 'notes': []}
    """
    return {
        "counts": {} if jobs.counts is None else jobs.counts.plain(),
        "intervals": jobs.method,
        "realised": _rounded(jobs.ratio.overall),
        "promises": jobs.ratio.units,
        "assumed": jobs.ratio.assumed,
        "notes": list(jobs.notes),
    }


def _jobs_basis(document: Document) -> dict[str, Any]:
    if isinstance(document, OutcomesDocument) and document.jobs.method:
        return {"jobs_basis": jobs_basis(document.jobs)}
    return {}


def reliability_bins(outcomes: pd.DataFrame) -> list[dict[str, Any]]:
    """Bins of forecasts beside what came of them, as plain values."""
    label, probability, weight = (outcomes[name].to_numpy(np.float64) for name in ("label", "probability", "weight"))
    table = reliability_table(label, probability, weight)
    kept = ["predicted", "happened", "happened_low", "happened_high", "count"]
    return [{name: _rounded(row[name]) for name in kept} for row in table.to_dict("records")]


def coverage_by_sector(candidate: Candidate) -> list[dict[str, Any]]:
    """Measured coverage of the intervals of jobs by sector, with Wilson intervals, largest sector first."""
    jobs, outcomes = candidate.evidence.jobs, candidate.evidence.outcomes
    known = jobs[jobs["jobs"].notna() & jobs["low"].notna()]
    sector = known["unit_id"].map(outcomes.drop_duplicates("unit_id").set_index("unit_id")["sector"]).fillna("-")
    held = (known["low"] <= known["jobs"]) & (known["jobs"] <= known["high"])
    by_unit = held.groupby([sector, known["unit_id"]]).mean()
    counted = by_unit.groupby(level=0).agg(["sum", "size"]).sort_values("size", ascending=False, kind="stable")
    return [
        {"sector": str(name), "units": int(size), "coverage": _rounded(held_sum / size), "low": low, "high": high}
        for name, held_sum, size in counted.itertuples()
        for low, high in [tuple(_rounded(end) for end in wilson_interval(float(held_sum), int(size)))]
    ]


def _priors(document: Document) -> dict[str, Any]:
    written = document.plain()
    return {name: written[name] for name in ("population", "official") if name in written}


def _period(outcomes: pd.DataFrame) -> dict[str, str]:
    days = pd.to_datetime(outcomes["origin"])
    days = days[days > pd.Timestamp(0)]
    if days.empty:
        return {"first": "-", "last": "-"}
    return {"first": days.min().date().isoformat(), "last": days.max().date().isoformat()}


def _rounded(value: Any) -> Any:
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else int(value)


def markdown(card: Mapping[str, Any]) -> str:
    """The card as a page of text.

    Examples
    --------
    >>> print(markdown({"name": "M", "limits": ["few units"], "sample": {"units": 3}}))
    # M
    <BLANKLINE>
    ## limits
    - few units
    <BLANKLINE>
    ## sample
    - units: 3
    """
    lines = [f"# {card['name']}"]
    for name, value in card.items():
        if name != "name":
            lines += ["", f"## {name.replace('_', ' ')}", *_lines(value)]
    return "\n".join(lines)


def _lines(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"- {name}: {_short(each)}" for name, each in value.items()]
    if isinstance(value, list):
        return [f"- {_short(each)}" for each in value]
    return [_short(value)]


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_short(each)}" for name, each in value.items())
    return str(value)
