"""The OpenAPI description: what FastAPI finds, with the mandate and the problems put in."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from engine.domain.mandate import Mandate
from engine.domain.ticket import FOREIGN_KEYS, TICKET_KEYS
from serving.api.access import EXTENSION, Access, Rate, WithoutKey
from serving.api.answers import OutcomeStated, Problem
from serving.api.examples import ANSWERS
from serving.api.job_answers import WebhookStated
from serving.api.kept_answers import Reaction
from serving.api.writing import KEY_HEADER, KEY_PATTERN, VERSION_PATTERN
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
    "/v1/packages",
    "/v1/office",
    "/v1/models",
    "/v1/imports",
    "/v1/webhooks",
    "/v1/outcomes",
)  # what is kept for a caller is read anew each time


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, tags=app.openapi_tags, routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= _mandate_schemas() | {
            "Problem": _problem_schema(),
            "Reaction": _stated_schema(Reaction),
            "OutcomeStated": _stated_schema(OutcomeStated),
            "WebhookStated": _stated_schema(WebhookStated),
        }
        for schema in schemas.values():
            _say_plainly(schema)
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _put_examples(document)
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
    schema["properties"] |= dict.fromkeys([*TICKET_KEYS, *FOREIGN_KEYS], ticket)
    return {"Mandate": schema, **parts}
