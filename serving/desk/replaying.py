"""A kept list made again: with the mandate, answers, wishes, model, day and units of then, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.matching.shortlist import METHOD
from engine.settings import Settings
from engine.store import Register, StoredList, StoredWishes
from serving.desk.appraisal import Beside, current_units, judged, wish_table
from serving.desk.differs import Differs
from serving.desk.mandates import MadeList, list_for
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.desk.workspace import champion, open_register, own_prices
from serving.disclosure.masking import Audience

_NO_MODEL = frozenset({
    ErrorCode.MODEL_FILE_MISSING, ErrorCode.MODEL_CHANGED, ErrorCode.MODEL_IS_LINK, ErrorCode.NOT_A_MODEL,
    ErrorCode.NEVER_PROMOTED, ErrorCode.NO_MODEL, ErrorCode.MODEL_WAITS, ErrorCode.SCHEMA_MISMATCH,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListReplay:
    """A kept list beside itself made again.

    Parameters
    ----------
    kept
        The list.
    run_id
        Run id of the list made again; ``None`` where it could not be made.
    known_by
        The day at whose end the units were known so; ``None`` for the units as they show now.
    differs
        What is not as it was, as far as it is known; empty where the list came out as it was.
    same_places
        Places that hold the same unit with the same fit.
    entered, left
        Units that only the list made again, or only the kept one, holds.
    """

    kept: StoredList
    run_id: str | None
    known_by: date | None
    differs: tuple[Differs, ...]
    same_places: int
    entered: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether it came out exactly, unit by unit and fit by fit, under the same run id."""
        return self.run_id == self.kept.run_id and Differs.LISTS not in self.differs


def replay_list(settings: Settings, list_id: str, question: Question) -> ListReplay:
    """Make a kept list again as it was made.

    The register keeps its history by the day: units are taken as they show now, then as they were known at the end of
    the day of the list and of the day before; the first that gives the list exactly is told, else the nearest.

    Parameters
    ----------
    settings
        The workspace.
    list_id
        The list, of whichever owner.
    question
        Choices of now, for lists of a time when theirs were not kept; the day is the list's.

    Raises
    ------
    EhyaError
        ``list_unknown``, ``database_failed``.
    """
    with open_register(settings) as register:
        kept = register.lists.get(None, list_id)
        day = kept.made_at.date()
        found: ListReplay | None = None
        for known_by in (None, day, day - timedelta(days=1)):
            again = _again(register, settings, kept, question, known_by)
            if again.same or again.run_id is None:
                return again
            if found is None or (again.same_places, -len(again.differs)) > (found.same_places, -len(found.differs)):
                found = again
    assert found is not None
    return found


def _again(
    register: Register, settings: Settings, kept: StoredList, question: Question, known_by: date | None
) -> ListReplay:
    asked = (
        question.judged_as(kept.made_by["question"])
        if kept.made_by
        else replace(question, as_of=pd.Timestamp(kept.as_of))
    )
    try:
        stock = _stock_of_then(register, settings, kept, asked, known_by)
    except EhyaError as error:
        if error.code not in _NO_MODEL:
            raise
        left = tuple(str(place["unit_id"]) for place in kept.places)
        return ListReplay(kept, None, known_by, (Differs.MODEL, Differs.LISTS), 0, (), left)
    saved = register.mandates.version(kept.owner, kept.mandate, kept.mandate_version)
    return _compared(kept, list_for(register, saved, stock, before=kept.made_at), known_by)


def _stock_of_then(
    register: Register, settings: Settings, kept: StoredList, question: Question, known_by: date | None
) -> Stock:
    day = None if known_by is None else pd.Timestamp(known_by)
    units = current_units(register, as_of=question.as_of, known_by=day)
    earlier, wishes = register.units.earlier(known_by=day), wish_table(_wishes_of_then(register, kept))
    beside = Beside(own_prices(settings), earlier=earlier, wishes=wishes)
    model = champion(register, settings, kept.model_version)
    return Stock.of(judged(units, model, question, Audience.PUBLIC, beside))


def _wishes_of_then(register: Register, kept: StoredList) -> list[StoredWishes]:
    newest = {(one.unit_id, one.side): one for one in register.wishes.history() if one.made_at <= kept.made_at}
    return [newest[key] for key in sorted(newest) if newest[key].document]


def _compared(kept: StoredList, made: MadeList, known_by: date | None) -> ListReplay:
    then = [(str(place["unit_id"]), float(place["fit"])) for place in kept.places]
    now = [(str(place["unit_id"]), float(place["fit"])) for place in made.places]
    before, after = {unit for unit, _ in then}, {unit for unit, _ in now}
    found = {
        Differs.METHOD: kept.made_by is not None and kept.made_by["method"] != METHOD,
        Differs.MODEL: kept.model_version != made.stock.model_version,
        Differs.UNITS: kept.stock_version != made.stock.version,
        Differs.LISTS: then != now,
    }
    return ListReplay(
        kept,
        made.found.run_id,
        known_by,
        tuple(what for what, differs in found.items() if differs),
        sum(one == other for one, other in zip(then, now, strict=False)),
        tuple(unit for unit, _ in now if unit not in before),
        tuple(unit for unit, _ in then if unit not in after),
    )
