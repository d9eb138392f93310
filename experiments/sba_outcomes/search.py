"""Search the plans by walk-forward inside train-until: each fold learns from the years before one and forecasts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss, mean_poisson_deviance

from experiments.sba_outcomes import forecast as heads
from experiments.sba_outcomes.learners.blend import Plan
from experiments.sba_outcomes.learners.hurdle import fit_hurdle
from experiments.sba_outcomes.learners.levelled import fit_levelled
from experiments.sba_outcomes.loans import Loans
from experiments.sba_outcomes.schema import ROLES
from training.tuning.search import Choice, Progress, Real, Space, Tuned, tune

Floats = npt.NDArray[np.float64]

FOLDS = 3
"""Years before train-until that are forecast one by one."""

LEAST_ROWS = 300
"""Loans that a fold must learn from."""

SPACE: Space = {
    "half_life": Choice((1.5, 2.0, 3.0, 4.0, 6.0)),
    "recency": Choice((2.0, 3.0, 4.0, 6.0)),
    "strength": Real(2.0, 20.0, log=True),
    "ridge": Real(0.03, 0.5, log=True),
    "rounds": Choice((80, 120, 150, 200)),
}


@dataclass(frozen=True)
class Objective:
    """Loss of a plan on the year that a fold forecasts.

    Parameters
    ----------
    seen
        Loans of the random part, approved until train-until; for the count head those with counts.
    until
        Train-until, years.
    counts
        Whether the count head is judged (mean Poisson deviance) or hindsight (log loss).
    plan
        What the search starts from.
    random_state
        Seed of every fit.
    """

    seen: Loans
    until: float
    counts: bool
    plan: Plan
    random_state: int

    @property
    def folds(self) -> int:
        """Folds that have enough to learn from."""
        early = [(self.seen.years <= self.until - FOLDS + fold).sum() >= LEAST_ROWS for fold in range(FOLDS)]
        return int(np.sum(early))

    def __call__(self, recipe: Mapping[str, Any], fold: int) -> float:
        """Fit on the years before, forecast one."""
        origin = self.until - self.folds + fold
        plan = replace(self.plan, **recipe)
        learnt, records = heads.with_records(
            self.seen.where(self.seen.years <= origin), until=origin, half_life=plan.half_life
        )
        next_year = (self.seen.years > origin) & (self.seen.years <= origin + 1)
        ahead = self.seen.where(next_year).recorded(records)
        how: dict[str, Any] = {"until": origin, "plan": plan, "random_state": self.random_state}
        rows = (learnt.weights, learnt.years, ROLES)
        if self.counts:
            hurdle = fit_hurdle(learnt.table, learnt.jobs, *rows, **how)
            mean = np.maximum(hurdle.predict(ahead.table, ahead.years)["point"], 1e-6)
            return float(mean_poisson_deviance(ahead.jobs, mean, sample_weight=ahead.weights))
        levelled, _ = fit_levelled(learnt.table, learnt.charged_off, *rows, **how)
        chance = levelled.predict(ahead.table, ahead.years)
        return float(log_loss(ahead.charged_off, chance, sample_weight=ahead.weights, labels=[0, 1]))


def search_plans(
    seen: Loans, *, until: float, trials: int, random_state: int, progress: Progress = lambda done, best: None
) -> dict[str, tuple[Plan, Tuned | None]]:
    """Choose the plans of hindsight and of the counts; the plans of the study are tried first.

    Parameters
    ----------
    seen
        Loans approved until train-until; no later one is looked at.
    until
        Train-until, years since 1989.
    trials
        Plans to try for each head.
    random_state
        Seed.
    progress
        Called after each trial with trials done for this head and the best loss.

    Returns
    -------
    dict
        ``hindsight`` and ``jobs`` -> plan and search; no search where no fold has enough loans to learn from.
    """
    seen = seen.where(seen.random & ~np.isnan(seen.charged_off))
    asked = seen.where(~np.isnan(seen.jobs))
    found: dict[str, tuple[Plan, Tuned | None]] = {}
    for name, rows, plan in (("hindsight", seen, heads.STATUS_PLAN), ("jobs", asked, heads.JOBS_PLAN)):
        objective = Objective(rows, until, name == "jobs", plan, random_state)
        if not objective.folds:
            found[name] = (plan, None)
            continue
        start = {setting: getattr(plan, setting) for setting in SPACE}
        tuned = tune(
            objective, SPACE, folds=objective.folds, trials=trials, starts=[start], random_state=random_state,
            progress=progress,
        )  # fmt: skip
        found[name] = (replace(plan, **tuned.recipe), tuned)
    return found
