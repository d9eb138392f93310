"""Net jobs, worked by hand."""

import pandas as pd
import pytest

from engine.economics.additionality import indirect_jobs, net_jobs


def test_hundred_gross_jobs_by_hand():
    # 100 -> leakage .10: 90 -> displacement .25: 67.5 -> substitution .05: 64.125 -> multiplier 1.3: 83.3625
    # -> reference case 15 % of it: 12.504375 -> 70.858125
    assert net_jobs(100.0, multiplier=1.3) == pytest.approx(70.858125, abs=1e-12)


def test_without_any_loss_every_job_counts():
    assert net_jobs(7.0, leakage=0, displacement=0, substitution=0, deadweight=0) == 7.0


def test_full_deadweight_leaves_nothing():
    assert net_jobs(100.0, deadweight=1.0) == 0


def test_rates_may_differ_from_unit_to_unit():
    jobs = net_jobs(
        pd.Series([100.0, 100.0]), leakage=0, displacement=pd.Series([0.25, 0.4]), substitution=0, deadweight=0
    )
    assert jobs.tolist() == pytest.approx([75.0, 60.0])


@pytest.mark.parametrize(("multiplier", "all_jobs"), [(1.280, 128), (1.617, 162)])
def test_the_scottish_government_s_example(multiplier, all_jobs):
    """100 jobs x 1.280 = 128 (type I), x 1.617 = 162 (type II)."""
    assert round(100 + indirect_jobs(100.0, multiplier)) == all_jobs


@pytest.mark.parametrize(
    ("rates", "published"),
    [
        ({"deadweight": 0.2, "displacement": 0.25, "leakage": 0.1, "substitution": 0.0}, 0.54),
        ({"deadweight": 0.35, "displacement": 0.4, "leakage": 0.2, "substitution": 0.05}, 0.296),
        ({"deadweight": 0.1, "displacement": 0.1, "leakage": 0.05, "substitution": 0.0}, 0.7695),
    ],
)
def test_factors_of_a_published_tool(rates, published):
    """charlescoverdale/econstack, io-report, after HCA, Additionality Guide 2014: its three sets of rates."""
    assert net_jobs(1.0, **rates) == pytest.approx(published, abs=5e-4)


def test_forty_three_jobs_in_manchester_are_twenty_three_new_ones():
    """The worked example of the same tool: 10 million pounds in manufacturing, standard rates."""
    assert round(net_jobs(43.0, deadweight=0.2, displacement=0.25, leakage=0.1, substitution=0.0)) == 23
