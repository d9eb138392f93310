"""The trial of policies: its goals at a size that a test can pay for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.policy_trial.policies import Market, doubly_robust, gini
from experiments.policy_trial.run import main, trial


@pytest.fixture(scope="module")
def results():
    return trial(2, outcomes=(0,), asked=400)


def test_on_the_first_day_ehya_gains_over_half_of_what_the_truth_would(results):
    gains = results["gain_share_of_oracle"]["0"]
    assert gains["ehya"]["mean"] >= 0.55
    assert all(gains["ehya"]["mean"] > gains[rule]["mean"] for rule in gains if rule != "ehya")


def test_intervals_of_jobs_hold_and_exposure_is_a_share(results):
    assert 0.74 <= results["jobs_coverage_80"] <= 0.86
    shares = results["county_exposure_gini"]
    assert set(shares) == set(results["gain_share_of_oracle"]["0"])
    # Units are not spread evenly over counties, and no rule gives all places to one.
    assert all(0.2 < one < 0.9 for one in shares.values())


def test_a_log_of_another_policy_tells_what_the_package_brings(results):
    """As a share of what the package truly brings: about the whole, whatever the model alone says."""
    said = results["doubly_robust"]["0"]
    assert said["mean"] == pytest.approx(1.0, abs=0.4)
    assert said["low"] < said["high"]
    assert said["model"] == pytest.approx(1.0, abs=0.5)
    assert 0 < results["feasibility_rmse"]["0"]["ehya"] < results["feasibility_rmse"]["0"]["flat"]


def test_a_wrong_model_is_mended_by_the_log_and_a_wrong_log_by_the_model():
    random = np.random.default_rng(1)
    truth, chance = random.uniform(5, 20, 400), random.uniform(0.2, 0.8, 400)
    wrong = [
        doubly_robust(np.zeros(400), truth, (random.random(400) < chance).astype(float), chance) for _ in range(200)
    ]
    assert np.mean(wrong) == pytest.approx(truth.sum(), rel=0.02)
    right = doubly_robust(truth, truth, (random.random(400) < chance).astype(float), np.full(400, 0.9))
    assert right == pytest.approx(truth.sum())


def test_no_package_passes_its_budget_and_none_beats_the_best():
    random = np.random.default_rng(0)
    market = Market(None, random.uniform(1, 9, 40), random.random(40), 5, 20.0)
    best = market.best(market.truth)
    for _ in range(20):
        chosen = market.greedy(random.permutation(40))
        assert len(chosen) <= 5
        assert market.capital[chosen].sum() <= 20.0
        assert market.value(chosen) <= market.value(best) + 1e-9


def test_the_command_writes_its_figures(tmp_path):
    assert main(["--seeds", "1", "--asked", "150", "--out", str(tmp_path / "t.json")]) == 0
    found = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert set(found["gain_share_of_oracle"]) == {"0", "1000"}
    assert found["feasibility_rmse"]["1000"]["ehya"] < found["feasibility_rmse"]["0"]["ehya"]


def test_equal_counts_have_no_inequality_and_one_that_has_all_leaves_its_own_share():
    """Where one of three has everything it is 2/3; of 1 and 3 a mean difference of 1 over twice the mean of 2."""
    assert gini(np.array([2.0, 2.0, 2.0])) == pytest.approx(0.0)
    assert gini(np.array([0.0, 0.0, 3.0])) == pytest.approx(2 / 3)
    assert gini(np.array([1.0, 3.0])) == pytest.approx(1 / 4)
