"""Economic prices: what a cost is worth to the economy for each unit of money that is paid for it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import EhyaError, ErrorCode

TOLERANCE = 1e-6


def conversion_factor(mix: Mapping[str, float], factors: Mapping[str, float]) -> float:
    """Conversion factor of a cost out of the factors of what it is made of.

    Parameters
    ----------
    mix
        Part -> share; the shares add up to 1.
    factors
        Part -> conversion factor; a transfer such as profit has 0.

    Returns
    -------
    float
        Economic worth of one unit of money, by which the cost is multiplied.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where the shares do not add up to 1; ``unknown_option`` for a part without a factor.

    Examples
    --------
    A yard's labour, a tenth of it skilled (European Commission, Guide to Cost-Benefit Analysis, 2008, table 4.41).

    >>> round(conversion_factor({"skilled": 0.1, "unskilled": 0.9}, {"skilled": 1.0, "unskilled": 0.6}), 4)
    0.64
    """
    if abs(sum(mix.values()) - 1) > TOLERANCE:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="mix", given=f"{sum(mix.values()):g}", allowed=["1"])
    if strange := sorted(set(mix) - set(factors)):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="mix", given=strange[0], allowed=sorted(factors))
    return sum(share * factors[part] for part, share in mix.items())
