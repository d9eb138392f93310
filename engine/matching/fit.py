"""How well a unit that may be shown agrees with a mandate: named parts that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.mandate import FitPart, Mandate
from engine.domain.prediction import Output
from engine.domain.unit import Field
from engine.matching.book import UnitBook
from engine.matching.checks import Rows
from engine.matching.money import TicketBounds
from engine.matching.nearness import place_column, sector_column
from engine.matching.proportions import STATIC_PARTS

WEIGHTS = {
    FitPart.SECTOR: 0.20,
    FitPart.PLACE: 0.10,
    FitPart.TICKET: 0.15,
    FitPart.FEASIBILITY: 0.25,
    FitPart.JOBS: 0.15,
    FitPart.JOBS_PER_BILLION: 0.10,
    FitPart.CONFIDENCE: 0.05,
}
"""Weights of the parts when a mandate names none (assumed)."""

TICKET_EDGE = 0.5
"""Ticket part of a unit at the very end of the range, when a typical ticket is stated (assumed)."""


def weights_of(mandate: Mandate) -> dict[FitPart, float]:
    """Weights of the parts, adding up to 1.

    A part that the mandate says nothing of (no liked sector, no liked place, no ticket) has no weight: it would tell no
    two units apart. Parts that stated weights do not name have none either.

    Examples
    --------
    >>> weights = weights_of(Mandate(id="a", weights={"jobs": 3, "feasibility": 1}))
    >>> {part.value: weight for part, weight in weights.items() if weight}
    {'feasibility': 0.25, 'jobs': 0.75}
    """
    silent = {
        part
        for part, stated in (
            (FitPart.SECTOR, mandate.sectors.like),
            (FitPart.PLACE, mandate.places.like),
            (FitPart.TICKET, mandate.ticket_rial),
        )
        if not stated
    }
    stated_weights = WEIGHTS if mandate.weights is None else mandate.weights
    raw = {part: 0.0 if part in silent else float(stated_weights.get(part, 0.0)) for part in FitPart}
    total = sum(raw.values())
    return {part: weight / total if total else 0.0 for part, weight in raw.items()}


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """Parts of the fit of a mandate in the terms of a book.

    Parameters
    ----------
    weights
        Weight of each part, adding up to 1.
    sectors, places
        Nearness of each value of the book's coded columns, shape (values,); ``None`` where nothing is liked.
    """

    book: UnitBook
    mandate: Mandate
    money: TicketBounds | None
    weights: dict[FitPart, float]
    sectors: NDArray[np.float32] | None
    places: NDArray[np.float32] | None

    @classmethod
    def of(cls, book: UnitBook, mandate: Mandate, money: TicketBounds | None) -> Fit:
        """Lay the wishes of a mandate over a book."""
        weights = weights_of(mandate)
        sectors = sector_column(book.sector.values, mandate.sectors.like) if weights[FitPart.SECTOR] else None
        places = place_column(book.place.values, mandate.places.like) if weights[FitPart.PLACE] else None
        return cls(book=book, mandate=mandate, money=money, weights=weights, sectors=sectors, places=places)

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """Fit of the rows, 0..1: the weighted parts added in the order of ``FitPart``, one unit's sum never depends on
        which units stand beside it.
        """
        static = self.book.parts[rows]
        total = np.zeros(len(static))
        for part, weight in self.weights.items():
            if weight:
                total += np.float64(weight) * self._part(part, rows, static)
        return total

    def parts(self, rows: Rows) -> NDArray[np.float64]:
        """Weighted parts of the rows, shape (rows, parts) in the order of ``FitPart``; their sum is :meth:`score`."""
        static = self.book.parts[rows]
        columns = [
            np.float64(weight) * self._part(part, rows, static) if weight else np.zeros(len(static))
            for part, weight in self.weights.items()
        ]
        return np.column_stack(columns)

    def agreement(self, part: FitPart, rows: Rows) -> NDArray[np.float64]:
        """How far the rows agree in one part, before its weight, 0..1."""
        return np.asarray(self._part(part, rows, self.book.parts[rows]), dtype=np.float64)

    def _part(self, part: FitPart, rows: Rows, static: NDArray[np.float32]) -> NDArray[np.float32 | np.float64]:
        if part is FitPart.JOBS and self.mandate.jobs_goal:
            expected = self.book.numbers[Output.JOBS_EXPECTED][rows]
            return np.nan_to_num(expected / self.mandate.jobs_goal, nan=0.0).clip(0, 1)
        if part in STATIC_PARTS:
            return static[:, STATIC_PARTS.index(part)]
        if part is FitPart.TICKET:
            return self._ticket(rows)
        if part is FitPart.SECTOR:
            return _looked_up(self.sectors, self.book.sector.codes[rows])
        return _looked_up(self.places, self.book.place.codes[rows])

    def _ticket(self, rows: Rows) -> NDArray[np.float64]:
        capital = self.book.numbers[Field.CAPITAL_NEEDED_RIAL][rows]
        if self.money is None:
            return np.zeros(capital.size)
        years = self.book.price_year.codes[rows]
        low, typical, high = (self.money.low[years], self.money.typical[years], self.money.high[years])
        return trapezoid(capital, low, typical, high)


def trapezoid(
    amount: NDArray[np.float64], low: NDArray[np.float64], typical: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Full over the middle half of the range around the typical amount, falling to ``TICKET_EDGE`` at its ends.

    Parameters
    ----------
    amount, low, typical, high
        Shape (n,), one unit of money. The plateau reaches half-way from ``typical`` to either end. Without a typical
        amount (NaN), or towards an unbounded end, the whole range is full. Outside the range, and for a
        missing amount, 0.

    Examples
    --------
    >>> amount = np.array([100.0, 150.0, 200.0, 300.0, 500.0])
    >>> trapezoid(amount, np.full(5, 100.0), np.full(5, 200.0), np.full(5, 400.0)).tolist()
    [0.5, 1.0, 1.0, 1.0, 0.0]
    """
    typical = np.where(np.isnan(typical), np.inf, typical)
    falling = (1 - TICKET_EDGE) * 2
    with np.errstate(invalid="ignore", divide="ignore"):
        below = (typical - amount) / (typical - low)
        above = (amount - typical) / (high - typical)
    away = np.fmax(np.fmax(below, above), 0.0)
    away[np.isinf(typical) | ~np.isfinite(away)] = 0.0
    value = 1 - falling * np.maximum(away - 0.5, 0.0)
    return np.where((amount >= low) & (amount <= high), value, 0.0)


def _looked_up(column: NDArray[np.float32] | None, codes: NDArray[np.int32]) -> NDArray[np.float32]:
    return np.zeros(codes.size, dtype=np.float32) if column is None else column.take(codes)
