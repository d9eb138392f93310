"""``/v1/mandates``, ``/v1/shortlists/{list_id}`` and ``/v1/reactions``: what the service keeps for its callers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from engine.store import Register, StoredList, StoredMandate
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.answering import JSON, written
from serving.api.answers import KeptList, KeptLists, KeptMandate, KeptMandates, KeptReaction, KeptReactions, ListChanges
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.language import chosen
from serving.api.problems import METHOD_GIVEN, HttpProblem, RequestRefusedError, problem_answers
from serving.api.shelf import Showing
from serving.api.shortlists import EXAMPLE
from serving.api.unit_answer import unit_answers
from serving.api.writing import body_of, object_in, version_of, written_once
from serving.desk.callers import Caller
from serving.desk.mandates import KEPT_PLACES, list_change, make_list, react, save_mandate
from serving.desk.once import PATIENCE
from serving.desk.stock import Stock
from serving.disclosure.levels import CallerRole
from serving.i18n import Speech, speech

KEEPERS = (CallerRole.INVESTOR, CallerRole.BANK, CallerRole.SERVICE, CallerRole.PLANNER)
"""Roles for which something is kept."""
REACTION = {"unit_id": "example-1", "kind": "declined", "reason": "place"}
Name = Annotated[str, Path(description="id of the saved mandate", min_length=1, max_length=200)]
ListId = Annotated[str, Path(description="id of the list", min_length=1, max_length=100)]


class PageQuery(LanguageQuery):
    """A page of what is kept."""

    limit: int = Field(20, ge=1, le=100, description="entries on the page")
    cursor: str | None = Field(
        None, max_length=400, description="where the page begins, as `next` of the last one says"
    )


class OwnedQuery(PageQuery):
    """A page of what is kept for one owner."""

    owner: str | None = Field(None, max_length=200, description="for the office: whose; else the caller's own")


class OwnerQuery(LanguageQuery):
    """What is kept for one owner."""

    owner: str | None = Field(None, max_length=200, description="for the office: whose; else the caller's own")


class TopQuery(LanguageQuery):
    """How much of a new list is shown."""

    top: int = Field(10, ge=1, le=KEPT_PLACES, description="places to show first")


def _kept(rate: Rate = Rate.READS) -> dict[str, Any]:
    return open_to(KEEPERS, without_key=WithoutKey.NEVER, rate=rate)


def _with_body(example: object, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}}
    return _kept(Rate.WRITES) | {"requestBody": {"required": True, "content": content}}


def router() -> APIRouter:
    """Addresses of what is kept; each caller meets only what is the caller's."""
    routes = APIRouter(prefix="/v1", tags=["kept"])
    refusals = problem_answers(404, 408, 409, 412, 413, 415, 422, 428)

    @routes.get(
        "/mandates",
        response_model=KeptMandates,
        summary="Saved mandates",
        responses=problem_answers(422),
        openapi_extra=_kept(),
    )
    async def mandates(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """Mandates in force, by name; the office sees those of all owners."""
        caller = caller_of(request)
        owner = _owner(caller, query.owner) if query.owner or not _office(caller) else None
        found = await asked(request, lambda register: register.mandates(owner))
        page, following = page_of(found, query, "/v1/mandates")
        return answered(request, query, {"mandates": [_mandate(one) for one in page], "next": following})

    @routes.post(
        "/mandates",
        response_model=KeptMandate,
        summary="Save a mandate",
        responses=refusals,
        openapi_extra=_with_body(EXAMPLE, "Mandate"),
    )
    async def save(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Save a new mandate under its id. With an `Idempotency-Key` it may be sent again."""
        body, caller = await body_of(request), caller_of(request)
        stated, owner = object_in(body), _owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _mandate(save_mandate(register, owner, stated, made_at=now, actor=caller.actor))

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers | {"etag": f'"{done["version"]}"'})

    @routes.get(
        "/mandates/{name}",
        response_model=KeptMandate,
        summary="One saved mandate",
        responses=problem_answers(404, 422),
        openapi_extra=_kept(),
    )
    async def mandate(request: Request, name: Name, query: Annotated[OwnerQuery, Query()]) -> Response:
        """A saved mandate; its version is the ETag that a change names in `If-Match`."""
        owner = _owner(caller_of(request), query.owner)
        found = await asked(request, lambda register: register.mandates.get(owner, name))
        return answered(request, query, _mandate(found), {"etag": f'"{found.version}"'})

    @routes.put(
        "/mandates/{name}",
        response_model=KeptMandate,
        summary="Change a mandate",
        responses=refusals,
        openapi_extra=_with_body(EXAMPLE, "Mandate"),
    )
    async def change(request: Request, name: Name, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Save the next version; `If-Match` names the version that it replaces, so that no change is lost."""
        body, caller, over = await body_of(request), caller_of(request), version_of(request.headers)
        stated, owner = object_in(body), _owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            by = {"made_at": now, "actor": caller.actor}
            return _mandate(save_mandate(register, owner, stated, **by, replaces=(name, over)))  # type: ignore[arg-type]

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers | {"etag": f'"{done["version"]}"'})

    @routes.delete(
        "/mandates/{name}",
        response_model=KeptMandate,
        summary="Withdraw a mandate",
        responses=problem_answers(404, 409, 412, 422, 428),
        openapi_extra=_kept(Rate.WRITES),
    )
    async def withdraw(request: Request, name: Name, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Make no more lists for it; `If-Match` names its version. The versions and lists there were are kept."""
        caller, over = caller_of(request), version_of(request.headers)
        owner = _owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _mandate(register.mandates.withdraw(owner, name, over=over, made_at=now, actor=caller.actor))

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    @routes.post(
        "/mandates/{name}/shortlists",
        response_model=KeptList,
        summary="Make a list and keep it",
        responses=problem_answers(404, 409, 422),
        openapi_extra=_kept(Rate.WRITES),
    )
    async def make(request: Request, name: Name, query: Annotated[TopQuery, Query()]) -> Response:
        """A shortlist for a saved mandate, kept in its whole order; its first places count as shown."""
        caller, stock = caller_of(request), stock_of(request)
        owner = _owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            made = make_list(register, owner, name, stock, top=query.top, made_at=now, actor=caller.actor)
            return {"list_id": made.list_id}

        done, headers = await written_once(request, b"", act)
        kept = await asked(request, lambda register: register.lists.get(owner, done["list_id"]))
        return answered(request, query, _list(kept, 0, query.top, stock, words_of(request, query)), headers)

    @routes.get(
        "/shortlists",
        response_model=KeptLists,
        summary="Kept lists",
        responses=problem_answers(422),
        openapi_extra=_kept(),
    )
    async def lists(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """Lists that were kept, the oldest first."""
        owner = _owner(caller_of(request), query.owner)
        found = await asked(request, lambda register: register.lists(owner))
        page, following = page_of(found, query, "/v1/shortlists")
        return answered(request, query, {"shortlists": [_heading(one) for one in page], "next": following})

    @routes.get(
        "/shortlists/{list_id}",
        response_model=KeptList,
        summary="A kept list",
        responses=problem_answers(404, 422),
        openapi_extra=_kept(),
    )
    async def kept_list(request: Request, list_id: ListId, query: Annotated[PageQuery, Query()]) -> Response:
        """A page of a list as it was made, whatever changed since; places that are shown for the first time are logged.

        `unit` is the unit as it is shown now, null where it is shown no more.
        """
        caller, after = caller_of(request), _position(query.cursor)
        owner, until = _owner(caller), after + query.limit
        bare = METHOD_GIVEN in request.scope  # of HEAD nobody sees a place

        def shown(register: Register) -> StoredList:
            if bare:
                return register.lists.get(owner, list_id)
            return register.lists.show(owner, list_id, after=after, until=until, shown_on=datetime.now(UTC))

        found = await asked(request, shown)
        return answered(request, query, _list(found, after, query.limit, stock_of(request), words_of(request, query)))

    @routes.get(
        "/shortlists/{list_id}/changes",
        response_model=ListChanges,
        summary="What changed since the last list",
        responses=problem_answers(404, 422),
        openapi_extra=_kept(),
    )
    async def changes(request: Request, list_id: ListId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Units that came, went and moved since the last list for the same mandate, among places that were shown."""
        owner = _owner(caller_of(request))
        found = await asked(request, lambda register: list_change(register, owner, list_id))
        said = {
            "list_id": list_id,
            "before": None if found.before is None else found.before.list_id,
            "entered": list(found.entered),
            "left": list(found.left),
            "moved": [{"unit_id": unit, "before": was, "now": now} for unit, (was, now) in found.moved.items()],
        }
        return answered(request, query, said)

    @routes.post(
        "/shortlists/{list_id}/reactions",
        response_model=KeptReaction,
        summary="Say something to a unit",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=_with_body(REACTION, "Reaction"),
    )
    async def reaction(request: Request, list_id: ListId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Interest in a unit that the list has shown, or that it is declined and why. The last word on a unit holds."""
        body, caller = await body_of(request), caller_of(request)
        stated, owner = object_in(body), _owner(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return react(register, owner, list_id, stated, made_at=now, actor=caller.actor)

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers)

    @routes.get(
        "/reactions",
        response_model=KeptReactions,
        summary="What was said to units",
        responses=problem_answers(422),
        openapi_extra=_kept(),
    )
    async def reactions(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """What the caller said to units, oldest first; the office sees that of all owners."""
        caller = caller_of(request)
        owner = _owner(caller, query.owner) if query.owner or not _office(caller) else None
        found = await asked(request, lambda register: register.lists.reactions(owner))
        said = [
            {**{str(key): value for key, value in row.items() if key != "owner"}, "made_at": _moment(row["made_at"])}
            for row in found.to_dict(orient="records")
        ]
        page, following = page_of(said, query, "/v1/reactions")
        return answered(request, query, {"reactions": page, "next": following})

    return routes


def _office(caller: Caller) -> bool:
    return caller.role is CallerRole.PLANNER


def _owner(caller: Caller, asked: str | None = None) -> str:
    """Whose things a caller meets: the investor's for whom it acts, else its own; the office may name another."""
    if asked is not None and _office(caller):
        return asked
    return caller.investor or caller.actor


async def asked(request: Request, ask: Callable[[Register], Any]) -> Any:
    """What the register answers, asked in a thread.

    Parameters
    ----------
    request
        The request.
    ask
        Called with the open register.
    """

    def opened() -> Any:
        settings: Settings = request.app.state.settings
        with Register.open(settings.database_url, busy_seconds=PATIENCE) as register:
            return ask(register)

    return await run_in_threadpool(opened)


def answered(request: Request, query: LanguageQuery, said: Any, headers: dict[str, str] | None = None) -> Response:
    """An answer for one caller alone: as JSON, kept nowhere on the way.

    Parameters
    ----------
    request, query
        The request and its language.
    said
        What is answered.
    headers
        Headers beside the usual ones.
    """
    language = chosen(query.lang, request.headers, request.app.state.language)
    usual = {"content-language": language, "vary": "Accept-Language, Authorization"}
    return Response(written(dict(said)), 200, usual | (headers or {}), JSON)


def words_of(request: Request, query: LanguageQuery) -> Speech:
    """The language of an answer."""
    return speech(chosen(query.lang, request.headers, request.app.state.language))


def stock_of(request: Request) -> Stock:
    """What is on offer to the public now."""
    showing: Showing = request.app.state.shelf.showing
    return showing.stock


def _mandate(one: StoredMandate) -> dict[str, Any]:
    return {
        "id": one.name,
        "version": one.version,
        "owner": one.owner,
        "made_at": _moment(one.made_at),
        "mandate": dict(one.document),
    }


def _moment(kept: datetime) -> str:
    """A moment of the register, which keeps UTC without a zone."""
    return kept.replace(tzinfo=UTC).isoformat()


def _heading(one: StoredList) -> dict[str, Any]:
    return {
        "list_id": one.list_id,
        "mandate": one.mandate,
        "mandate_version": one.mandate_version,
        "run_id": one.run_id,
        "stock_version": one.stock_version,
        "model_version": one.model_version,
        "as_of": one.as_of.isoformat(),
        "made_at": _moment(one.made_at),
        "places": len(one.places),
        "shown": len(one.shown),
    }


def _list(one: StoredList, after: int, limit: int, stock: Stock, words: Speech) -> dict[str, Any]:
    page = one.places[after : after + limit]
    standing = [place["unit_id"] for place in page if place["unit_id"] in stock.units.index]
    units = {unit["unit_id"]: unit for unit in unit_answers(stock.units.loc[standing], words)}
    following = after + limit
    more = f"/v1/shortlists/{one.list_id}?limit={limit}&cursor={_cursor(following)}"
    return _heading(one) | {
        "page": [{**place, "unit": units.get(place["unit_id"])} for place in page],
        "next": more if following < len(one.places) else None,
    }


def page_of(found: Sequence[Any], query: PageQuery, path: str) -> tuple[Sequence[Any], str | None]:
    """Entries of a page, and the address of the next one; ``None`` after the last.

    Raises
    ------
    RequestRefusedError
        ``parameter_refused`` for a cursor that no page gave.
    """
    after = _position(query.cursor)
    following = after + query.limit
    more = f"{path}?limit={query.limit}&cursor={_cursor(following)}"
    return found[after:following], more if following < len(found) else None


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def _position(cursor: str | None) -> int:
    """Entries before a page.

    Examples
    --------
    >>> _position(None), _position(_cursor(20))
    (0, 20)
    """
    if cursor is None:
        return 0
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if found.isascii() and found.isdigit() and len(found) < 10:
            return int(found)
    except (ValueError, binascii.Error):
        pass
    raise RequestRefusedError(HttpProblem.PARAMETER_REFUSED, parameter="cursor", given=cursor, allowed="next")
