"""Which rows of a table speak of an activity."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reference import table
from engine.reference.activities import by_activity, rows_about

COVERED = ["101;102", "105", "10", "13", "1393", "41;42;43", "41;42;43"]


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("1050", [1]),  # the nearest activity above it
        ("1071", [2]),  # no group of its own: the division
        ("10", [2]),  # itself, not what lies below
        ("1393", [4]),
        ("1391", [3]),
        ("42", [5, 6]),  # two rows share the code
        ("27", []),
        ("1", []),
        ("", []),
    ],
)
def test_the_nearest_activity_above_decides(code, places):
    assert rows_about(code, COVERED).tolist() == places


def test_without_one_above_all_below_speak():
    assert rows_about("10", ["101;102", "105", "13"]).tolist() == [0, 1]


def test_several_rows_are_weighted_by_hand():
    # (.1 x 1 + .4 x 3) / 4 = .325
    rows = pd.DataFrame({"isic": ["101", "105"], "share": [0.1, 0.4]})
    found = by_activity(pd.Series(["10", "105"], index=["a", "b"]), rows, ["share"], pd.Series([1.0, 3.0]))
    assert found.loc["a", "share"] == pytest.approx(0.325)
    assert found.loc["b", "share"] == 0.4


def test_a_row_without_weight_does_not_count_among_several_and_none_is_missing():
    rows = pd.DataFrame({"isic": ["101", "105"], "share": [0.1, 0.4]})
    assert by_activity(pd.Series(["10"]), rows, ["share"], pd.Series([float("nan"), 3.0])).iloc[0, 0] == pytest.approx(
        0.4
    )
    assert by_activity(pd.Series(["10"]), rows, ["share"], pd.Series([float("nan")] * 2)).isna().all(axis=None)


@given(st.lists(st.sampled_from([*table("isic")["code"], None]), max_size=20))
def test_a_mean_lies_between_the_rows_it_is_made_of(codes):
    rows = table("sector_costs").query("place == 'Iran'").reset_index(drop=True)
    isic = pd.Series(codes, dtype="str")
    found = by_activity(isic, rows, ["wages_share"], rows["gross_output_million"])["wages_share"]
    for code, value in zip(isic, found, strict=True):
        used = rows.loc[rows_about(str(code), list(rows["isic"])), "wages_share"]
        assert used.empty == pd.isna(value)
        assert used.empty or used.min() - 1e-12 <= value <= used.max() + 1e-12
