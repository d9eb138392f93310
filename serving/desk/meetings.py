"""The meetings of an event: planned from shortlists, and planned anew when somebody does not come.

Wishes are the investors' public shortlists. What the side of a unit would like is not on record: it is taken to like
those best whom the unit fits best, and wants nobody who declined it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.mandate import Mandate
from engine.domain.outcome import OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.matching.shortlist import shortlists
from engine.meetings.day import MeetingDay
from engine.meetings.planning import Gathering, MeetingPlan, plan_meetings, without
from engine.meetings.timetable import NOWHERE, Free
from engine.parsing.text import compact
from engine.settings import Settings
from serving.desk.question import Question
from serving.desk.shortlist import stock
from serving.desk.stock import Stock
from serving.desk.workspace import open_register

FORMAT = 1
"""Version of the document of a plan."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A party that does not come, or left.

    Parameters
    ----------
    who
        Id of an investor or a unit, or the name of a third party.
    since
        First slot without it.
    """

    who: str
    since: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class PlannedMeetings:
    """A plan with all that it was made from, so that it can be made anew.

    Parameters
    ----------
    day
        Slots, breaks, tables, third parties.
    names
        Id -> name, of investors and units.
    wishes
        ``guest, host, fit``: which investor may meet which unit, and how well it fits, 0..1.
    plan
        Meetings, and why each other wish has none.
    gone
        Who does not come.
    version
        From 1; one more each time it is made anew.
    before
        Meetings of the version before: ``guest, host, slot, table``; empty for the first.
    cancelled
        Meetings that some version held and this one does not: ``guest, host, slot``.
    as_of
        The day of judgement.
    synthetic
        Whether any unit is made up.
    """

    day: MeetingDay
    names: Mapping[str, str]
    wishes: pd.DataFrame
    plan: MeetingPlan
    gone: tuple[Gone, ...]
    version: int
    before: pd.DataFrame
    cancelled: pd.DataFrame
    as_of: pd.Timestamp
    synthetic: bool


def plan_event(settings: Settings, question: Question, day: MeetingDay, mandates: Sequence[Mandate]) -> PlannedMeetings:
    """Plan the meetings of an event.

    Raises
    ------
    EhyaError
        ``meetings_nobody`` where no investor may be shown any unit, ``meetings_party_unknown`` for a name of the day
        that nobody bears, ``no_model``, ``register_empty``, ``database_failed``.
    """
    offered = stock(settings, question)
    with open_register(settings) as register:
        events = register.events()
    declined = events[events["kind"] == OutcomeKind.DECLINED.value]
    return plan_among(offered, day, mandates, declined=declined[["mandate_id", "unit_id"]])


def plan_among(
    offered: Stock, day: MeetingDay, mandates: Sequence[Mandate], *, declined: pd.DataFrame | None = None
) -> PlannedMeetings:
    """Plan the meetings of investors with the units on offer.

    Parameters
    ----------
    offered
        Units as the public sees them.
    day, mandates
        The day, and what each investor wants.
    declined
        ``mandate_id, unit_id``: who has declined what; they do not meet.

    Raises
    ------
    EhyaError
        ``meetings_nobody``, ``meetings_party_unknown``.
    """
    lists = shortlists(offered.book, mandates, limit=day.wishes)
    wishes = pd.DataFrame(
        [
            (one.mandate.id, str(unit), float(fit))
            for one in lists
            for unit, fit in zip(one.unit_id, one.fit, strict=True)
        ],
        columns=["guest", "host", "fit"],
    )
    if declined is not None:
        pairs = pd.MultiIndex.from_frame(declined[["mandate_id", "unit_id"]].astype("str"))
        wishes = wishes[~pd.MultiIndex.from_frame(wishes[["guest", "host"]]).isin(pairs)].reset_index(drop=True)
    if wishes.empty:
        raise EhyaError(ErrorCode.MEETINGS_NOBODY, investors=len(mandates), units=len(offered.units))
    table = offered.units.loc[wishes["host"].unique()]
    names = {one.id: one.name or one.id for one in mandates}
    names |= {str(unit): name if isinstance(name, str) else str(unit) for unit, name in table["name"].items()}
    synthetic = bool((table["origin"] == "synthetic").any())
    plan = plan_meetings(gathering_of(day, wishes, names))
    nothing = plan.meetings[["guest", "host", "slot", "table"]].iloc[:0]
    gone = nothing[["guest", "host", "slot"]]
    return PlannedMeetings(day, names, wishes, plan, (), 1, nothing, gone, offered.as_of, synthetic)


def plan_again(planned: PlannedMeetings, gone: Sequence[Gone], *, since: int = 0) -> PlannedMeetings:
    """Plan anew without those who do not come; what can stay stays.

    Parameters
    ----------
    planned
        The plan so far.
    gone
        Who does not come, besides those of before.
    since
        First slot that is still to come.
    """
    everybody = (*planned.gone, *gone)
    who = gathering_of(planned.day, planned.wishes, planned.names)
    thirds = [one.name for one in planned.day.third]
    for one in everybody:
        if one.who in thirds:
            who.free.thirds[thirds.index(one.who), one.since :] = 0
        else:
            who = without(who, one.who, since=one.since)
    kept = planned.plan.meetings[["guest", "host", "slot", "table"]]
    plan = plan_meetings(who, kept=kept, since=since)
    ever = pd.concat([planned.cancelled, kept[["guest", "host", "slot"]]], ignore_index=True)
    now = pd.MultiIndex.from_frame(plan.meetings[["guest", "host"]])
    gone_by = ~pd.MultiIndex.from_frame(ever[["guest", "host"]]).isin(now)
    cancelled = ever[gone_by].drop_duplicates(["guest", "host"], keep="last").reset_index(drop=True)
    return replace(planned, plan=plan, gone=everybody, version=planned.version + 1, before=kept, cancelled=cancelled)


def find_party(planned: PlannedMeetings, given: str) -> str:
    """Id of the investor or unit, or the third party, of a plan that bears an id or a name.

    Raises
    ------
    EhyaError
        ``meetings_party_unknown`` where nobody, or more than one, is called so.
    """
    return _found(given, dict(planned.names) | {one.name: one.name for one in planned.day.third})


def gathering_of(day: MeetingDay, wishes: pd.DataFrame, names: Mapping[str, str]) -> Gathering:
    """The arrays that a plan is made from.

    Raises
    ------
    EhyaError
        ``meetings_party_unknown``.
    """
    guests, hosts = (pd.Index(wishes[side].unique(), dtype=object) for side in ("guest", "host"))
    fit = np.full((len(guests), len(hosts)), np.nan)
    fit[guests.get_indexer(pd.Index(wishes["guest"])), hosts.get_indexer(pd.Index(wishes["host"]))] = wishes["fit"]
    slots = len(day.slots)
    free_guests, free_hosts = np.ones((len(guests), slots), bool), np.ones((len(hosts), slots), bool)
    for away in day.away:
        who = _found(away.who, names)
        busy = [away.meets(*span) for span in day.slots]
        for side, parties in ((free_guests, guests), (free_hosts, hosts)):
            if who in parties:
                side[parties.get_loc(who), busy] = False
    third = np.full(len(hosts), NOWHERE)
    thirds = np.zeros((len(day.third), slots), np.int64)
    for place, one in enumerate(day.third):
        thirds[place] = [0 if any(away.meets(*span) for away in one.away) else one.at_once for span in day.slots]
        units = [_found(unit, names) for unit in one.units]
        third[hosts.isin(units)] = place
    most, most_there = (
        np.array([day.meetings.named.get(str(party), usual) for party in parties], dtype=np.int64)
        for parties, usual in ((guests, day.meetings.investor), (hosts, day.meetings.unit))
    )
    for named in day.meetings.named:
        _found(named, names)
    free = Free.of(free_guests, free_hosts, day.tables, third=third, thirds=thirds)
    return Gathering(guests, hosts, fit, fit.copy(), most, most_there, free)


def meetings_document(planned: PlannedMeetings) -> dict[str, Any]:
    """A plan as plain JSON; `read_plan` takes it back."""
    plan = planned.plan
    return {
        "format": FORMAT,
        "version": planned.version,
        "as_of": planned.as_of.date().isoformat(),
        "synthetic": planned.synthetic,
        "day": planned.day.document,
        "names": dict(planned.names),
        "gone": [{"who": one.who, "since": one.since} for one in planned.gone],
        "proven": plan.proven,
        "moved": plan.moved,
        "blocking": plan.blocking.to_dict("records"),
        "meetings": plan.meetings.to_dict("records"),
        "unmet": plan.unmet.to_dict("records"),
        "wishes": planned.wishes.to_dict("records"),
        "before": planned.before.to_dict("records"),
        "cancelled": planned.cancelled.to_dict("records"),
    }


def read_plan(path: Path) -> PlannedMeetings:
    """Read a plan that was written as JSON.

    Raises
    ------
    EhyaError
        ``file_not_found``; ``meetings_unreadable`` for what is no plan, or one that somebody changed by hand so that it
        holds together no more.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        stated = json.loads(path.read_text("utf-8-sig"))
        if stated["format"] != FORMAT:
            raise ValueError(f"format {stated['format']}")
        frames = {
            "meetings": ["guest", "host", "slot", "table", "third"],
            "unmet": ["guest", "host", "why"],
            "wishes": ["guest", "host", "fit"],
            "before": ["guest", "host", "slot", "table"],
            "cancelled": ["guest", "host", "slot"],
            "blocking": ["guest", "host"],
        }
        found = {name: pd.DataFrame(stated[name], columns=columns) for name, columns in frames.items()}
        whole = {"slot": "int64", "table": "int64", "third": "int64", "fit": "float64"}
        found = {
            name: frame.astype({column: kind for column, kind in whole.items() if column in frame})
            for name, frame in found.items()
        }
        plan = MeetingPlan(
            found["meetings"], found["unmet"], found["blocking"], bool(stated["proven"]), int(stated["moved"])
        )
        return PlannedMeetings(
            MeetingDay.read(stated["day"]),
            {str(one): str(name) for one, name in stated["names"].items()},
            found["wishes"],
            plan,
            tuple(Gone(str(one["who"]), int(one["since"])) for one in stated["gone"]),
            int(stated["version"]),
            found["before"],
            found["cancelled"],
            pd.Timestamp(stated["as_of"]),
            bool(stated["synthetic"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EhyaError(ErrorCode.MEETINGS_UNREADABLE, given=str(path), reason=str(error)) from error


def _found(given: str, names: Mapping[str, str]) -> str:
    if given in names:
        return given
    bearing = [party for party, name in names.items() if compact(name) == compact(given)]
    if len(bearing) != 1:
        raise EhyaError(ErrorCode.MEETINGS_PARTY_UNKNOWN, given=given, allowed=bearing or list(names)[:10])
    return bearing[0]
