"""``/desk/imports/new``: a register is read step by step, from the file to the import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import (
    actor_of,
    answered,
    form_of,
    json_of,
    own_address,
    read_by,
    settings_of,
    start_of,
    texts_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.forms import Form
from serving.desk.clock import day_from, day_of
from serving.desk.mending import proposals_state
from serving.desk.readings import Readings
from serving.desk.starting import readiness
from serving.desk.uploads import (
    MONEY_UNITS,
    Upload,
    UploadReading,
    begin_upload,
    check_columns,
    check_place,
    drop_upload,
    find_upload,
    keep_upload,
    store_upload,
    uploads,
)
from serving.pages.desk.uploads import (
    MOST_PROPOSED,
    failed_upload_page,
    new_upload_page,
    upload_check_page,
    upload_columns_page,
    waiting_upload_page,
)

PATIENCE = 4.0
"""Seconds that a page waits for a file to be read; then it says that it is being read, and comes again."""
_PLACE = ("province", "county", "estate")
_ABOUT = (*_PLACE, "source", "as_of", "synthetic")
_NAMEABLE = (ErrorCode.NO_HEADER, ErrorCode.HEADER_NOT_UNDERSTOOD)
_LONGEST = 500
_FIELDS = frozenset({*(field.value for field in Field), "serial", "ignore"})


def router() -> APIRouter:
    """Addresses of the steps."""
    routes = APIRouter(prefix="/desk/imports/new", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def first(request: Request) -> Response:
        return await _new(request, {})

    @routes.post("", openapi_extra=written_by(file=True))
    async def brought(request: Request) -> Response:
        given, file = form_of(request), form_of(request).files.get("file")
        typed = {name: given.text(name)[:_LONGEST] for name in _ABOUT}
        words, now = words_for(request), request.app.state.gate.now()
        if file is None:
            return await _new(request, typed, problem=words.text("upload.no_file"))
        try:
            options = _options(typed, day_of(now))
            upload = await run_in_threadpool(
                begin_upload,
                settings_of(request),
                file.name,
                file.content,
                options,
                made_at=now,
                actor=actor_of(request),
            )
        except EhyaError as error:
            return await _new(request, typed, **_wrong(request, error))
        try:
            await _read(request, upload)
        except EhyaError as error:
            if error.code not in _NAMEABLE or not error.facts.get("headings"):
                await run_in_threadpool(drop_upload, settings_of(request), upload)
                return await _new(request, typed, problem=_sentence(request, error))
        return went(request, f"/desk/imports/new/{upload.upload_id}")

    @routes.get("/{upload_id}", openapi_extra=read_by())
    async def columns(request: Request, upload_id: str) -> Response:
        upload = await run_in_threadpool(find_upload, settings_of(request), upload_id)
        return await _columns(request, upload)

    @routes.post("/{upload_id}/columns", openapi_extra=written_by(file=True))
    async def understood(request: Request, upload_id: str) -> Response:
        settings, given = settings_of(request), form_of(request)
        upload = await run_in_threadpool(find_upload, settings, upload_id)
        if upload.stored is not None:
            return _stored(request, upload)
        typed = {
            name: given.text(name)[:_LONGEST] for name in (*_PLACE, "source", "as_of", "synthetic", "sheet", "money")
        }
        stated = replace(upload, **_agreed(given, upload))
        try:
            options = _options(typed, date.fromisoformat(upload.options["today"]))
            await run_in_threadpool(check_place, options)
        except EhyaError as error:
            return await _columns(request, stated, typed=typed, **_wrong(request, error))
        await run_in_threadpool(keep_upload, settings, replace(stated, options=options))
        onward = "/check" if given.text("then") == "check" else ""
        return went(request, f"/desk/imports/new/{upload_id}{onward}")

    @routes.get("/{upload_id}/check", openapi_extra=read_by())
    async def check(request: Request, upload_id: str) -> Response:
        upload = await run_in_threadpool(find_upload, settings_of(request), upload_id)
        return await _check(request, upload)

    @routes.post("/{upload_id}/mend", openapi_extra=written_by(file=True))
    async def mend(request: Request, upload_id: str) -> Response:
        settings, given = settings_of(request), form_of(request)
        upload = await run_in_threadpool(find_upload, settings, upload_id)
        if upload.stored is not None:
            return _stored(request, upload)
        cells = _mends(given, upload)
        if given.text("back"):
            cells = dict.fromkeys(_keys([given.text("back")]), "")
        by, at = actor_of(request), request.app.state.gate.now().astimezone(UTC).isoformat()
        await run_in_threadpool(keep_upload, settings, upload.corrected(cells, by, at))
        onward = own_address(given.text("next"), f"/desk/imports/new/{upload_id}/check")
        changed = sum(value != _was(upload, key) for key, value in cells.items())
        return went(request, onward, f"cells_mended:{changed}")

    @routes.post("/{upload_id}/accept", openapi_extra=written_by())
    async def accept(request: Request, upload_id: str) -> Response:
        settings, check = settings_of(request), f"/desk/imports/new/{upload_id}/check"
        upload = await run_in_threadpool(find_upload, settings, upload_id)
        if upload.stored is not None:
            return _stored(request, upload)
        try:
            read = await _read(request, upload)
        except EhyaError as error:
            return await _failed(request, upload, error)
        proposed = () if read is None else read.proposed[:MOST_PROPOSED]
        if not proposed or form_of(request).text("proposed") != proposals_state(proposed):
            return went(request, check, "proposals_changed")  # nothing is put in that was not seen
        by, at = actor_of(request), request.app.state.gate.now().astimezone(UTC).isoformat()
        cells = {one.cell: one.mended.value for one in proposed}
        await run_in_threadpool(keep_upload, settings, upload.corrected(cells, by, at))
        return went(request, check, f"cells_mended:{len(cells)}")

    @routes.post("/{upload_id}/store", openapi_extra=written_by(file=True))
    async def store(request: Request, upload_id: str) -> Response:
        settings, now = settings_of(request), request.app.state.gate.now()
        upload = await run_in_threadpool(find_upload, settings, upload_id)
        if upload.stored is not None:
            return _stored(request, upload)
        given, check = form_of(request), f"/desk/imports/new/{upload_id}/check"
        fresh = {key: value for key, value in _mends(given, upload).items() if value != _was(upload, key)}
        if fresh:  # typed, and read by nobody yet: kept, and what they make of the file is shown before it is stored
            mended = upload.corrected(fresh, actor_of(request), now.astimezone(UTC).isoformat())
            await run_in_threadpool(keep_upload, settings, mended)
            onward = own_address(given.text("next"), check)
            return went(request, onward, f"mended_not_stored:{len(fresh)}")
        if given.text("state") != upload.state:
            return went(request, check, "upload_changed")
        try:
            read = await _read(request, upload)
            if read is None:  # the service began anew meanwhile; what would be stored was seen before
                return went(request, check)
            kept = {"made_at": now, "actor": actor_of(request), "read": read}
            done = await run_in_threadpool(store_upload, settings, upload, **kept)
        except EhyaError as error:
            return await _failed(request, upload, error)
        if done.again:
            return _stored(request, replace(upload, stored=done.number))
        onward = f"/desk/imports/{done.number}"
        if not (await run_in_threadpool(readiness, settings)).model:
            onward = "/desk/start"
        if not done.trace:
            return went(request, onward, "register_same")
        return went(request, onward, f"register_stored:{done.new + done.updated}", undo_import=str(done.number))

    @routes.post("/{upload_id}/drop", openapi_extra=written_by())
    async def drop(request: Request, upload_id: str) -> Response:
        settings = settings_of(request)
        upload = await run_in_threadpool(find_upload, settings, upload_id)
        await run_in_threadpool(drop_upload, settings, upload)
        return went(request, own_address(form_of(request).text("next"), "/desk/imports"), "upload_dropped")

    return routes


async def _new(
    request: Request, typed: Mapping[str, str], *, errors: Mapping[str, str] | None = None, problem: str = ""
) -> Response:
    waiting = await run_in_threadpool(uploads, settings_of(request))
    given = {**dict.fromkeys(_ABOUT, ""), **typed}
    at_fields = {**dict.fromkeys(("county", "as_of"), ""), **(errors or {})}
    status = 422 if problem or errors else 200
    return await answered(request, lambda frame: new_upload_page(frame, waiting, given, at_fields, problem), status)


async def _columns(
    request: Request,
    upload: Upload,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
) -> Response:
    if upload.stored is not None:
        return _stored(request, upload)
    headings: dict[str, Any] = {}
    at_fields = {**dict.fromkeys(("county", "as_of"), ""), **(errors or {})}
    status = 422 if problem or errors else 200
    try:
        read = await _read(request, upload)
    except EhyaError as error:
        named = error.facts.get("headings")
        headings = dict(named) if isinstance(named, dict) else {}
        if error.code not in _NAMEABLE or not headings:
            return await _failed(request, upload, error)
        read, problem = None, problem or _sentence(request, error)
    if read is None and not headings:
        return await answered(request, lambda frame: waiting_upload_page(frame, upload))
    try:
        if read is not None:
            check_columns(read)
    except EhyaError as error:
        problem, status = problem or _sentence(request, error), 422
    return await answered(
        request,
        lambda frame: upload_columns_page(
            frame, upload, read, headings, problem=problem, errors=at_fields, given=typed
        ),
        status,
    )


async def _check(request: Request, upload: Upload) -> Response:
    if upload.stored is not None:
        return _stored(request, upload)
    try:
        read = await _read(request, upload)
        if read is not None:
            check_columns(read)
    except EhyaError as error:
        if error.code in (*_NAMEABLE, ErrorCode.COLUMNS_NOT_TOLD_APART):
            return went(request, f"/desk/imports/new/{upload.upload_id}")
        return await _failed(request, upload, error)
    if read is None:
        return await answered(request, lambda frame: waiting_upload_page(frame, upload, "check"))
    start = start_of(request)
    return await answered(request, lambda frame: upload_check_page(frame, upload, read, start))


async def _failed(request: Request, upload: Upload, error: EhyaError) -> Response:
    problem = _sentence(request, error)
    return await answered(request, lambda frame: failed_upload_page(frame, upload, problem), 422)


async def _read(request: Request, upload: Upload) -> UploadReading | None:
    readings: Readings = request.app.state.readings
    return await run_in_threadpool(readings.ask, upload, wait=PATIENCE)


def _stored(request: Request, upload: Upload) -> Response:
    """Whoever comes to a file that is stored is led to its import."""
    return went(request, f"/desk/imports/{upload.stored}", "register_was_stored")


def _options(typed: Mapping[str, str], today: date) -> dict[str, Any]:
    """As `serving.desk.intake` reads them."""
    options: dict[str, Any] = {name: value for name, value in typed.items() if value}
    if typed["as_of"]:
        options["as_of"] = day_from(typed["as_of"], "as_of").isoformat()
    if options.get("money") not in MONEY_UNITS:
        options.pop("money", None)
    return options | {"synthetic": bool(typed["synthetic"]), "today": today.isoformat()}


def _agreed(given: Form, upload: Upload) -> dict[str, Any]:
    """What headings and words mean, as the form says; of what it did not show, as before."""
    columns, values = dict(upload.columns), {field: dict(words) for field, words in upload.values.items()}
    for name in given.fields:
        key, meaning = given.text(f"key_{name}"), given.text(name)
        if name.startswith("field_") and key:
            heading = str(json_of(key))
            columns.pop(heading, None)
            if meaning in _FIELDS:
                columns[heading] = meaning
        elif name.startswith("meaning_") and key:
            field, word = _pair(key)
            values.setdefault(field, {}).pop(word, None)
            if meaning:
                values[field][word] = meaning[:_LONGEST]
    return {"columns": columns, "values": {field: words for field, words in values.items() if words}}


def _cells(given: Form) -> dict[tuple[str, int, str], str]:
    """Cells of the form with what should stand in them."""
    named = {name: given.text(f"key_{name}") for name in given.fields if name.startswith("value_")}
    found: dict[tuple[str, int, str], str] = {}
    for name, key in named.items():
        values = [value.strip()[:_LONGEST] for value in given.all(name)]
        for cell in _keys([key]):
            found[cell] = next((value for value in values if value), "")
    return found


def _mends(given: Form, upload: Upload) -> dict[tuple[str, int, str], str]:
    """Cells with what was typed for them; an empty box says something only where a mend stood."""
    return {key: value for key, value in _cells(given).items() if value or _was(upload, key)}


def _pair(key: str) -> tuple[str, str]:
    field, word = texts_of(key, 2)
    return field, word


def _keys(texts: list[str]) -> list[tuple[str, int, str]]:
    found = (json_of(text) for text in texts if text)
    cells = (one for one in found if isinstance(one, list) and len(one) == 3 and type(one[1]) is int)
    return [(str(sheet), row, name) for sheet, row, name in cells if name in _FIELDS]


def _was(upload: Upload, cell: tuple[str, int, str]) -> str:
    return next((line[3] for line in upload.corrections if line[:3] == cell), "")


def _wrong(request: Request, error: EhyaError) -> dict[str, Any]:
    """What is wrong at a field of the form, or with the whole."""
    said, option = _sentence(request, error), error.facts.get("option")
    if option in ("county", "as_of"):
        return {"errors": {str(option): said}}
    return {"problem": said}


def _sentence(request: Request, error: EhyaError) -> str:
    """What is wrong, where the text of the code names a command of the terminal in words of this page."""
    words, facts = words_for(request), dict(error.facts)
    if error.code is ErrorCode.UNKNOWN_OPTION and facts.get("option") == "name":
        return words.text("desk_error.wrong_ending", given=facts["given"])
    if error.code is ErrorCode.UNKNOWN_OPTION and facts.get("option") in ("province", "county"):
        allowed = facts.get("allowed")
        nearest = [words.place(name) for name in allowed] if isinstance(allowed, (list, tuple)) else []
        return words.text("desk_error.no_such_place", given=facts["given"], nearest=nearest)
    return wrong(request, error)
