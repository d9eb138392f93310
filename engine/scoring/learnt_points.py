"""What raises and lowers the figures of a model that learnt from outcomes, in parts that add up to them exactly.

Each feature adds something to the score of every period of both ways out and of the capacity
(``engine.scoring.explanation``). Feasibility is a smooth function of these scores, so that each feature is credited
with what it moves along the straight way from the average unit to this one (Aumann and Shapley 1974, as in
``engine.scoring.points``). With boosting beside the line, what trees add is shared by the convention that
``engine.scoring.explanation`` names.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.design import Floats, clipped
from engine.scoring.document import OutcomesDocument, of_kind
from engine.scoring.explanation import contributions
from engine.scoring.hazards import LEARNER, Head, fitted_heads, incidence, point
from engine.scoring.jobs import JobsHeads, JobsMoves, jobs_moves
from engine.scoring.points import BASE, NOW, WAY, exact

OWN_LEARNER = "own_learner"
"""Column of what a data scientist's own learner says beyond the hazards that stand beside it."""

PROMISED = "jobs_promised"
"""Column of what may be expected of the jobs that an owner promises."""

_STEP = 1e-4
"""Of a score, for what it moves."""


def feasibility_parts(model: Model, matrix: pd.DataFrame) -> pd.DataFrame:
    """What each feature adds to a unit's feasibility.

    Parameters
    ----------
    model
        Promoted model of kind ``outcomes``.
    matrix
        Shape (n, features), columns of the model.

    Returns
    -------
    pandas.DataFrame
        Shape (n, features + 1), index of ``matrix``: the features and ``BASE``, the average unit's, in probability;
        ``OWN_LEARNER`` one column more where such a learner gives the point. A row sums to the unit's feasibility.
    """
    ends = _Ends.of(model, matrix)
    nothing = np.zeros((len(matrix), len(model.features)))
    along = sum((ends.parts(step) * share for step, share in WAY), start=nothing)
    base = ends.chance(ends.at(0.0))
    there = ends.chance(ends.at(1.0))
    parts = exact(along, there - base)
    found = pd.DataFrame(parts, index=matrix.index, columns=list(model.features))
    if LEARNER in model.heads:
        found[OWN_LEARNER] = point(model, matrix, head="feasibility") - there
    return found.assign(**{BASE: base})


def jobs_parts(model: Model, matrix: pd.DataFrame, units: pd.DataFrame, jobs_now: Floats) -> pd.DataFrame:
    """What each feature adds to the jobs that a restart gives by month 12.

    Parameters
    ----------
    model
        Promoted model of kind ``outcomes``.
    matrix
        Shape (n, features), index ``unit_id``.
    units
        Unit table that holds at least the units of ``matrix``.
    jobs_now
        Shape (n,), persons; NaN gives a row of NaN.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns + 3), index of ``matrix``, persons: features that jobs rest on; ``PROMISED``; ``NOW``, who
        works there already; and ``BASE``, a plant of which all is average and as much is told as of this one. A row
        sums to the point of ``jobs_if_revived``.
    """
    document = of_kind(model.document, OutcomesDocument)
    ready, _ = clipped(matrix, document.ranges)
    moves = jobs_moves(JobsHeads.of(model), ready, units)
    draws = moves.draws(1.0)
    base, there = moves.draws(0.0).mean(axis=1), draws.mean(axis=1)
    nothing = np.zeros(moves.columns.shape)
    along = sum((_jobs_step(moves, at) * share for at, share in WAY), start=nothing)
    blocks = document.jobs.design
    names = [*(block.column for block in blocks), PROMISED]
    widths = [*(block.width for block in blocks), 1]
    parts = _by_block(exact(along, there - base), widths)
    found = pd.DataFrame(parts, matrix.index, names)
    added = np.maximum(draws - jobs_now[:, None], 0.0).mean(axis=1)
    found = found.assign(**{NOW: added - there, BASE: base})
    found.loc[np.isnan(jobs_now)] = np.nan
    return found


class _Ends:
    """Scores of both ways out and of the capacity, from the average unit to each of n units."""

    def __init__(
        self, heads: Mapping[str, Head], base: dict[str, Floats], moves: dict[str, Floats], half: Floats
    ) -> None:
        self.heads, self.base, self.moves, self.half = heads, base, moves, half

    @classmethod
    def of(cls, model: Model, matrix: pd.DataFrame) -> _Ends:
        """Shape (n, periods) of each base, (n, features, periods) of what the features add."""
        heads = fitted_heads(model)
        base, moves = {}, {}
        for name, head in heads.items():
            periods = range(head.periods)
            by_period = [contributions(model, matrix, head=name, period=at).to_numpy() for at in periods]
            stacked = np.stack(by_period, axis=-1)
            base[name] = stacked[:, -1]
            moves[name] = stacked[:, :-1]
        half = np.ones(len(matrix)) if "capacity" in heads else point(model, matrix, head="capacity")
        return cls(heads, base, moves, half)

    def at(self, step: float) -> dict[str, Floats]:
        """Scores on the way, 0 at the average unit and 1 at the units."""
        return {name: base + step * self.moves[name].sum(axis=1) for name, base in self.base.items()}

    def chance(self, scores: Mapping[str, Floats]) -> Floats:
        """Feasibility of scores, shape (n,)."""
        chances = {name: self.heads[name].probability(score) for name, score in scores.items()}
        restart = chances["restart"]
        end = chances.get("end", np.zeros_like(restart))
        half = chances["capacity"][:, 0] if "capacity" in chances else self.half
        came, _ = incidence(restart, end)
        return np.asarray(came[:, -1] * half)

    def parts(self, step: float) -> Floats:
        """What each feature adds for each unit of the way at a step, shape (n, features)."""
        scores = self.at(step)
        total = np.zeros(())
        for name, moves in self.moves.items():
            for period in range(moves.shape[-1]):
                slope = self._slope(scores, name, period)
                total = total + moves[..., period] * slope[:, None]
        return np.asarray(total)

    def _slope(self, scores: Mapping[str, Floats], name: str, period: int) -> Floats:
        """Change of feasibility with one score, shape (n,)."""
        apart = np.zeros(scores[name].shape[1])
        apart[period] = _STEP
        up = self.chance({**scores, name: scores[name] + apart})
        down = self.chance({**scores, name: scores[name] - apart})
        return np.asarray((up - down) / (2 * _STEP))


def _jobs_step(moves: JobsMoves, at: float) -> Floats:
    """What each column adds for each unit of the way, persons, shape (n, columns): more often any, and more of them."""
    mean = moves.draws(at).mean(axis=1)
    none = 1 - moves.chance(at)
    more_often = none[:, None] * moves.any
    return np.asarray(mean[:, None] * (more_often + moves.size))


def _by_block(parts: Floats, widths: list[int]) -> Floats:
    ends = np.cumsum(widths)
    starts = np.concatenate([[0], ends[:-1]])
    return np.asarray(np.add.reduceat(parts, starts, axis=1))
