"""Name the one limit that, loosened alone, would let in most units: the reason to give for an empty list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.domain.prediction import Output
from engine.domain.unit import Field
from engine.matching.book import UnitBook
from engine.matching.checks import Bits
from engine.matching.limits import Limits
from engine.matching.reasons import reason_facts

NOT_THE_MANDATES = (Exclusion.NOT_OFFERED, Exclusion.RECORD_INCOMPLETE)
"""Exclusions that no mandate can loosen."""

EXTREMES = {
    Exclusion.FAILURE_TOO_LIKELY: (Output.FEASIBILITY, min),
    Exclusion.JOBS_TOO_FEW: (Output.JOBS_EXPECTED, min),
    Exclusion.POWER_TOO_LOW: (Field.POWER_KW, min),
    Exclusion.LAND_TOO_SMALL: (Field.LAND_M2, min),
    Exclusion.CONFIDENCE_TOO_LOW: ("confidence", min),
    Exclusion.IDLE_TOO_LONG: (Field.IDLE_MONTHS, max),
    Exclusion.GAS_TOO_LOW: (Field.GAS_M3_PER_HOUR, min),
    Exclusion.WATER_TOO_LOW: (Field.WATER_L_PER_S, min),
    Exclusion.EXPORT_TOO_LOW: (Field.EXPORT_SHARE, min),
    Exclusion.SHARE_TOO_SMALL: ("share", min),
    Exclusion.PAYBACK_TOO_LONG: ("payback_years", max),
    Exclusion.JOBS_PER_BILLION_TOO_LOW: (Output.JOBS_EXPECTED_PER_BILLION_RIAL, min),
    Exclusion.CAPITAL_BELOW_TICKET: (Field.CAPITAL_NEEDED_RIAL, min),
    Exclusion.CAPITAL_ABOVE_TICKET: (Field.CAPITAL_NEEDED_RIAL, max),
}
"""Limits on numbers -> the column, and which of its values among the excluded is the farthest."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One limit that alone keeps some units off a list.

    Parameters
    ----------
    code
        The limit.
    units
        Units that would be let in.
    facts
        ``given``: the value to which the limit would have to move, that of the last unit let in; ``allowed``: where it
        stands now; ``measure``: unit of measure, where there is one.
    """

    code: Exclusion
    units: int
    facts: dict[str, object] = field(default_factory=dict)


def widest_opening(book: UnitBook, mandate: Mandate) -> Opening | None:
    """Find the limit of a mandate that alone keeps out most units.

    Parameters
    ----------
    book
        Units on offer.
    mandate
        The investor's criteria.

    Returns
    -------
    Opening or None
        ``None`` where no unit is kept out by one limit alone. A limit on a number would have to move to the farthest of
        the units it keeps out alone. A limit on names (sector, place, deal form, status) opens by one name: the one
        that lets in most units. Of equal counts the limit that comes first in ``Exclusion`` is taken.

    Examples
    --------
    >>> import pandas as pd
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b", "c"], "isic": ["1030", "2011", "2012"]}))
    >>> appraisal = units.assign(triage="offer", red_flags="", prior_driven=False, public_completeness=1.0,
    ...     feasibility_point=[0.2, 0.1, 0.15], jobs_expected_point=[5.0, 6.0, 7.0],
    ...     jobs_expected_per_billion_rial_point=[0.1, 0.1, 0.1])
    >>> found = widest_opening(UnitBook.from_table(appraisal), Mandate(id="a", max_failure_probability=0.75))
    >>> found.code.value, found.units, found.facts["given"], found.facts["allowed"]
    ('failure_too_likely', 3, 0.1, 0.25)
    """
    limits = Limits.of(book, mandate)
    bits = limits.bits()
    found = [_opening(book, mandate, limits, bits, code) for code in Exclusion if code not in NOT_THE_MANDATES]
    return max((one for one in found if one), key=lambda one: one.units, default=None)


def _opening(book: UnitBook, mandate: Mandate, limits: Limits, bits: Bits, code: Exclusion) -> Opening | None:
    rows = np.flatnonzero(bits == code.bit)
    if not rows.size:
        return None
    if code in EXTREMES:
        name, farthest = EXTREMES[code]
        column = book.number(str(name))[rows]
        rows = rows[~np.isnan(column)] if code is Exclusion.CONFIDENCE_TOO_LOW else rows
        last = int(rows[np.nanargmin(column) if farthest is min else np.nanargmax(column)])
        return Opening(code, int(rows.size), reason_facts(book, mandate, limits, code, last))
    values = _named(book, code, rows)
    if values is None:
        return Opening(code, int(rows.size), reason_facts(book, mandate, limits, code, int(rows[0])))
    distinct, counts = np.unique(values, return_counts=True)
    most = int(np.argmax(counts))
    first = int(rows[np.flatnonzero(values == distinct[most])[0]])
    return Opening(code, int(counts[most]), reason_facts(book, mandate, limits, code, first))


def _named(book: UnitBook, code: Exclusion, rows: NDArray[np.intp]) -> NDArray[Any] | None:
    """Value of each row that a limit on names would have to admit; ``None`` where the limit has but one."""
    columns: dict[Exclusion, NDArray[Any]] = {
        Exclusion.SECTOR_NOT_WANTED: book.sector.codes,
        Exclusion.SECTOR_REFUSED: book.sector.codes,
        Exclusion.PLACE_NOT_WANTED: book.place.codes,
        Exclusion.PLACE_REFUSED: book.place.codes,
        Exclusion.STATUS_NOT_WANTED: book.status.codes,
        Exclusion.DEAL_FORM_NOT_OFFERED: book.deal_forms,
        Exclusion.DEAL_FORM_REFUSED: book.deal_forms,
        Exclusion.STAGE_NOT_WANTED: book.stage,
    }
    return columns[code][rows] if code in columns else None
