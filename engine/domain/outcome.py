"""Outcomes: dated events that tell what came of a unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.domain.intervention import InterventionCode
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision


class OutcomeKind(Code):
    """What happened."""

    APPROACHED = "approached"
    VISITED = "visited"
    DECLINED = "declined"
    AGREED = "agreed"
    INVESTED = "invested"
    RESTARTED = "restarted"
    OBSERVED = "observed"
    STOPPED_AGAIN = "stopped_again"
    LIQUIDATED = "liquidated"
    LICENCE_CANCELLED = "licence_cancelled"
    WITHDRAWN = "withdrawn"
    OFFERED = "offered"
    SERVED = "served"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One event of one unit. It has two dates, since training may see only what was known on its day.

    Parameters
    ----------
    unit_id
        The unit, as the register names it.
    kind
        What happened.
    happened_on
        The day it happened, or the first day of the month or year when only that is known.
    known_on
        The day we learnt of it; never before ``happened_on``.
    happened_precision
        How exactly ``happened_on`` is known.
    capacity_share
        Share of nominal capacity at which the unit worked, 0..1, where it was observed.
    jobs
        Persons at work in the unit, where they were counted.
    act
        What was done for the unit (``engine.domain.intervention.InterventionCode``), where it was ``served``: a
        diagnosis, a course, a tour, instalments, a hearing.
    rial
        Money that was put in, where it was ``invested``, rial of the day.
    mandate_id
        The investor's mandate concerned, where there is one.
    event
        Name of the conference or programme where it came about.
    source
        Where we have it from: file name, address, office.

    Raises
    ------
    EhyaError
        ``outcome_out_of_range`` when a figure is outside its range, ``outcome_known_too_early`` when it would have
        been known before it happened, ``unknown_option`` for an act that there is not, ``outcome_act_missing`` for a
        service without one, ``outcome_detail_misplaced`` for an act or money of another kind of event.

    Examples
    --------
    >>> seen = Outcome(unit_id="U1", kind=OutcomeKind.OBSERVED, happened_on=date(2025, 3, 1), known_on=date(2025, 4, 2),
    ...                capacity_share=0.6, jobs=34)
    >>> seen.kind.key
    'outcome_kind.observed'
    """

    unit_id: str
    kind: OutcomeKind
    happened_on: date
    known_on: date
    happened_precision: Precision = Precision.DAY
    capacity_share: float | None = None
    jobs: int | None = None
    act: str | None = None
    rial: int | None = None
    mandate_id: str | None = None
    event: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.known_on < self.happened_on:
            raise EhyaError(
                ErrorCode.OUTCOME_KNOWN_TOO_EARLY,
                given=self.known_on.isoformat(),
                allowed=self.happened_on.isoformat(),
            )
        for name, high in HIGHEST.items():
            _check_range(name, getattr(self, name), high)
        if self.act not in (None, *_ACTS):
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="act", given=self.act, allowed=list(_ACTS))
        if self.act is None and self.kind is OutcomeKind.SERVED:
            raise EhyaError(ErrorCode.OUTCOME_ACT_MISSING, allowed=list(_ACTS))
        for name, kind in DETAIL_OF.items():
            if getattr(self, name) is not None and self.kind is not kind:
                raise EhyaError(ErrorCode.OUTCOME_DETAIL_MISPLACED, field=name, given=self.kind, allowed=kind)


OUTCOME_COLUMNS: dict[str, str] = {
    "unit_id": "str",
    "kind": "str",
    "happened_on": "datetime64[s]",
    "happened_precision": "str",
    "known_on": "datetime64[s]",
    "capacity_share": "float64",
    "jobs": "Int64",
    "act": "str",
    "rial": "Int64",
    "mandate_id": "str",
    "event": "str",
    "source": "str",
}
"""Columns of a table of outcomes, with their dtypes."""

HIGHEST = {"capacity_share": 1.0, "jobs": 100_000, "rial": 10**18}
"""Highest value of each figure of an event; the lowest is nil."""

DETAIL_OF = {"act": OutcomeKind.SERVED, "rial": OutcomeKind.INVESTED}
"""What only events of one kind have: of other kinds it would be kept and counted nowhere."""

