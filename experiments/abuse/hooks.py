"""What schemathesis loads beside its checks: what "valid" means where a schema cannot say all of it.

Its check ``positive_data_acceptance`` wants every request of the right shape to be accepted. A county that there is
not, two tickets in one mandate or a host that no name leads to are refused with 422 although their shape is right. This
check takes its place: a request of the right shape is never refused for its shape.
"""

from __future__ import annotations

import schemathesis
from schemathesis.checks import CheckContext

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


@schemathesis.check
def shape_is_accepted(ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """A request of the right shape is refused for what it says or not at all."""
    if case.meta is not None and case.meta.generation.mode.is_positive and response.status_code in _REFUSED:
        code = response.json().get("code")
        assert code not in SHAPE, f"{code} for a request of the described shape"
