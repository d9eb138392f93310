"""Whoever states more capital is told of no more jobs, through no door."""

from __future__ import annotations

import pandas as pd
import pytest

from engine import scoring
from engine.scoring.design import clipped
from engine.scoring.jobs import JobsHeads, jobs_forecast
from experiments.province_simulator import simulate
from experiments.province_simulator.register import standing
from features import FULL_SCHEMA, matrix
from training.cohort.landmarks import follow
from training.models.capital import LEARNT, without_capital
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

PER_CAPITAL = ("jobs_per_billion_rial", "jobs_expected_per_billion_rial")


@pytest.fixture(scope="module")
def practice():
    province = simulate(1500, seed=2)
    schema = without_capital(FULL_SCHEMA)
    seen = follow(
        lambda day: province.units[province.units["as_of"] <= day], province.events, schema, as_of=province.as_of
    )
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    now = standing(province)
    idle = now[now["status"].isin(["idle", "semi_active"]) & now["capital_needed_rial"].notna()]
    return fit_outcomes(seen, priors).model, idle, province.as_of


def _predicted(practice, units: pd.DataFrame) -> pd.DataFrame:
    model, _, as_of = practice
    return scoring.predict(model, matrix(units, model.schema, model.fitted, as_of=as_of), units, as_of=as_of)


def test_a_hundred_times_the_capital_changes_jobs_per_rial_and_nothing_else(practice):
    _, units, _ = practice
    more = units.assign(
        capital_needed_rial=units["capital_needed_rial"] * 100,
        working_capital_needed_rial=units["working_capital_needed_rial"] * 100,
    )
    before, after = _predicted(practice, units), _predicted(practice, more)
    per = [name for name in before if str(name).startswith(PER_CAPITAL)]
    pd.testing.assert_frame_equal(before.drop(columns=per), after.drop(columns=per))
    assert before[per].to_numpy(float) == pytest.approx(100 * after[per].to_numpy(float), nan_ok=True)
    assert before["jobs_expected_point"].notna().sum() > 100


def test_what_is_served_of_an_idle_unit_is_what_was_judged(practice):
    model, units, as_of = practice
    idle = units[units["status"] == "idle"]
    served = _predicted(practice, idle)
    ready = matrix(idle, model.schema, model.fitted, as_of=as_of)
    judged = jobs_forecast(JobsHeads.of(model), clipped(ready, model.document.ranges)[0], idle)
    for end in ("low", "point", "high"):
        assert served[f"jobs_if_revived_{end}"].dropna().to_numpy() == pytest.approx(
            judged.loc[served["scorable"], end].to_numpy()
        )
    assert served["scorable"].sum() > 100


def test_what_a_register_is_trained_on_has_no_column_of_stated_capital():
    assert set(FULL_SCHEMA.names) - set(LEARNT.names) == {"capital_needed_log", "debt_to_capital"}
