"""How many jobs a revived unit of the first day may give: from every sign of size that its record holds.

A unit had a number of workers before it stopped (its size). Official averages say what is usual, and each sign of the
record measures the size with an error of its own: former staff, land, buildings, power. In logarithms these are weighed
by their precision; what a restart keeps of the size (``after_to_before``) has a spread of its own, wider downwards.
What a panel of experts says of kinds of units comes on top: it moves the middle and narrows nothing.
Stated capital is no sign: who asks for more must be promised no more (decision 0010).

What is read is the section ``SizeSigns`` (``engine.scoring.first_day``), which ``training.models.size`` makes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from engine.domain.prediction import Output
from engine.scoring.belief import Z80, Feasibility, transformed
from engine.scoring.design import Floats
from engine.scoring.first_day import PanelJobs, SizeSigns

_NOBODY = 1e-6
"""Persons below which a mean is none."""

_NODES = ndtri((np.arange(40) + 0.5) / 40)
"""Equally likely normal deviates: the mean chance is the mean over these."""


@dataclass(frozen=True, slots=True)
class LogJobs:
    """Jobs at month 12 of a restart: their logarithm, shape (n,) each.

    Parameters
    ----------
    centre
        Median.
    down, up
        Standard deviations below and above it.
    weights
        Shape (n, signs + 1): share of the size that each sign decides, and last the official average.
    pulls
        Shape (n, signs + 1): what each adds to the logarithm of the size, away from the official average; last zero.
    panel
        What experts add to the logarithm of the jobs; zero where none was asked.
    """

    centre: Floats
    down: Floats
    up: Floats
    weights: Floats
    pulls: Floats
    panel: Floats | float = 0.0

    @property
    def mean(self) -> Floats:
        """Mean of the jobs themselves, persons, shape (n,)."""
        return self.mean_above(np.zeros(len(self.centre)))

    def mean_above(self, floor: Floats) -> Floats:
        """Mean of ``max(jobs - floor, 0)``, shape (n,): two halves of log-normals, as of an option (Black 1976).

        Parameters
        ----------
        floor
            Persons, shape (n,), not negative; NaN gives NaN.

        Examples
        --------
        >>> one = LogJobs(np.zeros(1), np.ones(1), np.ones(1), np.empty((1, 0)), np.empty((1, 0)))
        >>> float(one.mean[0].round(4)), float(one.mean_above(np.ones(1))[0].round(4))
        (1.6487, 0.8871)
        """
        with np.errstate(divide="ignore"):
            gap = np.log(floor) - self.centre
        edge = np.where(gap < 0, gap / self.down, gap / self.up)
        below = np.exp(self.centre + self.down**2 / 2) * np.maximum(ndtr(-self.down) - ndtr(edge - self.down), 0.0)
        above = np.exp(self.centre + self.up**2 / 2) * ndtr(self.up - np.maximum(edge, 0.0))
        return np.asarray(np.maximum(np.where(gap < 0, below, 0.0) + above - floor * ndtr(-edge), 0.0))

    def at(self, deviate: Floats | float) -> Floats:
        """Quantile of the logarithm at a normal deviate."""
        return np.asarray(self.centre + np.where(np.asarray(deviate) < 0, self.down, self.up) * deviate)


def jobs(section: SizeSigns, matrix: pd.DataFrame, shift: Floats | float = 0.0) -> LogJobs:
    """Weigh all signs of size.

    Parameters
    ----------
    section
        How jobs follow from size.
    matrix
        Shape (n, features); a sign that is missing, zero or not among the columns says nothing.
    shift
        Shape (n,): how much larger units of the sector are than all, in logarithms.

    Examples
    --------
    A size of 10 is usual, 1,000 workers are stated; both are trusted alike, so the size is 100 and half of it stays:

    >>> from engine.scoring.first_day import SizeRatio, SizeSign
    >>> half = SizeRatio(mean=float(np.log(0.5)), down=1.0, up=1.0)
    >>> staff = SizeSign(feature="jobs_before_log", per_worker=0.0, error=1.0)
    >>> section = SizeSigns(level=float(np.log(10)), spread=1.0, ratio=half, signs=(staff,))
    >>> found = jobs(section, pd.DataFrame({"jobs_before_log": [np.log10(1001), np.nan]}))
    >>> np.exp(found.centre).round(6).tolist(), found.weights.tolist()
    ([50.0, 5.0], [[0.5, 0.5], [0.0, 1.0]])
    """
    count, signs = len(matrix), section.signs
    usual = np.broadcast_to(np.asarray(section.level + np.asarray(shift), dtype=np.float64), (count,))
    precision, gap = np.zeros((count, len(signs) + 1)), np.zeros((count, len(signs) + 1))
    precision[:, -1] = section.spread**-2.0
    for place, sign in enumerate(signs):
        if sign.feature not in matrix:
            continue
        measure = 10.0 ** matrix[sign.feature].to_numpy(np.float64) - 1.0
        says = measure > 0
        precision[says, place] = sign.error**-2.0
        gap[says, place] = np.log(measure[says]) - sign.per_worker - usual[says]
    total = precision.sum(axis=1)
    weights = precision / total[:, None]
    pulls = weights * gap
    ratio = section.ratio
    panel = opinion(section.panel, matrix)
    centre = usual + pulls.sum(axis=1) + ratio.mean + panel
    down, up = (np.sqrt(1 / total + side**2) for side in (ratio.down, ratio.up))
    return LogJobs(centre, down, up, weights, pulls, panel)


def opinion(panel: PanelJobs | None, matrix: pd.DataFrame) -> Floats:
    """What experts add to the logarithm of each unit's jobs, shape (n,).

    Parameters
    ----------
    panel
        Of a section; ``None`` adds nothing.
    matrix
        Shape (n, features); of a column that is not known nothing is said.
    """
    added = np.zeros(len(matrix))
    if panel is None:
        return added
    for feature, transform, centre, slope in zip(
        panel.features, panel.transforms, panel.centres, panel.slopes, strict=True
    ):
        if slope and feature in matrix:
            added += slope * np.nan_to_num(transformed(matrix[feature].to_numpy(np.float64), transform) - centre)
    return added


def size_figures(chance: Feasibility, found: LogJobs, jobs_now: Floats, capital: Floats) -> dict[Output, Floats]:
    """Jobs if revived, jobs expected, and both per billion rial, without draws.

    Parameters
    ----------
    chance, found
        Of n units, independent of each other.
    jobs_now
        Shape (n,), persons; NaN where not known: then nothing is said of jobs.
    capital
        Shape (n,), billion rial, above zero; NaN where not known.

    Returns
    -------
    dict
        Shape (n, 3) each: low, point, high. What a revival adds is ``max(jobs at month 12 - jobs now, 0)``; its ends
        are the quantiles of the jobs, so that a wider doubt never narrows them, its point is the mean. The point of
        what is expected is the product of both means, so it never exceeds the first. Its ends lie as far from the
        product of both middles, in logarithms, as the root of both squared distances: both are near log-normal, and
        independent.
    """
    low, middle, high = (np.maximum(np.exp(found.at(at)) - jobs_now, 0.0) for at in (-Z80, 0.0, Z80))
    mean = found.mean_above(jobs_now)
    mean = np.where(mean < _NOBODY, 0.0, mean)
    added = np.column_stack([np.minimum(low, mean), mean, np.maximum(high, mean)])
    expected = _expected(chance, np.column_stack([low, middle, high]), mean)
    per = capital[:, None]
    return {
        Output.JOBS_IF_REVIVED: added,
        Output.JOBS_EXPECTED: expected,
        Output.JOBS_PER_BILLION_RIAL: added / per,
        Output.JOBS_EXPECTED_PER_BILLION_RIAL: expected / per,
    }


def _expected(chance: Feasibility, added: Floats, mean_added: Floats) -> Floats:
    reach = np.sqrt(chance.variance.sum(axis=1))
    score = np.log(chance.point) - np.log1p(-chance.point)
    mean_chance = np.mean([1 / (1 + np.exp(-(score + reach * node))) for node in _NODES], axis=0)
    point = mean_chance * mean_added
    product = chance.point * added[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [
            product * np.exp(side * np.hypot(np.log(chance_end / chance.point), np.log(added_end / added[:, 1])))
            for side, chance_end, added_end in (
                (-1.0, chance.low, added[:, 0]),
                (1.0, chance.high, added[:, 2]),
            )
        ]
    low = np.where(added[:, 0] > 0, ends[0], np.where(np.isnan(product), np.nan, 0.0))
    # Where the median is nothing, what is expected comes from the tail alone: its own end with the chance's.
    high = np.where(added[:, 1] > 0, ends[1], chance.high * added[:, 2])
    return np.column_stack([np.minimum(low, point), point, np.maximum(high, point)])
