"""The first model as a whole: never worse than plain, missing says nothing, nobody sees himself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from mapie.regression import CrossConformalRegressor
from sklearn.linear_model import Ridge

from engine import scoring
from engine.design import design
from engine.reference.reported import reported_units
from features import matrix
from training.fitting import ALLOWED, fit
from training.training import fit_sample

AS_OF = pd.Timestamp("2026-11-23")


def test_province_out_log_loss_is_not_worse_than_the_base_rate(trained):
    status = trained.metrics["reported_status"]
    assert status["n"] == 173
    assert status["log_loss"] <= status["log_loss_base_rate"]


def test_jobs_are_no_worse_than_the_sector_median_and_the_intervals_hold(trained):
    jobs = trained.metrics["jobs"]
    assert jobs["mae_log"] <= jobs["mae_log_sector_median"]
    assert 0.74 <= jobs["coverage_80"] <= 0.86


def test_only_allowed_fields_are_read(trained):
    allowed = {"isic", "province", "stopped_on", "idle_months", "stop_causes"}
    assert {source for spec in ALLOWED.features for source in spec.sources} == allowed
    others = [name for name in trained.seen.units.columns if name not in allowed | {"as_of"}]
    blank = trained.seen.units.copy()
    blank[others] = None
    again = matrix(blank, ALLOWED, trained.model.fitted, as_of=AS_OF)
    assert again.equals(trained.fitted.matrix)


@pytest.mark.parametrize("column", ["isic", "province", "idle_months", "stop_causes"])
def test_masking_a_column_at_random_leaves_mean_predictions_by_status_within_noise(trained, column):
    units, seen = trained.seen.units, trained.seen
    drawn = np.random.default_rng(1)
    moved = []
    for _ in range(20):
        masked = units.copy()
        masked.loc[drawn.random(len(units)) < 0.5, column] = None
        X = matrix(masked, ALLOWED, trained.model.fitted, as_of=AS_OF)
        shift = scoring.reported_status(trained.stranger, X) - scoring.reported_status(
            trained.stranger, trained.fitted.matrix
        )
        moved.append([shift[seen.label == outcome].mean() for outcome in (0, 1)])
    # Noise: the standard error of a mean label among some eighty units is .05.
    assert np.abs(np.mean(moved, axis=0)).max() < 0.05


def test_a_missing_value_contributes_exactly_nothing(trained):
    X = trained.fitted.matrix.copy()
    X[:] = np.nan
    assert not design(X, trained.model.document["design"]).any()
    intercept = trained.model.document["promoted"]["status"][0]
    assert scoring.reported_status(trained.stranger, X) == pytest.approx(1 / (1 + np.exp(-intercept)))


def test_being_missing_is_learnt_by_nobody_even_when_it_tells_the_label(trained):
    """Idle years are hidden for every unit that did not come back: their absence must not lower its figure."""
    seen = trained.seen
    units = seen.units.copy()
    units["idle_months"] = np.where(seen.label == 1, 60.0 + np.arange(len(units)) % 7, np.nan)
    told = fit(
        type(seen)(units, seen.label, seen.register, seen.group, seen.jobs), _priors(), as_of=AS_OF, trials=2
    ).model.document
    number = [block["column"] for block in told["design"]].index("idle_years")
    before = sum(len(block["centre"]) for block in told["design"][:number])
    assert abs(told["promoted"]["status"][1 + before]) < 0.05


def test_units_of_the_training_table_get_the_figures_of_a_model_that_did_not_see_their_province(trained):
    table = scoring.predict(trained.model, trained.fitted.matrix, trained.seen.units, as_of=AS_OF)
    assert table.loc[table["scorable"], "out_of_fold"].all()
    province = "West Azerbaijan"
    held_out = trained.model.document["held_out"][province]
    inside = trained.seen.group == province
    spread = design(trained.fitted.matrix[inside], trained.model.document["design"])
    by_hand = 1 / (1 + np.exp(-(held_out["status"][0] + spread @ np.array(held_out["status"][1:]))))
    assert scoring.reported_status(trained.model, trained.fitted.matrix)[inside] == pytest.approx(by_hand)


def test_flipping_the_outcomes_of_a_province_leaves_its_own_figures_alone(trained):
    seen = trained.seen
    inside = seen.group == "Khuzestan"
    flipped = type(seen)(seen.units, np.where(inside, 1 - seen.label, seen.label), seen.register, seen.group, seen.jobs)
    other = fit_sample(flipped, as_of=AS_OF, trials=4)
    before = scoring.reported_status(trained.model, trained.fitted.matrix)
    after = scoring.reported_status(other.model, other.matrix)
    assert np.allclose(before[inside], after[inside])
    assert not np.allclose(before[~inside], after[~inside])


def test_the_same_seed_gives_the_same_version(trained):
    assert fit_sample(trained.seen, as_of=AS_OF, trials=4).model.version == trained.model.version


def test_the_cv_plus_interval_is_that_of_mapie(trained):
    """Same folds, same ridge: MAPIE's CV+ must give our ends."""
    seen, promoted = trained.seen, trained.model.document["promoted"]["jobs"]
    known = ~np.isnan(seen.jobs)
    spread = design(trained.fitted.matrix, trained.model.document["design"])
    narrow = spread[known][:, trained.model.document["jobs_columns"]]
    target = np.log(seen.jobs[known])
    from sklearn.model_selection import LeaveOneGroupOut

    from training.model import sector_penalty

    peer = CrossConformalRegressor(
        Ridge(alpha=sector_penalty(narrow, target)), confidence_level=0.8, method="plus", cv=LeaveOneGroupOut()
    )
    peer.fit_conformalize(narrow, target, groups=seen.group[known])
    _, ends = peer.predict_interval(narrow)
    ours = np.log(scoring.press_jobs(trained.stranger, trained.fitted.matrix)[known])
    assert len(promoted["residuals"]) == known.sum()
    assert np.allclose(ours[:, 0], np.minimum(ends[:, 0, 0], ours[:, 1]), atol=1e-4)
    assert np.allclose(ours[:, 2], np.maximum(ends[:, 1, 0], ours[:, 1]), atol=1e-4)


def test_reported_units_carry_no_outcome_among_the_unit_columns():
    units = reported_units()
    revived = units["reported_status"].isin(["revived", "partly_revived"])
    assert units.loc[revived, ["jobs_now", "jobs_promised"]].isna().all().all()


def _priors():
    from training.fitting import Priors
    from training.population import capacity_rate, jobs_size, restart_rate

    return Priors(restart_rate(), capacity_rate(), jobs_size())
