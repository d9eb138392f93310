"""How surely a unit belongs: the share of the best packages it is in when weights and effects vary.

Robust portfolio modelling: Liesio, Mild, Salo (2007), European Journal of Operational Research 181(3), 1488-1505. A
unit in every package is core, one in none is out, one between is where a second look pays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.random import default_rng

from engine.codes import Code
from engine.errors import EhyaError
from engine.packages.candidates import Candidates
from engine.packages.optimum import optimum
from engine.packages.rules import Array, PackageProblem
from engine.packages.terms import WorthWeights

PACKAGES = 40
"""Packages that are solved, each under weights and effects of its own; the standard error of a share is then at most
.08. Assumed."""
WORLDS_EACH = 20
"""Worlds whose mean is taken for the effects of one such package: assumed."""
CORE, OPTION = 0.8, 0.2
"""Shares from which on a unit is core, or an option: assumed."""
_SPREAD = 2.0  # a weight lies between half of the planner's and twice as much


class Role(Code):
    """What a unit is to a package."""

    CORE = "core"
    OPTION = "option"
    MARGINAL = "marginal"
    EXPLORATION = "exploration"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, eq=False, slots=True)
class Robustness:
    """How surely each unit belongs.

    Parameters
    ----------
    share
        Share of the packages that hold the unit, 0..1, shape (n,): its core index. Missing where none was solved.
    packages
        Packages that were solved; those that took too long are not among them.
    """

    share: Array
    packages: int

    def roles(self) -> list[Role]:
        """Role of each unit by its share.

        Examples
        --------
        >>> [role.value for role in Robustness(np.array([1.0, 0.5, 0.0]), 40).roles()]
        ['core', 'option', 'marginal']
        >>> [role.value for role in Robustness(np.array([np.nan]), 0).roles()]
        ['undetermined']
        """
        if self.packages == 0:
            return [Role.UNDETERMINED] * len(self.share)
        places = np.digitize(self.share, [OPTION, CORE])
        return [(Role.MARGINAL, Role.OPTION, Role.CORE)[place] for place in places]


def robustness(
    candidates: Candidates,
    problem: PackageProblem,
    weights: WorthWeights,
    *,
    packages: int = PACKAGES,
    seed: int = 0,
    seconds: float = 5.0,
    until: float = np.inf,
) -> Robustness:
    """Solve the package again and again under weights and effects that might as well be true.

    Parameters
    ----------
    candidates
        The units.
    problem
        The problem as the terms make it; its rules stay, weights never touch them.
    weights
        The planner's weights; each is drawn between half and twice itself, log-uniform.
    packages
        How many.
    seed
        Of weights and of the worlds whose mean makes the effects of each.
    seconds
        For one package.
    until
        Moment of `time.monotonic` after which no other package is begun.

    Notes
    -----
    Only the expectation counts in these packages, not the tail: each world is its own case here.
    """
    random = default_rng(seed)
    chance, jobs = candidates.draws.chance, candidates.draws.jobs
    inside = np.zeros(len(candidates))
    solved = 0
    for _ in range(packages):
        if monotonic() >= until:
            break
        worlds = random.choice(len(chance), size=min(WORLDS_EACH, len(chance)), replace=True)
        drawn = (chance[worlds] * jobs[worlds]).mean(axis=0) * candidates.net
        worth = weights.jobs * _about(random) * drawn
        if weights.npv > 0 and candidates.draws.npv is not None:
            npv = (chance[worlds] * np.maximum(candidates.draws.npv[worlds], 0)).mean(axis=0)
            # as in `Candidates.worth`: who was not appraised gets nothing for it, and keeps its jobs
            worth = worth + weights.npv * _about(random) * np.nan_to_num(npv)
        try:
            best = optimum(replace(problem, worth=np.nan_to_num(worth), tail=None), seconds=seconds)
        except EhyaError:  # one that takes too long is left out of the share
            continue
        if best is not None:
            inside += best.chosen
            solved += 1
    return Robustness(inside / solved if solved else np.full(len(inside), np.nan), solved)


def _about(random: np.random.Generator) -> float:
    return float(_SPREAD ** random.uniform(-1, 1))
