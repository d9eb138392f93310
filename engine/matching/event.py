"""A conference: every investor's shortlist, whom nobody matches, and what everybody is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.matching.book import UnitBook
from engine.matching.limits import exclusions
from engine.matching.shortlist import Shortlist, shortlists

EVERYONE_SHARE = 0.5
"""A unit on this share of all shortlists counts as shown to everyone (assumed)."""


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
    """

    shortlists: tuple[Shortlist, ...]
    unmatched: pd.DataFrame
    unshown: pd.DataFrame
    everyone: pd.DataFrame
    counts: dict[str, int]


def event(book: UnitBook, mandates: Sequence[Mandate], *, limit: int | None = None) -> Event:
    """Match every mandate, and say what the event as a whole leaves out or shows too often.

    Parameters
    ----------
    book
        Appraised units.
    mandates
        One an investor.
    limit
        Units a shortlist at most; by default each mandate's own limit, else 10.

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
    lists = shortlists(book, mandates, limit=limit)
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
    )


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
