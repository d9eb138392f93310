"""Forms that a browser sends: their fields and files, no longer than they may be, from our own pages alone."""

from __future__ import annotations

import hmac
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from serving.api.bodies import media_type_of, read_body
from serving.api.limits import ServiceLimits
from serving.api.problems import HttpProblem, RequestRefusedError

TOKEN_FIELD = "_token"  # noqa: S105 (a name, no secret)
"""Hidden field that binds a form to the session that it was written for."""
TOKEN_HEADER = "x-form-token"  # noqa: S105
MOST_FIELDS = 2_000
FORM_TIMES = 8
"""A form may be so many times as long as a mandate: what is typed is written with up to six signs a letter."""
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a form: the name that it bears, and its bytes."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form brought.

    Parameters
    ----------
    fields
        Values by name, in the order in which they came.
    files
        Files by the name of their field; where none was chosen, none is here.

    Examples
    --------
    >>> form = Form({"name": [" Sara "], "unit": ["a", "b"]}, {})
    >>> form.text("name"), form.text("role"), form.all("unit")
    ('Sara', '', ['a', 'b'])
    """

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, SentFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A value without blanks at its ends; empty where there is none."""
        return self.whole(name).strip()

    def whole(self, name: str) -> str:
        """A value as it was typed: a password may begin with a blank."""
        found = self.fields.get(name)
        return found[-1] if found else ""

    def all(self, name: str) -> list[str]:
        """All values of a name."""
        return list(self.fields.get(name, []))


async def read_form(request: Request, *, file: bool = False) -> Form:
    """Read the form of a request.

    Parameters
    ----------
    request
        The request.
    file
        Whether it may bring a file, and be as long as one.

    Raises
    ------
    RequestRefusedError
        ``body_too_large``, ``body_too_slow``, ``form_unreadable``.
    """
    limits: ServiceLimits = request.app.state.limits
    given = media_type_of(request)
    if given == _MULTIPART and file:
        body = await read_body(request, limits.file_bytes + limits.body_bytes, limits.file_seconds)
        return await _multipart(request, body, limits.file_bytes)
    if given not in (_URLENCODED, ""):
        raise RequestRefusedError(HttpProblem.FORM_UNREADABLE, reason=given[:100])
    body = await read_body(request, FORM_TIMES * limits.body_bytes, limits.body_seconds)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise RequestRefusedError(HttpProblem.FORM_UNREADABLE, reason=str(error)[:100]) from error
    return Form(_gathered(pairs))


async def _multipart(request: Request, body: bytes, most: int) -> Form:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers,
        stream(),
        max_files=4,
        max_fields=MOST_FIELDS,
        max_part_size=request.app.state.limits.body_bytes,
    )
    _, stated = parse_options_header(request.headers["content-type"])
    if stated.get(b"charset", b"utf-8").lower() != b"utf-8":
        # Forms say no such thing; an alphabet that a caller chooses makes text of it that nothing can write.
        raise RequestRefusedError(HttpProblem.FORM_UNREADABLE, reason="charset")
    try:
        parsed = await parser.parse()
    except (MultiPartException, ValueError, KeyError) as error:
        raise RequestRefusedError(HttpProblem.FORM_UNREADABLE, reason=str(error)[:100]) from error
    try:
        return await _read(parsed, most)
    finally:
        await parsed.close()


async def _read(parsed: FormData, most: int) -> Form:
    pairs, files = [], {}
    for name, value in parsed.multi_items():
        if isinstance(value, str):
            pairs.append((name, value))
            continue
        content = await value.read()
        await value.close()
        if len(content) > most:
            raise RequestRefusedError(HttpProblem.BODY_TOO_LARGE, allowed=most)
        if value.filename:
            files[name] = SentFile(value.filename, content)
    return Form(_gathered(pairs), files)


def _gathered(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in value or "\0" in name:
            raise RequestRefusedError(HttpProblem.FORM_UNREADABLE, reason="U+0000")  # PostgreSQL keeps none
        found.setdefault(name, []).append(value)
    return found


def require_same_origin(request: Request) -> None:
    """Refuse a form that the page of somebody else sent.

    Browsers name the page a form comes from in ``Origin``, and in ``Sec-Fetch-Site`` what it is to us; what names
    neither is no browser of today, and has no business with forms.

    Raises
    ------
    RequestRefusedError
        ``form_foreign``.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    host = request.headers.get("host", "")
    named = origin is not None and urlsplit(origin).netloc.lower() == host.lower()
    if not named or site not in (None, "same-origin"):
        raise RequestRefusedError(HttpProblem.FORM_FOREIGN)


def require_token(request: Request, form: Form, expected: str) -> None:
    """Refuse a form that was not written for this session.

    Raises
    ------
    RequestRefusedError
        ``form_foreign``.
    """
    given = request.headers.get(TOKEN_HEADER) or form.whole(TOKEN_FIELD)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise RequestRefusedError(HttpProblem.FORM_FOREIGN)
