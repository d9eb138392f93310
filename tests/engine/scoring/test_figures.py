"""Draws become figures: by hand, and what must hold whatever is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.prediction import Output
from engine.scoring.figures import ends, job_figures

WORLDS = 40


def _figures(seed: int, units: int = 7) -> tuple[np.ndarray, ...]:
    drawn = np.random.default_rng(seed)
    shape = (units, WORLDS)
    jobs_now = drawn.integers(0, 12, units).astype(float)
    return drawn.random(shape), drawn.poisson(14, shape).astype(float), jobs_now, drawn.uniform(0.2, 40.0, units)


def test_a_case_worked_by_hand():
    """Worlds bring 0, 8 and 20 jobs, restarts come at .5, .5 and .2; six work already, four billion rial are needed.

    Added: 0, 2, 14 (nobody loses a job), their mean 16 / 3. Expected: 0, 1, 2.8, their mean 3.8 / 3.
    """
    found = job_figures(
        np.array([[0.5, 0.5, 0.2]]), np.array([[0.0, 8.0, 20.0]]), np.array([6.0]), np.array([4.0]), levels=(0.0, 1.0)
    )
    assert found[Output.JOBS_IF_REVIVED] == pytest.approx(np.array([[0.0, 16 / 3, 14.0]]))
    assert found[Output.JOBS_EXPECTED] == pytest.approx(np.array([[0.0, 3.8 / 3, 2.8]]))
    assert found[Output.JOBS_PER_BILLION_RIAL] == pytest.approx(np.array([[0.0, 4 / 3, 3.5]]))
    assert found[Output.JOBS_EXPECTED_PER_BILLION_RIAL] == pytest.approx(np.array([[0.0, 0.95 / 3, 0.7]]))


def test_what_is_expected_is_no_product_of_points():
    """Restarts and jobs that come together are worth more than either mean alone tells."""
    together, apart = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    jobs, one = np.array([[0.0, 10.0]]), np.ones(1)
    expected = [job_figures(each, jobs, 0 * one, one)[Output.JOBS_EXPECTED][0, 1].item() for each in (together, apart)]
    assert expected == [5.0, 0.0]


def test_a_unit_that_adds_nobody_in_most_worlds_is_not_expected_to_add_more_than_it_adds_if_revived():
    """Three worlds in five bring no job, two bring 4.5: 1.8 if revived, at a feasibility of .5 .9 expected."""
    found = job_figures(np.full((1, 5), 0.5), np.array([[0.0, 0.0, 0.0, 4.5, 4.5]]), np.zeros(1), np.ones(1))
    assert found[Output.JOBS_IF_REVIVED][0, 1] == pytest.approx(1.8)
    assert found[Output.JOBS_EXPECTED][0, 1] == pytest.approx(0.9)


PAIRS = [
    (Output.JOBS_EXPECTED, Output.JOBS_IF_REVIVED),
    (Output.JOBS_EXPECTED_PER_BILLION_RIAL, Output.JOBS_PER_BILLION_RIAL),
]


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.6, 0.95]))
def test_no_figure_of_what_is_expected_exceeds_what_a_revival_adds(seed, nothing):
    feasibility, jobs, now, capital = _figures(seed, units=50)
    jobs = np.where(np.random.default_rng(seed).random(jobs.shape) < nothing, 0.0, jobs**2)  # a heavy tail
    found = job_figures(feasibility, jobs, now, capital)
    for expected, added in PAIRS:
        assert (found[expected] <= found[added] + 1e-12).all()


@given(st.integers(0, 10_000))
def test_ends_stand_in_order_and_nothing_is_negative(seed):
    for values in job_figures(*_figures(seed)).values():
        assert (np.diff(values, axis=1) >= 0).all()
        assert (values >= 0).all()


@given(st.integers(0, 10_000))
def test_more_people_at_work_now_never_add_jobs(seed):
    feasibility, jobs, now, capital = _figures(seed)
    before, after = (job_figures(feasibility, jobs, each, capital) for each in (now, now + 3))
    assert all((after[output] <= before[output] + 1e-12).all() for output in before)


@given(st.integers(0, 10_000), st.floats(0.1, 50.0))
def test_capital_divides_jobs_and_does_nothing_else(seed, times):
    feasibility, jobs, now, capital = _figures(seed)
    before, after = (job_figures(feasibility, jobs, now, each) for each in (capital, capital * times))
    for output in (Output.JOBS_IF_REVIVED, Output.JOBS_EXPECTED):
        assert (after[output] == before[output]).all()
    for output in (Output.JOBS_PER_BILLION_RIAL, Output.JOBS_EXPECTED_PER_BILLION_RIAL):
        assert after[output] * times == pytest.approx(before[output])


def test_what_is_not_known_is_said_of_nothing():
    feasibility, jobs, *_ = _figures(1, units=2)
    found = job_figures(feasibility, jobs, np.array([np.nan, 0.0]), np.array([1.0, np.nan]))
    assert np.isnan(found[Output.JOBS_IF_REVIVED][0]).all()
    assert np.isfinite(found[Output.JOBS_EXPECTED][1]).all()
    assert np.isnan(found[Output.JOBS_PER_BILLION_RIAL][1]).all()


@given(st.integers(0, 10_000))
def test_a_batch_says_what_single_units_say(seed):
    arguments = _figures(seed)
    together = job_figures(*arguments)
    for row in range(len(arguments[2])):
        alone = job_figures(*(each[row : row + 1] for each in arguments))
        assert all((alone[output][0] == together[output][row]).all() for output in together)


def test_a_point_outside_the_draws_moves_the_end():
    assert ends(np.array([[1.0, 2.0]]), np.array([5.0]), (0.0, 1.0)).tolist() == [[1.0, 5.0, 5.0]]


def test_an_interval_leaves_zero_out_only_where_it_is_hardly_likely():
    """Of 100 worlds 9 or 11 bring no job, the others 1, 2, 3 ...: 80 of 100 are held either way."""
    for nothing, low, held in ((9, 1.0, 81), (11, 0.0, 81)):
        jobs = np.concatenate([np.zeros(nothing), np.arange(1.0, 101.0 - nothing)])[None]
        found = job_figures(np.ones((1, 100)), jobs, np.zeros(1), np.ones(1))[Output.JOBS_IF_REVIVED][0]
        assert np.floor(found[0]) == low
        assert ((found[0] <= jobs) & (jobs <= found[2])).sum() == pytest.approx(held, abs=1)


def test_people_at_work_now_shift_an_interval_and_widen_it_no_more():
    jobs = np.arange(1.0, 201.0)[None]
    found = [
        job_figures(np.ones((1, 200)), jobs, np.array([now]), np.ones(1))[Output.JOBS_IF_REVIVED][0, 2]
        for now in (0.0, 60.0)
    ]
    assert found[0] - found[1] == pytest.approx(60.0)
