"""The plan of an event's meetings on paper and in calendars: a workbook for the hall, a calendar for each party."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from engine.files import replacing
from serving.desk.meeting_wishes import no_common_language
from serving.desk.meetings import PlannedMeetings, interpreted, third_parties
from serving.disclosure.meetings import OwnDay
from serving.i18n import Speech
from serving.reports.words import mapped
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_xlsx

_COLUMNS = ("time", "table", "guest", "host", "third")


def hours(planned: PlannedMeetings, slot: int, words: Speech) -> str:
    """Begin and end of a slot in the digits of a language."""
    begin, end = planned.day.slots[slot]
    clock = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (begin, end)]
    return words.text("meetings.from_to", begin=words.digits(clock[0]), end=words.digits(clock[1]))


def meeting_rows(planned: PlannedMeetings, words: Speech) -> pd.DataFrame:
    """Meetings in the reader's words, by time: ``time, table, guest, host, third`` beside ``slot`` and the ids.

    ``third`` says who else is there, an interpreter too; ``third_party`` names the third party alone.
    """
    met, names = planned.plan.meetings, planned.names
    thirds = {place: one.name for place, one in enumerate(planned.day.third)}
    third = mapped(met["third"], lambda place: thirds.get(int(place), ""))
    beside = pd.Series(
        [also_there(one, needs, words) for one, needs in zip(third, interpreted(planned, met), strict=True)]
    )
    return pd.DataFrame(
        {
            "time": mapped(met["slot"], lambda slot: hours(planned, int(slot), words)),
            "table": met["table"],
            "guest": mapped(met["guest"], lambda party: names[party]),
            "host": mapped(met["host"], lambda party: names[party]),
            "third": beside.astype("str").set_axis(met.index),
            "third_party": third,
            "slot": met["slot"],
            "guest_id": met["guest"],
            "host_id": met["host"],
        }
    )


def also_there(third: str, interpreter: bool, words: Speech) -> str:
    """Who else is at a meeting: a third party, an interpreter, both, or nobody."""
    return " · ".join([*([third] if third else []), *([words.text("meetings.interpreter")] if interpreter else [])])


def changed_rows(planned: PlannedMeetings, words: Speech) -> pd.DataFrame:
    """What a plan made anew changed, in the reader's words: ``change`` (new, gone, shifted), ``time, guest, host``."""
    key, names = ["guest", "host"], planned.names
    both = planned.plan.meetings[[*key, "slot"]].merge(
        planned.before[[*key, "slot"]], on=key, how="outer", suffixes=("", "_before"), indicator=True
    )
    both = both[both["slot"] != both["slot_before"]]
    change = both["_merge"].astype("str").map({"left_only": "new", "right_only": "gone", "both": "shifted"})
    slot = both["slot"].fillna(both["slot_before"]).astype("int64")
    return pd.DataFrame(
        {
            "change": mapped(change, lambda one: words.text(f"meetings.{one}")),
            "time": mapped(slot, lambda one: hours(planned, int(one), words)),
            "guest": mapped(both["guest"], lambda party: names[party]),
            "host": mapped(both["host"], lambda party: names[party]),
        }
    )


def unmet_rows(planned: PlannedMeetings, words: Speech) -> pd.DataFrame:
    """Wishes without a meeting in the reader's words: ``guest, host, why``."""
    unmet, names = planned.plan.unmet, planned.names
    return pd.DataFrame(
        {
            "guest": mapped(unmet["guest"], lambda party: names[party]),
            "host": mapped(unmet["host"], lambda party: names[party]),
            "why": mapped(unmet["why"], lambda why: words.text(f"unmet.{why}")),
        }
    )


