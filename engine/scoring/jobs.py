"""Direct jobs twelve months after a restart: a hurdle (any, how many) with the spread that held-out counts had.

A model of kind ``outcomes`` holds the heads ``jobs_any`` (a classifier) and ``jobs_size`` (a regressor of the logarithm
of the count, given that it is not zero) and the section ``jobs`` of its document
(:class:`engine.scoring.document.JobsPart`), which ``training.models.jobs`` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.scoring.artefact import Model
from engine.scoring.design import Floats, design
from engine.scoring.document import OutcomesDocument, of_kind
from engine.scoring.figures import ends
from engine.scoring.sections import JobsPart, PromiseRatio
from engine.scoring.unknown import unknown

DRAWS = 200
"""Draws of every interval; draw k is one world, for all units and all heads."""

ROWS_AT_ONCE = 4096
"""Units at once: what is held in memory beside the result is this many times the number of residuals."""

SMALL, MEDIUM = 10.0, 50.0
"""Promised jobs below which a promise counts as small, and as middling."""

_STREAM = 12


class JobsNote(Code):
    """What a reader of job figures has to know of the counts behind them; ``notes`` of the section ``jobs``."""

    TOO_FEW_COUNTS = "too_few_counts"
    NO_JOBS_COUNTED = "no_jobs_counted"
    ONE_SECTOR = "one_sector"
    COUNTS_SET_ASIDE = "counts_set_aside"
    RATIO_ASSUMED = "ratio_assumed"


@dataclass(frozen=True, slots=True)
class JobsHeads:
    """Both heads of jobs and their section of the document.

    Parameters
    ----------
    chance
        Classifier of any job at all.
    size
        Regressor of the logarithm of the count, given any.
    part
        Design, realised promises and residuals.
    """

    chance: Any
    size: Any
    part: JobsPart

    @classmethod
    def of(cls, model: Model) -> JobsHeads:
        """Those of a model of outcomes."""
        part = of_kind(model.document, OutcomesDocument).jobs
        return cls(model.heads["jobs_any"], model.heads["jobs_size"], part)


def jobs_at_month_12(heads: JobsHeads, ready: pd.DataFrame, units: pd.DataFrame, *, random_state: int = 0) -> Floats:
    """Draw direct jobs at month 12 of a restart that holds half its capacity.

    Parameters
    ----------
    heads
        Of a promoted model of kind ``outcomes``.
    ready
        Shape (n, features): rows of the model matrix.
    units
        Unit table that holds at least the units of ``ready``; read are ``province, county, jobs_promised``.
    random_state
        Seed. All units share the draws, so a unit's figures depend on no other unit, and equal units get equal figures.

    Returns
    -------
    numpy.ndarray
        Shape (n, ``DRAWS``), persons, each row spread evenly over the unit's distribution. That luck is shared makes
        sums over units wider than they are if every plant has a luck of its own.
    """
    generator = np.random.default_rng([_STREAM, random_state])
    return jobs_quantiles(heads, ready, units, (generator.permutation(DRAWS) + 0.5) / DRAWS)


def jobs_quantiles(heads: JobsHeads, ready: pd.DataFrame, units: pd.DataFrame, share: Floats) -> Floats:
    """Quantiles of direct jobs at month 12 of a restart that holds half its capacity.

    Parameters
    ----------
    heads, ready, units
        Heads, rows of the model matrix and their units, as :func:`jobs_at_month_12` takes them.
    share
        Shape (shares,), above 0 and below 1, in any order.

    Returns
    -------
    numpy.ndarray
        Shape (n, shares), persons: zero up to P(no job), then sizes of at least one. Without zeros the quantiles of .1
        and .9 are the ends of the jackknife+ or CV+ interval of level .8.
    """
    found = np.empty((len(ready), len(share)))
    for rows in _chunks(len(ready)):
        found[rows] = _Counts.of(heads, ready.iloc[rows], units).quantile(share)
    return found


def jobs_forecast(heads: JobsHeads, ready: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Direct jobs at month 12 of a restart that holds half its capacity, with an 80 % interval.

    The interval is that of :func:`engine.scoring.figures.ends`: where zero holds more than a tenth it starts at zero.

    Parameters
    ----------
    heads, ready, units
        Heads, rows of the model matrix and their units, as :func:`jobs_at_month_12` takes them.

    Returns
    -------
    pandas.DataFrame
        Index of ``ready``; ``low, point, high`` (persons; the point is the mean of the draws, as it is served),
        ``mean`` (persons, of the distribution itself) and ``zero_probability``.
    """
    columns = np.empty((len(ready), 5))
    share = (np.arange(DRAWS) + 0.5) / DRAWS
    for rows in _chunks(len(ready)):
        counts = _Counts.of(heads, ready.iloc[rows], units)
        drawn = counts.quantile(share)
        columns[rows, :3] = ends(drawn, drawn.mean(axis=1), none=(drawn <= 0).mean(axis=1))
        columns[rows, 3], columns[rows, 4] = counts.mean(), counts.zero
    return pd.DataFrame(columns, index=ready.index, columns=["low", "point", "high", "mean", "zero_probability"])


