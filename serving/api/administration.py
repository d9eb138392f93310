"""``/v1/audit`` and ``/v1/backups``: who did what, whether that record is whole, and which backups there are.

For the role ``admin``. Keys and accounts are made by persons alone: a key that leaked makes no others.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.administration_answers import AuditAnswer, AuditChecked, BackupsAnswer
from serving.api.asking import answered, moment
from serving.api.filters import LanguageQuery
from serving.api.paging import PageQuery, address_after, page_of, position
from serving.api.problems import problem_answers
from serving.desk.audit import AuditQuery, audit_found, verify
from serving.desk.backups import KeptBackup, backups
from serving.disclosure.levels import CallerRole

_READ = open_to([CallerRole.ADMIN], without_key=WithoutKey.NEVER, rate=Rate.LISTS)


class AuditPageQuery(PageQuery):
    """A page of the audit."""

    act: str | None = Field(None, min_length=1, max_length=100, description="only such acts", examples=["key_added"])
    words: str | None = Field(
        None, min_length=1, max_length=200, description="words in the actor, the subject, the facts or a unit's name"
    )
    since: date | None = Field(None, description="first day, counted")
    until: date | None = Field(None, description="last day, counted")


class AuditHeadQuery(LanguageQuery):
    """A hash that must be on the chain still."""

    head: str | None = Field(None, min_length=1, max_length=200, description="last hash, as it was written down before")


def router() -> APIRouter:
    """Addresses of administration."""
    routes = APIRouter(prefix="/v1", tags=["administration"])

    @routes.get(
        "/audit",
        response_model=AuditAnswer,
        summary="Who did what",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def audit_lines(request: Request, query: Annotated[AuditPageQuery, Query()]) -> Response:
        """Lines of the audit that are looked for, the newest first: the same as `ehya audit list`."""
        wanted = AuditQuery(query.act or "", query.words or "", query.since, query.until)
        start = position(query.cursor)
        look = partial(audit_found, _settings(request), wanted, start=start, length=query.limit)
        found = await run_in_threadpool(look)
        end = found.start + len(found.lines)
        following = address_after("/v1/audit", query, end, limit=query.limit) if end < found.total else None
        lines = [_line(one) for one in found.lines.to_dict("records")] if found.start >= start else []
        said = {"total": found.total, "acts": list(found.acts), "lines": lines, "next": following}
        return answered(request, query, said)

    @routes.get(
        "/audit/check",
        response_model=AuditChecked,
        summary="Whether the audit is whole",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def audit_check(request: Request, query: Annotated[AuditHeadQuery, Query()]) -> Response:
        """Follow the chain of the audit from its beginning: the same as `ehya audit verify`. A hash that was written
        down before shows whether lines were cut off the end.
        """
        found = await run_in_threadpool(partial(verify, _settings(request), head=query.head))
        said = {"sound": found.sound, "lines": found.lines, "head": found.head, "broken_at": found.broken_at}
        return answered(request, query, said | {"contains": found.contains})

    @routes.get(
        "/backups",
        response_model=BackupsAnswer,
        summary="Backups",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def kept_backups(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Backups in the folder of the workspace, the newest first; none is fetched over HTTP."""
        found = await run_in_threadpool(backups, _settings(request))
        page, following = page_of(found, query, "/v1/backups")
        return answered(request, query, {"backups": [_backup(one) for one in page], "next": following})

    return routes


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _line(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    said = {str(name): row[name] for name in ("id", "actor", "act", "subject", "hash")}
    made_at = moment(pd.Timestamp(row["made_at"]).to_pydatetime())
    return said | {"made_at": made_at, "facts": json.loads(row["facts"])}


def _backup(one: KeptBackup) -> dict[str, Any]:
    manifest = one.manifest
    return {
        "name": one.name,
        "size_bytes": one.size_bytes,
        "made_at": None if manifest is None else manifest.made_at,
        "sha256": None if manifest is None else manifest.sha256,
        "counts": None if manifest is None else dict(manifest.counts),
        "problems": None if manifest is None else list(manifest.problems),
    }
