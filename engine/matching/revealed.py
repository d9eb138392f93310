"""What investors' own deals say of their wishes: named parts for each investor and each offer.

Nobody states all wishes. Whom an investor joined, in which sectors, places, stages and sizes, and beside whom, tells of
the next deal; new offers, into which nobody has put money yet, are reached by their traits and by the partners' habits.
Every part is a share against the market's own, drawn towards it where an investor has few deals: nobody's preference is
read from one deal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Parts = NDArray[np.float32]

HALF_LIFE_YEARS = 3.0
"""After so many years a deal counts half (assumed)."""

SHRINK = 3.0
"""Deals' worth of the market's own shares that stand beside an investor's (assumed)."""

_YEAR = 365.25
UNKNOWN = -1
"""Code of a trait that nobody knows, and place of an offer that nobody put money into."""


@dataclass(frozen=True, eq=False, slots=True)
class Deals:
    """Who put money into what, and when.

    Parameters
    ----------
    investor, offer
        Codes from 0, shape (d,).
    day
        Days since any fixed one, shape (d,).
    traits
        Name -> code of each deal, ``UNKNOWN`` where it is not known, shape (d,): sector, place, stage and the like.
    amount
        Money that the offer asked for, in one unit of measure, NaN where it is not known, shape (d,).
    """

    investor: Counts
    offer: Counts
    day: Counts
    traits: Mapping[str, Counts]
    amount: Floats

    def before(self, day: int) -> Deals:
        """Deals before a day."""
        kept = self.day < day
        traits = {name: codes[kept] for name, codes in self.traits.items()}
        return Deals(self.investor[kept], self.offer[kept], self.day[kept], traits, self.amount[kept])


@dataclass(frozen=True, eq=False, slots=True)
class Offers:
    """What is on offer: the same traits, an offer each.

    Parameters
    ----------
    offer
        Code among the deals' offers, ``UNKNOWN`` where nobody put money into it yet, shape (c,).
    traits, amount
        As of `Deals`, shape (c,).
    """

    offer: Counts
    traits: Mapping[str, Counts]
    amount: Floats

    def __len__(self) -> int:
        return len(self.offer)


