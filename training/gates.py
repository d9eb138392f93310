"""Gates: what a model must show before it is put to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.codes import Code

NOMINAL = 0.80
TOLERANCE = 0.05
"""The interval's true coverage may lie this far from its nominal one."""


class Gate(Code):
    """What is asked of a model."""

    NOT_WORSE_THAN_BASE_RATE = "not_worse_than_base_rate"
    INTERVALS_HOLD = "intervals_hold"
    CARD_COMPLETE = "card_complete"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate found.

    Parameters
    ----------
    gate
        The gate.
    passed
        Whether it opened.
    facts
        The figures it looked at.
    """

    gate: Gate
    passed: bool
    facts: Mapping[str, Any]


def judge(metrics: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """Ask all gates.

    Parameters
    ----------
    metrics
        ``reported_status`` and ``jobs`` as ``training.evaluate`` gives them, out of fold by province.
    card
        Model card.

    Returns
    -------
    tuple of Verdict
        The coverage gate opens when the Wilson interval of the measured coverage meets nominal plus or minus the
        tolerance: with few units a hard line would be a coin toss.

    Examples
    --------
    >>> status = {"log_loss": 0.69, "log_loss_base_rate": 0.70}
    >>> jobs = {"coverage_80": 0.6, "coverage_80_low": 0.5, "coverage_80_high": 0.7}
    >>> [verdict.passed for verdict in judge({"reported_status": status, "jobs": jobs}, {"purpose": ""})]
    [True, False, False]
    """
    status, jobs = metrics["reported_status"], metrics["jobs"]
    holds = jobs["coverage_80_low"] <= NOMINAL + TOLERANCE and jobs["coverage_80_high"] >= NOMINAL - TOLERANCE
    empty = sorted(name for name, value in card.items() if value in ("", None, [], {}))
    base = {name: status[name] for name in ("log_loss", "log_loss_base_rate")}
    return (
        Verdict(Gate.NOT_WORSE_THAN_BASE_RATE, base["log_loss"] <= base["log_loss_base_rate"], base),
        Verdict(Gate.INTERVALS_HOLD, holds, {"coverage": jobs["coverage_80"], "nominal": NOMINAL}),
        Verdict(Gate.CARD_COMPLETE, not empty, {"empty": empty}),
    )
