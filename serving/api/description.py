"""The OpenAPI description: what FastAPI finds, with the mandate and the problems put in."""

from __future__ import annotations

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from engine.domain.mandate import Mandate
from engine.domain.ticket import FOREIGN_KEYS, TICKET_KEYS
from serving.api.access import EXTENSION, Access, Rate, WithoutKey
from serving.api.answers import OutcomeStated, Problem
from serving.api.bank_answers import BankAnswerStated, BankAskStated, BankWishesStated
from serving.api.examples import ANSWERS
from serving.api.job_answers import ListChangedMessage, WebhookStated
from serving.api.kept_answers import AnswerStated, Reaction, RequestStated
from serving.api.meeting_answers import GoneStated, MeetingsStated
from serving.api.wish_answers import WishesStated
from serving.api.writing import KEY_HEADER, KEY_PATTERN, VERSION_PATTERN
from serving.desk.webhooks import LIST_CHANGED
from serving.i18n import speech

_REFERENCE = "#/components/schemas/{model}"
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)  # of a docstring
_PARAMETER = re.compile(r"^(\w[\w, ]*)\n((?:[ ]{4}.*\n?|\n)+)", re.MULTILINE)
JSON = "application/json"
_NEVER_KEPT = "/v1/health"  # it tells an age
_FOR_ONE = (
    "/v1/mandates",
    "/v1/shortlists",
    "/v1/reactions",
    "/v1/requests",
    "/v1/packages",
    "/v1/meetings",
    "/v1/office",
    "/v1/models",
    "/v1/imports",
    "/v1/webhooks",
    "/v1/outcomes",
    "/v1/wishes",
    "/v1/banks",
    "/v1/audit",
    "/v1/backups",
)  # what is kept for a caller is read anew each time


def described_service(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, tags=app.openapi_tags, routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= _mandate_schemas() | {
            "Problem": _problem_schema(),
            "Reaction": _stated_schema(Reaction),
            "RequestStated": _stated_schema(RequestStated),
            "AnswerStated": _stated_schema(AnswerStated),
            "OutcomeStated": _stated_schema(OutcomeStated),
            "WebhookStated": _stated_schema(WebhookStated),
            "MeetingsStated": _stated_schema(MeetingsStated),
            "GoneStated": _stated_schema(GoneStated),
            "BankAskStated": _stated_schema(BankAskStated),
            "BankAnswerStated": _stated_schema(BankAnswerStated),
            "BankWishesStated": _stated_schema(BankWishesStated),
            "WishesStated": _stated_schema(WishesStated),
            **_message_schemas(),
        }
        document["webhooks"] = {LIST_CHANGED: {"post": _MESSAGE}}
        for schema in schemas.values():
            _say_plainly(schema)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _put_examples(document)
        _put_answers(document)
        _put_keys(document)
        app.openapi_schema = _in_markdown(document)
    return app.openapi_schema


def _say_plainly(schema: dict[str, Any]) -> None:
    r"""Leave of a docstring what a caller reads: what it is, and at each property what that means.

    Examples
    --------
    >>> schema = {"description": "A box.\n\nParameters\n----------\nsize\n    Of it.", "properties": {"size": {}}}
    >>> _say_plainly(schema)
    >>> schema
    {'description': 'A box.', 'properties': {'size': {'description': 'Of it.'}}}
    """
    said, *sections = _SECTION.split(schema.get("description", ""))
    if not sections:
        return
    schema["description"] = said.strip()
    properties = schema.get("properties", {})
    parameters = dict(zip(sections[::2], sections[1::2], strict=True)).get("Parameters", "")
    for names, meaning in _PARAMETER.findall(parameters):
        for name in names.split(", "):
            if name in properties:
                properties[name].setdefault("description", " ".join(meaning.split()))


def _in_markdown(part: Any) -> Any:
    """The same document, names in its descriptions marked once: twice is the way of docstrings."""
    if isinstance(part, list):
        return [_in_markdown(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: one.replace("``", "`") if name == "description" and isinstance(one, str) else _in_markdown(one)
        for name, one in part.items()
    }


def _put_examples(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get" and path != _NEVER_KEPT and not path.startswith(_FOR_ONE):
                operation["responses"]["304"] = {"description": speech("en").text("http_status.304")}
            for answer in operation["responses"].values():
                content = answer.get("content", {}).get(JSON)
                if content:
                    content["example"] = ANSWERS[content["schema"]["$ref"].rpartition("/")[2]]


def _put_keys(document: dict[str, Any]) -> None:
    """Say which header opens an address, and which ones its writes take."""
    bearer = {"type": "http", "scheme": "bearer", "description": "a key, as `ehya keys add` shows it"}
    document["components"]["securitySchemes"] = {"key": bearer}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            access = Access.read(operation[EXTENSION])
            free: list[dict[str, list[str]]] = [{}] if access.without_key is not WithoutKey.NEVER else []
            operation["security"] = [{"key": []}, *free]
            headers = [_IDEMPOTENCY] if access.rate is Rate.WRITES and method != "get" else []
            headers += [_IF_MATCH] if "428" in operation["responses"] else []
            if headers:
                operation["parameters"] = [*operation.get("parameters", []), *headers]


def _put_answers(document: dict[str, Any]) -> None:
    """Say what each answer is, and which headers it bears."""
    document["components"]["headers"] = {name: {**said} for name, said in _HEADERS.items()}
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for method, operation in operations.items():
            writes = Access.read(operation[EXTENSION]).rate is Rate.WRITES and method != "get"
            for status, answer in operation["responses"].items():
                done, named, name = status in ("200", "202"), list(_ALWAYS), ""
                if done:
                    schema = answer.get("content", {}).get(JSON, {}).get("schema", {})
                    name = schema.get("$ref", "").rpartition("/")[2]
                    shape = schemas.get(name, {})
                    answer["description"] = shape.get("description") or operation["summary"]
                named += ["Idempotent-Replayed"] if done and writes else []
                versioned = "304" in operation["responses"] or (name in _VERSIONED and method != "delete")
                named += ["ETag"] if done and versioned else []
                named += ["Location"] if status == "202" else []
                named += ["Retry-After"] if status == "429" else []
                named += ["WWW-Authenticate"] if status == "401" else []
                answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in named}


def _header(schema: dict[str, Any], description: str, *, always: bool = False) -> dict[str, Any]:
    return {"schema": schema, "description": description, "required": always}


_COUNT = {"type": "string", "pattern": "^[0-9]+$"}
_ALWAYS = ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining")
_VERSIONED = ("KeptMandate", "MeetingPlanAnswer")
"""What is kept in versions that `If-Match` names."""
_HEADERS = {
    "X-Request-Id": _header(
        {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}, "names the request: as it was sent, else made here",
        always=True,
    ),
    "X-RateLimit-Limit": _header(_COUNT, "requests of this kind that the caller has a minute"),
    "X-RateLimit-Remaining": _header(_COUNT, "how many of them are left"),
    "Retry-After": _header(_COUNT, "seconds to wait"),
    "WWW-Authenticate": _header({"type": "string"}, "what kind of key is wanted"),
    "Idempotent-Replayed": _header({"type": "string", "const": "true"}, "there where the answer was given before"),
    "Location": _header({"type": "string"}, "address that says how far it is"),
    "ETag": _header(
        {"type": "string"},
        "version: of a saved mandate or a plan for `If-Match`, else of the answer for `If-None-Match`",
    ),
}  # fmt: skip
_MESSAGE: dict[str, Any] = {
    "summary": "The list of a mandate changed",
    "description": (
        "What an address of `POST /v1/webhooks` is sent, by [Standard Webhooks](https://www.standardwebhooks.com). "
        "Answer with any status from 200 to 299 within ten seconds; 410 ends the webhook. Anything else, and it is "
        "sent again over three days. The same message may come twice: `webhook-id` tells."
    ),
    "parameters": [
        {
            "name": "webhook-id",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": "id of the message: the same however often it is sent",
        },
        {
            "name": "webhook-timestamp",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
            "description": "when it was sent, Unix seconds; refuse what is five minutes off",
        },
        {
            "name": "webhook-signature",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": (
                "`v1,` and in base64 the HMAC-SHA256 of `ID.TIMESTAMP.BODY`, body as it came byte for byte, under what "
                "stands behind `whsec_` in the secret, read as base64; of several with a blank between, one must fit"
            ),
        },
    ],
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/ListChangedMessage"}}},
    },
    "responses": {"2XX": {"description": "It has come."}, "410": {"description": "Nothing more is to be sent."}},
}
_IDEMPOTENCY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": KEY_PATTERN},
    "description": "a text of the caller for this write: sent again within a day, it is answered and not done twice",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": VERSION_PATTERN},
    "example": '"1"',
    "description": "the version that is replaced, in quotation marks: the ETag of what was read",
}


