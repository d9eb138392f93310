"""Learn from loans approved until a day and forecast those approved later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.sba_outcomes.loans import KEY, ROLES, Loans
from training.blending import Blend, Plan, fit_blend, fit_crossed
from training.counts import Hurdle, fit_hurdle
from training.encoding import fold_of_rows
from training.landmarks import event_timing, observed_by, soft_labels
from training.recalibration import walk_forward_shift

Floats = npt.NDArray[np.float64]

HORIZON = 3.0
"""Years of the honest label."""

HINDSIGHT_HORIZON = 10.0
"""Years within which hindsight's charge-offs fall, all but one in a hundred."""

SHARE = {"hindsight": 0.0, "honest": 1.0}
"""How far the recalibration goes, chosen on the visible periods. Hindsight already knows how the training loans end;
what they went through lately only tells when, and following it cost calibration at every share (see NOTES.md)."""

STEPS = 4
"""Rounds of guessing what young loans will do."""

STATUS_PLAN = Plan()
JOBS_PLAN = Plan(half_life=2.0, recency=3.0)
HELD_OUT_PLAN = replace(STATUS_PLAN, trees=60, rounds=100)
"""Two fits on half the loans each, to see what the score says of loans it did not learn from."""


@dataclass(frozen=True)
class Forecaster:
    """Three fitted heads, and the loans they are recalibrated with."""

    hindsight: Blend
    honest: Blend
    jobs: Hurdle | None
    seen: Loans
    held_out: dict[str, Floats]
    n_jobs: int

    def predict(self, ahead: Loans) -> pd.DataFrame:
        """Forecast loans; of ``ahead`` only what was known at approval is read.

        Returns
        -------
        pandas.DataFrame
            The columns of the predictions file.
        """
        p = self.hindsight.predict(ahead.table, ahead.years)
        honest = self.honest.predict(ahead.table, ahead.years)
        columns = {
            KEY: ahead.key,
            "p": p,
            "p_recalibrated": self._recalibrated("hindsight", p, ahead.quarter),
            "p_honest": honest,
            "p_honest_recalibrated": self._recalibrated("honest", honest, ahead.quarter),
        }
        frame = pd.DataFrame(columns)
        names = {"any": "p_any", "low": "jobs_low", "point": "jobs_point", "high": "jobs_high"}
        names |= {"if_any_low": "jobs_if_any_low", "if_any_high": "jobs_if_any_high"}
        if self.jobs is None:
            return frame.assign(**dict.fromkeys(names.values(), np.nan))
        jobs = self.jobs.predict(ahead.table, ahead.years).rename(columns=names)
        return pd.concat([frame, jobs[list(names.values())]], axis=1)

    def _recalibrated(self, label: str, probability: Floats, quarter: Floats) -> Floats:
        if not SHARE[label]:
            return probability
        moved = np.empty(len(probability))
        for day in np.unique(quarter):
            now = quarter == day
            shift = walk_forward_shift(
                self.held_out[label], self.seen.years, self.seen.charge_off, self.seen.weights,
                known=float(day), horizon=HORIZON if label == "honest" else HINDSIGHT_HORIZON,
            )  # fmt: skip
            moved[now] = shift.part(SHARE[label]).apply(probability[now])
        return moved


def fit_forecaster(seen: Loans, *, until: float, random_state: int = 0) -> Forecaster:
    """Fit all heads on the random part.

    Parameters
    ----------
    seen
        Loans approved until train-until.
    until
        Train-until, years since 1989; no event after it is read for the honest label.
    random_state
        Seed.
    """
    seen = seen.where(seen.random & ~np.isnan(seen.charged_off))
    labels = {"hindsight": seen.charged_off, "honest": honest_labels(seen, until=until)}
    heads, held_out = {}, {}
    for name, label in labels.items():
        heads[name] = fit_blend(
            seen.table, label, seen.weights, seen.years, ROLES, until=until, plan=STATUS_PLAN, random_state=random_state
        )
        if SHARE[name]:
            held_out[name] = _held_out(seen, label, until, random_state)
    asked = seen.where(~np.isnan(seen.jobs))
    jobs = None
    if (asked.jobs > 0).sum() >= 100:
        jobs = fit_hurdle(
            asked.table, asked.jobs, asked.weights, asked.years, ROLES, until=until, plan=JOBS_PLAN,
            random_state=random_state,
        )  # fmt: skip
    return Forecaster(heads["hindsight"], heads["honest"], jobs, seen, held_out, len(asked))


def honest_labels(seen: Loans, *, until: float) -> Floats:
    """Charge-off within 36 months as far as it was known on a day; a chance of it for loans that were younger."""
    age, delay = observed_by(seen.years, seen.charge_off, until)
    timing = event_timing(age, delay, seen.weights, horizon=HORIZON)
    guess = np.full(len(seen), float(np.average(delay <= HORIZON, weights=seen.weights)))
    for _ in range(STEPS):
        label = soft_labels(age, delay, guess, timing, horizon=HORIZON)
        fitted = fit_crossed(seen.table, label, seen.weights, seen.years, ROLES, until=until, plan=STATUS_PLAN)
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


def _held_out(seen: Loans, label: Floats, until: float, random_state: int) -> Floats:
    fold = fold_of_rows(len(seen), folds=2, random_state=random_state)
    held = np.empty(len(seen))
    for out in range(2):
        kept = seen.where(fold != out)
        fitted = fit_blend(
            kept.table, label[fold != out], kept.weights, kept.years, ROLES, until=until, plan=HELD_OUT_PLAN,
            random_state=random_state,
        )  # fmt: skip
        held[fold == out] = fitted.predict(seen.table[fold == out], seen.years[fold == out])
    return held
