"""What schemathesis loads beside its checks: what "valid" means where a schema cannot say all of it.

Its check ``positive_data_acceptance`` wants every request of the right shape to be accepted. A county that there is
not, two tickets in one mandate or a host that no name leads to are refused with 422 although their shape is right. This
check takes its place: a request of the right shape is never refused for its shape.
"""

from __future__ import annotations

import json
import os
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.hooks import HookContext

from experiments.abuse.nonsense import KNOWN
from serving.api.problems import HttpProblem

SHAPE = frozenset(
    problem.value
    for problem in (
        HttpProblem.PARAMETER_UNKNOWN,
        HttpProblem.PARAMETER_REFUSED,
        HttpProblem.BODY_MALFORMED,
        HttpProblem.BODY_NOT_JSON,
        HttpProblem.REQUEST_MALFORMED,
        HttpProblem.IF_MATCH_MISSING,
    )
)
"""Codes of refusals that speak of a request's shape alone."""
_REFUSED = (400, 415, 422, 428)
_MANDATES, _MANDATE = "/v1/mandates", "/v1/mandates/{name}"


@schemathesis.check
def shape_is_accepted(ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]) -> None:
    """A request of the right shape is refused for what it says or not at all."""
    if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code in _REFUSED:
        code = response.json().get("code")
        assert code not in SHAPE, f"{code} for a request of the described shape"


@schemathesis.hook
def map_case(context: HookContext, case: schemathesis.Case[Any]) -> schemathesis.Case[Any]:
    """Let every other request of the right shape name what there is: at random nobody hits an id."""
    known = json.loads(os.environ.get(KNOWN, "{}"))
    drawn = crc32(repr((case.path_parameters, case.query, case.body)).encode(errors="backslashreplace"))
    if case.meta is None or not case.meta.generation.mode.is_positive or drawn % 2:
        return case
    if case.meta.phase.name.value not in ("fuzzing", "stateful"):
        return case
    _name_known(case.path_parameters, known, drawn)
    path, body = case.operation.path, case.body
    if path in (_MANDATES, _MANDATE) and isinstance(body, dict) and known.get("mandate"):
        name = case.path_parameters["name"] if path == _MANDATE else f"m{drawn % 1000}"
        case.body = {**known["mandate"], "id": name, "min_jobs": drawn % 50}
        if path == _MANDATE:
            case.headers["If-Match"] = f'"{1 + drawn % 3}"'
    elif isinstance(body, dict):
        _name_known(body, known, drawn)
    return case


def _name_known(parts: Any, known: dict[str, Any], drawn: int) -> None:
    for name in parts or ():
        if isinstance(known.get(name), list) and known[name]:
            parts[name] = known[name][drawn % len(known[name])]