def write_meetings(path: Path, planned: PlannedMeetings, words: Speech) -> Path:
    """Write the plan as a workbook: by time, by investor, by unit, and the wishes that stay wishes.

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    rows, say = meeting_rows(planned, words), words.text
    remarks = [say("meetings.synthetic")] if planned.synthetic else []
    plain = [SheetColumn(name, say(f"meetings.{name}"), _kind(name)) for name in _COLUMNS]
    of_guest = [SheetColumn(name, say(f"meetings.{name}"), _kind(name)) for name in _reordered("guest")]
    of_host = [SheetColumn(name, say(f"meetings.{name}"), _kind(name)) for name in _reordered("host")]
    unmet = [SheetColumn(name, say(f"meetings.{name}"), "long") for name in ("guest", "host", "why")]
    sheets = [
        OutputSheet(say("meetings.by_time"), plain, rows, remarks),
        OutputSheet(say("meetings.by_guest"), of_guest, rows.sort_values(["guest", "slot"], kind="stable"), remarks),
        OutputSheet(say("meetings.by_host"), of_host, rows.sort_values(["host", "slot"], kind="stable"), remarks),
        OutputSheet(say("meetings.unmet"), unmet, unmet_rows(planned, words), remarks),
    ]
    if planned.version > 1:
        changed = [SheetColumn(name, say(f"meetings.{name}"), "long") for name in ("change", "time", "guest", "host")]
        sheets.append(OutputSheet(say("meetings.changes"), changed, changed_rows(planned, words), remarks))
    notes = [
        (say("meetings.event"), planned.day.event),
        (say("meetings.date"), words.date(pd.Timestamp(planned.day.date))),
        (say("meetings.version"), words.number(planned.version)),
        (say("meetings.count"), words.number(len(rows))),
        (say("meetings.stable_title"), say("meetings.stable" if planned.plan.blocking.empty else "meetings.unstable")),
        (say("meetings.proven_title"), say("meetings.proven" if planned.plan.proven else "meetings.not_proven")),
        (say("meetings.taken_title"), say("meetings.taken")),
    ]
    return write_xlsx(path, sheets, Notes(say("cli.notes"), notes), words)


def write_calendars(folder: Path, planned: PlannedMeetings, words: Speech, *, made_at: datetime) -> list[Path]:
    """Write a calendar (.ics) for each party that has, or had, a meeting, third parties too.

    A meeting keeps its ``UID`` through all versions of a plan; ``SEQUENCE`` counts the versions, and a meeting that is
    no more is cancelled (RFC 5545, 3.8.1.11, 3.8.7.4), so that calendars that have it already follow.

    Parameters
    ----------
    folder
        Where to.
    planned
        The plan.
    words
        Language of the entries.
    made_at
        Now, with its zone.
    """
    paths = []
    for name, calendar in party_calendars(planned, words, made_at=made_at).items():
        path = folder / name
        with replacing(path) as beside:
            beside.write_bytes(calendar)
        paths.append(path)
    return paths


def party_calendars(planned: PlannedMeetings, words: Speech, *, made_at: datetime) -> dict[str, bytes]:
    """The calendars of `write_calendars` by the names of their files."""
    entries: dict[str, list[Any]] = {}
    thirds = list(third_parties(planned.day))
    for guest, host, slot, third, stands in _entries(planned):
        entry = _entry(planned, guest, host, slot, third, stands, words, made_at)
        with_them = [thirds[third]] if third >= 0 else []
        for party in (guest, host, *with_them):
            entries.setdefault(party, []).append(entry)
    return {
        f"{file_name(party)}.ics": _calendar(f"{planned.day.event} · {planned.parties[party]}", listed)
        for party, listed in sorted(entries.items())
    }


def own_calendar(day: OwnDay, words: Speech, *, version: int, made_at: datetime) -> bytes:
    """The calendar of one investor, from its own day alone.

    Entries have the ``UID`` that they have in the calendars of a folder; ``SEQUENCE`` counts the versions of this day.

    Parameters
    ----------
    day
        The day.
    words
        Language of the entries.
    version
        Its version, from 1.
    made_at
        When that was made, with its zone.
    """
    entries = []
    for stands, meetings in ((True, day.meetings), (False, day.cancelled)):
        for one in meetings:
            facts = {"parties": [day.name, one.name, *([one.third] if one.third else [])], "stands": stands}
            pair = (day.event, day.date, day.investor, one.unit_id)
            facts |= {"table": one.table, "sequence": version - 1, "made_at": made_at, "interpreter": one.interpreter}
            entries.append(_event(*pair, times=(one.begin, one.end), words=words, **facts))  # type: ignore[arg-type]
    return _calendar(f"{day.event} · {day.name}", entries)


def _calendar(name: str, entries: list[Any]) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Ehya//meetings//FA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(entry)
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def file_name(party: str) -> str:
    """A party's id as the name of a file; ids that would get one name differ by their digests.

    Examples
    --------
    >>> file_name("food-fund"), file_name("../a b")
    ('food-fund', '___a_b-2c2c791a')
    """
    plain = re.sub(r"[^\w-]", "_", party)[:80]
    return plain if plain == party else f"{plain}-{sha256(party.encode()).hexdigest()[:8]}"


def _entries(planned: PlannedMeetings) -> Iterator[tuple[str, str, int, int, bool]]:
    """Meetings that stand, then those that were cancelled, in whichever version."""
    for row in planned.plan.meetings.to_dict("records"):
        yield row["guest"], row["host"], int(row["slot"]), int(row["third"]), True
    for row in planned.cancelled.to_dict("records"):
        yield row["guest"], row["host"], int(row["slot"]), int(row["third"]), False


def _entry(
    planned: PlannedMeetings,
    guest: str,
    host: str,
    slot: int,
    third: int,
    stands: bool,
    words: Speech,
    made_at: datetime,
) -> Any:
    parties = [planned.names[guest], planned.names[host], *([planned.day.third[third].name] if third >= 0 else [])]
    met, table = planned.plan.meetings, None
    if stands:
        table = int(met.loc[(met["guest"] == guest) & (met["host"] == host), "table"].iloc[0])
    return _event(
        planned.day.event,
        planned.day.date,
        guest,
        host,
        parties=parties,
        times=planned.day.times(slot),
        table=table,
        stands=stands,
        interpreter=no_common_language(planned.languages, guest, host),
        sequence=planned.version - 1,
        words=words,
        made_at=made_at,
    )


def _event(
    event: str,
    on: date,
    guest: str,
    host: str,
    *,
    parties: list[str],
    times: tuple[datetime, datetime],
    table: int | None,
    stands: bool,
    interpreter: bool,
    sequence: int,
    words: Speech,
    made_at: datetime,
) -> Any:
    from icalendar import Event

    entry = Event()
    entry.add("uid", f"{uuid5(NAMESPACE_URL, f'{event}|{on}|{guest}|{host}')}@ehya")
    entry.add("sequence", sequence)
    entry.add("dtstamp", made_at)
    entry.add("dtstart", times[0])
    entry.add("dtend", times[1])
    entry.add("summary", " · ".join(parties))
    entry.add("status", "CONFIRMED" if stands else "CANCELLED")
    if interpreter:
        entry.add("description", words.text("meetings.needs_interpreter"))
    if table is not None:
        entry.add("location", words.text("meetings.at_table", table=table))
    return entry


def _reordered(first: str) -> list[str]:
    return [first, *(name for name in _COLUMNS if name != first)]


def _kind(name: str) -> str:
    return {"table": "count", "time": "text"}.get(name, "long")
