"""What official counts say, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from engine.errors import EhyaError
from engine.reference import table
from training.priors.official_rates import COMPETING_PER_YEAR, BetaRate, jobs_size, offset, restart_rate


def _rates(yearly: list[float]) -> pd.DataFrame:
    count = len(yearly)
    return pd.DataFrame(
        {"region": ["Iran"] * count, "revived": [rate * 1000 for rate in yearly], "idle": [1000.0] * count,
         "years": [1.0] * count, "not_used": pd.Series([None] * count, dtype="str")}
    )  # fmt: skip


def test_one_certain_rate_of_a_tenth_a_year_gives_17_per_cent_in_two_years_beside_competing_ends():
    rate = restart_rate(_rates([0.1, 0.1, 0.1001, 0.0999]))
    ended = 0.1 + COMPETING_PER_YEAR
    assert rate.rate == pytest.approx(0.1 / ended * (1 - np.exp(-2 * ended)), abs=1e-4)  # .1728
    assert rate.high - rate.low < 0.01


def test_the_beta_posterior_adds_what_the_register_saw():
    prior = BetaRate(2.0, 6.0, 5)
    assert prior.updated(3, 1).rate == pytest.approx(5 / 12)
    assert prior.updated(0, 0) == prior
    assert prior.low == pytest.approx(beta.ppf(0.1, 2, 6))


def test_plans_and_wider_definitions_set_no_rate():
    rates = table("revival_rates")
    used = rates[rates["not_used"].isna()]
    assert not used["scope"].isin(["movement"]).any()
    assert set(rates["not_used"].dropna()) == {"plan", "wider_definition", "no_period", "year_inferred", "same_period"}
    assert used[["revived", "idle", "years"]].notna().all().all()
    assert restart_rate(rates) == restart_rate(used)
    with pytest.raises(EhyaError, match="too_few_rows"):
        restart_rate(rates[rates["not_used"].notna()])


def test_the_official_average_is_that_of_the_national_counts():
    size = jobs_size()
    assert np.exp(size.log_mean) == pytest.approx((18.243 * 17.341 * 18.868 * 19.669) ** 0.25, rel=1e-3)


def test_the_offset_moves_the_sample_rate_to_the_population_rate():
    score = np.log(0.526 / 0.474) + offset(0.25, 0.526)
    assert 1 / (1 + np.exp(-score)) == pytest.approx(0.25)
