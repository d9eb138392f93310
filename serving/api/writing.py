"""Requests that write: their body, their idempotency key, the version that they change, and the answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import pydantic_core
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from engine.settings import Settings
from engine.store import Register
from serving.api.bodies import media_type_of, read_body
from serving.api.gate import caller_of
from serving.api.limits import ServiceLimits
from serving.api.problems import HttpProblem, RequestRefusedError, parameter_problem
from serving.desk.once import once

Stated = TypeVar("Stated", bound=BaseModel)
Prepared = TypeVar("Prepared")
KEY_HEADER = "Idempotency-Key"
KEY_PATTERN = r"^[\x21-\x7e]{1,200}$"
VERSION_PATTERN = r'^"([1-9][0-9]{0,8})"$'
REPLAYED = {"idempotent-replayed": "true"}
_KEY = re.compile(KEY_PATTERN)
_VERSION = re.compile(VERSION_PATTERN)


async def body_of(request: Request) -> bytes:
    """The JSON body of a request, no longer than a mandate may be and no longer in coming.

    Raises
    ------
    RequestRefusedError
        ``body_not_json``, ``body_too_large``, ``body_too_slow``.
    """
    limits: ServiceLimits = request.app.state.limits
    media_type = media_type_of(request)
    if media_type != "application/json":
        raise RequestRefusedError(HttpProblem.BODY_NOT_JSON, given=media_type, allowed="application/json")
    return await read_body(request, limits.body_bytes, limits.body_seconds)


def stated_in(body: bytes) -> Any:
    """What a body states.

    Raises
    ------
    RequestRefusedError
        ``body_malformed``.
    """
    try:
        found = pydantic_core.from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise RequestRefusedError(HttpProblem.BODY_MALFORMED, reason=str(error)) from error
    if b"\\u0000" in body and "\0" in _texts(found):
        raise RequestRefusedError(HttpProblem.BODY_MALFORMED, reason="U+0000")  # PostgreSQL keeps none
    return found


def _texts(stated: Any) -> str:
    """All words of a body in a row, keys too.

    Examples
    --------
    >>> _texts({"a": ["b", 1, {"c": "d"}]})
    'a b  c d'
    """
    if isinstance(stated, dict):
        return " ".join(_texts(part) for pair in stated.items() for part in pair)
    if isinstance(stated, list):
        return " ".join(_texts(part) for part in stated)
    return stated if isinstance(stated, str) else ""


def object_in(body: bytes) -> Mapping[str, Any]:
    """What a body states as an object.

    Raises
    ------
    RequestRefusedError
        ``body_malformed``.
    """
    found = stated_in(body)
    if not isinstance(found, dict):
        raise RequestRefusedError(HttpProblem.BODY_MALFORMED, reason=type(found).__name__)
    return found


def member_of(model: type[Stated], body: bytes) -> Stated:
    """What a body states, in the shape of a model.

    Parameters
    ----------
    model
        The shape.
    body
        The body.

    Raises
    ------
    RequestRefusedError
        ``body_malformed``; ``parameter_unknown`` and ``parameter_refused`` for a member.
    """
    try:
        return model.model_validate(object_in(body))
    except ValidationError as error:
        first = error.errors()[0]
        code, facts = parameter_problem({**first, "loc": ("body", *first["loc"])}, list(model.model_fields))
        raise RequestRefusedError(code, **facts) from error


def version_of(headers: Headers) -> int:
    """The version that a change was made for, from ``If-Match``.

    Raises
    ------
    RequestRefusedError
        ``if_match_missing`` (428), also where it names no version: a change of whatever there is may undo another's.
    """
    named = _VERSION.fullmatch(headers.get("if-match", "").strip())
    if named is None:
        raise RequestRefusedError(HttpProblem.IF_MATCH_MISSING)
    return int(named[1])


async def written_once(
    request: Request,
    body: bytes,
    act: Callable[[Register, datetime], Mapping[str, Any]],
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Carry out a write in a thread, once for each idempotency key.

    Parameters
    ----------
    request, body
        The request.
    act
        Called with the register inside the transaction, and the moment; says what it did as plain JSON.

    Returns
    -------
    tuple
        What was done, and headers of the answer.

    Raises
    ------
    RequestRefusedError
        ``parameter_refused`` for a key that is none.
    EhyaError
        As `serving.desk.once.once`.
    """
    return await prepared_once(request, body, lambda register: None, lambda register, now, _: act(register, now))


async def prepared_once(
    request: Request,
    body: bytes,
    prepare: Callable[[Register], Prepared],
    act: Callable[[Register, datetime, Prepared], Mapping[str, Any]],
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """The same for a write that has much to read or to compute first, while nobody waits for it.

    Parameters
    ----------
    request, body
        The request.
    prepare
        Called with the register, and with no transaction.
    act
        Called with the register inside the transaction, the moment, and what was prepared.

    Returns
    -------
    tuple
        As `written_once`, whose errors it raises too.
    """
    settings: Settings = request.app.state.settings
    now, given = datetime.now(UTC), request.headers.get(KEY_HEADER)
    if given is not None and not _KEY.fullmatch(given):
        allowed = "1..200 visible ASCII characters"
        raise RequestRefusedError(
            HttpProblem.PARAMETER_REFUSED, parameter="Idempotency-Key", given=given, allowed=allowed
        )
    asked = (request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    digest = hashlib.sha256("\0".join(asked).encode() + b"\0" + body).hexdigest()
    done, before = await run_in_threadpool(
        lambda: once(
            settings,
            lambda register, prepared: act(register, now, prepared),
            actor=caller_of(request).actor,
            given=given,
            digest=digest,
            now=now,
            prepare=prepare,
        )
    )
    return done, REPLAYED if before else {}
