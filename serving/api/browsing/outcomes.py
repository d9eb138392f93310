"""``/desk/outcomes``: what came of units, recorded one by one or from a sheet, corrected and withdrawn."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.outcome import OUTCOME_COLUMNS, Outcome
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision
from engine.parsing.text import latin_digits
from serving.api.browsing.answers import (
    Number,
    actor_of,
    answered,
    file_answer,
    form_of,
    number_of,
    own_address,
    question_of,
    read_by,
    settings_of,
    start_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.forms import Form
from serving.api.media import XLSX
from serving.desk.office import Office
from serving.desk.outcomes import (
    OutcomeList,
    OutcomeRequest,
    RecordedSheet,
    correct_outcome,
    ended_outcome,
    outcome,
    outcomes,
    record_outcome,
    record_sheet,
    reinstate_outcome,
    withdraw_outcome,
    withdraw_sheet,
)  # fmt: skip
from serving.desk.written import amount, last_day, written_day
from serving.i18n import Speech
from serving.pages.desk.outcomes import OUTCOME_FIELDS, outcome_page, outcomes_page, sheet_page
from serving.pages.desk.words import unit_address
from serving.reports.outcome_sheet import act_words, kind_words, read_outcome_sheet, write_outcome_sheet

_ROUNDED = ("happened_on", "known_on", "capacity_share")
"""Fields of an event of which a form may say less than the event holds."""
_LONGEST = 300  # letters of a source or an event
_MOST_NAMED = 300  # names that a form offers; any other unit is named by its id, or comes from its own page


def router() -> APIRouter:
    """Addresses of outcomes."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/outcomes", openapi_extra=read_by())
    async def listed(request: Request) -> Response:
        found = await run_in_threadpool(_all, request)
        query = {name: request.query_params.get(name, "")[:200] for name in ("q", "kind", "since", "until", "by")}
        start = start_of(request)
        days, problem = _days(request, query)
        return await answered(
            request,
            lambda frame: outcomes_page(frame, found, query, start, days=days, problem=problem),
            422 if problem else 200,
        )

    @routes.get("/outcomes.xlsx", openapi_extra=read_by())
    async def exported(request: Request) -> Response:
        body = await run_in_threadpool(_sheet, request)
        return file_answer(body, "outcomes.xlsx", XLSX)

    @routes.get("/outcomes/new", openapi_extra=read_by())
    async def new(request: Request) -> Response:
        unit = request.query_params.get("unit", "")
        typed = {"happened_on": _today(request), "kind": request.query_params.get("kind", "")}
        return await _form(request, typed, unit)

    @routes.post("/outcomes/new", openapi_extra=written_by())
    async def record(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        try:
            asked = _asked(given, question_of(request).as_of)
            done = await run_in_threadpool(
                record_outcome, settings_of(request), asked, made_at=now, actor=actor_of(request)
            )
        except EhyaError as error:
            return await _form(request, _typed(given), given.text("unit"), error=error)
        return went(request, unit_address(done.outcome.unit_id), "outcome_recorded", undo_outcome=str(done.number))

    @routes.get("/outcomes/sheet", openapi_extra=read_by())
    async def sheet(request: Request) -> Response:
        return await answered(request, sheet_page)

    @routes.post("/outcomes/sheet", openapi_extra=written_by(file=True))
    async def record_rows(request: Request) -> Response:
        try:
            found, unread, looked = await run_in_threadpool(_recorded, request)
        except EhyaError as error:
            said = _sheet_wrong(request, error)
            return await answered(request, lambda frame: sheet_page(frame, problem=said), 422)
        return await answered(request, lambda frame: sheet_page(frame, found=found, unread=unread, looked=looked))

    @routes.get("/outcomes/{number}", openapi_extra=read_by())
    async def one(request: Request, number: Number) -> Response:
        try:
            event = await run_in_threadpool(outcome, settings_of(request), number)
        except EhyaError as error:
            if error.code is not ErrorCode.UNKNOWN_EVENT:
                raise
            unit, instead = await run_in_threadpool(ended_outcome, settings_of(request), number)
            if instead is None:
                return went(request, unit_address(unit), f"event_was_withdrawn:{number}")
            return went(request, f"/desk/outcomes/{instead}", f"event_was_corrected:{number}")
        typed = _as_typed(event, words_for(request))
        return await _form(request, typed, event.unit_id, number=number, seen=typed)

    @routes.post("/outcomes/{number}", openapi_extra=written_by())
    async def correct(request: Request, number: Number) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        try:
            event = await run_in_threadpool(outcome, settings_of(request), number)
        except EhyaError as error:
            if error.code is not ErrorCode.UNKNOWN_EVENT:
                raise
            # Somebody corrected or withdrew it meanwhile: what was typed stands in the form of a new one.
            return await _form(request, _typed(given), given.text("unit"), error=error)
        seen = {name: given.whole(f"shown_{name}") for name in _ROUNDED if f"shown_{name}" in given.fields}
        try:
            asked = _untouched(_asked(given, question_of(request).as_of), event, given, seen)
            by = {"made_at": now, "actor": actor_of(request), "reason": given.text("reason") or None}
            await run_in_threadpool(correct_outcome, settings_of(request), number, asked, **by)
        except EhyaError as error:
            return await _form(request, _typed(given), given.text("unit"), number=number, seen=seen, error=error)
        return went(request, "/desk/outcomes", "outcome_corrected")

    @routes.post("/outcomes/{number}/withdraw", openapi_extra=written_by())
    async def withdraw(request: Request, number: Number) -> Response:
        reason = form_of(request).text("reason") or None
        await run_in_threadpool(_withdraw, request, number, reason)
        return went(request, "/desk/outcomes", "outcome_withdrawn", undo_withdrawal=str(number))

    @routes.post("/undo/outcome", openapi_extra=written_by())
    async def undo(request: Request) -> Response:
        given = form_of(request)
        await run_in_threadpool(_withdraw, request, number_of(given.text("which")), "undo")
        return went(request, own_address(given.text("next"), "/desk/outcomes"), "outcome_undone")

    @routes.post("/undo/withdrawal", openapi_extra=written_by())
    async def reinstate(request: Request) -> Response:
        given, by = form_of(request), {"made_at": request.app.state.gate.now(), "actor": actor_of(request)}
        await run_in_threadpool(reinstate_outcome, settings_of(request), number_of(given.text("which")), **by)
        return went(request, own_address(given.text("next"), "/desk/outcomes"), "outcome_reinstated")

    @routes.post("/undo/sheet", openapi_extra=written_by())
    async def undo_sheet(request: Request) -> Response:
        given, by = form_of(request), {"made_at": request.app.state.gate.now(), "actor": actor_of(request)}
        first, _, last = given.text("which").partition("-")
        numbers, today = (number_of(first), number_of(last)), question_of(request).as_of
        count = await run_in_threadpool(withdraw_sheet, settings_of(request), *numbers, known_on=today, **by)
        return went(request, own_address(given.text("next"), "/desk/outcomes"), f"sheet_undone:{count}")

    return routes


async def _form(
    request: Request,
    typed: Mapping[str, str],
    unit: str,
    *,
    number: int | None = None,
    seen: Mapping[str, str] | None = None,
    error: EhyaError | None = None,
) -> Response:
    listed = await run_in_threadpool(_units, request)
    chosen = (unit, listed[unit]) if unit in listed.index else None
    problem = "" if error is None else wrong(request, error)
    seen = {name: text for name, text in (seen or {}).items() if name in _ROUNDED}
    named = [] if chosen else [(str(one), str(name)) for one, name in listed.dropna().head(_MOST_NAMED).items()]
    return await answered(
        request,
        lambda frame: outcome_page(frame, typed, unit=chosen, number=number, seen=seen, units=named, problem=problem),
        200 if error is None else 422,
    )


def _days(request: Request, query: Mapping[str, str]) -> tuple[tuple[Any, Any], str]:
    """First and last day that are asked for, either of which may be a month or a year; and what cannot be read."""
    try:
        start = written_day(query["since"], "since").at if query["since"] else None
        return (start, last_day(query["until"], "until") if query["until"] else None), ""
    except EhyaError as error:
        return (None, None), wrong(request, error)


def _all(request: Request) -> OutcomeList:
    return outcomes(settings_of(request), names=_appraised(request))


def _units(request: Request) -> pd.Series:
    names = _appraised(request)
    return outcomes(settings_of(request)).names if names is None else names


def _appraised(request: Request) -> pd.Series | None:
    """Names of the units of the standing appraisal, where there is one."""
    office: Office = request.app.state.office
    try:
        return office.appraised(question_of(request)).table["name"].sort_index()
    except EhyaError as error:
        if error.code not in NOT_READY:
            raise
        return None


def _typed(given: Form) -> dict[str, str]:
    return {name: given.text(name) for name in OUTCOME_FIELDS}


def _asked(given: Form, today: pd.Timestamp) -> Any:
    """The event that a form asks for, its days and figures read as people write them.

    Raises
    ------
    EhyaError
        ``value_unreadable``.
    """
    happened = written_day(given.text("happened_on"), "happened_on")
    known_on = written_day(given.text("known_on"), "known_on").at if given.text("known_on") else today
    for option, at in (("happened_on", happened.at), ("known_on", known_on)):
        if at > today:
            raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given.text(option), allowed=[today.date()])
    for option in ("event", "source"):
        if len(given.text(option)) > _LONGEST:
            allowed = [f"<= {_LONGEST}"]
            raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given.text(option)[:40], allowed=allowed)
    rial = given.text("rial")
    return OutcomeRequest(
        unit=given.text("unit"),
        kind=given.text("kind"),
        happened_on=happened.at,
        precision=Precision(happened.precision),
        known_on=known_on,
        capacity_share=_share(given.text("capacity_share")),
        jobs=_count(given.text("jobs")),
        act=given.text("act") or None,
        rial=amount(rial, "rial") if rial else None,
        event=given.text("event") or None,
        source=given.text("source") or None,
    )


