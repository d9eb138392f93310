"""Outcomes that ripened since a model was made, beside what it foretold of them: the model as it was trained, not a
refit of it.

**Which outcomes are fair.** Only those of landmarks after the model's last day. An outcome of an earlier landmark that
had not ripened by then is no fair judge, even where no label of the training held it. First, a part of it may have been
one: the training learns period by period, so the quiet first year of a landmark was learnt from long before its outcome
was whole. Second, it is sifted: what is still open on the day of training is what did not restart at once, and a
forecast for all, held against the slow ones, looks too bold; taking the quick ones back in would mean judging by what
was known on that day. A landmark after the last day has neither fault: nothing that came of it can have happened, let
alone been known, when the model was made, and it is the very question that the model was put to work to answer. The
price is patience: a first period has ripened 20 months after its landmark, the whole horizon with the capacity of a
late restart 39 months after it. Of each unit the first such landmark counts, so that who stands idle for long does not
speak more often.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.scoring.artefact import Model
from engine.scoring.hazards import PERIOD_MONTHS
from engine.store import Register
from training.cohort.landmarks import (
    LANDMARK_MONTHS,
    MATURE_MONTHS,
    SETTLED_MONTHS,
    Described,
    labelled,
    weights_and_labels,
)
from training.cohort.past_units import UnitsAt
from training.evaluation import replay
from training.evaluation.candidate import with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEAST_OUTCOMES
from training.evaluation.walk_forward import counted_jobs
from training.gates.groups import group_losses, group_rows
from training.gates.verdicts import jobs_scores, scores
from training.models.hazard_prior import restart_level
from training.monitoring.matured import landmarks_since, matured_of
from training.priors.official_rates import BetaRate


class Ripeness(Code):
    """Whether enough has ripened to judge by."""

    NOTHING = "nothing"
    TOO_FEW = "too_few"
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class FreshJudgement:
    """What fresh outcomes of one kind say.

    Parameters
    ----------
    ripeness
        Whether they are enough: fewer than ``LEAST_OUTCOMES`` units judge nobody.
    due
        The first day on which one of them may have ripened.
    units, outcomes, observed, expected
        How many, how many came true (weighted), and how many the model foretold; all zero where nothing has ripened.
    scores, groups
        As ``training.gates.verdicts`` gives them; empty unless there is enough.
    allowed
        Units that are enough.
    """

    ripeness: Ripeness
    due: pd.Timestamp
    units: int = 0
    outcomes: int = 0
    observed: float = 0.0
    expected: float = 0.0
    scores: dict[str, Any] = field(default_factory=dict)
    groups: list[dict[str, Any]] = field(default_factory=list)
    allowed: int = LEAST_OUTCOMES

    def to_json(self) -> dict[str, Any]:
        """Plain form."""
        return {
            "ripeness": self.ripeness.value,
            "due": self.due.date().isoformat(),
            "units": self.units,
            "outcomes": self.outcomes,
            "observed": self.observed,
            "expected": self.expected,
            "scores": self.scores,
            "groups": self.groups,
        }


@dataclass(frozen=True, slots=True)
class Fresh:
    """A model, as it was trained, on outcomes that ripened since.

    Parameters
    ----------
    since, as_of
        The model's last day, and the day of judgement.
    periods
        Restarts in periods of six months, of units that stood idle at their start: the first to ripen.
    feasibility
        Restarts within 24 months that held half of capacity: what the training is judged by, and the last to ripen.
    jobs
        Coverage of the intervals of jobs (``training.gates.verdicts.jobs_scores``); empty before any was counted.
    """

    since: pd.Timestamp
    as_of: pd.Timestamp
    periods: FreshJudgement
    feasibility: FreshJudgement
    jobs: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain form."""
        return {
            "since": self.since.date().isoformat(),
            "as_of": self.as_of.date().isoformat(),
            "periods": self.periods.to_json(),
            "feasibility": self.feasibility.to_json(),
            "jobs": self.jobs,
        }


def ripened(
    register: Register, model: Model, champion: Model | None = None, *, as_of: pd.Timestamp, random_state: int = 0
) -> Fresh:
    """Judge a model, as it was trained, on what ripened since its last day, beside champion, prior and plain rules.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    model
        The model.
    champion
        The model at work, where that is another one. It answers only for landmarks after its own last day.
    as_of
        Day of the judgement.
    random_state
        Seed of the bootstrap.
    """
    as_of, since = pd.Timestamp(as_of).as_unit("s"), model.data_until
    first = (since + pd.Timedelta(days=1)).to_period("Q").start_time
    first = first if first > since else first + pd.DateOffset(months=LANDMARK_MONTHS)
    due, due_whole = (
        first + pd.DateOffset(months=months) for months in (PERIOD_MONTHS + SETTLED_MONTHS, MATURE_MONTHS)
    )
    if as_of < due:
        return Fresh(
            since, as_of, FreshJudgement(Ripeness.NOTHING, due), FreshJudgement(Ripeness.NOTHING, due_whole), {}
        )  # fmt: skip
    units_at, events = replay.spoken_of(register, model), register.events(known_by=as_of)
    described = landmarks_since(model, units_at, events, as_of=as_of)
    now = units_at(as_of)
    other = (champion, units_at, events)
    periods = _beside(matured_of(model, described, units_at, events, as_of=as_of), model, *other, answered=_in_periods)
    whole, jobs = _mature(model, described, units_at, events, as_of=as_of)
    outcomes = _beside(whole, model, *other, answered=replay.feasibility)
    jobs = _jobs_beside(jobs, *other)
    return Fresh(
        since,
        as_of,
        _judged(periods, now, due, random_state),
        _judged(outcomes, now, due_whole, random_state),
        jobs_scores(JudgedTables(outcomes, jobs)) if len(jobs) else {},
    )


