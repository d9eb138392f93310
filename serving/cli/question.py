"""Read what the caller of a command wrote: days, amounts, weights; and look at the clock."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from engine.domain.persona import Persona
from serving.desk.question import Question, read_persona, read_weights
from serving.desk.written import Day, amount, last_day, written_day

__all__ = ["Day", "amount", "last_day", "now", "read_question", "today", "written_day"]


def read_question(
    *,
    as_of: str | None = None,
    price_year: int | None = None,
    assume_capital: str | None = None,
    persona: str | None = None,
    weights: str | None = None,
    influence: str | None = None,
    priority: Sequence[str] | None = None,
) -> Question:
    """Read the choices that the caller wrote; what was not said stays at its default.

    Raises
    ------
    EhyaError
        ``value_unreadable`` when a day, an amount or weights cannot be read, ``unknown_option`` for a persona or a part
        of the score that does not exist.

    Examples
    --------
    >>> question = read_question(as_of="۱۴۰۵/۰۹/۰۲", price_year=1404, assume_capital="50 میلیارد ریال")
    >>> str(question.as_of.date()), question.assume_capital_rial
    ('2026-11-23', 50000000000)
    """
    codes = [code.strip() for one in priority or () for code in one.replace("،", ",").split(",") if code.strip()]
    return Question(
        as_of=today() if as_of is None else written_day(as_of, "--as-of").at,
        price_year=price_year,
        assume_capital_rial=None if assume_capital is None else amount(assume_capital, "--assume-capital"),
        persona=Persona.PLANNER if persona is None else read_persona(persona),
        weights=None if weights is None else read_weights(weights, files=True),
        influence=None if influence is None else read_weights(influence, files=True, option="--influence"),
        priorities=tuple(codes),
    )


def today() -> pd.Timestamp:
    """The day on which the command runs."""
    return pd.Timestamp.now().normalize()


def now() -> pd.Timestamp:
    """The moment at which the command runs, UTC, to the second."""
    return pd.Timestamp.now("UTC").floor("s")
