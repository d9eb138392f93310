"""The choices under which units are put in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.economics.prices import PriceIndex
from engine.ranking.criteria import Part

TOP = 20
"""Units at the head of a ranking whose place is tested for stability, and that a list shows first."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which choices units are put in order.

    Parameters
    ----------
    weights
        Weight of each part of the score; ``DEFAULT_WEIGHTS`` where ``None``.
    priorities
        ISIC codes of any level whose units agree with the programme.
    price_year
        Jalali year in whose money sums are compared; the register's own where ``None``.
    top
        Units at the head whose place is tested for stability.
    random_state
        Seed of the draws of the stability test.
    prices
        Price index by which money of different years is compared; that of the reference table where ``None``.
    influence
        How much of the differences between scores each part shall make; weights follow from it over the units that
        are judged (`engine.appraisal.settled`), and ``weights`` do not count.

    Examples
    --------
    >>> Terms().priorities, Terms(priorities=("10",)).top
    ((), 20)
    """

    weights: Mapping[Part, float] | None = None
    priorities: tuple[str, ...] = ()
    price_year: int | None = None
    top: int = TOP
    random_state: int = 0
    prices: PriceIndex | None = None
    influence: Mapping[Part, float] | None = None
