"""What came of units: record events one by one or from a sheet, correct, withdraw and list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision, to_jalali
from engine.settings import Settings
from engine.store import Act, Register
from serving.desk.named import find_unit
from serving.desk.workspace import open_register

_DETAILS = ("capacity_share", "jobs", "act", "rial", "mandate_id", "event", "source")


@dataclass(frozen=True, slots=True)
class OutcomeRequest:
    """An event to record.

    Parameters
    ----------
    unit
        Id of the unit, or its exact name.
    kind
        Code of ``OutcomeKind``.
    happened_on, precision
        When it happened, and how exactly that is known.
    known_on
        When we learnt of it.
    capacity_share, jobs
        Share of capacity at work (0..1) and persons at work, where somebody looked.
    act, rial
        What was done for the unit, where it was served; money that was put in, where somebody invested.
    mandate_id, event, source
        Whose mandate, at which conference, and where we have it from.
    """

    unit: str
    kind: str
    happened_on: pd.Timestamp
    precision: Precision
    known_on: pd.Timestamp
    capacity_share: float | None = None
    jobs: int | None = None
    act: str | None = None
    rial: int | None = None
    mandate_id: str | None = None
    event: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded event: its number in the log, and the unit it speaks of."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, eq=False, slots=True)
class RecordedSheet:
    """What came of a sheet of events.

    Parameters
    ----------
    accepted, refused
        As `engine.domain.outcome_rows.OutcomeRows` has them.
    first, last
        Numbers of the first and the last event that were recorded; 0 where none was.
    """

    accepted: pd.DataFrame
    refused: pd.DataFrame
    first: int = 0
    last: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class OutcomeList:
    """Events, oldest first, and the names of their units."""

    events: pd.DataFrame
    names: pd.Series


def record_outcome(settings: Settings, request: OutcomeRequest, *, made_at: datetime, actor: str) -> Recorded:
    """Record one event, and in the audit who did.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``outcome_known_too_early``, ``outcome_out_of_range``,
        ``outcome_before_established``, ``outcome_before_stop``.
    """
    with open_register(settings) as register:
        return record_in(register, asked_outcome(register, request), made_at=made_at, actor=actor)


def record_in(register: Register, outcome: Outcome, *, made_at: datetime, actor: str) -> Recorded:
    """Record an event in a register that is open already; raises what `engine.store.events.Events.add` does."""
    with register.together():
        number = register.events.add(outcome)
        facts = {"kind": outcome.kind.value, "number": number}
        by = {"made_at": made_at, "actor": actor, "subject": outcome.unit_id}
        register.audit.note(**by, act=Act.OUTCOME_RECORDED, **facts)  # type: ignore[arg-type]
    return Recorded(number, outcome)


def correct_outcome(
    settings: Settings,
    number: int,
    request: OutcomeRequest,
    *,
    made_at: datetime,
    actor: str,
    reason: str | None = None,
) -> Recorded:
    """Let another event stand in the place of one that was recorded wrongly; the log keeps both.

    Raises
    ------
    EhyaError
        ``unknown_event``, ``event_not_standing``, ``event_withdrawn``, and those of `record_outcome`.
    """
    with open_register(settings) as register:
        outcome = asked_outcome(register, request)
        return correct_in(register, number, outcome, made_at=made_at, actor=actor, reason=reason)


def correct_in(
    register: Register, number: int, outcome: Outcome, *, made_at: datetime, actor: str, reason: str | None = None
) -> Recorded:
    """Correct an event in a register that is open already; raises what `correct_outcome` does."""
    with register.together():
        instead = register.events.correct(number, outcome, made_at=made_at, reason=reason)
        facts = {"number": number, "replacement": instead}
        by = {"made_at": made_at, "actor": actor, "subject": outcome.unit_id}
        register.audit.note(**by, act=Act.OUTCOME_CORRECTED, **facts)  # type: ignore[arg-type]
    return Recorded(instead, outcome)


def withdraw_outcome(
    settings: Settings,
    number: int,
    *,
    known_on: pd.Timestamp,
    made_at: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    """Let an event stand no more, since it never happened; the log keeps it.

    Raises
    ------
    EhyaError
        ``unknown_event``, ``event_not_standing``, ``event_withdrawn``.
    """
    with open_register(settings) as register:
        withdraw_in(register, number, known_on=known_on, made_at=made_at, actor=actor, reason=reason)


def withdraw_in(
    register: Register,
    number: int,
    *,
    known_on: pd.Timestamp,
    made_at: datetime,
    actor: str,
    reason: str | None = None,
) -> None:
    """Withdraw an event in a register that is open already; raises what `withdraw_outcome` does."""
    with register.together():
        unit_id = register.events.withdraw(number, known_on=known_on, made_at=made_at, reason=reason)
        by = {"made_at": made_at, "actor": actor, "subject": unit_id}
        register.audit.note(**by, act=Act.OUTCOME_WITHDRAWN, number=number)  # type: ignore[arg-type]


def record_sheet(
    settings: Settings,
    rows: pd.DataFrame,
    *,
    known_on: pd.Timestamp,
    kinds: Mapping[str, str],
    acts: Mapping[str, str] | None = None,
    dry_run: bool = False,
    made_at: datetime,
    actor: str,
) -> RecordedSheet:
    """Record the rows of a sheet that can be events; the others are refused one by one.

    Parameters
    ----------
    settings
        Where things are kept.
    rows
        Cells as they stand, columns of ``OUTCOME_COLUMNS``, index the sheet's own row numbers. Units go by id, or by a
        name that only one bears.
    known_on
        The day that events became known of which the sheet does not say so.
    kinds, acts
        Further words for the kinds and the acts -> kind, act.
    dry_run
        Only say what would be recorded.
    made_at, actor
        Now, and who records them, for the audit.

    Raises
    ------
    EhyaError
        ``unknown_column``.
    """
    with open_register(settings) as register:
        names = register.units()["name"].dropna()
        alone = names[~names.duplicated(keep=False)]
        named = {str(name): str(unit) for unit, name in alone.items()}
        if dry_run:
            looked = register.events.add_rows(
                rows, known_on=known_on, names=named, kinds=kinds, acts=acts, dry_run=True
            )
            return RecordedSheet(looked.accepted, looked.refused)
        with register.together():
            before = register.events.last_number()
            found = register.events.add_rows(rows, known_on=known_on, names=named, kinds=kinds, acts=acts)
            if not len(found.accepted):
                return RecordedSheet(found.accepted, found.refused)
            by = {"made_at": made_at, "actor": actor, "subject": "sheet"}
            register.audit.note(**by, act=Act.OUTCOMES_RECORDED, count=len(found.accepted))  # type: ignore[arg-type]
            # Whoever writes is alone: all that was numbered meanwhile is of this sheet.
            return RecordedSheet(found.accepted, found.refused, before + 1, register.events.last_number())


def withdraw_sheet(
    settings: Settings, first: int, last: int, *, known_on: pd.Timestamp, made_at: datetime, actor: str
) -> int:
    """Withdraw the events of a sheet that still stand, all or none. Returns how many these were.

    Parameters
    ----------
    settings
        Where things are kept.
    first, last
        Numbers of the first and the last event of the sheet.
    known_on
        The day on which it became known that they never happened.
    made_at, actor
        Now, and who withdraws them, for the audit.
    """
    with open_register(settings) as register, register.together():
        events = register.events()
        numbers = sorted(int(number) for number in events.loc[events["id"].between(first, last), "id"])
        by = {"made_at": made_at, "actor": actor, "reason": "undo"}
        for number in numbers:
            withdraw_in(register, number, known_on=known_on, **by)  # type: ignore[arg-type]
        return len(numbers)


def reinstate_outcome(settings: Settings, number: int, *, made_at: datetime, actor: str) -> Recorded:
    """Record anew an event that was withdrawn, known from the day of its withdrawal on: until then it stands already.

    Raises
    ------
    EhyaError
        ``unknown_event`` where no withdrawn event has this number, and those of `record_outcome`.
    """
    with open_register(settings) as register, register.together():
        log = register.events.log()
        line = next(iter(log[(log["id"] == number) & (log["state"] == "withdrawn")].to_dict("records")), None)
        if line is None:
            raise EhyaError(ErrorCode.UNKNOWN_EVENT, given=number)
        again = Outcome(
            unit_id=str(line["unit_id"]),
            kind=OutcomeKind(line["kind"]),
            happened_on=line["happened_on"].date(),
            known_on=line["revised_on"].date(),
            happened_precision=Precision(line["happened_precision"]),
            **{name: line[name] if pd.notna(line[name]) else None for name in _DETAILS},
        )
        for other in log[(log["state"] == "stands") & (log["unit_id"] == line["unit_id"])].to_dict("records"):
            if _alike(line, other):
                return Recorded(int(other["id"]), again)  # somebody was faster
        return record_in(register, again, made_at=made_at, actor=actor)


def _alike(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    names = ("kind", "happened_on", "happened_precision", *_DETAILS)
    return all((pd.isna(one[name]) and pd.isna(other[name])) or one[name] == other[name] for name in names)


def outcomes(settings: Settings, unit: str | None = None, *, names: pd.Series | None = None) -> OutcomeList:
    """The events of all units, or of one.

    Parameters
    ----------
    settings
        Where things are kept.
    unit
        Id or name of one unit.
    names
        Names of all units, where somebody read them already: then they are not read anew.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``.
    """
    with open_register(settings) as register:
        if names is not None and unit is None:
            return OutcomeList(register.events(), names)
        units, events = register.units(), register.events()
        if unit is not None:
            events = events[events["unit_id"] == find_unit(units, register.units.resolve(unit))]
    return OutcomeList(events, units["name"])


def outcome(settings: Settings, number: int) -> Outcome:
    """The event of a number, if it stands.

    Raises
    ------
    EhyaError
        ``unknown_event``.
    """
    with open_register(settings) as register:
        return register.events.one(number)


def ended_outcome(settings: Settings, number: int) -> tuple[str, int | None]:
    """The unit of an event that stands no more, and the number of the event that stands instead, if one does.

    Raises
    ------
    EhyaError
        ``unknown_event`` where no such event ever was, or it stands.
    """
    with open_register(settings) as register:
        log = register.events.log()
    line = next(iter(log[(log["id"] == number) & (log["state"] != "stands")].to_dict("records")), None)
    if line is None:
        raise EhyaError(ErrorCode.UNKNOWN_EVENT, given=number)
    return str(line["unit_id"]), None if pd.isna(line["replacement_id"]) else int(line["replacement_id"])


def asked_outcome(register: Register, request: OutcomeRequest) -> Outcome:
    """The event that is asked for, its unit found among all; it only reads, and keeps nobody waiting.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``outcome_known_too_early``, ``outcome_out_of_range``.
    """
    if request.kind not in set(OutcomeKind):
        allowed = [one.value for one in OutcomeKind]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="KIND", given=request.kind, allowed=allowed)
    return Outcome(
        unit_id=find_unit(register.units(), register.units.resolve(request.unit)),
        kind=OutcomeKind(request.kind),
        happened_on=request.happened_on.date(),
        known_on=request.known_on.date(),
        happened_precision=request.precision,
        capacity_share=request.capacity_share,
        jobs=request.jobs,
        act=request.act,
        rial=request.rial,
        mandate_id=request.mandate_id,
        event=request.event,
        source=request.source,
    )


class Period(Code):
    """By which stretch of time events are counted."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def between(events: pd.DataFrame, start: pd.Timestamp | None, end: pd.Timestamp | None) -> pd.DataFrame:
    """Events that happened from one day to another, both counted; an end that is ``None`` is open."""
    happened = events["happened_on"]
    kept = pd.Series(True, index=events.index)
    if start is not None:
        kept &= happened >= start
    if end is not None:
        kept &= happened <= end
    return events[kept]


