"""The whole story of one unit: facts with their sources, barriers, what could be done, prediction, score, events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from engine.diagnosis.findings import barriers_of
from engine.errors import EhyaError, ErrorCode
from engine.recourse.acts import lifted
from engine.recourse.remedies import interventions
from engine.settings import Settings
from serving.desk.appraisal import Appraised, Beside, current_units, judged
from serving.desk.insight import Insight, Log
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.desk.why import Why
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience

if TYPE_CHECKING:
    from engine.store import Register


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known of one unit.

    Parameters
    ----------
    row
        Its row of the appraisal table, or of the unit table where there is no model yet; shape (1, columns).
    facts, conflicts
        Of each field what shows, with source, date and confidence; and what sources say that contradict each other.
    extras
        Columns of registers that no field knows.
    odd, twins
        Figures that can hardly be; names of the units that may be the same one, index ``unit_id``.
    history, events
        What else the register holds of it.
    predictions
        Predictions that were kept, newest first.
    findings, unjudged, plan
        Barriers, what could not be judged, and what could be done.
    lifted
        Barriers that stand in the record alone: an act that removes them was done after its day.
    reasons
        What adds up to its feasibility and jobs, what their interval comes from, and what to ask next.
    """

    row: pd.DataFrame
    facts: pd.DataFrame
    conflicts: pd.DataFrame
    extras: pd.DataFrame
    odd: pd.DataFrame
    twins: pd.Series
    history: pd.DataFrame
    events: pd.DataFrame
    predictions: pd.DataFrame
    findings: pd.DataFrame
    unjudged: pd.DataFrame
    plan: pd.DataFrame
    lifted: pd.DataFrame
    reasons: Why | None = None

    @property
    def judged(self) -> bool:
        """Whether a model was there to judge it."""
        return "triage" in self.row.columns


def unit_story(settings: Settings, question: Question, given: str) -> Story:
    """Gather the story of the unit with this id or name; without a model it has no prediction.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``model_changed``, ``database_failed``.
    """
    with open_register(settings) as register:
        units, beside = current_units(register, as_of=question.as_of), Beside.of(register, settings)
        unit_id = find_unit(units, register.units.resolve(given))
        found: Appraised | None
        try:
            found = judged(units, champion(register, settings), question, Audience.OFFICE, beside)
        except EhyaError as error:
            if error.code not in (ErrorCode.NO_MODEL, ErrorCode.MODEL_WAITS, ErrorCode.MODEL_FILE_MISSING):
                raise
            found = None
        return _story(register, units, unit_id, question, beside, found, register.predictions(unit_id))


def story_among(
    register: Register,
    found: Appraised,
    beside: Beside,
    unit_id: str,
    predictions: pd.DataFrame,
    insight: Insight | None = None,
) -> Story:
    """The story of a unit of an appraisal that stands already.

    Parameters
    ----------
    register
        Open register, in the state that the appraisal was made of.
    found, beside
        The appraisal for the office, and what it rests on beside the units.
    unit_id
        The unit.
    predictions
        Predictions of it that were kept, newest first.
    insight
        What is known of the unit beside its record, where that was looked into already.
    """
    return _story(register, found.table, unit_id, found.question, beside, found, predictions, insight)


def _story(
    register: Register,
    units: pd.DataFrame,
    unit_id: str,
    question: Question,
    beside: Beside,
    found: Appraised | None,
    predictions: pd.DataFrame,
    insight: Insight | None = None,
) -> Story:
    """The story, where ``units`` holds the unit's record."""
    unit = (units if found is None else found.table).loc[[unit_id]]
    seen = insight
    if seen is None:
        seen = Insight.into(register, unit, question, beside, found, Log.of(register, question, unit_id))
    findings = seen.findings
    waiting = barriers_of(findings, seen.unjudged)
    gone = lifted(findings, seen.done)
    return Story(
        row=unit,
        facts=seen.told.facts.set_index("field"),
        conflicts=seen.told.conflicts.drop(columns="unit_id"),
        extras=seen.told.extras.drop(columns="unit_id"),
        odd=seen.odd,
        twins=units["name"].reindex(_twins(unit_id, beside.duplicates)),
        history=register.units.history(unit_id),
        events=seen.events,
        predictions=predictions,
        findings=findings[~gone],
        unjudged=seen.unjudged,
        plan=interventions(waiting[~lifted(waiting, seen.done)]),
        lifted=findings[gone],
        reasons=seen.reasons,
    )


def _twins(unit_id: str, pairs: pd.DataFrame | None) -> list[str]:
    """Units that stand with this one in a pair that nobody decided."""
    if pairs is None:
        return []
    ends = pairs[["unit_id", "other_id"]].to_numpy()
    return sorted({str(name) for name in ends[(ends == unit_id).any(axis=1)].ravel()} - {unit_id})
