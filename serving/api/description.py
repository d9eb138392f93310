"""The OpenAPI description: what FastAPI finds, with the mandate and the problems put in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from engine.domain.mandate import Mandate
from engine.domain.ticket import FOREIGN_KEYS, TICKET_KEYS
from serving.api.answers import Problem
from serving.api.examples import ANSWERS
from serving.i18n import speech

_REFERENCE = "#/components/schemas/{model}"
_NEVER_KEPT = "/v1/health"  # it tells an age


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, tags=app.openapi_tags, routes=app.routes
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= _mandate_schemas() | {"Problem": _problem_schema()}
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        _put_examples(document)
        app.openapi_schema = document
    return app.openapi_schema


def _put_examples(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get" and path != _NEVER_KEPT:
                operation["responses"]["304"] = {"description": speech("en").text("http_status.304")}
            content = operation["responses"]["200"]["content"]["application/json"]
            content["example"] = ANSWERS[content["schema"]["$ref"].rpartition("/")[2]]


def _problem_schema() -> dict[str, Any]:
    return Problem.model_json_schema(ref_template=_REFERENCE)


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
