"""Errors as RFC 9457 problems: a code, a sentence, what was given and what is allowed; never a traceback."""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pydantic_core
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from engine.codes import Code
from engine.domain.allowed import allowed_by, too_long
from engine.errors import EhyaError, ErrorCode
from serving.api.headers import SECURITY_HEADERS
from serving.api.language import chosen
from serving.i18n import speech
from serving.reports.refusals import places_said

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
METHOD_GIVEN = "ehya.method"
"""Key of a request's scope: its method as it came, where the border put another in its place."""
GIVEN_LENGTH = 200
"""Characters of a given value that an answer repeats."""


_LIKE = 0.7
"""Similarity from which on a word is taken for a mistyped one: ids share much of their form by chance."""


class HttpProblem(Code):
    """What can be wrong with a request before it reaches the engine."""

    NO_SUCH_ADDRESS = "no_such_address"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    HOST_NOT_ALLOWED = "host_not_allowed"
    REQUEST_MALFORMED = "request_malformed"
    HEADERS_TOO_LARGE = "headers_too_large"
    HEADERS_TOO_SLOW = "headers_too_slow"
    BODY_MALFORMED = "body_malformed"
    BODY_TOO_LARGE = "body_too_large"
    BODY_TOO_SLOW = "body_too_slow"
    BODY_NOT_JSON = "body_not_json"
    PARAMETER_UNKNOWN = "parameter_unknown"
    PARAMETER_REFUSED = "parameter_refused"
    KEY_MISSING = "key_missing"
    KEY_REFUSED = "key_refused"
    KEYS_TRIED = "keys_tried"
    KEYS_UNREAD = "keys_unread"
    ROLE_REFUSED = "role_refused"
    TOO_MANY_REQUESTS = "too_many_requests"
    IF_MATCH_MISSING = "if_match_missing"
    INVESTOR_UNNAMED = "investor_unnamed"
    BANK_UNNAMED = "bank_unnamed"
    FORM_FOREIGN = "form_foreign"
    FORM_UNREADABLE = "form_unreadable"
    FAILED = "failed"


