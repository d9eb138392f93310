"""What stands in the way of units, and what their figures rest on, of several at once.

Of fifty units it takes hardly longer than of one: whoever looks at one unit after another asks for those around it too.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.diagnosis.findings import diagnose, unjudged
from engine.economics.prices import levels_of
from engine.health.plausibility import implausible
from engine.recourse.acts import acts_among, since_records
from engine.store import Register
from engine.store.units import Told
from serving.desk.appraisal import Appraised, Beside
from serving.desk.question import Question
from serving.desk.why import Why, why


@dataclass(frozen=True, eq=False, slots=True)
class Log:
    """What happened to units.

    Parameters
    ----------
    events
        Events as they stand now (`engine.store.events.Events`).
    done
        Acts that were done by the day of the question (`engine.recourse.acts.acts_among`).
    """

    events: pd.DataFrame
    done: pd.DataFrame

    @classmethod
    def of(cls, register: Register, question: Question, unit_id: str | None = None) -> Log:
        """The log of one unit, or of all."""
        return cls(register.events(unit_id=unit_id), acts_among(register.events(question.as_of, unit_id)))


@dataclass(frozen=True, eq=False, slots=True)
class Insight:
    """What is known of some units beside their rows.

    Parameters
    ----------
    told
        What sources say of them (`engine.store.units.Told`).
    findings, unjudged
        Barriers, and what could not be judged (`engine.diagnosis.findings`).
    odd
        Figures that can hardly be (`engine.health.plausibility.implausible`).
    events, done
        What happened to them (`engine.store.events.Events`), and acts that were done since their records, by the day
        of the question.
    reasons
        What adds up to their figures, and what to ask next; ``None`` without an appraisal.
    """

    told: Told
    findings: pd.DataFrame
    unjudged: pd.DataFrame
    odd: pd.DataFrame
    events: pd.DataFrame
    done: pd.DataFrame
    reasons: Why | None

    @classmethod
    def into(
        cls,
        register: Register,
        units: pd.DataFrame,
        question: Question,
        beside: Beside,
        found: Appraised | None,
        log: Log,
    ) -> Insight:
        """Look into some units.

        Parameters
        ----------
        register
            Open register, in the state that the units were read in.
        units
            Unit table or rows of an appraisal table, shape (n, columns).
        question, beside
            The day, and what the workspace holds.
        found
            The appraisal that the units are rows of, where there is one.
        log
            What happened to these units, and perhaps to others.
        """
        levels, names = levels_of(beside.prices), [str(unit) for unit in units.index]
        return cls(
            told=register.units.told(names),
            findings=diagnose(units, as_of=question.as_of, levels=levels),
            unjudged=unjudged(units, as_of=question.as_of, levels=levels),
            odd=implausible(units, earlier=beside.earlier),
            events=log.events[log.events["unit_id"].isin(names).to_numpy()].reset_index(drop=True),
            done=since_records(log.done, units),
            reasons=None if found is None else why(found, names),
        )

    def of(self, unit_id: str) -> Insight:
        """The lines of one unit."""
        reasons = None if self.reasons is None else self.reasons.of(unit_id)
        told = Told(*(_only(lines, unit_id) for lines in (self.told.facts, self.told.conflicts, self.told.extras)))
        findings, blind, odd = (_only(lines, unit_id) for lines in (self.findings, self.unjudged, self.odd))
        events, done = (_only(lines, unit_id) for lines in (self.events, self.done))
        return Insight(told, findings, blind, odd, events, done, reasons)


def _only(lines: pd.DataFrame, unit_id: str) -> pd.DataFrame:
    return lines[(lines["unit_id"] == unit_id).to_numpy(dtype=bool)].reset_index(drop=True)
