"""Income tax by year: a rate, years without tax from the first sale on, losses that are carried forward."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from engine.economics.years import Array, by_year, empty


def income_tax(
    profit: ArrayLike,
    rate: ArrayLike,
    *,
    first_year: ArrayLike = 0,
    holiday_years: ArrayLike = 0,
    loss_years: int | None = None,
    refunded: bool = False,
) -> Array:
    """Tax on the profits of a plan, year by year.

    Losses are set off against the next profits, oldest first, also against those of years without tax: nobody may save
    a loss for later.

    Parameters
    ----------
    profit
        Profit before tax, shape (..., years); a loss is negative.
    rate
        Share of the profit, shape (...).
    first_year
        Place of the year in which the years without tax begin, shape (...).
    holiday_years
        Years without tax, shape (...).
    loss_years
        Years for which a loss may be carried forward; ``None`` is without limit, 0 not at all.
    refunded
        Whether a loss saves its tax in the same year, against other profits of the owner; then none is carried.

    Returns
    -------
    numpy.ndarray
        Shape (..., years), in the money of ``profit``; negative only where it is refunded.

    Examples
    --------
    >>> income_tax([-100.0, 60, 60], 0.25).tolist()
    [0.0, 0.0, 5.0]
    >>> income_tax([-100.0, 60, 60], 0.25, loss_years=1).tolist()
    [0.0, 0.0, 15.0]
    """
    share, first = np.asarray(rate, dtype=np.float64), np.asarray(first_year)
    shape = np.broadcast_shapes(share.shape, first.shape, np.shape(holiday_years))
    earned = by_year(profit, shape)
    tax = empty(earned.shape)
    losses: list[Array] = []  # oldest first; without a limit one pool is enough
    until = first + np.asarray(holiday_years)
    for year in range(earned.shape[-1]):
        freed = (year >= first) & (year < until)
        if refunded:
            tax[..., year] = np.where(freed, 0, earned[..., year] * share)
            continue
        taxable, losses = _set_off(np.maximum(earned[..., year], 0), losses)
        tax[..., year] = np.where(freed, 0, taxable * share)
        losses = _carried(losses, np.maximum(-earned[..., year], 0), loss_years)
    return tax


def _set_off(gain: Array, losses: list[Array]) -> tuple[Array, list[Array]]:
    left = []
    for loss in losses:
        used = np.minimum(loss, gain)
        gain = gain - used
        left.append(loss - used)
    return gain, left


def _carried(losses: list[Array], loss: Array, years: int | None) -> list[Array]:
    if years is None:
        return [losses[0] + loss] if losses else [loss]
    return [*losses, loss][max(len(losses) + 1 - years, 0) :]
