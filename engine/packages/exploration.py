"""Places of a package that go by lot, with the probability of each draw: later figures are then free of our choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng
from numpy.typing import NDArray

from engine.packages.answers import Inside
from engine.packages.optimum import Bits, Optimum
from engine.packages.rules import PackageProblem, rule_coefficients


@dataclass(frozen=True, slots=True)
class Lot:
    """One place that went by lot.

    Parameters
    ----------
    place
        Of the unit that was drawn.
    instead
        Place of the unit of the best package whose place it was.
    pool
        Units that could have been drawn, all with one chance.
    """

    place: int
    instead: int
    pool: int

    @property
    def probability(self) -> float:
        """Chance with which the unit was drawn for this place, given the places drawn before."""
        return 1 / self.pool


def lots(
    problem: PackageProblem,
    best: Optimum,
    share: float,
    *,
    inside: Mapping[int, Inside],
    pinned: NDArray[np.intp],
    seed: int,
) -> tuple[Bits, tuple[Lot, ...]]:
    """Give a share of the places away by lot.

    The places are those of the units whose loss costs the package least, pinned ones excepted. For each the unit is
    drawn, with one chance for all, among those with which the package keeps every term; the unit itself is among them.

    Parameters
    ----------
    problem
        Worth and rules.
    best
        The best package.
    share
        Share of its places, rounded to whole ones, 0..1.
    inside
        What each of its units is worth to it, by place (`engine.packages.answers.why_inside`), proven.
    pinned
        Places of units that stay.
    seed
        Same seed, same lots.

    Returns
    -------
    tuple
        Whether each unit is in, shape (n,), and the lots.

    Examples
    --------
    >>> from engine.packages.answers import why_inside
    >>> from engine.packages.optimum import optimum
    >>> from engine.packages.rules import PackageRule, TermKind
    >>> two = PackageRule("count", TermKind.COUNT, np.arange(4), np.ones(4), low=2.0, high=2.0)
    >>> problem = PackageProblem(np.array([9.0, 5.0, 1.0, 1.0]), (two,))
    >>> best = optimum(problem)
    >>> inside = {place: why_inside(problem, best, place) for place in (0, 1)}
    >>> chosen, drawn = lots(problem, best, 0.5, inside=inside, pinned=np.empty(0, dtype=np.intp), seed=1)
    >>> int(chosen.sum()), drawn[0].instead, drawn[0].pool
    (2, 1, 3)
    """
    chosen = best.chosen.copy()
    open_to = np.setdiff1d(np.flatnonzero(chosen), pinned)
    count = min(round(share * int(chosen.sum())), len(open_to))
    if count == 0:
        return chosen, ()
    said = {place: inside[place] for place in open_to.tolist()}
    worth = {place: np.inf if one.needed else one.gain or 0.0 for place, one in said.items()}
    random, drawn = default_rng(seed), []
    for instead in sorted(worth, key=lambda place: (worth[place], place))[:count]:
        chosen[instead] = False
        pool = _fitting(problem, chosen)
        place = int(random.choice(pool))
        chosen[place] = True
        drawn.append(Lot(place, instead, len(pool)))
    return chosen, tuple(drawn)


def _fitting(problem: PackageProblem, chosen: Bits) -> NDArray[np.intp]:
    """Units that are out and with which all terms are kept."""
    rules = problem.rules
    cells = rule_coefficients(rules, len(problem))
    totals = np.array([rule.total(chosen) for rule in rules])
    with_each = cells.toarray() + totals[:, None] if len(problem) * len(rules) < 5_000_000 else None
    fits = ~chosen
    for row, rule in enumerate(rules):
        sums = with_each[row] if with_each is not None else cells[[row], :].toarray()[0] + totals[row]
        room = 1e-9 * rule.scale
        fits &= (rule.low - room <= sums) & (sums <= rule.high + room)
    places = np.flatnonzero(fits)
    if problem.chance is None:
        return places
    return np.array([place for place in places.tolist() if problem.chance.holds(_plus(chosen, place))], dtype=np.intp)


def _plus(chosen: Bits, place: int) -> Bits:
    wider = chosen.copy()
    wider[place] = True
    return wider
