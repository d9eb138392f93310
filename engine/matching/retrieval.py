"""A shortlist in two stages: a linear bound of the fit chooses the first few hundred, the full fit orders those.

The parts of a fit that bend with a mandate's own numbers (ticket, return, goals) and the wishes of owners and banks are
dear; nothing of them is more than a part's weight, and nothing at all where the unit's figure is not known. So the fit
of a unit with each of those parts at its best is a product of a matrix and a vector, and never below the fit itself.
Where the last place of the list is worth more than the bound of everything beyond the first few hundred, none of it
could be on the list. Else the units whose bound reaches that place are fitted as well, so that the list is always that
of `engine.matching.shortlist`; how many those were, and whether one got on the list, is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.mandate import FitPart, Mandate
from engine.domain.prediction import Output
from engine.domain.unit import Field
from engine.matching.book import MACHINERY_AGE, UnitBook
from engine.matching.fit import Fit
from engine.matching.limits import Limits
from engine.matching.proportions import STATIC_PARTS
from engine.matching.shortlist import DEFAULT_LIMIT, Shortlist, listed
from engine.matching.topk import top_k

FIRST = 500
"""Units that the bound chooses for the full fit."""

BLOCK = 64
"""Mandates whose products are made at once: 25 MB for a hundred thousand units."""

_ROUNDING = 1e-5  # of the bound, which is added up in single precision

_BENT = {
    FitPart.TICKET: (Field.CAPITAL_NEEDED_RIAL,),
    FitPart.RETURN: ("irr_real",),
    FitPart.EXPORT: (Field.EXPORT_SHARE,),
    FitPart.EQUIPMENT: (Field.POWER_KW, Field.GAS_M3_PER_HOUR, Field.WATER_L_PER_S, MACHINERY_AGE),
}
"""Parts that bend with a mandate's own numbers, and the figures without any of which they are nothing."""


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """A book made ready to bound the fit of its units to any mandate.

    Parameters
    ----------
    book
        The units.
    columns
        Shape (n, 9): parts that no mandate changes, and for each part that bends (and for a goal of jobs) 1 where the
        unit's figure is known.
    """

    book: UnitBook
    columns: NDArray[np.float32]

    @classmethod
    def of(cls, book: UnitBook) -> Bounds:
        """Make a book ready."""
        figures = [*_BENT.values(), (Output.JOBS_EXPECTED,)]
        known = [np.any([~np.isnan(book.number(str(name))) for name in names], axis=0) for names in figures]
        return cls(book, np.ascontiguousarray(np.column_stack([book.parts, *known]), dtype=np.float32))

    def products(self, fits: Sequence[Fit]) -> NDArray[np.float32]:
        """What the columns give of the bound of every row, shape (fits, n): one product of matrices."""
        found: NDArray[np.float32] = np.array([_weights(fit) for fit in fits]) @ self.columns.T
        return found

    def most(self, fit: Fit, rows: NDArray[np.intp], product: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """What the fit of each row is at most, but for the last digits of single precision; shape (rows,).

        Parameters
        ----------
        fit
            Of a mandate, in the terms of the book.
        rows
            Rows of the book.
        product
            Its row of :meth:`products`, where it is at hand.
        """
        whole = self.products([fit])[0] if product is None else product
        found: NDArray[np.float32] = whole.take(rows)
        for part, column in fit.looked_up.items():
            found += (np.float32(fit.weights[part]) * column).take(fit.codes(part)[rows])
        return found


@dataclass(frozen=True, eq=False, slots=True)
class Retrieved:
    """A shortlist, and what the bound was worth.

    Parameters
    ----------
    shortlist
        Equal to that of `engine.matching.shortlist.shortlist`.
    beyond
        Units beyond the first few hundred that the full fit could have put on the list, and that were fitted therefore.
    late
        Shape (k,): which units of the list are some of those.
    """

    shortlist: Shortlist
    beyond: int
    late: NDArray[np.bool_]


def retrieved(bounds: Bounds, mandate: Mandate, *, limit: int | None = None, first: int = FIRST) -> Retrieved:
    """Choose the units that agree best with a mandate, in two stages.

    Parameters
    ----------
    bounds
        Units, prepared once.
    mandate
        The investor's criteria; its hard limits are held before anything is ordered.
    limit
        How many at most; by default the mandate's own limit, else 10.
    first
        How many the bound chooses for the full fit, at least ``limit``.

    Returns
    -------
    Retrieved
        Its list is that of `engine.matching.shortlist.shortlist`, unit by unit and digit by digit.

    Examples
    --------
    >>> import pandas as pd
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b", "c"], "isic": ["1030", "1040", "2011"]}))
    >>> appraisal = units.assign(triage="offer", red_flags="", prior_driven=False, public_completeness=1.0,
    ...     feasibility_point=[0.2, 0.4, 0.3], jobs_expected_point=5.0, jobs_expected_per_billion_rial_point=0.1)
    >>> book = UnitBook.from_table(appraisal)
    >>> found = retrieved(Bounds.of(book), Mandate(id="food", sectors={"must": ["10"]}), limit=1, first=1)
    >>> found.shortlist.unit_id.tolist(), found.beyond
    (['b'], 0)
    """
    wanted = limit or mandate.limit or DEFAULT_LIMIT
    return next(retrieved_all(bounds, [mandate], [wanted], first=first))


def retrieved_all(
    bounds: Bounds, mandates: Sequence[Mandate], places: Sequence[int], *, first: int = FIRST
) -> Iterator[Retrieved]:
    """The same for many mandates, whose bounds are products of matrices, block by block.

    Parameters
    ----------
    bounds
        Units, prepared once.
    mandates, places
        The investors' criteria, and how many units each list has at most.
    first
        How many the bound chooses for the full fit, at least as many as there are places.

    Yields
    ------
    Retrieved
        One a mandate, in their order.
    """
    for start in range(0, len(mandates), BLOCK):
        limits = [Limits.of(bounds.book, one) for one in mandates[start : start + BLOCK]]
        held = zip(mandates[start : start + BLOCK], limits, strict=True)
        fits = [Fit.of(bounds.book, mandate, one.money) for mandate, one in held]
        rows = zip(fits, limits, bounds.products(fits), places[start : start + BLOCK], strict=True)
        for fit, one, product, wanted in rows:
            yield _retrieved(bounds, fit, one.feasible(), product, wanted, max(first, wanted))


def _retrieved(
    bounds: Bounds, fit: Fit, feasible: NDArray[np.intp], product: NDArray[np.float32], wanted: int, first: int
) -> Retrieved:
    chosen, beyond = _stages(bounds, fit, feasible, product, wanted, first)
    rows = np.concatenate([chosen, beyond])
    score = fit.score(rows)
    best = top_k(score, bounds.book.tie, wanted, rows)
    found = listed(fit, wanted, rows[best], score[best], feasible=feasible.size)
    return Retrieved(found, beyond.size, best >= chosen.size)


def _stages(
    bounds: Bounds, fit: Fit, feasible: NDArray[np.intp], product: NDArray[np.float32], wanted: int, first: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows that the bound chooses, and those beyond them that could still be on the list."""
    nothing = np.empty(0, dtype=np.intp)
    if feasible.size <= first:
        return feasible, nothing
    most = bounds.most(fit, feasible, product)
    places = top_k(most, bounds.book.tie, first, feasible)
    chosen = feasible[places]
    last = np.partition(fit.score(chosen), first - wanted)[first - wanted]
    if most[places[-1]] + _ROUNDING < last:
        return chosen, nothing
    reaches = most + _ROUNDING >= last
    reaches[places] = False
    return chosen, feasible[reaches]


def _weights(fit: Fit) -> NDArray[np.float32]:
    """Weight of each column of the bound."""
    goal = FitPart.JOBS if fit.mandate.jobs_goal else None  # then expected jobs are held to it, not to what is usual
    fixed = [0.0 if part is goal else fit.weights[part] for part in STATIC_PARTS]
    bent = [fit.weights[part] for part in _BENT]
    return np.array([*fixed, *bent, fit.weights[FitPart.JOBS] if goal else 0.0], dtype=np.float32)