def _untouched(asked: OutcomeRequest, event: Outcome, given: Form, seen: Mapping[str, str]) -> OutcomeRequest:
    """What is asked for, where fields that stand as they were shown keep what the event holds.

    A form says less than the event does: a month of one calendar is no month of the other, and shares are rounded.
    """
    kept = [name for name, text in seen.items() if given.text(name) == text.strip()]
    held = {name: getattr(event, name) for name in kept if getattr(event, name) is not None}
    if event.mandate_id is not None:  # no box shows it
        held["mandate_id"] = event.mandate_id
    held |= {name: pd.Timestamp(held[name]) for name in ("happened_on", "known_on") if name in held}
    if "happened_on" in held:
        held["precision"] = event.happened_precision
    return replace(asked, **held)


def _count(text: str) -> int | None:
    plain = latin_digits(text)
    if not plain:
        return None
    if not plain.isdecimal() or len(plain) > 7:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="jobs", given=text, allowed=["34"])
    return int(plain)


def _share(text: str) -> float | None:
    plain = latin_digits(text).replace("٪", "%").replace("٫", ".").replace(" ", "")
    if not plain:
        return None
    try:
        number = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="capacity_share", given=text, allowed=["60%", "0.6"])
    return number


def _today(request: Request) -> str:
    return words_for(request).date(question_of(request).as_of)


