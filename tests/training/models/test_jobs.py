"""Jobs of a register's own outcomes: priors that give way, intervals that hold, and nothing bought with capital."""

from __future__ import annotations

import json
from functools import cache, cached_property

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from engine.scoring.jobs import JobsHeads, JobsNote, jobs_at_month_12, jobs_forecast
from engine.scoring.sections import JobsPart
from features import fit, matrix
from features.catalogue import FULL_SCHEMA
from training.models.jobs import FittedJobs, JobsPrior, fit_jobs, job_features
from training.priors.official_rates import jobs_size

AS_OF = pd.Timestamp("2024-06-01")
PRIOR = JobsPrior(jobs_size())
SECTORS = ("1030", "1312", "2220", "2396", "2511")
SECTOR_EFFECT = (0.1, 0.5, -0.3, 0.0, -0.2)
COUNTIES = ("Urmia", "Khoy", "Mahabad", "Miandoab")
ZERO, SPREAD = 0.12, 0.6


class World:
    """Units whose jobs at month 12 are none with ``zero``, else log-normal about a line: all of it known."""

    def __init__(self, seed: int, count: int, *, zero: float = ZERO, level: float = 3.6, prefix: str = "u") -> None:
        drawn = np.random.default_rng(seed)
        sector, county = drawn.integers(0, 5, count), drawn.integers(0, 4, count)
        before = np.rint(np.exp(3.2 + 0.7 * drawn.standard_normal(count))) + 1
        self.zero = np.full(count, zero)
        self.location = level + np.array(SECTOR_EFFECT)[sector] + 0.6 * (np.log(before) - 3.2)
        size = np.exp(self.location + SPREAD * drawn.standard_normal(count))
        self.jobs = np.where(drawn.random(count) < self.zero, 0.0, size)
        promised = np.rint(np.exp(self.location + 0.3 * drawn.standard_normal(count)) / 0.5)
        rows = {
            "unit_id": [f"{prefix}{number:04d}" for number in range(count)], "province": "West Azerbaijan",
            "county": np.array(COUNTIES)[county], "isic": np.array(SECTORS)[sector], "status": "idle",
            "jobs_before_stop": before.astype(int), "jobs_promised": promised.astype(int),
            "capital_needed_rial": drawn.integers(1, 90, count) * 10**10, "price_year": 1401, "idle_months": 30.0,
            "building_m2": np.rint(np.exp(6 + 0.5 * drawn.standard_normal(count))),
            "power_kw": np.rint(np.exp(4 + 0.5 * drawn.standard_normal(count))),
        }  # fmt: skip
        self.units = unit_table(pd.DataFrame(rows))
        self.came = pd.Series(self.jobs, index=self.units.index)

    @cached_property
    def ready(self) -> pd.DataFrame:
        return _matrix(self.units)

    def coverage(self, low: pd.Series, high: pd.Series) -> float:
        """Probability that a new count lies in the interval, mean over the units: no sampling in it."""
        upper = norm.cdf((np.log(np.maximum(high, 1e-9)) - self.location) / SPREAD)
        lower = norm.cdf((np.log(np.maximum(low, 1e-9)) - self.location) / SPREAD)
        return float((self.zero * (low <= 0) + (1 - self.zero) * np.maximum(upper - lower, 0.0)).mean())


def _matrix(units: pd.DataFrame, fitted: dict | None = None) -> pd.DataFrame:
    return matrix(units, FULL_SCHEMA, fitted or _FITTED, as_of=AS_OF)


_FITTED = fit(World(0, 300).units, FULL_SCHEMA, as_of=AS_OF)


_world = cache(World)


def _fit(world: World, **more: object) -> FittedJobs:
    arguments = {"matrix": world.ready, "units": world.units, "jobs": world.came} | more
    return fit_jobs(schema=FULL_SCHEMA, prior=PRIOR, **arguments)


def _model(found: FittedJobs) -> JobsHeads:
    return found.ready


def _forecast(found: FittedJobs, world: World) -> pd.DataFrame:
    return jobs_forecast(_model(found), world.ready, world.units)


STRANGERS = World(99, 400, prefix="s")


# Priors and data.


