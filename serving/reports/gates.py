"""What gates found of a model, and why one was put to work, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serving.i18n import Speech
from serving.reports.card_page import group_name

ROUTES = ("better_than_opponent", "not_worse_and_newer", "first_and_not_worse")
"""Gates of which one open one is enough (``training.gates.rules.ROUTES``)."""


@dataclass(frozen=True, slots=True)
class GateSaid:
    """A gate in words.

    Parameters
    ----------
    name
        What it asks.
    state
        ``passed``, ``other_route`` (another route is open) or ``not_passed``.
    said
        The same in words.
    why
        Figures that it looked at; empty where there are none.
    """

    name: str
    state: str
    said: str
    why: str


def gates_said(gates: Sequence[Mapping[str, Any]], words: Speech) -> list[GateSaid]:
    """Gates as a document keeps them, in words; one of another Ehya bears its code.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> [(one.state, one.said) for one in gates_said([{"gate": "card_complete", "passed": True}], speech("en"))]
    [('passed', 'passed')]
    """
    arrived = any(line["passed"] for line in gates if line["gate"] in ROUTES)
    return [_gate(line, arrived, words) for line in gates]


def shut(gates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Codes of the gates that stand in the way: of the routes one open one is enough.

    Examples
    --------
    >>> shut([{"gate": "better_than_opponent", "passed": False}, {"gate": "not_worse_and_newer", "passed": True}])
    []
    """
    closed = [str(line["gate"]) for line in gates if not line["passed"]]
    arrived = any(line["passed"] for line in gates if line["gate"] in ROUTES)
    return [gate for gate in closed if not (arrived and gate in ROUTES)]


def _gate(line: Mapping[str, Any], arrived: bool, words: Speech) -> GateSaid:
    gate = str(line["gate"])
    spared = arrived and gate in ROUTES
    state = "passed" if line["passed"] else "other_route" if spared else "not_passed"
    try:
        name, why = words.text(f"gate.{gate}"), gate_facts(gate, line, words)
    except KeyError:  # of another Ehya, which asks other gates
        name, why = gate, ""
    return GateSaid(name, state, words.text(f"cli.{state}"), why)


def gate_facts(gate: str, facts: Mapping[str, Any], words: Speech) -> str:
    """The figures that one gate looked at, in words; nothing where there is nothing to say."""
    if gate in ROUTES:
        if "unanswered" in facts:
            return words.text("gate_facts.unanswered", count=facts["unanswered"])
        if "gain" not in facts:
            if not facts["units"]:
                return words.text("gate_facts.never_met")
            return words.text("gate_facts.unmet", units=facts["units"], allowed=facts["allowed"])
        if not facts.get("newer", True):
            return words.text("gate_facts.not_newer", since=words.date(facts["since"]))
        if facts["same"] and gate == "first_and_not_worse":
            return words.text("gate_facts.claims_nothing", rows=words.number(facts["rows"]))
        if facts["same"] and gate == "better_than_opponent":
            return words.text("gate_facts.same", opponent=words.text(f"judge.{facts['opponent']}"))
        gain = words.interval(facts["gain_low"], facts["gain"], facts["gain_high"], 4)
        opponent = words.text(f"judge.{facts['opponent']}")
        told: dict[str, Any] = {"gain": gain, "opponent": opponent, "units": words.number(facts["units"])}
        if gate == "not_worse_and_newer":
            since, margin = words.date(facts["since"]), words.number(facts["margin"], 4)
            return words.text("gate_facts.not_worse", **told, margin=margin, since=since)
        if gate == "first_and_not_worse":
            return words.text("gate_facts.first", **told, margin=words.number(facts["margin"], 4))
        return words.text("gate_facts.better", **told)
    if gate == "intervals_hold":
        if not facts["units"]:
            return words.text("gate_facts.no_jobs")
        ends = (facts["coverage_80_low"], facts["coverage_80"], facts["coverage_80_high"])
        return words.text("gate_facts.coverage", coverage=words.interval(*ends, share=True))
    if gate == "no_group_worse":
        worse = [_worse_group(line, words) for line in facts["worse"]]
        power = [
            words.text("gate_facts.power", power=words.share(line["power"]), units=words.number(line["units"]))
            for line in facts["power"]
        ]
        told = {"count": facts["judged_groups"], "share": words.share(facts["power_of"]), "power": power}
        if worse:
            return words.text("gate_facts.worse", groups=worse, **told)
        return words.text("gate_facts.groups", **told)
    if gate == "top_stays":
        return _churn_said(facts, words) if facts["came"] else ""
    if gate == "schema_compatible":
        return words.text("gate_facts.differs", names=facts["differs"]) if facts["differs"] else ""
    return words.text("gate_facts.empty", names=facts["empty"]) if facts.get("empty") else ""


def _churn_said(facts: Mapping[str, Any], words: Speech) -> str:
    """Why the first units may change so, or may not: few came, each is explained, a person says why, or none of it."""
    told = {"churn": words.share(facts["churn"]), "top": facts["top"]}
    if facts.get("reason"):
        return words.text("gate_facts.churn_reason", **told, reason=facts["reason"])
    if not facts["unexplained"]:
        return words.text("gate_facts.churn_explained", **told)
    if facts.get("passed"):
        allowed = facts.get("allowed")  # models of before do not say it
        return words.text("gate_facts.churn_few", **told, allowed=None if allowed is None else words.share(allowed))
    return words.text("gate_facts.churn", **told, unexplained=len(facts["unexplained"]))


def _worse_group(line: Mapping[str, Any], words: Speech) -> str:
    """A group that was left behind: its size, by how much, and the interval of that."""
    ends = (line["difference_low"], line["difference"], line["difference_high"])
    return words.text(
        "gate_facts.worse_group",
        group=group_name(line, words),
        units=words.number(line["units"]),
        share=words.share(line["worse_share"], 1),
        difference=words.interval(*ends, 4),
    )


def said_reason(reason: str, words: Speech) -> str:
    """Why a model was put to work, in words; a person's own stay as they are."""
    if not reason:
        return words.text("promotion_reason.none")
    code, _, own = reason.partition(": ")
    if code in ("forced", "rollback"):
        return words.text(f"promotion_reason.{code}", why=own or words.number(None))
    return words.text("promotion_reason.gates_open") if reason == "gates_open" else reason
