"""Why no package keeps the terms: the smallest set of terms in conflict, and the least loosening that heals it.

The smallest set is found by hitting sets (Ignatiev, Previti, Liffiton, Marques-Silva, 2015, Smallest MUS extraction
with minimal hitting set dualization, CP 2015): a set of terms is in conflict when it meets every set whose removal
heals; those sets are collected until the smallest that meets them all is itself in conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.errors import EhyaError, ErrorCode
from engine.packages.optimum import SECONDS, Optimum, least_loosening, likeliest, optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind, chance_rule

Found = TypeVar("Found")

_ALWAYS = frozenset({TermKind.KNOWN.value, TermKind.WITHDRAWN.value})
"""Terms that nobody can give up."""
_FOR_FEWEST = 0.4  # of the time that is left: the rest is for what heals
_TRIAL = 5  # times as long as the proof of the whole


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
        Their rules, fewest too: each of them is needed for the contradiction. A least chance stands among them.
    healed
        For each of these terms that can heal the whole package by giving way alone, its rules and by how much.
    together
        Where no term heals alone: the least that several must give way together.
    seconds
        Where the search ran out of time after so many seconds; else ``None``.
    fewest
        Whether there was time to find the fewest terms, and their rules; else the contradiction is among these terms,
        and which of them it takes is not known.
    all_ways
        Whether there was time to look at every way to heal; else others may heal too, and a smaller step of the chance.
    """

    terms: tuple[str, ...]
    rules: tuple[PackageRule, ...]
    healed: dict[str, tuple[Loosening, ...]]
    together: tuple[Loosening, ...]
    seconds: float | None = None
    fewest: bool = True
    all_ways: bool = True


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
    terms, fewest = _fewest(search, bare)
    narrowed = bare.only([*_ALWAYS, *terms])
    standing = [rule for rule in narrowed.rules if rule.term not in _ALWAYS]
    if fewest:
        each = _renamed(narrowed)
        keys, fewest = _fewest(search, each)
        standing = [rule for rule, own in zip(narrowed.rules, each.rules, strict=True) if own.term in keys]
    nobody: list[PackageRule] = []
    needed, looked = search.or_known(lambda: _needed(search.part(_FOR_FEWEST), narrowed, terms), nobody)
    named = [] if narrowed.chance is None else [chance_rule(narrowed.chance)]
    healed, together, all_ways = _ways(search, problem, terms)
    late = not (fewest and looked and all_ways)
    rules = (*needed, *standing, *named)
    return Conflict(tuple(terms), rules, healed, together, seconds if late else None, fewest and looked, all_ways)


