"""A conference: every investor's shortlist, whom nobody matches, and what everybody is shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.matching.book import UnitBook
from engine.matching.event_terms import EventTerms
from engine.matching.exposure import exposed, pool_size
from engine.matching.limits import exclusions
from engine.matching.shortlist import DEFAULT_LIMIT, METHOD, Shortlist, shortlist

EVERYONE_SHARE = 0.5
"""A unit on this share of all shortlists counts as shown to everyone (assumed)."""

EVENT_METHOD = "exposed-1"
"""Changes whenever the same book, mandates and terms would give other lists."""


@dataclass(frozen=True, eq=False, slots=True)
class Event:
    """What a set of mandates makes of a book of units.

    Parameters
    ----------
    shortlists
        One a mandate, in the order of the mandates.
    unmatched
        Units that no mandate may be shown, sorted by ``unit_id``: ``unit_id``, ``limit`` (code of ``Exclusion`` that
        excludes the unit from most mandates), ``mandates`` (how many those are), ``share`` (of all mandates, 0..1).
    unshown
        Units that some mandate may be shown, but that are on nobody's list, sorted by ``unit_id``: ``unit_id``,
        ``feasible`` (mandates that may be shown it).
    everyone
        Units on at least half of the shortlists, most shown first: ``unit_id``, ``shown`` (shortlists), ``share``
        (of all shortlists, 0..1). Only with two mandates or more.
    counts
        ``mandates, units, matched, unmatched, shown, unshown, everyone, empty`` (mandates with an empty list).
    run_id
        Hash of book, mandates, terms, limit, what was declined, and method: equal inputs give equal lists.
    terms
        Terms under which the lists were chosen together; ``None`` where each list is the mandate's own best.
    propensity
        Of each list the chance with which each unit came to its place; 1 where nothing was drawn.
    ndcg
        Quality of each list against its own best, 0..1, shape (lists,).
    over
        Units on more lists than the terms allow, since those lists would not be good enough without them, sorted by
        ``unit_id``: ``unit_id, shown, cap``.
    """

    shortlists: tuple[Shortlist, ...]
    unmatched: pd.DataFrame
    unshown: pd.DataFrame
    everyone: pd.DataFrame
    counts: dict[str, int]
    run_id: str
    terms: EventTerms | None
    propensity: tuple[NDArray[np.float64], ...]
    ndcg: NDArray[np.float64]
    over: pd.DataFrame

    @property
    def overlap(self) -> float:
        """Share of units that two lists have in common, the mean over all pairs of lists that hold units.

        Of two lists it is what both hold over what the shorter holds; 0 where there are no two lists.
        """
        held = [set(one.rows.tolist()) for one in self.shortlists if len(one)]
        pairs = [len(one & other) / min(len(one), len(other)) for one, other in combinations(held, 2)]
        return float(np.mean(pairs)) if pairs else 0.0


def event(
    book: UnitBook,
    mandates: Sequence[Mandate],
    *,
    limit: int | None = None,
    terms: EventTerms | None = None,
    declined: Mapping[str, Collection[str]] | None = None,
) -> Event:
    """Match every mandate, and say what the event as a whole leaves out or shows too often.

    Parameters
    ----------
    book
        Appraised units.
    mandates
        One an investor.
    limit
        Units a shortlist at most; by default each mandate's own limit, else 10.
    terms
        Choose the lists together (`engine.matching.exposure`); each list is the mandate's own best where ``None``.
    declined
        Id of a mandate -> units that its investor declined: they are on its list no more.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["1030", "2011"]}))
    >>> appraisal = units.assign(triage="offer", red_flags="", prior_driven=False, public_completeness=1.0,
    ...     feasibility_point=[0.2, 0.3], jobs_expected_point=[5.0, 6.0],
    ...     jobs_expected_per_billion_rial_point=[0.1, 0.1])
    >>> food = [Mandate(id=name, sectors={"must": ["10"]}) for name in ("x", "y")]
    >>> whole = event(UnitBook.from_table(appraisal), food)
    >>> whole.unmatched[["unit_id", "limit"]].values.tolist(), whole.everyone["unit_id"].tolist()
    ([['b', 'sector_not_wanted']], ['a'])
    """
    gone = {name: frozenset(units) for name, units in (declined or {}).items()}
    run_id = _run_id(book, mandates, limit, terms, gone)
    lists, propensity, quality, cap = _lists(book, mandates, limit, terms, gone, run_id)
    shown = np.zeros(len(book), dtype=np.int64)
    for one in lists:
        shown[one.rows] += 1
    against, feasible = _against(book, mandates)
    unmatched = _unmatched(book, against, feasible, len(lists))
    unshown = _sorted(book, np.flatnonzero((feasible > 0) & (shown == 0)), {"feasible": feasible})
    everyone = _everyone(book, shown, len(lists))
    return Event(
        shortlists=tuple(lists),
        unmatched=unmatched,
        unshown=unshown,
        everyone=everyone,
        counts={
            "mandates": len(lists),
            "units": len(book),
            "matched": int((feasible > 0).sum()),
            "unmatched": len(unmatched),
            "shown": int((shown > 0).sum()),
            "unshown": len(unshown),
            "everyone": len(everyone),
            "empty": sum(len(one) == 0 for one in lists),
        },
        run_id=run_id,
        terms=terms,
        propensity=propensity,
        ndcg=quality,
        over=_sorted(book, np.flatnonzero(shown > cap), {"shown": shown, "cap": np.full(len(book), cap)}),
    )


_Lists = tuple[list[Shortlist], tuple[NDArray[np.float64], ...], NDArray[np.float64], int]


def _lists(
    book: UnitBook,
    mandates: Sequence[Mandate],
    limit: int | None,
    terms: EventTerms | None,
    declined: Mapping[str, frozenset[str]],
    run_id: str,
) -> _Lists:
    """Lists, chances, qualities, and how many lists a unit may be on."""
    places = [limit or mandate.limit or DEFAULT_LIMIT for mandate in mandates]
    gone = [np.flatnonzero(np.isin(book.unit_id, list(declined.get(one.id, ())))).astype(np.intp) for one in mandates]
    if terms is None:
        plain = [
            _without(shortlist(book, one, limit=count + rows.size), rows, count, run_id)
            for one, count, rows in zip(mandates, places, gone, strict=True)
        ]
        return plain, tuple(np.ones(len(one)) for one in plain), np.ones(len(plain)), max(len(plain), 1)
    pools = [
        shortlist(book, one, limit=pool_size(count) + rows.size)
        for one, count, rows in zip(mandates, places, gone, strict=True)
    ]
    found = exposed(book, pools, places, terms, gone)
    lists = [_with_rows(pool, rows, fit, run_id) for pool, rows, fit in zip(pools, found.rows, found.fit, strict=True)]
    return lists, found.propensity, found.ndcg, found.cap


def _without(listed: Shortlist, declined: NDArray[np.intp], places: int, run_id: str) -> Shortlist:
    if not declined.size:
        return listed
    kept = np.flatnonzero(~np.isin(listed.rows, declined))[:places]
    return _with_rows(listed, listed.rows[kept], listed.fit[kept], run_id)


def _with_rows(listed: Shortlist, rows: NDArray[np.intp], fit: NDArray[np.float64], run_id: str) -> Shortlist:
    own = hashlib.blake2b(f"{run_id}\0{listed.run_id}".encode(), digest_size=12).hexdigest()
    return replace(listed, rows=rows, unit_id=listed.terms.book.unit_id[rows], fit=fit, run_id=own)


def _run_id(
    book: UnitBook,
    mandates: Sequence[Mandate],
    limit: int | None,
    terms: EventTerms | None,
    declined: Mapping[str, frozenset[str]],
) -> str:
    said = {name: sorted(units) for name, units in sorted(declined.items())}
    content = [METHOD, EVENT_METHOD, book.version, str(limit), "" if terms is None else terms.digest, json.dumps(said)]
    text = "\0".join([*content, *(one.digest for one in mandates)])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _against(book: UnitBook, mandates: Sequence[Mandate]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many mandates each limit excludes each unit from, shape (limits, n), and how many may be shown it, (n,)."""
    against = np.zeros((len(Exclusion), len(book)), dtype=np.int64)
    feasible = np.zeros(len(book), dtype=np.int64)
    for mandate in mandates:
        bits = exclusions(book, mandate)
        feasible += bits == 0
        for counts, code in zip(against, Exclusion, strict=True):
            counts += (bits & code.bit) != 0
    return against, feasible


def _unmatched(book: UnitBook, against: NDArray[np.int64], feasible: NDArray[np.int64], total: int) -> pd.DataFrame:
    codes = np.array([code.value for code in Exclusion], dtype=object)
    rows = np.flatnonzero(feasible == 0) if total else np.empty(0, dtype=np.intp)
    limit, mandates = codes[against.argmax(axis=0)], against.max(axis=0)
    return _sorted(book, rows, {"limit": limit, "mandates": mandates, "share": mandates / max(total, 1)})


def _everyone(book: UnitBook, shown: NDArray[np.int64], total: int) -> pd.DataFrame:
    share = shown / max(total, 1)
    rows = np.flatnonzero(share >= EVERYONE_SHARE) if total > 1 else np.empty(0, dtype=np.intp)
    table = _sorted(book, rows, {"shown": shown, "share": share})
    return table.sort_values("shown", ascending=False, kind="stable", ignore_index=True)


def _sorted(book: UnitBook, rows: NDArray[np.intp], columns: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
    rows = rows[np.argsort(book.tie[rows])]
    return pd.DataFrame({"unit_id": book.unit_id[rows]} | {name: column[rows] for name, column in columns.items()})
