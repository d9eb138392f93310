"""The documentation of the API as a page, written from its OpenAPI description."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from engine.codes import Code
from serving.html.template import render
from serving.i18n import Speech, texts

_PLACE = re.compile(r"\{(\w+)\}")
ADDRESS = "http://127.0.0.1:8600"
"""Where ``ehya serve`` listens when nothing else is said."""


def docs_page(description: dict[str, Any], speech: Speech, *, problems: Mapping[Code, int]) -> str:
    """Write the page.

    Parameters
    ----------
    description
        OpenAPI document.
    speech
        Language of the page; names and codes stay as they are.
    problems
        Codes that an answer may bear, each with its HTTP status.
    """
    addresses = [
        _address(path, method, operation, description["components"]["schemas"], speech)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]
    return render("docs.html", speech, addresses=addresses, problems=_problems(problems, speech))


def _address(path: str, method: str, operation: dict[str, Any], schemas: Any, speech: Speech) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return {
        "anchor": f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        "path": path,
        "method": method.upper(),
        "summary": speech.text(f"api.{operation['operationId'].partition('_v1')[0]}"),
        "parameters": [_parameter(parameter, schemas, speech) for parameter in operation.get("parameters", [])],
        "body": _json(body) if body else "",
        "call": _call(path, method, operation, body),
        "answer": _answer(operation["responses"]),
        "answers": [
            (status, speech.text(f"http_status.{status}"))
            for status in sorted(operation["responses"])
            if status.isdigit()
        ],
    }


def _answer(responses: Mapping[str, Any]) -> str:
    """The example of what is answered when all goes well; empty where that is a file."""
    examples = (answer.get("content", {}).get("application/json", {}).get("example") for answer in responses.values())
    return next((_json(example) for example in examples if example is not None), "")


def _parameter(parameter: dict[str, Any], schemas: Any, speech: Speech) -> dict[str, str]:
    name = parameter["name"]
    return {
        "name": name,
        "type": _type(parameter["schema"], schemas),
        "meaning": speech.text(f"parameter.{name}"),
        "required": speech.text("page.docs_required") if parameter.get("required") else "",
    }


def _type(schema: dict[str, Any], schemas: Any) -> str:
    """Type of a parameter in a few words: its choices, its range, or its JSON type."""
    kind = next(one for one in schema.get("anyOf", [schema]) if one.get("type") != "null")
    if kind.get("type") == "array":
        return f"{_type(kind['items'], schemas)} (*)"
    if "$ref" in kind:
        return _type(schemas[str(kind["$ref"]).rpartition("/")[2]], schemas)
    if "enum" in kind:
        return " | ".join(str(choice) for choice in kind["enum"])
    low, high = kind.get("minimum"), kind.get("maximum")
    return str(kind["type"]) if low is None or high is None else f"{kind['type']} {low:.15g}..{high:.15g}"


def _call(path: str, method: str, operation: dict[str, Any], body: Any) -> str:
    asked = {"top": 5} if path.endswith("rankings") else {"sector": "10", "limit": 5} if path.endswith("units") else {}
    address = f"{ADDRESS}{_PLACE.sub(_named, path)}" + (f"?{urlencode(asked)}" if asked else "")
    parts = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}{shlex.quote(address)}"]
    if operation["x-ehya-access"]["without_key"] == "never":
        parts.append('-H "Authorization: Bearer $EHYA_KEY"')
    if "428" in operation["responses"]:
        parts.append("-H 'If-Match: \"1\"'")
    if body is not None:
        parts += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"]
    return " \\\n  ".join(parts)


def _named(place: re.Match[str]) -> str:
    """What stands in a line of curl for a part of an address that the reader fills in."""
    return place[1].upper()


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _problems(problems: Mapping[Code, int], speech: Speech) -> list[dict[str, str]]:
    """Codes with their sentences; the places of the facts are shown by their names."""
    said = texts(speech.language)
    return [{"code": code.value, "status": str(status), "text": said[code.key]} for code, status in problems.items()]
