"""The first model as a whole: never worse than plain, missing says nothing, nobody sees himself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from mapie.regression import CrossConformalRegressor
from sklearn.linear_model import Ridge

from engine import scoring
from engine.domain.reported import reported_units
from engine.scoring.design import design
from engine.scoring.press import Heads
from features import matrix
from training.cohort.press_sample import Sample
from training.models.press import ALLOWED, DESCRIBED, fit
from training.models.press_heads import jobs_head
from training.pipeline.press_fit import fit_sample

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
    again = matrix(blank, DESCRIBED, trained.model.fitted, as_of=AS_OF)
    read = list(ALLOWED.names)
    assert again[read].equals(trained.fitted.matrix[read])


@pytest.mark.parametrize("column", ["isic", "province", "idle_months", "stop_causes"])
def test_masking_a_column_at_random_leaves_mean_predictions_by_status_within_noise(trained, column):
    units, seen = trained.seen.units, trained.seen
    drawn = np.random.default_rng(1)
    moved = []
    for _ in range(20):
        masked = units.copy()
        masked.loc[drawn.random(len(units)) < 0.5, column] = None
        X = matrix(masked, DESCRIBED, trained.model.fitted, as_of=AS_OF)
        shift = scoring.reported_status(trained.stranger, X) - scoring.reported_status(
            trained.stranger, trained.fitted.matrix
        )
        moved.append([shift[seen.label == outcome].mean() for outcome in (0, 1)])
    # Noise: the standard error of a mean label among some eighty units is .05.
    assert np.abs(np.mean(moved, axis=0)).max() < 0.05


def test_a_missing_value_contributes_exactly_nothing(trained):
    X = trained.fitted.matrix.copy()
    X[:] = np.nan
    assert not design(X, trained.model.document.promoted.design).any()
    intercept = trained.model.document.promoted.status[0]
    assert scoring.reported_status(trained.stranger, X) == pytest.approx(1 / (1 + np.exp(-intercept)))


def test_being_missing_is_learnt_by_nobody_even_when_it_tells_the_label(trained):
    """Idle years are hidden for every unit that did not come back: their absence must not lower its figure."""
    seen = trained.seen
    units = seen.units.copy()
    units["idle_months"] = np.where(seen.label == 1, 60.0 + np.arange(len(units)) % 7, np.nan)
    told = fit(
        type(seen)(units, seen.label, seen.register, seen.group, seen.jobs), _priors(), as_of=AS_OF, trials=2
    ).model.document
    blocks = told.promoted.design
    number = [block.column for block in blocks].index("idle_years")
    before = sum(block.width for block in blocks[:number])
    assert abs(told.promoted.status[1 + before]) < 0.05


def test_units_of_the_training_table_get_the_figures_of_a_model_that_did_not_see_their_province(trained):
    table = scoring.predict(trained.model, trained.fitted.matrix, trained.seen.units, as_of=AS_OF)
    assert table.loc[table["scorable"], "out_of_fold"].all()
    province = "West Azerbaijan"
    held_out = trained.model.document.held_out[province]
    inside = trained.seen.group == province
    spread = design(trained.fitted.matrix[inside], held_out.design)
    by_hand = 1 / (1 + np.exp(-(held_out.status[0] + spread @ held_out.status[1:])))
    assert scoring.reported_status(trained.model, trained.fitted.matrix)[inside] == pytest.approx(by_hand)


def test_nothing_of_a_province_reaches_the_heads_that_judge_it(trained):
    """Not its outcomes, not its jobs, not the mean of its inputs, not what the register saw of its restarts."""
    seen = trained.seen
    inside = seen.group == "Khuzestan"
    units = seen.units.copy()
    units.loc[inside, ["isic", "idle_months", "stop_causes"]] = ["10", 300.0, "tax_debt"]
    register = np.array(seen.register)
    register[inside] = True
    other = replace(
        seen, units=units, label=np.where(inside, 1 - seen.label, seen.label), register=register,
        jobs=np.where(inside, seen.jobs * 1000, seen.jobs), durable={"Khuzestan": (90, 0)},
    )  # fmt: skip
    before, after = (fit(each, _priors(), as_of=AS_OF, trials=2).model.document for each in (seen, other))
    assert before.held_out["Khuzestan"] == after.held_out["Khuzestan"]
    for part in ("design", "status", "jobs", "population"):
        assert before.promoted.plain()[part] != after.promoted.plain()[part]
        assert before.held_out["Gilan"].plain()[part] != after.held_out["Gilan"].plain()[part]


def test_the_cv_plus_ends_are_the_ranks_of_the_paper_at_every_number_of_units():
    """Barber et al. (2021): floor(alpha (n+1)) smallest and ceil((1-alpha)(n+1)) smallest; n = 54 has whole ranks."""
    count = 54
    residuals = np.linspace(-1.0, 1.0, count)
    heads = Heads(
        status=np.zeros(1), status_refits=np.zeros((1, 1)), jobs=np.zeros(1), jobs_refits=np.zeros((1, 1)),
        jobs_columns=np.arange(0), residuals=residuals, refit_of=np.zeros(count, dtype=np.intp), offset=0.0,
        classifier=None, regressor=None,
    )  # fmt: skip
    low, _, high = heads.cv_plus(np.zeros((1, 0)), 0.9 - 0.1)
    margin = np.sort(np.abs(residuals))
    assert low[0] == np.sort(-margin)[11 - 1]
    assert high[0] == margin[44 - 1]


def test_intervals_of_jobs_cover_four_fifths_of_strangers_in_samples_of_the_same_size():
    """55 units of 20 provinces that differ, ten sectors, the press's own spread; strangers from 20 other provinces."""
    draw = np.random.default_rng(0)
    covered = []
    for _ in range(80):
        province = np.concatenate([draw.integers(0, 20, 55), draw.integers(20, 40, 100)])
        sector = np.eye(10)[draw.integers(0, 10, 155)] - 0.1
        target = 4.6 + sector @ draw.normal(0, 0.4, 10) + draw.normal(0, 0.3, 40)[province] + draw.normal(0, 1.1, 155)
        own = replace(
            _nothing(155), jobs=np.exp(target), group=np.array([f"p{number:02d}" for number in province], dtype=np.str_)
        )
        seen = np.arange(155) < 55
        fitted = jobs_head(own, sector, seen)
        heads = Heads(
            status=np.zeros(1), status_refits=np.zeros((1, 1)), jobs=fitted.point,
            jobs_refits=fitted.refits, jobs_columns=np.arange(10),
            residuals=fitted.residuals, refit_of=fitted.refit_of, offset=0.0,
            classifier=None, regressor=None,
        )  # fmt: skip
        low, _, high = heads.cv_plus(sector[55:], 0.8)
        covered.append(((low <= target[55:]) & (target[55:] <= high)).mean())
    assert 0.77 < np.mean(covered) < 0.85


