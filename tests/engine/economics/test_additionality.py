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
