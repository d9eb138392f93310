"""Why no package keeps the terms: the smallest set of terms in conflict, and the least loosening that heals it.

The smallest set is found by hitting sets (Ignatiev, Previti, Liffiton, Marques-Silva, 2015, Smallest MUS extraction
with minimal hitting set dualization, CP 2015): a set of terms is in conflict when it meets every set whose removal
heals; those sets are collected until the smallest that meets them all is itself in conflict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.packages.optimum import Optimum, least_loosening, optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind

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
    """

    terms: tuple[str, ...]
    rules: tuple[PackageRule, ...]
    healed: dict[str, tuple[Loosening, ...]]
    together: tuple[Loosening, ...]


def conflict(problem: PackageProblem) -> Conflict | None:
    """Find the smallest contradiction among the terms.

    Parameters
    ----------
    problem
        Worth and rules.

    Returns
    -------
    Conflict or None
        ``None`` where some choice keeps all terms.

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
    bare = replace(problem, worth=np.zeros(len(problem)), tail=None)
    if _possible(bare):
        return None
    terms = _smallest(bare, list(bare.terms))
    narrowed = bare.only([*_ALWAYS, *terms])
    each = _renamed(narrowed)
    fewest = _smallest(each, list(each.terms))
    standing = [rule for rule, own in zip(narrowed.rules, each.rules, strict=True) if own.term in fewest]
    standing = [*_needed(narrowed, terms), *standing]
    healed = {term: gave for term in terms if (gave := _healing(problem, [term]))}
    together = () if healed else _healing(problem, terms) or _healing(problem, problem.terms)
    return Conflict(tuple(terms), tuple(standing), healed, together)


def _needed(problem: PackageProblem, terms: Sequence[str]) -> list[PackageRule]:
    """Rules that never give way and without which the terms would not contradict each other."""
    always = [rule for rule in problem.rules if rule.term in _ALWAYS and len(rule.rows)]
    if not always or not _possible(problem.only(terms)):
        return []
    each = [rule for rule in always if _possible(problem.without(rule.term))]
    return each or always


def _possible(problem: PackageProblem) -> bool:
    return optimum(problem) is not None


def _smallest(problem: PackageProblem, terms: Sequence[str]) -> list[str]:
    """Fewest terms that contradict each other, in the order of the terms."""
    fixed = [term for term in terms if term in _ALWAYS]
    free = [term for term in terms if term not in _ALWAYS]
    healing: list[frozenset[str]] = []
    while True:
        chosen = _hitting(healing, free)
        kept = [*fixed, *(term for term in free if term in chosen)]
        if not _possible(problem.only(kept)):
            return [term for term in terms if term in chosen]
        healing.append(frozenset(free) - _grown(problem, kept, free))


def _grown(problem: PackageProblem, kept: Sequence[str], free: Sequence[str]) -> frozenset[str]:
    """Terms that can stand together, beginning with some, as many as come in order."""
    standing = list(kept)
    for term in free:
        if term not in standing and _possible(problem.only([*standing, term])):
            standing.append(term)
    return frozenset(standing)


def _hitting(sets: Sequence[Collection[str]], free: Sequence[str]) -> frozenset[str]:
    """Fewest terms that meet every set; the first in order where several are fewest."""
    if not sets:
        return frozenset()
    meets = np.array([[term in one for term in free] for one in sets], dtype=np.float64)
    cost = 1 + np.arange(len(free)) * 1e-6
    said = milp(cost, integrality=np.ones(len(free)), bounds=Bounds(0, 1), constraints=LinearConstraint(meets, 1))
    return frozenset(term for term, taken in zip(free, said.x, strict=True) if taken > 0.5)


def _renamed(problem: PackageProblem) -> PackageProblem:
    """Every rule a term of its own, but for those that can never give way."""
    rules = tuple(
        replace(rule, term=rule.term if rule.term in _ALWAYS else f"{place}")
        for place, rule in enumerate(problem.rules)
    )
    return replace(problem, rules=rules)


def _healing(problem: PackageProblem, terms: Sequence[str]) -> tuple[Loosening, ...]:
    """The least that rules of some terms must give way so that a package exists; empty where that does not help."""
    soft = [
        place
        for place, rule in enumerate(problem.rules)
        if rule.term in terms and rule.term not in _ALWAYS and rule.kind is not TermKind.KNOWN
    ]
    bare = replace(problem, tail=None)
    found = least_loosening(bare, soft) if soft else None
    if found is None:
        return ()
    return tuple(loosened(problem.rules[place], amount, found) for place, amount in sorted(found.loosened.items()))


def loosened(rule: PackageRule, amount: float, found: Optimum) -> Loosening:
    """How far a rule gave way for a choice."""
    below = rule.total(found.chosen) < rule.low
    return Loosening(rule, amount, rule.low - amount if below else rule.high + amount)
