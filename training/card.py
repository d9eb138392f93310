"""The model card: what a model is, what it was made from, what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from training.dataset import HORIZON_MONTHS, Sample
from training.population import COMPETING_PER_YEAR, LEAST_REVIVED


def card(
    document: Mapping[str, Any],
    metrics: Mapping[str, Any],
    sample: Sample,
    rates: pd.DataFrame,
    averages: pd.DataFrame,
) -> dict[str, Any]:
    """Write the card of the first model.

    Parameters
    ----------
    document
        The model's document.
    metrics
        Figures out of fold.
    sample
        What it was trained on.
    rates, averages
        Official counts, as the tables ``revival_rates`` and ``jobs_per_unit``.

    Returns
    -------
    dict
        JSON-able; every entry is filled.
    """
    population = document["population"]
    return {
        "name": "Ehya, first model",
        "version": document["version"],
        "data_until": document["data_until"],
        "purpose": "Rank idle production units for a planner to look at; every figure is prior-driven.",
        "not_for": [
            "deciding on one unit without a visit",
            "telling an investor that a unit will come back",
            "estimating the effect of money: investment is scale, not a dose",
        ],
        "outputs": {
            "reported_status": "P(revived or partly at the report date) in the press sample",
            "feasibility": (
                f"P(restart within {HORIZON_MONTHS} months) x P(half of nominal capacity or more at month 12 | "
                "restart): the slopes of reported_status, moved from the press sample to the population by "
                "logit(population rate) - logit(sample rate)"
            ),
            "jobs_if_revived": "direct jobs at month 12 minus jobs now, never below zero",
            "jobs_expected": "mean of feasibility x jobs_if_revived over common draws",
            "intervals": "80 %; refits by bootstrap of units, the rate's own interval, CV+ residuals by province",
        },
        "inputs": list(document["features"]),
        "never_inputs": [
            "mode of revival",
            "investment",
            "jobs reported",
            "capacity text",
            "area",
            "export",
            "investor",
            "confidence",
            "source",
            "whether a field is missing",
        ],
        "sample": {
            "units": len(sample),
            "from_press": int((~sample.register).sum()),
            "from_register": int(sample.register.sum()),
            "revived_or_partly": int(sample.label.sum()),
            "with_jobs": int((~np.isnan(sample.jobs)).sum()),
            "outcomes_waiting": sample.waiting,
        },
        "recipe": dict(document["recipe"]),
        "population": population,
        "rates_used": _rows(rates, ["region", "scope", "period_start", "period_end", "revived", "idle", "source"]),
        "averages_used": _rows(
            averages[averages["revived"] >= LEAST_REVIVED],
            ["region", "scope", "period_start", "period_end", "revived", "jobs", "source"],
        ),
        "assumptions": {
            "competing_ends_per_year": COMPETING_PER_YEAR,
            "half_active_units": "take the population rate of idle units; their restart is the first observation at "
            "half capacity or more, and official counts of capacity raises have no denominator",
            "jobs_now_of_idle_units": "none where not stated: an idle unit stands still",
            "silence": "neither success nor failure: a register unit without an event after its horizon is left out",
        },
        "metrics": dict(metrics),
        "limits": [
            "news pages select large units and good news; no page follows units systematically, so failure after a "
            "revival is under-counted",
            "official counts call a unit revived without saying for how long, and neighbouring sources disagree",
            "with some 170 units the province-out gain over the base rate is small",
        ],
    }


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


def _rows(rows: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    used = rows.loc[rows["not_used"].isna(), names].astype(object)
    plain = used.where(used.notna(), None)
    return [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False)]
