"""Ask the register beside the event loop, and answer one caller alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from engine.store import Register
from serving.api.answering import JSON, written
from serving.api.filters import LanguageQuery
from serving.api.language import chosen
from serving.api.paging import PageQuery, address_after, position
from serving.api.shelf import Showing
from serving.desk.once import PATIENCE
from serving.desk.stock import Stock
from serving.i18n import Speech, speech


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


class AskPage(Protocol):
    """Asks the register for entries of a page and no others."""

    def __call__(self, register: Register, *, after: int, limit: int) -> Any:
        """Entries after a position, so many at most: a sequence, or a table."""


async def paged(request: Request, query: PageQuery, path: str, ask: AskPage) -> tuple[Any, str | None]:
    """Entries of one page, and the address of the next one; ``None`` after the last.

    Parameters
    ----------
    request, query
        The request.
    path
        Path of the pages.
    ask
        Asks the register for one entry more than the page has, which says whether there is a next one.

    Raises
    ------
    RequestRefusedError
        ``parameter_refused`` for a cursor that no page gave.
    """
    after = position(query.cursor)
    found = await asked(request, lambda register: ask(register, after=after, limit=query.limit + 1))
    more = address_after(path, query, after + query.limit, limit=query.limit)
    return found[: query.limit], more if len(found) > query.limit else None


def answered(
    request: Request, query: LanguageQuery, said: Any, headers: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    """An answer for one caller alone: as JSON, kept nowhere on the way.

    Parameters
    ----------
    request, query
        The request and its language.
    said
        What is answered.
    headers
        Headers beside the usual ones.
    status
        HTTP status.
    """
    language = chosen(query.lang, request.headers, request.app.state.language)
    usual = {"content-language": language, "vary": "Accept-Language, Authorization"}
    return Response(written(dict(said)), status, usual | (headers or {}), JSON)


def words_of(request: Request, query: LanguageQuery) -> Speech:
    """The language of an answer."""
    return speech(chosen(query.lang, request.headers, request.app.state.language))


def stock_of(request: Request) -> Stock:
    """What is on offer to the public now."""
    showing: Showing = request.app.state.shelf.showing
    return showing.stock


def moment(kept: datetime) -> str:
    """A moment of the register, which keeps UTC without a zone."""
    return kept.replace(tzinfo=UTC).isoformat()