STATUS: dict[Code, int] = {
    HttpProblem.NO_SUCH_ADDRESS: 404,
    HttpProblem.METHOD_NOT_ALLOWED: 405,
    HttpProblem.HOST_NOT_ALLOWED: 400,
    HttpProblem.REQUEST_MALFORMED: 400,
    HttpProblem.HEADERS_TOO_LARGE: 431,
    HttpProblem.HEADERS_TOO_SLOW: 408,
    HttpProblem.BODY_MALFORMED: 422,
    HttpProblem.BODY_TOO_LARGE: 413,
    HttpProblem.BODY_TOO_SLOW: 408,
    HttpProblem.BODY_NOT_JSON: 415,
    HttpProblem.PARAMETER_UNKNOWN: 422,
    HttpProblem.PARAMETER_REFUSED: 422,
    HttpProblem.KEY_MISSING: 401,
    HttpProblem.KEY_REFUSED: 401,
    HttpProblem.KEYS_TRIED: 429,
    HttpProblem.KEYS_UNREAD: 503,
    HttpProblem.ROLE_REFUSED: 403,
    HttpProblem.TOO_MANY_REQUESTS: 429,
    HttpProblem.IF_MATCH_MISSING: 428,
    HttpProblem.INVESTOR_UNNAMED: 422,
    HttpProblem.BANK_UNNAMED: 422,
    HttpProblem.FORM_FOREIGN: 403,
    HttpProblem.FORM_UNREADABLE: 422,
    HttpProblem.FAILED: 500,
    ErrorCode.UNKNOWN_UNIT: 404,
    ErrorCode.MANDATE_UNKNOWN: 404,
    ErrorCode.LIST_UNKNOWN: 404,
    ErrorCode.NOT_ON_LIST: 404,
    ErrorCode.UNIT_GONE: 409,
    ErrorCode.PACKAGE_UNKNOWN: 404,
    ErrorCode.NOT_AGREED: 404,
    ErrorCode.KEPT_ENOUGH: 429,
    ErrorCode.REQUEST_UNKNOWN: 404,
    ErrorCode.BANK_ASK_UNKNOWN: 404,
    ErrorCode.BANK_ASK_ANSWERED: 409,
    ErrorCode.WISHES_OF_ANOTHER: 409,
    ErrorCode.UNKNOWN_MODEL: 404,
    ErrorCode.REQUEST_ANSWERED: 409,
    ErrorCode.REQUEST_WITHDRAWN: 409,
    ErrorCode.REQUESTS_ENOUGH: 429,
    ErrorCode.UNKNOWN_EVENT: 404,
    ErrorCode.NEVER_PROMOTED: 404,
    ErrorCode.JOB_UNKNOWN: 404,
    ErrorCode.MEETINGS_UNKNOWN: 404,
    ErrorCode.UPLOAD_UNKNOWN: 404,
    ErrorCode.UNKNOWN_IMPORT: 404,
    ErrorCode.WEBHOOK_UNKNOWN: 404,
    ErrorCode.MESSAGE_UNKNOWN: 404,
    ErrorCode.DOCUMENT_UNKNOWN: 404,
    ErrorCode.VIEW_UNKNOWN: 404,
    ErrorCode.SESSION_UNKNOWN: 404,
    ErrorCode.INVITATION_UNKNOWN: 404,
    ErrorCode.INVITATION_ENDED: 409,
    ErrorCode.WEBHOOKS_TOO_MANY: 409,
    ErrorCode.EVENT_NOT_STANDING: 409,
    ErrorCode.EVENT_WITHDRAWN: 409,
    ErrorCode.MANDATE_EXISTS: 409,
    ErrorCode.MANDATE_CHANGED: 412,
    ErrorCode.MEETINGS_EXIST: 409,
    ErrorCode.MEETINGS_CHANGED: 412,
    ErrorCode.IDEMPOTENCY_KEY_USED: 409,
    ErrorCode.REGISTER_BUSY: 503,
    ErrorCode.NO_MODEL: 503,
    ErrorCode.MODEL_WAITS: 503,
    ErrorCode.MODEL_FILE_MISSING: 503,
    ErrorCode.MODEL_CHANGED: 503,
    ErrorCode.MODEL_IS_LINK: 503,
    ErrorCode.NOT_A_MODEL: 503,
    ErrorCode.DATABASE_FAILED: 503,
    ErrorCode.DISK_FULL: 503,
    ErrorCode.FOLDER_UNUSABLE: 503,
}
"""HTTP status of each code; any other code of the engine means a request that was understood and refused: 422."""


class RequestRefusedError(Exception):
    """A request that is refused at the door.

    Parameters
    ----------
    code
        What is wrong with it.
    headers
        Headers of the answer.
    **facts
        What the sentence about it names.
    """

    def __init__(self, code: Code, *, headers: dict[str, str] | None = None, **facts: object) -> None:
        self.code, self.facts, self.headers = code, facts, headers
        super().__init__(code.value)


def problem(
    code: Code,
    language: str,
    instance: str,
    *,
    facts: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
    errors: Sequence[EhyaError] = (),
) -> Response:
    """Write one problem.

    Parameters
    ----------
    code
        Code of the engine or of the door.
    language
        ``fa`` or ``en``.
    instance
        Path of the request.
    facts
        Values of the sentence; they are repeated as members, long ones shortened.
    headers
        Headers of the answer beside the usual ones.
    errors
        Where several things are wrong, all of them: the first is the one of ``code``.

    Returns
    -------
    fastapi.Response
        ``application/problem+json`` with ``type, title, status, detail, instance, code`` and the facts.
    """
    status = STATUS.get(code, 422)
    kept_back = code in _KEPT_BACK
    known = {} if kept_back else {name: _shortened(value) for name, value in (facts or {}).items()}
    words = speech(language)
    content = {
        "type": f"/docs#{code.value if code in listed() else 'problems'}",
        "title": words.text(f"http_status.{status}"),
        "status": status,
        "detail": sentence(code, known, language),
        "instance": instance,
        "code": code.value,
        **{name: value for name, value in known.items() if name not in _MEMBERS},
    }
    if errors:
        content["errors"] = [_told(one, language) for one in errors]
    body = pydantic_core.to_json(content, inf_nan_mode="null", fallback=str)
    answer_headers = {**(headers or {}), "content-language": language, "vary": "Accept-Language"}
    return Response(body, status, answer_headers, MEDIA_TYPE)


