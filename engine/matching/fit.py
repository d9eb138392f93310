"""How well a unit that may be shown agrees with a mandate: named parts that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.mandate import FitPart, Mandate
from engine.domain.prediction import Output
from engine.domain.ticket import Ticket
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
"""Ticket part of a unit at the upper end of the range, when a typical ticket is stated (assumed)."""


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
    raw = dict(WEIGHTS if mandate.weights is None else {part: mandate.weights.get(part, 0.0) for part in WEIGHTS})
    silent = {
        FitPart.SECTOR: not mandate.sectors.like,
        FitPart.PLACE: not mandate.places.like,
        FitPart.TICKET: mandate.ticket_rial is None,
    }
    raw.update({part: 0.0 for part, nothing_said in silent.items() if nothing_said})
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
        sectors = sector_column(book.sector_tree, mandate.sectors.like) if weights[FitPart.SECTOR] else None
        places = None
        if weights[FitPart.PLACE]:
            places = place_column(book.place_tree, book.place_points, mandate.places.like)
        return cls(book=book, mandate=mandate, money=money, weights=weights, sectors=sectors, places=places)

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """Fit of the rows, 0..1: the weighted parts added in the order of ``FitPart``, one unit's sum never depends on
        which units stand beside it.
        """
        static = self._static(rows)
        total = np.zeros(len(static))
        for part, weight in self.weights.items():
            if weight:
                total += np.float64(weight) * self._part(part, rows, static)
        return total

    def parts(self, rows: Rows) -> NDArray[np.float64]:
        """Weighted parts of the rows, shape (rows, parts) in the order of ``FitPart``; their sum is :meth:`score`."""
        static = self._static(rows)
        columns = [
            np.float64(weight) * self._part(part, rows, static) if weight else np.zeros(len(static))
            for part, weight in self.weights.items()
        ]
        return np.column_stack(columns)

    def agreement(self, part: FitPart, rows: Rows) -> NDArray[np.float64]:
        """How far the rows agree in one part, before its weight, 0..1."""
        return np.asarray(self._part(part, rows, self._static(rows)), dtype=np.float64)

    def agreements(self, rows: Rows) -> dict[FitPart, NDArray[np.float64]]:
        """The same for every part."""
        static = self._static(rows)
        return {part: np.asarray(self._part(part, rows, static), dtype=np.float64) for part in FitPart}

    def _static(self, rows: Rows) -> NDArray[np.float32]:
        return self.book.parts[rows] if isinstance(rows, slice) else self.book.parts.take(rows, axis=0)

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
        if self.money is None or self.mandate.ticket_rial is None:
            return np.zeros(capital.size)
        if (self.money.factor != 1).any():
            capital = capital / self.money.factor[self.book.price_year.codes[rows]]
        return trapezoid(capital, self.mandate.ticket_rial)


def trapezoid(capital: NDArray[np.float64], ticket: Ticket) -> NDArray[np.float64]:
    """How well needed capital agrees with what an investor usually puts in.

    Full from the least ticket to half-way between the typical and the greatest, falling to ``TICKET_EDGE`` at the end
    of the range: a unit that asks for less than the investor usually puts in fits no worse, else asking for more would
    be rewarded. Without a typical ticket, or towards an unbounded end, full.

    Parameters
    ----------
    capital
        Shape (n,), rial, in the prices of the mandate's year; inside the range, or NaN where not known.
    ticket
        The range.

    Returns
    -------
    numpy.ndarray
        Shape (n,), 0..1; 0 where the capital is not known.

    Examples
    --------
    >>> ticket = Ticket(min=100, typical=200, max=400)
    >>> trapezoid(np.array([100.0, 125.0, 150.0, 300.0, 400.0, np.nan]), ticket).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    knots, heights = [0.0], [1.0]
    if ticket.typical is not None:
        middle = float(ticket.typical)
        if ticket.max is not None and ticket.max > middle:
            knots, heights = [*knots, (ticket.max + middle) / 2, float(ticket.max)], [*heights, 1.0, TICKET_EDGE]
    agreement: NDArray[np.float64] = np.interp(capital, knots, heights)
    agreement[np.isnan(capital)] = 0.0
    return agreement


def _looked_up(column: NDArray[np.float32] | None, codes: NDArray[np.int32]) -> NDArray[np.float32]:
    return np.zeros(codes.size, dtype=np.float32) if column is None else column.take(codes)
