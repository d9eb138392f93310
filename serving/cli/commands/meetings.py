"""``ehya meetings``: plan the meetings of an event, plan anew after a no-show, look at one party's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from engine.settings import Settings
from serving.cli.mandates import read_mandates
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import meetings as desk
from serving.desk.meetings import Gone, PlannedMeetings
from serving.desk.meetings_document import meetings_document, read_plan
from serving.desk.question import Question
from serving.reports.meetings import changed_rows, meeting_rows, unmet_rows, write_calendars, write_meetings
from serving.reports.workbook import write_json

PLAN = "plan.json"
_SHOWN = 30  # meetings at a terminal; files hold all


def plan(
    terminal: Terminal, settings: Settings, question: Question, path: Path, mandates: Path, out: Path | None
) -> None:
    """Plan the meetings of an event, print them and write them into a folder.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``file_exists`` for a folder that holds a plan, ``meetings_...``,
        ``mandate_...``, ``no_model``.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    if out is not None and (out / PLAN).exists():
        raise EhyaError(ErrorCode.FILE_EXISTS, given=str(out / PLAN))
    day = MeetingDay.read_text(path.read_text("utf-8-sig"), given=path.name)
    wanted = read_mandates(terminal, mandates)
    with terminal.busy("meetings.planning"):
        planned = desk.plan_event(settings, question, day, wanted)
    _keep(terminal, planned, out)


def plan_again(terminal: Terminal, folder: Path, gone: Sequence[str], since: str | None) -> None:
    """Plan anew without those who do not come; the plan of before stays in the folder under its number.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``meetings_unreadable``, ``meetings_party_unknown``, ``meetings_value_refused`` for a time.
    """
    planned = read_plan(folder / PLAN)
    first = 0 if since is None else planned.day.slot_from(MeetingDay.minute(since))
    if since is not None and first == len(planned.day.slots):
        begin, last = planned.day.slots[-1][0], len(planned.day.slots)
        allowed = f"<= {begin // 60:02d}:{begin % 60:02d} ({last})"
        raise EhyaError(ErrorCode.MEETINGS_VALUE_REFUSED, key="--since", given=since, allowed=allowed)
    who = [Gone(desk.find_party(planned, one), first) for one in gone]
    with terminal.busy("meetings.planning"):
        again = desk.plan_again(planned, who, since=first)
    write_json(folder / f"plan.{planned.version}.json", meetings_document(planned))
    _keep(terminal, again, folder)


def show(terminal: Terminal, folder: Path, who: str | None) -> None:
    """Print a plan, or the day of one party.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``meetings_unreadable``, ``meetings_party_unknown``.
    """
    planned = read_plan(folder / PLAN)
    party = None if who is None else desk.find_party(planned, who)
    planned = planned if party is None else desk.of_party(planned, party)
    if not terminal.answer(meetings_document(planned)):
        _print(terminal, planned, party)


def _keep(terminal: Terminal, planned: PlannedMeetings, out: Path | None) -> None:
    if out is not None:
        write_json(out / PLAN, meetings_document(planned))
        write_meetings(out / "plan.xlsx", planned, terminal.speech)
        write_calendars(out / "calendars", planned, terminal.speech, made_at=now().to_pydatetime().replace(tzinfo=UTC))
    if terminal.answer(meetings_document(planned)):
        return
    _print(terminal, planned, None)
    if out is not None:
        terminal.say("cli.written", path=str(out))


def _print(terminal: Terminal, planned: PlannedMeetings, party: str | None) -> None:
    words, plan = terminal.speech, planned.plan
    if planned.synthetic:
        terminal.line(words.text("meetings.synthetic"), "yellow")
    rows = meeting_rows(planned, words)
    facts = {"event": planned.day.event, "version": planned.version, "count": len(rows)}
    title = words.text("meetings.title", **facts)
    names = ("time", "table", "guest", "host", "third")
    lines = [[str(words.fact(one)) for one in line] for line in rows[list(names)].head(_SHOWN).itertuples(index=False)]
    terminal.table([words.text(f"meetings.{name}") for name in names], lines, title=title)
    if len(rows) > _SHOWN:
        terminal.say("meetings.more", count=len(rows) - _SHOWN)
    if party is None:
        counts = plan.unmet["why"].value_counts()
        pairs = [(words.text(f"unmet.{why}"), words.number(count)) for why, count in counts.items()]
        if pairs:
            terminal.pairs(pairs, title=words.text("meetings.unmet_count", count=len(plan.unmet)))
        terminal.say("meetings.stable" if plan.blocking.empty else "meetings.unstable")
        if planned.version > 1:
            terminal.say("meetings.moved", count=plan.moved)
            for line in changed_rows(planned, words).itertuples(index=False):
                terminal.line(f"  {line.change}: {line.time} · {line.guest} · {line.host}")
        if not plan.proven:
            terminal.say("meetings.not_proven")
        terminal.line(words.text("meetings.taken"), "dim")
        return
    for line in unmet_rows(planned, words).itertuples(index=False):
        terminal.line(f"  {line.guest} · {line.host}: {line.why}")
