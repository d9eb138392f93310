"""How well a unit that may be shown agrees with a mandate: named parts that add up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from engine.domain.mandate import FitPart, Mandate
from engine.domain.partner import HEALS, Currency, ImpactGoal
from engine.domain.prediction import Output
from engine.domain.ticket import Ticket
from engine.domain.unit import DealForm, Field
from engine.matching.book import MACHINERY_AGE, UnitBook
from engine.matching.checks import Rows
from engine.matching.impact import unemployment_column
from engine.matching.money import TicketBounds
from engine.matching.nearness import place_column, sector_column
from engine.matching.novelty import Novelty
from engine.matching.proportions import STATIC_PARTS
from engine.matching.sides import Wanted
from engine.matching.tree import Tree

WEIGHTS = {
    FitPart.SECTOR: 0.20,
    FitPart.PLACE: 0.10,
    FitPart.TICKET: 0.15,
    FitPart.FEASIBILITY: 0.25,
    FitPart.JOBS: 0.15,
    FitPart.JOBS_PER_BILLION: 0.10,
    FitPart.CONFIDENCE: 0.05,
    FitPart.DEAL_FORM: 0.10,
    FitPart.CAPITAL_FORM: 0.10,
    FitPart.RETURN: 0.15,
    FitPart.EXPORT: 0.05,
    FitPart.IMPACT: 0.10,
    FitPart.EQUIPMENT: 0.05,
}
"""Weights of the parts when a mandate names none (assumed)."""

RETURN_WIDTH = 0.05
"""Return above the hurdle, a year, that raises the return part from one half to 0.73 (assumed)."""

FOREIGN_INFLATION = 0.025
"""Yearly inflation of dollars and euros, to compare a hurdle in them with a real return (assumed)."""

ROOM = 2.0
"""Times a needed connection from which it is more than is asked for, and times a hoped age from which machinery is no
younger than any (assumed)."""

TICKET_EDGE = 0.5
"""Ticket part of a unit at the upper end of the range, when a typical ticket is stated (assumed)."""


def weights_of(mandate: Mandate) -> dict[FitPart, float]:
    """Weights of the parts, adding up to 1.

    A part that the mandate says nothing of (no liked sector, no liked place, no ticket) has no weight: it would tell no
    two units apart, and the fits of a mandate that says nothing of it stay what they are. Parts that stated weights do
    not name have none either.

    Examples
    --------
    >>> weights = weights_of(Mandate(id="a", weights={"jobs": 3, "feasibility": 1}))
    >>> {part.value: weight for part, weight in weights.items() if weight}
    {'feasibility': 0.25, 'jobs': 0.75}
    """
    raw = dict(WEIGHTS if mandate.weights is None else {part: mandate.weights.get(part, 0.0) for part in WEIGHTS})
    silent = {
        FitPart.SECTOR: not (mandate.sectors.like or mandate.sectors.avoid),
        FitPart.PLACE: not (mandate.places.like or mandate.places.avoid),
        FitPart.TICKET: mandate.ticket_rial is None,
        FitPart.DEAL_FORM: not (mandate.deal_forms.like or mandate.deal_forms.avoid),
        FitPart.CAPITAL_FORM: not mandate.capital_forms,
        FitPart.RETURN: mandate.hurdle_rate is None,
        FitPart.EXPORT: mandate.export_goal is None,
        FitPart.IMPACT: not mandate.impact_goals,
        FitPart.EQUIPMENT: not (mandate.machinery_age_goal or any(minimum for _, minimum in utilities(mandate))),
    }
    raw.update({part: 0.0 for part, nothing_said in silent.items() if nothing_said})
    total = sum(raw.values())
    return {part: weight / total if total else 0.0 for part, weight in raw.items()}


def utilities(mandate: Mandate) -> tuple[tuple[Field, float | None], ...]:
    """Connections that a mandate may name, and how much of each it needs."""
    return (
        (Field.POWER_KW, mandate.min_power_kw),
        (Field.GAS_M3_PER_HOUR, mandate.min_gas_m3_per_hour),
        (Field.WATER_L_PER_S, mandate.min_water_l_per_s),
    )


def headroom(amount: NDArray[np.float64], minimum: float) -> NDArray[np.float64]:
    """How much room a connection leaves to grow: one half at what is needed, full from twice that, 0 where not known.

    Examples
    --------
    >>> headroom(np.array([100.0, 150.0, 400.0, np.nan]), 100.0).tolist()
    [0.5, 0.75, 1.0, 0.0]
    """
    return np.asarray(np.nan_to_num(amount / (ROOM * minimum), nan=0.0).clip(0, 1))


def youth(age: NDArray[np.float64], goal: float) -> NDArray[np.float64]:
    """How young machinery is: full up to the age hoped for, nothing from twice that, 0 where not known.

    Examples
    --------
    >>> youth(np.array([3.0, 10.0, 15.0, 30.0, np.nan]), 10.0).tolist()
    [1.0, 1.0, 0.5, 0.0, 0.0]
    """
    return np.asarray(np.nan_to_num(ROOM - age / goal, nan=0.0).clip(0, 1))


def real_hurdle(mandate: Mandate, inflation: float) -> float:
    """The return that a mandate asks for, above inflation.

    Examples
    --------
    >>> round(real_hurdle(Mandate(id="a", hurdle_rate=0.54), 0.4), 6)
    0.1
    >>> round(real_hurdle(Mandate(id="a", hurdle_rate=0.1275, currency="usd"), 0.4), 6)
    0.1
    """
    rise = inflation if mandate.currency is Currency.RIAL else FOREIGN_INFLATION
    return (1 + (mandate.hurdle_rate or 0.0)) / (1 + rise) - 1


@dataclass(frozen=True, eq=False, slots=True)
class Fit:
    """Parts of the fit of a mandate in the terms of a book.

    Parameters
    ----------
    weights
        Weight of each part, adding up to 1.
    looked_up
        Agreement of each value of a coded column of the book, shape (values,), for parts that rest on one.
    wanted
        The mandate held to the wishes of owners and banks; ``None`` where nobody wishes anything.
    novelty
        What is left of the fit after what the investor declined; ``None`` where it declined nothing.
    """

    book: UnitBook
    mandate: Mandate
    money: TicketBounds | None
    weights: dict[FitPart, float]
    looked_up: dict[FitPart, NDArray[np.float32]]
    wanted: Wanted | None = None
    novelty: Novelty | None = None

    @classmethod
    def of(cls, book: UnitBook, mandate: Mandate, money: TicketBounds | None, declined: Collection[str] = ()) -> Fit:
        """Lay the wishes of a mandate, and what its investor declined, over a book."""
        weights = weights_of(mandate)
        makers = {
            FitPart.SECTOR: _sectors,
            FitPart.PLACE: _places,
            FitPart.DEAL_FORM: _deal_forms,
            FitPart.CAPITAL_FORM: _capital_forms,
            FitPart.IMPACT: _impact,
        }
        found = {part: make(book, mandate) for part, make in makers.items() if weights[part]}
        wanted = None if book.sides is None else book.sides.over(mandate, book.prices)
        rows = [row for row in map(book.row_of, declined) if row is not None]
        sectors, places = (book.sector_tree, book.sector.codes), (book.place_tree, book.place.codes)
        novelty = Novelty.of(sectors, places, np.array(sorted(rows), dtype=np.intp)) if rows else None
        return cls(
            book=book, mandate=mandate, money=money, weights=weights, looked_up=found, wanted=wanted, novelty=novelty
        )

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """Fit of the rows, 0..1: weighted parts added in the order of ``FitPart``, times what owners, banks and earlier
        declines leave.

        One unit's fit never depends on which units stand beside it.
        """
        static = self._static(rows)
        total, weighted = np.zeros(len(static)), np.empty(len(static))
        for part, weight in self.weights.items():
            if not weight:
                continue
            if part in self.looked_up:  # the product of each value is the same before it is gathered as after
                np.take(np.float64(weight) * self.looked_up[part], self.codes(part)[rows], out=weighted, mode="clip")
            else:
                np.multiply(self._part(part, rows, static), np.float64(weight), out=weighted, dtype=np.float64)
            total += weighted
        total = total if self.wanted is None else total * self.wanted.factors(rows)
        return total if self.novelty is None else total * self.novelty.left[rows]

    def factors(self, rows: Rows) -> NDArray[np.float64]:
        """What the wishes of owners and banks leave of the fit of the rows, 0..1, shape (rows,)."""
        return np.ones(len(self._static(rows))) if self.wanted is None else self.wanted.factors(rows)

    def parts(self, rows: Rows) -> NDArray[np.float64]:
        """Weighted parts of the rows, shape (rows, parts) in the order of ``FitPart``; their sum is :meth:`score`."""
        static = self._static(rows)
        columns = [
            np.float64(weight) * self._part(part, rows, static) if weight else np.zeros(len(static))
            for part, weight in self.weights.items()
        ]
        found: NDArray[np.float64] = np.column_stack(columns)
        found = found if self.wanted is None else found * self.wanted.factors(rows)[:, None]
        return found if self.novelty is None else found * self.novelty.left[rows][:, None]

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
        if part is FitPart.EXPORT and self.mandate.export_goal:
            share = self.book.numbers[Field.EXPORT_SHARE][rows]
            return np.nan_to_num(share / self.mandate.export_goal, nan=0.0).clip(0, 1)
        if part is FitPart.RETURN:
            return self._return(rows)
        if part is FitPart.EQUIPMENT:
            return self._equipment(rows)
        if part not in self.looked_up:
            return np.zeros(len(static), dtype=np.float32)
        found: NDArray[np.float32] = self.looked_up[part].take(self.codes(part)[rows])
        return found

    def codes(self, part: FitPart) -> NDArray[np.integer]:
        """Codes of the column that a part is looked up by."""
        if part is FitPart.SECTOR:
            return self.book.sector.codes
        if part is FitPart.DEAL_FORM:
            return self.book.deal_forms
        return self.book.causes.codes if part is FitPart.CAPITAL_FORM else self.book.place.codes

    def _return(self, rows: Rows) -> NDArray[np.float64]:
        found = self.book.number("irr_real")[rows]
        if self.mandate.hurdle_rate is None or self.book.inflation is None:
            return np.zeros(found.size)
        above = found - real_hurdle(self.mandate, self.book.inflation)
        agreement: NDArray[np.float64] = np.nan_to_num(expit(above / RETURN_WIDTH), nan=0.0)
        return agreement

    def _equipment(self, rows: Rows) -> NDArray[np.float64]:
        found = [
            headroom(self.book.numbers[field][rows], minimum) for field, minimum in utilities(self.mandate) if minimum
        ]
        if self.mandate.machinery_age_goal:
            found.append(youth(self.book.numbers[MACHINERY_AGE][rows], self.mandate.machinery_age_goal))
        return np.asarray(np.mean(found, axis=0)) if found else np.zeros(len(self._static(rows)))

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
    if ticket.typical is None:
        return np.where(np.isnan(capital), 0.0, 1.0)
    knots, heights = [0.0], [1.0]
    middle = float(ticket.typical)
    if ticket.max is not None and ticket.max > middle:
        knots, heights = [*knots, (ticket.max + middle) / 2, float(ticket.max)], [*heights, 1.0, TICKET_EDGE]
    agreement: NDArray[np.float64] = np.interp(capital, knots, heights)
    agreement[np.isnan(capital)] = 0.0
    return agreement


def _liked(near: NDArray[np.float32] | None, tree: Tree, avoided: tuple[str, ...]) -> NDArray[np.float32]:
    """Nearness to what is liked, everywhere full where nothing is; none inside what the investor would avoid."""
    inside, _ = tree.branch(avoided)
    full = np.where(tree.deepest >= 0, 1.0, 0.0) if near is None else near
    return np.where(inside, 0.0, full).astype(np.float32)


def _sectors(book: UnitBook, mandate: Mandate) -> NDArray[np.float32]:
    wishes = mandate.sectors
    near = sector_column(book.sector_tree, wishes.like) if wishes.like else None
    return _liked(near, book.sector_tree, wishes.avoid) if wishes.avoid or near is None else near


def _places(book: UnitBook, mandate: Mandate) -> NDArray[np.float32]:
    wishes = mandate.places
    near = place_column(book.place_tree, book.place_points, wishes.like) if wishes.like else None
    return _liked(near, book.place_tree, wishes.avoid) if wishes.avoid or near is None else near


def _deal_forms(book: UnitBook, mandate: Mandate) -> NDArray[np.float32]:
    """Agreement of each set of forms on offer: full with a liked one, half with one that is neither, else none."""
    order, wishes = list(DealForm), mandate.deal_forms
    liked, avoided = (sum(1 << order.index(form) for form in forms) for forms in (wishes.like, wishes.avoid))
    offered = np.arange(1 << len(order))
    other = (offered & ~(liked | avoided)) > 0
    neither = 0.5 if liked else 1.0
    return np.where((offered & liked) > 0, 1.0, np.where(other, neither, 0.0)).astype(np.float32)


def _capital_forms(book: UnitBook, mandate: Mandate) -> NDArray[np.float32]:
    """Share of the causes of each stop that something which the investor brings can remove; none where not known."""
    healed = {cause.value for form in mandate.capital_forms for cause in HEALS[form]}
    shares = (len(healed & causes) / len(causes) for causes in ({*value.split(";")} for value in book.causes.values))
    return np.fromiter(shares, dtype=np.float32, count=len(book.causes.values))


def _impact(book: UnitBook, mandate: Mandate) -> NDArray[np.float32]:
    assert mandate.impact_goals == (ImpactGoal.UNEMPLOYMENT,) * len(mandate.impact_goals)
    return unemployment_column(book.place.values)