def test_before_any_count_official_averages_speak_and_say_so():
    found = _fit(World(1, 0))
    forecast = _forecast(found, STRANGERS)
    assert found.section.method == "prior"
    assert {JobsNote.TOO_FEW_COUNTS, JobsNote.RATIO_ASSUMED} <= set(found.section.notes)
    # Two hundred draws do not reach the far tail of a log-normal size, which holds some of its mean.
    assert forecast["mean"].to_numpy() == pytest.approx(np.exp(PRIOR.size.log_mean), rel=0.05)
    assert forecast["zero_probability"].to_numpy() == pytest.approx(0.1)
    assert forecast["low"].nunique() == forecast["high"].nunique() == 1
    assert "ratio" in found.section.priors["assumed"]


def test_the_more_counts_the_less_the_official_average():
    """A province whose plants employ five times as many: its own counts win, little by little."""
    means = [
        np.mean([_forecast(_fit(World(seed, count, level=4.4)), STRANGERS)["mean"].mean() for seed in range(12)])
        for count in (0, 2, 8, 30, 1000)
    ]
    truth = World(99, 400, level=4.4)
    expected = ((1 - truth.zero) * np.exp(truth.location + SPREAD**2 / 2)).mean()
    assert means == sorted(means)
    assert means[0] == pytest.approx(np.exp(PRIOR.size.log_mean), rel=0.05)
    assert means[-1] == pytest.approx(expected, rel=0.05)


def test_sectors_are_told_apart_only_with_records_enough():
    apart = {}
    for count in (12, 1500):
        forecast = _forecast(_fit(World(4, count)), STRANGERS)["point"]
        by_sector = (
            np.log(forecast).groupby(STRANGERS.units["isic"]).mean()
            - np.log(pd.Series(np.exp(STRANGERS.location), index=forecast.index))
            .groupby(STRANGERS.units["isic"])
            .mean()
        )
        apart[count] = float(by_sector.std())
    assert apart[1500] < 0.08 < apart[12]


def test_how_often_there_are_none_is_learnt():
    for zero in (0.02, 0.4):
        forecast = _forecast(_fit(World(5, 2000, zero=zero)), STRANGERS)
        assert forecast["zero_probability"].mean() == pytest.approx(zero, abs=0.03)


# Intervals.


@pytest.mark.parametrize(("count", "low"), [(30, 0.74), (80, 0.76), (100, 0.76), (400, 0.78)])
def test_four_fifths_are_covered_in_a_world_of_known_truth(count, low):
    """Over 25 samples of each size, probability and not luck: between the stated floor and .84."""
    covered = []
    for seed in range(25):
        forecast = _forecast(_fit(_world(seed, count), random_state=seed), STRANGERS)
        covered.append(STRANGERS.coverage(forecast["low"], forecast["high"]))
    assert low <= np.mean(covered) <= 0.84


@pytest.mark.parametrize("zero", [0.02, 0.15, 0.3, 0.6])
def test_zero_is_left_out_only_where_it_is_hardly_likely_and_coverage_holds_all_the_same(zero):
    strangers = World(98, 400, zero=zero, prefix="s")
    covered = []
    for seed in range(25):
        forecast = _forecast(_fit(World(seed, 300, zero=zero)), strangers)
        assert (forecast.loc[forecast["zero_probability"] >= 0.2, "low"] == 0).all()
        covered.append(strangers.coverage(forecast["low"], forecast["high"]))
    assert 0.77 <= np.mean(covered) <= 0.84


def test_an_interval_of_a_unit_that_is_nearly_surely_empty_reaches_from_zero_to_its_mean():
    """Zero alone holds the level; an interval holds its point, which is a mean, and goes no further."""
    forecast = _forecast(_fit(World(6, 1500, zero=0.93)), World(98, 50, prefix="s"))
    assert (forecast["low"] == 0).all()
    assert (forecast["high"] == forecast["point"]).mean() > 0.9


# Capital and promises.


def test_stating_more_capital_claims_no_more_jobs():
    """Scale, not a dose: neither what is drawn nor its draws move when a unit asks for a hundred times the money."""
    found = _fit(World(7, 200))
    model, units = _model(found), STRANGERS.units
    richer = units.assign(capital_needed_rial=units["capital_needed_rial"] * 100, working_capital_needed_rial=10**12)
    before, after = (jobs_at_month_12(model, _matrix(each), each) for each in (units, richer))
    assert (before == after).all()


