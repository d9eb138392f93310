"""What a row says against itself: its values are kept, with a remark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.unit import Barrier, Field, Status
from engine.parsing.dates import Precision
from engine.parsing.rejection import NoteCode

DAYS_A_MONTH = 365.25 / 12

SLACK_MONTHS = 6.0
"""Idle months and the day of the stop may differ by so much; assumed: registers are filled in over months."""

SLACK_SHARE = 0.2
"""... and by this share of the longer of the two; assumed: people round years."""

_DEBTS = {
    Barrier.BANK_DEBT: Field.BANK_DEBT_RIAL,
    Barrier.TAX_DEBT: Field.TAX_DEBT_RIAL,
    Barrier.SOCIAL_SECURITY_DEBT: Field.SOCIAL_SECURITY_DEBT_RIAL,
}
_UNSURE_MONTHS = {Precision.DAY.value: 0.0, Precision.MONTH.value: 1.0, Precision.YEAR.value: 12.0}


def contradictions(values: Mapping[str, pd.Series], rows: pd.Index, as_of: date | None) -> dict[Field, pd.DataFrame]:
    """Remarks on dates, spans of time and debts that cannot all be true.

    Parameters
    ----------
    values
        Field -> its values, index: rows that hold one; dates with their ``NAME_precision``.
    rows
        Rows that are units, in order.
    as_of
        Day the register describes.

    Returns
    -------
    dict
        Field that the remark stands beside -> table ``code, facts``, index: rows.

    Examples
    --------
    >>> values = {"stopped_on": pd.Series(pd.to_datetime(["2019-08-03"])), "idle_months": pd.Series([12.0])}
    >>> found = contradictions(values, pd.RangeIndex(1), date(2025, 2, 3))
    >>> found[Field.IDLE_MONTHS]["code"].tolist(), found[Field.IDLE_MONTHS]["facts"][0]["months"]
    ([<NoteCode.STOP_AGAINST_IDLE_TIME: 'stop_against_idle_time'>], 66)
    """
    found: dict[Field, pd.DataFrame] = {}
    stopped, stop_slack = _day(values, Field.STOPPED_ON, rows)
    established, start_slack = _day(values, Field.ESTABLISHED_ON, rows)
    idle = _at(values, Field.IDLE_MONTHS.value, rows).astype("float64").to_numpy()
    if as_of is not None:
        since = _months(stopped, as_of)
        slack = SLACK_MONTHS + stop_slack + SLACK_SHARE * np.fmax(since, idle)
        _remark(found, Field.IDLE_MONTHS, NoteCode.STOP_AGAINST_IDLE_TIME, np.abs(since - idle) > slack, rows,
                lambda at: {"months": round(float(since[at])), "stopped": _iso(stopped, at)})  # fmt: skip
        age = _months(established, as_of)
        _remark(found, Field.IDLE_MONTHS, NoteCode.IDLE_LONGER_THAN_AGE, idle > age + start_slack + 1, rows,
                lambda at: {"months": round(float(age[at])), "established": _iso(established, at)})  # fmt: skip
    early = (established - stopped) / np.timedelta64(1, "D") > DAYS_A_MONTH * (stop_slack)
    _remark(found, Field.STOPPED_ON, NoteCode.STOPPED_BEFORE_ESTABLISHED, early, rows,
            lambda at: {"established": _iso(established, at), "stopped": _iso(stopped, at)})  # fmt: skip
    working = (_at(values, Field.STATUS.value, rows) == Status.OPERATING.value).to_numpy(dtype=bool)
    _remark(found, Field.STATUS, NoteCode.STOPPED_YET_OPERATING, working & (~np.isnat(stopped) | (idle > 0)), rows,
            lambda at: {"stopped": None if np.isnat(stopped[at]) else _iso(stopped, at),
                        "months": None if np.isnan(idle[at]) else round(float(idle[at]))})  # fmt: skip
    causes = _at(values, Field.STOP_CAUSES.value, rows).astype("str").fillna("")
    for cause, debt in _DEBTS.items():
        owed = _at(values, debt.value, rows).astype("float64").to_numpy()
        named = causes.str.contains(rf"(?:^|;){cause}(?:;|$)").to_numpy(dtype=bool)
        named_and_nil = named & (owed == 0)
        _remark(found, Field.STOP_CAUSES, NoteCode.CAUSE_WITHOUT_DEBT, named_and_nil, rows, partial(_cause, cause))
    return found


def _cause(cause: Barrier, at: int) -> dict[str, Any]:
    return {"cause": cause}


def _remark(
    found: dict[Field, pd.DataFrame],
    field: Field,
    code: NoteCode,
    marks: np.ndarray[Any, np.dtype[np.bool_]],
    rows: pd.Index,
    facts: Callable[[int], dict[str, Any]],
) -> None:
    at = np.flatnonzero(marks)
    if not len(at):
        return
    table = pd.DataFrame(
        {
            "code": pd.Series([code] * len(at), index=rows[at], dtype=object),
            "facts": pd.Series([facts(int(one)) for one in at], index=rows[at], dtype=object),
        }
    )
    found[field] = pd.concat([found[field], table]) if field in found else table


def _at(values: Mapping[str, pd.Series], name: str, rows: pd.Index) -> pd.Series:
    return values[name].reindex(rows) if name in values else pd.Series(None, index=rows, dtype=object)


def _day(
    values: Mapping[str, pd.Series], field: Field, rows: pd.Index
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, np.dtype[np.float64]]]:
    """Days of a field, and by how many months each may be later than its day."""
    days = pd.to_datetime(_at(values, field.value, rows)).to_numpy(dtype="datetime64[s]")
    precision = _at(values, f"{field.value}_precision", rows).astype(object)
    unsure = precision.map(_UNSURE_MONTHS).astype("float64").fillna(0.0).to_numpy()
    return days, np.asarray(unsure, dtype=np.float64)


def _months(days: np.ndarray[Any, Any], until: date) -> np.ndarray[Any, np.dtype[np.float64]]:
    span = (np.datetime64(until, "s") - days).astype("timedelta64[s]").astype(np.float64) / 86_400
    return np.asarray(np.where(np.isnat(days), np.nan, span / DAYS_A_MONTH), dtype=np.float64)


def _iso(days: np.ndarray[Any, Any], at: int) -> date:
    return pd.Timestamp(days[at]).date()
