"""Drift of features: exact at few units, silent without a shift, loud with one."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chisquare

from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.statistics.feature_shift import feature_drift, holm, homogeneity, reference, unseen


def spec(name, kind=FeatureKind.NUMBER, *sources):
    return FeatureSpec(name, "f", kind, "", "", "", sources)


SCHEMA = FeatureSchema(
    (
        *(spec(f"number_{number}") for number in range(10)),
        spec("zeros"),
        spec("constant"),
        spec("flag", FeatureKind.FLAG),
        spec("county", FeatureKind.CATEGORY, "county"),
    )
)


def sample(n, seed):
    rng = np.random.default_rng(seed)
    columns = {f"number_{number}": rng.standard_normal(n) for number in range(10)}
    columns["zeros"] = np.where(rng.random(n) < 0.6, 0.0, rng.exponential(size=n))
    columns |= {"constant": np.ones(n), "flag": rng.integers(0, 2, n) * 1.0, "county": rng.integers(0, 8, n) * 1.0}
    X = pd.DataFrame(columns)
    return X.mask(rng.random(X.shape) < 0.1)


@pytest.mark.parametrize(("then", "now"), [(400, 30), (60, 200), (2000, 2000)])
def test_without_drift_a_false_alarm_comes_in_one_of_twenty_registers_at_most(then, now):
    raised, p_values = [], []
    for seed in range(120):
        table = feature_drift(reference(sample(then, seed), SCHEMA), sample(now, 10_000 + seed), splits=999)
        raised.append((table["p_adjusted"] < 0.05).any())
        p_values.append(table.loc["number_0", "p_value"])
    assert np.mean(raised) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 120)
    # And single p-values are even: in each quarter about as many.
    assert chisquare(np.histogram(p_values, [0, 0.25, 0.5, 0.75, 1.0001])[0]).pvalue > 0.001


def test_debts_a_thousand_times_larger_are_noticed_among_thirty_units():
    now = sample(30, 1)
    now["number_3"] += 3
    table = feature_drift(reference(sample(400, 0), SCHEMA), now)
    assert table.index[0] == "number_3"
    assert table.loc["number_3", "alarming"]
    assert not table.drop("number_3")["alarming"].any()


def test_a_shift_that_is_significant_and_small_does_not_alarm():
    now = sample(60_000, 1)
    now["number_3"] += 0.1
    table = feature_drift(reference(sample(60_000, 0), SCHEMA), now, splits=999)
    assert table.loc["number_3", "p_adjusted"] < 0.05
    assert not table["alarming"].any()


def test_a_field_that_is_suddenly_empty_or_varies_for_the_first_time_is_noticed():
    now = sample(200, 1)
    now["number_3"] = np.nan
    now["constant"] = now["constant"] + (np.arange(200) % 2)
    table = feature_drift(reference(sample(400, 0), SCHEMA), now)
    assert table.loc[["number_3", "constant"], "alarming"].all()
    assert table.loc["number_3", "missing_now"] == 1


def test_the_index_is_that_of_the_hand_worked_case():
    # 30 and 10 of 40 then, 10 and 10 of 20 now; with half a unit in each cell .744 and .256 against .5 and .5.
    found, _, p_value = homogeneity(np.array([30, 10]), np.array([10, 10]), rng=np.random.default_rng(0))
    a, b = 30.5 / 41, 10.5 / 41
    assert found == pytest.approx((0.5 - a) * np.log(0.5 / a) + (0.5 - b) * np.log(0.5 / b))
    assert p_value == pytest.approx(0.083, abs=0.02)  # Fisher's exact test, two-sided


def test_a_unit_with_many_rows_counts_once():
    X = pd.DataFrame({name: np.repeat([0.0, 1.0], [9, 1]) for name in SCHEMA.names})
    found = reference(X, SCHEMA, units=["a"] * 9 + ["b"])
    assert found.count == 2
    assert found.features["number_0"].shares == pytest.approx([0.5, 0.5, 0.0])


def test_the_reference_is_plain_json_and_holds_no_row():
    document = json.loads(json.dumps(reference(sample(500, 0), SCHEMA).plain()))
    assert set(document) == {"count", "features"}
    assert max(len(each["cells"]) for each in document["features"].values()) <= 12
    for each in document["features"].values():
        assert sum(each["shares"]) + each["missing"] == pytest.approx(1)


def test_the_order_of_rows_is_irrelevant():
    now = sample(50, 1)
    document = reference(sample(300, 0), SCHEMA)
    pd.testing.assert_frame_equal(
        feature_drift(document, now, splits=199), feature_drift(document, now.iloc[::-1], splits=199)
    )


def test_nothing_to_compare_is_no_drift():
    table = feature_drift(reference(sample(300, 0), SCHEMA), sample(0, 1), splits=99)
    assert (table["p_value"] == 1).all()
    assert feature_drift(reference(sample(0, 0), SCHEMA), sample(9, 1), splits=99)["p_value"].eq(1).all()


def test_a_category_that_the_training_did_not_meet_is_no_missing_value():
    X = pd.DataFrame({"county": [0.0, np.nan, np.nan]}, index=list("abc"))
    units = pd.DataFrame({"county": ["Urmia", "Nowhere", None]}, index=list("abc"))
    table = unseen(X, units, SCHEMA.subset(["county"]))
    assert table.loc["county"].tolist() == [2, 1, 0.5, True]


def test_holm_never_lowers_a_p_value_and_keeps_their_order():
    p_values = np.random.default_rng(0).random(30)
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (np.argsort(adjusted, kind="stable") == np.argsort(p_values, kind="stable"))[:1].all()
    assert holm(np.zeros(0)).shape == (0,)
