"""Overlap: support, balance, extreme weights."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from training.propensity.model import Propensity, propensity
from training.propensity.overlap import overlap, standardised_differences
from training.propensity.weights import SelectionWarning


@pytest.fixture
def judged(world, schema):
    def judge(n=3000, seed=0, **effects):
        X, exposed, _ = world(n, seed, **effects)
        found = propensity(X, schema, exposed)
        groups = {"county": X["county"].map("county {:.0f}".format)}
        return overlap(X, schema, exposed["approached"].to_numpy(), found, groups=groups)

    return judge


def test_without_selection_nothing_is_warned_of(judged):
    found = judged()
    assert found.warnings == ()
    assert found.totals["auc"] == pytest.approx(0.5, abs=0.05)
    assert found.balance["before"].abs().max() < 0.1


def test_weighting_brings_recorded_fields_into_balance(judged):
    found = judged(6000, estate=1.5)
    worst = found.balance.iloc[0]
    assert worst["feature"] == "in_estate"
    assert worst["before"] > 0.2
    assert abs(worst["after"]) < 0.05
    assert SelectionWarning.UNBALANCED not in found.warnings


def test_units_unlike_any_that_was_approached_are_counted_where_they_stand(schema):
    # By hand: the approached have propensities .4 to .6; of four others one lies below, one above.
    X = pd.DataFrame({"size": np.zeros(7), "in_estate": np.zeros(7), "county": np.zeros(7)})
    score = np.array([0.4, 0.5, 0.6, 0.1, 0.5, 0.55, 0.9])
    met = np.arange(7) < 3
    found = Propensity(score, np.full(7, 0.5), score, 0.5, score, np.zeros(7, dtype=bool), 1.0)
    groups = {"county": pd.Series(["east"] * 5 + ["west"] * 2)}
    report = overlap(X, schema, met, found, groups=groups)
    assert (report.totals["below_share"], report.totals["above_share"]) == (0.25, 0.25)
    by_county = report.groups.set_index("group")
    assert by_county.loc["east", ["below_share", "above_share"]].tolist() == [0.5, 0]
    assert by_county.loc["west", ["below_share", "above_share"]].tolist() == [0, 0.5]
    assert SelectionWarning.OUTSIDE_SUPPORT in report.warnings


def test_a_weight_that_bears_nearly_all_is_warned_of(schema):
    X = pd.DataFrame({"size": np.zeros(40), "in_estate": np.zeros(40), "county": np.zeros(40)})
    e = np.where(np.arange(40) == 0, 0.01, 0.9)
    found = Propensity(e, np.full(40, 0.5), e, 0.5, e, np.zeros(40, dtype=bool), 1.0)
    report = overlap(X, schema, np.arange(40) < 20, found)
    assert {SelectionWarning.FEW_EFFECTIVE, SelectionWarning.WEIGHTS_CLIPPED} <= set(report.warnings)
    assert report.totals["heaviest_share"] == pytest.approx(20 / (20 + 19 / 0.9))
    assert report.groups.empty


def test_missing_values_count_for_nothing_and_a_constant_column_has_no_difference():
    columns = np.array([[1.0, 5], [np.nan, 5], [0, 5], [0, 5]])
    found = standardised_differences(columns, np.array([True, True, False, False]), np.ones(4))
    assert found[0] == pytest.approx((1 - 1 / 3) / np.sqrt(2 / 9))
    assert np.isnan(found[1])


def test_false_alarms_about_balance_are_rare_when_units_are_few(judged):
    raised = [SelectionWarning.UNBALANCED in judged(120, seed).warnings for seed in range(40)]
    assert np.mean(raised) <= 0.1


def test_the_report_is_plain_json(judged):
    document = json.loads(json.dumps(judged(400).to_json()))
    assert set(document) == {"totals", "groups", "balance", "warnings"}
