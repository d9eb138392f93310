"""The office's own appraisal, kept while the workspace stays as it is: rankings, worth and plans."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd
from cachetools import LRUCache

from engine.appraisal import order, order_alone
from engine.economics.jobs import LabourMarket, labour_market
from engine.errors import EhyaError
from engine.settings import Settings
from engine.store import Register
from serving.desk.appraisal import Appraised, Beside, current_units, judged
from serving.desk.decisions import Waiting, waiting
from serving.desk.economics import Choices, Economics, economics_of, register_economics
from serving.desk.insight import Insight, Log
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


Standing = tuple[str, Appraised, Beside]
"""State of the workspace, the appraisal that was made of it, and what that rests on."""
Key = TypeVar("Key", bound=tuple[str, ...])
Kept = TypeVar("Kept")
KEPT_UNITS = 64
"""Units whose stories and plans are kept while the workspace stays as it is: sliders and edits come back to them."""


READY_AT_ONCE = 64
"""Units of a list that are looked into before anybody opens them."""
READY_BY_AND_BY = 256
"""Units that are looked into together while nobody waits."""
READY_KEPT = 20_000
"""Units of which that is kept."""
OF_A_PAGE = Choices(draws=200, in_full=False)
"""What the page of a unit works out of its worth: a person waits for it."""


@dataclass(frozen=True, eq=False, slots=True)
class Dossier:
    """All that the page of a unit shows.

    Parameters
    ----------
    story
        Everything known of it.
    worth, plan
        What it is worth, and its cheapest plan; ``None`` where that cannot be asked of it.
    """

    story: Story
    worth: Economics | None
    plan: PlanResult | None


@dataclass(frozen=True, eq=False, slots=True)
class _Ahead:
    """What was looked into of several units together, of one state of the workspace."""

    insight: Insight
    plans: PlanResult
    drawn: pd.DataFrame


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
        self._kept: Standing | None = None
        self._asked: tuple[Appraised, pd.DataFrame] | None = None
        self._searched: Searched | None = None
        self._waiting: tuple[str, Waiting] | None = None
        self._stories: LRUCache[tuple[str, str], Story] = LRUCache(KEPT_UNITS)
        self._plans: LRUCache[tuple[str, str, str, str], PlanResult] = LRUCache(KEPT_UNITS)
        self._worths: LRUCache[tuple[str, str, str, str], Economics] = LRUCache(KEPT_UNITS)
        self._seen: LRUCache[tuple[str, str], _Ahead] = LRUCache(READY_KEPT)
        self._markets: LRUCache[tuple[str], LabourMarket] = LRUCache(1)
        self._acts: LRUCache[tuple[str], tuple[pd.DataFrame, pd.DataFrame]] = LRUCache(1)
        self._logs: LRUCache[tuple[str], Log] = LRUCache(1)
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

    def dossier(self, question: Question, given: str, choices: Choices, request: PlanRequest) -> Dossier:
        """All that the page of a unit shows, of one state of the workspace.

        Raises
        ------
        EhyaError
            As :meth:`story`.
        """
        with open_register(self.settings) as register:
            standing = self._standing(question.usual, register)
            story = self._story(register, standing, given)
        unit_id = str(story.row.index[0])
        try:
            worth = self._worth(standing, question, unit_id, choices)
            plan = self._plan(standing, question, unit_id, request)
        except EhyaError:  # what cannot be asked of this unit is not shown; the rest of its page is
            return Dossier(story, None, None)
        return Dossier(story, worth, plan)

    def story(self, question: Question, given: str) -> Story:
        """Everything known of one unit.

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_unit``, ``several_units``.
        """
        standing = self._standing(question.usual)
        with open_register(self.settings) as register:
            return self._story(register, standing, given)

    def ready(self, question: Question, units: Sequence[str]) -> None:
        """Look into units that a list has just shown, all at once: whoever read it will open some of them.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        standing = self._standing(question.usual)
        self._look_into(standing, self._new(standing, units)[:READY_AT_ONCE])

    def ready_next(self, question: Question) -> bool:
        """Look into the best units that nobody looked into yet, some at once; whether there are more.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        standing = self._standing(question.usual)
        left = self._new(standing, [str(unit) for unit in standing[1].table.index[:READY_KEPT]])
        self._look_into(standing, left[:READY_BY_AND_BY])
        return len(left) > READY_BY_AND_BY

    def _new(self, standing: Standing, units: Sequence[str]) -> list[str]:
        """Those of the units that nobody looked into in this state."""
        state, listed = standing[0], [unit for unit in units if unit in standing[1].table.index]
        with self._keeping:
            return [unit for unit in listed if (state, unit) not in self._seen]

    def _look_into(self, standing: Standing, units: Sequence[str]) -> None:
        """Keep what stands in the way of units, what they are worth as their pages show it, and their plans."""
        if not units:
            return
        state, found, beside = standing
        rows = found.table.loc[list(units)]
        with open_register(self.settings) as register:
            log = self._keep(self._logs, (state,), lambda: Log.of(register, found.question))
            insight = Insight.into(register, rows, found.question, beside, found, log)
        ahead = _Ahead(
            insight,
            self._planned(standing, found.question, rows.index, PlanRequest(), insight),
            register_economics(found, rows.index, OF_A_PAGE).drop(columns="economics_gaps"),
        )
        with self._keeping:
            if self._kept is not None and self._kept[0] == state:
                for unit in units:
                    self._seen[(state, unit)] = ahead

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
        standing = self._standing(question.usual)
        return self._worth(standing, question, find_unit(standing[1].table, given), choices)

    def plan(self, question: Question, given: str, request: PlanRequest) -> PlanResult:
        """The cheapest plan of one unit.

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_unit``, ``several_units``; ``unknown_option`` for an act in ``costs``.
        """
        standing = self._standing(question.usual)
        return self._plan(standing, question, find_unit(standing[1].table, given), request)

    def _story(self, register: Register, standing: Standing, given: str) -> Story:
        state, found, beside = standing
        unit_id = find_unit(found.table, register.units.resolve(given))

        predictions = register.predictions(unit_id)  # no part of the state

        def story() -> Story:
            seen = self._looked_into(state, unit_id)
            insight = None if seen is None else seen.insight.of(unit_id)
            return story_among(register, found, beside, unit_id, predictions, insight)

        return replace(self._keep(self._stories, (state, unit_id), story), predictions=predictions)

    def _worth(self, standing: Standing, question: Question, unit_id: str, choices: Choices) -> Economics:
        key = (standing[0], unit_id, repr(question), repr(choices))
        found = replace(standing[1], question=question)  # figures of one unit do not rest on the order

        def worth() -> Economics:
            usual = (choices, question) == (OF_A_PAGE, question.usual)
            seen = self._looked_into(standing[0], unit_id) if usual else None
            drawn = None if seen is None else seen.drawn.reindex([unit_id])
            return economics_of(found, unit_id, choices, self._market(standing), drawn)

        return self._keep(self._worths, key, worth)

    def _plan(self, standing: Standing, question: Question, unit_id: str, request: PlanRequest) -> PlanResult:
        key = (standing[0], unit_id, repr(question), repr(request))

        def plan() -> PlanResult:
            seen = self._looked_into(standing[0], unit_id)
            if seen is not None and request == PlanRequest() and question == question.usual:
                return seen.plans.only(unit_id)
            return self._planned(standing, question, pd.Index([unit_id]), request)

        return self._keep(self._plans, key, plan)

    def _planned(
        self,
        standing: Standing,
        question: Question,
        units: pd.Index,
        request: PlanRequest,
        insight: Insight | None = None,
    ) -> PlanResult:
        state, found, _ = standing
        acts = lambda: (done_acts(self.settings, question), believed_acts(self.settings, question))  # noqa: E731
        done, believed = self._keep(self._acts, (state,), acts)
        return plans_of(replace(found, question=question), units, done, request, believed, insight)

    def _market(self, standing: Standing) -> LabourMarket:
        return self._keep(self._markets, (standing[0],), lambda: labour_market(standing[1].table))

    def _looked_into(self, state: str, unit_id: str) -> _Ahead | None:
        """What was looked into together with other units of a list."""
        with self._keeping:
            return self._seen.get((state, unit_id))

    def _keep(self, cache: LRUCache[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
        """What is kept for a key, or a new one; a cache of that library is no place for two threads at once."""
        with self._keeping:
            found = cache.get(key)
        if found is None:
            found = make()
            with self._keeping:
                if self._kept is not None and self._kept[0] == key[0]:  # of an earlier state nobody asks again
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

    def _standing(self, question: Question, opened: Register | None = None) -> Standing:
        with self._lock:  # two who ask at once wait for one appraisal
            with nullcontext(opened) if opened is not None else open_register(self.settings) as register:
                state = f"{state_of(register, self.settings, question)} {question.document}"
                if self._kept is not None and self._kept[0] == state:
                    return self._kept
                units, beside = current_units(register, as_of=question.as_of), Beside.of(register, self.settings)
                model = champion(register, self.settings)
            standing = (state, judged(units, model, question, Audience.OFFICE, beside), beside)
            self._stand(standing)
            return standing

    def _stand(self, standing: Standing) -> None:
        """Put an appraisal in the place of the one before, and let go of all that rests on that one.

        Each plan and each list holds the whole appraisal that it was made of, units and model.
        """
        with self._keeping:
            self._kept = standing
            kept: tuple[LRUCache[Any, Any], ...]
            kept = (self._stories, self._plans, self._worths, self._seen, self._markets, self._acts, self._logs)
            for one in kept:
                one.clear()
        self._asked = self._searched = self._earlier = None
        self._orders = (None, OrderedDict())
