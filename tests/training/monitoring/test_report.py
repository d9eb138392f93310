"""A model at work beside the present of its register, in a synthetic province whose truth may be made to change."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.scoring.artefact import Model
from engine.store import Register
from experiments.province_simulator import simulate
from experiments.province_simulator.register import taken
from features import matrix
from features.catalogue import FULL_SCHEMA
from training.cohort.landmarks import follow, standing_idle
from training.models.outcomes import fit_outcomes
from training.monitoring.matured import matured
from training.monitoring.report import drift
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.statistics.feature_shift import DriftCode

pytestmark = pytest.mark.slow
SINCE = pd.Timestamp("2022-01-01")
SCHEMA = FULL_SCHEMA.subset(["idle_years", "in_estate", "jobs_before_log", "sector_division", "owned_by_bank"])


@pytest.fixture(scope="module")
def register():
    made = simulate(500, seed=2)
    years = made.units["as_of"].dt.to_period("Y").dt.end_time.dt.normalize()
    with Register.open("sqlite://") as opened:
        named = pd.Series(index=made.units.index, dtype="str")
        for day, part in made.units.groupby(years):
            rows = opened.imports.commit(taken(part), imported_at=pd.Timestamp(day).to_pydatetime()).rows
            named[part.index] = rows["unit_id"].to_numpy()
        opened.events.add_table(made.events.assign(unit_id=made.events["unit_id"].map(named)))
        yield opened


@pytest.fixture(scope="module")
def model(register):
    """Of all that was known by the first day of 2022."""
    seen = follow(register.units.on_days(), register.events(known_by=SINCE), SCHEMA, as_of=SINCE)
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    return fit_outcomes(seen, priors, draws=4, least_restarts=5, origin="synthetic").model


def test_a_model_finds_no_drift_on_the_day_it_was_made(register):
    units, events = register.units(known_by=SINCE), register.events(known_by=SINCE)
    seen = follow(register.units.on_days(), events, SCHEMA, as_of=SINCE)
    idle = matrix(standing_idle(units, events, as_of=SINCE), SCHEMA, seen.fitted, as_of=SINCE)
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    fresh = fit_outcomes(seen, priors, draws=4, least_restarts=5, origin="synthetic", present=idle).model
    found = drift(register, fresh, as_of=SINCE)
    assert not found.alarming
    assert found.features["psi"].max() < 0.01


@pytest.fixture(scope="module")
def found(register, model):
    return drift(register, model, as_of=pd.Timestamp("2026-03-21"))


def test_a_model_carries_what_its_training_looked_like_and_is_compared_with_the_present(found):
    assert set(found.features.index) == set(SCHEMA.names)
    assert found.units > 100
    assert found.kind == "outcomes"


def test_outcomes_since_the_model_was_made_are_counted_against_what_it_foretold(found):
    rate = found.base_rate.overall
    assert rate["outcomes"] > 100
    assert 0.4 < rate["observed"] / rate["expected"] < 2.5


def test_only_origins_after_the_model_was_made_are_judged_and_each_unit_from_one(register, model):
    rows = matured(model, register.units.on_days(), register.events(), as_of=pd.Timestamp("2026-03-21"))
    assert (rows["origin"] > SINCE).all()
    assert (rows.groupby("unit_id")["origin"].min() == rows.groupby("unit_id")["origin"].max()).all()
    assert not rows.duplicated(["unit_id", "period"]).any()
    assert rows["probability"].between(0, 1).all()
    assert rows.groupby("unit_id")["label"].sum().max() == 1


def test_a_model_that_foretells_far_too_much_is_alarming(register, model, monkeypatch):
    monkeypatch.setattr("training.evaluation.replay.hazard", lambda model, rows, *_: np.full((len(rows), 4), 0.5))
    found = drift(register, model, as_of=pd.Timestamp("2026-03-21"))
    assert (DriftCode.FEWER_THAN_PREDICTED, "") in found.findings
    assert found.alarming


def test_before_anything_matured_only_units_are_compared(register, model):
    found = drift(register, model, as_of=SINCE + pd.Timedelta(days=40))
    assert (DriftCode.NOTHING_MATURED, "") in found.findings
    assert found.base_rate.overall["outcomes"] == 0


def test_a_model_that_carries_no_reference_says_so(register, model):
    bare = Model(model.heads, model.document.changed(drift_reference=None))
    found = drift(register, bare, as_of=pd.Timestamp("2026-03-21"))
    assert (DriftCode.NO_REFERENCE, "") in found.findings
    assert found.features.empty


def test_units_of_other_sectors_and_debts_are_noticed_or_merely_said_of_a_press_model(register, model):
    then = model.document.drift_reference
    jobs = then.features["jobs_before_log"]
    moved = then.changed(features={**then.features, "jobs_before_log": jobs.changed(cells=jobs.cells + 3)})
    other = Model(model.heads, model.document.changed(drift_reference=moved))
    found = drift(register, other, as_of=pd.Timestamp("2026-03-21"))
    assert (DriftCode.FEATURE_SHIFTED, "jobs_before_log") in found.findings
    assert found.alarming


def test_the_report_is_plain_json(found):
    document = json.loads(json.dumps(found.to_json()))
    assert {"findings", "base_rate", "features", "unseen", "groups", "alarming"} <= set(document)
    assert replace(found, findings=()).alarming is False


def test_where_the_log_has_ended_units_of_which_nothing_is_heard_are_no_sign_that_restarts_are_fewer(register, model):
    last = register.events()["known_on"].max()
    late = drift(register, model, as_of=last + pd.DateOffset(years=4))
    then = drift(register, model, as_of=last)
    assert (DriftCode.LOG_ENDED, last.date().isoformat()) in late.findings
    assert DriftCode.FEWER_THAN_PREDICTED not in {code for code, _ in late.findings}
    assert late.base_rate.overall == then.base_rate.overall
    assert DriftCode.LOG_ENDED not in {code for code, _ in then.findings}