def test_prices_of_another_year_change_no_forecast():
    found = _fit(World(7, 200))
    units = STRANGERS.units.assign(bank_debt_rial=10**11)
    later = units.assign(price_year=1399, bank_debt_rial=10**9, capital_needed_rial=10**9)
    before, after = (_forecast_of(found, each) for each in (units, later))
    pd.testing.assert_frame_equal(before, after)


def _forecast_of(found: FittedJobs, units: pd.DataFrame) -> pd.DataFrame:
    return jobs_forecast(_model(found), _matrix(units), units)


@pytest.mark.parametrize("name", ["capital_needed_log", "debt_to_capital"])
def test_a_column_that_rests_on_stated_capital_is_refused(name):
    with pytest.raises(EhyaError) as caught:
        _fit(World(7, 50), features=["sector_division", name])
    assert caught.value.code is ErrorCode.SCHEMA_MISMATCH
    assert caught.value.facts["given"] == [name]
    assert name not in job_features(FULL_SCHEMA)


def test_a_promise_is_worth_what_promises_were_worth():
    found = _fit(World(8, 1000))
    assert found.section.ratio.overall == pytest.approx(0.53, abs=0.08)
    assert not found.section.ratio.assumed
    silent = STRANGERS.units.assign(jobs_promised=pd.NA).astype({"jobs_promised": "Int64"})
    boasting = STRANGERS.units.assign(jobs_promised=STRANGERS.units["jobs_promised"] * 10)
    plain, quiet, loud = (_forecast_of(found, each)["mean"].mean() for each in (STRANGERS.units, silent, boasting))
    assert quiet == pytest.approx(plain, rel=0.15)
    assert loud < 10 * plain


# Laws.


def test_order_of_rows_changes_nothing():
    world = World(9, 150)
    shuffled = world.units.sample(frac=1, random_state=1)
    again = fit_jobs(
        _matrix(shuffled), shuffled, world.came.sample(frac=1, random_state=2), schema=FULL_SCHEMA, prior=PRIOR
    )
    assert again.section == _fit(world).section


def test_a_unit_without_a_count_lends_its_scale_and_nothing_else():
    world = World(10, 150)
    part = world.came.iloc[:100]
    whole = _fit(world, jobs=part)
    world.units.loc[world.units.index[100:], ["isic", "county"]] = ["2930", "Khoy"]
    moved = _fit(world, matrix=_matrix(world.units), jobs=part)
    assert moved.section.size_line.tolist() == whole.section.size_line.tolist()


def test_a_weight_of_two_pulls_like_two_units():
    world = World(11, 120)
    heavy = pd.Series(np.where(world.units["isic"] == "1312", 6.0, 1.0), index=world.units.index)
    moved, plain = _fit(world, weights=heavy), _fit(world)
    even = _fit(world, weights=pd.Series(3.0, index=world.units.index))
    assert even.section == plain.section
    assert moved.section.size_line.tolist() != plain.section.size_line.tolist()


def test_a_fitted_section_is_json_and_a_section_that_was_written_draws_the_same():
    for count in (0, 30, 150):
        found = _fit(World(12, count))
        written = json.loads(json.dumps(found.section.plain(), allow_nan=False))
        read = JobsHeads(found.heads["jobs_any"], found.heads["jobs_size"], JobsPart(**written))
        assert read.part == found.section
        ready = _matrix(STRANGERS.units)
        drawn, again = (jobs_at_month_12(each, ready, STRANGERS.units) for each in (found.ready, read))
        assert (drawn == again).all()


def test_the_heads_say_what_the_section_says():
    world = World(13, 150)
    found = _fit(world)
    columns = len(found.section.size_line) - 1
    rows = np.eye(columns)
    assert found.heads["jobs_size"].predict(0 * rows[:1])[0] == pytest.approx(found.section.size_line[0])
    odds = np.log(found.heads["jobs_any"].predict_proba(rows)[:, 1] / found.heads["jobs_any"].predict_proba(rows)[:, 0])
    assert odds == pytest.approx(found.section.any_line[0] + found.section.any_line[1:])


# Bad input.


