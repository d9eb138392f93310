"""A ticket in the prices of another year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.mandate import Mandate
from engine.economics.prices import PriceBasis, PriceIndex, deflate


@dataclass(frozen=True, eq=False, slots=True)
class TicketBounds:
    """A ticket range in the prices of each price year of a book, rial.

    Parameters
    ----------
    low, high
        Shape (years,); unbounded ends are infinite; NaN in a year whose money cannot be compared with the mandate's.
    factor
        Shape (years,): prices of the year over prices of the mandate's year.
    basis
        ``PriceBasis`` of each year.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    factor: NDArray[np.float64]
    basis: tuple[PriceBasis, ...]


def ticket_bounds(
    mandate: Mandate, price_years: tuple[int | None, ...], prices: PriceIndex | None = None
) -> TicketBounds | None:
    """Bring the ticket of a mandate to the prices of each year.

    Parameters
    ----------
    mandate
        States the ticket and the year of its money.
    price_years
        Jalali years; ``None`` is a unit whose price year is not known: its money cannot be compared.

    prices
        Price index; by default that of the reference table.

    Returns
    -------
    TicketBounds or None
        ``None`` when the mandate states no ticket.

    Examples
    --------
    >>> mandate = Mandate(id="a", price_year=1396, ticket_rial=[100, 200])
    >>> bounds = ticket_bounds(mandate, (1395, 1396, 1404, None))
    >>> bounds.high.round().tolist(), [basis.value for basis in bounds.basis]
    ([182.0, 200.0, 3280.0, nan], ['sourced', 'same_year', 'proxy', 'not_comparable'])
    """
    ticket = mandate.ticket_rial
    if ticket is None:
        return None
    factor, basis = _factors(mandate, price_years, prices)
    low = -np.inf if ticket.min is None else float(ticket.min)
    high = np.inf if ticket.max is None else float(ticket.max)
    return TicketBounds(low=factor * low, high=factor * high, factor=factor, basis=basis)


def _factors(
    mandate: Mandate, years: tuple[int | None, ...], prices: PriceIndex | None
) -> tuple[NDArray[np.float64], tuple[PriceBasis, ...]]:
    if years == (mandate.price_year,):
        return np.ones(1), (PriceBasis.SAME_YEAR,)
    wanted = np.array([np.nan if year is None else float(year) for year in years])
    own = float(mandate.price_year or 0)
    moved = deflate(
        np.ones(wanted.size), own, wanted, index=prices, allow_proxy=mandate.stands_in, rate=mandate.price_rate
    )
    return moved.rial, tuple(moved.basis.tolist())