@dataclass(frozen=True, slots=True)
class JobsMoves:
    """Counts of n units on the straight way from the average plant to each of them.

    Parameters
    ----------
    heads
        Of a promoted model of kind ``outcomes``.
    columns
        Design, shape (n, columns): zero at the average plant.
    wider
        Shape (n,), see :func:`wider_for_unknown`; it stays that of the unit all the way.
    """

    heads: JobsHeads
    columns: Floats
    wider: Floats

    @property
    def any(self) -> Floats:
        """What each column adds to the log-odds of any job at all, shape (n, columns)."""
        return np.asarray(self.columns * self.heads.chance.coef_[0])

    @property
    def size(self) -> Floats:
        """What each column adds to the logarithm of the count, given any, shape (n, columns)."""
        return np.asarray(self.columns * np.ravel(self.heads.size.coef_))

    def chance(self, step: float) -> Floats:
        """P(any job) at a step of the way, 0..1, shape (n,)."""
        return np.asarray(self.heads.chance.predict_proba(step * self.columns)[:, 1], dtype=np.float64)

    def draws(self, step: float) -> Floats:
        """Jobs at month 12 at a step of the way, persons, shape (n, ``DRAWS``), the smallest first."""
        share = (np.arange(DRAWS) + 0.5) / DRAWS
        return _Counts.at(self.heads, step * self.columns, self.wider).quantile(share)


def jobs_moves(heads: JobsHeads, ready: pd.DataFrame, units: pd.DataFrame) -> JobsMoves:
    """What stands behind the counts of units.

    Parameters
    ----------
    heads, ready, units
        Heads, rows of the model matrix and their units, as :func:`jobs_at_month_12` takes them.
    """
    known = units.loc[ready.index]
    return JobsMoves(heads, jobs_design(heads.part, ready, known), wider_for_unknown(heads.part, ready, known))


def realised_promise(ratio: PromiseRatio, units: pd.DataFrame) -> Floats:
    """What may be expected of the jobs that an owner promises, persons, shape (n,); NaN where none are promised.

    Parameters
    ----------
    ratio
        Jobs that came for each promised; where a cell is not there its size speaks, else all.
    units
        Unit table; an absent column reads as missing.

    Examples
    --------
    >>> ratio = PromiseRatio(overall=0.6, sizes={"small": 0.5}, cells={"West Azerbaijan/Khoy/small": 0.25})
    >>> units = pd.DataFrame({"province": "West Azerbaijan", "county": ["Khoy", "Urmia", "Khoy", None],
    ...                       "jobs_promised": [8, 8, 100, None]})
    >>> realised_promise(ratio, units).tolist()
    [2.0, 4.0, 60.0, nan]
    """
    promised = promised_jobs(units)
    cell = promise_cell(units)
    size = pd.Series(promise_size(promised), index=cell.index)
    share = cell.map(ratio.cells).astype("float64")
    share = share.fillna(size.map(ratio.sizes).astype("float64")).fillna(ratio.overall)
    return np.asarray(promised * share.to_numpy(), dtype=np.float64)


def promised_jobs(units: pd.DataFrame) -> Floats:
    """Promised jobs, shape (n,), NaN where none are stated; a promise of nothing is no promise."""
    if "jobs_promised" not in units:
        return np.full(len(units), np.nan)
    promised = units["jobs_promised"].astype("float64").to_numpy()
    return np.where(promised > 0, promised, np.nan)


def promise_size(promised: Floats) -> npt.NDArray[np.str_]:
    """Size of a promise, shape (n,): ``small`` below ten jobs, ``medium`` below fifty, ``large``; empty without one.

    Examples
    --------
    >>> promise_size(np.array([9.0, 10.0, 50.0, np.nan])).tolist()
    ['small', 'medium', 'large', '']
    """
    sizes = np.where(promised < SMALL, "small", np.where(promised < MEDIUM, "medium", "large"))
    return np.where(np.isnan(promised), "", sizes)


def promise_cell(units: pd.DataFrame) -> pd.Series:
    """``Province/County/size`` of each promise, missing where the county or the promise is not known."""
    place = units["province"].astype("str") + "/" + units["county"].astype("str")
    size = pd.Series(promise_size(promised_jobs(units)), index=units.index, dtype="str")
    known = units["province"].notna() & units["county"].notna() & (size != "")
    return (place + "/" + size).where(known)


def jobs_design(part: JobsPart, ready: pd.DataFrame, units: pd.DataFrame) -> Floats:
    """Columns that the heads read, shape (n, columns): features about their mean and, last, the realised promise.

    Parameters
    ----------
    part
        Section ``jobs`` of a document.
    ready, units
        Rows of the model matrix and their units, in the same order.
    """
    promise = np.log(realised_promise(part.ratio, units))
    column = promise_column(promise, part.promise_centre, part.promise_scale)
    return np.column_stack([design(ready, part.design), column])