class _Timed:
    """Searches that together have so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.until = seconds, monotonic() + seconds

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

    def part(self, share: float) -> _Timed:
        """A search that has a share of what is left."""
        return _Timed(share * max(self.until - monotonic(), 0.0))

    def possible(self, problem: PackageProblem) -> bool:
        """Whether some choice keeps the rules."""
        chance = problem.chance
        if chance is not None:
            # the units that come back most often keep most chances that can be kept, without a row for each world
            often = replace(problem, worth=chance.revived.mean(axis=0), chance=None)
            likely = optimum(often, seconds=self.left)
            if likely is None or chance.holds(likely.chosen):
                return likely is not None
        return optimum(problem, seconds=self.left) is not None

    def or_known(self, search: Callable[[], Found], known: Found) -> tuple[Found, bool]:
        """What a search finds, or what is known without it where it runs out of time; and whether it ended."""
        try:
            return search(), True
        except EhyaError as error:
            if error.code is not ErrorCode.PACKAGE_OUT_OF_TIME:
                raise
            return known, False


def _fewest(search: _Timed, problem: PackageProblem) -> tuple[list[str], bool]:
    """The fewest terms that contradict each other, or as few as time lets see; and whether they are the fewest."""
    terms = list(problem.terms)
    some, ended = search.or_known(lambda: _smallest(search.part(_FOR_FEWEST), problem, terms), terms)
    if not ended:
        some, _ = search.or_known(lambda: _fewer(search.part(_FOR_FEWEST), problem, terms), terms)
    return [term for term in some if term not in _ALWAYS], ended


def _fewer(search: _Timed, problem: PackageProblem, terms: Sequence[str]) -> list[str]:
    """Terms without those that are found not to be needed, many at a time; what is left contradicts itself."""
    kept, began = list(terms), monotonic()
    search.possible(problem)
    # what takes no part hardly makes the proof longer: a trial that takes much longer is given up
    longest = _TRIAL * (monotonic() - began)
    trials = [[term for term in terms if term not in _ALWAYS]]
    while trials and monotonic() < search.until:
        some = trials.pop()
        rest = [term for term in kept if term not in some]
        trial = _Timed(min(longest, search.until - monotonic()))
        possible, ended = trial.or_known(partial(trial.possible, problem.only(rest)), True)
        if ended and not possible:
            kept = rest
        elif len(some) > 1:
            middle = len(some) // 2
            trials += [some[:middle], some[middle:]]
    return kept


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


def _ways(
    search: _Timed, problem: PackageProblem, terms: Sequence[str]
) -> tuple[dict[str, tuple[Loosening, ...]], tuple[Loosening, ...], bool]:
    """What each term heals alone, else what several heal together, and whether there was time for every way."""
    healed: dict[str, tuple[Loosening, ...]] = {}
    all_ways = True
    for place, term in enumerate(terms):
        gave, ended = _healing(search.part(1 / (1 + len(terms) - place)), problem, [term])
        all_ways &= ended
        healed |= {term: gave} if gave else {}
    if healed or not all_ways:
        return healed, (), all_ways
    for some in (terms, problem.terms):
        gave, ended = _healing(search, problem, some)
        if gave or not ended:
            return healed, gave, ended
    return healed, (), True


def _healing(search: _Timed, problem: PackageProblem, terms: Sequence[str]) -> tuple[tuple[Loosening, ...], bool]:
    """The least that some terms must give way so that a package exists, and whether there was time to find it.

    Empty where that does not help. A chance gives way alone: it is not measured as the other terms are.
    """
    bare = replace(problem, tail=None)
    if list(terms) == [TermKind.CHANCE.value]:
        return _likelier(search, bare)
    soft = [
        place
        for place, rule in enumerate(problem.rules)
        if rule.term in terms and rule.term not in _ALWAYS and rule.kind is not TermKind.KNOWN
    ]
    if not soft:
        return (), True
    nothing: Optimum | None = None
    found, ended = search.or_known(lambda: least_loosening(bare, soft, seconds=search.left), nothing)
    if found is None:
        return (), ended
    return tuple(
        loosened(problem.rules[place], amount, found) for place, amount in sorted(found.loosened.items())
    ), ended


def _likelier(search: _Timed, problem: PackageProblem) -> tuple[tuple[Loosening, ...], bool]:
    """How far the probability of a chance must come down: to the greatest that a package has."""
    chance = problem.chance
    assert chance is not None
    often = replace(problem, worth=chance.revived.mean(axis=0), chance=None)
    nothing: Optimum | None = None
    likely, _ = search.or_known(lambda: optimum(often, seconds=search.left), nothing)
    found, ended = search.or_known(lambda: likeliest(problem, seconds=search.left), nothing)
    shares = [chance.share(one.chosen) for one in (likely, found) if one is not None]
    if not shares:
        return (), ended
    proven = found is not None and found.gap == 0
    return (Loosening(chance_rule(chance), chance.probability - max(shares), max(shares)),), proven


def loosened(rule: PackageRule, amount: float, found: Optimum) -> Loosening:
    """How far a rule gave way for a choice."""
    below = rule.total(found.chosen) < rule.low
    return Loosening(rule, amount, rule.low - amount if below else rule.high + amount)
