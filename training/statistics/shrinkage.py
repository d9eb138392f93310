"""Regressions whose effects are pulled towards what was known before, as hard as few records call for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]

RATIOS = np.geomspace(0.5, 500.0, 25)
"""Ratios of the variance of a record to the variance of an effect that the empirical Bayes step tries."""

PRIOR_SPREAD = 1.0
"""Spread (in logarithms) of the prior on such a ratio (assumed)."""

CHANCE_PENALTIES = np.geomspace(2.0, 512.0, 9)
"""Penalties of effects on a logit that are tried, the middle one a standard deviation of .18 (assumed)."""

SWEEPS = 3
NEWTON_STEPS, TOLERANCE = 50, 1e-10


@dataclass(frozen=True, slots=True)
class Pooled:
    """A fitted line.

    Parameters
    ----------
    coefficients, penalties
        Shape (1 + columns,), intercept first; a penalty is the variance of a record over that of the effect.
    ratios
        Penalty of each kind of effect.
    variance
        Of a record about the line, with what was supposed of it.
    records
        Sum of the weights.
    """

    coefficients: Floats
    penalties: Floats
    ratios: dict[str, float]
    variance: float
    records: float


@dataclass(frozen=True, slots=True)
class PriorBelief:
    """What is supposed before any record.

    Parameters
    ----------
    level, level_records
        Intercept, and the number of records it counts for.
    spread, spread_records
        Standard deviation of a record, and the number of records it counts for.
    ratios, ratio
        Centre of the prior on the penalty of a kind of effect, and of every kind that is not named.
    """

    level: float
    level_records: float
    spread: float
    spread_records: float
    ratios: Mapping[str, float] = field(default_factory=dict)
    ratio: float = 20.0

    def ratio_of(self, kind: str) -> float:
        """Centre of the prior on the penalty of this kind."""
        return self.ratios.get(kind, self.ratio)


def pooled_line(
    columns: Floats, target: Floats, kinds: Sequence[str], before: PriorBelief, weights: Floats | None = None
) -> Pooled:
    """Fit a line with normal effects whose variances are learnt (empirical Bayes).

    ``target = level + columns @ effects + error``. Every effect of a kind has mean 0 and variance error / ratio of that
    kind; the ratios maximise the marginal likelihood with the error variance integrated out, times log-normal priors.
    The effect of a level of n records is its mean deviation times n / (n + ratio), as in ridge regression.

    Parameters
    ----------
    columns
        Shape (n, columns).
    target
        Shape (n,).
    kinds
        Kind of each column.
    before
        What is supposed before.
    weights
        Shape (n,), records that a row counts for; one each when ``None``.

    Examples
    --------
    Four records at 3.0 and a level of 1.0 that counts for four: half way.

    >>> before = PriorBelief(1.0, 4.0, 1.0, 10.0)
    >>> pooled_line(np.empty((4, 0)), np.full(4, 3.0), [], before).coefficients.tolist()
    [2.0]
    """
    ready, own = with_level(columns), np.ones(len(target)) if weights is None else weights
    gram, moment, square = _moments(ready, target - before.level, own)
    records = float(own.sum())
    names = sorted(set(kinds))
    number = np.array([names.index(kind) for kind in kinds], dtype=np.intp)

    def penalties(ratios: Floats) -> Floats:
        return np.append(before.level_records, ratios[number])

    def merit(ratios: Floats) -> float:
        likelihood = _marginal(gram, moment, square, penalties(ratios), records, before)
        centre = np.array([before.ratio_of(name) for name in names])
        return likelihood - 0.5 * float(((np.log(ratios / centre) / PRIOR_SPREAD) ** 2).sum())

    ratios = np.array([before.ratio_of(name) for name in names], dtype=np.float64)
    for _ in range(SWEEPS):
        earlier = ratios.copy()
        for place in range(len(names)):
            tried = [np.where(np.arange(len(names)) == place, ratio, ratios) for ratio in RATIOS]
            ratios = tried[int(np.argmax([merit(each) for each in tried]))]
        if (ratios == earlier).all():
            break
    effects = np.linalg.solve(gram + np.diag(penalties(ratios)), moment)
    left = _left(gram, moment, square, penalties(ratios))
    variance = (before.spread_records * before.spread**2 + left) / (before.spread_records + records)
    return Pooled(
        np.append(before.level + effects[0], effects[1:]),
        penalties(ratios),
        dict(zip(names, ratios.tolist(), strict=True)),
        float(variance),
        records,
    )


def lines_without(
    columns: Floats, target: Floats, level: float, penalties: Floats, fold: npt.NDArray[np.intp],
    weights: Floats | None = None,
) -> Floats:  # fmt: skip
    """Fit the line again without each fold, at the same penalties.

    Parameters
    ----------
    columns, target, weights
        Design, shape (n, columns); target and weights, shape (n,).
    level
        Intercept supposed before.
    penalties
        Shape (1 + columns,).
    fold
        Shape (n,), numbers from 0; each is left out once.

    Returns
    -------
    numpy.ndarray
        Shape (folds, 1 + columns), intercept first.

    Examples
    --------
    >>> lines_without(np.empty((2, 0)), np.array([1.0, 5.0]), 0.0, np.array([1.0]), np.array([0, 1])).tolist()
    [[2.5], [0.5]]
    """
    ready, own = with_level(columns), np.ones(len(target)) if weights is None else weights
    gram, moment, _ = _moments(ready, target - level, own)
    lines = np.empty((int(fold.max()) + 1, ready.shape[1]))
    for number in range(len(lines)):
        out = fold == number
        less, gone, _ = _moments(ready[out], target[out] - level, own[out])
        lines[number] = np.linalg.solve(gram - less + np.diag(penalties), moment - gone)
    lines[:, 0] += level
    return lines


def pooled_chance(
    columns: Floats, label: Floats, centre: float, level_penalty: float, weights: Floats | None = None, *,
    penalties: Floats = CHANCE_PENALTIES,
) -> tuple[Floats, float]:  # fmt: skip
    """Fit a logistic line with a normal prior on every coefficient, that of the effects as wide as they ask for.

    Of the penalties tried the one with the largest evidence is kept (Laplace's approximation of the marginal
    likelihood, MacKay 1992, "The evidence framework applied to classification networks"), times a log-normal prior
    about the middle one.

    Parameters
    ----------
    columns, weights
        Design, shape (n, columns); weights, shape (n,).
    label
        Shape (n,), 0 or 1.
    centre, level_penalty
        Intercept supposed before, and one over its variance.
    penalties
        One over the variance of an effect: those tried.

    Returns
    -------
    line, penalty
        Shape (1 + columns,), intercept first; the penalty kept.

    Examples
    --------
    >>> line, penalty = pooled_chance(np.empty((0, 1)), np.empty(0), 2.0, 1.0)
    >>> line.tolist(), round(penalty)
    ([2.0, 0.0], 32)
    """
    ready, own = with_level(columns), np.ones(len(label)) if weights is None else weights
    middle = penalties[len(penalties) // 2]
    merits, lines = [], []
    for penalty in penalties:
        each = np.append(level_penalty, np.full(columns.shape[1], penalty))
        line = chance_line(columns, label, centre, each, own)
        chance, apart = expit(ready @ line), line - np.append(centre, np.zeros(columns.shape[1]))
        curvature = (ready * (own * chance * (1 - chance))[:, None]).T @ ready + np.diag(each)
        margin = ready @ line
        fits = own @ (label * margin - np.logaddexp(0.0, margin)) - 0.5 * each @ apart**2
        evidence = fits + 0.5 * np.log(each).sum() - 0.5 * np.linalg.slogdet(curvature)[1]
        merits.append(float(evidence - 0.5 * (np.log(penalty / middle) / PRIOR_SPREAD) ** 2))
        lines.append(line)
    best = int(np.argmax(merits))
    return lines[best], float(penalties[best])


def chance_line(
    columns: Floats, label: Floats, centre: float, penalties: Floats, weights: Floats | None = None
) -> Floats:
    """Fit a logistic line at given penalties.

    Minimises ``sum loss + penalties / 2 (coefficients - centre)^2`` with the centre of all slopes at zero, by Newton's
    method; a step that climbs is halved, so one outcome alone or none at all ends at a finite line.

    Parameters
    ----------
    columns, label, centre, weights
        Design, shape (n, columns); outcomes, shape (n,); prior mean of the intercept (logit); weights, shape (n,).
    penalties
        Shape (1 + columns,): one over the prior variance.

    Examples
    --------
    Nothing seen leaves what was supposed; a hundred failures do not:

    >>> chance_line(np.empty((0, 0)), np.empty(0), 2.0, np.array([1.0])).tolist()
    [2.0]
    >>> bool(chance_line(np.empty((100, 0)), np.zeros(100), 2.0, np.array([1.0]))[0] < -2)
    True
    """
    ready, own = with_level(columns), np.ones(len(label)) if weights is None else weights
    middle = np.append(centre, np.zeros(columns.shape[1]))

    def loss(line: Floats) -> float:
        margin = ready @ line
        return float(own @ (np.logaddexp(0.0, margin) - label * margin) + 0.5 * penalties @ (line - middle) ** 2)

    line = middle
    for _ in range(NEWTON_STEPS):
        chance = expit(ready @ line)
        slope = ready.T @ (own * (chance - label)) + penalties * (line - middle)
        curvature = (ready * (own * chance * (1 - chance))[:, None]).T @ ready + np.diag(penalties)
        step = np.linalg.solve(curvature, slope)
        here = loss(line)
        while loss(line - step) > here + TOLERANCE and np.abs(step).max() > TOLERANCE:
            step = step / 2
        line = line - step
        if np.abs(step).max() < TOLERANCE:
            break
    return line


def with_level(columns: Floats) -> Floats:
    """Columns behind one of ones, shape (n, 1 + columns)."""
    return np.column_stack([np.ones(len(columns)), columns])


def _moments(ready: Floats, target: Floats, weights: Floats) -> tuple[Floats, Floats, float]:
    heavy = ready * weights[:, None]
    return heavy.T @ ready, heavy.T @ target, float(weights @ target**2)


def _left(gram: Floats, moment: Floats, square: float, penalties: Floats) -> float:
    # y' V^-1 y for V = I + Z diag(1 / penalties) Z': what neither the line nor its prior explains.
    return max(square - float(moment @ np.linalg.solve(gram + np.diag(penalties), moment)), 0.0)


def _marginal(
    gram: Floats, moment: Floats, square: float, penalties: Floats, records: float, before: PriorBelief
) -> float:
    determinant = np.linalg.slogdet(gram + np.diag(penalties))[1] - np.log(penalties).sum()
    left = before.spread_records * before.spread**2 + _left(gram, moment, square, penalties)
    return -0.5 * float(determinant) - 0.5 * (records + before.spread_records) * float(np.log(left))