def by_period(events: pd.DataFrame, period: Period, *, jalali: bool) -> pd.DataFrame:
    """Events counted by kind and by month, quarter or year, the newest first.

    Parameters
    ----------
    events
        With ``kind`` and ``happened_on``, shape (n, columns).
    period
        Month, quarter or year; an event of which only the year is known counts where its year begins.
    jalali
        Whether these are of the Jalali calendar, whose year begins in March; else of the Gregorian.

    Returns
    -------
    pandas.DataFrame
        Columns ``year, part`` (month 1..12, quarter 1..4, 1 for a year), and one a kind with its count.

    Examples
    --------
    >>> events = pd.DataFrame({"kind": ["visited", "visited"],
    ...                        "happened_on": pd.to_datetime(["2026-03-20", "2026-03-21"])})
    >>> by_period(events, Period.QUARTER, jalali=True).values.tolist()
    [[1405, 1, 1], [1404, 4, 1]]
    """
    if events.empty:
        return pd.DataFrame(columns=["year", "part"])
    days = {day: _calendar_day(day, jalali=jalali) for day in set(events["happened_on"])}
    months = events["happened_on"].map(lambda day: days[day][1])
    length = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    placed = pd.DataFrame(
        {
            "year": events["happened_on"].map(lambda day: days[day][0]),
            "part": (months - 1) // length + 1,
            "kind": events["kind"],
        }
    )
    counted = pd.crosstab([placed["year"], placed["part"]], placed["kind"])
    return counted.sort_index(ascending=False).reset_index()


def _calendar_day(day: pd.Timestamp, *, jalali: bool) -> tuple[int, int, int]:
    return to_jalali(day.date()) if jalali else (day.year, day.month, day.day)
