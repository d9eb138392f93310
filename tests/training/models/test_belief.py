"""One model that begins as the table of effects and ends as the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from engine.reference.effects import effects
from engine.scoring.belief import of_units, stand
from engine.scoring.sections import OfficialJobs, Population
from features import FULL_SCHEMA, fit, matrix
from tests.engine.scoring.first_day_world import AS_OF, register, units
from tests.training.conftest import press_sample
from training.models.belief import Source, belief_columns, restart_line, updated, widened_slopes
from training.models.capital import without_capital
from training.models.first_day import first_day
from training.priors.official_rates import BetaRate, jobs_size, official_rate
from training.priors.prior_effects import Slopes, slopes

SCHEMA = without_capital(FULL_SCHEMA)
RATE = BetaRate(20.0, 60.0, 5)


def described(population: pd.DataFrame):
    X = matrix(population, SCHEMA, fit(population, SCHEMA, as_of=AS_OF), as_of=AS_OF)
    return belief_columns(effects(), X), X


def test_without_any_row_the_posterior_is_the_prior():
    found, _ = described(register(80))
    before = widened_slopes(slopes(effects(), "restart"), found)
    nothing = Source("register", np.empty((0, len(found))), np.empty(0), np.empty(0))
    assert updated(before, nothing) is before


def test_with_a_hundred_thousand_outcomes_two_different_tables_agree():
    found, _ = described(register(400, seed=3))
    first = widened_slopes(slopes(effects(), "restart"), found)
    other = first.moved(np.where(first.signs == 0, first.mean + 0.4, 2 * first.mean), 2 * first.covariance)
    rng = np.random.default_rng(0)
    usual = np.array([column.spread for column in found])
    away = usual * rng.standard_normal((100_000, len(found)))
    drawn = first.mean + np.sqrt(np.diag(first.covariance)) * rng.standard_normal(len(found))
    truth = np.where(drawn * first.signs < 0, 0.0, drawn)
    label = (rng.random(len(away)) < expit(away @ truth - 1.2)).astype(float)
    seen = Source("register", away, label, np.ones(len(away)))

    def apart(one: Slopes, two: Slopes) -> float:
        chances = [expit(away @ belief.mean - 1.2) for belief in (one, two)]
        return float(np.sqrt(((chances[0] - chances[1]) ** 2).mean()))

    assert apart(first, other) > 0.1
    assert apart(updated(first, seen), updated(other, seen)) < 0.004


def test_the_mean_over_the_population_is_the_official_rate():
    found, X = described(register(200))
    seen = stand(found, X)
    line = restart_line(widened_slopes(slopes(effects(), "restart"), found), RATE, seen)
    assert expit(line.intercept + seen.away @ line.slopes).mean() == pytest.approx(RATE.rate, abs=1e-9)


def test_a_slope_that_rows_would_turn_against_its_sign_is_nil():
    before = Slopes(("deed",), ("as_stated",), np.array([0.3]), np.array([[0.2**2]]), np.array([1]))
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4000, 1))
    label = (rng.random(4000) < expit(-x[:, 0])).astype(float)
    assert updated(before, Source("press", x, label, np.ones(4000))).mean.tolist() == [0.0]


def test_a_source_with_a_level_of_its_own_moves_slopes_and_not_the_level():
    """All press units came back: their number says nothing of how often units do."""
    before = Slopes(("deed",), ("as_stated",), np.array([0.3]), np.array([[0.2**2]]), np.array([1]))
    x = np.random.default_rng(2).standard_normal((500, 1))
    after = updated(before, Source("press", x, np.ones(500), np.ones(500)))
    assert after.mean[0] == pytest.approx(0.3, abs=0.02)


def test_rows_of_half_the_weight_move_half_as_far():
    before = Slopes(("deed",), ("as_stated",), np.array([0.0]), np.array([[0.1**2]]), np.array([0]))
    rng = np.random.default_rng(4)
    x = rng.standard_normal((60, 1))
    label = (rng.random(60) < expit(x[:, 0])).astype(float)
    whole, half = (updated(before, Source("press", x, label, np.full(60, weight))).mean[0] for weight in (1.0, 0.5))
    assert 0 < half < whole


def model_of(population: pd.DataFrame, rows: pd.DataFrame | None = None):
    seen, people = press_sample(), pd.DataFrame(population)
    fitted = fit(pd.concat([seen.units, people.reindex(columns=seen.units.columns)]), SCHEMA, as_of=AS_OF)
    rate = official_rate(RATE)
    jobs = OfficialJobs(spread=0.5, official_average=18.5, rows_used=3)
    official = Population(restart=rate, capacity=rate, jobs=jobs)
    sections = first_day(
        effects() if rows is None else rows, seen, matrix(seen.units, SCHEMA, fitted, as_of=AS_OF),
        matrix(people, SCHEMA, fitted, as_of=AS_OF), allowed=("idle_years",), official=official, size=jobs_size(),
        unit_spread=1.0,
    )  # fmt: skip
    return sections, fitted


def test_an_override_changes_only_what_it_names(tmp_path):
    path = tmp_path / "effects.csv"
    path.write_text("output,feature,effect,low,high\nrestart,litigations,-0.6,-0.9,-0.3\n", "utf-8")
    before, _ = model_of(register(60))
    after, _ = model_of(register(60), effects(path))
    moved = [
        column.feature
        for column, old, new in zip(before.belief.columns, before.belief.table, after.belief.table, strict=True)
        if old != new
    ]
    assert moved == ["litigations"]
    assert after.belief.overridden == ("restart.litigations",)
    assert before.size == after.size
    assert (before.belief.restart.slopes != after.belief.restart.slopes).sum() == 1


def test_mean_feasibility_over_the_register_is_the_product_of_both_official_rates():
    people = register(150, seed=5)
    sections, fitted = model_of(people)
    X = matrix(people, SCHEMA, fitted, as_of=AS_OF)
    found = of_units(sections.belief, X, ranges=sections.ranges)
    assert found.restart.mean() == pytest.approx(0.25, abs=1e-6)
    assert found.point.mean() == pytest.approx(0.25 * 0.25, abs=1e-6)


def test_press_units_speak_of_allowed_columns_only():
    sections, _ = model_of(register(60))
    belief = sections.belief
    moved = {
        column.feature
        for column, table, slope in zip(belief.columns, belief.table, belief.restart.slopes, strict=True)
        if table != slope
    }
    assert moved == {"idle_years"}
    assert belief.sources == {"press": 173, "register": 0}


def test_what_a_register_shows_takes_the_place_of_what_is_usual():
    sections, _ = model_of(units(*({"unit_id": f"u{n}", "title_deed": n % 10 == 0} for n in range(200))))
    column = next(each for each in sections.belief.columns if each.feature == "has_title_deed")
    assert column.known == 200
    assert column.centre == pytest.approx(0.1, abs=0.06)
