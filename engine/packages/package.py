"""A package: the units that the terms allow and that bring most, with what each is there for, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np

from engine.errors import EhyaError, ErrorCode
from engine.packages.answers import Binding, Inside, bindings, prices, why_inside
from engine.packages.candidates import Candidates
from engine.packages.compiled import compiled
from engine.packages.conflict import Conflict, conflict
from engine.packages.exploration import Lot, lots
from engine.packages.optimum import SECONDS, Bits, Optimum, optimum
from engine.packages.robust import PACKAGES, Robustness, Role, robustness
from engine.packages.rules import PackageProblem, Tail, TermKind
from engine.packages.terms import PackageTerms

INTERVAL = (0.1, 0.9)
"""Ends of the intervals over the joint draws."""


@dataclass(frozen=True, eq=False, slots=True)
class Package:
    """The best package under some terms.

    Parameters
    ----------
    terms
        Under which terms.
    candidates
        Among whom.
    problem
        The same as rules and worth.
    best
        The best choice; its gap is 0 where that is proven.
    chosen
        Who is in once places have gone by lot, shape (n,).
    lots
        Places that went by lot.
    inside
        Why each unit of ``best`` is in, by its place.
    robust
        Core index of each unit.
    prices
        Objective that each term costs, by its key.
    bindings
        What the binding rules would bring if they were one step looser.
    all_steps
        Whether there was time to look at a step of every rule.
    """

    terms: PackageTerms
    candidates: Candidates
    problem: PackageProblem
    best: Optimum
    chosen: Bits
    lots: tuple[Lot, ...]
    inside: dict[int, Inside]
    robust: Robustness
    prices: dict[str, float]
    bindings: tuple[Binding, ...]
    all_steps: bool = True

    @property
    def places(self) -> list[int]:
        """Places of the units that are in, most gain first, those by lot last."""
        drawn = {lot.place: lot for lot in self.lots}

        def order(place: int) -> tuple[bool, float, int]:
            said = self.inside.get(place)
            gain = 0.0 if said is None else np.inf if said.needed else said.gain or 0.0
            return place in drawn, -float(gain), place

        return sorted(np.flatnonzero(self.chosen).tolist(), key=order)

    @property
    def unfinished(self) -> bool:
        """Whether there was no time for some answer, or for all the other packages."""
        terms = set(self.problem.terms) - {TermKind.KNOWN.value, TermKind.WITHDRAWN.value}
        answered = all(one.finished for one in self.inside.values()) and not terms - set(self.prices)
        return not (answered and self.all_steps)

    def role(self, place: int) -> Role:
        """What a unit is to the package."""
        if place in {lot.place for lot in self.lots if lot.place != lot.instead}:
            return Role.EXPLORATION
        return self.robust.roles()[place]

    def figures(self) -> dict[str, Any]:
        """Sums over the package, with their 80 % intervals over the joint draws.

        Jobs are net and weighed, persons; money in rial of the price year; a sum that lacks a unit is ``None``,
        but for the net present value, beside which stands how many units lack it.
        """
        return package_figures(self.candidates, self.chosen, self.terms.worth.tail)


def package(
    candidates: Candidates,
    terms: PackageTerms,
    *,
    seconds: float = SECONDS,
    packages: int = PACKAGES,
    contradicted: Callable[[], object] = lambda: None,
) -> Package | Conflict:
    """Find the best package, and say of each unit why it is in.

    Parameters
    ----------
    candidates
        The units.
    terms
        The terms.
    seconds
        For the search; what is not proven by then has a gap. As many again for the terms in conflict, or for all the
        answers (gains, prices, steps), and half as many for the other packages: what they lack by then says so.
    packages
        Packages that test how surely each unit belongs; see `engine.packages.robust`.
    contradicted
        Called once it is clear that no package keeps the terms, before the terms in conflict are looked for.

    Returns
    -------
    Package or Conflict
        The terms in conflict where no package keeps them all.

    Raises
    ------
    EhyaError
        What `engine.packages.compiled.compiled` raises; ``package_out_of_time``, and ``package_lots_out_of_time`` where
        places go by lot and there was no time to prove which of them the package can best spare: who is drawn is never
        left to the clock.
    """
    problem = compiled(candidates, terms)
    best = optimum(problem, seconds=seconds)
    if best is None:
        contradicted()
        found = conflict(problem, seconds=seconds)
        assert found is not None
        return found
    pinned = np.array([candidates.place_of(one.unit) for one in terms.pinned], dtype=np.intp)
    until = monotonic() + seconds
    places = np.flatnonzero(best.chosen).tolist()
    inside = {place: why_inside(problem, best, place, until=until) for place in places}
    chosen = best.chosen
    drawn: tuple[Lot, ...] = ()
    if terms.exploration is not None:
        if not all(one.finished for place, one in inside.items() if place not in pinned):
            raise EhyaError(ErrorCode.PACKAGE_LOTS_OUT_OF_TIME, seconds=seconds)
        chosen, drawn = lots(problem, best, terms.exploration.share, inside=inside, pinned=pinned, seed=terms.seed)
    cost = prices(problem, best, until=until)
    steps, all_steps = bindings(problem, best, until=until)
    last = monotonic() + seconds / 2
    robust = robustness(candidates, problem, terms.worth, packages=packages, seed=terms.seed, until=last)
    return Package(terms, candidates, problem, best, chosen, drawn, inside, robust, cost, steps, all_steps)


def package_figures(candidates: Candidates, chosen: Bits, tail: float) -> dict[str, Any]:
    """Sums over a choice of units; see `Package.figures`.

    Parameters
    ----------
    candidates
        The units.
    chosen
        Who is in, shape (n,).
    tail
        Share of the worlds that count as the worst, 0..1.
    """
    drawn = candidates.jobs_drawn[:, chosen].sum(axis=1)
    revived = candidates.draws.revived[:, chosen].sum(axis=1)
    jobs = float(candidates.jobs[chosen].sum())
    capital = _sum(candidates.capital[chosen])
    worst = Tail(candidates.jobs_drawn, share=tail).mean(chosen) if chosen.any() else 0.0
    npv = candidates.npv
    return {
        "units": int(chosen.sum()),
        "jobs": jobs,
        "jobs_low": float(np.quantile(drawn, INTERVAL[0])),
        "jobs_high": float(np.quantile(drawn, INTERVAL[1])),
        "jobs_worst": worst,
        "revived": float(candidates.draws.chance[:, chosen].mean(axis=0).sum()),
        "revived_low": float(np.quantile(revived, INTERVAL[0])),
        "revived_high": float(np.quantile(revived, INTERVAL[1])),
        "any_revived": float((revived > 0).mean()),
        "capital_rial": capital,
        "debt_rial": _sum(candidates.debt[chosen]),
        "capital_per_job_rial": capital / jobs if capital is not None and jobs > 0 else None,
        "npv_billion_rial": None if npv is None or np.isnan(npv[chosen]).all() else float(np.nansum(npv[chosen])),
        "npv_unknown": int(chosen.sum()) if npv is None else int(np.isnan(npv[chosen]).sum()),
    }


def _sum(rial: np.ndarray) -> float | None:
    return None if np.isnan(rial).any() else float(rial.sum())
