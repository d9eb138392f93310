"""Pairs that nobody would rather swap: stable many-to-many matching by deferred acceptance.

Gale, Shapley (1962), College admissions and the stability of marriage, American Mathematical Monthly 69(1), 9-15; with
several partners on both sides, of whom each is judged by itself: Roth, Sotomayor (1990), Two-sided matching, chapter 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bits = NDArray[np.bool_]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


def stable_pairs(wish: ArrayLike, welcome: ArrayLike, most: ArrayLike, most_there: ArrayLike) -> Bits:
    """Pairs of guests and hosts such that no two who are no pair would both rather be one.

    Of all stable sets it is the one that every guest likes best. Of equal hosts the first is asked first, and of equal
    guests the first is kept, so that equal inputs give equal pairs.

    Parameters
    ----------
    wish
        Shape (n guests, m hosts): how much each guest likes each host, any scale; NaN where it wants no meeting.
    welcome
        Shape (n, m): how much each host likes each guest; NaN likewise.
    most
        Shape (n,): meetings of each guest at most.
    most_there
        Shape (m,): the same of each host.

    Returns
    -------
    numpy.ndarray
        Boolean, shape (n, m).

    Raises
    ------
    ValueError
        Where shapes do not fit, or a count is below nil.

    Examples
    --------
    >>> likes = [[2.0, 1.0], [2.0, 1.0]]
    >>> stable_pairs(likes, [[1.0, 1.0], [2.0, 2.0]], [1, 1], [1, 1]).tolist()
    [[False, True], [True, False]]
    """
    liked, liking, left, there = _checked(wish, welcome, most, most_there)
    both = np.isfinite(liked) & np.isfinite(liking)
    order = np.argsort(np.where(both, -liked, np.inf), axis=1, kind="stable")
    wanted = both.sum(axis=1)
    place = _places(np.where(both, liking, -np.inf))
    asked = np.zeros(len(liked), dtype=np.int64)
    free = np.minimum(left, wanted)
    kept: list[set[int]] = [set() for _ in there]
    waiting = [int(guest) for guest in np.flatnonzero(free)]
    while waiting:
        guest = waiting.pop()
        while free[guest] and asked[guest] < wanted[guest]:
            host = int(order[guest, asked[guest]])
            asked[guest] += 1
            if not there[host]:
                continue
            kept[host].add(guest)
            free[guest] -= 1
            if len(kept[host]) > there[host]:
                last = max(kept[host], key=lambda one, host=host: place[one, host])  # type: ignore[misc]
                kept[host].remove(last)
                free[last] += 1
                if last != guest:
                    waiting.append(last)
    found = np.zeros(liked.shape, dtype=bool)
    for host, guests in enumerate(kept):
        found[list(guests), host] = True
    return found


def _places(liking: Floats) -> Counts:
    """Place of each guest in the order of each host, shape (n, m); equal ones in the order of the guests."""
    order = np.argsort(-liking, axis=0, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(len(liking))[:, None], axis=0)
    return place


def _checked(
    wish: ArrayLike, welcome: ArrayLike, most: ArrayLike, most_there: ArrayLike
) -> tuple[Floats, Floats, Counts, Counts]:
    liked, liking = (np.atleast_2d(np.asarray(one, dtype=np.float64)) for one in (wish, welcome))
    left, there = (np.asarray(one, dtype=np.int64) for one in (most, most_there))
    if liked.shape != liking.shape or liked.shape != (len(left), len(there)):
        raise ValueError(f"wish {liked.shape}, welcome {liking.shape}, most {left.shape}, most_there {there.shape}")
    if min(left.min(initial=0), there.min(initial=0)) < 0:
        raise ValueError("nobody has less than no meeting")
    return liked, liking, left, there