@dataclass(frozen=True, eq=False, slots=True)
class Revealed:
    """Parts of what deals reveal, ready to be laid over blocks of investors.

    Parameters
    ----------
    names
        Names of the parts, in order: ``sector`` (the investor's own share against the market's), ``partners_sector``
        (the shares of those who were in its rounds), ``amount`` (how usual its size is for the investor), ``beside``
        (how near the offer's investors so far are), and what describes the offer or the investor alone.
    codes
        Code of each offer among those of the deals, ``UNKNOWN`` where nobody put money into it, shape (c,).
    """

    names: tuple[str, ...]
    codes: Counts
    _tables: tuple[_Table, ...]
    _amounts: _Amounts | None
    _graph: _Graph
    _alone: Parts
    _active: Parts

    @classmethod
    def of(
        cls,
        deals: Deals,
        offers: Offers,
        *,
        investors: int,
        now: int,
        pairs: Sequence[tuple[str, str]] = (),
        half_life_years: float = HALF_LIFE_YEARS,
        shrink: float = SHRINK,
    ) -> Revealed:
        """Count what was before a day.

        Parameters
        ----------
        deals
            All of them before ``now``.
        offers
            What is on offer.
        investors
            How many there are.
        now
            The day of judgement.
        pairs
            Traits that are also counted together.
        half_life_years
            After how long a deal counts half.
        shrink
            Deals' worth of the market's shares beside an investor's own.

        Raises
        ------
        ValueError
            Where deals are not all before ``now``, or offers lack a trait.

        Examples
        --------
        >>> own, stock = np.array([0, 0, 1]), np.array([0, 1, 2])
        >>> deals = Deals(own, stock, np.zeros(3, int), {"sector": np.array([5, 5, 2])}, np.full(3, np.nan))
        >>> offers = Offers(np.array([-1, -1]), {"sector": np.array([5, 2])}, np.full(2, np.nan))
        >>> seen = Revealed.of(deals, offers, investors=2, now=1)
        >>> sector = seen.parts(np.array([0, 1]))[:, :, seen.names.index("sector")]
        >>> (sector[0, 0] > sector[0, 1], sector[1, 1] > sector[1, 0])
        (np.True_, np.True_)
        """
        if len(deals.day) and deals.day.max() >= now:
            raise ValueError("deals of the day of judgement or after it reveal nothing that was known then")
        if missing := sorted(set(deals.traits) - set(offers.traits)):
            raise ValueError(f"offers lack {missing}")
        age = (now - deals.day) / _YEAR
        weight = 0.5 ** (age / half_life_years)
        graph = _Graph.of(deals, offers, investors, weight, age)
        tables = [
            _Table.of(deals.investor, codes, offers.traits[name], weight, investors, shrink, graph)
            for name, codes in deals.traits.items()
        ]
        for one, other in pairs:
            size = int(max(deals.traits[other].max(initial=0), offers.traits[other].max(initial=0))) + 1
            codes = _together(deals.traits[one], deals.traits[other], size)
            there = _together(offers.traits[one], offers.traits[other], size)
            tables.append(_Table.of(deals.investor, codes, there, weight, investors, 5 / 3 * shrink, None))
        names = [*deals.traits, *(f"{one}_{other}" for one, other in pairs)]
        partners = [f"partners_{name}" for name in deals.traits]
        amounts = _Amounts.of(deals, offers, investors, weight) if (deals.amount > 0).any() else None
        money = ["amount", "amount_above", "amount_asked"] if amounts is not None else []
        alone = [
            "offer_investors",
            "offer_investors_active",
            "offer_years_since",
            *(f"offer_{n}" for n in deals.traits),
        ]
        described = np.column_stack([graph.described, *(_usual(deals, offers, name, weight) for name in deals.traits)])
        active = np.column_stack([graph.active, graph.recent]).astype(np.float32)
        return cls(
            (*names, *partners, *money, *_Graph.NAMES, *alone, "investor_deals", "investor_deals_last_year"),
            offers.offer,
            tuple(tables),
            amounts,
            graph,
            described.astype(np.float32),
            active,
        )

    def parts(self, who: Counts) -> Parts:
        """Parts of some investors with all offers.

        Parameters
        ----------
        who
            Codes of investors, shape (b,).

        Returns
        -------
        numpy.ndarray
            Shape (b, c, parts), float32; NaN where a part cannot be counted.
        """
        own = [table.shares(who) for table in self._tables]
        partners = [table.shares_of_partners(who) for table in self._tables if table.partners is not None]
        money = [] if self._amounts is None else self._amounts.parts(who)
        shape = (len(who), len(self._alone))
        alone = [np.broadcast_to(column, shape) for column in self._alone.T]
        active = [np.broadcast_to(column[who][:, None], shape) for column in self._active.T]
        found: Parts = np.stack([*own, *partners, *money, *self._graph.parts(who), *alone, *active], axis=-1)
        return found

    @property
    def funded(self) -> NDArray[np.bool_]:
        """Whether somebody put money into each offer before, shape (c,)."""
        return self.codes >= 0

    def joined(self, who: Counts) -> NDArray[np.bool_]:
        """Whether each of some investors is in an offer already, shape (b, c)."""
        return self._graph.joined(who)


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """Decayed counts of one trait, by investor; only of the values that are on offer."""

    own: csr_array
    partners: csr_array | None
    total: Floats
    total_partners: Floats
    market: Floats
    back: Counts
    known: NDArray[np.bool_]
    shrink: float

    @classmethod
    def of(
        cls,
        investor: Counts,
        codes: Counts,
        offered: Counts,
        weight: Floats,
        investors: int,
        shrink: float,
        graph: _Graph | None,
    ) -> _Table:
        known = codes >= 0
        size = int(max(codes.max(initial=0), offered.max(initial=0))) + 1
        counts = csr_array((weight[known], (investor[known], codes[known])), shape=(investors, size))
        share = np.asarray(counts.sum(axis=0)).ravel() + 0.5
        share /= share.sum()
        values, back = np.unique(np.maximum(offered, 0), return_inverse=True)
        near = None if graph is None else (graph.partners @ counts).tocsr()
        totals = [np.zeros(investors) if one is None else np.asarray(one.sum(axis=1)).ravel() for one in (counts, near)]
        return cls(
            counts[:, values],
            None if near is None else near[:, values],
            totals[0],
            totals[1],
            share[values],
            back,
            offered >= 0,
            shrink,
        )

    def shares(self, who: Counts) -> Parts:
        return self._odds(self.own, self.total, who)

    def shares_of_partners(self, who: Counts) -> Parts:
        assert self.partners is not None
        return self._odds(self.partners, self.total_partners, who)

    def _odds(self, counts: csr_array, total: Floats, who: Counts) -> Parts:
        """Logarithm of an investor's share over the market's, of each offer's value; nil where it is not known."""
        have = counts[who].toarray() + self.shrink * self.market
        odds = np.log(have / (total[who][:, None] + self.shrink) / self.market)
        found: Parts = np.where(self.known, odds[:, self.back], 0.0).astype(np.float32)
        return found


