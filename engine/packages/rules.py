"""Linear rules over a choice of units, and the problem that they make together with the worth of the units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from engine.codes import Code

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

TOLERANCE = 1e-9
"""Share of a rule's own size by which a sum may miss its limit: rounding of floating-point numbers, nothing else."""


class TermKind(Code):
    """Kind of a term of a package."""

    KNOWN = "known"
    WITHDRAWN = "withdrawn"
    COUNT = "count"
    CAPITAL = "capital"
    PUBLIC_MONEY = "public_money"
    HARD_CURRENCY = "hard_currency"
    DEBT = "debt"
    QUOTA = "quota"
    PINNED = "pinned"
    BARRED = "barred"
    NOT_TOGETHER = "not_together"
    ONLY_WITH = "only_with"
    PUBLISHABLE = "publishable"
    VERDICT = "verdict"
    CHANCE = "chance"


@dataclass(frozen=True, eq=False, slots=True)
class PackageRule:
    """``low <= sum of coefficient x chosen <= high`` over some units.

    Parameters
    ----------
    term
        Key of the term that the rule comes from; rules of one term stand and fall together.
    kind
        Kind of that term.
    rows
        Places of the units, shape (m,).
    coefficients
        What each of them adds, shape (m,), in the measure of the term.
    low, high
        Limits in the same measure; infinite where there is none.
    facts
        What a sentence about the rule needs: names of places, units, reasons.
    """

    term: str
    kind: TermKind
    rows: Rows
    coefficients: Array
    low: float = -np.inf
    high: float = np.inf
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scale(self) -> float:
        """The largest figure of the rule: what its tolerance is measured by."""
        ends = [abs(end) for end in (self.low, self.high) if np.isfinite(end)]
        return max([1e-300, *ends, float(np.abs(self.coefficients).max(initial=0.0))])

    def total(self, chosen: NDArray[np.bool_]) -> float:
        """What the chosen units add up to."""
        return float(self.coefficients @ chosen[self.rows])

    def holds(self, chosen: NDArray[np.bool_]) -> bool:
        """Whether a choice keeps the rule, up to rounding.

        Examples
        --------
        >>> rule = PackageRule("capital", TermKind.CAPITAL, np.array([0, 1]), np.array([2.0, 3.0]), high=4.0)
        >>> rule.holds(np.array([True, False])), rule.holds(np.array([True, True]))
        (True, False)
        """
        room = TOLERANCE * self.scale
        return self.low - room <= self.total(chosen) <= self.high + room


@dataclass(frozen=True, eq=False, slots=True)
class Tail:
    """What is lost when things go badly: the mean over the worst share of the joint draws.

    Parameters
    ----------
    draws
        Jobs that each unit brings in each world, shape (worlds, n); a unit that is not revived brings none.
    penalty
        How much the mean of the worst worlds counts beside the expectation, not negative.
    share
        Share of the worlds that count as the worst, 0..1.
    """

    draws: Array
    penalty: float = 0.0
    share: float = 0.1

    @property
    def worst(self) -> int:
        """Number of worlds that count as the worst."""
        return max(1, round(self.share * len(self.draws)))

    def worlds(self, chosen: NDArray[np.bool_]) -> Rows:
        """Places of the worst worlds of a choice."""
        sums = self.draws[:, chosen].sum(axis=1)
        return np.argsort(sums, kind="stable")[: self.worst]

    def mean(self, chosen: NDArray[np.bool_]) -> float:
        """Mean jobs of a choice in its worst worlds: minus its conditional value at risk.

        Examples
        --------
        >>> Tail(np.array([[0.0, 9.0], [4.0, 0.0]]), share=0.5).mean(np.array([True, False]))
        0.0
        """
        return float(self.draws[np.ix_(self.worlds(chosen), np.flatnonzero(chosen))].sum(axis=1).mean())


