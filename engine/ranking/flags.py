"""Red flags and missing data: what stands beside a unit whatever its place in the order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.diagnosis.joined import joined
from engine.domain.unit import FIELDS, Barrier, Field, Status, idle_months
from engine.economics.balance import balance

LONG_IDLE_MONTHS = 120.0
"""Months: ten years, the median spell of the reported units that were liquidated (only three of them: near assumed)."""
STALE_MONTHS = 24.0
"""Months after which a record has to be asked for again: assumed."""
HEAVY_DEBT = 1.0
"""Debt to the usual capital of a revival of that size from which on debts outweigh it: assumed."""


class RedFlag(Code):
    """Something an investor would be angry not to have been told."""

    BANK_OWNED = "bank_owned"
    HEAVY_DEBT = "heavy_debt"
    COURT_CASES = "court_cases"
    NO_TITLE_DEED = "no_title_deed"
    LONG_IDLE = "long_idle"
    OLD_MACHINERY = "old_machinery"
    NO_POWER = "no_power"
    FAILED_BEFORE = "failed_before"
    STALE_RECORD = "stale_record"
    IMPLAUSIBLE_FIGURES = "implausible_figures"
    IMPLAUSIBLE_DEBTS = "implausible_debts"
    POSSIBLE_DUPLICATE = "possible_duplicate"


FLAG_FIELDS: dict[RedFlag, tuple[Field, ...]] = {
    RedFlag.BANK_OWNED: (Field.BANK_OWNED,),
    RedFlag.HEAVY_DEBT: (Field.BANK_DEBT_RIAL,),
    RedFlag.COURT_CASES: (Field.LITIGATION_COUNT,),
    RedFlag.NO_TITLE_DEED: (Field.TITLE_DEED,),
    RedFlag.LONG_IDLE: (Field.STOPPED_ON, Field.IDLE_MONTHS),
    RedFlag.OLD_MACHINERY: (Field.MACHINERY_YEAR,),
    RedFlag.NO_POWER: (Field.POWER_KW,),
    RedFlag.FAILED_BEFORE: (Field.PRIOR_REVIVALS,),
    RedFlag.STALE_RECORD: (),
    RedFlag.IMPLAUSIBLE_FIGURES: (),
    RedFlag.IMPLAUSIBLE_DEBTS: tuple(field for field, spec in FIELDS.items() if not spec.public),
    RedFlag.POSSIBLE_DUPLICATE: (Field.BUSINESS_ID, Field.NATIONAL_ID, Field.NAME),
}
"""Fields each flag is read from, which decide whether it may be shown outside."""

KEY_FIELDS: tuple[Field, ...] = (
    Field.ISIC,
    Field.PROVINCE,
    Field.COUNTY,
    Field.STATUS,
    Field.IDLE_MONTHS,
    Field.STOP_CAUSES,
    Field.JOBS_BEFORE_STOP,
    Field.JOBS_NOW,
    Field.CAPITAL_NEEDED_RIAL,
    Field.BANK_DEBT_RIAL,
    Field.BANK_OWNED,
    Field.TITLE_DEED,
    Field.LITIGATION_COUNT,
    Field.MACHINERY_YEAR,
    Field.POWER_KW,
)
"""Fields without which a unit is judged poorly; ``missing`` names the empty ones
(``idle_months``: nor a stop date; ``jobs_now`` of a semi-active unit only)."""


def public_red_flags() -> frozenset[str]:
    """Red flags that rest on public fields only, and so may leave through HTTP.

    Examples
    --------
    >>> "no_title_deed" in public_red_flags(), "heavy_debt" in public_red_flags()
    (True, False)
    """
    return frozenset(
        flag.value for flag, fields in FLAG_FIELDS.items() if all(FIELDS[field].public for field in fields)
    )


def red_flags(
    units: pd.DataFrame, found: pd.DataFrame, *, as_of: pd.Timestamp, levels: pd.Series | None = None
) -> pd.Series:
    """Red flags of each unit.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    found
        ``severities`` of its findings.
    as_of
        The day of judgement.
    levels
        Price level of each Jalali year, as for `engine.domain.usual_capital.usual_capital`.

    Returns
    -------
    pandas.Series
        Codes of ``RedFlag`` joined by ``;``, shape (n,), empty where there is none.

    Examples
    --------
    >>> from engine.diagnosis import diagnose
    >>> from engine.domain.unit import unit_table
    >>> day = pd.Timestamp("2026-01-01")
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "bank_owned": [True], "stopped_on": ["2010-01-01"]}))
    >>> red_flags(units, severities(units, diagnose(units, as_of=day)), as_of=day).tolist()
    ['bank_owned;long_idle']
    """
    age = (as_of - units["as_of"]).dt.total_seconds() / (30.4375 * 86_400)
    marks = {
        RedFlag.BANK_OWNED: found[Barrier.SEIZED_BY_BANK.value] > 0,
        RedFlag.HEAVY_DEBT: balance(units, levels=levels)["debt_to_capital"] >= HEAVY_DEBT,
        RedFlag.COURT_CASES: _at_least(units, Field.LITIGATION_COUNT, 1),
        RedFlag.NO_TITLE_DEED: units[Field.TITLE_DEED.value].eq(False).fillna(False),
        RedFlag.LONG_IDLE: idle_months(units, as_of) >= LONG_IDLE_MONTHS,
        RedFlag.OLD_MACHINERY: found[Barrier.MACHINERY_OBSOLETE.value] >= 2,
        RedFlag.NO_POWER: units[Field.POWER_KW.value] == 0,
        RedFlag.FAILED_BEFORE: _at_least(units, Field.PRIOR_REVIVALS, 1),
        RedFlag.STALE_RECORD: age > STALE_MONTHS,
    }
    return joined(pd.DataFrame({flag.value: mark.astype(bool) for flag, mark in marks.items()}, index=units.index))


def with_doubts(
    flags: pd.Series, *, implausible: pd.DataFrame | None = None, duplicates: pd.DataFrame | None = None
) -> pd.Series:
    """Red flags with those that rest on more than the unit's own record.

    Parameters
    ----------
    flags
        Codes of ``RedFlag`` joined by ``;``, shape (n,), index ``unit_id``.
    implausible
        What ``engine.health.plausibility.implausible`` found: ``unit_id, fields``. A line that names a private field
        gives a flag of its own, which stays inside.
    duplicates
        Pairs that may be one unit and that nobody decided: ``unit_id, other_id``.

    Returns
    -------
    pandas.Series
        Shape (n,).

    Examples
    --------
    >>> pairs = pd.DataFrame({"unit_id": ["a"], "other_id": ["c"]})
    >>> odd = pd.DataFrame({"unit_id": ["a", "b"], "fields": ["land_m2", "bank_debt_rial;land_m2"]})
    >>> with_doubts(pd.Series(["no_power", ""], index=["a", "b"]), implausible=odd, duplicates=pairs).tolist()
    ['no_power;implausible_figures;possible_duplicate', 'implausible_debts']
    """
    marks = pd.DataFrame(index=flags.index)
    if implausible is not None:
        private = [field.value for field in FLAG_FIELDS[RedFlag.IMPLAUSIBLE_DEBTS]]
        hidden = implausible["fields"].str.contains(rf"(?:^|;)(?:{'|'.join(private)})(?:;|$)").to_numpy(dtype=bool)
        marks[RedFlag.IMPLAUSIBLE_FIGURES.value] = marks.index.isin(implausible.loc[~hidden, "unit_id"])
        marks[RedFlag.IMPLAUSIBLE_DEBTS.value] = marks.index.isin(implausible.loc[hidden, "unit_id"])
    if duplicates is not None:
        named = pd.concat([duplicates["unit_id"], duplicates["other_id"]])
        marks[RedFlag.POSSIBLE_DUPLICATE.value] = marks.index.isin(named)
    if marks.columns.empty:
        return flags
    return (flags.fillna("").astype("str") + ";" + joined(marks)).str.strip(";")


def missing_fields(units: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Series:
    """Fields that a judgement needs and that are empty.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    as_of
        The day of judgement.

    Returns
    -------
    pandas.Series
        Names of ``KEY_FIELDS`` joined by ``;``, shape (n,).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"]}))
    >>> missing_fields(units, as_of=pd.Timestamp("2026-01-01")).iloc[0].split(";")[:2]
    ['province', 'county']
    """
    empty = units[[field.value for field in KEY_FIELDS]].isna()
    empty[Field.IDLE_MONTHS.value] = idle_months(units, as_of).isna()
    empty[Field.JOBS_NOW.value] &= units[Field.STATUS.value].eq(Status.SEMI_ACTIVE.value).fillna(False)
    empty[Field.STATUS.value] |= units[Field.STATUS.value].eq(Status.UNKNOWN.value).fillna(False)
    empty[Field.STOP_CAUSES.value] |= units[Field.STOP_CAUSES.value].eq(Barrier.UNKNOWN.value).fillna(False)
    return joined(empty.astype(bool))


def severities(units: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Findings as a table with a column for each barrier: severity 1..3, 0 where it was not found.

    Examples
    --------
    >>> findings = pd.DataFrame({"unit_id": ["b"], "barrier": ["bank_debt"], "severity": [2]})
    >>> severities(pd.DataFrame(index=["a", "b"]), findings)["bank_debt"].tolist()
    [0, 2]
    """
    names = [barrier.value for barrier in Barrier]
    place = units.index.get_indexer(pd.Index(findings["unit_id"]))
    column = pd.Index(names).get_indexer(pd.Index(findings["barrier"]))
    known = (place >= 0) & (column >= 0)
    table = np.zeros((len(units), len(names)), dtype=np.int8)
    np.maximum.at(table, (place[known], column[known]), findings["severity"].to_numpy(dtype=np.int8)[known])
    return pd.DataFrame(table, index=units.index, columns=names)


def _at_least(units: pd.DataFrame, field: Field, limit: int) -> pd.Series:
    return (units[field.value] >= limit).fillna(False)
