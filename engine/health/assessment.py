"""The health of a register: completeness, freshness, conflicts, duplicates, and what scoring lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.domain.prediction import NotScorable
from engine.domain.scorable import not_scorable, scorable
from engine.domain.unit import FIELDS, Field
from engine.health.completeness import PUBLISHABLE, WEIGHTS, completeness, known_fields, publishable
from engine.health.plausibility import implausible
from engine.health.unlocking import lacking, unlocked_alone, unlocks
from engine.ranking.flags import STALE_MONTHS

GROUPS: dict[str, list[str]] = {
    "province": ["province"],
    "county": ["province", "county"],
    "estate": ["province", "county", "estate"],
    "source": ["source"],
}
"""What a register is looked at by, and the columns that tell its parts apart."""

AGE_EDGES = (3.0, 6.0, 12.0, STALE_MONTHS)
"""Months at which the ages of records are cut; the last is from when a record counts as stale in the red flags."""

_CLAIMS = ("conflicts", "duplicates", "implausible")
_MONTH_SECONDS = 30.4375 * 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """What is known of a register as a whole, and of its parts.

    Parameters
    ----------
    as_of
        The day of the judgement.
    threshold
        Completeness from which a record is shown to investors.
    records
        Index ``unit_id``: ``completeness`` (0..1), ``publishable``, ``scorable``, ``not_scorable`` (codes joined by
        ``;``), ``age_months`` (missing without a date), ``conflicts`` (fields), ``duplicates`` (pairs), ``implausible``
        (figures that can hardly be). Conflicts and duplicates stand here and below only where `health` was given them.
    fields
        One line a field: ``field``, ``weight`` (0: scoring does not need it), ``known`` (units), ``share``,
        ``unlocks`` (units that would become scorable if only this field were filled), ``conflicts``.
    reasons
        Why units are not scored: ``code`` (``NotScorable``), ``units``, ``share``; a unit may have several.
    unlocks
        As `engine.health.unlocking.unlocks`.
    ages
        ``from_months``, ``to_months`` (missing: open), ``units``, ``share``; the last line, without either, counts
        records that bear no date.
    groups
        ``province``, ``county``, ``estate`` and ``source``, each a table in the shape of ``totals`` after the columns
        that name the part, most units first.
    implausible
        As `engine.health.plausibility.implausible`.
    totals
        One row, none where the register is empty: ``units``; ``completeness`` (mean), ``publishable, scorable, stale``
        (shares); ``age_months`` (median); ``undated, conflicts, duplicates, implausible`` (units concerned);
        ``unlock_FIELD``
        (units).
    """

    as_of: pd.Timestamp
    threshold: float
    records: pd.DataFrame
    fields: pd.DataFrame
    reasons: pd.DataFrame
    unlocks: pd.DataFrame
    ages: pd.DataFrame
    groups: Mapping[str, pd.DataFrame]
    totals: pd.DataFrame
    implausible: pd.DataFrame


def health(
    units: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    conflicts: pd.DataFrame | None = None,
    duplicates: pd.DataFrame | None = None,
    earlier: pd.DataFrame | None = None,
    threshold: float = PUBLISHABLE,
) -> Health:
    """Judge the register itself, whatever its units are worth.

    Parameters
    ----------
    units
        Unit table, shape (n, columns), index ``unit_id``, distinct.
    as_of
        The day to which ages and idle months are counted.
    conflicts
        Fields on which sources disagree: columns ``unit_id``, ``field``, one line a field of a unit; other columns, and
        units that are not among these, are ignored.
    duplicates
        Pairs of units that are proposed as one and not decided yet: columns ``unit_id``, ``other_id``.
    earlier
        Figures of an earlier import, as `engine.health.plausibility.implausible` takes them.
    threshold
        Completeness from which a record is shown to investors.

    Returns
    -------
    Health

    Raises
    ------
    ValueError
        When ``threshold`` is no share.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "isic": ["10", None], "county": ["Khoy"] * 2, "status": ["idle"] * 2}
    >>> units = unit_table(pd.DataFrame(rows | {"stopped_on": ["2020-01-01"] * 2, "as_of": ["2025-01-01"] * 2}))
    >>> found = health(units, as_of=pd.Timestamp("2026-01-01"))
    >>> float(found.totals["scorable"].iloc[0]), found.unlocks[["fields", "units"]].values.tolist()[0]
    (0.5, ['isic', 1])
    """
    reasons = not_scorable(units, as_of)
    lacks = lacking(units, reasons)
    share = completeness(units)
    records = pd.DataFrame(
        {
            "completeness": share,
            "publishable": publishable(units, threshold=threshold),
            "scorable": scorable(reasons),
            "not_scorable": reasons,
            "age_months": (as_of - units["as_of"]).dt.total_seconds() / _MONTH_SECONDS,
        },
        index=units.index,
    )
    if conflicts is not None:
        conflicts = conflicts[conflicts["unit_id"].isin(units.index)]
        records["conflicts"] = _mentions(units.index, conflicts, "unit_id")
    if duplicates is not None:
        records["duplicates"] = _mentions(units.index, duplicates, "unit_id", "other_id")
    odd = implausible(units, earlier=earlier)
    records["implausible"] = _mentions(units.index, odd, "unit_id")
    marked = _marked(records, unlocked_alone(lacks))
    return Health(
        as_of=as_of,
        threshold=threshold,
        records=records,
        fields=_fields(units, marked, conflicts),
        reasons=_reasons(reasons),
        unlocks=unlocks(lacks),
        ages=_ages(records["age_months"]),
        groups={name: _grouped(marked, units[columns]) for name, columns in GROUPS.items()},
        totals=_summed(marked.assign(all=0), ["all"]).reset_index(drop=True),
        implausible=odd,
    )


def _mentions(index: pd.Index, table: pd.DataFrame, *columns: str) -> pd.Series:
    """How often each unit is named in a table."""
    named = pd.concat([table[column] for column in columns]).value_counts()
    found: pd.Series = named.reindex(index).fillna(0).astype("int64")
    return found


def _marked(records: pd.DataFrame, alone: Mapping[Field, np.ndarray]) -> pd.DataFrame:
    """Records with a column for each figure that is summed over a part of the register."""
    return records.assign(
        units=1,
        stale=records["age_months"] > STALE_MONTHS,
        undated=records["age_months"].isna(),
        **{name: records[name] > 0 for name in _CLAIMS if name in records.columns},
        **{f"unlock_{field.value}": mask for field, mask in alone.items()},
    )


def _summed(marked: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    groups = marked.groupby(names, dropna=False, sort=True)
    means = groups[["completeness", "publishable", "scorable", "stale"]].mean()
    more = [name for name in marked.columns if name in _CLAIMS or str(name).startswith("unlock_")]
    counts = groups[["units", "undated", *more]].sum().astype("int64")
    ages = groups["age_months"].median()
    return pd.concat([counts[["units"]], means, ages, counts.drop(columns="units")], axis=1)


def _grouped(marked: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    names = list(keys.columns)
    table = _summed(marked.join(keys), names).reset_index()
    return table.sort_values("units", ascending=False, kind="stable", ignore_index=True)


def _fields(units: pd.DataFrame, marked: pd.DataFrame, conflicts: pd.DataFrame | None) -> pd.DataFrame:
    told = units[[field.value for field in FIELDS]].notna()
    told[[field.value for field in WEIGHTS]] = known_fields(units)
    count = told.sum().to_numpy()
    names = [field.value for field in FIELDS]
    opened = [int(marked[f"unlock_{name}"].sum()) if f"unlock_{name}" in marked else 0 for name in names]
    table = pd.DataFrame(
        {
            "field": pd.Series(names, dtype="str"),
            "weight": [WEIGHTS.get(field, 0) for field in FIELDS],
            "known": count,
            "share": count / max(len(units), 1),
            "unlocks": opened,
        }
    )
    if conflicts is not None:
        disputed = conflicts["field"].astype("str").value_counts()
        table["conflicts"] = disputed.reindex(names).fillna(0).astype("int64").to_numpy()
    return table


def _reasons(reasons: pd.Series) -> pd.DataFrame:
    padded = ";" + reasons.astype("str") + ";"
    counts = [int(padded.str.contains(f";{code.value};", regex=False).sum()) for code in NotScorable]
    share = np.array(counts) / max(len(reasons), 1)
    return pd.DataFrame({"code": [code.value for code in NotScorable], "units": counts, "share": share})


def _ages(months: pd.Series) -> pd.DataFrame:
    edges = [-np.inf, *AGE_EDGES, np.inf]
    counted = np.histogram(months.dropna().to_numpy(), bins=edges)[0] if months.notna().any() else np.zeros(5, int)
    counts = np.append(counted, months.isna().sum())
    return pd.DataFrame(
        {
            "from_months": [0.0, *AGE_EDGES, np.nan],
            "to_months": [*AGE_EDGES, np.nan, np.nan],
            "units": counts,
            "share": counts / max(len(months), 1),
        }
    )