def test_the_same_seed_gives_the_same_version(trained):
    assert fit_sample(trained.seen, as_of=AS_OF, trials=4).model.version == trained.model.version


def test_the_cv_plus_interval_is_that_of_mapie(trained):
    """Same folds, same ridge: MAPIE's CV+ must give our ends."""
    seen, head = trained.seen, trained.model.document.promoted
    promoted = head.jobs
    known = ~np.isnan(seen.jobs)
    spread = design(trained.fitted.matrix, head.design)
    narrow = spread[known][:, head.jobs_columns]
    target = np.log(seen.jobs[known])
    from sklearn.model_selection import LeaveOneGroupOut

    from training.models.press_heads import sector_penalty

    peer = CrossConformalRegressor(
        Ridge(alpha=sector_penalty(narrow, target)), confidence_level=0.8, method="plus", cv=LeaveOneGroupOut()
    )
    peer.fit_conformalize(narrow, target, groups=seen.group[known])
    _, ends = peer.predict_interval(narrow)
    ours = np.log(scoring.press_jobs(trained.stranger, trained.fitted.matrix)[known])
    assert len(promoted.residuals) == known.sum()
    assert np.allclose(ours[:, 0], np.minimum(ends[:, 0, 0], ours[:, 1]), atol=1e-8)
    assert np.allclose(ours[:, 2], np.maximum(ends[:, 1, 0], ours[:, 1]), atol=1e-8)


def test_reported_units_carry_no_outcome_among_the_unit_columns():
    units = reported_units()
    revived = units["reported_status"].isin(["revived", "partly_revived"])
    assert units.loc[revived, ["jobs_now", "jobs_promised"]].isna().all().all()


def _nothing(count):
    units = pd.DataFrame(index=range(count))
    return Sample(units, np.zeros(count), np.zeros(count, dtype=bool), np.repeat("-", count), np.full(count, np.nan))


def _priors():
    from training.models.press import Priors
    from training.priors.official_rates import capacity_rate, jobs_size, restart_rate

    return Priors(restart_rate(), capacity_rate(), jobs_size())
