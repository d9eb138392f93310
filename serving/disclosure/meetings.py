"""What an investor sees of the plan of an event's meetings: its own day, and nothing that tells of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.meetings.day import MeetingDay


class OwnReason(Code):
    """Why an investor has no meeting that it wishes, as far as its own day tells it."""

    BETTER_ONES_MET = "better_ones_met"
    NOT_ARRANGED = "not_arranged"


@dataclass(frozen=True, slots=True)
class OwnMeeting:
    """A meeting of an investor.

    Parameters
    ----------
    unit_id, name
        The unit, as the public knows it.
    begin, end
        When, in the time zone of the place.
    table
        Where; ``None`` for a meeting that was cancelled.
    third
        Who sits with them; ``None`` for nobody.
    interpreter
        Whether they have no language in common, as far as both say which they speak.
    """

    unit_id: str
    name: str
    begin: datetime
    end: datetime
    table: int | None
    third: str | None
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class OwnWish:
    """A wish of an investor that has no meeting.

    Parameters
    ----------
    unit_id, name
        The unit.
    why
        Why not.
    """

    unit_id: str
    name: str
    why: OwnReason


@dataclass(frozen=True, slots=True)
class OwnDay:
    """The day of one investor at an event. Two that are equal were made for one who saw no difference.

    Parameters
    ----------
    event, date
        The event.
    investor, name
        Whose day it is: its id, and what the plan calls it.
    meetings
        By time.
    unmet
        Wishes without a meeting, the dearest first.
    cancelled
        Meetings that it had in an earlier version.
    """

    event: str
    date: date
    investor: str
    name: str
    meetings: tuple[OwnMeeting, ...]
    unmet: tuple[OwnWish, ...]
    cancelled: tuple[OwnMeeting, ...]


def own_day(
    day: MeetingDay,
    investor: str,
    names: Mapping[str, str],
    *,
    wishes: pd.DataFrame,
    meetings: pd.DataFrame,
    cancelled: pd.DataFrame,
    most: int,
) -> OwnDay | None:
    """What an investor sees of a plan; ``None`` where it is no guest of the event.

    Only rows of the investor are read. Why a wish has no meeting is found from its own meetings and wishes alone: the
    reasons of the plan tell of others, that a unit meets somebody whom it likes better, that the tables are taken.

    Parameters
    ----------
    day
        The day.
    investor
        Id of a guest: the investor for whom the caller's key acts, letter for letter.
    names
        Id -> name.
    wishes
        ``guest, host, fit, asked`` of everybody.
    meetings, cancelled
        ``guest, host, slot, table, third, interpreter`` of everybody: those that stand, and those that were called off.
    most
        Meetings that the investor may have.
    """
    wished = wishes[wishes["guest"] == investor]
    if wished.empty:
        return None
    met = tuple(_meeting(day, row, names) for row in _of(meetings, investor))
    with_whom = {one.unit_id for one in met}
    fits = dict(zip(wished["host"], wished["fit"] + wished["asked"], strict=True))
    met_fits = [fits[unit] for unit in with_whom if unit in fits]
    unmet = tuple(
        OwnWish(str(unit), names[unit], own_reason(fit, met_fits, most))
        for unit, fit in fits.items()
        if unit not in with_whom
    )
    off = tuple(_meeting(day, row, names, stands=False) for row in _of(cancelled, investor))
    return OwnDay(day.event, day.date, investor, names[investor], met, unmet, off)


def own_reason(fit: float, met: list[float], most: int) -> OwnReason:
    """Why an investor does not meet a unit, by what it knows itself.

    Parameters
    ----------
    fit
        How well the unit fits it, and 1 more where it asked to meet it.
    met
        The same of those that it meets.
    most
        Meetings that it may have.

    Examples
    --------
    >>> own_reason(0.5, [0.7, 0.6], 2).value, own_reason(0.65, [0.7, 0.6], 2).value, own_reason(0.5, [0.7], 2).value
    ('better_ones_met', 'not_arranged', 'not_arranged')
    """
    full = bool(met) and len(met) >= most and fit <= min(met)
    return OwnReason.BETTER_ONES_MET if full else OwnReason.NOT_ARRANGED


def _of(frame: pd.DataFrame, investor: str) -> list[dict[Any, Any]]:
    own = frame[frame["guest"] == investor].sort_values(["slot", "host"], kind="stable")
    return own.to_dict(orient="records")


def _meeting(day: MeetingDay, row: Mapping[Any, Any], names: Mapping[str, str], *, stands: bool = True) -> OwnMeeting:
    begin, end = day.times(int(row["slot"]))
    place = int(row["third"])
    third = day.third[place].name if place >= 0 else None
    table = int(row["table"]) if stands else None
    return OwnMeeting(str(row["host"]), names[row["host"]], begin, end, table, third, bool(row["interpreter"]))
