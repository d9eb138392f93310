"""Outcomes beside predictions: evidence that may be looked at after every outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from training.monitoring.base_rate import LEAST_OUTCOMES, OTHERS, SHIFT_SPREAD, base_rate, evidence


def judged(n, seed=0, *, shift=0.0, counties=3):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.05, 0.5, n)
    true = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + shift)))
    return pd.DataFrame(
        {
            "unit_id": [f"u{number}" for number in range(n)],
            "origin": pd.Timestamp("2024-01-01"),
            "label": (rng.random(n) < true) * 1.0,
            "probability": p,
            "county": rng.integers(0, counties, n).astype(str),
        }
    )


def test_the_evidence_agrees_with_integration():
    label, p = np.array([1.0, 0, 0, 1, 0]), np.array([0.3, 0.2, 0.6, 0.1, 0.4])

    def likelihood(t):
        q = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + t)))
        return float(np.prod(np.where(label == 1, q / p, (1 - q) / (1 - p)))) * norm.pdf(t, scale=SHIFT_SPREAD)

    assert np.exp(evidence(label, p)) == pytest.approx(quad(likelihood, -6, 6)[0], rel=1e-6)


def test_the_evidence_is_one_on_average_when_the_predictions_are_right():
    # By enumeration of all outcomes of eight units: a martingale's mean is one exactly.
    p = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.05, 0.9])
    total = 0.0
    for number in range(2**8):
        label = np.array([(number >> place) & 1 for place in range(8)], dtype=float)
        total += np.prod(np.where(label == 1, p, 1 - p)) * np.exp(evidence(label, p))
    assert total == pytest.approx(1, abs=1e-9)


def test_looking_after_every_outcome_alarms_falsely_in_one_of_twenty_registers_at_most():
    ever = []
    for seed in range(200):
        rows = judged(120, seed)
        label, p = rows["label"].to_numpy(), rows["probability"].to_numpy()
        ever.append(max(evidence(label[:look], p[:look]) for look in range(4, 121, 4)) > np.log(20))
    assert np.mean(ever) <= 0.05


def test_a_rate_half_of_what_was_predicted_is_noticed():
    found = [base_rate(judged(400, seed, shift=-0.9)) for seed in range(20)]
    assert np.mean([each.alarming for each in found]) > 0.9
    assert all(each.overall["observed"] < each.overall["expected"] for each in found)


def test_few_outcomes_do_not_alarm_whatever_they_are():
    rows = pd.DataFrame({"unit_id": list("abc"), "origin": 0, "label": 1.0, "probability": 0.3, "county": "k"})
    found = base_rate(rows)
    assert not found.alarming
    assert found.overall["share_low"] == pytest.approx(0.025 ** (1 / 3))


def test_small_groups_are_pooled_and_each_look_at_many_groups_is_paid_for():
    rows = judged(200, counties=50)
    found = base_rate(rows).groups
    assert found["group"].tolist() == [OTHERS]
    rows = judged(900, 1, counties=3)
    table = base_rate(rows).groups
    assert table["outcomes"].sum() == 900
    assert (table["p_adjusted"] >= table["p_value"]).all()
    assert (table["outcomes"] >= LEAST_OUTCOMES).all()
    rows.loc[rows["county"] == "2", "label"] = 0.0
    assert base_rate(rows).alarming_groups["group"].tolist() == ["2"]


def test_a_unit_judged_twice_counts_once_and_the_order_of_rows_is_irrelevant():
    rows = judged(100)
    again = rows.assign(origin=pd.Timestamp("2024-04-01"), label=1.0)
    assert base_rate(pd.concat([again, rows])).overall == base_rate(rows).overall
    turned = base_rate(rows.sample(frac=1, random_state=0)).overall
    assert turned == pytest.approx(base_rate(rows).overall)


def test_no_outcome_is_no_evidence():
    found = base_rate(judged(0))
    assert (found.overall["outcomes"], found.overall["p_value"]) == (0, 1)
    assert found.groups.empty
    assert not found.alarming