@pytest.mark.parametrize("count", [1, 9])
def test_with_few_counts_the_supposed_spread_speaks_and_nothing_is_sloped(count):
    found = _fit(World(14, count, zero=0.0))
    assert (found.section.method, found.section.design) == ("prior", ())
    assert JobsNote.TOO_FEW_COUNTS in found.section.notes
    assert np.ptp(_forecast(found, STRANGERS)["point"]) == 0


def test_when_nobody_was_ever_found_at_work_the_figures_say_it():
    world = World(15, 60, zero=1.0)
    found = _fit(world)
    assert {JobsNote.NO_JOBS_COUNTED, JobsNote.TOO_FEW_COUNTS} <= set(found.section.notes)
    forecast = _forecast(found, STRANGERS)
    assert (forecast["zero_probability"] > 0.75).all()
    assert np.isfinite(forecast.to_numpy()).all()


def test_one_sector_is_no_ground_to_tell_sectors_apart():
    world = World(16, 120)
    world.units["isic"] = "1030"
    found = _fit(world, matrix=_matrix(world.units))
    assert JobsNote.ONE_SECTOR in found.section.notes
    assert "sector_division" not in {block.column for block in found.section.design}
    other = STRANGERS.units.assign(isic="2511")
    same = STRANGERS.units.assign(isic="1030")
    pd.testing.assert_frame_equal(_forecast_of(found, other), _forecast_of(found, same))


def test_a_county_and_a_sector_never_met_are_judged_like_the_middling_one():
    found = _fit(World(17, 300))
    strange = STRANGERS.units.assign(county="Bukan", isic="3100", jobs_promised=pd.NA).astype(
        {"jobs_promised": "Int64"}
    )
    forecast = _forecast_of(found, strange)
    assert np.isfinite(forecast.to_numpy()).all()
    assert forecast["point"].mean() == pytest.approx(_forecast(found, STRANGERS)["point"].mean(), rel=0.2)


def test_a_count_a_thousand_times_too_large_is_set_aside_and_said():
    world = World(18, 150)
    plain = _fit(world, jobs=world.came.iloc[1:])
    wrong = world.came.copy()
    wrong.iloc[0] = 40_000.0
    found = _fit(world, jobs=wrong)
    assert found.section.counts.set_aside == 1
    assert JobsNote.COUNTS_SET_ASIDE in found.section.notes
    assert found.section.size_line.tolist() == plain.section.size_line.tolist()
    assert found.section.residuals.tolist() == plain.section.residuals.tolist()


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_what_is_no_count_is_refused(wrong):
    world = World(19, 30)
    came = world.came.copy()
    came.iloc[3] = wrong
    with pytest.raises(EhyaError) as caught:
        _fit(world, jobs=came)
    assert caught.value.code is ErrorCode.OUTCOME_OUT_OF_RANGE


def test_a_count_of_a_unit_that_is_not_there_is_refused():
    world = World(20, 30)
    with pytest.raises(EhyaError) as caught:
        _fit(world, jobs=pd.concat([world.came, pd.Series({"nobody": 3.0})]))
    assert (caught.value.code, caught.value.facts["given"]) == (ErrorCode.UNKNOWN_UNIT, "nobody")


def test_a_missing_column_is_named_and_an_unknown_one_refused():
    world = World(21, 30)
    with pytest.raises(EhyaError) as caught:
        _fit(world, matrix=_matrix(world.units).drop(columns="jobs_before_log"))
    assert caught.value.code is ErrorCode.SCHEMA_MISMATCH
    with pytest.raises(EhyaError) as caught:
        _fit(world, features=["jobs_at_peak"])
    assert caught.value.facts["given"] == ["jobs_at_peak"]


def test_units_that_state_nothing_but_their_place_can_be_learnt_from():
    world = World(22, 120)
    bare = world.units[["province", "county", "isic", "status"]]
    found = fit_jobs(_matrix(bare), bare, world.came, schema=FULL_SCHEMA, prior=PRIOR)
    assert found.section.ratio.assumed
    assert np.isfinite(jobs_forecast(_model(found), _matrix(bare), bare).to_numpy()).all()


def test_a_constant_column_is_left_out():
    world = World(23, 120)
    world.units["jobs_before_stop"] = 25
    found = _fit(world, matrix=_matrix(world.units))
    assert "jobs_before_log" not in {block.column for block in found.section.design}
