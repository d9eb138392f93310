"""Rows of a sheet as events: each is taken, or refused with its row, its column, what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.domain.intervention import InterventionCode
from engine.domain.outcome import DETAIL_OF, HIGHEST, OUTCOME_COLUMNS, OutcomeKind, date_disputes
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import DateRead, read_date
from engine.parsing.numerals import read_numeral
from engine.parsing.text import fold

LONGEST_TEXT = 1000
"""A longer text of an event is refused."""

_NEEDED = ("unit_id", "kind", "happened_on")
_ALIKE = ["unit_id", "kind", "happened_on", "happened_precision", "capacity_share", "jobs", "act", "rial", "mandate_id"]
_WHOLE = ("jobs", "rial")


class OutcomeRejection(Code):
    """Why a row of a sheet is no event."""

    MISSING = "missing"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_ACT = "unknown_act"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    TOO_LONG = "too_long"
    OTHER_KIND = "other_kind"
    KNOWN_TOO_EARLY = "known_too_early"
    BEFORE_ESTABLISHED = "before_established"
    BEFORE_STOP = "before_stop"
    ALREADY_RECORDED = "already_recorded"


@dataclass(frozen=True)
class OutcomeRows:
    """What a sheet of events holds.

    Parameters
    ----------
    accepted
        Events as `engine.domain.outcome.outcome_table` gives them; the index is the sheet's own number of the row.
    refused
        One line a refusal, in the order of the rows: ``row, column`` (a column of ``OUTCOME_COLUMNS``), ``code`` (an
        `OutcomeRejection`), ``given`` (text), ``allowed`` (text, empty where anything else would do).
    """

    accepted: pd.DataFrame
    refused: pd.DataFrame


def read_outcome_rows(
    rows: pd.DataFrame,
    *,
    units: Mapping[str, str],
    dates: pd.DataFrame,
    log: pd.DataFrame,
    known_on: pd.Timestamp,
    kinds: Mapping[str, str] | None = None,
    acts: Mapping[str, str] | None = None,
) -> OutcomeRows:
    """Read the rows of a sheet; a row with anything refused in it is left out whole.

    Parameters
    ----------
    rows
        Cells as they stand, columns named as in ``OUTCOME_COLUMNS`` (others are left aside), index the sheet's own row
        numbers. Dates are Jalali or Gregorian, of a day, a month or a year; digits of any script.
    units
        Every name of a unit that may stand in the sheet -> the unit it means.
    dates, log
        As of `engine.domain.outcome.date_disputes`; of the log also the other columns, so that an event that is there
        already is not recorded twice.
    known_on
        The day that the events of a row without ``known_on`` became known.
    kinds
        Further words for the kinds, such as those of a language -> kind.
    acts
        The same for acts.

    Raises
    ------
    EhyaError
        ``unknown_column`` when a needed column is not there.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": "U1", "kind": ["visited", "بازدید"], "happened_on": ["1403/05/01", "؟"]})
    >>> nothing = pd.DataFrame(columns=["unit_id", "kind", "happened_on"])
    >>> dates, day = pd.DataFrame(columns=["established_on", "stopped_on"]), pd.Timestamp("2025-01-01")
    >>> read = read_outcome_rows(rows, units={"U1": "U1"}, dates=dates, log=nothing, known_on=day)
    >>> read.accepted["happened_on"].astype(str).tolist(), read.refused[["row", "column", "code"]].values.tolist()
    (['2024-07-22'], [[1, 'kind', 'unknown_kind'], [1, 'happened_on', 'not_a_date']])
    """
    if absent := [name for name in _NEEDED if name not in rows]:
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table="events", given=absent, allowed=list(OUTCOME_COLUMNS))
    cells = rows.reindex(columns=list(OUTCOME_COLUMNS)).astype(object)
    cells = cells.mask(cells.map(lambda cell: isinstance(cell, str) and not cell.strip()))
    refusals: list[pd.DataFrame] = []
    table = pd.DataFrame(index=cells.index)
    words = {fold(kind.value): kind.value for kind in OutcomeKind}
    words |= {fold(word): kind for word, kind in (kinds or {}).items()}
    for name in _NEEDED:
        refusals.append(_refused(cells, name, cells[name].isna(), OutcomeRejection.MISSING))
    table["unit_id"] = _each(cells["unit_id"], lambda cell: units.get(str(cell).strip()))
    table["kind"] = _each(cells["kind"], lambda cell: words.get(fold(str(cell))))
    allowed = "; ".join(kind.value for kind in OutcomeKind)
    refusals.append(_unread(cells, table, "unit_id", OutcomeRejection.UNKNOWN_UNIT))
    refusals.append(_unread(cells, table, "kind", OutcomeRejection.UNKNOWN_KIND, allowed))
    table["happened_on"], table["happened_precision"] = _days(cells["happened_on"])
    table["known_on"], _ = _days(cells["known_on"])
    acted = {fold(act.value): act.value for act in InterventionCode}
    acted |= {fold(word): act for word, act in (acts or {}).items()}
    table["act"] = _each(cells["act"], lambda cell: acted.get(fold(str(cell))))
    listed = "; ".join(act.value for act in InterventionCode)
    refusals.append(_unread(cells, table, "act", OutcomeRejection.UNKNOWN_ACT, listed))
    nameless = (table["kind"] == OutcomeKind.SERVED.value) & cells["act"].isna()
    refusals.append(_refused(cells, "act", nameless, OutcomeRejection.MISSING))
    for name, kind in DETAIL_OF.items():
        elsewhere = cells[name].notna() & table["kind"].notna() & (table["kind"] != kind.value)
        refusals.append(_refused(cells, name, elsewhere, OutcomeRejection.OTHER_KIND, kind.value))
    for name in ("happened_on", "known_on"):
        refusals.append(_unread(cells, table, name, OutcomeRejection.NOT_A_DATE))
    table["known_on"] = table["known_on"].where(cells["known_on"].notna(), known_on)
    for name, high in HIGHEST.items():
        table[name] = pd.to_numeric(_each(cells[name], _number))
        refusals.append(_unread(cells, table, name, OutcomeRejection.NOT_A_NUMBER))
        counted = table[name].isna() | (name not in _WHOLE) | (table[name] % 1 == 0)
        outside = table[name].notna() & ~(table[name].between(0, high) & counted)
        refusals.append(_refused(cells, name, outside, OutcomeRejection.OUT_OF_RANGE, f"0..{high:g}"))
    for name in ("mandate_id", "event", "source"):
        table[name] = _each(cells[name], lambda cell: str(cell).strip())
        long = table[name].map(lambda text: isinstance(text, str) and len(text) > LONGEST_TEXT)
        refusals.append(_refused(cells, name, long.astype(bool), OutcomeRejection.TOO_LONG, str(LONGEST_TEXT)))
    early = table["known_on"] < table["happened_on"]
    dated = cells.assign(known_on=table["known_on"].astype("str"))
    refusals.append(_refused(dated, "known_on", early, OutcomeRejection.KNOWN_TOO_EARLY))
    whole = table[~table.index.isin(pd.concat(refusals)["row"])].astype(OUTCOME_COLUMNS)[list(OUTCOME_COLUMNS)]
    refusals.append(_disputed(whole, dates, log))
    whole = whole[~whole.index.isin(refusals[-1]["row"])]
    there = _recorded(whole, log)
    refusals.append(_refused(cells.loc[whole.index], "happened_on", there, OutcomeRejection.ALREADY_RECORDED))
    refused = pd.concat(refusals, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)
    return OutcomeRows(whole[~there], refused)


def _each(column: pd.Series, read: Callable[[Any], object]) -> pd.Series:
    """Read each different cell once; missing stays missing."""
    found = {cell: read(cell) for cell in column.dropna().unique()}
    return column.map(found).astype(object)


def _days(column: pd.Series) -> tuple[pd.Series, pd.Series]:
    def read(cell: object) -> DateRead | None:
        found = read_date(cell)
        return found if isinstance(found, DateRead) else None  # a date with a remark is no date to record

    dates = _each(column, read)
    days = dates.map(lambda found: pd.Timestamp(found.day) if isinstance(found, DateRead) else pd.NaT)
    precision = dates.map(lambda found: found.precision.value if isinstance(found, DateRead) else None)
    return days.astype("datetime64[s]"), precision


def _number(cell: object) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    text = fold(str(cell)).strip()
    percent = text.endswith(("%", "٪"))
    found = read_numeral(text.rstrip("%٪ "))
    return float(found) / (100 if percent else 1) if isinstance(found, Decimal) else None


def _unread(
    cells: pd.DataFrame, table: pd.DataFrame, name: str, code: OutcomeRejection, allowed: str = ""
) -> pd.DataFrame:
    return _refused(cells, name, cells[name].notna() & table[name].isna(), code, allowed)


def _refused(
    cells: pd.DataFrame, name: str, wrong: pd.Series, code: OutcomeRejection, allowed: str = ""
) -> pd.DataFrame:
    given = cells.loc[wrong.to_numpy(dtype=bool), name]
    texts = given.map(lambda cell: "" if pd.isna(cell) else str(cell)[:LONGEST_TEXT])
    lines = {"row": given.index, "column": name, "code": code.value, "given": texts.to_numpy(), "allowed": allowed}
    return pd.DataFrame(lines).astype({"column": "str", "code": "str", "given": "str", "allowed": "str"})


def _disputed(events: pd.DataFrame, dates: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    found = date_disputes(events, dates, log)
    code = found["code"].str.removeprefix("outcome_")
    return pd.DataFrame(
        {
            "row": found.index,
            "column": "happened_on",
            "code": code,
            "given": found["given"],
            "allowed": found["allowed"],
        }
    ).astype({"column": "str", "code": "str", "given": "str", "allowed": "str"})


def _recorded(events: pd.DataFrame, log: pd.DataFrame) -> pd.Series:
    """Whether an event stands in the log already, or above in the same sheet."""
    names = [*_ALIKE, "event"]
    both = pd.concat([log.reindex(columns=names), events[names]], ignore_index=True)
    # Two courses of one day are two; whatever else happened to a unit happened once, under whatever name.
    both["event"] = both["event"].where(both["kind"] == OutcomeKind.SERVED.value)
    both["happened_on"] = pd.to_datetime(both["happened_on"]).astype("datetime64[s]")
    figures = list(HIGHEST)
    both[figures] = both[figures].astype("float64")
    again = both.astype("str").fillna("").duplicated()
    return pd.Series(np.asarray(again)[len(log) :], index=events.index, dtype=bool)
