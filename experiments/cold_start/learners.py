"""Who learns from matured outcomes: what a workspace gave before, Ehya, Ehya without the table, and the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.prediction import Output
from engine.scoring.belief import Z80, Feasibility, Standing, feasibility
from engine.scoring.size import jobs, size_figures
from experiments.cold_start.world import World
from training.models.belief import Source, durable_line, restart_line, updated
from training.priors.official_rates import capacity_rate, jobs_size, restart_rate
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

FREE_SPREAD = 0.5
"""Standard deviation of an effect for a usual distance where no table is (assumed, as for a number of a hazard)."""

SECTOR_UNITS = 20.0
"""Outcomes that the rate of all counts for beside a sector's own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a learner says of some units, shape (n,) or (n, 3): low, point, high."""

    chance: Floats
    jobs: Floats
    expected: Floats


Learner = Callable[[World, Rows, Rows], Said]
"""World, units whose outcomes are known, units that are asked for."""


def ehya(world: World, known: Rows, asked: Rows) -> Said:
    """Table, then outcomes."""
    return _believed(world, world.prior, known, asked)


def prior_free(world: World, known: Rows, asked: Rows) -> Said:
    """The same learner without the table: effects about nil, of a usual size, and no direction."""
    spread = np.where(world.seen.spread > 0, world.seen.spread, 1.0)
    free = np.diag((FREE_SPREAD / spread) ** 2)
    both = tuple(
        Slopes(
            belief.features,
            belief.transforms,
            np.zeros(len(spread)),
            free * (np.diag(belief.covariance) > 0),
            np.zeros(len(spread), dtype=np.intp),
        )
        for belief in world.prior
    )
    return _believed(world, (both[0], both[1]), known, asked)


def flat(world: World, known: Rows, asked: Rows) -> Said:
    """What a new workspace gave before: official rates, moved by each sector's outcomes; jobs of official counts."""
    rate = restart_rate().rate * capacity_rate().rate
    held = world.restart[known] * world.durable[known]
    rate = (SECTOR_UNITS * rate + held.sum()) / (SECTOR_UNITS + len(held))
    sectors = int(world.sector.max()) + 2
    place = world.sector + 1
    came = np.bincount(place[known], held, minlength=sectors)
    tried = np.bincount(place[known], minlength=sectors)
    by_sector = (SECTOR_UNITS * rate + came) / (SECTOR_UNITS + tried)
    point = by_sector[place[asked]]
    reach = Z80 * 0.45
    score = np.log(point / (1 - point))
    chance = np.column_stack([1 / (1 + np.exp(-(score + side * reach))) for side in (-1, 0, 1)])
    nothing = jobs(world.signs, pd.DataFrame(index=world.matrix.index[asked]))
    size = np.exp(np.column_stack([nothing.at(at) for at in (-Z80, 0.0, Z80)]))
    return Said(chance, size, point * np.exp(jobs_size().log_mean))


def oracle(world: World, known: Rows, asked: Rows) -> Said:
    """The truth."""
    chance, size = world.chance[asked], world.jobs[asked]
    return Said(np.column_stack([chance] * 3), np.column_stack([size] * 3), chance * size)


LEARNERS: dict[str, Learner] = {"flat": flat, "ehya": ehya, "prior_free": prior_free, "oracle": oracle}


def _believed(world: World, prior: tuple[Slopes, Slopes], known: Rows, asked: Rows) -> Said:
    came, held = world.restart[known], world.durable[known]
    back = known[came == 1]
    rates = (
        restart_rate().updated(int(came.sum()), int((1 - came).sum())),
        capacity_rate().updated(int(held[came == 1].sum()), int((1 - held[came == 1]).sum())),
    )
    ways = [
        updated(belief, Source("register", world.seen.away[rows], label[rows], np.ones(len(rows))))
        for belief, rows, label in zip(prior, (known, back), (world.restart, world.durable), strict=True)
    ]
    first = restart_line(ways[0], rates[0], world.seen)
    second = durable_line(ways[1], rates[1], world.seen, first)
    found = feasibility(first, second, _taken(world.seen, asked))
    size = jobs(world.signs, world.matrix.iloc[asked])
    nobody = np.zeros(len(asked))
    out = size_figures(found, size, nobody, np.full(len(asked), np.nan))
    middle = np.exp(np.column_stack([size.at(at) for at in (-Z80, 0.0, Z80)]))
    return Said(_three(found), middle, out[Output.JOBS_EXPECTED][:, 1])


def _taken(seen: Standing, rows: Rows) -> Standing:
    return Standing(seen.away[rows], seen.missing[rows], seen.spread)


def _three(found: Feasibility) -> Floats:
    return np.column_stack([found.low, found.point, found.high])
