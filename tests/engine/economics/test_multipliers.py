"""Multipliers of a sector."""

import pandas as pd
import pytest

from engine.economics.multipliers import multipliers


@pytest.mark.parametrize(
    ("isic", "first", "second"),
    [
        ("1030", 1.68, 2.03),  # 1 + .25 (3.70 - 1) = 1.675; 1 + .25 (5.14 - 1) = 2.035
        ("1050", 2.0, 2.6),  # dairy meets both ceilings
        ("1313", 1.27, 1.51),
        ("1621", 1.34, 1.60),
        ("1629", 1.24, 1.46),
        ("0810", 1.35, 1.59),
    ],
)
def test_a_sector_gets_its_shrunken_figures(isic, first, second):
    row = multipliers(pd.Series([isic])).iloc[0]
    assert row["type_i"] == pytest.approx(first, abs=0.0051)
    assert row["type_ii"] == pytest.approx(second, abs=0.0051)
    assert not row["assumed"]


def test_a_sector_that_is_not_named_gets_the_flagged_default():
    table = multipliers(pd.Series(["2599", "10", None], index=["a", "b", "c"]))
    assert table["assumed"].tolist() == [True, True, True]
    assert table.loc["c", ["type_i", "type_ii"]].tolist() == [1.3, 1.6]
