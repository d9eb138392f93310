"""The choices under which units were judged, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.domain.persona import Persona
from engine.ranking.criteria import Part
from serving.desk.question import Question
from serving.i18n import Speech


def assumptions(question: Question, speech: Speech) -> list[tuple[str, Any]]:
    """The choices of a question in words."""
    lines: list[tuple[str, Any]] = [(speech.text("column.asked_as_of"), speech.date(question.as_of))]
    if question.persona is not Persona.PLANNER and question.weights is None:
        lines.append((speech.text("cli.persona"), speech.text(question.persona)))
    if question.weights is not None:
        named = (f"{speech.text(part)} {speech.number(weight, 2)}" for part, weight in question.weights.items())
        lines.append((speech.text("cli.weights"), speech.join(named)))
    if question.influence is not None:
        wanted = (f"{speech.text(part)} {speech.share(share)}" for part, share in _shares(question.influence).items())
        lines.append((speech.text("weighing.wanted"), speech.join(wanted)))
    if question.priorities:
        lines.append((speech.text("cli.priorities"), speech.join(speech.sector(code) for code in question.priorities)))
    if question.price_year:
        lines.append((speech.text("cli.asked_price_year"), speech.fact(question.price_year)))
    if question.assume_capital_rial:
        amount = f"{speech.money(question.assume_capital_rial)} ({speech.text('mark.assumed')})"
        lines.append((speech.text("cli.assumed_capital"), amount))
    return lines


def _shares(wanted: Mapping[Part, float]) -> dict[Part, float]:
    total = sum(wanted.values())
    return {part: share / total for part, share in wanted.items()}
