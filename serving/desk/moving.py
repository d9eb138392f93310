"""A meeting moved by hand to another slot or table, where everybody can; the rest of the plan stays as it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.store import Register, StoredMeetings
from serving.desk.kept_meetings import keep_plan, kept_plan
from serving.desk.meetings import PlannedMeetings, present

_MEETING = ["guest", "host", "slot", "table", "third"]
Pair = tuple[str, str]
Where = tuple[int, int]
"""Slot from 0, table from 1."""


class MoveProblem(Code):
    """Why a meeting cannot be moved there."""

    NO_MEETING = "no_meeting"
    NO_SUCH_SLOT = "no_such_slot"
    NO_SUCH_TABLE = "no_such_table"
    INVESTOR_BUSY = "investor_busy"
    UNIT_BUSY = "unit_busy"
    TABLE_TAKEN = "table_taken"
    THIRD_BUSY = "third_busy"


def moved_meeting(planned: PlannedMeetings, guest: str, host: str, *, slot: int, table: int) -> PlannedMeetings:
    """The next version of a plan, with one meeting elsewhere.

    Parameters
    ----------
    planned
        The plan.
    guest, host
        Who meets.
    slot, table
        Where to: slot from 0, table from 1.

    Raises
    ------
    EhyaError
        ``meeting_not_moved`` with the reason, a `MoveProblem`.
    """
    met = planned.plan.meetings
    here = (met["guest"] == guest) & (met["host"] == host)
    problem = _problem(planned, here, guest, host, slot, table)
    if problem is not None:
        raise EhyaError(ErrorCode.MEETING_NOT_MOVED, reason=problem)
    after = met.assign(slot=met["slot"].mask(here, slot), table=met["table"].mask(here, table))
    after = after.sort_values(["slot", "table"], kind="stable").reset_index(drop=True)
    # Who would rather swap now was not looked into: the plan is a person's, no longer the search's.
    plan = replace(planned.plan, meetings=after.astype(met.dtypes.to_dict()), proven=False, moved=1)
    return replace(planned, plan=plan, version=planned.version + 1, before=met[_MEETING])


def _problem(
    planned: PlannedMeetings, here: pd.Series, guest: str, host: str, slot: int, table: int
) -> MoveProblem | None:
    if not here.any():
        return MoveProblem.NO_MEETING
    if not 0 <= slot < len(planned.day.slots):
        return MoveProblem.NO_SUCH_SLOT
    if not 1 <= table <= planned.day.tables:
        return MoveProblem.NO_SUCH_TABLE
    who, others = present(planned), planned.plan.meetings[~here]
    then = others[others["slot"] == slot]
    if not who.free.guests[who.guests.get_loc(guest), slot] or (then["guest"] == guest).any():
        return MoveProblem.INVESTOR_BUSY
    if not who.free.hosts[who.hosts.get_loc(host), slot] or (then["host"] == host).any():
        return MoveProblem.UNIT_BUSY
    if (then["table"] == table).any():
        return MoveProblem.TABLE_TAKEN
    third = int(who.free.third[who.hosts.get_loc(host)])
    if third >= 0 and int((then["third"] == third).sum()) >= int(who.free.thirds[third, slot]):
        return MoveProblem.THIRD_BUSY
    return None


def move_kept(
    register: Register, event: str, at: Where, *, slot: int, table: int, over: int, made_at: datetime, actor: str
) -> StoredMeetings:
    """Move a meeting of a plan that is kept.

    Parameters
    ----------
    register, event
        The event.
    at
        Slot and table at which the meeting is.
    slot, table
        Where to: slot from 0, table from 1.
    over
        The version that was read.
    made_at, actor
        Now, and who moves it.

    Raises
    ------
    EhyaError
        ``meetings_unknown``, ``meetings_changed``, ``meeting_not_moved``.
    """
    kept = kept_plan(register, event)
    if kept.stored.version != over:
        raise EhyaError(ErrorCode.MEETINGS_CHANGED, given=over, allowed=kept.stored.version)
    met = kept.planned.plan.meetings
    here = met[(met["slot"] == at[0]) & (met["table"] == at[1])]
    if here.empty:
        raise EhyaError(ErrorCode.MEETING_NOT_MOVED, reason=MoveProblem.NO_MEETING)
    guest, host = here.iloc[0][["guest", "host"]]
    moved = moved_meeting(kept.planned, str(guest), str(host), slot=slot, table=table)
    return keep_plan(register, moved, over=over, made_at=made_at, actor=actor)


def locked_pairs(planned: PlannedMeetings, locked: Collection[str]) -> list[Pair]:
    """Meetings that somebody locked, as ``GUEST|HOST`` each; what is no meeting of the plan is none.

    Parameters
    ----------
    planned
        The plan.
    locked
        What was ticked.
    """
    pairs = planned.plan.meetings[["guest", "host"]].itertuples(index=False, name=None)
    return [(guest, host) for guest, host in pairs if f"{guest}|{host}" in locked]


def places_of(planned: PlannedMeetings, locked: Collection[str]) -> list[Where]:
    """Slot and table of the meetings that somebody locked; see `locked_pairs`."""
    met = planned.plan.meetings
    here = (met["guest"].astype(str) + "|" + met["host"].astype(str)).isin(list(locked))
    return [(int(slot), int(table)) for slot, table in met.loc[here, ["slot", "table"]].itertuples(index=False)]


def place_of(given: str) -> Where:
    """Slot and table as a timetable writes them, ``SLOT.TABLE``; what is none is no place of any meeting.

    Examples
    --------
    >>> place_of("0.4"), place_of("there")
    ((0, 4), (-1, 0))
    """
    slot, _, table = given.partition(".")
    return (int(slot), int(table)) if slot.isdecimal() and table.isdecimal() else (-1, 0)
