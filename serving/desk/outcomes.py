"""What came of units: record an event, list what was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision
from engine.settings import Settings
from serving.desk.named import find_unit
from serving.desk.workspace import open_register


@dataclass(frozen=True, slots=True)
class OutcomeRequest:
    """An event to record.

    Parameters
    ----------
    unit
        Id of the unit, or its exact name.
    kind
        Code of ``OutcomeKind``.
    happened_on, precision
        When it happened, and how exactly that is known.
    known_on
        When we learnt of it.
    capacity_share, jobs
        Share of capacity at work (0..1) and persons at work, where somebody looked.
    mandate_id, event, source
        Whose mandate, at which conference, and where we have it from.
    """

    unit: str
    kind: str
    happened_on: pd.Timestamp
    precision: Precision
    known_on: pd.Timestamp
    capacity_share: float | None = None
    jobs: int | None = None
    mandate_id: str | None = None
    event: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded event: its number in the log, and the unit it speaks of."""

    number: int
    outcome: Outcome


@dataclass(frozen=True, eq=False, slots=True)
class OutcomeList:
    """Events, oldest first, and the names of their units."""

    events: pd.DataFrame
    names: pd.Series


def record_outcome(settings: Settings, request: OutcomeRequest) -> Recorded:
    """Record one event.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``outcome_known_too_early``, ``outcome_out_of_range``.
    """
    if request.kind not in set(OutcomeKind):
        allowed = [one.value for one in OutcomeKind]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="KIND", given=request.kind, allowed=allowed)
    with open_register(settings) as register:
        outcome = Outcome(
            unit_id=find_unit(register.units(), register.units.resolve(request.unit)),
            kind=OutcomeKind(request.kind),
            happened_on=request.happened_on.date(),
            known_on=request.known_on.date(),
            happened_precision=request.precision,
            capacity_share=request.capacity_share,
            jobs=request.jobs,
            mandate_id=request.mandate_id,
            event=request.event,
            source=request.source,
        )
        return Recorded(register.events.add(outcome), outcome)


def outcomes(settings: Settings, unit: str | None = None) -> OutcomeList:
    """The events of all units, or of one.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``.
    """
    with open_register(settings) as register:
        units, events = register.units(), register.events()
        if unit is not None:
            events = events[events["unit_id"] == find_unit(units, register.units.resolve(unit))]
    return OutcomeList(events, units["name"])