def _told(error: EhyaError, language: str) -> dict[str, Any]:
    facts = {name: _shortened(value) for name, value in error.facts.items()}
    return {"code": error.code.value, "detail": sentence(error.code, facts, language), **facts}


_KEPT_BACK = frozenset({ErrorCode.DATABASE_FAILED, ErrorCode.FOLDER_UNUSABLE, ErrorCode.MODEL_FILE_MISSING})
"""Codes whose facts are paths, and words of the database's driver: they are for the log of the service alone."""

_HEADERS: dict[Code, dict[str, str]] = {
    HttpProblem.BODY_TOO_SLOW: {"connection": "close"},  # what is left of it must not be read as the next request
    ErrorCode.KEPT_ENOUGH: {"retry-after": "86400"},  # within a day, in seconds, what was kept before makes room
    ErrorCode.REQUESTS_ENOUGH: {"retry-after": "86400"},
}
"""Headers that go with a code."""

_OVER_HTTP: dict[Code, str] = {
    ErrorCode.UNKNOWN_UNIT: "http_problem.unknown_unit",
    ErrorCode.PACKAGE_UNKNOWN: "http_problem.unknown_package",
    ErrorCode.MEETINGS_UNKNOWN: "http_problem.unknown_meetings",
    ErrorCode.UNKNOWN_EVENT: "http_problem.unknown_event",
    ErrorCode.EVENT_WITHDRAWN: "http_problem.event_withdrawn",
    **dict.fromkeys(_KEPT_BACK, "http_problem.out_of_order"),
}
"""Texts that say what to do over HTTP, where the text of the code names a command of the terminal."""


def sentence(code: Code, facts: dict[str, Any], language: str) -> str:
    """The text of a code with its facts; a text that lacks a fact must not hide the code it speaks of."""
    words = speech(language)
    try:
        return words.text(_OVER_HTTP.get(code, code), **places_said(code, facts, words))
    except KeyError:
        return words.text("http_status.422") + f" ({code.value})"


