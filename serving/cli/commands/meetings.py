"""``ehya meetings``: plan the meetings of an event, plan anew after a no-show, look at one party's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from engine.settings import Settings
from engine.store.canonical import canonical
from serving.cli.errors import sentence
from serving.cli.mandates import read_mandates
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import meetings as desk
from serving.desk.audit import TERMINAL
from serving.desk.kept_meetings import events_kept, keep_plan, kept_plan, missing
from serving.desk.meetings import PlannedMeetings
from serving.desk.meetings_document import meetings_document, read_plan
from serving.desk.question import Question
from serving.desk.workspace import open_register
from serving.reports.meetings import changed_rows, meeting_rows, unmet_rows, write_calendars, write_meetings
from serving.reports.workbook import write_json

PLAN = "plan.json"
_SHOWN = 30  # meetings at a terminal; files hold all


def plan(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    path: Path,
    mandates: Path,
    out: Path | None,
    *,
    keep: bool = True,
) -> None:
    """Plan the meetings of an event, print them, write them into a folder and keep them in the register.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``file_exists`` for a folder that holds a plan, ``meetings_...``,
        ``mandate_...``, ``no_model``.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    _refuse_second(out)
    day = MeetingDay.read_text(path.read_text("utf-8-sig"), given=path.name)
    wanted = read_mandates(terminal, mandates)
    with terminal.busy("meetings.planning"):
        planned = desk.plan_event(settings, question, day, wanted)
    said = _kept(terminal, settings, planned, over=None) if keep else None
    _write(terminal, planned, out)
    _answer(terminal, planned, out, said)


def plan_again(terminal: Terminal, settings: Settings, given: str, gone: Sequence[str], since: str | None) -> None:
    """Plan anew without those who do not come; the plan of before stays.

    A plan in a folder is kept in the register too, where that holds the plan of before.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``meetings_unknown``, ``meetings_unreadable``, ``meetings_party_unknown``,
        ``meetings_value_refused`` for a time, ``meetings_changed`` where somebody planned anew meanwhile.
    """
    folder = _folder(settings, given)
    planned = _opened(settings, given, folder)
    who, first = missing(planned, gone, since, key="--since")
    with terminal.busy("meetings.planning"):
        again = desk.plan_again(planned, who, since=first)
    if folder is None:
        with open_register(settings) as register:
            keep_plan(register, again, over=planned.version, made_at=now().to_pydatetime(), actor=TERMINAL)
        _answer(terminal, again, None, ("meetings.kept", again.version))
        return
    said = _kept(terminal, settings, again, over=planned)
    write_json(folder / f"plan.{planned.version}.json", meetings_document(planned))
    _write(terminal, again, folder)
    _answer(terminal, again, folder, said)


def show(
    terminal: Terminal,
    settings: Settings,
    given: str,
    who: str | None,
    *,
    version: int | None = None,
    out: Path | None = None,
) -> None:
    """Print a plan, or the day of one party; write the plan into a folder.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``meetings_unknown``, ``meetings_unreadable``, ``meetings_party_unknown``; ``file_exists``
        for a folder that holds a plan, ``unknown_option`` for a version that a folder is not.
    """
    _refuse_second(out)
    folder = _folder(settings, given)
    planned = _opened(settings, given, folder, version)
    if version not in (None, planned.version):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--version", given=version, allowed=[planned.version])
    party = None if who is None else desk.find_party(planned, who)
    _write(terminal, planned, out)
    planned = planned if party is None else desk.of_party(planned, party)
    if not terminal.answer(meetings_document(planned)):
        _print(terminal, planned, party)
        if out is not None:
            terminal.say("cli.written", path=str(out))


def _folder(settings: Settings, given: str) -> Path | None:
    """The folder that is meant; ``None`` where it is an event of the register. A folder goes before an event."""
    folder = Path(given)
    events = () if folder.is_dir() else events_kept(settings)
    if not events and (folder.is_dir() or folder.name != given):  # what names a path is none of an event
        return folder
    if given in events:
        return None
    raise EhyaError(ErrorCode.MEETINGS_UNKNOWN, given=given, allowed=list(events))


def _opened(settings: Settings, given: str, folder: Path | None, version: int | None = None) -> PlannedMeetings:
    if folder is not None:
        return read_plan(folder / PLAN)
    with open_register(settings) as register:
        return kept_plan(register, given, version).planned


def _kept(
    terminal: Terminal, settings: Settings, planned: PlannedMeetings, *, over: PlannedMeetings | None
) -> tuple[str, int] | None:
    """Keep a plan in the register too; what is to be said of it, and which version.

    A register that cannot be written keeps nobody from the plan: that is said, and files are written all the same.
    """
    try:
        return _followed(settings, planned, over)
    except EhyaError as error:
        terminal.warn(sentence(error, terminal))
        return None


def _followed(settings: Settings, planned: PlannedMeetings, over: PlannedMeetings | None) -> tuple[str, int] | None:
    """Keep a plan where it follows what the register holds: nothing, or the plan that it takes the place of."""
    event, events = planned.day.event, events_kept(settings)
    if over is not None and event not in events:
        return None
    with open_register(settings) as register:
        stands = register.meetings.get(event) if event in events else None
        if stands is not None and (over is None or canonical(stands.document) != canonical(meetings_document(over))):
            return "meetings.kept_before" if over is None else "meetings.kept_other", stands.version
        replaced = None if over is None else over.version
        keep_plan(register, planned, over=replaced, made_at=now().to_pydatetime(), actor=TERMINAL)
    return "meetings.kept", planned.version


def _refuse_second(out: Path | None) -> None:
    if out is not None and (out / PLAN).exists():
        raise EhyaError(ErrorCode.FILE_EXISTS, given=str(out / PLAN))


def _write(terminal: Terminal, planned: PlannedMeetings, out: Path | None) -> None:
    if out is not None:
        write_json(out / PLAN, meetings_document(planned))
        write_meetings(out / "plan.xlsx", planned, terminal.speech)
        write_calendars(out / "calendars", planned, terminal.speech, made_at=now().to_pydatetime().replace(tzinfo=UTC))


def _answer(terminal: Terminal, planned: PlannedMeetings, out: Path | None, said: tuple[str, int] | None) -> None:
    if terminal.answer(meetings_document(planned)):
        return
    _print(terminal, planned, None)
    if out is not None:
        terminal.say("cli.written", path=str(out))
    if said is not None:
        terminal.say(said[0], event=planned.day.event, version=said[1])


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
