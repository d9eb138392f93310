"""The meetings of an event: planned from shortlists, and planned anew when somebody does not come.

Wishes are the investors' public shortlists, in which what owners and banks want of an investor has its part, and the
units that an investor asked to meet, which come before all others. The side of a unit is taken to like those best who
asked for it, then those whom it fits best, and wants nobody who declined it: as an event, or last on a list that the
service kept for an investor of that name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.domain.mandate import Mandate
from engine.domain.outcome import OutcomeKind
from engine.domain.reaction import ReactionKind
from engine.errors import EhyaError, ErrorCode
from engine.matching.shortlist import shortlists
from engine.meetings.day import MeetingDay
from engine.meetings.gathering import Gathering, without
from engine.meetings.planning import MeetingPlan, plan_meetings
from engine.meetings.timetable import NOWHERE, Free
from engine.parsing.text import compact
from engine.settings import Settings
from serving.desk.meeting_wishes import asked_units, languages_spoken, no_common_language, with_asked
from serving.desk.question import Question
from serving.desk.shortlist import stock
from serving.desk.stock import Stock
from serving.desk.workspace import open_register

if TYPE_CHECKING:
    from engine.store import Register

_MEETING = ["guest", "host", "slot", "table", "third"]


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
        Id -> name, of investors and of those units that somebody wishes to meet or the day names.
    wishes
        ``guest, host, fit, asked``: which investor may meet which unit, how well it fits, 0..1, and whether the
        investor asked to meet it.
    plan
        Meetings, and why each other wish has none.
    gone
        Who does not come.
    version
        From 1; one more each time it is made anew.
    before
        Meetings of the version before: ``guest, host, slot, table, third``; empty for the first.
    cancelled
        Meetings that some version held and this one does not, as they last were: columns likewise.
    as_of
        The day of judgement.
    synthetic
        Whether any unit is made up.
    languages
        Id -> languages (ISO 639), of those who say which they speak.
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
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def parties(self) -> Mapping[str, str]:
        """Id -> name of everybody, third parties too (``third-1`` and so on)."""
        return dict(self.names) | third_parties(self.day)


def third_parties(day: MeetingDay) -> dict[str, str]:
    """Id -> name of the third parties of a day, in its order.

    Examples
    --------
    >>> day = {"event": "INVA", "date": "1405-09-20", "from": "09:00", "to": "10:00", "tables": 2}
    >>> third_parties(MeetingDay.read(day | {"third": [{"name": "Bank", "units": ["u-1"]}]}))
    {'third-1': 'Bank'}
    """
    return {f"third-{place}": one.name for place, one in enumerate(day.third, start=1)}


def plan_event(settings: Settings, question: Question, day: MeetingDay, mandates: Sequence[Mandate]) -> PlannedMeetings:
    """Plan the meetings of an event.

    Raises
    ------
    EhyaError
        ``meetings_nobody`` where no investor may be shown any unit, ``meetings_party_unknown`` for a name of the day
        that nobody bears, ``meetings_party_twice``, ``no_model``, ``register_empty``, ``database_failed``.
    """
    offered = stock(settings, question)
    with open_register(settings) as register:
        refused, asked = declined_units(register), asked_units(register)
    return plan_among(offered, day, mandates, declined=refused, asked=asked)


def declined_units(register: Register) -> pd.DataFrame:
    """Who declined what, as an event or last on a kept list: ``mandate_id, unit_id``."""
    events, said = register.events(), register.lists.reactions()
    declined = events.loc[events["kind"] == OutcomeKind.DECLINED.value, ["mandate_id", "unit_id"]]
    last = said.drop_duplicates(["owner", "unit_id"], keep="last")
    answered = last.loc[last["kind"] == ReactionKind.DECLINED.value, ["owner", "unit_id"]]
    return pd.concat([declined, answered.rename(columns={"owner": "mandate_id"})], ignore_index=True)


def plan_among(
    offered: Stock,
    day: MeetingDay,
    mandates: Sequence[Mandate],
    *,
    declined: pd.DataFrame | None = None,
    asked: pd.DataFrame | None = None,
) -> PlannedMeetings:
    """Plan the meetings of investors with the units on offer.

    Parameters
    ----------
    offered
        Units as the public sees them.
    day, mandates
        The day, and what each investor wants; where several mandates bear one id, the investor's wishes are the best
        of all of them.
    declined
        ``mandate_id, unit_id``: who has declined what; they do not meet.
    asked
        ``mandate_id, unit_id``: who asked to meet what. A unit that no limit of the investor keeps out is a wish, also
        where its list ends before it, and comes before those that nobody asked for.

    Raises
    ------
    EhyaError
        ``meetings_nobody``, ``meetings_party_unknown``, ``meetings_party_twice``.
    """
    day = _with_own_limits(day, mandates)
    book = offered.book_for(*mandates)
    lists = shortlists(book, mandates, limit=day.wishes)
    wishes = pd.DataFrame(
        [
            (one.mandate.id, str(unit), float(fit))
            for one in lists
            for unit, fit in zip(one.unit_id, one.fit, strict=True)
        ],
        columns=["guest", "host", "fit"],
    )
    if len({one.id for one in mandates}) < len(mandates):
        wishes = _once_each(wishes, day.wishes)
    wishes = with_asked(wishes, book, mandates, asked)
    if declined is not None:
        pairs = pd.MultiIndex.from_frame(declined[["mandate_id", "unit_id"]].astype("str"))
        wishes = wishes[~pd.MultiIndex.from_frame(wishes[["guest", "host"]]).isin(pairs)].reset_index(drop=True)
    if wishes.empty:
        raise EhyaError(ErrorCode.MEETINGS_NOBODY, investors=len(mandates), units=len(offered.units))
    table = offered.units.loc[wishes["host"].unique()]
    investors = {one.id: one.name or one.id for one in mandates}
    everybody = investors | _names(offered.units["name"])
    mentioned = {_found(one, everybody) for one in _mentioned(day)}
    names = investors | _names(table["name"]) | {one: everybody[one] for one in sorted(mentioned)}
    synthetic = bool((table["origin"] == "synthetic").any())
    spoken = languages_spoken(day, mandates, offered.appraised.wishes, wishes["host"].unique())
    plan = plan_meetings(gathering_of(day, wishes, names, spoken))
    nothing = plan.meetings[_MEETING].iloc[:0]
    return PlannedMeetings(day, names, wishes, plan, (), 1, nothing, nothing, offered.as_of, synthetic, spoken)


def interpreted(planned: PlannedMeetings, pairs: pd.DataFrame) -> pd.Series:
    """Whether investor and unit of each row have no language in common, as far as both say which they speak.

    Parameters
    ----------
    planned
        The plan.
    pairs
        Columns ``guest, host``.
    """
    return pd.Series(
        [
            no_common_language(planned.languages, guest, host)
            for guest, host in zip(pairs["guest"], pairs["host"], strict=True)
        ],
        index=pairs.index,
        dtype=bool,
    )


def _with_own_limits(day: MeetingDay, mandates: Sequence[Mandate]) -> MeetingDay:
    """A day on which no investor has more meetings than its mandates say, unless the day names it."""
    own: dict[str, int] = {}
    for one in mandates:
        if one.meetings_per_event is not None and one.id not in day.meetings.named:
            usual = own.get(one.id, day.meetings.investor)
            own[one.id] = min(usual, one.meetings_per_event)
    if not own:
        return day
    most = day.meetings.model_copy(update={"named": {**day.meetings.named, **own}})
    return day.model_copy(update={"meetings": most})


def _once_each(wishes: pd.DataFrame, most: int) -> pd.DataFrame:
    """Wishes of investors who have several mandates: each unit once, by its best fit, and no more than of one list."""
    best = wishes.sort_values("fit", ascending=False, kind="stable").drop_duplicates(["guest", "host"])
    first = best.groupby("guest", sort=False).head(most)
    order = pd.Categorical(first["guest"], wishes["guest"].unique()).codes
    return first.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _names(names: pd.Series) -> dict[str, str]:
    return {str(unit): name if isinstance(name, str) else str(unit) for unit, name in names.items()}


def _mentioned(day: MeetingDay) -> list[str]:
    """Investors and units that a day names."""
    units = [unit for one in day.third for unit in one.units]
    return [*(one.who for one in day.away), *units, *day.meetings.named]


def plan_again(
    planned: PlannedMeetings,
    gone: Sequence[Gone],
    *,
    since: int = 0,
    locked: Collection[tuple[str, str]] | None = None,
) -> PlannedMeetings:
    """Plan anew without those who do not come; what can stay stays.

    Parameters
    ----------
    planned
        The plan so far.
    gone
        Who does not come, besides those of before.
    since
        First slot that is still to come.
    locked
        Meetings that stay, as investor and unit, while all others are looked for anew; all of them where ``None``.
    """
    everybody = (*planned.gone, *gone)
    who = present(planned, gone)
    kept = planned.plan.meetings[_MEETING]
    stay = kept
    if locked is not None:
        pairs = pd.MultiIndex.from_frame(kept[["guest", "host"]])
        stay = kept[pairs.isin(list(locked)) | (kept["slot"] < since).to_numpy()]
    plan = plan_meetings(who, kept=stay, since=since)
    ever = pd.concat([planned.cancelled, kept], ignore_index=True)
    now = pd.MultiIndex.from_frame(plan.meetings[["guest", "host"]])
    gone_by = ~pd.MultiIndex.from_frame(ever[["guest", "host"]]).isin(now)
    cancelled = ever[gone_by].drop_duplicates(["guest", "host"], keep="last").reset_index(drop=True)
    return replace(planned, plan=plan, gone=everybody, version=planned.version + 1, before=kept, cancelled=cancelled)


def present(planned: PlannedMeetings, gone: Sequence[Gone] = ()) -> Gathering:
    """Who is there, and when: the gathering of a plan without those who do not come, and those named beside them."""
    who = gathering_of(planned.day, planned.wishes, planned.names, planned.languages)
    thirds = list(third_parties(planned.day))
    for one in (*planned.gone, *gone):
        party = find_party(planned, one.who)
        if party in thirds:
            who.free.thirds[thirds.index(party), one.since :] = 0
        elif party in who.guests or party in who.hosts:
            who = without(who, party, since=one.since)
    return who


def of_party(planned: PlannedMeetings, party: str) -> PlannedMeetings:
    """A plan with the meetings, wishes and changes of one party alone.

    Parameters
    ----------
    planned
        The plan.
    party
        An id, as `find_party` gives it.
    """
    thirds = list(third_parties(planned.day))

    def of(frame: pd.DataFrame) -> pd.DataFrame:
        found = (frame["guest"] == party) | (frame["host"] == party)
        if "third" in frame and party in thirds:
            found |= frame["third"] == thirds.index(party)
        return frame[found].reset_index(drop=True)

    whole = planned.plan
    plan = replace(whole, meetings=of(whole.meetings), unmet=of(whole.unmet), blocking=of(whole.blocking))
    wishes, before, cancelled = (of(frame) for frame in (planned.wishes, planned.before, planned.cancelled))
    return replace(planned, plan=plan, wishes=wishes, before=before, cancelled=cancelled)


def find_party(planned: PlannedMeetings, given: str) -> str:
    """Id of the investor, unit or third party of a plan that bears an id or a name.

    Raises
    ------
    EhyaError
        ``meetings_party_unknown`` where nobody, or more than one, is called so.
    """
    return _found(given, planned.parties)


def first_slot(day: MeetingDay, since: str | None, *, key: str) -> int:
    """First slot that is still to come at a time of day; the first of all where none is given.

    Parameters
    ----------
    day
        The day.
    since
        The time, as a person writes it.
    key
        What it is called where it was given.

    Raises
    ------
    EhyaError
        ``meetings_value_refused``, also for a time after which nothing comes.
    """
    if since is None:
        return 0
    first = day.slot_from(MeetingDay.minute(since, key=key))
    if first == len(day.slots):
        begin, last = day.slots[-1][0], len(day.slots)
        allowed = f"<= {begin // 60:02d}:{begin % 60:02d} ({last})"
        raise EhyaError(ErrorCode.MEETINGS_VALUE_REFUSED, key=key, given=since, allowed=allowed)
    return first


def gathering_of(
    day: MeetingDay,
    wishes: pd.DataFrame,
    names: Mapping[str, str],
    languages: Mapping[str, Collection[str]],
) -> Gathering:
    """The arrays that a plan is made from.

    Parameters
    ----------
    day, wishes, names, languages
        As of `PlannedMeetings`.

    Raises
    ------
    EhyaError
        ``meetings_party_unknown``; ``meetings_party_twice`` where one is given two limits, or two third parties.
    """
    guests, hosts = (pd.Index(wishes[side].unique(), dtype=object) for side in ("guest", "host"))
    fit = np.full((len(guests), len(hosts)), np.nan)
    worth = wishes["fit"] + wishes["asked"]  # a fit is at most 1: who asked comes before whom it only fits
    fit[guests.get_indexer(pd.Index(wishes["guest"])), hosts.get_indexer(pd.Index(wishes["host"]))] = worth
    slots = len(day.slots)
    free_guests, free_hosts = np.ones((len(guests), slots), bool), np.ones((len(hosts), slots), bool)
    for away in day.away:
        who = _found(away.who, names)
        busy = [away.meets(*span) for span in day.slots]
        for side, parties in ((free_guests, guests), (free_hosts, hosts)):
            if who in parties:
                side[parties.get_loc(who), busy] = False
    thirds = np.zeros((len(day.third), slots), np.int64)
    for place, one in enumerate(day.third):
        thirds[place] = [0 if any(away.meets(*span) for away in one.away) else one.at_once for span in day.slots]
    beside = _once([(unit, place) for place, one in enumerate(day.third) for unit in one.units], names, "third")
    third = np.array([beside.get(host, NOWHERE) for host in hosts], dtype=np.int64)
    limits = _once(list(day.meetings.named.items()), names, "meetings.named")
    most, most_there = (
        np.array([limits.get(party, usual) for party in parties], dtype=np.int64)
        for parties, usual in ((guests, day.meetings.investor), (hosts, day.meetings.unit))
    )
    foreign = np.array([[no_common_language(languages, guest, host) for host in hosts] for guest in guests])
    speak = day.tables if day.interpreters is None else day.interpreters
    foreign = foreign.reshape(fit.shape)
    free = Free.of(free_guests, free_hosts, day.tables, third=third, thirds=thirds, foreign=foreign, interpreters=speak)
    return Gathering(guests, hosts, fit, fit.copy(), most, most_there, free)


def _found(given: str, names: Mapping[str, str]) -> str:
    if given in names:
        return given
    bearing = [party for party, name in names.items() if compact(name) == compact(given)]
    if len(bearing) != 1:
        raise EhyaError(ErrorCode.MEETINGS_PARTY_UNKNOWN, given=given, allowed=bearing or list(names)[:10])
    return bearing[0]


def _once(stated: Sequence[tuple[str, int]], names: Mapping[str, str], key: str) -> dict[str, int]:
    """What is stated of parties by id or name, by id; each once."""
    found: dict[str, int] = {}
    for given, value in stated:
        party = _found(given, names)
        if party in found:
            raise EhyaError(ErrorCode.MEETINGS_PARTY_TWICE, key=key, given=given, party=party)
        found[party] = value
    return found
