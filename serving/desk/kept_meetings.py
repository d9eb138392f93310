"""Plans of meetings that are kept: planned from saved mandates, planned anew, read whole, and read by one investor."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from engine.settings import Settings
from engine.store import JobKind, JobState, Register, StoredJob, StoredMandate, StoredMeetings
from engine.store.dialect import file_of
from serving.desk.answered import weighed_by_answers
from serving.desk.investors import investors, like
from serving.desk.mandates import ADDRESSABLE
from serving.desk.meeting_wishes import asked_units
from serving.desk.meetings import (
    Gone,
    PlannedMeetings,
    declined_units,
    find_party,
    first_slot,
    gathering_of,
    interpreted,
    plan_again,
    plan_among,
)
from serving.desk.meetings_document import meetings_document, plan_of
from serving.desk.stock import Stock
from serving.desk.working import Say, work_next
from serving.desk.workspace import open_register
from serving.disclosure.meetings import OwnDay, own_day

_NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]{1,200}")
_ID_BYTES = 12


@dataclass(frozen=True, eq=False, slots=True)
class KeptPlan:
    """A version of a plan that is kept, opened.

    Parameters
    ----------
    stored
        As the register has it.
    planned
        The plan.
    """

    stored: StoredMeetings
    planned: PlannedMeetings


@dataclass(frozen=True, slots=True)
class OwnVersion:
    """The day of an investor as it stands.

    Parameters
    ----------
    day
        Its day.
    version
        From 1; it rises only where this day changed, whatever happened to others.
    made_at
        When it last changed, UTC.
    synthetic
        Whether any of the units that it speaks of is made up: the plan says that of all units of the event, and so
        tells of what others wish.
    """

    day: OwnDay
    version: int
    made_at: datetime
    synthetic: bool = False


def keep_plan(
    register: Register, planned: PlannedMeetings, *, over: int | None, made_at: datetime, actor: str
) -> StoredMeetings:
    """Keep a plan as the next version of its event.

    Parameters
    ----------
    register
        The register.
    planned
        The plan; its version is the one that it will have.
    over
        The version that it takes the place of; ``None`` for the first.
    made_at, actor
        Now, and who makes it.

    Raises
    ------
    EhyaError
        ``meetings_value_refused`` for a name that no address can bear; ``meetings_exist``, ``meetings_unknown``,
        ``meetings_changed``; ``meetings_unreadable`` for what does not hold together.
    """
    document, event = meetings_document(planned), planned.day.event
    _refuse_name(event)
    plan_of(document, given=event)
    return register.meetings.add(document, event=event, over=over, made_at=made_at, actor=actor)


def kept_plan(register: Register, event: str, version: int | None = None) -> KeptPlan:
    """A version of an event's plan, the newest by default.

    Raises
    ------
    EhyaError
        ``meetings_unknown``; ``meetings_unreadable`` for what somebody changed in the database so that it holds
        together no more.
    """
    stored = register.meetings.get(event, version)
    return KeptPlan(stored, plan_of(stored.document, given=stored.key))


def events_kept(settings: Settings) -> tuple[str, ...]:
    """Events whose plan a workspace keeps; none where there is no register, and none is made."""
    file = file_of(settings.database_url)
    if file is not None and not file.is_file():
        return ()
    with open_register(settings) as register:
        return tuple(register.meetings()["event"].astype(str).unique())


def own_version(register: Register, event: str, investor: str | None) -> OwnVersion:
    """The day of an investor at an event.

    Raises
    ------
    EhyaError
        ``meetings_unknown`` without the events there are, also for an event that the investor is no guest of.
    """
    found = None if investor is None else _own(register.meetings.versions(event), investor)
    if found is None:
        raise EhyaError(ErrorCode.MEETINGS_UNKNOWN, given=event, allowed=[])
    day = found.day
    units = {one.unit_id for one in (*day.meetings, *day.cancelled)} | {one.unit_id for one in day.unmet}
    return replace(found, synthetic=bool((register.units.some(units)["origin"] == "synthetic").any()))


def own_versions(register: Register, investor: str | None) -> tuple[OwnVersion, ...]:
    """The days of an investor at all events that it is a guest of, the latest event first."""
    if investor is None:
        return ()
    events = register.meetings()["event"].unique()
    found = [_own(register.meetings.versions(str(event)), investor) for event in events]
    days = [one for one in found if one is not None]
    return tuple(sorted(days, key=lambda one: (one.day.date, one.day.event), reverse=True))


def _own(versions: Sequence[StoredMeetings], investor: str) -> OwnVersion | None:
    last: OwnVersion | None = None
    for stored in versions:
        try:
            if all(wish["guest"] != investor for wish in stored.document["wishes"]):
                return None
            day = day_of_investor(plan_of(stored.document, given=stored.key), investor)
        except (
            EhyaError,
            KeyError,
            TypeError,
        ):  # what is wrong with a plan may name others: that is the office's to read
            return None
        if day is None:
            return None
        if last is None or day != last.day:
            last = OwnVersion(day, 1 if last is None else last.version + 1, stored.made_at)
    return last


def day_of_investor(planned: PlannedMeetings, investor: str) -> OwnDay | None:
    """What an investor sees of a plan; ``None`` where it is no guest."""
    who = gathering_of(planned.day, planned.wishes, planned.names, planned.languages)
    if investor not in who.guests:
        return None
    at = who.guests.get_loc(investor)
    return own_day(
        planned.day,
        investor,
        planned.names,
        wishes=planned.wishes,
        meetings=_spoken(planned, planned.plan.meetings),
        cancelled=_spoken(planned, planned.cancelled),
        most=min(int(who.most[at]), int(who.free.guests[at].sum())),
    )


def _spoken(planned: PlannedMeetings, meetings: pd.DataFrame) -> pd.DataFrame:
    return meetings.assign(interpreter=interpreted(planned, meetings))


def saved_wishes(register: Register, owners: Collection[str] | None = None) -> list[Mandate]:
    """Saved mandates in force as wishes of their owners: each bears the owner's id, and the weights of its answers.

    Parameters
    ----------
    register
        The register.
    owners
        Whose; by default those of all investors that a key or an account names.

    Raises
    ------
    EhyaError
        ``meetings_without_mandates`` where there are none, or none of one who is named.
    """
    return [
        weighed_by_answers(register, one.owner, one.name, Mandate.read(one.document)).model_copy(
            update={"id": one.owner, "name": one.owner}
        )
        for one in _wished(register, owners)
    ]


def declined_by_owner(register: Register) -> pd.DataFrame:
    """Who declined what: ``mandate_id, unit_id`` as `serving.desk.meetings.declined_units`, each by its owner's id.

    The log may name the mandate under which somebody declined; who declined is its owner.
    """
    declined = declined_units(register)
    owners = {f"{one.owner}:{one.name}": one.owner for one in register.mandates()}
    return declined.assign(mandate_id=declined["mandate_id"].replace(owners))


def _wished(register: Register, owners: Collection[str] | None) -> list[StoredMandate]:
    """Saved mandates of those whose wishes count."""
    saved = register.mandates()
    having = tuple(dict.fromkeys(one.owner for one in saved))
    if owners is None:
        named = set(investors(register))
        wanted = {owner for owner in having if owner in named}
    else:
        wanted = set()
        for given in owners:
            owner = like(given, having)
            if owner is None:
                raise EhyaError(ErrorCode.MEETINGS_WITHOUT_MANDATES, given=given, allowed=list(having))
            wanted.add(owner)
    if not wanted:
        raise EhyaError(ErrorCode.MEETINGS_WITHOUT_MANDATES, given=None, allowed=list(having))
    return [one for one in saved if one.owner in wanted]


def _refuse_name(event: str) -> None:
    """Refuse a name that no address can bear."""
    if not _NAME.fullmatch(event):
        raise EhyaError(ErrorCode.MEETINGS_VALUE_REFUSED, key="event", given=event, allowed=ADDRESSABLE)


def ask_plan(
    register: Register, day: MeetingDay, owners: Sequence[str] | None, *, made_at: datetime, actor: str
) -> StoredJob:
    """Let the meetings of an event wait to be planned from saved mandates.

    Parameters
    ----------
    register
        The register.
    day
        The day of the event.
    owners
        Whose mandates; by default those of all investors.
    made_at, actor
        Now, and who asks.

    Raises
    ------
    EhyaError
        ``meetings_value_refused`` for a name that no address can bear, ``meetings_exist``,
        ``meetings_without_mandates``.
    """
    _refuse_name(day.event)
    kept = register.meetings()
    if (kept["event"] == day.event).any():
        newest = int(kept.loc[kept["event"] == day.event, "version"].max())
        raise EhyaError(ErrorCode.MEETINGS_EXIST, given=day.event, version=newest)
    _wished(register, owners)
    asked = {"event": day.event, "day": day.document, "owners": None if owners is None else list(owners)}
    return _asked(register, asked, made_at, actor)


def ask_again(
    register: Register,
    event: str,
    gone: Sequence[str],
    since: str | None,
    *,
    over: int,
    made_at: datetime,
    actor: str,
    locked: Sequence[tuple[str, str]] | None = None,
) -> StoredJob:
    """Let the meetings of an event wait to be planned anew without those who do not come.

    Parameters
    ----------
    register, event
        The event.
    gone, since
        Who does not come, by id or name, and from which time of the day on.
    over
        The version that was read, and that the next one takes the place of.
    made_at, actor
        Now, and who asks.
    locked
        Meetings that stay, as investor and unit; what can stay stays where ``None``.

    Raises
    ------
    EhyaError
        ``meetings_unknown``, ``meetings_changed``, ``meetings_party_unknown``, ``meetings_value_refused``.
    """
    kept = kept_plan(register, event)
    if kept.stored.version != over:
        raise EhyaError(ErrorCode.MEETINGS_CHANGED, given=over, allowed=kept.stored.version)
    who, first = missing(kept.planned, gone, since, key="since")
    asked: dict[str, Any] = {"event": event, "over": over, "since": first, "gone": [one.who for one in who]}
    if locked is not None:
        asked["locked"] = [list(pair) for pair in locked]
    return _asked(register, asked, made_at, actor)


def asked_plan(register: Register, event: str, job_id: str) -> StoredJob:
    """A plan that was asked for.

    Raises
    ------
    EhyaError
        ``job_unknown``, also for one of another event.
    """
    job = register.jobs.get(job_id, kind=JobKind.MEETINGS)
    if job.request["event"] != event:
        raise EhyaError(ErrorCode.JOB_UNKNOWN, given=job_id)
    return job


def missing(planned: PlannedMeetings, gone: Sequence[str], since: str | None, *, key: str) -> tuple[list[Gone], int]:
    """Who does not come, and the first slot without them.

    Parameters
    ----------
    planned
        The plan.
    gone, since
        Who, by id or name, and from which time of the day on.
    key
        What the time is called where it is refused.

    Raises
    ------
    EhyaError
        ``meetings_party_unknown``, ``meetings_value_refused``.
    """
    first = first_slot(planned.day, since, key=key)
    return [Gone(find_party(planned, one), first) for one in gone], first


def plan_next(settings: Settings, stock: Stock, say: Say, *, worker: str, clock: Callable[[], datetime]) -> bool:
    """Plan the meetings that wait longest, and keep the plan.

    Parameters
    ----------
    settings
        The workspace.
    stock
        What is on offer to the public.
    say, worker, clock
        As for `serving.desk.working.work_next`, whose answer and errors are these too.
    """

    def work(register: Register, job: StoredJob, content: bytes, move: Callable[..., None], now: datetime) -> None:
        over = job.request.get("over")
        planned = _planned(register, stock, job.request) if over is None else _planned_again(register, job.request)
        with register.together():  # kept and done are one
            by = {"made_at": clock(), "actor": job.actor}
            stored = keep_plan(register, planned, over=over, **by)  # type: ignore[arg-type]
            move(JobState.DONE, version=stored.version)

    return work_next(settings, JobKind.MEETINGS, work, say, worker=worker, clock=clock)


def _planned(register: Register, stock: Stock, asked: Any) -> PlannedMeetings:
    day, wishes = MeetingDay.read(asked["day"]), saved_wishes(register, asked["owners"])
    return plan_among(stock, day, wishes, declined=declined_by_owner(register), asked=asked_units(register))


def _planned_again(register: Register, asked: Any) -> PlannedMeetings:
    kept = kept_plan(register, asked["event"])
    if kept.stored.version != asked["over"]:
        raise EhyaError(ErrorCode.MEETINGS_CHANGED, given=asked["over"], allowed=kept.stored.version)
    gone = [Gone(one, asked["since"]) for one in asked["gone"]]
    locked = [tuple(pair) for pair in asked["locked"]] if "locked" in asked else None
    return plan_again(kept.planned, gone, since=asked["since"], locked=locked)


def _asked(register: Register, asked: dict[str, Any], made_at: datetime, actor: str) -> StoredJob:
    job_id, by = secrets.token_urlsafe(_ID_BYTES), {"made_at": made_at, "actor": actor}
    return register.jobs.add(job_id, asked, b"", **by, kind=JobKind.MEETINGS)  # type: ignore[arg-type]
