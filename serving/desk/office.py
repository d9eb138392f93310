"""The office's own appraisal, kept while the workspace stays as it is: rankings, worth and plans."""

from __future__ import annotations

import threading
from dataclasses import replace

import pandas as pd

from engine.appraisal import order
from engine.settings import Settings
from serving.desk.appraisal import Appraised, Beside, current_units, judged
from serving.desk.economics import Choices, Economics, economics_of, register_economics
from serving.desk.learnt_acts import believed_acts
from serving.desk.named import find_unit
from serving.desk.plan import PlanRequest, PlanResult, done_acts, plans_of
from serving.desk.question import Question
from serving.desk.unit import Story, story_among
from serving.desk.units import Searched, UnitList, UnitsRequest
from serving.desk.watch import state_of
from serving.desk.why import asked_of_the_register
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience


class Office:
    """What a planner asks of a service that runs for long.

    Parameters
    ----------
    settings
        The workspace.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._kept: tuple[str, Appraised, Beside] | None = None
        self._asked: tuple[Appraised, pd.DataFrame] | None = None
        self._searched: Searched | None = None

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
        usual = question.usual
        found = self._latest(usual)
        if question == usual:
            return found
        again = replace(found, question=question)
        return replace(again, table=order(found.table, again.terms))

    def asked(self, question: Question) -> pd.DataFrame:
        """What to ask next over all units, kept while the appraisal stands.

        Raises
        ------
        EhyaError
            As :meth:`appraised`.
        """
        found = self._latest(question.usual)
        if self._asked is None or self._asked[0] is not found:
            self._asked = (found, asked_of_the_register(found))
        return self._asked[1]

    def units(self, question: Question, request: UnitsRequest) -> UnitList:
        """A page of the register.

        Raises
        ------
        EhyaError
            As :meth:`appraised` and `serving.desk.units.Searched.find`.
        """
        found = self._latest(question.usual)
        if self._searched is None or self._searched.appraised is not found:
            self._searched = Searched(found)
        return self._searched.find(request)

    def story(self, question: Question, given: str) -> Story:
        """Everything known of one unit.

        Raises
        ------
        EhyaError
            As :meth:`appraised`; ``unknown_unit``, ``several_units``.
        """
        _, found, beside = self._standing(question.usual)
        with open_register(self.settings) as register:
            return story_among(register, found, beside, given)

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
        found = self.appraised(question)
        unit, believed = find_unit(found.table, given), believed_acts(self.settings, question)
        return plans_of(found, pd.Index([unit]), done_acts(self.settings, question), request, believed)

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
