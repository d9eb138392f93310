"""What has to be done for units, by whom, by when and at what cost: the plan of one, and the work of a quarter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from engine.diagnosis.findings import barriers_of, diagnose, unjudged
from engine.domain.joined import joined_names
from engine.domain.prediction import Output, columns
from engine.economics.assumptions import Assumptions
from engine.economics.jobs import labour_market, new_jobs
from engine.economics.prices import deflate, levels_of
from engine.errors import EhyaError, ErrorCode
from engine.ranking.grounds import BLOCKING_SEVERITY
from engine.ranking.money import money_factor, own_year
from engine.ranking.reasons import BLOCKS, Triage
from engine.recourse.acts import FIXED_COST_YEAR, acts_among, acts_of, lifted, since_records
from engine.recourse.cheapest import Plans, PlanWish, cheapest
from engine.recourse.quarter import Capacity, work
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.insight import Insight
from serving.desk.learnt_acts import believed_acts
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience

NOTHING_DONE = pd.DataFrame(
    {
        "unit_id": pd.Series(dtype="str"),
        "act": pd.Series(dtype="str"),
        "happened_on": pd.Series(dtype="datetime64[s]"),
    }
)
"""What `done_acts` gives where nobody did anything."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What plans are to reach.

    Parameters
    ----------
    wish
        Threshold and limits of each unit's plan.
    costs
        Act -> cost in rial that the caller states.
    """

    wish: PlanWish = field(default_factory=PlanWish)
    costs: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a threshold that is no probability, and limits below nil.

        Raises
        ------
        EhyaError
            ``value_unreadable``.
        """
        if not 0 <= self.wish.threshold < 1:
            raise EhyaError(
                ErrorCode.VALUE_UNREADABLE, option="--threshold", given=self.wish.threshold, allowed=["0..1"]
            )
        for option, given in (("--budget", self.wish.budget_rial), ("--months", self.wish.months)):
            if not given >= 0:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=["0..."])


@dataclass(frozen=True, eq=False, slots=True)
class PlanResult:
    """Plans of units and what they rest on.

    Parameters
    ----------
    found
        The appraisal that they begin with.
    plans
        Plans; index the units asked for.
    acts
        Every act that was weighed (`engine.recourse.acts.acts_of`).
    done
        ``unit_id, act, happened_on, in_record``: acts that the log says were done. One that was done after the day that
        the record describes (``in_record`` false) is asked of nobody again, and what it removes no longer has to be
        removed; one before it is weighed again where the record still shows its barrier.
    price_year
        Jalali year of the costs: that of the question, else the register's own, else that of the table of acts. Debts
        of a record that says no year have no cost then (``not_comparable``).
    """

    found: Appraised
    plans: Plans
    acts: pd.DataFrame
    done: pd.DataFrame
    price_year: int

    def only(self, unit_id: str) -> PlanResult:
        """The plan of one of the units."""
        table, lines = self.plans.table.loc[[unit_id]], (self.plans.steps, self.acts, self.done)
        steps, acts, done = (one[(one["unit_id"] == unit_id).to_numpy()].reset_index(drop=True) for one in lines)
        return PlanResult(self.found, Plans(table, steps), acts, done, self.price_year)


@dataclass(frozen=True, eq=False, slots=True)
class Workload:
    """The work of a quarter.

    Parameters
    ----------
    result
        The plans of all units that are not ready.
    work
        What `engine.recourse.quarter.work` gives; its jobs are net: new to the province.
    """

    result: PlanResult
    work: pd.DataFrame


def unit_plan(settings: Settings, question: Question, given: str, request: PlanRequest) -> PlanResult:
    """The cheapest plan of the unit with this id or name.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``no_model``, ``unknown_option`` for an act in ``costs``.
    """
    found = appraised(settings, question, Audience.OFFICE)
    unit_id, believed = find_unit(found.table, given), believed_acts(settings, question)
    return plans_of(found, pd.Index([unit_id]), done_acts(settings, question), request, believed)


def workload(settings: Settings, question: Question, request: PlanRequest, capacity: Capacity) -> Workload:
    """What each owner of acts should begin in the next quarter for the most net jobs.

    Raises
    ------
    EhyaError
        ``no_model``, ``unknown_option`` for an act in ``costs`` or an owner that there is not.
    """
    found = appraised(settings, question, Audience.OFFICE)
    waiting = found.table.index[found.table["triage"].isin([Triage.FIX_FIRST.value, Triage.OFFER.value])]
    result = plans_of(found, waiting, done_acts(settings, question), request, believed_acts(settings, question))
    gross = found.table[columns(Output.JOBS_IF_REVIVED)[1]].astype("float64")
    net = new_jobs(gross, labour_market(found.table), Assumptions.from_reference().points())
    jobs = pd.Series(net, index=gross.index)
    return Workload(result, work(result.plans.steps, jobs, capacity))


def done_acts(settings: Settings, question: Question) -> pd.DataFrame:
    """Acts that were done by the day of the question: ``unit_id, act, happened_on``, the latest of each."""
    with open_register(settings) as register:
        events = register.events(question.as_of)
    return acts_among(events)


def plans_of(
    found: Appraised,
    names: pd.Index,
    done: pd.DataFrame,
    request: PlanRequest,
    believed: pd.DataFrame,
    insight: Insight | None = None,
) -> PlanResult:
    """Plans of units of an appraisal.

    Parameters
    ----------
    found
        Appraisal for the office.
    names
        Units asked for.
    done
        What was done (`done_acts`).
    request
        What plans are to reach.
    believed
        What acts do (`serving.desk.learnt_acts.believed_acts`).
    insight
        What stands in the way of these units, where that was looked into already.
    """
    units = found.table.loc[names]
    year = found.question.price_year or own_year(found.table) or FIXED_COST_YEAR
    if insight is None:
        levels = levels_of(found.prices)
        findings = diagnose(units, as_of=found.question.as_of, levels=levels)
        blind = unjudged(units, as_of=found.question.as_of, levels=levels)
    else:
        findings, blind = insight.findings, insight.unjudged
    barriers = barriers_of(findings, blind)
    done = since_records(done, units)
    acts = acts_of(
        units,
        barriers[~lifted(barriers, done)],
        believed,
        rial=money_factor(units, year, prices=found.prices).debts,
        fixed_rial=_moved(year, found),
        costs=request.costs,
    )
    first = findings[(findings["severity"] >= BLOCKING_SEVERITY) & ~lifted(findings, done)]
    chance = units[columns(Output.FEASIBILITY)[1]].astype("float64")
    return PlanResult(found, cheapest(acts, chance, _must(first, names), request.wish), acts, done, year)


def _must(first: pd.DataFrame, names: pd.Index) -> pd.Series:
    """Of each unit the barriers that must be removed first, of those that block an offer."""
    blocking = [barrier.value for barrier in BLOCKS]
    marks = np.zeros((len(names), len(blocking)), dtype=bool)
    first = first[first["barrier"].isin(blocking)]
    marks[names.get_indexer(pd.Index(first["unit_id"])), pd.Index(blocking).get_indexer(pd.Index(first["barrier"]))] = (
        True
    )
    return joined_names(marks, blocking, names)


def _moved(year: int, found: Appraised) -> float:
    """Rial of the common year for one rial of the table's own costs; NaN where they cannot be compared."""
    moved = deflate(1.0, np.array([float(FIXED_COST_YEAR)]), year, index=found.prices, allow_proxy=True)
    return float(moved.rial[0])
