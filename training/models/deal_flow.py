"""Who joins what next, learnt from what investors joined before: boosted trees over the parts that deals reveal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from engine.matching.revealed import Counts, Floats, Parts, Revealed

BLOCK = 100
"""Investors whose parts are held at once."""

OTHERS = 60
"""Offers that were not joined, drawn beside those that were, for each investor (or investors for each offer)."""

_TREES = {
    "max_iter": 250,
    "learning_rate": 0.05,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 100,
    "l2_regularization": 5.0,
}

Bits = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Window:
    """A stretch of time whose end is known: what was revealed before it, and who joined what in it.

    Parameters
    ----------
    revealed
        Parts of all investors with what was on offer.
    who
        Investors to learn from, shape (b,).
    chosen
        Which offers each of them joined for the first time, shape (b, c).
    """

    revealed: Revealed
    who: Counts
    chosen: Bits

    def blocks(self) -> Iterator[tuple[slice, Parts, Bits]]:
        """Rows of ``who``, their parts, and what each was in before."""
        for begin in range(0, len(self.who), BLOCK):
            rows = slice(begin, begin + BLOCK)
            yield rows, self.revealed.parts(self.who[rows]), self.revealed.joined(self.who[rows])


@dataclass(frozen=True, eq=False, slots=True)
class DealFlow:
    """The model: the mean of a few boosted forests.

    Parameters
    ----------
    names
        Names of the parts that it reads.
    forests
        One a draw of what was not joined.
    """

    names: tuple[str, ...]
    forests: tuple[HistGradientBoostingClassifier, ...]

    def scores(self, window: Window, *, offers: Counts | None = None) -> Floats:
        """How likely each investor joins each offer, as mean log-odds: an order, no probability; -inf where it is in.

        Parameters
        ----------
        window
            Investors and offers; who joined what in it is not read.
        offers
            Places of the offers to score, shape (k,); by default all.

        Returns
        -------
        numpy.ndarray
            Shape (b, k).
        """
        columns = [window.revealed.names.index(name) for name in self.names]
        places = np.arange(window.chosen.shape[1]) if offers is None else offers
        found = np.full((len(window.who), len(places)), -np.inf)
        for rows, parts, joined in window.blocks():
            free = np.nonzero(~joined[:, places])
            read = parts[free[0][:, None], places[free[1]][:, None], columns]
            sums = np.sum([forest.decision_function(read) for forest in self.forests], axis=0)
            found[rows][free] = sums / len(self.forests)
        return found


def fit_deal_flow(
    windows: Sequence[Window],
    *,
    of_offers: bool = False,
    without: Sequence[str] = (),
    forests: int = 3,
    random_state: int = 0,
) -> DealFlow:
    """Learn from windows in the past.

    Pairs that were not joined are drawn, for each investor as many: which offers an investor takes is learnt within
    the investor. For the other direction (which investors an offer finds) they are drawn for each offer.

    Parameters
    ----------
    windows
        Each ends before the day of judgement.
    of_offers
        Whether investors are ranked for an offer.
    without
        Names of parts, or beginnings of names, that are not read.
    forests
        How many draws.
    random_state
        Fixes draws and trees.

    Raises
    ------
    ValueError
        Where nobody joined anything.

    Examples
    --------
    >>> from engine.matching.revealed import Deals, Offers
    >>> random = np.random.default_rng(0)
    >>> who, sector = random.integers(0, 40, 400), random.integers(0, 4, 60)
    >>> what = np.array([random.choice(np.flatnonzero(sector == one % 4)) for one in who])
    >>> deals = Deals(who, what, np.zeros(400, int), {"sector": sector[what]}, np.full(400, np.nan))
    >>> offers = Offers(np.full(80, -1), {"sector": np.arange(80) % 4}, np.full(80, np.nan))
    >>> revealed = Revealed.of(deals, offers, investors=40, now=1)
    >>> everybody = np.arange(40)
    >>> window = Window(revealed, everybody, everybody[:, None] % 4 == np.arange(80)[None, :] % 4)
    >>> scores = fit_deal_flow([window], forests=1).scores(window)
    >>> bool(scores[0, 0] > scores[0, 1])
    True
    """
    names = windows[0].revealed.names
    read = [place for place, name in enumerate(names) if not any(name.startswith(one) for one in without)]
    drawn = [drawn_pairs(window, of_offers=of_offers, draws=forests, random_state=random_state) for window in windows]
    lessons = [[np.concatenate([one[draw][part] for one in drawn]) for part in range(2)] for draw in range(forests)]
    if not any(taken.any() for _, taken in lessons):
        raise ValueError("nobody joined anything in these windows")
    # What nobody can count anywhere (amounts that are never stated) is nothing to learn from.
    heard = [place for place in read if all(np.isfinite(parts[:, place]).any() for parts, _ in lessons)]
    found = []
    for draw, (parts, taken) in enumerate(lessons):
        trees = HistGradientBoostingClassifier(**_TREES, random_state=random_state + draw)
        found.append(trees.fit(parts[:, heard], taken))
    return DealFlow(tuple(names[place] for place in heard), tuple(found))


def drawn_pairs(
    window: Window, *, of_offers: bool = False, draws: int, random_state: int = 0
) -> list[tuple[Parts, Bits]]:
    """Pairs to learn from: all that were joined, and `OTHERS` for each investor, or offer, with one that was.

    Parameters
    ----------
    window
        The window.
    of_offers
        Whether the others are drawn for each offer.
    draws
        How often.
    random_state
        Fixes them.

    Returns
    -------
    list of tuple
        For each draw: parts of the pairs, shape (p, parts), and whether they were joined, shape (p,).
    """
    random = np.random.default_rng(random_state)
    chosen, axis = window.chosen, 0 if of_offers else 1
    some = chosen.any(axis=axis, keepdims=True)
    share = np.broadcast_to(np.where(some, OTHERS / chosen.shape[axis], 0.0), chosen.shape)
    pieces: list[list[tuple[Parts, Bits]]] = [[] for _ in range(draws)]
    for rows, parts, joined in window.blocks():
        for piece in pieces:
            take = (chosen[rows] | (random.random(joined.shape) < share[rows])) & ~joined
            piece.append((parts[take], chosen[rows][take]))
    return [(np.concatenate([one for one, _ in piece]), np.concatenate([one for _, one in piece])) for piece in pieces]