def nearest(given: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is most like the given one; ``None`` where none is like enough to be meant.

    Examples
    --------
    >>> nearest("statuss", ["status", "triage"]), nearest("x", ["status", "triage"])
    ('status', None)
    """
    found = difflib.get_close_matches(given[:GIVEN_LENGTH], list(allowed), n=1, cutoff=_LIKE)
    return found[0] if found else None


@cache
def listed() -> dict[Code, int]:
    """Codes that the page of the documentation explains, each with its HTTP status; any other problem leads to all."""
    prefixes = (
        "mandate_",
        "meetings_",
        "place_",
        "sector_",
        "unknown_unit",
        "list_unknown",
        "kept_enough",
        "not_on_list",
        "reaction_",
        "request_",
        "requests_enough",
        "idempotency_",
        "outcome_",
        "value_unreadable",
        "text_too_long",
        "unknown_option",
        "several_units",
    )
    of_requests = (code for code in ErrorCode if code.value.startswith(prefixes))
    return {code: STATUS.get(code, 422) for code in dict.fromkeys((*HttpProblem, *STATUS, *of_requests))}


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an address may answer instead, for its OpenAPI description."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": speech("en").text(f"http_status.{status}"),
            "content": {MEDIA_TYPE: {"schema": schema, "example": _example(*_EXAMPLES[status])}},
        }
        for status in sorted({400, 401, 403, 429, 500, 503, *statuses})
    }


PAGES = "/desk"
"""Below it people look at pages, which say with a page what is wrong."""
AsPage = Callable[[Request, Code, Mapping[str, Any]], Awaitable[Response]]


def answer_with_problems(app: FastAPI, *, default_language: str, as_page: AsPage | None = None) -> None:
    """Turn every error of an application into a problem.

    Parameters
    ----------
    app
        The application.
    default_language
        Language where a request names none.
    as_page
        Says it below ``PAGES`` instead.
    """

    def language(request: Request) -> str:
        return chosen(request.query_params.get("lang"), request.headers, default_language)

    async def ehya_error(request: Request, error: Exception) -> Response:
        code, facts = error.code, error.facts  # type: ignore[attr-defined]
        if code in _KEPT_BACK:
            _log.error("%s: %s", code.value, facts)
        headers = _HEADERS.get(code, getattr(error, "headers", None))
        if as_page is not None and request.url.path.startswith(PAGES):
            answer = await as_page(request, code, facts)
            answer.headers.update(headers or {})
            return answer
        several = getattr(error, "errors", ())
        return problem(code, language(request), request.url.path, facts=facts, headers=headers, errors=several)

    async def gone(request: Request, _: Exception) -> Response:
        return Response(status_code=400)  # nobody is there to read it, and nothing failed that a log should tell

    async def http_error(request: Request, error: Exception) -> Response:
        status, headers = error.status_code, dict(error.headers or {})  # type: ignore[attr-defined]
        if status == 405:
            allowed = _allowed_methods(app, request)
            headers["Allow"] = ", ".join(allowed)
            facts = {"given": request.scope.get(METHOD_GIVEN, request.method), "allowed": allowed}
            if as_page is not None and request.url.path.startswith(PAGES):
                answer = await as_page(request, HttpProblem.METHOD_NOT_ALLOWED, facts)
                answer.headers.update(headers)
                return answer
            return problem(
                HttpProblem.METHOD_NOT_ALLOWED, language(request), request.url.path, facts=facts, headers=headers
            )
        if as_page is not None and status == 404 and request.url.path.startswith(PAGES):
            return await as_page(request, HttpProblem.NO_SUCH_ADDRESS, {"given": request.url.path})
        if status == 404:
            path = request.url.path
            paths = ["/", "/docs", "/openapi.json", *app.openapi()["paths"]]
            found = {"given": path, "allowed": paths, "nearest": nearest(path, paths)}
            return problem(HttpProblem.NO_SUCH_ADDRESS, language(request), path, facts=found)
        return problem(HttpProblem.BODY_MALFORMED, language(request), request.url.path, facts={"reason": str(status)})

    async def refused_parameters(request: Request, error: Exception) -> Response:
        if as_page is not None and request.url.path.startswith(PAGES):
            return await as_page(request, HttpProblem.NO_SUCH_ADDRESS, {"given": request.url.path})
        first = error.errors()[0]  # type: ignore[attr-defined]
        code, facts = parameter_problem(first, _parameter_names(app, request))
        return problem(code, language(request), request.url.path, facts=facts)

    async def failed(request: Request, _: Exception) -> Response:
        if as_page is not None and request.url.path.startswith(PAGES):
            answer = await as_page(request, HttpProblem.FAILED, {})
            for name, value in SECURITY_HEADERS.items():
                answer.headers.setdefault(name, value)
            answer.headers["x-request-id"] = str(getattr(request.state, "request_id", ""))
            return answer
        headers = SECURITY_HEADERS | {"x-request-id": str(getattr(request.state, "request_id", ""))}
        return problem(HttpProblem.FAILED, language(request), request.url.path, headers=headers)

    app.add_exception_handler(EhyaError, ehya_error)
    app.add_exception_handler(RequestRefusedError, ehya_error)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, refused_parameters)
    app.add_exception_handler(Exception, failed)


def _allowed_methods(app: FastAPI, request: Request) -> list[str]:
    """Methods of an address, whichever of its routes was found first."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        path = getattr(context, "path_regex", None)
        if path is not None and path.match(request.url.path):
            found |= set(context.methods or ())
    if "GET" in found:  # the border answers HEAD wherever GET is
        found.add("HEAD")
    return sorted(found)


_EXAMPLES: dict[int, tuple[Code, dict[str, Any]]] = {
    400: (HttpProblem.HOST_NOT_ALLOWED, {"given": "example.org", "allowed": ["127.0.0.1", "[::1]", "localhost"]}),
    401: (HttpProblem.KEY_MISSING, {}),
    403: (HttpProblem.ROLE_REFUSED, {"given": "investor", "allowed": ["planner"]}),
    404: (ErrorCode.UNKNOWN_UNIT, {"given": "unit-9", "nearest": "unit-8"}),
    408: (HttpProblem.BODY_TOO_SLOW, {"allowed": 10}),
    409: (ErrorCode.IDEMPOTENCY_KEY_USED, {"given": "a1b2"}),
    412: (ErrorCode.MANDATE_CHANGED, {"given": 1, "allowed": 2}),
    413: (HttpProblem.BODY_TOO_LARGE, {"allowed": 65536}),
    415: (HttpProblem.BODY_NOT_JSON, {"given": "text/plain", "allowed": "application/json"}),
    422: (HttpProblem.PARAMETER_UNKNOWN, {"given": "statuss", "allowed": ["status", "triage"], "nearest": "status"}),
    428: (HttpProblem.IF_MATCH_MISSING, {}),
    429: (HttpProblem.TOO_MANY_REQUESTS, {"allowed": 1200, "seconds": 20}),
    500: (HttpProblem.FAILED, {}),
    503: (HttpProblem.KEYS_UNREAD, {}),
}


def _example(code: Code, facts: dict[str, Any]) -> dict[str, Any]:
    status = STATUS[code]
    return {
        "type": f"/docs#{code.value}",
        "title": speech("en").text(f"http_status.{status}"),
        "status": status,
        "detail": sentence(code, facts, "en"),
        "instance": "/v1/units",
        "code": code.value,
        **facts,
    }


_MEMBERS = ("type", "title", "status", "detail", "instance", "code")


def parameter_problem(error: Mapping[str, Any], names: list[str]) -> tuple[Code, dict[str, Any]]:
    """Code and facts of a complaint of pydantic about a parameter, or about a member of a body.

    Parameters
    ----------
    error
        One of ``ValidationError.errors()``, its place beginning with where the parameter stands.
    names
        Parameters that there are.
    """
    name = str(error["loc"][1]) if len(error["loc"]) > 1 else str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return HttpProblem.PARAMETER_UNKNOWN, {"given": name, "allowed": names, "nearest": nearest(name, names)}
    long = too_long(error, name)
    if long is not None:
        return long.code, long.facts
    expected = str((error.get("ctx") or {}).get("expected", ""))
    choices = re.findall(r"'([^']*)'", expected)
    given = error.get("input")
    facts = {"parameter": name, "given": given, "allowed": choices or allowed_by(error)}
    if choices:
        facts["nearest"] = nearest(str(given), choices)
    return HttpProblem.PARAMETER_REFUSED, facts


def _parameter_names(app: FastAPI, request: Request) -> list[str]:
    path = getattr(request.scope.get("route"), "path", request.url.path)
    operation = app.openapi()["paths"].get(path, {}).get(request.method.lower(), {})
    return [str(parameter["name"]) for parameter in operation.get("parameters", []) if parameter["in"] == "query"]


def _shortened(value: Any) -> Any:
    if isinstance(value, Code):
        return value
    if isinstance(value, str):
        return value if len(value) <= GIVEN_LENGTH else f"{value[:GIVEN_LENGTH]}…"
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shortened(part) for part in list(value)[:100]]
    if isinstance(value, dict):
        return {name: _shortened(part) for name, part in list(value.items())[:20]}
    if isinstance(value, int) and abs(value) >= 2**63:
        return _shortened(str(value)[: GIVEN_LENGTH + 1])
    return value