def _mature(
    model: Model, described: Described, units_at: UnitsAt, events: pd.DataFrame, *, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judged tables of the whole horizon, and of the jobs of those that came back."""
    whole = labelled(described, events, as_of=as_of, least_periods=0)
    mature = (whole.rows["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= as_of).to_numpy()
    weight, label = weights_and_labels(whole, mature)
    chosen = mature & ~np.isnan(label)
    rows = whole.rows[chosen].reset_index(drop=True)
    outcomes = rows[["unit_id", "origin", "county", "sector", "size"]].assign(
        label=label[chosen],
        probability=replay.feasibility(model, rows, units_at, events),
        weight=weight[chosen],
    )
    counted = counted_jobs(whole)
    back = whole.rows[~np.isnan(counted)].reset_index(drop=True)
    said = replay.jobs(model, back, units_at, events)
    jobs = back[["unit_id", "origin"]].assign(jobs=counted[~np.isnan(counted)]).join(said)
    return outcomes, jobs


def _in_periods(model: Model, rows: pd.DataFrame, units_at: UnitsAt, events: pd.DataFrame) -> replay.Floats:
    once = rows[["unit_id", "origin"]].drop_duplicates()
    told = pd.DataFrame(replay.hazard(model, once, units_at, events), index=pd.MultiIndex.from_frame(once))
    place = told.index.get_indexer(pd.MultiIndex.from_frame(rows[["unit_id", "origin"]]))
    return np.asarray(told.to_numpy()[place, rows["period"].to_numpy(np.intp) - 1], dtype=np.float64)


def _beside(
    rows: pd.DataFrame, model: Model, champion: Model | None, units_at: UnitsAt, events: pd.DataFrame,
    *, answered: Callable[..., replay.Floats],
) -> pd.DataFrame:  # fmt: skip
    """A judged table: champion and prior put beside the model."""
    restart, capacity = model.population.restart, model.population.capacity
    rate = BetaRate(restart.a, restart.b, restart.rows_used)
    if "period" in rows:
        prior = restart_level(rate, draws=1).probability[rows["period"].to_numpy(np.intp) - 1]
    else:
        prior = np.full(len(rows), rate.rate * capacity.rate)
    theirs = np.full(len(rows), np.nan)
    if champion is not None:
        mine = (rows["origin"] > champion.data_until).to_numpy()
        theirs[mine] = answered(champion, rows[mine], units_at, events)
    told = rows.assign(weight=rows.get("weight", 1.0), prior_probability=prior, champion_probability=theirs)
    return told.loc[told["probability"].notna(), list(COLUMNS)].reset_index(drop=True)


def _jobs_beside(jobs: pd.DataFrame, champion: Model | None, units_at: UnitsAt, events: pd.DataFrame) -> pd.DataFrame:
    ends = ["low", "point", "high"]
    theirs = pd.DataFrame(np.nan, index=jobs.index, columns=ends)
    if champion is not None:
        mine = jobs["origin"] > champion.data_until
        theirs[mine] = replay.jobs(champion, jobs[mine], units_at, events)[ends]
    return jobs.join(theirs.add_prefix("champion_"))[list(JOBS_COLUMNS)]


def _judged(rows: pd.DataFrame, units: pd.DataFrame, due: pd.Timestamp, random_state: int) -> FreshJudgement:
    if rows.empty:
        return FreshJudgement(Ripeness.NOTHING, due)
    count = int(rows["unit_id"].nunique())
    label, weight = rows["label"].to_numpy(np.float64), rows["weight"].to_numpy(np.float64)
    figures: dict[str, Any] = {
        "units": count,
        "outcomes": len(rows),
        "observed": float((weight * label).sum()),
        "expected": float((weight * rows["probability"].to_numpy(np.float64)).sum()),
    }
    if count < LEAST_OUTCOMES:
        return FreshJudgement(Ripeness.TOO_FEW, due, **figures)
    evidence = JudgedTables(with_rules(rows, units), pd.DataFrame(columns=list(JOBS_COLUMNS)))
    return FreshJudgement(
        Ripeness.ENOUGH, due, **figures, scores=scores(evidence, random_state=random_state),
        groups=group_rows(group_losses(evidence.outcomes)),
    )  # fmt: skip
