"""How surely and how soon a side answers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RATE_WEIGHT = 0.75
"""Weight of the share answered, beside the speed (as Axial publishes of its score)."""
USUAL = 0.5
"""Responsiveness of whom nobody asked yet (assumed)."""
SHRINK = 5.0
"""Questions' worth of the usual that stands beside a side's own (assumed)."""
ALIKE_FROM = 10
"""Answers from which it is said that all of them are alike (assumed)."""


@dataclass(frozen=True, slots=True)
class Responsiveness:
    """How a side answers.

    Parameters
    ----------
    asked, answered
        Questions whose time is up or that were answered, and those of them that were answered.
    rate, speed
        Share answered, and the mean speed of the answers, 0..1; 0 where nothing was.
    value
        Both together, drawn to the usual where few questions were asked, 0..1.
    """

    asked: int
    answered: int
    rate: float
    speed: float
    value: float


def responsiveness(took: Sequence[float | None], *, level: float) -> Responsiveness:
    """How a side answers, from the days that its answers took.

    Parameters
    ----------
    took
        Days from each question to its answer, ``None`` where there is none though its time is up.
    level
        Days at which an answer is half as quick as one at once.

    Returns
    -------
    Responsiveness
        ``value = (n * (0.75 * rate + 0.25 * speed) + 5 * 0.5) / (n + 5)``.

    Examples
    --------
    >>> found = responsiveness([0.0, 7.0, None, None], level=7)
    >>> found.rate, found.speed, round(found.value, 4)
    (0.5, 0.75, 0.5278)
    >>> responsiveness([], level=7).value
    0.5
    """
    days = [max(one, 0.0) for one in took if one is not None]
    rate = len(days) / len(took) if took else 0.0
    speed = sum(level / (level + one) for one in days) / len(days) if days else 0.0
    return Responsiveness(len(took), len(days), rate, speed, drawn(rate, speed, len(took)))


def drawn(rate: float, speed: float, asked: int) -> float:
    """Rate and speed as one figure, drawn to the usual where few questions were asked."""
    own = RATE_WEIGHT * rate + (1 - RATE_WEIGHT) * speed
    return (asked * own + SHRINK * USUAL) / (asked + SHRINK)
