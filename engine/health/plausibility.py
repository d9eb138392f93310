"""Figures that can hardly be: against bounds, against each other, against an earlier import, against their place.

Every bound stands in the reference table ``plausible``. What is found is kept and flagged; only a hard bound refuses,
and only where a file is read (`engine.intake.plausible`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.codes import Code
from engine.domain.unit import FIELDS, Field, Kind
from engine.economics.prices import RIAL_PER_BILLION_RIAL
from engine.parsing.text import compact_column
from engine.reference.tables import table

Floats = NDArray[np.float64]

COLUMNS = {
    "unit_id": "str", "code": "str", "fields": "str", "given": "float64", "low": "float64", "high": "float64",
    "measure": "str", "guess": "str",
}  # fmt: skip
"""Columns of what is found, with their dtypes."""


class Implausible(Code):
    """What is odd about a unit."""

    TOO_LARGE = "too_large"
    TOO_SMALL = "too_small"
    DEBTS_TO_CAPITAL = "debts_to_capital"
    WORKING_CAPITAL_TO_CAPITAL = "working_capital_to_capital"
    JOBS_TO_CAPITAL = "jobs_to_capital"
    BUILDING_TO_LAND = "building_to_land"
    IDLE_AT_WORK = "idle_at_work"
    MORE_JOBS_THAN_BEFORE = "more_jobs_than_before"
    PROMISED_TO_BEFORE = "promised_to_before"
    JUMP = "jump"
    ESTATE_ELSEWHERE = "estate_elsewhere"


class Guess(Code):
    """What may have happened, where it is plain."""

    RIAL_AS_TOMAN = "rial_as_toman"
    RIAL_AS_MILLION_RIAL = "rial_as_million_rial"
    RIAL_AS_MILLION_TOMAN = "rial_as_million_toman"
    RIAL_AS_BILLION_RIAL = "rial_as_billion_rial"
    RIAL_AS_BILLION_TOMAN = "rial_as_billion_toman"
    RIAL_AS_MILLIONS = "rial_as_millions"
    RIAL_AS_BILLIONS = "rial_as_billions"
    MONEY_UNIT_CHANGED = "money_unit_changed"
    NOT_KNOWN_AS_ZERO = "not_known_as_zero"
    COLUMNS_SWAPPED = "columns_swapped"
    JOBS_BEFORE_AS_NOW = "jobs_before_as_now"
    CHECK = "check"


RIAL_READ_AS = {
    10: Guess.RIAL_AS_TOMAN,
    10**6: Guess.RIAL_AS_MILLION_RIAL,
    10**7: Guess.RIAL_AS_MILLION_TOMAN,
    10**9: Guess.RIAL_AS_BILLION_RIAL,
    10**10: Guess.RIAL_AS_BILLION_TOMAN,
}
"""Rial in a unit of money -> what happened where plain rial stand in a column of that unit."""

_READ_AS = {Guess.RIAL_AS_MILLIONS: (10**6, 10**7), Guess.RIAL_AS_BILLIONS: (10**9, 10**10)}
_NEAR = 1.0  # a factor of ten either way, as a logarithm: sums of one unit lie no nearer to each other

_ORDER = {code.value: place for place, code in enumerate(Implausible)}
_CHANGES = np.log10([10, 10**3, 10**6, 10**7, 10**9, 10**10])
_EXACTLY = 0.005  # of a power of ten, as a logarithm: about one per cent


@dataclass(frozen=True, slots=True)
class Bound:
    """One line of the table ``plausible``; ``NaN`` is unbounded."""

    code: str
    fields: tuple[str, ...]
    over: str | None
    statuses: tuple[str, ...]
    low: float
    high: float
    hard_low: float
    hard_high: float
    measure: str


@cache
def bounds() -> tuple[Bound, ...]:
    """Bounds of the reference table ``plausible``.

    Examples
    --------
    >>> [bound.high for bound in bounds() if bound.code == "building_to_land"]
    [2.0]
    """
    rows: list[dict[Any, Any]] = table("plausible").to_dict("records")
    return tuple(
        Bound(
            code=row["code"],
            fields=tuple(row["field"].split(";")),
            over=None if pd.isna(row["over"]) else row["over"],
            statuses=() if pd.isna(row["statuses"]) else tuple(row["statuses"].split(";")),
            **{name: row[name] for name in ("low", "high", "hard_low", "hard_high", "measure")},
        )
        for row in rows
    )


def implausible(units: pd.DataFrame, *, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
    """Figures of units that can hardly be.

    Parameters
    ----------
    units
        Unit table, shape (n, columns), index ``unit_id``.
    earlier
        What an earlier import gave: ``unit_id, field, value`` (float), at most one line a field of a unit
        (`engine.store.Register.earlier`); by default nothing is compared with an earlier import.

    Returns
    -------
    pandas.DataFrame
        One line a unit and oddity, in the order of ``units``: ``unit_id, code`` (`Implausible`), ``fields`` (joined by
        ``;``), ``given`` (the amount, the ratio, or times the earlier value; missing for a place), ``low`` and
        ``high`` (what is plausible, missing where unbounded), ``measure`` of these three, and ``guess`` (`Guess`).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "status": ["idle"] * 2, "jobs_now": [90, 2], "land_m2": [1000, 1000]}
    >>> found = implausible(unit_table(pd.DataFrame(rows | {"building_m2": [500, 9000]})))
    >>> found[["unit_id", "code", "given", "high", "guess"]].values.tolist()
    [['a', 'idle_at_work', 90.0, 10.0, 'jobs_before_as_now'], ['b', 'building_to_land', 9.0, 2.0, 'columns_swapped']]
    """
    numbers = {name: units[name].to_numpy(np.float64, na_value=np.nan) for name in _read()}
    guessed = units[[*_money(), Field.JOBS_BEFORE_STOP.value]]  # what is guessed from: few of the columns
    found = [_elsewhere(units)]
    for bound in bounds():
        if bound.code != "jump" or earlier is not None:
            measured = _measured(units, numbers, bound, earlier)
            odd = (measured < bound.low) | (measured > bound.high)
            if odd.any():
                found.append(_found(guessed[odd], bound, measured[odd]))
    lines = pd.concat(found, ignore_index=True).astype(COLUMNS)
    order = units.index.get_indexer(pd.Index(lines["unit_id"]))
    return lines.iloc[np.lexsort((lines["code"].map(_ORDER), order))].reset_index(drop=True)


@cache
def _read() -> tuple[str, ...]:
    named = [name for bound in bounds() for name in (*bound.fields, *([bound.over] if bound.over else []))]
    return tuple(dict.fromkeys(named))


def _measured(units: pd.DataFrame, numbers: Mapping[str, Floats], bound: Bound, earlier: pd.DataFrame | None) -> Floats:
    """The figure that a bound is about, shape (n,), NaN where it cannot be said."""
    amounts = np.array([numbers[name] for name in bound.fields])
    amount = np.where(np.isnan(amounts).all(axis=0), np.nan, np.nansum(amounts, axis=0))
    if bound.code == "jump" and earlier is not None:
        given = earlier[earlier["field"] == bound.fields[0]].set_index("unit_id")["value"]
        before = given.reindex(units.index).to_numpy(dtype=np.float64)
        return _ratio(np.where(amount > 0, amount, np.nan), before)
    if bound.over is not None:
        amount = _ratio(amount, numbers[bound.over])
        amount = amount * RIAL_PER_BILLION_RIAL if bound.measure == "persons per billion rial" else amount
    if bound.statuses:
        amount = np.where(units[Field.STATUS.value].isin(bound.statuses), amount, np.nan)
    # no debt, no people and no court case are as plain as can be; no capital, no land are not
    return np.where(amount == 0, np.nan, amount) if bound.code == "amount" and not _wants_some(bound) else amount


def _ratio(amount: Floats, other: Floats) -> Floats:
    return amount / np.where(other > 0, other, np.nan)


def _wants_some(bound: Bound) -> bool:
    needed = {Field.CAPITAL_NEEDED_RIAL.value, Field.LAND_M2.value}
    return bool(needed & {*bound.fields})


def _found(units: pd.DataFrame, bound: Bound, measured: Floats) -> pd.DataFrame:
    """Lines of the units that break a bound."""
    sides = np.where(measured < bound.low, Implausible.TOO_SMALL.value, Implausible.TOO_LARGE.value)
    return pd.DataFrame(
        {
            "unit_id": units.index,
            "code": sides if bound.code == "amount" else bound.code,
            "fields": ";".join([*bound.fields, *([bound.over] if bound.over else [])]),
            "given": measured,
            "low": bound.low,
            "high": bound.high,
            "measure": bound.measure,
            "guess": _guess(units, bound, measured),
        }
    )


def _guess(units: pd.DataFrame, bound: Bound, measured: Floats) -> np.ndarray:
    check = np.full(len(units), Guess.CHECK.value, dtype=object)
    if bound.code == "jump" and FIELDS[Field(bound.fields[0])].kind is Kind.MONEY:
        size = np.abs(np.log10(measured))
        near = np.abs(size[:, None] - _CHANGES).min(axis=1, initial=np.inf) < _EXACTLY
        return np.where(near, Guess.MONEY_UNIT_CHANGED.value, check)
    if bound.code == "amount" and bound.measure == "rial":
        large = np.where(measured > bound.high, measured, np.nan)
        return np.where(measured == 0, Guess.NOT_KNOWN_AS_ZERO.value, misread(large, units, bound.fields))
    if bound.code == "debts_to_capital" and bound.over is not None:
        return misread(measured * units[bound.over].to_numpy(np.float64), units, bound.fields)
    if bound.code == "idle_at_work":
        return np.where(units[Field.JOBS_BEFORE_STOP.value].isna(), Guess.JOBS_BEFORE_AS_NOW.value, check)
    if bound.code in {"building_to_land", "more_jobs_than_before"}:
        return np.full(len(units), Guess.COLUMNS_SWAPPED.value, dtype=object)
    return check


def misread(rial: Floats, units: pd.DataFrame, fields: Sequence[str]) -> np.ndarray:
    """Whether plain rial were taken for millions or billions: where that alone brings them near the other sums.

    Rial and toman lie too near each other to be told apart by size; a file's own heading tells them apart
    (`engine.intake.plausible`).

    Parameters
    ----------
    rial
        Amounts above what is plausible, shape (n,).
    units
        Unit table of these units: their other sums of money tell what is near.
    fields
        Fields that hold the amounts.

    Returns
    -------
    numpy.ndarray
        Codes of `Guess`, shape (n,).
    """
    low, high = _usual()
    beside = units[[name for name in _money() if name not in fields]].astype("float64")
    middle = np.exp(np.log(beside.where((beside >= low) & (beside <= high))).mean(axis=1)).to_numpy()
    size = np.log10(rial) - np.log10(middle)
    guess = np.full(len(rial), Guess.CHECK.value, dtype=object)
    fits = [(np.abs(size[:, None] - np.log10(times)) < _NEAR).any(axis=1) for times in _READ_AS.values()]
    for code, fit in zip(_READ_AS, fits, strict=True):
        guess[fit & (np.sum(fits, axis=0) == 1)] = code.value
    return guess


@cache
def _money() -> tuple[str, ...]:
    return tuple(field.value for field, spec in FIELDS.items() if spec.kind is Kind.MONEY)


@cache
def _usual() -> tuple[float, float]:
    (capital,) = (one for one in bounds() if one.code == "amount" and one.fields == (Field.CAPITAL_NEEDED_RIAL.value,))
    return capital.low, capital.high


def _elsewhere(units: pd.DataFrame) -> pd.DataFrame:
    """Units whose county does not hold the estate that they name."""
    known = _estates()
    name = compact_column(units[Field.ESTATE.value].astype("str").fillna(""))
    home = pd.Series(name.to_numpy(), index=units.index).map(known["county"])
    away = home.notna() & units[Field.COUNTY.value].notna() & (home != units[Field.COUNTY.value])
    lines = pd.DataFrame({"unit_id": units.index[away.to_numpy(dtype=bool)]})
    return lines.assign(
        code=Implausible.ESTATE_ELSEWHERE.value,
        fields=f"{Field.ESTATE};{Field.COUNTY}",
        given=np.nan,
        low=np.nan,
        high=np.nan,
        measure="",
        guess=Guess.CHECK.value,
    )


@cache
def _estates() -> pd.DataFrame:
    """County of each estate by its names, without those that several counties have."""
    rows = table("estates")
    names = pd.concat([rows[["name_fa", "county"]].set_axis(["name", "county"], axis=1),
                       rows[["name_en", "county"]].set_axis(["name", "county"], axis=1)])  # fmt: skip
    names["name"] = compact_column(names["name"].astype("str")).to_numpy()
    return names.drop_duplicates().drop_duplicates("name", keep=False).set_index("name")
