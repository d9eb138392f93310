"""Outcomes: dated events that tell what came of a unit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from engine.codes import Code
from engine.dates import Precision
from engine.errors import EhyaError, ErrorCode


class OutcomeKind(Code):
    """What happened."""

    APPROACHED = "approached"
    VISITED = "visited"
    DECLINED = "declined"
    AGREED = "agreed"
    INVESTED = "invested"
    RESTARTED = "restarted"
    OBSERVED = "observed"
    STOPPED_AGAIN = "stopped_again"
    LIQUIDATED = "liquidated"
    LICENCE_CANCELLED = "licence_cancelled"
    WITHDRAWN = "withdrawn"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One event of one unit. It has two dates, since training may see only what was known on its day.

    Parameters
    ----------
    unit_id
        The unit, as the register names it.
    kind
        What happened.
    happened_on
        The day it happened, or the first day of the month or year when only that is known.
    known_on
        The day we learnt of it; never before ``happened_on``.
    happened_precision
        How exactly ``happened_on`` is known.
    capacity_share
        Share of nominal capacity at which the unit worked, 0..1, where it was observed.
    jobs
        Persons at work in the unit, where they were counted.
    mandate_id
        The investor's mandate concerned, where there is one.
    event
        Name of the conference or programme where it came about.
    source
        Where we have it from: file name, address, office.

    Raises
    ------
    EhyaError
        ``outcome_out_of_range`` when a figure is outside its range, ``outcome_known_too_early`` when it would have
        been known before it happened.

    Examples
    --------
    >>> seen = Outcome(unit_id="U1", kind=OutcomeKind.OBSERVED, happened_on=date(2025, 3, 1), known_on=date(2025, 4, 2),
    ...                capacity_share=0.6, jobs=34)
    >>> seen.kind.key
    'outcome_kind.observed'
    """

    unit_id: str
    kind: OutcomeKind
    happened_on: date
    known_on: date
    happened_precision: Precision = Precision.DAY
    capacity_share: float | None = None
    jobs: int | None = None
    mandate_id: str | None = None
    event: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.known_on < self.happened_on:
            raise EhyaError(
                ErrorCode.OUTCOME_KNOWN_TOO_EARLY,
                given=self.known_on.isoformat(),
                allowed=self.happened_on.isoformat(),
            )
        _check_range("capacity_share", self.capacity_share, 1.0)
        _check_range("jobs", self.jobs, 100_000)


def _check_range(name: str, value: float | None, high: float) -> None:
    if value is not None and (math.isnan(value) or not 0 <= value <= high):
        raise EhyaError(ErrorCode.OUTCOME_OUT_OF_RANGE, field=name, given=value, allowed=[0, high])
