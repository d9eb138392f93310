"""``/v1/mandates``: what investors look for, kept version by version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.store import Register, StoredMandate
from serving.api.access import Rate
from serving.api.asking import answered, asked, moment
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.kept_answers import KeptMandate, KeptMandates
from serving.api.owners import OwnedQuery, OwnerQuery, asked_owner, kept_for, owner_of, with_body
from serving.api.paging import page_of
from serving.api.problems import problem_answers
from serving.api.shortlists import EXAMPLE
from serving.api.writing import body_of, object_in, version_of, written_once
from serving.desk.mandates import save_mandate

Name = Annotated[str, Path(description="id of the saved mandate", min_length=1, max_length=200)]


def router() -> APIRouter:
    """Addresses of saved mandates; each caller meets only what is the caller's."""
    routes = APIRouter(prefix="/v1", tags=["kept"])
    new, changed = (408, 409, 413, 415, 422), (404, 408, 409, 412, 413, 415, 422, 428)

    @routes.get(
        "/mandates",
        response_model=KeptMandates,
        summary="Saved mandates",
        responses=problem_answers(422),
        openapi_extra=kept_for(),
    )
    async def mandates(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """Mandates in force, by name; the office sees those of all owners."""
        owner = asked_owner(caller_of(request), query.owner)
        found = await asked(request, lambda register: register.mandates(owner))
        page, following = page_of(found, query, "/v1/mandates")
        return answered(request, query, {"mandates": [_mandate(one) for one in page], "next": following})

    @routes.post(
        "/mandates",
        response_model=KeptMandate,
        summary="Save a mandate",
        responses=problem_answers(*new),
        openapi_extra=with_body(EXAMPLE, "Mandate"),
    )
    async def save(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Save a new mandate under its id. With an `Idempotency-Key` it may be sent again."""
        body, caller = await body_of(request), caller_of(request)
        stated, owner = object_in(body), owner_of(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _mandate(save_mandate(register, owner, stated, made_at=now, actor=caller.actor))

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers | {"etag": f'"{done["version"]}"'})

    @routes.get(
        "/mandates/{name}",
        response_model=KeptMandate,
        summary="One saved mandate",
        responses=problem_answers(404, 422),
        openapi_extra=kept_for(),
    )
    async def mandate(request: Request, name: Name, query: Annotated[OwnerQuery, Query()]) -> Response:
        """A saved mandate; its version is the ETag that a change names in `If-Match`."""
        owner = owner_of(caller_of(request), query.owner)
        found = await asked(request, lambda register: register.mandates.get(owner, name))
        return answered(request, query, _mandate(found), {"etag": f'"{found.version}"'})

    @routes.put(
        "/mandates/{name}",
        response_model=KeptMandate,
        summary="Change a mandate",
        responses=problem_answers(*changed),
        openapi_extra=with_body(EXAMPLE, "Mandate"),
    )
    async def change(request: Request, name: Name, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Save the next version; `If-Match` names the version that it replaces, so that no change is lost."""
        body, caller, over = await body_of(request), caller_of(request), version_of(request.headers)
        stated, owner = object_in(body), owner_of(caller)

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
        openapi_extra=kept_for(Rate.WRITES),
    )
    async def withdraw(request: Request, name: Name, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Make no more lists for it; `If-Match` names its version. The versions and lists there were are kept."""
        caller, over = caller_of(request), version_of(request.headers)
        owner = owner_of(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _mandate(register.mandates.withdraw(owner, name, over=over, made_at=now, actor=caller.actor))

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    return routes


def _mandate(one: StoredMandate) -> dict[str, Any]:
    return {
        "id": one.name,
        "version": one.version,
        "owner": one.owner,
        "made_at": moment(one.made_at),
        "mandate": dict(one.document),
    }