def _as_typed(event: Outcome, words: Speech) -> dict[str, str]:
    return {
        "kind": event.kind.value,
        "happened_on": words.date(event.happened_on, event.happened_precision),
        "known_on": words.date(event.known_on),
        "jobs": "" if event.jobs is None else str(event.jobs),
        "capacity_share": "" if event.capacity_share is None else f"{100 * event.capacity_share:g}%",
        "rial": "" if event.rial is None else f"{event.rial} rial",
        "act": event.act or "",
        "event": event.event or "",
        "source": event.source or "",
    }


def _withdraw(request: Request, number: int, reason: str | None) -> None:
    now, today = request.app.state.gate.now(), question_of(request).as_of
    withdraw_outcome(settings_of(request), number, known_on=today, made_at=now, actor=actor_of(request), reason=reason)


def _sheet(request: Request) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        events = outcomes(settings_of(request)).events
        return write_outcome_sheet(Path(folder) / "outcomes.xlsx", events, words_for(request)).read_bytes()


def _sheet_wrong(request: Request, error: EhyaError) -> str:
    """What is wrong with a sheet as a whole, its columns by the headings that it may give them."""
    words, given = words_for(request), error.facts.get("given")
    if error.code is ErrorCode.UNKNOWN_COLUMN and isinstance(given, list | tuple):
        named = {name: words.text(f"outcome_column.{name}") for name in OUTCOME_COLUMNS if name != "happened_precision"}
        absent = words.join([named[str(name)] for name in given])
        return words.text("desk.sheet_columns_missing", given=absent, allowed=words.join(list(named.values())))
    if error.code is ErrorCode.UNKNOWN_OPTION and error.facts.get("option") == "file" and given:
        return words.text("desk_error.wrong_ending", given=given)
    if error.code is ErrorCode.FILE_UNREADABLE:
        return words.text("desk.sheet_unreadable")
    return wrong(request, error)


def _recorded(request: Request) -> tuple[RecordedSheet, tuple[str, ...], bool]:
    """What recording a sheet gave, headings that none of it reads, and whether it was only looked at."""
    given, now = form_of(request), request.app.state.gate.now()
    sent, looked = given.files.get("file"), bool(given.text("only_look"))
    ending = "" if sent is None else Path(sent.name.lower()).suffix
    if sent is None or ending not in (".xlsx", ".csv"):
        name = "" if sent is None else sent.name
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="file", given=name, allowed=[".xlsx", ".csv"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"outcomes{ending}"
        path.write_bytes(sent.content)
        read = read_outcome_sheet(path)
    today = question_of(request).as_of
    by = {"made_at": now, "actor": actor_of(request)}
    by |= {"kinds": kind_words(), "acts": act_words()}
    found = record_sheet(settings_of(request), read.rows, known_on=today, dry_run=looked, **by)
    return found, read.unread, looked
