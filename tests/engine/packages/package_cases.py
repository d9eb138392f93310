"""Problems of packages that can be solved by looking at every choice."""

from itertools import product

import numpy as np

from engine.packages.rules import Chance, PackageProblem, PackageRule, Tail, TermKind


def best_of_all(problem: PackageProblem) -> float | None:
    """Objective of the best choice, found by trying every one; ``None`` where none keeps the rules."""
    choices = (np.array(bits, dtype=bool) for bits in product([False, True], repeat=len(problem)))
    return max((problem.value(chosen) for chosen in choices if problem.holds(chosen)), default=None)


def best_of_many(problem: PackageProblem) -> float | None:
    """The same for up to 18 units, all choices at once: rules, chance and the worst worlds of each."""
    choices = ((np.arange(2 ** len(problem))[:, None] >> np.arange(len(problem))) & 1).astype(np.float64)
    kept = np.ones(len(choices), dtype=bool)
    for rule in problem.rules:
        total, room = choices[:, rule.rows] @ rule.coefficients, 1e-9 * rule.scale
        kept &= (rule.low - room <= total) & (total <= rule.high + room)
    if problem.chance is not None:
        back = choices @ problem.chance.revived.T.astype(np.float64)
        kept &= (back >= problem.chance.at_least).sum(axis=1) >= problem.chance.worlds
    if not kept.any():
        return None
    value = choices[kept] @ problem.worth
    if problem.counts_tail:
        worlds = choices[kept] @ problem.tail.draws.T
        worst = np.partition(worlds, problem.tail.worst - 1, axis=1)[:, : problem.tail.worst]
        value = value + problem.tail.penalty * worst.mean(axis=1)
    return float(value.max())


def mixed_problem(seed: int, n: int) -> PackageProblem:
    """All kinds of terms at once, drawn at random: count, budget, quotas, chains, pairs, a pin, tail and chance."""
    random = np.random.default_rng(seed)
    worlds, units = 20, np.arange(n)
    revived = random.random((worlds, n)) < 0.5
    jobs = revived * random.integers(0, 30, (worlds, n)).astype(float)
    group = np.flatnonzero(random.random(n) < 0.5)
    ones = np.ones(len(group))
    rules = [
        PackageRule(
            "count", TermKind.COUNT, units, np.ones(n), float(random.integers(0, 3)), float(random.integers(2, n + 1))
        ),
        PackageRule(
            "budgets.capital",
            TermKind.CAPITAL,
            units,
            random.integers(1, 20, n) * 1e9,
            high=random.integers(8, 70) * 1e9,
        ),
        PackageRule(
            "quotas.1", TermKind.QUOTA, group, ones, float(random.integers(0, 2)), float(random.integers(1, 4))
        ),
        PackageRule("only_with.1", TermKind.ONLY_WITH, np.array([0, 1]), np.array([1.0, -1.0]), high=0.0),
        PackageRule("not_together.1", TermKind.NOT_TOGETHER, np.array([0, 2]), np.ones(2), high=1.0),
    ]
    if random.random() < 0.3:
        rules.append(PackageRule("pinned.x", TermKind.PINNED, np.array([2]), np.ones(1), low=1.0))
    tail = Tail(jobs, float(random.choice([0.0, 0.5, 2.0])), 0.2)
    asked = Chance(revived, int(random.integers(1, 3)), float(random.uniform(0.05, 0.9)))
    return PackageProblem(jobs.mean(axis=0), tuple(rules), tail, asked if random.random() < 0.5 else None)


def hard_rows(units: int, rows: int) -> list[PackageRule]:
    """Halve several sums of one set at once (market split; Cornuéjols, Dawande, 1999): small, and out of reach."""
    random = np.random.default_rng(5)
    sums = random.integers(1, 100, (rows, units)).astype(float)
    places = np.arange(units)
    return [
        PackageRule(f"quotas.{at}", TermKind.QUOTA, places, row, low=float(row.sum() // 2), high=float(row.sum() // 2))
        for at, row in enumerate(sums)
    ]
