"""The first model: a ridge logistic head for the reported status and a shrunken sector mean for jobs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.linear_model import LogisticRegression, Ridge

from engine.errors import EhyaError, ErrorCode
from engine.scoring.sections import Block, PressJobs, PressPair
from training.cohort.press_sample import Sample
from training.statistics.design_blocks import LEAST_OF_LEVEL, LEVEL_PENALTY
from training.statistics.ridge import Floats, ridge_linear, ridge_logistic, shrunk

SAMPLING_SCALE = 10.0
"""Spread of the column "sampled from the register": its ridge penalty is a hundredth of the others', so that the two
samples have intercepts of their own."""

CLAIM_SCALE = 2.0
"""Spread of a cause column: its ridge penalty is four times the others', since causes are claims of interested parties
and "management" in particular is overstated (assumed)."""

PRIOR_SPREAD = 1.0
"""Spread (in logarithms) of the prior on the ratio of variances around ``LEVEL_PENALTY`` (assumed): the likelihood of
some fifty units is nearly flat."""

PENALTIES = np.geomspace(0.3, 300.0, 61)
"""Ratios of the variance within sectors to the variance between them that the empirical Bayes step tries."""

LEAST_PROVINCES = 2
"""Provinces with a known number of jobs that the jobs head needs."""

_NO_SPREAD = 1e-12

Mask = npt.NDArray[np.bool_]


def blocks(matrix: pd.DataFrame, kinds: Mapping[str, str]) -> tuple[Block, ...]:
    """Describe how the matrix becomes a design in which a missing value says nothing.

    Parameters
    ----------
    matrix
        Shape (n, features) of the training sample.
    kinds
        Column -> ``level`` (codes), ``flag`` (0 or 1), ``claim`` (a flag that is trusted less) or ``duration`` (years,
        taken in logarithms); other columns are not used.

    Returns
    -------
    tuple of Block
        As ``engine.scoring.design.design`` takes them. Centres are means over the rows where the value is known; no
        label is looked at.

    Examples
    --------
    >>> (block,) = blocks(pd.DataFrame({"food": [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, None]}), {"food": "flag"})
    >>> block.plain()
    {'column': 'food', 'levels': None, 'centre': [0.5], 'scale': 1.0, 'log': False}
    """
    described = [_block(matrix[column], kind) for column, kind in kinds.items()]
    return tuple(block for block in described if block is not None)


def status_columns(sample: Sample, spread: Floats) -> Floats:
    """Design of the logistic head: the features and, last, the sampling intercept. Shape (n, columns + 1)."""
    return np.column_stack([spread, SAMPLING_SCALE * sample.register])


def fit_status(columns: Floats, label: Floats, weights: Floats, *, penalty: float, share: float) -> Floats:
    """Fit the logistic head once per row of weights.

    Parameters
    ----------
    columns
        What ``status_columns`` gives.
    label
        Shape (n,).
    weights
        Shape (fits, n).
    penalty
        Ridge penalty, 1 / C.
    share
        Share of the slopes that is kept, 0 (base rate) to 1.

    Returns
    -------
    numpy.ndarray
        Shape (fits, 1 + features): the intercept is that of the press sample, the sampling column is gone.
    """
    kept = np.full(columns.shape[1], share)
    kept[-1] = 1.0
    fitted = ridge_logistic(columns, label, weights, penalty)
    return shrunk(fitted, columns, label, weights, kept)[:, :-1]


def sector_penalty(spread: Floats, target: Floats) -> float:
    """Empirical Bayes: the likeliest ratio of the variance within sectors to that between them, under its prior.

    Parameters
    ----------
    spread
        Sector columns, shape (n, sectors).
    target
        Logarithm of jobs, shape (n,).

    Returns
    -------
    float
        Ridge penalty; the fitted effect of a sector of n units is its mean deviation times n / (n + penalty).

    Examples
    --------
    >>> sectors = np.kron(np.eye(2), np.ones((4, 1))) - 0.5
    >>> alike = np.array([1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0])
    >>> apart = np.array([1.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 5.0])
    >>> sector_penalty(sectors, alike) > 20 > 10 > sector_penalty(sectors, apart)
    True
    """
    if len(target) < LEAST_OF_LEVEL:
        return LEVEL_PENALTY
    prior = -0.5 * (np.log(PENALTIES / LEVEL_PENALTY) / PRIOR_SPREAD) ** 2
    likelihood = [_restricted_likelihood(spread, target, ratio) for ratio in PENALTIES]
    return float(PENALTIES[int(np.argmax(likelihood + prior))])


def status_head(
    sample: Sample, columns: Floats, rows: Mask, weights: Floats, *, penalty: float, share: float
) -> dict[str, Any]:
    """Fields of a ``PressPair`` that speak of the status.

    Parameters
    ----------
    sample
        Training sample, n units.
    columns
        What ``status_columns`` gives.
    rows
        Shape (n,): units that these heads may see.
    weights
        Shape (refits, n): bootstrap counts, zero outside ``rows``.
    penalty, share
        Settled by the search, without the rows held out: ridge penalty, and share of the slopes that is kept.
    """
    press = rows & ~sample.register
    drawn = weights * ~sample.register
    fitted = partial(fit_status, columns, sample.label, penalty=penalty, share=share)
    half = 0.5 / drawn.sum(axis=1)
    return {
        "status": np.round(fitted(rows[None].astype(float))[0], 6),
        "status_refits": np.round(fitted(weights), 6),
        "sample_rate": float(sample.label[press].mean()),
        "sample_rates": np.round(np.clip((drawn @ sample.label) / drawn.sum(axis=1), half, 1 - half), 6),
    }


def heads(sample: Sample, columns: Floats, pair: PressPair, *, penalty: float) -> dict[str, Any]:
    """Scikit-learn estimators of the promoted pair, with the shrunken coefficients in place.

    Parameters
    ----------
    sample
        Training sample, n units.
    columns
        Its design, shape (n, columns).
    pair
        Fitted to all rows.
    penalty
        Of the logistic head.
    """
    classifier = LogisticRegression(C=1 / penalty, max_iter=1000).fit(columns, sample.label.astype(int))
    classifier.coef_, classifier.intercept_ = pair.status[None, 1:].copy(), pair.status[:1].copy()
    known = ~np.isnan(sample.jobs)
    narrow, target = columns[known][:, pair.jobs_columns], np.log(sample.jobs[known])
    regressor = Ridge(alpha=sector_penalty(narrow, target), solver="cholesky").fit(narrow, target)
    return {"reported_status": classifier, "jobs": regressor}


def jobs_head(sample: Sample, narrow: Floats, rows: Mask) -> PressJobs:
    """Shrunken sector means of the logarithm of jobs, one refit without each province, and its residuals.

    Parameters
    ----------
    sample
        Training sample, n units.
    narrow
        Sector columns, shape (n, sectors).
    rows
        Shape (n,): units that the head may see.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when they lie in fewer than ``LEAST_PROVINCES`` provinces: each residual is that of a refit
        without the unit's own.
    """
    seen = rows & ~np.isnan(sample.jobs)
    if (provinces := len(np.unique(sample.group[seen]))) < LEAST_PROVINCES:
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=provinces, allowed=LEAST_PROVINCES)
    target = np.where(seen, np.log(np.where(seen, sample.jobs, 1.0)), 0.0)
    penalty = sector_penalty(narrow[seen], target[seen])
    folds = np.unique(sample.group[seen])
    left = seen & (sample.group != folds[:, None])
    refits = ridge_linear(narrow, target, left.astype(float), penalty)
    refit_of = np.searchsorted(folds, sample.group[seen])
    guessed = refits[refit_of, 0] + (narrow[seen] * refits[refit_of, 1:]).sum(axis=1)
    return PressJobs(
        point=np.round(ridge_linear(narrow, target, seen[None].astype(float), penalty)[0], 10),
        refits=np.round(refits, 10),
        refit_of=refit_of,
        residuals=np.round(target[seen] - guessed, 10),
    )


def press_size(jobs: PressJobs, narrow: Floats, sample: Sample, rows: Mask) -> float:
    """Arithmetic mean of what the jobs head draws for the press units it saw, persons.

    The draws are symmetric in logarithms, hence their mean is not that of the sample itself; the official average has
    to be set against this one, or every expected number of jobs is too high.

    Parameters
    ----------
    jobs
        Fitted jobs head.
    narrow
        Its columns, shape (n, sectors).
    sample
        Training sample, n units.
    rows
        Shape (n,): units that the head saw.
    """
    seen = rows & ~np.isnan(sample.jobs)
    refits, margin = jobs.refits, np.abs(jobs.residuals)
    centre = (refits[:, 0] + narrow[seen] @ refits[:, 1:].T)[:, jobs.refit_of]
    return float((np.exp(centre) * np.cosh(margin)).mean())


def _block(values: pd.Series, kind: str) -> Block | None:
    known = values.dropna()
    if kind == "level":
        counts = known.value_counts()
        levels = sorted(counts[counts >= LEAST_OF_LEVEL].index)
        listed = known[known.isin(levels)]
        centre = [float((listed == level).mean()) for level in levels]
        return Block(column=str(values.name), levels=levels, centre=centre, scale=1.0) if levels else None
    if kind == "duration":
        known = pd.Series(np.log1p(known))
    elif not LEAST_OF_LEVEL <= known.sum() <= len(known) - LEAST_OF_LEVEL:
        return None
    if known.nunique() < 2:
        return None
    scale = {"duration": float(known.std(ddof=0)), "claim": CLAIM_SCALE}.get(kind, 1.0)
    centre = [float(known.mean())]
    return Block(column=str(values.name), levels=None, centre=centre, scale=scale, log=kind == "duration")


def _restricted_likelihood(spread: Floats, target: Floats, ratio: float) -> float:
    # REML of y = mean + sector + error with variance of error = ratio x variance of sector, both profiled out.
    covariance = np.eye(len(target)) + spread @ spread.T / ratio
    inverse = np.linalg.inv(covariance)
    weight = inverse.sum()
    residual = target - inverse.sum(axis=0) @ target / weight
    freedom = len(target) - 1
    # Units that are all alike tell every ratio the same: the prior decides then.
    scale = max(residual @ inverse @ residual / freedom, _NO_SPREAD)
    return float(-0.5 * (freedom * np.log(scale) + np.linalg.slogdet(covariance)[1] + np.log(weight)))