_ACTS = tuple(act.value for act in InterventionCode)


def outcome_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Bring many events to one shape, held to what :class:`Outcome` holds one to.

    Parameters
    ----------
    rows
        Shape (n, any). ``unit_id, kind, happened_on, known_on`` are needed; what else ``OUTCOME_COLUMNS`` names is
        missing where the column is, ``happened_precision`` is then a day. Columns that are none of them are dropped.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns of ``OUTCOME_COLUMNS``), order and index of ``rows``.

    Raises
    ------
    EhyaError
        ``unknown_column`` when a needed column is not there; ``unknown_option`` for a kind or precision that there is
        not, or a needed value that is missing; ``outcome_act_missing``, ``outcome_detail_misplaced``,
        ``outcome_out_of_range``, ``outcome_known_too_early``.

    Examples
    --------
    >>> days = {"happened_on": ["2025-03-01"], "known_on": ["2025-04-02"]}
    >>> table = outcome_table(pd.DataFrame({"unit_id": ["U1"], "kind": ["observed"], **days, "jobs": [34]}))
    >>> table.loc[0, "kind"], table.loc[0, "happened_precision"], int(table.loc[0, "jobs"])
    ('observed', 'day', 34)
    """
    if absent := [name for name in _NEEDED if name not in rows]:
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table="events", given=absent, allowed=list(OUTCOME_COLUMNS))
    none = pd.Series(None, index=rows.index, dtype=object)
    columns = {name: rows.get(name, none) for name in OUTCOME_COLUMNS}
    table = pd.DataFrame(columns, index=rows.index).astype(OUTCOME_COLUMNS)
    table["happened_precision"] = table["happened_precision"].fillna(Precision.DAY.value)
    for name in _NEEDED:
        _refuse(table[name].isna(), table[name], ErrorCode.UNKNOWN_OPTION, option=name, allowed=[OUTCOME_COLUMNS[name]])
    for name, words in (("kind", OutcomeKind), ("happened_precision", Precision)):
        allowed = [word.value for word in words]
        _refuse(~table[name].isin(allowed), table[name], ErrorCode.UNKNOWN_OPTION, option=name, allowed=allowed)
    for name, high in HIGHEST.items():
        outside = (rows[name].notna() if name in rows else none.notna()) & ~table[name].between(0, high).fillna(False)
        _refuse(outside, table[name], ErrorCode.OUTCOME_OUT_OF_RANGE, field=name, allowed=[0, high])
    acts = [None, *_ACTS]
    stated = table["act"].astype(object).where(table["act"].notna(), None)
    _refuse(~stated.isin(acts), table["act"], ErrorCode.UNKNOWN_OPTION, option="act", allowed=list(_ACTS))
    nameless = table["act"].isna() & (table["kind"] == OutcomeKind.SERVED.value)
    _refuse(nameless, table["act"], ErrorCode.OUTCOME_ACT_MISSING, allowed=list(_ACTS))
    for name, kind in DETAIL_OF.items():
        elsewhere = table[name].notna() & (table["kind"] != kind.value)
        _refuse(elsewhere, table["kind"], ErrorCode.OUTCOME_DETAIL_MISPLACED, field=name, allowed=kind)
    early = table["known_on"] < table["happened_on"]
    if early.any():
        first = table[early].iloc[0]
        given, allowed = (first[name].date().isoformat() for name in ("known_on", "happened_on"))
        raise EhyaError(ErrorCode.OUTCOME_KNOWN_TOO_EARLY, given=given, allowed=allowed)
    return table


def date_disputes(events: pd.DataFrame, dates: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Events that cannot be, by what is known of their unit: each with the first date that speaks against it.

    No unit restarts or is visited before it was founded. None restarts before it stopped, unless it is recorded to have
    stopped again since: then the stop of the record is the later one.

    Parameters
    ----------
    events
        Shape (n, any): ``unit_id, kind, happened_on, happened_precision``.
    dates
        Index ``unit_id``: ``established_on, stopped_on``, the earliest that anybody ever gave (of a month or a year
        its first day); units of which nothing is known may be absent.
    log
        What was recorded before: ``unit_id, kind, happened_on``.

    Returns
    -------
    pandas.DataFrame
        Index of the events concerned: ``code`` (``outcome_before_established``, ``outcome_before_stop``), ``given``
        (the day it happened) and ``allowed`` (the day it cannot lie before), ISO days.

    Examples
    --------
    >>> dates = pd.DataFrame({"established_on": ["2010-03-21"], "stopped_on": ["2019-01-05"]}, index=["U1"])
    >>> events = pd.DataFrame({"unit_id": "U1", "kind": ["restarted", "visited", "visited"]})
    >>> events["happened_on"], events["happened_precision"] = ["2018-06-01", "2009-06-01", "2012-01-01"], "day"
    >>> nothing = events.iloc[:0]
    >>> date_disputes(events, dates, nothing)["code"].tolist()
    ['outcome_before_stop', 'outcome_before_established']
    """
    happened = pd.to_datetime(events["happened_on"]).to_numpy().astype("datetime64[D]")
    until = happened + _width(events["happened_precision"])
    told = dates.reindex(events["unit_id"])
    founded, stopped = (
        pd.to_datetime(told[name]).to_numpy().astype("datetime64[D]") for name in ("established_on", "stopped_on")
    )
    again = pd.concat([log[_STORY], events[_STORY]])
    again = again[again["kind"] == OutcomeKind.STOPPED_AGAIN.value]
    last = pd.to_datetime(again["happened_on"]).groupby(again["unit_id"].to_numpy()).max()
    since = last.reindex(events["unit_id"]).to_numpy().astype("datetime64[D]")
    restart = (events["kind"] == OutcomeKind.RESTARTED.value).to_numpy()
    # A comparison with a day that is not known is false.
    before = {
        ErrorCode.OUTCOME_BEFORE_ESTABLISHED: (until <= founded, founded),
        ErrorCode.OUTCOME_BEFORE_STOP: (restart & (until <= stopped) & ~(since >= happened), stopped),
    }
    parts = [
        pd.DataFrame(
            {"code": code.value, "given": happened[wrong].astype(str), "allowed": limit[wrong].astype(str)},
            index=events.index[wrong],
        )
        for code, (wrong, limit) in before.items()
    ]
    found = pd.concat(parts)
    return found[~found.index.duplicated()].sort_index()


