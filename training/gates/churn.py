"""Which units come first, who came and went between two models, and what was learnt meanwhile that explains it."""

from __future__ import annotations

import pandas as pd

from engine.appraisal import appraise
from engine.domain.outcome import OutcomeKind
from engine.ranking.terms import TOP
from engine.scoring.artefact import Model
from features.predicted import predicted
from training.evaluation.judged_table import LEAST_OUTCOMES

SETTLED = (OutcomeKind.RESTARTED, OutcomeKind.LIQUIDATED, OutcomeKind.LICENCE_CANCELLED, OutcomeKind.OBSERVED)
"""Events that settle a label."""

OWN_EVENT, OWN_RECORD, SECTOR_OUTCOMES, COUNTY_OUTCOMES, OTHER_KIND = (
    "own_event", "own_record", "sector_outcomes", "county_outcomes", "other_kind",
)  # fmt: skip


def first_units(units: pd.DataFrame, model: Model, *, as_of: pd.Timestamp, top: int = TOP) -> list[str]:
    """First units of the ranking that people see, best first.

    Parameters
    ----------
    units
        Unit table of the units as they stand on the day (`engine.domain.standing`).
    model
        Whose predictions to rank by.
    as_of
        Day of the ranking.
    top
        How many.
    """
    if units.empty:
        return []
    ranked = appraise(units, predicted(model, units, as_of=as_of), as_of=as_of)
    return [str(unit) for unit in ranked.index[ranked["rank"].notna()][:top]]


def explained(
    moved: list[str], before: pd.DataFrame, now: pd.DataFrame, events: pd.DataFrame, *, since: pd.Timestamp
) -> dict[str, str]:
    """What was learnt since the champion about units that came to the top or left it.

    Parameters
    ----------
    moved
        Units.
    before, now
        Unit tables as known on the champion's last day and today.
    events
        Event table as known today.
    since
        The champion's last day.

    Returns
    -------
    dict
        Unit -> ``own_event:KIND``, ``own_record:FIELD`` (its record changed), ``sector_outcomes`` or
        ``county_outcomes`` (at least ``LEAST_OUTCOMES`` units of its sector or county had an outcome that the champion
        could not know). A unit of which nothing of the kind is known is left out.
    """
    late = events[events["known_on"] > since]
    own = late.sort_values("known_on").groupby("unit_id")["kind"].last()
    settled = late.loc[late["kind"].isin([kind.value for kind in SETTLED]), "unit_id"].unique()
    learnt = now.loc[now.index.intersection(pd.Index(settled))]
    division, county = now["isic"].str[:2], now["county"]
    sectors, counties = learnt["isic"].str[:2].value_counts(), learnt["county"].value_counts()
    found = {}
    for unit in moved:
        changed = _changed(unit, before, now)
        if unit in own.index:
            found[unit] = f"{OWN_EVENT}:{own[unit]}"
        elif changed:
            found[unit] = f"{OWN_RECORD}:{changed}"
        elif unit in now.index and sectors.get(division[unit], 0) >= LEAST_OUTCOMES:
            found[unit] = SECTOR_OUTCOMES
        elif unit in now.index and counties.get(county[unit], 0) >= LEAST_OUTCOMES:
            found[unit] = COUNTY_OUTCOMES
    return found


def _changed(unit: str, before: pd.DataFrame, now: pd.DataFrame) -> str:
    if unit not in now.index:
        return ""
    if unit not in before.index:
        return "unit_id"
    told = [column for column in now.columns if column not in ("source", "as_of", "confidence", "origin")]
    one, other = before.loc[unit, told], now.loc[unit, told]
    # Missing values compare as missing, so both being missing is asked apart.
    return ";".join(
        column
        for column in told
        if not (pd.isna(one[column]) and pd.isna(other[column]))
        and (pd.isna(one[column]) or pd.isna(other[column]) or one[column] != other[column])
    )
