"""The appraisal of the workspace's units, for an audience: what every list, page and answer begins with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.unit_wishes import UnitWishes
from engine.errors import EhyaError, ErrorCode
from engine.ranking.money import year_within_prices
from engine.settings import Settings
from serving.desk.question import Question
from serving.desk.workspace import champion, open_register, own_prices
from serving.disclosure.masking import Audience, visible

if TYPE_CHECKING:
    from engine.appraisal import Terms
    from engine.economics.prices import PriceIndex
    from engine.scoring.artefact import Model
    from engine.store import Register, StoredWishes


@dataclass(frozen=True, eq=False, slots=True)
class Beside:
    """What an appraisal rests on beside the units.

    Parameters
    ----------
    prices
        Price index of the workspace's own.
    duplicates
        Pairs of units that nobody decided.
    earlier
        Figures of earlier imports.
    wishes
        What owners and banks want of an investor: ``unit_id, side, wishes``.
    """

    prices: PriceIndex | None = None
    duplicates: pd.DataFrame | None = None
    earlier: pd.DataFrame | None = None
    wishes: pd.DataFrame | None = None

    @classmethod
    def of(cls, register: Register, settings: Settings) -> Beside:
        """What the workspace holds.

        Raises
        ------
        EhyaError
            What `serving.desk.workspace.own_prices` raises; ``database_failed``.
        """
        duplicates, earlier = register.decisions.duplicates(), register.units.earlier()
        return cls(own_prices(settings), duplicates, earlier, wish_table(register.wishes()))


@dataclass(frozen=True, eq=False, slots=True)
class Appraised:
    """An appraisal and what it rests on.

    Parameters
    ----------
    table
        Appraisal table (`engine.appraisal.appraise`), best first.
    question
        The choices under which it was made.
    audience
        For whom: for the public it was computed with private fields unknown.
    card
        Card of the model that judged.
    prices
        Price index of the workspace's own, ``None`` for that of the reference table.
    model
        The model that judged, to ask it why; ``None`` where figures came without one.
    wishes
        What owners and banks want of an investor, of every unit; ``None`` where that was not asked.
    """

    table: pd.DataFrame
    question: Question
    audience: Audience
    card: Mapping[str, Any] = field(default_factory=dict)
    prices: PriceIndex | None = None
    model: Model | None = None
    wishes: pd.DataFrame | None = None

    @property
    def terms(self) -> Terms:
        """The choices that ordered the units, with the workspace's own prices."""
        return replace(self.question.terms, prices=self.prices)


def wish_table(stored: Iterable[StoredWishes]) -> pd.DataFrame | None:
    """Wishes that stand as the table that matching reads: ``unit_id, side, wishes``; ``None`` where there are none."""
    rows = [(one.unit_id, one.side.value, UnitWishes.read(one.document)) for one in stored]
    return pd.DataFrame(rows, columns=["unit_id", "side", "wishes"]) if rows else None


def current_units(register: Register, *, as_of: pd.Timestamp, known_by: pd.Timestamp | None = None) -> pd.DataFrame:
    """Units of the register as they stand on a day: what the log says since each record is folded in.

    A unit that has restarted, was liquidated, or was withdrawn from the list (column ``withdrawn``) is offered to
    nobody; one that stopped again stands idle since then. A model of outcomes was fitted to units described in just
    this way.

    Parameters
    ----------
    register
        Open register.
    as_of
        The day of judgement; events known later do not count.
    known_by
        Only what was known at the end of that day; by default what shows now.
    """
    from engine.domain.standing import standing, withdrawn

    units = register.units(known_by=known_by)
    events = register.events(as_of if known_by is None else min(as_of, known_by))
    return standing(units, events, as_of=as_of).assign(withdrawn=withdrawn(units, events, as_of=as_of))


def judged(
    units: pd.DataFrame, model: Model, question: Question, audience: Audience, beside: Beside | None = None
) -> Appraised:
    """Appraise units with a model, for an audience.

    Parameters
    ----------
    units
        Unit table of the units as they stand, shape (n, columns).
    model
        Promoted model.
    question
        Day, price year, assumed capital, weights.
    audience
        Whose figures these are.
    beside
        What else the workspace holds; nothing where ``None``.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the model wants other features than this Ehya describes; ``price_year_without_level``;
        what
        `engine.appraisal.appraise` raises.
    """
    from engine.appraisal import appraise
    from features.predicted import predicted

    beside = beside or Beside()
    if question.price_year is not None:
        year_within_prices(units, question.price_year, prices=beside.prices)
    seen = visible(units, audience)
    predictions = predicted(model, seen, as_of=question.as_of, assumed_capital_rial=question.assume_capital_rial)
    table = appraise(
        seen,
        predictions,
        as_of=question.as_of,
        terms=replace(question.terms, prices=beside.prices),
        duplicates=beside.duplicates if audience is Audience.OFFICE else None,  # pairs rest on ids, which are private
        earlier=beside.earlier,
    )
    return Appraised(table, question, audience, model.card, beside.prices, model, beside.wishes)


def appraised(
    settings: Settings, question: Question, audience: Audience = Audience.OFFICE, *, version: str | None = None
) -> Appraised:
    """Appraise all units of the register as they stand.

    Parameters
    ----------
    settings
        Where things are kept.
    question, audience
        Under which choices, and for whom.
    version
        Model that judges; the one at work where ``None``.

    Raises
    ------
    EhyaError
        ``register_empty`` when there is neither a unit nor a model, ``no_model``, ``model_waits``,
        ``model_file_missing``, ``model_changed``, ``not_a_model``, ``database_failed``, ``schema_mismatch``.
    """
    with open_register(settings) as register:
        units, beside = current_units(register, as_of=question.as_of), Beside.of(register, settings)
        try:
            model = champion(register, settings, version)
        except EhyaError as error:
            if error.code in (ErrorCode.NO_MODEL, ErrorCode.MODEL_WAITS) and units.empty:
                raise EhyaError(ErrorCode.REGISTER_EMPTY) from error
            raise
    return judged(units, model, question, audience, beside)
