"""Limits of a mandate in words: what a unit breaks, and how far a limit would have to move."""

from __future__ import annotations

from typing import Any

from engine.domain.unit import Status
from engine.matching.opening import Opening
from engine.matching.reasons import Reason
from serving.i18n import Speech

_NEVER_OFFERED = (Status.OPERATING.value, Status.UNDER_CONSTRUCTION.value, Status.LIQUIDATED.value)
"""Statuses that say by themselves why a unit is not on offer."""


def opening_in_words(opening: Opening, words: Speech) -> str:
    """The limit that keeps out most units, and how far it would have to move."""
    said = limit_in_words(Reason(opening.code, opening.facts), words)
    return words.text("cli.opening", limit=said, count=opening.units)


def limit_in_words(reason: Reason, words: Speech) -> str:
    """A broken limit with the unit's value and what the mandate allows."""
    said = words.text(reason.code)
    if reason.facts.get("status") in _NEVER_OFFERED:
        return words.text("cli.not_offered_status", status=words.text(f"status.{reason.facts['status']}"))
    if "given" not in reason.facts:
        return said
    allowed = reason.facts.get("allowed") or reason.facts.get("refused")
    given = _value(reason, reason.facts["given"], words)
    return words.text("cli.limit_given", reason=said, given=given, allowed=_value(reason, allowed, words))


def _value(reason: Reason, value: Any, words: Speech) -> str:
    if isinstance(value, (list, tuple)):
        return words.join([_value(reason, one, words) for one in value]) or words.fact(None)
    measure, family = reason.facts.get("measure"), reason.code.value.partition("_")[0]
    if measure == "rial":
        return words.money(value if value is not None and abs(value) != float("inf") else None)
    if measure in ("probability", "share"):
        return words.share(value, 1)
    if measure:
        return f"{words.number(value)} {words.text(f'measure.{measure}')}"
    if family == "sector":
        return f"{value} · {words.sector(value)}" if value else words.fact(None)
    if family == "place":
        return words.join(words.place(part) for part in reversed(str(value).split("/"))) if value else words.fact(None)
    families = {"status": "status", "deal": "deal_form", "confidence": "confidence", "not": "triage", "fix": "triage"}
    return words.codes(value, families[family]) if family in families else words.fact(value)
