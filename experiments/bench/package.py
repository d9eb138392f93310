"""A package of thirty from two thousand units, against bare HiGHS on the same matrix; and one of the whole country."""

from __future__ import annotations

import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from engine.packages.optimum import optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind, rule_coefficients
from experiments.bench.timing import compare

UNITS, CHOSEN = 2_000, 30
COUNTRY = 60_000
"""Idle units of the country by the larger official counts: 42,817 and more."""


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `engine.packages.optimum.optimum` to `scipy.optimize.milp` on one matrix; both prove the optimum."""
    problem = synthetic_problem(UNITS, random_state=random_state)
    rows = rule_coefficients(problem.rules, UNITS)
    low, high = (np.array([getattr(rule, end) for rule in problem.rules]) for end in ("low", "high"))
    sizes = np.array([rule.scale for rule in problem.rules])
    scaled = rows.multiply(1 / sizes[:, None]).tocsr()

    def ours() -> float:
        best = optimum(problem)
        assert best is not None
        assert best.gap == 0
        return best.value

    def bare() -> float:
        said = milp(
            -problem.worth,
            integrality=np.ones(UNITS),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(scaled, low / sizes, high / sizes),
            options={"mip_rel_gap": 0.0},
        )
        return float(-said.fun)

    assert np.isclose(ours(), bare())
    return compare(ours, bare, repeats=repeats) | {"country_seconds": _seconds(COUNTRY, random_state)}


def synthetic_problem(count: int, *, random_state: int) -> PackageProblem:
    """Thirty units under a budget, at most three of each of 20 counties, at least five of each of three sectors."""
    random = np.random.default_rng(random_state)
    units, ones = np.arange(count), np.ones(count)
    worth = random.beta(2, 8, count) * random.lognormal(3.2, 0.8, count)
    capital = np.maximum(2, random.lognormal(4.6, 0.9, count)) * 1e9
    county, sector = random.integers(0, 20, count), random.integers(0, 8, count)
    rules = [
        PackageRule("count", TermKind.COUNT, units, ones, CHOSEN, CHOSEN),
        PackageRule("budgets.capital", TermKind.CAPITAL, units, capital, high=3e12),
    ]
    for place in range(20):
        rows = np.flatnonzero(county == place)
        rules.append(PackageRule("quotas.1", TermKind.QUOTA, rows, np.ones(len(rows)), high=3.0))
    for place in range(3):
        rows = np.flatnonzero(sector == place)
        rules.append(PackageRule(f"quotas.{place + 2}", TermKind.QUOTA, rows, np.ones(len(rows)), low=5.0))
    return PackageProblem(worth, tuple(rules))


def _seconds(count: int, random_state: int) -> float:
    problem = synthetic_problem(count, random_state=random_state)
    began = time.perf_counter()
    best = optimum(problem)
    assert best is not None
    assert best.gap == 0
    return time.perf_counter() - began