def wider_for_unknown(part: JobsPart, ready: pd.DataFrame, units: pd.DataFrame) -> Floats:
    """Factor on the residuals of units of which something is not known, shape (n,): one where all is.

    Parameters
    ----------
    part
        Section ``jobs`` of a document; one of before ``unknown`` widens nothing.
    ready, units
        Rows of the model matrix and their units, in the same order.
    """
    if part.unknown is None or not part.spread:
        return np.ones(len(ready))
    lacks = np.column_stack([unknown(ready, part.design), np.isnan(promised_jobs(units))])
    return np.asarray(np.sqrt(1 + lacks @ part.unknown / part.spread**2))


def promise_column(promise: Floats, centre: float, scale: float) -> Floats:
    """Logarithm of a realised promise about its mean, shape (n,); zero, which says nothing, where there is none.

    Parameters
    ----------
    promise
        Logarithm of persons, NaN where none are promised.
    centre, scale
        Mean and standard deviation of the same.
    """
    column = (promise - centre) / scale
    return np.where(np.isnan(promise), 0.0, column)


class _Counts:
    """Distribution of the count of some units: a weight at zero, and sizes that are equally likely."""

    def __init__(self, zero: Floats, location: Floats, centre: Floats, part: JobsPart, wider: Floats) -> None:
        self.zero, self.wider = zero, wider
        self.residuals, self.refit_of, self.of_residual = part.residuals, part.refit_of, part.group
        self.group = np.searchsorted(part.cuts, location)
        self.centre = centre

    @classmethod
    def of(cls, heads: JobsHeads, ready: pd.DataFrame, units: pd.DataFrame) -> _Counts:
        known = units.loc[ready.index]
        columns = jobs_design(heads.part, ready, known)
        return cls.at(heads, columns, wider_for_unknown(heads.part, ready, known))

    @classmethod
    def at(cls, heads: JobsHeads, columns: Floats, wider: Floats) -> _Counts:
        refits = heads.part.refits
        chance = np.asarray(heads.chance.predict_proba(columns)[:, 1], dtype=np.float64)
        location = np.asarray(heads.size.predict(columns), dtype=np.float64)
        return cls(1.0 - chance, location, refits[:, 0] + columns @ refits[:, 1:].T, heads.part, wider)

    def quantile(self, share: Floats) -> Floats:
        """Quantiles of the count, shape (n, shares)."""
        count = np.zeros((len(self.zero), len(share)))
        for rows, sizes in self._sizes():
            sizes.sort(axis=1)
            # Of the sizes alone: what is left of a share when zero has taken its own.
            left = (share - self.zero[rows, None]) / (1.0 - self.zero[rows, None])
            rank = ranks(np.maximum(left, 0.0), sizes.shape[1])
            count[rows] = np.where(left > 0, np.take_along_axis(sizes, rank - 1, axis=1), 0.0)
        return count

    def mean(self) -> Floats:
        """Mean of the count, shape (n,)."""
        mean = np.empty(len(self.zero))
        for rows, sizes in self._sizes():
            mean[rows] = (1.0 - self.zero[rows]) * sizes.mean(axis=1)
        return mean

    def _sizes(self) -> list[tuple[npt.NDArray[np.intp], Floats]]:
        found = []
        for number in np.unique(self.group):
            rows, own = np.flatnonzero(self.group == number), np.flatnonzero(self.of_residual == number)
            logs = self.centre[np.ix_(rows, self.refit_of[own])] + self.wider[rows, None] * self.residuals[own]
            # A count that is not zero is at least one person.
            found.append((rows, np.maximum(np.exp(logs), 1.0)))
        return found


def ranks(share: Floats, count: int) -> npt.NDArray[np.intp]:
    """Which of so many ordered values is the quantile of a share, counted from 1: further out than the share itself.

    Barber, Candès, Ramdas and Tibshirani (2021), "Predictive inference with the jackknife+", tail by tail: of n values
    the floor(a (n + 1)) smallest and, from above, the same.

    Examples
    --------
    >>> ranks(np.array([0.1, 0.5, 0.9]), 19).tolist(), ranks(np.array([0.01, 0.99]), 19).tolist()
    ([2, 10, 18], [1, 19])
    """
    # Rounded first: .1 x 110 may be 10.999... in floats, and would be the tenth instead of the eleventh.
    below = np.floor(np.round(share * (count + 1), 9)).astype(np.intp)
    above = count + 1 - np.floor(np.round((1.0 - share) * (count + 1), 9)).astype(np.intp)
    return np.clip(np.where(share < 0.5, below, above), 1, count)


def _chunks(count: int) -> list[slice]:
    return [slice(start, start + ROWS_AT_ONCE) for start in range(0, count, ROWS_AT_ONCE)]
