"""What has to be done for units, by whom, by when and at what cost: the plan of one, and the work of a quarter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from engine.diagnosis.findings import diagnose, unjudged
from engine.domain.outcome import OutcomeKind
from engine.domain.prediction import Output, columns
from engine.domain.unit import Barrier
from engine.economics.assumptions import Assumptions
from engine.economics.jobs import labour_market, new_jobs
from engine.economics.prices import deflate
from engine.errors import EhyaError, ErrorCode
from engine.ranking.grounds import BLOCKING_SEVERITY
from engine.ranking.money import money_factor, own_year
from engine.ranking.reasons import BLOCKS, Triage
from engine.recourse.acts import FIXED_COST_YEAR, acts_of
from engine.recourse.cheapest import Plans, Wish, cheapest
from engine.recourse.quarter import Capacity, work
from engine.reference.effects import effects
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience


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

    wish: Wish = field(default_factory=Wish)
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
        ``unit_id, act, happened_on``: acts that the log says were done, and that are asked of nobody again.
    price_year
        Jalali year of the costs; ``None`` where no record says one.
    """

    found: Appraised
    plans: Plans
    acts: pd.DataFrame
    done: pd.DataFrame
    price_year: int | None


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
    unit_id = find_unit(found.table, given)
    return plans_of(found, pd.Index([unit_id]), done_acts(settings, question), request, settings)


def workload(settings: Settings, question: Question, request: PlanRequest, capacity: Capacity) -> Workload:
    """What each owner of acts should begin in the next quarter for the most net jobs.

    Raises
    ------
    EhyaError
        ``no_model``, ``unknown_option`` for an act in ``costs`` or an owner that there is not.
    """
    found = appraised(settings, question, Audience.OFFICE)
    waiting = found.table.index[found.table["triage"].isin([Triage.FIX_FIRST.value, Triage.OFFER.value])]
    result = plans_of(found, waiting, done_acts(settings, question), request, settings)
    gross = found.table[columns(Output.JOBS_IF_REVIVED)[1]].astype("float64")
    net = new_jobs(gross, labour_market(found.table), Assumptions.from_reference().points())
    jobs = pd.Series(net, index=gross.index)
    return Workload(result, work(result.plans.steps, jobs, capacity))


def done_acts(settings: Settings, question: Question) -> pd.DataFrame:
    """Acts that were done by the day of the question: ``unit_id, act, happened_on``, the latest of each."""
    with open_register(settings) as register:
        events = register.events(question.as_of)
    served = events[(events["kind"] == OutcomeKind.SERVED.value) & events["act"].notna()]
    return served[["unit_id", "act", "happened_on"]].drop_duplicates(["unit_id", "act"], keep="last", ignore_index=True)


def plans_of(
    found: Appraised, names: pd.Index, done: pd.DataFrame, request: PlanRequest, settings: Settings
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
    settings
        Names the user's own effects.
    """
    units = found.table.loc[names]
    year = own_year(found.table) if found.question.price_year is None else found.question.price_year
    levels = None if found.prices is None else found.prices.by_year()
    findings = diagnose(units, as_of=found.question.as_of, levels=levels)
    blind = unjudged(units, as_of=found.question.as_of, levels=levels)
    unknown = blind[(blind["barrier"] == Barrier.UNKNOWN.value) & ~blind["unit_id"].isin(findings["unit_id"])]
    barriers = pd.concat([findings[["unit_id", "barrier"]], unknown[["unit_id", "barrier"]]], ignore_index=True)
    acts = acts_of(
        units,
        barriers,
        effects(settings.effects),
        rial=money_factor(units, year, prices=found.prices).debts,
        fixed_rial=_moved(year, found),
        costs=request.costs,
    )
    was_done = pd.MultiIndex.from_frame(acts[["unit_id", "intervention"]]).isin(
        pd.MultiIndex.from_frame(done[["unit_id", "act"]])
    )
    acts = acts[~was_done].reset_index(drop=True)
    blocking = [barrier.value for barrier in BLOCKS]
    first = findings[(findings["severity"] >= BLOCKING_SEVERITY) & findings["barrier"].isin(blocking)]
    must = first.groupby("unit_id")["barrier"].agg(";".join).reindex(names).fillna("")
    chance = units[columns(Output.FEASIBILITY)[1]].astype("float64")
    return PlanResult(found, cheapest(acts, chance, must, request.wish), acts, done[done["unit_id"].isin(names)], year)


def _moved(year: int | None, found: Appraised) -> float:
    """Rial of the common year for one rial of the table's own costs; NaN where they cannot be compared."""
    if year is None:
        return 1.0
    moved = deflate(1.0, np.array([float(FIXED_COST_YEAR)]), year, index=found.prices, allow_proxy=True)
    return float(moved.rial[0])
