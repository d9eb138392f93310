"""Multipliers of a sector: by hand, against the published case, and against a Leontief inverse."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.economics.multipliers import DEFAULT_I, DEFAULT_II, Economy, multipliers, published
from engine.reference import table

MATERIAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "reference"
COEFFICIENTS = MATERIAL / "io_coeff_scotland_2019_domestic_98.csv"
needs_material = pytest.mark.skipif(not COEFFICIENTS.exists(), reason="the Scottish tables are not beside the project")


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


def test_fruit_preserving_of_the_united_states_by_hand():
    # (2.50 + 6.75) / 2.50 = 3.70; (2.50 + 6.75 + 3.59) / 2.50 = 5.136
    row = published(pd.Series(["1030"]), Economy.UNITED_STATES).iloc[0]
    assert row.tolist() == pytest.approx([3.70, 5.136])


def test_multipliers_follow_from_the_jobs_of_their_row():
    rows = table("multipliers")
    direct = rows["direct_jobs_per_million"]
    suppliers = direct + rows["supplier_jobs_per_million"]
    assert (suppliers / direct - rows["employment_type_i"]).abs().max() < 2e-4
    everyone = suppliers + rows["induced_jobs_per_million"]
    assert (everyone / direct - rows["employment_type_ii"]).abs().max() < 5e-4  # published with four digits


def test_a_division_of_several_industries_gets_their_mean_by_jobs():
    rows = table("multipliers").query("place == 'Scotland' and isic in ('241', '242;243')")
    jobs = rows["direct_jobs_per_million"] * rows["gross_output_million"]
    by_hand = float((rows["employment_type_i"] * jobs).sum() / jobs.sum())
    assert published(pd.Series(["24"])).iloc[0]["type_i"] == pytest.approx(by_hand)


def test_the_assumed_default_is_no_bolder_than_scottish_manufacturing():
    rows = table("multipliers").query("place == 'Scotland'")
    making = rows[rows["isic"].str[:2].between("10", "33")]
    assert making["employment_type_i"].quantile(0.25) < making["employment_type_i"].median()
    assert making["employment_type_i"].median() > DEFAULT_I
    assert making["employment_type_ii"].median() > DEFAULT_II


@needs_material
def test_a_leontief_inverse_of_the_scottish_coefficients_gives_the_published_multipliers():
    """Output: column sums of (I - A)^-1. Jobs: direct coefficients times it, over the direct coefficients."""
    flows = pd.read_csv(COEFFICIENTS, dtype={"supplier_code": str}).set_index("supplier_code")
    coefficients = flows.drop(columns="supplier_name").to_numpy(dtype=np.float64)
    inverse = np.linalg.inv(np.eye(len(coefficients)) - coefficients)
    given = pd.read_csv(MATERIAL / "io_multipliers.csv").query("area == 'Scotland'").set_index("sector_code")
    assert list(flows.index) == list(given.index)
    direct = given["employment_effect_type1"] / given["employment_multiplier_type1"].replace(0, np.nan)
    # imputed rents employ nobody: their effect is all suppliers', and their own jobs are nil
    jobs = pd.Series(direct.fillna(0).to_numpy() @ inverse, flows.index)
    output = pd.Series(inverse.sum(axis=0), flows.index)
    for row in table("multipliers").query("place == 'Scotland'").itertuples():
        code = row.activity_code.replace("+", ", ")
        assert output[code] == pytest.approx(row.output_type_i, abs=6e-5)  # published with four digits
        assert jobs[code] / direct[code] == pytest.approx(row.employment_type_i, abs=3e-4)


@needs_material
def test_the_table_says_what_the_scottish_government_published():
    given = pd.read_csv(MATERIAL / "io_multipliers.csv", dtype={"isic4_divisions": str}).query("area == 'Scotland'")
    given = given.set_index("sector_code")
    for row in table("multipliers").query("place == 'Scotland'").itertuples():
        source = given.loc[row.activity_code.replace("+", ", ")]
        assert row.output_type_i == source["output_multiplier_type1"]
        assert row.output_type_ii == source["output_multiplier_type2"]
        assert row.employment_type_i == source["employment_multiplier_type1"]
        assert row.employment_type_ii == source["employment_multiplier_type2"]
        assert row.gross_output_million == source["gross_output"]
        divisions = {code[:2] for code in row.isic.split(";")}
        assert divisions <= set(source["isic4_divisions"].split(";"))
