"""Fit the hazards of several periods at once: a penalised binomial regression with an intercept for each period.

Rows are landmarks; a row is at risk in its first periods and has its event in the last of them, or none. The table of
persons and periods is never written out: a row's slopes meet all its periods at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from engine.scoring.hazards import sifted
from engine.scoring.sections import HazardLink

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]

STEPS = 100
HALVINGS = 30
TOLERANCE = 1e-10
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior of the parameters: the intercepts of the periods, then the slopes.

    Parameters
    ----------
    centre
        Shape (periods + columns,).
    precision
        Shape (periods + columns, periods + columns), symmetric.
    """

    centre: Floats
    precision: Floats


@dataclass(frozen=True, slots=True)
class Rows:
    """What a binomial regression is fitted to.

    Parameters
    ----------
    columns
        Design, shape (n, columns).
    at_risk
        Shape (n, periods): whether the row was at risk in the period and seen to its end.
    event
        Shape (n, periods): whether the event came in it; only where at risk.
    weights
        Shape (n,), not negative.
    exposure
        Shape (n, periods), what ``engine.scoring.hazards.sifted`` asks for; nobody is sifted where ``None``.
    """

    columns: Floats
    at_risk: Flags
    event: Flags
    weights: Floats
    exposure: Floats | None = None

    @property
    def events(self) -> float:
        """Weighted number of events."""
        return float(self.weights @ self.event.sum(axis=1))


def fit_rows(rows: Rows, prior: Prior, *, link: HazardLink = HazardLink.LOGIT, start: Floats | None = None) -> Floats:
    """Find the mode: maximise the weighted log likelihood less half the squared distance from the prior's centre.

    Parameters
    ----------
    rows
        Data. No row at all gives the centre of the prior.
    prior
        Prior; with an identity matrix times ``penalty`` for the slopes and the logit link this is what
        ``sklearn.linear_model.LogisticRegression(C=1 / penalty)`` minimises.
    link
        Scale on which effects add.
    start
        Where to begin; the prior's centre when ``None``.

    Returns
    -------
    numpy.ndarray
        Shape (periods + columns,). Fisher scoring (McCullagh and Nelder 1989, "Generalized linear models", 2.5), each
        step halved until it does not climb: without sifting the problem is convex for both links, so the mode is found;
        with it a mode is.

    Examples
    --------
    Three of four at risk had their event; the prior says nothing:

    >>> one = Rows(np.empty((4, 0)), np.ones((4, 1), bool), np.array([[1], [1], [1], [0]], bool), np.ones(4))
    >>> fit_rows(one, Prior(np.zeros(1), np.zeros((1, 1)))).round(4).tolist()
    [1.0986]
    """
    found = np.array(prior.centre if start is None else start, dtype=np.float64)
    loss = loss_of(rows, prior, found, link)
    for _ in range(STEPS):
        gradient, information = derivatives(rows, prior, found, link)
        step = _solved(information, gradient)
        share = 1.0
        for _ in range(HALVINGS):
            tried = found - share * step
            after = loss_of(rows, prior, tried, link)
            if after <= loss + 1e-12 * abs(loss):
                break
            share /= 2
        else:
            return found
        found, loss = tried, after
        if np.abs(share * step).max(initial=0.0) < TOLERANCE:
            break
    return found


def derivatives(rows: Rows, prior: Prior, found: Floats, link: HazardLink) -> tuple[Floats, Floats]:
    """Gradient of what ``fit_rows`` minimises, and its expected curvature (Fisher information plus prior)."""
    residual, curvature = _residual(rows, found, link)
    pull = prior.precision @ (found - prior.centre)
    gradient = pull - np.concatenate([residual.sum(axis=0), residual.sum(axis=1) @ rows.columns])
    return gradient, _information(rows.columns, curvature) + prior.precision


def unit_scores(rows: Rows, found: Floats, unit: Numbers, units: int, *, link: HazardLink) -> Floats:
    """Sum of the derivatives of the log likelihood over each unit's rows, shape (units, periods + columns)."""
    residual, _ = _residual(rows, found, link)
    members = sparse.csr_matrix((np.ones(len(unit)), (unit, np.arange(len(unit)))), shape=(units, len(unit)))
    return np.hstack([members @ residual, members @ (rows.columns * residual.sum(axis=1)[:, None])])


def information_of(rows: Rows, found: Floats, link: HazardLink) -> Floats:
    """Fisher information of the rows alone, shape (periods + columns, periods + columns)."""
    return _information(rows.columns, _residual(rows, found, link)[1])


def _information(columns: Floats, curvature: Floats) -> Floats:
    across = curvature.T @ columns
    slopes = (columns * curvature.sum(axis=1)[:, None]).T @ columns
    return np.block([[np.diag(curvature.sum(axis=0)), across], [across.T, slopes]])


def _score(rows: Rows, found: Floats) -> Floats:
    periods = rows.at_risk.shape[1]
    return np.asarray((rows.columns @ found[periods:])[:, None] + found[:periods])


def _residual(rows: Rows, found: Floats, link: HazardLink) -> tuple[Floats, Floats]:
    """Derivative and expected curvature of the log likelihood by the score of each row and period."""
    if rows.exposure is None:
        return _of_score(rows, _score(rows, found), link)
    raw = _score(rows, found)
    residual, curvature = _of_score(rows, sifted(raw, rows.exposure), link)
    left = 1 / (1 + rows.exposure * np.exp(np.minimum(raw, 30.0)))
    return residual * left, curvature * left**2


def _of_score(rows: Rows, score: Floats, link: HazardLink) -> tuple[Floats, Floats]:
    heavy = rows.weights[:, None] * rows.at_risk
    if link is HazardLink.LOGIT:
        probability = expit(score)
        return heavy * (rows.event - probability), heavy * probability * (1 - probability)
    rate = np.exp(np.minimum(score, 30.0))
    # exp(-rate) / (1 - exp(-rate)), which neither over- nor underflows
    odds = np.exp(-rate) / np.maximum(-np.expm1(-rate), _TINY)
    return heavy * rate * np.where(rows.event, odds, -1.0), heavy * rate**2 * odds


def loss_of(rows: Rows, prior: Prior, found: Floats, link: HazardLink) -> float:
    """What ``fit_rows`` minimises."""
    score = _score(rows, found) if rows.exposure is None else sifted(_score(rows, found), rows.exposure)
    apart = found - prior.centre
    if link is HazardLink.LOGIT:
        each = np.logaddexp(0.0, score) - rows.event * score
    else:
        rate = np.exp(np.minimum(score, 30.0))
        each = np.where(rows.event, -np.log(np.maximum(-np.expm1(-rate), _TINY)), rate)
    fit = rows.weights @ (each * rows.at_risk).sum(axis=1)
    return float(fit + 0.5 * apart @ prior.precision @ apart)


def _solved(information: Floats, gradient: Floats) -> Floats:
    # A period without any event has an intercept that runs away and a curvature that vanishes: the least ridge keeps
    # the step finite.
    ridge = 1e-14 * max(float(np.abs(np.diag(information)).max(initial=0.0)), _TINY)
    steady = information + ridge * np.eye(len(gradient))
    try:
        return np.asarray(np.linalg.solve(steady, gradient), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(steady, gradient, rcond=None)[0], dtype=np.float64)
