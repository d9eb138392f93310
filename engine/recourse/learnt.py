"""What acts did, learnt from what came of units: the assumed effect, moved by those that were served and those not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

Floats = npt.NDArray[np.float64]

LEAST = 100
"""Units that an act was done for, and units that it was not, from which on its effect is learnt."""
LEARNT = "learnt"
"""Basis of an effect that outcomes have moved."""

_NORMAL_80 = 1.2815515655446004
"""Half the width of an 80 % interval of a normal distribution, in standard deviations."""
_ROUNDS = 50
_RIDGE = 1e-6
_CERTAIN = 1e-6


class LogisticFit(NamedTuple):
    """Where a weighted logistic fit lies, and the covariance of its figures."""

    mode: Floats
    covariance: Floats


def learnt_effects(cases: pd.DataFrame, believed: pd.DataFrame, beside: list[str]) -> pd.DataFrame:
    """Effects of acts with what outcomes say of them.

    Of each act the units that it was done for are held against units with a barrier that it removes for which it was
    not. Units that are served are not like those that are not: both sides are weighed by the overlap of their chances
    to be served (Li, Morgan, Zaslavsky, 2018, Journal of the American Statistical Association 113, 390-400), which
    makes the columns ``beside`` equal on average. The chance that a model gave each unit before, and what other acts
    add to it, stand as they are; a level of its own and the effect are fitted, the effect around what was assumed: with
    few units or little difference between them it stays there. What decided both who was served and who came back
    and stands in no column is not taken out.

    Parameters
    ----------
    cases
        One row per (unit, act): ``unit_id, intervention, done, returned`` (bool), ``chance`` (0..1, before the act),
        ``others`` (log-odds that other acts added) and the columns of ``beside``.
    believed
        Effects as ``engine.reference.effects.effects`` gives them; rows of output ``act``, with their 80 % range, are
        what is assumed.
    beside
        Columns of numbers that may have decided who was served; what is missing counts as their mean.

    Returns
    -------
    pandas.DataFrame
        ``believed`` with ``served`` and ``unserved`` (units that spoke, 0 where none did). Of acts with at least
        ``LEAST`` units on either side ``effect``, ``low``, ``high`` (80 %) are those learnt and ``basis`` is
        ``LEARNT``; all others stay as they were.

    Examples
    --------
    >>> from engine.reference.effects import effects
    >>> rng = np.random.default_rng(0)
    >>> done = np.arange(4000) % 2 == 0
    >>> back = rng.random(4000) < expit(logit(0.2) + 0.9 * done)
    >>> cases = pd.DataFrame({"unit_id": np.arange(4000), "intervention": "tax_instalments", "done": done,
    ...                       "returned": back, "chance": 0.2, "others": 0.0})
    >>> found = learnt_effects(cases, effects(), []).set_index("feature").loc["tax_instalments"]
    >>> found["basis"], bool(found["low"] < 0.9 < found["high"])
    ('learnt', True)
    """
    found = believed.assign(served=0, unserved=0).astype({"basis": "object"})
    places = found.index[found["output"] == "act"]
    by_act = dict(zip(found.loc[places, "feature"], places, strict=True))
    known = cases[cases["chance"].notna()]
    for act, rows in known.groupby("intervention", sort=True):
        done = rows["done"].to_numpy(bool)
        place = by_act.get(act)
        if place is None:
            continue
        found.loc[place, ["served", "unserved"]] = [int(done.sum()), int((~done).sum())]
        if min(done.sum(), (~done).sum()) < LEAST:
            continue
        assumed = found.loc[place, ["effect", "low", "high"]].to_numpy(np.float64)
        found.loc[place, ["effect", "low", "high"]] = _learnt(rows, done, assumed, beside)
        found.loc[place, "basis"] = LEARNT
    return found.astype({"basis": "str"})


def overlap_weights(done: npt.NDArray[np.bool_], beside: Floats) -> Floats:
    """Weights under which those served and those not are alike on average in what stands beside them.

    Parameters
    ----------
    done
        Who was served, shape (n,).
    beside
        Shape (n, columns), without missing values.

    Returns
    -------
    numpy.ndarray
        Shape (n,): the chance to be on the other side, scaled to add up to the number of units that they are worth.

    Examples
    --------
    >>> overlap_weights(np.array([True, False, True, False]), np.zeros((4, 0))).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    design = np.column_stack([np.ones(len(done)), beside])
    fitted = _fit(design, done.astype(np.float64), np.zeros(len(done)), np.ones(len(done)),
                  np.zeros(design.shape[1]), np.full(design.shape[1], _RIDGE))  # fmt: skip
    chance = expit(design @ fitted.mode)
    weights = np.where(done, 1 - chance, chance)
    scaled: Floats = weights * weights.sum() / (weights**2).sum()
    return scaled


def _learnt(rows: pd.DataFrame, done: npt.NDArray[np.bool_], assumed: Floats, beside: list[str]) -> list[float]:
    effect, low, high = assumed
    doubt = (high - low) / (2 * _NORMAL_80)
    chance = np.clip(rows["chance"].to_numpy(np.float64), _CERTAIN, 1 - _CERTAIN)
    before = logit(chance) + rows["others"].to_numpy(np.float64)
    weights = overlap_weights(done, _standard(rows[beside], before))
    design = np.column_stack([np.ones(len(rows)), done])
    prior, precision = np.array([0.0, effect]), np.array([_RIDGE, doubt**-2])
    fitted = _fit(design, rows["returned"].to_numpy(np.float64), before, weights, prior, precision)
    middle, spread = fitted.mode[1], _NORMAL_80 * np.sqrt(fitted.covariance[1, 1])
    return [float(middle), float(middle - spread), float(middle + spread)]


def _standard(columns: pd.DataFrame, before: Floats) -> Floats:
    """Columns and the chance of before, each with mean 0 and spread 1; what is missing has the mean."""
    whole = np.column_stack([before, columns.to_numpy(np.float64)])
    middle = np.nanmean(whole, axis=0)
    width = np.nanstd(whole, axis=0)
    scaled: Floats = np.nan_to_num((whole - middle) / np.where(width > 0, width, 1.0))
    return scaled


def _fit(
    design: Floats, answer: Floats, offset: Floats, weights: Floats, prior: Floats, precision: Floats
) -> LogisticFit:
    """Logistic regression around a normal prior, by Newton steps; the covariance is that of its curvature."""
    at = prior.copy()
    for _ in range(_ROUNDS):
        chance = expit(offset + design @ at)
        slope = design.T @ (weights * (answer - chance)) - precision * (at - prior)
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        at = at + np.clip(step, -2.0, 2.0)  # a long first step may leap over the top
        if np.abs(step).max() < 1e-9:
            break
    return LogisticFit(at, np.linalg.inv(curve))
