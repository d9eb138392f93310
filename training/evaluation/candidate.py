"""A fitted model with what it takes to judge it, whichever kind it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring.artefact import Model
from training.evaluation.baselines import ABCD, LIQUIDITY, abcd, class_rates, liquidity_only
from training.evaluation.evidence import JudgedTables

SMALL, LARGE = 10, 50
"""Jobs before the stop below which a unit is small, and from which it is large."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fitted model, not yet judged.

    Parameters
    ----------
    model
        Its document has neither metrics nor card yet.
    evidence
        Outcomes that it did not see, with its figures of them.
    label
        What the label of the outcomes is: ``reported_status`` or ``feasibility``.
    sample
        Counts of what it learnt from, for the card.
    metrics
        Figures of its own kind.
    recipe, steps, texts
        Settings, losses of the search by trial, and documents by file name, for the log.
    data_digest
        SHA-256 of what it learnt from.
    rival
        From a champion to what its way of fitting says of the judged rows, fitted anew to what each fold could see
        (``training.pipeline.rival``); ``None`` where there are no folds to fit it to.
    """

    model: Model
    evidence: JudgedTables
    label: str
    sample: Mapping[str, Any]
    metrics: Mapping[str, Any]
    recipe: Mapping[str, Any]
    data_digest: str
    steps: Mapping[str, list[float]] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    rival: Callable[[Model], JudgedTables | None] | None = None


def group_names(units: pd.DataFrame) -> pd.DataFrame:
    """County, sector and size of units, as groups.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        ``county`` (province/county), ``sector`` (ISIC division), ``size`` (small below 10 jobs before the stop, large
        from 50, unknown), index of ``units``.

    Examples
    --------
    >>> table = pd.DataFrame({"province": "Gilan", "county": ["Rasht", None], "isic": ["1030", "13"],
    ...                       "jobs_before_stop": [9, None]})
    >>> group_names(table).values.tolist()
    [['Gilan/Rasht', '10', 'small'], ['-', '13', 'unknown']]
    """
    jobs = units["jobs_before_stop"].astype("float64").to_numpy(na_value=np.nan)
    size = np.select([np.isnan(jobs), jobs < SMALL, jobs < LARGE], ["unknown", "small", "medium"], "large")
    county = (units["province"] + "/" + units["county"]).fillna("-").astype("str")
    sector = units["isic"].str[:2].fillna("-").astype("str")
    return pd.DataFrame({"county": county, "sector": sector, "size": size}, index=units.index)


def with_rules(outcomes: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Put what the plain rules say beside a judged table.

    Parameters
    ----------
    outcomes
        Judged table, shape (n, columns).
    units
        Unit table that holds its units: the rules read the record as it stands, which favours them.

    Returns
    -------
    pandas.DataFrame
        With ``liquidity_only_probability`` and ``abcd_probability``: the rate of the rule's class among other units.
    """
    known = units.loc[units.index.intersection(pd.Index(outcomes["unit_id"].unique()))]
    label, weight = outcomes["label"].to_numpy(np.float64), outcomes["weight"].to_numpy(np.float64)
    said = {}
    for column, rule in ((LIQUIDITY, liquidity_only), (ABCD, abcd)):
        classes = outcomes["unit_id"].map(rule(known).to_dict()).fillna("")
        said[column] = class_rates(label, classes, outcomes["unit_id"], weight)
    return outcomes.assign(**said)