def _problem_schema() -> dict[str, Any]:
    return Problem.model_json_schema(ref_template=_REFERENCE)


def _stated_schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REFERENCE)
    schema.pop("$defs", None)  # its codes are described already, with the answers
    return schema


def _message_schemas() -> dict[str, Any]:
    schema = ListChangedMessage.model_json_schema(ref_template=_REFERENCE)
    return {**schema.pop("$defs"), "ListChangedMessage": schema}


def _mandate_schemas() -> dict[str, Any]:
    """Schema of a mandate as it is written: money under the key of its unit, words as they are or in a list."""
    schema = Mandate.model_json_schema(ref_template=_REFERENCE)
    parts = schema.pop("$defs", {})
    amount = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}
    bounds = dict.fromkeys(("min", "typical", "max"), amount)
    ticket = {
        "anyOf": [
            {"type": "array", "items": amount, "minItems": 2, "maxItems": 3},
            {"type": "object", "properties": bounds, "additionalProperties": False},
        ],
        "description": "[min, max], [min, typical, max] or {min, typical, max}; state the ticket in one unit only",
    }
    for part in (schema, *parts.values()):
        for name, stated in part.get("properties", {}).items():
            if "items" in stated:
                part["properties"][name] = _or_alone(stated)
    schema["properties"]["accept_unknown"]["anyOf"].append({"type": "boolean"})
    schema["properties"] |= dict.fromkeys([*TICKET_KEYS, *FOREIGN_KEYS], ticket)
    return {"Mandate": schema, **parts}


def mandate_schema() -> dict[str, Any]:
    """JSON Schema of a mandate by itself, as ``docs/mandate.schema.json`` publishes it.

    Examples
    --------
    >>> schema = mandate_schema()
    >>> "ticket_billion_rial" in schema["properties"], "SectorWishes" in schema["$defs"]
    (True, True)
    """
    parts = _mandate_schemas()
    whole = parts.pop("Mandate")
    text = json.dumps({**whole, "$defs": parts}, ensure_ascii=False).replace("#/components/schemas/", "#/$defs/")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **json.loads(text)}


def _or_alone(stated: dict[str, Any]) -> dict[str, Any]:
    """A list, or one word that stands alone: both are read."""
    alone = {"anyOf": [{"type": "array", "items": stated["items"]}, stated["items"]]}
    return alone | {name: stated[name] for name in ("title", "description", "default") if name in stated}
