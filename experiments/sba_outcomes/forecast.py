"""Learn from loans approved until a day and forecast those approved later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from experiments.sba_outcomes.learners.blend import Plan, fit_crossed
from experiments.sba_outcomes.learners.hurdle import Hurdle, fit_hurdle
from experiments.sba_outcomes.learners.levelled import Levelled, event_series, fit_levelled
from experiments.sba_outcomes.learners.track_record import TrackRecords, track_records
from experiments.sba_outcomes.loans import KEY, Loans
from experiments.sba_outcomes.schema import ROLES
from training.cohort.soft_labels import event_timing, observed_by, soft_labels
from training.models.recalibration import Shift, walk_forward_shift

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

HORIZON = 3.0
"""Years of the honest label."""

RECORD_HORIZON = 5.0
"""Years for which a loan speaks in its lender's record."""

SHARE = 0.5
"""How far, in logits, the recalibration follows the few events of a quarter or two (see NOTES.md)."""

STEPS = 4
"""Rounds of guessing what young loans will do."""

STATUS_PLAN = Plan()
JOBS_PLAN = Plan(half_life=2.0, recency=3.0)

JOBS = {
    "any": "p_any", "low": "jobs_low", "point": "jobs_point", "high": "jobs_high", "if_any_low": "jobs_if_any_low",
    "if_any_high": "jobs_if_any_high",
}  # fmt: skip


@dataclass(frozen=True)
class Forecaster:
    """Three fitted heads, the lenders' records, and the loans that the honest head is recalibrated with."""

    hindsight: Levelled
    honest: Levelled
    jobs: Hurdle | None
    records: TrackRecords
    seen: Loans
    held_out: Floats
    n_jobs: int

    def predict(self, ahead: Loans) -> pd.DataFrame:
        """Forecast loans; of ``ahead`` only what was known at approval is read.

        Returns
        -------
        pandas.DataFrame
            The columns of the predictions file.
        """
        ahead = ahead.recorded(self.records)
        p = self.hindsight.predict(ahead.table, ahead.years)
        score = self.honest.score(ahead.table)
        honest = self.honest.series.carry(score, ahead.years)
        columns = {
            KEY: ahead.key,
            "p": p,
            # Hindsight knows how every training loan ends: events after train-until tell it only when, and following
            # them cost calibration in every trial (see NOTES.md).
            "p_recalibrated": p,
            "p_honest": honest,
            "p_honest_recalibrated": expit((1 - SHARE) * logit(honest) + SHARE * logit(self._followed(score, ahead))),
        }
        frame = pd.DataFrame(columns)
        if self.jobs is None:
            return frame.assign(**dict.fromkeys(JOBS.values(), np.nan))
        jobs = self.jobs.predict(ahead.table, ahead.years).rename(columns=JOBS)
        return pd.concat([frame, jobs[list(JOBS.values())]], axis=1)

    def _followed(self, score: Floats, ahead: Loans) -> Floats:
        seen, moved = self.seen, np.empty(len(score))
        loans = (seen.years, seen.charge_off, seen.weights)
        centre = float(np.average(logit(self.held_out), weights=seen.weights))
        for day in np.unique(ahead.quarter):
            now, known = ahead.quarter == day, float(max(day, self.honest.until))
            slope = walk_forward_shift(self.held_out, *loans, known=known, horizon=HORIZON).slope
            # It turns around the centre of the score: the level is the business of the series.
            turn = Shift((1 - slope) * centre, slope)
            series = event_series(turn.apply(self.held_out), *loans, known=known, horizon=HORIZON)
            moved[now] = series.carry(turn.apply(score[now]), ahead.years[now])
        return moved


def fit_forecaster(
    seen: Loans,
    *,
    until: float,
    status_plan: Plan | None = None,
    jobs_plan: Plan | None = None,
    random_state: int = 0,
    progress: Progress | None = None,
) -> Forecaster:
    """Fit all heads on the random part.

    Parameters
    ----------
    seen
        Loans approved until train-until.
    until
        Train-until, years since 1989; no event after it is read for the honest label.
    status_plan, jobs_plan
        How to fit; the chosen plans by default.
    random_state
        Seed.
    progress
        Called with what is being done and the share that is behind.
    """
    said = progress or (lambda _what, _share: None)
    status, jobs_plan = status_plan or STATUS_PLAN, jobs_plan or JOBS_PLAN
    seen = seen.where(seen.random & ~np.isnan(seen.charged_off))
    seen, records = with_records(seen, until=until, half_life=status.half_life)
    said("hindsight", 0.0)
    hindsight, _ = _fitted(seen, seen.charged_off, until, status, random_state)
    said("honest", 0.3)
    honest, held_out = _fitted(seen, honest_labels(seen, until=until, plan=status), until, status, random_state)
    series = event_series(held_out, seen.years, seen.charge_off, seen.weights, known=until, horizon=HORIZON)
    honest = Levelled(honest.blend, until, series)
    said("jobs", 0.6)
    asked = seen.where(~np.isnan(seen.jobs))
    jobs = None
    if (asked.jobs > 0).sum() >= 100:
        jobs = fit_hurdle(
            asked.table, asked.jobs, asked.weights, asked.years, ROLES, until=until, plan=jobs_plan,
            random_state=random_state,
        )  # fmt: skip
    said("fitted", 1.0)
    return Forecaster(hindsight, honest, jobs, records, seen, held_out, len(asked))


def with_records(seen: Loans, *, until: float, half_life: float = 3.0) -> tuple[Loans, TrackRecords]:
    """Add each lender's record on the day of approval; charge-offs on or after ``until`` are not read."""
    records = track_records(
        seen.table["bank"], seen.years, seen.charge_off, seen.weights / seen.weights.mean(), until=until,
        horizon=RECORD_HORIZON, half_life=half_life,
    )  # fmt: skip
    return seen.recorded(records), records


def honest_labels(seen: Loans, *, until: float, plan: Plan | None = None) -> Floats:
    """Charge-off within 36 months as far as it was known on a day; a chance of it for loans that were younger.

    ``seen`` has its lenders' records.
    """
    age, delay = observed_by(seen.years, seen.charge_off, until)
    timing = event_timing(age, delay, seen.weights, horizon=HORIZON)
    guess = np.full(len(seen), float(np.average(delay <= HORIZON, weights=seen.weights)))
    for _ in range(STEPS):
        label = soft_labels(age, delay, guess, timing, horizon=HORIZON)
        fitted = fit_crossed(seen.table, label, seen.weights, seen.years, ROLES, until=until, plan=plan or STATUS_PLAN)
        guess = fitted.predict(seen.table, seen.years)
    return soft_labels(age, delay, guess, timing, horizon=HORIZON)


def matured_labels(loans: Loans) -> Floats:
    """Charge-off within 36 months with all that is known today: to judge by, never to learn from."""
    return (loans.charge_off - loans.years <= HORIZON).astype(np.float64)


def rows_per_second(forecaster: Forecaster, ahead: Loans) -> float:
    """Speed of one forecast."""
    began = perf_counter()
    forecaster.predict(ahead)
    return len(ahead) / (perf_counter() - began)


def _fitted(seen: Loans, label: Floats, until: float, plan: Plan, random_state: int) -> tuple[Levelled, Floats]:
    return fit_levelled(
        seen.table, label, seen.weights, seen.years, ROLES, until=until, plan=plan, random_state=random_state
    )
