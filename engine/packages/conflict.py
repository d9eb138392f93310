"""Why no package keeps the terms: the smallest set of terms in conflict, and the least loosening that heals it.

The smallest set is found by hitting sets (Ignatiev, Previti, Liffiton, Marques-Silva, 2015, Smallest MUS extraction
with minimal hitting set dualization, CP 2015): a set of terms is in conflict when it meets every set whose removal
heals; those sets are collected until the smallest that meets them all is itself in conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.errors import EhyaError, ErrorCode
from engine.packages.optimum import SECONDS, Optimum, least_loosening, optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind

Found = TypeVar("Found")

_ALWAYS = frozenset({TermKind.KNOWN.value, TermKind.WITHDRAWN.value})
"""Terms that nobody can give up."""


@dataclass(frozen=True, eq=False, slots=True)
class Loosening:
    """How far a rule would have to give way, all others kept.

    Parameters
    ----------
    rule
        The rule.
    amount
        By how much its limit moves, in its own measure.
    limit
        Where the limit then stands.
    """

    rule: PackageRule
    amount: float
    limit: float


@dataclass(frozen=True, eq=False, slots=True)
class Conflict:
    """Terms that cannot all be kept.

    Parameters
    ----------
    terms
        Keys of the fewest terms that contradict each other.
    rules
        Their rules, fewest too: each of them is needed for the contradiction.
    healed
        For each of these terms that can heal the whole package by giving way alone, its rules and by how much.
    together
        Where no term heals alone: the least that several must give way together.
    seconds
        Where the search ran out of time after so many seconds: then the terms contradict each other, yet fewer of them
        may do so already, and other terms may heal too. Else ``None``.
    """

    terms: tuple[str, ...]
    rules: tuple[PackageRule, ...]
    healed: dict[str, tuple[Loosening, ...]]
    together: tuple[Loosening, ...]
    seconds: float | None = None


def conflict(problem: PackageProblem, *, seconds: float = SECONDS) -> Conflict | None:
    """Find the smallest contradiction among the terms.

    Parameters
    ----------
    problem
        Worth and rules.
    seconds
        For the whole search; what is known of the contradiction by then is given.

    Returns
    -------
    Conflict or None
        ``None`` where some choice keeps all terms.

    Raises
    ------
    EhyaError
        ``package_out_of_time`` where not even the contradiction is found in time.

    Examples
    --------
    >>> three = np.arange(3)
    >>> count = PackageRule("count", TermKind.COUNT, three, np.ones(3), low=2.0, high=2.0)
    >>> budget = PackageRule("budgets.capital", TermKind.CAPITAL, three, np.array([4.0, 5.0, 6.0]), high=7.0)
    >>> other = PackageRule("quotas.1", TermKind.QUOTA, np.array([0]), np.ones(1), high=1.0)
    >>> found = conflict(PackageProblem(np.ones(3), (count, budget, other)))
    >>> found.terms, {term: [one.limit for one in gave] for term, gave in found.healed.items()}
    (('count', 'budgets.capital'), {'count': [1.0], 'budgets.capital': [9.0]})
    """
    search = _Timed(seconds)
    bare = replace(problem, worth=np.zeros(len(problem)), tail=None)
    if search.possible(bare):
        return None
    terms = search.or_all(lambda: _smallest(search, bare, list(bare.terms)), list(bare.terms))
    narrowed = bare.only([*_ALWAYS, *terms])
    each = _renamed(narrowed)
    fewest = search.or_all(lambda: _smallest(search, each, list(each.terms)), list(each.terms))
    standing = [rule for rule, own in zip(narrowed.rules, each.rules, strict=True) if own.term in fewest]
    nobody: list[PackageRule] = []
    standing = [*search.or_all(lambda: _needed(search, narrowed, terms), nobody), *standing]

    def healing(some: Sequence[str]) -> tuple[Loosening, ...]:
        return search.or_all(lambda: _healing(search, problem, some), ())

    healed = {term: gave for term in terms if (gave := healing([term]))}
    together = () if healed else healing(terms) or healing(problem.terms)
    return Conflict(tuple(terms), tuple(standing), healed, together, seconds if search.ended else None)


class _Timed:
    """Searches that together have so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.until = seconds, monotonic() + seconds
        self.ended = False

    @property
    def left(self) -> float:
        """Seconds that are left.

        Raises
        ------
        EhyaError
            ``package_out_of_time`` where none are.
        """
        left = self.until - monotonic()
        if left <= 0:
            raise EhyaError(ErrorCode.PACKAGE_OUT_OF_TIME, seconds=self.seconds)
        return left

    def possible(self, problem: PackageProblem) -> bool:
        """Whether some choice keeps the rules."""
        return optimum(problem, seconds=self.left) is not None

    def or_all(self, search: Callable[[], Found], known: Found) -> Found:
        """What a search finds, or what is known without it where it runs out of time."""
        try:
            return search()
        except EhyaError as error:
            if error.code is not ErrorCode.PACKAGE_OUT_OF_TIME:
                raise
            self.ended = True
            return known


