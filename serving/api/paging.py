"""Pages of what is kept: where one begins, and the address of the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from serving.api.filters import LanguageQuery
from serving.api.problems import HttpProblem, RequestRefusedError

_PAIR, _THIRD = "(?:[MN][DTjz]|O[DT])", "[AEIMQUYcgk]"
CURSOR = rf"^(?:{_PAIR}{_THIRD}[w-z0-5]){{0,2}}(?:{_PAIR}{_THIRD}[w-z0-5]|{_PAIR}{_THIRD}|[MN][AQgw]|O[AQ])$"
"""What a cursor looks like: one to nine digits in Base64 without its padding (RFC 4648, 5)."""


class PageQuery(LanguageQuery):
    """A page of what is kept."""

    limit: int = Field(20, ge=1, le=100, description="entries on the page")
    cursor: str | None = Field(
        None,
        max_length=400,
        description="where the page begins, as `next` of the last one says",
        json_schema_extra={"pattern": CURSOR},
    )


def page_of(found: Sequence[Any], query: PageQuery, path: str) -> tuple[Sequence[Any], str | None]:
    """Entries of a page, and the address of the next one; ``None`` after the last.

    Raises
    ------
    RequestRefusedError
        ``parameter_refused`` for a cursor that no page gave.
    """
    after = position(query.cursor)
    following = after + query.limit
    more = address_after(path, query, following, limit=query.limit)
    return found[after:following], more if following < len(found) else None


def address_after(path: str, query: LanguageQuery, position: int, *, limit: int) -> str:
    """Address of the page after a position, with whatever else was asked: whose, and in which language.

    Parameters
    ----------
    path
        Path of the pages.
    query
        What was asked.
    position
        Entries before the page.
    limit
        Entries on it.

    Examples
    --------
    >>> address_after("/v1/mandates", PageQuery(lang="fa", limit=5), 5, limit=5)
    '/v1/mandates?lang=fa&limit=5&cursor=NQ'
    """
    stated = query.model_dump(mode="json", exclude_defaults=True, exclude={"limit", "cursor", "top"})
    return f"{path}?{urlencode({**stated, 'limit': limit, 'cursor': cursor_at(position)}, doseq=True)}"


def cursor_at(position: int) -> str:
    """What a caller gives back for the page after a position."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def position(cursor: str | None) -> int:
    """Entries before a page.

    Examples
    --------
    >>> position(None), position(cursor_at(20))
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
