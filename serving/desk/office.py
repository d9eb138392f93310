"""The office's own appraisal, kept while the workspace stays as it is: rankings, worth and plans."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TypeVar

import pandas as pd
from cachetools import LRUCache

from engine.appraisal import order, order_alone
from engine.settings import Settings
from serving.desk.appraisal import Appraised, Beside, current_units, judged
from serving.desk.decisions import Waiting, waiting
from serving.desk.economics import Choices, Economics, economics_of, register_economics
from serving.desk.learnt_acts import believed_acts
from serving.desk.named import find_unit
from serving.desk.plan import PlanRequest, PlanResult, done_acts, plans_of
from serving.desk.question import Question
from serving.desk.steadiness import before_last_import
from serving.desk.unit import Story, story_among
from serving.desk.units import Searched, UnitList, UnitsRequest
from serving.desk.watch import state_of
from serving.desk.why import asked_of_the_register
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience

ORDERS_KEPT = 8
"""Orders of the same units that are kept beside the usual one: a list is read page by page, and taken home."""
ROWS_KEPT = 100_000
"""Rows of all these orders together."""


Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")
KEPT_UNITS = 64
"""Units whose stories and plans are kept while the workspace stays as it is: sliders and edits come back to them."""


class Office:
    """What a planner asks of a service that runs for long.

    Parameters
    ----------
    settings
        The workspace.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock, self._keeping = threading.Lock(), threading.Lock()
        self._kept: tuple[str, Appraised, Beside] | None = None
        self._asked: tuple[Appraised, pd.DataFrame] | None = None
        self._searched: Searched | None = None
        self._waiting: tuple[str, Waiting] | None = None
        self._stories: LRUCache[tuple[str, str], Story] = LRUCache(KEPT_UNITS)
        self._plans: LRUCache[tuple[str, str, str, str], PlanResult] = LRUCache(KEPT_UNITS)
        self._orders: tuple[Appraised | None, OrderedDict[str, Appraised]] = (None, OrderedDict())
        self._earlier: tuple[Appraised, tuple[pd.Timestamp, Appraised] | None] | None = None

    def appraised(self, question: Question) -> Appraised:
        """The appraisal with all that the office knows, in the order of the question's weights.

        Parameters
        ----------
        question
            The choices; only those of order may differ from one call to the next without a new appraisal.

        Raises
        ------
        EhyaError
            ``no_model``, ``database_failed``, ``unknown_option``, ``sector_unknown``, ``influence_out_of_reach``.
        """
        return self.beside_usual(question)[0]

    def beside_usual(self, question: Question) -> tuple[Appraised, Appraised]:
        """The appraisal in the order of the question's weights, and in the usual one.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        usual = self._latest(question.usual)
        return usual if question == usual.question else self._ordered(usual, question), usual

    def before_last_import(self, question: Question) -> tuple[pd.Timestamp, pd.DataFrame] | None:
        """The order as it would be had the last import not come: same model, day and weights.

        Parameters
        ----------
        question
            The choices.

        Returns
        -------
        tuple or None
            The day up to which things were known, and the units in order (`engine.appraisal.order_alone`); ``None``
            where nothing was known before.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        found = self._latest(question.usual)
        kept = self._earlier
        if kept is None or kept[0] is not found:
            kept = self._earlier = (found, before_last_import(self.settings, found))
        earlier = kept[1]
        if earlier is None:
            return None
        day, judged_then = earlier
        return day, order_alone(judged_then.table, replace(judged_then, question=question).terms)

    def asked(self, question: Question) -> pd.DataFrame:
        """What to ask next over all units, kept while the appraisal stands.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        found = self._latest(question.usual)
        kept = self._asked
        if kept is None or kept[0] is not found:
            kept = self._asked = (found, asked_of_the_register(found))
        return kept[1]

    def units(self, question: Question, request: UnitsRequest) -> UnitList:
        """A page of the register.

        Raises
        ------
        EhyaError
            As :meth:`appraised` and `serving.desk.units.Searched.find`.
        """
        found = self._latest(question.usual)
        kept = self._searched
        if kept is None or kept.appraised is not found:
            kept = self._searched = Searched(found)
        return kept.find(request)

    def story(self, question: Question, given: str) -> Story:
        """Everything known of one unit.

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_unit``, ``several_units``.
        """
        state, found, beside = self._standing(question.usual)
        with open_register(self.settings) as register:
            unit_id = find_unit(found.table, register.units.resolve(given))
            key = (state, unit_id)
            kept = self._keep(self._stories, key, lambda: story_among(register, found, beside, unit_id))
            return replace(kept, predictions=register.predictions(unit_id))  # no part of the state

    def worth(self, question: Question, units: pd.Index, choices: Choices) -> pd.DataFrame:
        """Worth of units as columns (`serving.desk.economics.register_economics`).

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_option`` and ``value_unreadable`` for assumptions.
        """
        return register_economics(self.appraised(question), units, choices)

    def economics(self, question: Question, given: str, choices: Choices) -> Economics:
        """What one unit is worth, old debts counted.

        Raises
        ------
        EhyaError
            As :meth:`worth`; ``unknown_unit``, ``several_units``.
        """
        found = self.appraised(question)
        return economics_of(found, find_unit(found.table, given), choices)

    def plan(self, question: Question, given: str, request: PlanRequest) -> PlanResult:
        """The cheapest plan of one unit.

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_unit``, ``several_units``; ``unknown_option`` for an act in ``costs``.
        """
        state = self._standing(question.usual)[0]
        found = self.appraised(question)
        unit = find_unit(found.table, given)
        key = (state, unit, repr(question), repr(request))

        def plan() -> PlanResult:
            done, believed = done_acts(self.settings, question), believed_acts(self.settings, question)
            return plans_of(found, pd.Index([unit]), done, request, believed)

        return self._keep(self._plans, key, plan)

    def _keep(self, cache: LRUCache[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
        """What is kept for a key, or a new one; a cache of that library is no place for two threads at once."""
        with self._keeping:
            found = cache.get(key)
        if found is None:
            found = make()
            with self._keeping:
                cache[key] = found
        return found

    def _ordered(self, found: Appraised, question: Question) -> Appraised:
        """The appraisal in another order, kept while the appraisal stands."""
        key = str(question.document)
        with self._lock:
            if self._orders[0] is not found:
                self._orders = (found, OrderedDict())
            kept = self._orders[1]
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        again = replace(found, question=question)
        again = replace(again, table=order(found.table, again.terms))
        with self._lock:
            kept[key] = again
            while len(kept) > 1 and (len(kept) > ORDERS_KEPT or len(kept) * len(found.table) > ROWS_KEPT):
                kept.popitem(last=False)
        return again

    def waiting(self) -> Waiting:
        """What waits for a decision, kept while the register stays as it is; it needs no model."""
        with open_register(self.settings) as register:
            state = register.revision()
        kept = self._waiting
        if kept is None or kept[0] != state:
            kept = self._waiting = (state, waiting(self.settings))
        return kept[1]

    def _latest(self, question: Question) -> Appraised:
        return self._standing(question)[1]

    def _standing(self, question: Question) -> tuple[str, Appraised, Beside]:
        with self._lock:  # two who ask at once wait for one appraisal
            with open_register(self.settings) as register:
                state = f"{state_of(register, self.settings, question)} {question.document}"
                if self._kept is not None and self._kept[0] == state:
                    return self._kept
                units, beside = current_units(register, as_of=question.as_of), Beside.of(register, self.settings)
                model = champion(register, self.settings)
            self._kept = (state, judged(units, model, question, Audience.OFFICE, beside), beside)
            return self._kept