def _needed(search: _Timed, problem: PackageProblem, terms: Sequence[str]) -> list[PackageRule]:
    """Rules that never give way and without which the terms would not contradict each other."""
    always = [rule for rule in problem.rules if rule.term in _ALWAYS and len(rule.rows)]
    if not always or not search.possible(problem.only(terms)):
        return []
    each = [rule for rule in always if search.possible(problem.without(rule.term))]
    return each or always


def _smallest(search: _Timed, problem: PackageProblem, terms: Sequence[str]) -> list[str]:
    """Fewest terms that contradict each other, in the order of the terms."""
    fixed = [term for term in terms if term in _ALWAYS]
    free = [term for term in terms if term not in _ALWAYS]
    healing: list[frozenset[str]] = []
    while True:
        chosen = _hitting(healing, free)
        kept = [*fixed, *(term for term in free if term in chosen)]
        if not search.possible(problem.only(kept)):
            return [term for term in terms if term in chosen]
        healing.append(frozenset(free) - _grown(search, problem, kept, free))


def _grown(search: _Timed, problem: PackageProblem, kept: Sequence[str], free: Sequence[str]) -> frozenset[str]:
    """Terms that can stand together, beginning with some, as many as come in order."""
    standing = list(kept)
    for term in free:
        if term not in standing and search.possible(problem.only([*standing, term])):
            standing.append(term)
    return frozenset(standing)


def _hitting(sets: Sequence[Collection[str]], free: Sequence[str]) -> frozenset[str]:
    """Fewest terms that meet every set; the first in order where several are fewest."""
    if not sets:
        return frozenset()
    meets = np.array([[term in one for term in free] for one in sets], dtype=np.float64)
    # all that order adds is less than one term, and each step of it is more than the distance that HiGHS leaves open
    cost = 1 + np.arange(len(free)) / (1 + len(free) ** 2)
    said = milp(
        cost,
        integrality=np.ones(len(free)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(meets, 1),
        options={"mip_rel_gap": 0.0},
    )
    return frozenset(term for term, taken in zip(free, said.x, strict=True) if taken > 0.5)


def _renamed(problem: PackageProblem) -> PackageProblem:
    """Every rule a term of its own, but for those that can never give way."""
    rules = tuple(
        replace(rule, term=rule.term if rule.term in _ALWAYS else f"{place}")
        for place, rule in enumerate(problem.rules)
    )
    return replace(problem, rules=rules)


def _healing(search: _Timed, problem: PackageProblem, terms: Sequence[str]) -> tuple[Loosening, ...]:
    """The least that rules of some terms must give way so that a package exists; empty where that does not help."""
    soft = [
        place
        for place, rule in enumerate(problem.rules)
        if rule.term in terms and rule.term not in _ALWAYS and rule.kind is not TermKind.KNOWN
    ]
    bare = replace(problem, tail=None)
    found = least_loosening(bare, soft, seconds=search.left) if soft else None
    if found is None:
        return ()
    return tuple(loosened(problem.rules[place], amount, found) for place, amount in sorted(found.loosened.items()))


def loosened(rule: PackageRule, amount: float, found: Optimum) -> Loosening:
    """How far a rule gave way for a choice."""
    below = rule.total(found.chosen) < rule.low
    return Loosening(rule, amount, rule.low - amount if below else rule.high + amount)
