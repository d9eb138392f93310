"""Rules by which a package may be chosen; each sees what the register shows, the oracle alone the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import Barrier
from engine.packages.optimum import optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind
from engine.ranking.criteria import values
from engine.ranking.score import effective_weights
from experiments.cold_start.learners import Said

Floats = npt.NDArray[np.float64]

RANDOM_PACKAGES = 50
"""Random packages whose mean is the floor that gains are measured from."""


@dataclass(frozen=True, slots=True)
class Market:
    """What one package is chosen from.

    Parameters
    ----------
    units
        Unit table of the units on offer, shape (n, columns); all state their capital.
    capital
        Rial, shape (n,).
    truth
        Shape (n,): true chance times true expected jobs, what a unit brings.
    places, budget
        Units at most, and rial at most.
    """

    units: pd.DataFrame
    capital: Floats
    truth: Floats
    places: int
    budget: float

    def best(self, worth: Floats) -> npt.NDArray[np.intp]:
        """The package that brings most by some worth, exactly."""
        everywhere = np.arange(len(worth))
        rules = (
            PackageRule("count", TermKind.COUNT, everywhere, np.ones(len(worth)), high=float(self.places)),
            PackageRule("budgets.capital", TermKind.CAPITAL, everywhere, self.capital, high=self.budget),
        )
        found = optimum(PackageProblem(worth, rules))
        assert found is not None
        return np.flatnonzero(found.chosen)

    def greedy(self, order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Units in an order, each taken while the budget lasts."""
        chosen: list[int] = []
        left = self.budget
        for unit in order:
            if len(chosen) < self.places and self.capital[unit] <= left:
                chosen.append(int(unit))
                left -= self.capital[unit]
        return np.array(chosen, dtype=np.intp)

    def value(self, chosen: npt.NDArray[np.intp]) -> float:
        """Jobs that a package truly brings, persons."""
        return float(self.truth[chosen].sum())


def chosen_by(market: Market, said: Said, flat: Said) -> dict[str, npt.NDArray[np.intp]]:
    """The package of each rule.

    Parameters
    ----------
    market
        What is on offer.
    said
        What Ehya says of the units.
    flat
        What official rates alone say: the prediction under the hand-weighted score.
    """
    units = market.units
    size = units["jobs_before_stop"].astype("float64").fillna(0).to_numpy()
    causes = units["stop_causes"].fillna("")
    money_only = (causes == Barrier.WORKING_CAPITAL.value).to_numpy()
    return {
        "ehya": market.best(said.expected),
        "largest_first": market.greedy(np.argsort(-size, kind="stable")),
        "liquidity_only": market.greedy(np.lexsort((-size, ~money_only))),
        "hand_weighted": market.greedy(np.argsort(-hand_weighted(units, flat), kind="stable")),
    }


def hand_weighted(units: pd.DataFrame, flat: Said) -> Floats:
    """The planner's score over official rates: no model, the weights that ship."""
    table = units.copy()
    for place, name in enumerate(columns(Output.FEASIBILITY)):
        table[name] = flat.chance[:, place]
    for place, name in enumerate(columns(Output.JOBS_IF_REVIVED)):
        table[name] = flat.jobs[:, place]
    return np.asarray(values(table).point @ effective_weights(None))


def random_value(market: Market, random: np.random.Generator) -> float:
    """Mean of what random packages bring."""
    packages = [market.greedy(random.permutation(len(market.truth))) for _ in range(RANDOM_PACKAGES)]
    return float(np.mean([market.value(one) for one in packages]))


def approach_chances(units: pd.DataFrame) -> Floats:
    """Chance with which an office that goes by size and a lot approaches each unit, .2 to .8, shape (n,)."""
    size = units["jobs_before_stop"].astype("float64").fillna(0).rank(pct=True).to_numpy()
    return np.asarray(0.2 + 0.6 * size)


def doubly_robust(expected: Floats, brought: Floats, approached: Floats, chance: Floats) -> float:
    """Value of units from a log of another policy: what a model expects, mended by what was seen of the approached.

    Unbiased where either the model or the chances are right (Dudík, Erhan, Langford, Li, 2014, Doubly robust policy
    evaluation and optimization, Statistical Science 29(4)).

    Parameters
    ----------
    expected
        What the model expects of each unit, shape (n,).
    brought
        What each brought, shape (n,); it counts only where the unit was approached.
    approached
        1 where it was, else 0, shape (n,).
    chance
        Of being approached, above 0, shape (n,).

    Examples
    --------
    Two of four were approached, with a chance of a half each: 2 + 2 x (3 - 2) and 2 + 2 x (5 - 2) stand for them.

    >>> doubly_robust(np.full(4, 2.0), np.array([3.0, 0, 5.0, 0]), np.array([1.0, 0, 1, 0]), np.full(4, 0.5))
    16.0
    """
    return float((expected + approached / chance * (brought - expected)).sum())


def gini(counts: Floats) -> float:
    """Inequality of counts, 0 (even) to 1.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 4.0]))
    (0.0, 0.5)
    """
    ordered = np.sort(counts)
    total = ordered.sum()
    if total == 0:
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float(2 * (ranks @ ordered) / (len(ordered) * total) - (len(ordered) + 1) / len(ordered))
