"""Pages of what is kept: where one begins, and the address of the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from serving.api.filters import LanguageQuery
from serving.api.problems import HttpProblem, RequestRefusedError


class PageQuery(LanguageQuery):
    """A page of what is kept."""

    limit: int = Field(20, ge=1, le=100, description="entries on the page")
    cursor: str | None = Field(
        None, max_length=400, description="where the page begins, as `next` of the last one says"
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
    more = f"{path}?limit={query.limit}&cursor={cursor_at(following)}"
    return found[after:following], more if following < len(found) else None


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
