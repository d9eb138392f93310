"""Wishes that nothing on offer fulfils, each with the nearest that something does."""

from __future__ import annotations

import numpy as np

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.domain.prediction import Output
from engine.matching.book import UnitBook
from engine.matching.limits import Limits
from engine.matching.opening import EXTREMES, NOT_THE_MANDATES, Opening
from engine.matching.reasons import reason_facts
from engine.matching.shortlist import Shortlist, shortlist

BEST = 3
"""Units that stand in for an empty list where a floor left nothing (assumed)."""


def unfulfilled(book: UnitBook, mandate: Mandate) -> tuple[Opening, ...]:
    """Limits of a mandate that, each looked at alone, no unit on offer passes.

    Parameters
    ----------
    book, mandate
        What is on offer, and what is asked.

    Returns
    -------
    tuple of Opening
        In the order of ``Exclusion``. Of a limit on a number ``facts`` has the value of the nearest unit (``given``)
        beside the limit (``allowed``); ``units`` counts those that it keeps out. Limits by names (sector, place) have
        the value of a unit on offer. Where only the records are silent, the ``_unknown`` code says so.

    Examples
    --------
    >>> import pandas as pd
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": "1030", "power_kw": [100.0, 300.0]}))
    >>> appraisal = units.assign(triage="offer", red_flags="", prior_driven=False, public_completeness=1.0,
    ...     feasibility_point=[0.2, 0.1], jobs_expected_point=[5.0, 6.0],
    ...     jobs_expected_per_billion_rial_point=[0.1, 0.1])
    >>> asked = Mandate(id="a", min_power_kw=500, min_jobs=6)
    >>> [(one.code.value, one.facts["given"]) for one in unfulfilled(UnitBook.from_table(appraisal), asked)]
    [('power_too_low', 300.0)]
    """
    limits = Limits.of(book, mandate)
    bits = limits.bits()
    never = np.uint64(sum(code.bit for code in NOT_THE_MANDATES))
    offered = np.flatnonzero((bits & never) == 0)
    if not offered.size:
        return ()
    found = []
    for group in _GROUPS:
        mask = np.uint64(sum(code.bit for code in group))
        if not (bits[offered] & mask).all():
            continue
        code = max(group, key=lambda one: int(np.count_nonzero(bits[offered] & np.uint64(one.bit))))
        if not code.is_unknown or len(group) == 1:
            found.append(_nearest(book, mandate, limits, code, offered[(bits[offered] & np.uint64(code.bit)) > 0]))
        else:
            found.append(Opening(code, int(offered.size)))
    return tuple(found)


def best_there_is(book: UnitBook, mandate: Mandate) -> Shortlist | None:
    """The best units where the floor of risk that a mandate states is all that keeps them out.

    Returns
    -------
    Shortlist or None
        The most feasible `BEST` units that pass every other limit, in order of feasibility; ``None`` where no floor is
        stated, or nothing passes the others.
    """
    if mandate.max_failure_probability is None:
        return None
    without = mandate.model_copy(update={"max_failure_probability": None})
    rows = Limits.of(book, without).feasible()
    if not rows.size:
        return None
    chance = np.nan_to_num(book.numbers[Output.FEASIBILITY][rows], nan=-1.0)
    first = rows[np.lexsort((book.tie[rows], -chance))[:BEST]]
    return shortlist(book, without, limit=BEST, among=first)


def _nearest(book: UnitBook, mandate: Mandate, limits: Limits, code: Exclusion, rows: np.ndarray) -> Opening:
    if code in EXTREMES:
        name, farthest = EXTREMES[code]
        column = book.number(str(name))[rows]
        at = int(np.nanargmax(column) if farthest is min else np.nanargmin(column))
    else:
        at = 0
    return Opening(code, int(rows.size), reason_facts(book, mandate, limits, code, int(rows[at])))


def _families() -> tuple[tuple[Exclusion, ...], ...]:
    """Reasons that one limit can give, together: what it refuses and what it cannot check."""
    groups: dict[str, list[Exclusion]] = {}
    for code in Exclusion:
        if code in NOT_THE_MANDATES:
            continue
        groups.setdefault(_LIMIT.get(code, code.value.split("_")[0]), []).append(code)
    return tuple(tuple(group) for group in groups.values())


_LIMIT = {
    Exclusion.MONEY_NOT_COMPARABLE: "capital",
    Exclusion.FAILURE_TOO_LIKELY: "feasibility",
    Exclusion.FEASIBILITY_UNKNOWN: "feasibility",
    Exclusion.JOBS_PER_BILLION_TOO_LOW: "per_billion",
    Exclusion.JOBS_PER_BILLION_UNKNOWN: "per_billion",
}
_GROUPS = _families()