def refuse_disputes(events: pd.DataFrame, dates: pd.DataFrame, log: pd.DataFrame) -> None:
    """Let only events pass that their unit's own dates allow; arguments as of `date_disputes`.

    Raises
    ------
    EhyaError
        ``outcome_before_established``, ``outcome_before_stop``: ``unit``, ``given``, ``allowed``.
    """
    found = date_disputes(events, dates, log)
    if len(found):
        first = found.iloc[0]
        unit = str(events.loc[found.index[0], "unit_id"])
        raise EhyaError(ErrorCode(first["code"]), unit=unit, given=first["given"], allowed=first["allowed"])


_STORY = ["unit_id", "kind", "happened_on"]
_WIDTH_DAYS = {Precision.YEAR.value: 366, Precision.MONTH.value: 31}
_NEEDED = ("unit_id", "kind", "happened_on", "known_on")


def _refuse(refused: pd.Series, values: pd.Series, code: ErrorCode, **facts: object) -> None:
    if refused.any():
        first = values[refused].iloc[0]
        raise EhyaError(code, given=None if pd.isna(first) else str(first), **facts)


def _check_range(name: str, value: float | None, high: float) -> None:
    if value is not None and (math.isnan(value) or not 0 <= value <= high):
        raise EhyaError(ErrorCode.OUTCOME_OUT_OF_RANGE, field=name, given=value, allowed=[0, high])


def _width(precision: pd.Series) -> npt.NDArray[np.timedelta64]:
    """Days until the first that a date of this precision cannot mean any more."""
    days: npt.NDArray[np.timedelta64] = precision.map(_WIDTH_DAYS).fillna(1).to_numpy().astype("timedelta64[D]")
    return days
