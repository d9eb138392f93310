"""How many of the jobs that owners promise come about: by county and size of the promise, partly pooled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.jobs import promise_cell, promise_size, promised_jobs
from engine.scoring.sections import PromiseRatio

Floats = npt.NDArray[np.float64]

ASSUMED_RATIO = 0.6
"""Jobs that come for each promised, before any was counted. Assumed: nobody publishes it."""

RATIO_UNITS = 20.0
"""Units that the next wider group counts for beside a group's own (assumed, DOMAIN E2: w = n / (n + 20))."""


@dataclass(frozen=True, slots=True)
class Realisation:
    """Ratios, and what they gave out of their own row.

    Parameters
    ----------
    ratio
        As ``engine.scoring.jobs.realised_promise`` takes it.
    left_out
        Shape (n,), persons: realised promise of each row by ratios that did not count the row itself; NaN without one.
    """

    ratio: PromiseRatio
    left_out: Floats


def realisation(
    units: pd.DataFrame, jobs: Floats, *, prior: float = ASSUMED_RATIO, prior_units: float = RATIO_UNITS
) -> Realisation:
    """Learn the ratio of jobs counted at month 12 to jobs promised.

    Ratios of sums, so that a large promise weighs more than a small one. All promises are shrunk to ``prior``, those of
    a size to all, those of a size in one county to the size: ``(sum of jobs + k r m) / (sum of promises + k m)`` with
    k units of the mean promise m at the wider ratio r, which is n / (n + k) for n promises alike.

    Parameters
    ----------
    units
        Unit table, as promised before the restart; read are ``province, county, jobs_promised``.
    jobs
        Shape (n,), persons counted; zero counts.
    prior, prior_units
        Ratio before anything was counted, and units that it counts for.

    Examples
    --------
    Twenty promises of ten with four each: half way between .6 and .4.

    >>> units = pd.DataFrame({"province": "P", "county": "C", "jobs_promised": [10.0] * 20})
    >>> found = realisation(units, np.full(20, 4.0))
    >>> round(found.ratio.overall, 3), round(found.ratio.cells["P/C/medium"], 3)
    (0.5, 0.425)
    """
    promised = promised_jobs(units)
    known = ~np.isnan(promised)
    own = np.where(known, promised, 0.0)
    came = np.where(known, jobs, 0.0)
    size, cell = promise_size(promised), promise_cell(units).fillna("").to_numpy(dtype=np.str_)
    everyone = _Sums.of(np.where(known, "all", ""), own, came)
    sizes, cells = _Sums.of(size, own, came), _Sums.of(cell, own, came)
    overall = everyone.ratio(np.full(len(everyone.names), prior), prior_units)
    by_size = sizes.ratio(np.full(len(sizes.names), overall[0] if len(overall) else prior), prior_units)
    size_of_cell = np.array([name.rpartition("/")[2] for name in cells.names], dtype=np.str_)
    by_cell = cells.ratio(by_size[np.searchsorted(sizes.names, size_of_cell)], prior_units)
    ratio = PromiseRatio(
        overall=float(overall[0]) if len(overall) else prior,
        sizes=dict(zip(sizes.names.tolist(), by_size.tolist(), strict=True)),
        cells=dict(zip(cells.names.tolist(), by_cell.tolist(), strict=True)),
        prior=prior,
        prior_units=prior_units,
        assumed=not known.any(),
        units=int(known.sum()),
    )
    without = everyone.without(np.full(len(own), prior), prior_units, own, came)
    without = sizes.without(without, prior_units, own, came)
    without = np.where(cells.place >= 0, cells.without(without, prior_units, own, came), without)
    return Realisation(ratio, np.where(known, promised * without, np.nan))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Promises and jobs by group; rows of no group have place -1."""

    names: npt.NDArray[np.str_]
    place: npt.NDArray[np.intp]
    promised: Floats
    came: Floats
    mean: Floats

    @classmethod
    def of(cls, group: npt.NDArray[np.str_], promised: Floats, came: Floats) -> _Sums:
        some = group != ""
        names, inverse = np.unique(group[some], return_inverse=True)
        place = np.full(len(group), -1, dtype=np.intp)
        place[some] = inverse
        total, count = (
            np.bincount(inverse, each, len(names)).astype(np.float64)
            for each in (promised[some], np.ones(int(some.sum())))
        )
        jobs = np.bincount(inverse, came[some], len(names)).astype(np.float64)
        return cls(names, place, total, jobs, total / np.maximum(count, 1))

    def ratio(self, wider: Floats, units: float) -> Floats:
        return (self.came + units * self.mean * wider) / (self.promised + units * self.mean)

    def without(self, wider: Floats, units: float, promised: Floats, came: Floats) -> Floats:
        """Ratio for each row without the row itself, shape (n,)."""
        at = self.place
        if not len(self.names):
            return wider
        held = units * self.mean[at]
        return (self.came[at] - came + held * wider) / (self.promised[at] - promised + held)