@dataclass(frozen=True, eq=False, slots=True)
class Chance:
    """At least so many units come back, with at least such a probability over the joint draws.

    Parameters
    ----------
    revived
        Whether each unit comes back in each world, shape (worlds, n), bool.
    at_least
        Units.
    probability
        Least share of the worlds, 0..1.
    """

    revived: NDArray[np.bool_]
    at_least: int
    probability: float

    @property
    def worlds(self) -> int:
        """Worlds in which enough units must come back."""
        return int(np.ceil(self.probability * len(self.revived) - 1e-9))

    def share(self, chosen: NDArray[np.bool_]) -> float:
        """Share of the worlds in which enough of the chosen units come back."""
        return float((self.revived[:, chosen].sum(axis=1) >= self.at_least).mean())

    def holds(self, chosen: NDArray[np.bool_]) -> bool:
        """Whether enough come back often enough."""
        return int((self.revived[:, chosen].sum(axis=1) >= self.at_least).sum()) >= self.worlds


def chance_rule(chance: Chance) -> PackageRule:
    """A least chance as a rule that a sentence can name; no program may hold it, for it is no sum.

    Examples
    --------
    >>> said = chance_rule(Chance(np.ones((4, 2), dtype=bool), 1, 0.9))
    >>> said.kind.value, said.low, said.facts
    ('chance', 0.9, {'at_least': 1, 'probability': 0.9})
    """
    rows = np.flatnonzero(chance.revived.any(axis=0))
    facts = {"at_least": chance.at_least, "probability": chance.probability}
    return PackageRule(
        TermKind.CHANCE.value, TermKind.CHANCE, rows, np.ones(len(rows)), chance.probability, facts=facts
    )


@dataclass(frozen=True, eq=False, slots=True)
class PackageProblem:
    """Which units to choose: worth, rules, and what joint draws add to both.

    Parameters
    ----------
    worth
        Expected worth of each unit, shape (n,): the objective is the sum over the chosen, plus the tail's part.
    rules
        Linear rules.
    tail
        Counts the worst worlds; ``None`` where the expectation alone counts.
    chance
        Least chance that enough units come back; ``None`` where nothing is asked.
    """

    worth: Array
    rules: tuple[PackageRule, ...]
    tail: Tail | None = None
    chance: Chance | None = None

    def __len__(self) -> int:
        return len(self.worth)

    @property
    def counts_tail(self) -> bool:
        """Whether the worst worlds count in the objective."""
        return self.tail is not None and self.tail.penalty > 0

    @property
    def terms(self) -> tuple[str, ...]:
        """Keys of the terms, each once, in the order of the rules; the chance last."""
        keys = dict.fromkeys(rule.term for rule in self.rules)
        return (*keys, *([TermKind.CHANCE.value] if self.chance else []))

    def value(self, chosen: NDArray[np.bool_]) -> float:
        """Objective of a choice."""
        total = float(self.worth[chosen].sum())
        return total + (self.tail.penalty * self.tail.mean(chosen) if self.tail and self.counts_tail else 0.0)

    def holds(self, chosen: NDArray[np.bool_]) -> bool:
        """Whether a choice keeps all rules."""
        kept = all(rule.holds(chosen) for rule in self.rules)
        return kept and (self.chance is None or self.chance.holds(chosen))

    def only(self, terms: Sequence[str]) -> PackageProblem:
        """The same problem under some of its terms alone."""
        kept = frozenset(terms)
        rules = tuple(rule for rule in self.rules if rule.term in kept)
        return replace(self, rules=rules, chance=self.chance if TermKind.CHANCE.value in kept else None)

    def without(self, term: str) -> PackageProblem:
        """The same problem without one of its terms."""
        return self.only([key for key in self.terms if key != term])


def rule_coefficients(rules: Sequence[PackageRule], count: int) -> csr_array:
    """Coefficients of all rules, shape (rules, count).

    Examples
    --------
    >>> rule_coefficients([PackageRule("count", TermKind.COUNT, np.array([1]), np.array([1.0]))], 2).toarray().tolist()
    [[0.0, 1.0]]
    """
    if not rules:
        return csr_array((0, count))
    starts = np.cumsum([0, *(len(rule.rows) for rule in rules)])
    cells = np.concatenate([rule.coefficients for rule in rules])
    places = np.concatenate([rule.rows for rule in rules])
    return csr_array((cells, places, starts), shape=(len(rules), count))
