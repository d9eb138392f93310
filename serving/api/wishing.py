"""The form of a mandate, at the investor's door and at the desk: what was typed, what still fits, what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode, errors_in
from engine.store import StoredMandate
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, form_of, json_of, number_of, wrong
from serving.api.browsing.look import words_for
from serving.desk.door import fits
from serving.pages.door.mandates import WishForm, mandate_page, sectors_on_offer
from serving.pages.door.wishes import BOXES, SEVERAL, carried_on, wishes_stated

_TYPED = (
    ErrorCode.MANDATE_KEY_UNKNOWN, ErrorCode.MANDATE_KEY_UNLIKE, ErrorCode.MANDATE_KEY_MISSING,
    ErrorCode.MANDATE_VALUE_REFUSED, ErrorCode.MANDATE_CONTRADICTION, ErrorCode.PLACE_UNKNOWN,
    ErrorCode.PLACE_AMBIGUOUS, ErrorCode.SECTOR_UNKNOWN, ErrorCode.MANDATE_EXISTS, ErrorCode.KEPT_ENOUGH,
    ErrorCode.UNKNOWN_OPTION, ErrorCode.TEXT_TOO_LONG,
)  # fmt: skip
"""What is wrong with a form; the page shows it beside what was typed."""
Save = Callable[[Mapping[str, Any], tuple[str, int] | None], Awaitable[StoredMandate]]


async def form_shown(
    request: Request,
    at: WishForm,
    document: Mapping[str, Any],
    *,
    stated: Mapping[str, Any] | None = None,
    version: int | None = None,
    boxes: Mapping[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form of a mandate, with what fits it.

    Parameters
    ----------
    request
        The request.
    at
        Where the form stands.
    document
        The mandate as it is saved; empty for a new one.
    stated
        What the boxes say, where they are not what is saved.
    version
        The version that is changed; ``None`` for a new one.
    boxes
        What was typed.
    problem, status
        Why it could not be taken.
    """
    stock, words = stock_of(request), words_for(request)
    wished = stated if stated is not None or boxes is not None else {**document, "id": document.get("id", "-")}
    found = None
    if wished is not None:
        try:
            found = await run_in_threadpool(lambda: fits(stock, Mandate.read(wished)))
        except EhyaError as error:
            problem = problem or _refused(request, error)
    sectors = sectors_on_offer(stock.units, words)
    return await answered(
        request,
        lambda frame: mandate_page(frame, at, document, found, sectors, version=version, boxes=boxes, problem=problem),
        status,
    )


async def form_looked_at(
    request: Request,
    at: WishForm,
    typed: Mapping[str, str],
    several: Mapping[str, Sequence[str]],
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form with what was typed, and what fits it.

    Parameters
    ----------
    request, at
        The request, and where the form stands.
    typed, several
        Box -> what was typed, and what was ticked.
    problem, status
        Why it could not be taken.
    """
    stated, wrong_there = _stated(request, typed, several)
    boxes: dict[str, Any] = {box: typed.get(box, "") for box in BOXES} | {box: tuple(several[box]) for box in SEVERAL}
    version = number_of(typed.get("version", "")) or None
    carried = _carried(typed)
    document = carried | ({} if version is None else {"id": typed.get("id", "")})
    return await form_shown(
        request,
        at,
        document,
        stated=None if wrong_there else {**stated, "id": stated.get("id") or "-"},
        version=version,
        boxes=boxes,
        problem=problem or wrong_there,
        status=status,
    )


async def form_asked(request: Request, at: WishForm) -> Response:
    """The form as it is being filled in: what still fits, which wish costs most."""
    query = request.query_params
    return await form_looked_at(request, at, dict(query), {name: query.getlist(name) for name in SEVERAL})


async def form_saved(request: Request, at: WishForm, save: Save, name: str | None) -> StoredMandate | Response:
    """Save what a form says, or show it again with what is wrong.

    Parameters
    ----------
    request, at
        The request, and where the form stands.
    save
        Keeps what is stated, over a name and version where it replaces one.
    name
        The mandate that is changed; ``None`` for a new one.
    """
    given = form_of(request)
    typed = {box: given.whole(box)[:2000] for box in (*BOXES, "carried", "version") if box in given.fields}
    several = {box: list(given.all(box))[:50] for box in SEVERAL}
    if given.text("then") == "look":
        return await form_looked_at(request, at, typed, several)
    stated, problem = _stated(request, typed, several)
    if not problem:
        try:
            return await save(stated, None if name is None else (name, number_of(typed.get("version", ""))))
        except EhyaError as error:
            if error.code is ErrorCode.MANDATE_CHANGED:
                return await _met(request, at, typed, several, error)
            if error.code not in _TYPED:
                raise
            problem = _refused(request, error)
    return await form_looked_at(request, at, typed, several, problem=problem, status=422)


async def _met(
    request: Request, at: WishForm, typed: Mapping[str, str], several: Mapping[str, Sequence[str]], error: EhyaError
) -> Response:
    """Somebody else changed it meanwhile: what was typed stands, over the version of now."""
    now = str(error.facts["allowed"])
    problem = words_for(request).text("door.mandate_met")
    return await form_looked_at(request, at, {**typed, "version": now}, several, problem=problem, status=409)


def _carried(typed: Mapping[str, str]) -> dict[str, Any]:
    found = json_of(typed.get("carried") or "{}")
    if not isinstance(found, dict):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="key", given=str(found)[:40], allowed=["JSON"])
    return carried_on(found)


def _stated(
    request: Request, typed: Mapping[str, str], several: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], str]:
    """What a form says, and what is wrong with it; an unnamed one is looked at all the same."""
    stated = wishes_stated({box: typed.get(box, "") for box in BOXES}, several, _carried(typed))
    try:
        Mandate.read({**stated, "id": stated["id"] or "-"})
    except EhyaError as error:
        if error.code not in _TYPED:
            raise
        return stated, _refused(request, error)
    return stated, ""


_LABELS = {
    "id": "door.name",
    "ticket": "door.money",
    "ticket_rial": "door.money",
    "max_failure_probability": "door.max_failure",
    "deal_forms": "door.deal",
    "mandate": "door.mandate",
}


def _refused(request: Request, error: EhyaError) -> str:
    """What is wrong with a mandate, its wishes by the names of their boxes; of several things each on a line."""
    return "\n".join(_one_refused(request, one) for one in errors_in(error))


def _one_refused(request: Request, error: EhyaError) -> str:
    words = words_for(request)
    key = str(error.facts.get("key") or error.facts.get("option") or "").partition(".")[0]
    if not key or error.code is ErrorCode.MANDATE_EXISTS:
        return wrong(request, error)
    label = words.text(_LABELS.get(key, f"door.{key}"))
    if error.code is ErrorCode.TEXT_TOO_LONG:
        return words.text(error.code, **{**error.facts, "option": label})
    if error.code is ErrorCode.MANDATE_KEY_MISSING or not str(error.facts.get("given") or "").strip():
        return words.text("door.value_missing", key=label)
    if error.code is ErrorCode.MANDATE_CONTRADICTION:
        return words.text(error.code, **{**error.facts, "key": label})
    return words.text("door.value_refused", key=label, given=str(error.facts["given"])[:80])
