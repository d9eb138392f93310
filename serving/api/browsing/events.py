"""``/desk/events``: invitations, investors' criteria and lists, and the meetings of an event as a timetable."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from engine.matching.workbook import write_mandate_form
from engine.meetings.day import MeetingDay
from engine.store import JobState, Register, StoredJob, StoredMandate
from serving.api.access import Rate
from serving.api.asking import asked, stock_of
from serving.api.browsing.answers import (
    actor_of,
    answered,
    file_answer,
    form_of,
    number_of,
    read_by,
    said_here,
    settings_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.media import XLSX
from serving.api.meetings import CALENDAR
from serving.api.wishing import form_asked, form_saved, form_shown
from serving.desk.agreements import accept
from serving.desk.gathered import (
    EventWishes,
    event_wishes,
    events_known,
    gathered,
    state_for,
    take_in_mandates,
)
from serving.desk.investors import investors_wishing
from serving.desk.invitations import MOST_DAYS, USUAL_DAYS, invite, withdraw_invitation
from serving.desk.kept_meetings import KeptPlan, ask_again, ask_plan, asked_plan, kept_plan
from serving.desk.meetings import find_party
from serving.desk.moving import locked_pairs, move_kept, place_of, places_of
from serving.pages.desk.events import event_address, event_page, events_page, mandate_address
from serving.pages.desk.meetings import (
    SHEETS,
    meeting_place,
    meetings_address,
    meetings_page,
    party_page,
    sheets_page,
)
from serving.pages.door.mandates import WishForm
from serving.reports.event_workbook import write_event
from serving.reports.meetings import file_name, party_calendars, write_meetings

EventName = Annotated[str, InPath(min_length=1, max_length=200)]
_LONGEST = 300
_MANY = 6000
_ZIP = "application/zip"
_DAY = ("date", "from", "to", "tables", "minutes", "pause", "most_investor", "most_unit", "break_from", "break_to")
_TAKEN = (ErrorCode.MEETINGS_EXIST, ErrorCode.MEETINGS_CHANGED)


def router() -> APIRouter:
    """Addresses of events."""
    routes = APIRouter(prefix="/desk/events", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def events(request: Request) -> Response:
        given = " ".join(request.query_params.get("event", "").split())
        if given:  # a name that was typed: its page begins it
            sound = "/" not in given and given.isprintable() and len(given) <= 200
            if sound:
                return went(request, event_address(given))
        found = await asked(request, events_known)
        problem = words_for(request).text("event.name_refused") if given else ""
        return await answered(
            request, lambda frame: events_page(frame, found, problem=problem, typed=given), 422 if problem else 200
        )

    @routes.get("/mandates.xlsx", openapi_extra=read_by())
    async def empty_form(request: Request) -> Response:
        return file_answer(await run_in_threadpool(_made, "mandates.xlsx", write_mandate_form), "mandates.xlsx", XLSX)

    @routes.get("/{event}", openapi_extra=read_by())
    async def event(request: Request, event: EventName) -> Response:
        return await _event(request, event)

    @routes.post("/{event}/invite", openapi_extra=written_by())
    async def make_invitation(request: Request, event: EventName) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        typed = {name: given.text(name) for name in ("investor", "days")}
        days = number_of(typed["days"]) if typed["days"] else USUAL_DAYS
        if not days:  # what was typed is told back, not what we made of it
            problem = EhyaError(
                ErrorCode.VALUE_UNREADABLE, option="days", given=typed["days"], allowed=[f"1..{MOST_DAYS}"]
            )
            return await _event(request, event, 422, typed=typed, problem=wrong(request, problem))
        settings = settings_of(request)
        ask = partial(invite, settings, typed["investor"], event, days=days, made_at=now, actor=actor_of(request))
        try:
            made = await run_in_threadpool(ask)
        except EhyaError as error:
            return await _event(request, event, 422, typed=typed, problem=wrong(request, error))
        link = f"{request.url.scheme}://{request.url.netloc}/desk/invited/{made.token}"
        return await _event(request, event, link=link)

    @routes.post("/{event}/invitations/{invitation_id}/withdraw", openapi_extra=written_by())
    async def take_invitation_back(request: Request, event: EventName, invitation_id: str) -> Response:
        now, actor = request.app.state.gate.now(), actor_of(request)
        end = partial(withdraw_invitation, settings_of(request), invitation_id, made_at=now, actor=actor)
        try:
            await run_in_threadpool(end)
        except EhyaError as error:
            if error.code is not ErrorCode.INVITATION_ENDED:
                raise
            return went(request, event_address(event), "invitation_over")
        return went(request, event_address(event), "invitation_withdrawn")

    @routes.post("/{event}/confirm", openapi_extra=written_by())
    async def confirm(request: Request, event: EventName) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        act = partial(
            accept,
            settings_of(request),
            given.text("investor"),
            given.text("package"),
            made_at=now,
            actor=actor_of(request),
        )
        await run_in_threadpool(act)
        await request.app.state.gate.look_again()
        return went(request, event_address(event), "agreement_confirmed")

    @routes.post("/{event}/mandates", openapi_extra=written_by(file=True))
    async def take_in(request: Request, event: EventName) -> Response:
        sent, now, words = form_of(request).files.get("file"), request.app.state.gate.now(), words_for(request)
        if sent is None:
            return await _event(request, event, 422, problem=words.text("event.no_file"))
        settings, actor = settings_of(request), actor_of(request)

        def read() -> Any:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "mandates.xlsx"
                path.write_bytes(sent.content)
                return take_in_mandates(settings, path, made_at=now, actor=actor)

        try:
            done = await run_in_threadpool(read)
        except EhyaError as error:
            return await _event(request, event, 422, problem=wrong(request, error))
        if done.refused:
            refused = [_row_refused(one, request) for one in done.refused]
            problem = words.text("event.some_refused", saved=done.saved, refused=len(refused))
            return await _event(request, event, 422, problem=problem, refused=refused)
        return went(request, event_address(event), f"mandates_taken:{done.saved}")

    @routes.get("/{event}/mandates/new", openapi_extra=read_by())
    async def new_mandate(request: Request, event: EventName) -> Response:
        owner, name = _whose(request)
        if not owner:
            return await form_shown(request, _wish_form(event), {})
        saved = await asked(request, lambda register: register.mandates.get(owner, name))
        return await form_shown(request, _wish_form(event, owner, name), saved.document, version=saved.version)

    @routes.get("/{event}/mandates/fits", openapi_extra=read_by(rate=Rate.LISTS))
    async def what_fits(request: Request, event: EventName) -> Response:
        return await form_asked(request, _wish_form(event))

    @routes.post("/{event}/mandates/new", openapi_extra=written_by())
    async def state(request: Request, event: EventName) -> Response:
        """Save what the office states for an investor, who may be one that has no account yet."""
        (owner, name), by = _whose(request), {"made_at": request.app.state.gate.now(), "actor": actor_of(request)}

        async def save(stated: Mapping[str, Any], replaces: tuple[str, int] | None) -> StoredMandate:
            over = None if replaces is None else (owner, *replaces)
            found: StoredMandate = await asked(
                request, lambda register: state_for(register, stated, replaces=over, **by)
            )
            return found

        saved = await form_saved(request, _wish_form(event, owner, name), save, name or None)
        return saved if isinstance(saved, Response) else went(request, event_address(event), "mandate_saved")

    @routes.get("/{event}/lists.xlsx", openapi_extra=read_by(rate=Rate.LISTS))
    async def workbook(request: Request, event: EventName) -> Response:
        stock, words = stock_of(request), words_for(request)
        wishes: EventWishes = await asked(request, event_wishes)
        if not wishes.mandates:
            raise EhyaError(ErrorCode.MEETINGS_WITHOUT_MANDATES, given=None, allowed=[])

        def write(path: Path) -> None:
            write_event(path, wishes.lists(stock), stock, words)

        return file_answer(await run_in_threadpool(_made, "lists.xlsx", write), "lists.xlsx", XLSX)

    @routes.post("/{event}/plan", openapi_extra=written_by())
    async def plan(request: Request, event: EventName) -> Response:
        given, now, actor = form_of(request), request.app.state.gate.now(), actor_of(request)
        typed = {name: given.text(name)[:_LONGEST] for name in _DAY}
        try:
            day = MeetingDay.read(_day_stated(event, typed))
            owners = await asked(request, investors_wishing)
            job = await asked(request, lambda register: ask_plan(register, day, owners, made_at=now, actor=actor))
        except EhyaError as error:
            if error.code is ErrorCode.MEETINGS_EXIST:
                return went(request, meetings_address(event))
            return await _event(request, event, 422, typed=typed, problem=_day_wrong(request, error))
        return went(request, f"{event_address(event)}/planning?{urlencode({'job': job.job_id})}")

    @routes.get("/{event}/planning", openapi_extra=read_by())
    async def planning(request: Request, event: EventName) -> Response:
        """How far a plan is that was asked for: at last the timetable, or why nothing was kept."""
        job_id = request.query_params.get("job", "")[:100]
        job = await asked(request, lambda register: asked_plan(register, event, job_id))
        words = words_for(request)
        if job.state is JobState.DONE:
            return went(request, meetings_address(event), "meetings_planned")
        if job.state is JobState.REFUSED:
            message = job.result.get("problem", {}).get("message", {}).get(words.language, "")
            return await _failed(request, event, message or words.text("event.plan_failed"))
        address = f"{event_address(event)}/planning?{urlencode({'job': job_id})}"
        kept = await asked(request, lambda register: any(one.event == event for one in register.meetings.newest()))
        return await (_timetable if kept else _event)(request, event, waiting=address)

    @routes.get("/{event}/meetings", openapi_extra=read_by())
    async def meetings(request: Request, event: EventName) -> Response:
        return await _timetable(request, event, locked=request.query_params.get("locked", "")[:_MANY].split())

    @routes.post("/{event}/meetings/move", openapi_extra=written_by())
    async def move(request: Request, event: EventName) -> Response:
        given, now, actor = form_of(request), request.app.state.gate.now(), actor_of(request)
        at, locks = given.text("move"), given.all("lock")
        slot, table = number_of(given.text(f"slot {at}"), -1), number_of(given.text(f"table {at}"))
        over = number_of(given.text("version"))
        act = partial(
            move_kept, event=event, at=place_of(at), slot=slot, table=table, over=over, made_at=now, actor=actor
        )
        try:
            await asked(request, act)
        except EhyaError as error:
            if error.code not in (*_TAKEN, ErrorCode.MEETING_NOT_MOVED):
                raise
            return await _timetable(request, event, 409, problem=_moved_wrong(request, error), locks=locks)
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        locked = {meeting_place(slot, table), *_places(kept, locks)}
        return went(
            request, f"{meetings_address(event)}?{urlencode({'locked': ' '.join(sorted(locked))})}", "meeting_moved"
        )

    @routes.post("/{event}/meetings/again", openapi_extra=written_by())
    async def again(request: Request, event: EventName) -> Response:
        """Plan anew: without who did not come, or all but the meetings that are locked."""
        given, now, actor = form_of(request), request.app.state.gate.now(), actor_of(request)
        gone, since, over = given.all("gone"), given.text("since") or None, number_of(given.text("version"))
        locks = given.all("lock") if given.text("then") == "solve" else None

        def ask(register: Register) -> StoredJob:
            locked = None if locks is None else locked_pairs(kept_plan(register, event).planned, locks)
            by: dict[str, Any] = {"over": over, "made_at": now, "actor": actor, "locked": locked}
            return ask_again(register, event, gone, since, **by)

        try:
            job = await asked(request, ask)
        except EhyaError as error:
            if error.code is ErrorCode.MEETINGS_UNKNOWN:
                raise
            return await _timetable(request, event, 409, problem=_moved_wrong(request, error))
        return went(request, f"{event_address(event)}/planning?{urlencode({'job': job.job_id})}")

    @routes.get("/{event}/meetings/party", openapi_extra=read_by())
    async def party(request: Request, event: EventName) -> Response:
        given = request.query_params.get("who", "")[:_LONGEST]
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        who = find_party(kept.planned, given)
        return await answered(request, lambda frame: party_page(frame, kept.planned, kept.stored, who))

    @routes.get("/{event}/meetings/sheets", openapi_extra=read_by())
    async def sheets(request: Request, event: EventName) -> Response:
        by, now = request.query_params.get("by", "guest"), request.app.state.gate.now()
        by = by if by in SHEETS else "guest"
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        return await answered(request, lambda frame: sheets_page(frame, kept.planned, by, now))

    @routes.get("/{event}/meetings/plan.xlsx", openapi_extra=read_by(rate=Rate.LISTS))
    async def plan_workbook(request: Request, event: EventName) -> Response:
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        words = words_for(request)
        write = partial(write_meetings, planned=kept.planned, words=words)
        return file_answer(await run_in_threadpool(_made, "meetings.xlsx", write), "meetings.xlsx", XLSX)

    @routes.get("/{event}/meetings/calendars.zip", openapi_extra=read_by(rate=Rate.LISTS))
    async def calendars(request: Request, event: EventName) -> Response:
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        words, now = words_for(request), request.app.state.gate.now()

        def packed() -> bytes:
            whole = io.BytesIO()
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in party_calendars(kept.planned, words, made_at=now).items():
                    archive.writestr(name, content)
            return whole.getvalue()

        return file_answer(await run_in_threadpool(packed), "calendars.zip", _ZIP)

    @routes.get("/{event}/meetings/calendar.ics", openapi_extra=read_by())
    async def calendar(request: Request, event: EventName) -> Response:
        given = request.query_params.get("who", "")[:_LONGEST]
        kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
        who, words, now = find_party(kept.planned, given), words_for(request), request.app.state.gate.now()

        found = await run_in_threadpool(partial(party_calendars, kept.planned, words, made_at=now))
        body = found.get(f"{file_name(who)}.ics")
        if body is None:
            raise EhyaError(ErrorCode.MEETINGS_PARTY_UNKNOWN, given=given, allowed=[])
        return file_answer(body, "meetings.ics", CALENDAR)

    return routes


def _made(name: str, write: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


async def _event(request: Request, event: str, status: int = 200, **more: Any) -> Response:
    try:
        stock = stock_of(request)
    except EhyaError as error:
        if error.code not in NOT_READY:
            raise
        return went(request, "/desk/start")
    found = await asked(request, lambda register: gathered(register, event, stock))
    now, names = request.app.state.gate.now(), stock.units["name"]
    return await answered(request, lambda frame: event_page(frame, found, names, now, **more), status)


def _whose(request: Request) -> tuple[str, str]:
    """Owner and name of the mandate that is asked for; empty for a new one."""
    owner, name = (request.query_params.get(key, "")[:_LONGEST] for key in ("investor", "name"))
    return owner, name or owner


def _wish_form(event: str, owner: str = "", name: str = "") -> WishForm:
    """Where the office states what an investor wishes."""
    back = event_address(event)
    return WishForm(mandate_address(event, owner, name), f"{back}/mandates/fits", back, event)


def _places(kept: KeptPlan, locks: Sequence[str]) -> list[str]:
    """Where the meetings that are locked are, in the plan as it is now."""
    return [meeting_place(slot, table) for slot, table in places_of(kept.planned, locks)]


async def _timetable(
    request: Request, event: str, status: int = 200, *, locks: Sequence[str] = (), **more: Any
) -> Response:
    kept: KeptPlan = await asked(request, lambda register: kept_plan(register, event))
    if locks:
        more["locked"] = _places(kept, locks)
    return await answered(request, lambda frame: meetings_page(frame, kept.planned, kept.stored, **more), status)


async def _failed(request: Request, event: str, problem: str) -> Response:
    kept = await asked(request, lambda register: any(one.event == event for one in register.meetings.newest()))
    return await (_timetable if kept else _event)(request, event, 409, problem=problem)


def _day_stated(event: str, typed: dict[str, str]) -> dict[str, Any]:
    """What a form says of the day, as `MeetingDay.read` wants it."""
    stated: dict[str, Any] = {"event": event}
    stated |= {name: typed[name] for name in ("date", "from", "to", "tables", "minutes", "pause") if typed[name]}
    most = {name: typed[f"most_{name}"] for name in ("investor", "unit") if typed[f"most_{name}"]}
    if most:
        stated["meetings"] = most
    if typed["break_from"] or typed["break_to"]:
        stated["breaks"] = [{"from": typed["break_from"], "to": typed["break_to"]}]
    return stated


def _day_wrong(request: Request, error: EhyaError) -> str:
    """What is wrong with the day of an event, its boxes by their names."""
    words = words_for(request)
    if error.code is not ErrorCode.MEETINGS_VALUE_REFUSED:
        return wrong(request, error)
    key = str(error.facts.get("key", ""))
    box = {"meetings": f"most_{key.rpartition('.')[2]}", "breaks": "break_from", "from, to": "to"}
    name = box.get(key.partition(".")[0], key)
    label = words.text(f"event.{name}") if name in _DAY else key
    return words.text("event.value_refused", key=label, given=str(error.facts.get("given", "")))


def _moved_wrong(request: Request, error: EhyaError) -> str:
    words = words_for(request)
    if error.code is ErrorCode.MEETINGS_CHANGED:
        return words.text("event.plan_changed")
    if error.code is ErrorCode.MEETING_NOT_MOVED:
        return words.text(error.code, reason=error.facts["reason"])
    return wrong(request, error)


def _row_refused(error: EhyaError, request: Request) -> str:
    words = words_for(request)
    facts = {"nearest": None, "allowed": None, "given": "", **error.facts}
    return words.text("event.row_refused", row=facts.get("row"), problem=said_here(error.code, facts, words))