@dataclass(frozen=True, eq=False, slots=True)
class _Amounts:
    """How usual the amount of an offer is for each investor: a normal law of logarithms, shrunk to the market's."""

    asked: Floats
    middle: Floats
    variance: Floats
    market: tuple[float, float]

    @classmethod
    def of(cls, deals: Deals, offers: Offers, investors: int, weight: Floats) -> _Amounts:
        good = deals.amount > 0
        size, who, counts = np.log10(deals.amount[good]), deals.investor[good], weight[good]
        usual, width = float(np.average(size, weights=counts)), float(size.std() or 1.0)
        deals_of = np.bincount(who, counts, investors)
        middle = (np.bincount(who, counts * size, investors) + 2 * usual) / (deals_of + 2)
        squares = np.bincount(who, counts * (size - middle[who]) ** 2, investors)
        variance = (squares + 3 * 0.6 * width**2) / (deals_of + 3)
        with np.errstate(divide="ignore", invalid="ignore"):
            asked = np.log10(np.where(offers.amount > 0, offers.amount, np.nan))
        return cls(asked, middle, variance, (usual, width))

    def parts(self, who: Counts) -> list[Parts]:
        usual, width = self.market
        above = self.asked[None, :] - self.middle[who][:, None]
        variance = self.variance[who][:, None]
        market = ((self.asked - usual) / width) ** 2 / 2 + np.log(width)
        fit = market[None, :] - above**2 / (2 * variance) - np.log(variance) / 2
        asked = np.broadcast_to(self.asked, above.shape)
        return [one.astype(np.float32) for one in (fit, above, asked)]


@dataclass(frozen=True, eq=False, slots=True)
class _Graph:
    """Who was in whose rounds, and who is in an offer already."""

    NAMES = ("beside", "beside_recently", "beside_often", "beside_of_partners")

    partners: csr_array
    near: csr_array
    recently: csr_array
    often: csr_array
    inside: csr_array
    two_hops: csr_array
    described: Floats
    active: Floats
    recent: Floats

    @classmethod
    def of(cls, deals: Deals, offers: Offers, investors: int, weight: Floats, age: Floats) -> _Graph:
        count = int(max(deals.offer.max(initial=0), offers.offer.max(initial=0))) + 1
        who, what = deals.investor, deals.offer
        once = csr_array((np.ones(len(who)), (who, what)), shape=(investors, count))
        once.data[:] = 1.0
        month = what * 100_000 + deals.day // 30
        _, rounds = np.unique(month, return_inverse=True)
        shape = (investors, int(rounds.max(initial=0)) + 1)
        in_round = csr_array((np.sqrt(weight), (who, rounds)), shape=shape)
        often, recently = (_without_self(one @ one.T) for one in (once, in_round))
        deals_of = np.asarray(once.sum(axis=1)).ravel()
        scale = diags_array(1 / np.sqrt(np.maximum(deals_of, 1)))
        near = (scale @ often @ scale).tocsr()
        rows = np.asarray(recently.sum(axis=1)).ravel()
        partners = (diags_array(1 / np.where(rows > 0, rows, 1.0)) @ recently).tocsr()
        there = offers.offer >= 0
        picked = csr_array((np.ones(there.sum()), (offers.offer[there], np.flatnonzero(there))), (count, len(offers)))
        inside = (once @ picked).tocsr()
        active, recent = np.bincount(who, weight, investors), np.bincount(who, age < 1, investors)
        last = np.full(count, np.inf)
        np.minimum.at(last, what, age)
        years = np.where(there, last[np.maximum(offers.offer, 0)], np.nan)
        so_far = np.log1p(np.asarray(inside.sum(axis=0)).ravel())
        busy = np.log1p(inside.T @ recent)
        described = np.column_stack([so_far, busy, np.where(np.isfinite(years), years, np.nan)])
        return cls(
            partners,
            near,
            recently,
            often,
            inside,
            (near @ inside).tocsr(),
            described,
            np.log1p(active),
            np.log1p(recent),
        )

    def parts(self, who: Counts) -> list[Parts]:
        ways = [one[who] @ self.inside for one in (self.near, self.recently, self.often)]
        ways.append(self.near[who] @ self.two_hops)
        return [np.log1p(one.toarray()).astype(np.float32) for one in ways]

    def joined(self, who: Counts) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.inside[who].toarray() > 0
        return found


def _usual(deals: Deals, offers: Offers, name: str, weight: Floats) -> Floats:
    """How many deals, decayed, the market made with each offer's value of a trait, as a logarithm."""
    codes, offered = deals.traits[name], offers.traits[name]
    known = codes >= 0
    size = int(max(codes.max(initial=0), offered.max(initial=0))) + 1
    market = np.bincount(codes[known], weight[known], size)
    return np.where(offered >= 0, np.log1p(market[np.maximum(offered, 0)]), np.nan)


def _together(one: Counts, other: Counts, size: int) -> Counts:
    return np.where((one >= 0) & (other >= 0), one * size + other, UNKNOWN)


def _without_self(square: csr_array) -> csr_array:
    found = square.tocsr()
    found.setdiag(0)
    found.eliminate_zeros()
    return found
