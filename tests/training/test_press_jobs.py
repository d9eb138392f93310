"""The jobs head of the press model: its shrinkage by hand, its residuals, and what it does with too little."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.scoring.sections import PressJobs
from training.cohort.press_sample import Sample
from training.models.press_heads import LEVEL_PENALTY, PENALTIES, jobs_head, sector_penalty
from training.pipeline.press_fit import LEAST_JOBS, LEAST_UNITS, fit_sample

AS_OF = pd.Timestamp("2026-11-23")


def _sample(jobs: list[float] | np.ndarray, province: list[str] | np.ndarray) -> Sample:
    count = len(jobs)
    units = pd.DataFrame(index=range(count))
    nothing = np.zeros(count, dtype=bool)
    return Sample(units, np.zeros(count), nothing, np.array(province, dtype=np.str_), np.array(jobs, dtype=np.float64))


def _head(jobs: list[float] | np.ndarray, province: list[str] | np.ndarray, narrow: np.ndarray) -> PressJobs:
    return jobs_head(_sample(jobs, province), narrow, np.ones(len(jobs), dtype=bool))


def test_an_effect_is_its_mean_deviation_times_n_by_n_and_penalty():
    """Eight units of one kind employ e^3 each, eight of the other e^5: columns of one and minus one, mean 4."""
    narrow = np.repeat([1.0, -1.0], 8)[:, None]
    jobs = np.exp(np.repeat([3.0, 5.0], 8))
    found = _head(jobs, list("abcdefgh") * 2, narrow)
    penalty = sector_penalty(narrow, np.log(jobs))
    assert found.point == pytest.approx([4.0, -16 / (16 + penalty)])


def test_a_residual_is_what_the_refit_without_its_own_province_missed_by():
    jobs, province = np.array([10.0, 20.0, 40.0, 80.0, 160.0, 20.0]), np.array(list("aabbcc"))
    found = _head(jobs, province, np.zeros((6, 0)))
    logs = np.log(jobs)
    for place, own in enumerate(province):
        assert found.residuals[place] == pytest.approx(logs[place] - logs[province != own].mean())
        assert found.refits[found.refit_of[place]][0] == pytest.approx(logs[province != own].mean())


def test_units_without_a_number_of_jobs_change_nothing():
    drawn = np.random.default_rng(0)
    narrow, jobs, province = drawn.standard_normal((30, 3)), drawn.lognormal(4, 1, 30), drawn.choice(list("abcde"), 30)
    more = np.vstack([narrow, drawn.standard_normal((9, 3))])
    padded = _head(np.r_[jobs, np.full(9, np.nan)], np.r_[province, np.full(9, "a")], more)
    assert padded == _head(jobs, province, narrow)


def test_a_sector_is_believed_as_far_as_it_shows():
    drawn = np.random.default_rng(1)
    sector = np.eye(4)[np.arange(200) % 4] - 0.25
    noise = drawn.standard_normal(200)
    alike, apart = (sector_penalty(sector, 4 + noise + sector @ (by * np.array([2.0, -1, 0, -1]))) for by in (0.0, 1.0))
    assert alike > LEVEL_PENALTY > apart


@pytest.mark.parametrize("jobs", [[50.0] * 8, [50.0] * 7 + [50_000_000.0]])
def test_jobs_all_alike_and_one_a_million_times_larger_end_in_finite_heads(jobs):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = _head(jobs, list("aabbccdd"), np.eye(2)[np.arange(8) % 2] - 0.5)
    assert np.isfinite(np.concatenate([found.point, found.residuals])).all()


def test_one_wild_report_moves_the_forecast_of_others_by_its_logarithm_only():
    drawn = np.random.default_rng(2)
    jobs, province, narrow = drawn.lognormal(4, 1, 55), drawn.choice(list("abcdefgh"), 55), np.zeros((55, 0))
    before, after = (
        np.exp(_head(each, province, narrow).point[0]) for each in (jobs, np.r_[jobs[:-1], jobs[-1] * 1e3])
    )
    assert after / before == pytest.approx(1000 ** (1 / 55))


@pytest.mark.parametrize("province", [["a"] * 6, []])
def test_jobs_of_a_single_province_cannot_be_judged_without_it(province):
    with pytest.raises(EhyaError) as caught:
        _head([10.0, 20.0, 30.0, 10.0, 20.0, 30.0][: len(province)], province, np.zeros((len(province), 0)))
    assert caught.value.code is ErrorCode.TOO_FEW_ROWS
    assert caught.value.facts == {"given": len(set(province)), "allowed": 2}


def test_with_two_units_of_a_sector_nothing_is_learnt_of_sectors():
    assert sector_penalty(np.eye(2) - 0.5, np.array([1.0, 9.0])) == LEVEL_PENALTY
    assert PENALTIES.min() < LEVEL_PENALTY < PENALTIES.max()


@pytest.mark.parametrize(
    ("known", "given", "allowed"), [(0, 0, LEAST_JOBS), (19, 19, LEAST_JOBS), (None, 40, LEAST_UNITS)]
)
def test_too_little_is_refused_with_what_is_missing(trained, known, given, allowed):
    seen = trained.seen
    if known is None:
        short = Sample(seen.units[:40], seen.label[:40], seen.register[:40], seen.group[:40], seen.jobs[:40])
    else:
        jobs = np.where(np.cumsum(~np.isnan(seen.jobs)) <= known, seen.jobs, np.nan)
        short = Sample(seen.units, seen.label, seen.register, seen.group, jobs)
    with pytest.raises(EhyaError) as caught:
        fit_sample(short, as_of=AS_OF, trials=2)
    assert (caught.value.facts["given"], caught.value.facts["allowed"]) == (given, allowed)


def test_no_units_own_province_speaks_in_its_interval(trained):
    """Of each held-out pair of heads: not one residual is of a unit that lies in the province left out."""
    seen = trained.seen
    for province, pair in trained.model.document.held_out.items():
        inside = (~np.isnan(seen.jobs) & (seen.group == province)).sum()
        assert len(pair.jobs.residuals) == (~np.isnan(seen.jobs)).sum() - inside
