"""Cost shares of a sector."""

from pathlib import Path

import pandas as pd
import pytest

from engine.economics.costs import SHARES, cost_shares
from engine.reference import table

MATERIAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "reference"
needs_material = pytest.mark.skipif(not MATERIAL.exists(), reason="the input-output tables are not beside the project")


def test_shares_of_every_iranian_activity_are_all_known():
    assert table("sector_costs").query("place == 'Iran'")[SHARES].notna().all(axis=None)


def test_shares_of_any_mean_add_up_to_one():
    isic = table("isic").query("level != 'section'")["code"]
    shares = cost_shares(isic.set_axis(isic))
    known = shares.dropna()
    assert known.sum(axis=1).sub(1).abs().max() < 5e-6


def test_every_division_of_farming_mining_and_industry_has_shares():
    isic = table("isic").query("level != 'section' and code < '48'")["code"]
    shares = cost_shares(isic.set_axis(isic))
    without = {code[:3] for code in shares.index[shares.isna().any(axis=1)]}
    assert without == {"015", "016", "017", "353"}  # mixed farming, farm services, hunting, steam


def test_dairy_by_hand():
    """Central Bank, activity 11: wages 32,377,632 of an output of 279,481,811 million rial."""
    assert cost_shares(pd.Series(["1050"]))["wages_share"].iloc[0] == pytest.approx(32_377_632 / 279_481_811, abs=1e-6)


def test_food_weighs_its_four_activities_by_output():
    rows = table("sector_costs").query("place == 'Iran' and activity_code in ('9', '10', '11', '12')")
    by_hand = (rows["wages_share"] * rows["gross_output_million"]).sum() / rows["gross_output_million"].sum()
    assert cost_shares(pd.Series(["10"]))["wages_share"].iloc[0] == pytest.approx(by_hand)


def test_a_sector_that_is_not_named_has_no_shares():
    assert cost_shares(pd.Series(["86", None])).isna().all(axis=None)


@needs_material
def test_the_iranian_rows_say_what_the_central_bank_published():
    given = pd.read_csv(MATERIAL / "iran_io1395_primary_inputs.csv").set_index("activity_no")
    inputs = pd.read_csv(MATERIAL / "iran_io1395_direct_linkages.csv").set_index("activity_no")
    for row in table("sector_costs").query("place == 'Iran'").itertuples():
        source, linkage = given.loc[int(row.activity_code)], inputs.loc[int(row.activity_code)]
        assert row.gross_output_million == source["gross_output_million_rial"]
        assert row.wages_share == pytest.approx(source["compensation_to_output"], abs=6e-5)
        assert row.fixed_capital_share == pytest.approx(source["fixed_capital_consumption_to_output"], abs=6e-5)
        value_added = row.wages_share + row.fixed_capital_share + row.surplus_share
        assert value_added == pytest.approx(source["gva_to_output"], abs=6e-5)
        assert row.electricity_share == pytest.approx(linkage["direct_input_per_output_electricity_42"], abs=1e-6)
        assert row.gas_share == pytest.approx(linkage["direct_input_per_output_gas_43"], abs=1e-6)
        assert row.transport_share == pytest.approx(linkage["direct_input_per_output_transport_51_53_57_58"], abs=2e-6)


@needs_material
def test_the_scottish_rows_add_up_to_the_published_direct_linkage():
    given = pd.read_csv(MATERIAL / "io_multipliers.csv").query("area == 'Scotland'").set_index("sector_code")
    bought = [share for share in SHARES if share not in ("wages_share", "fixed_capital_share", "surplus_share")]
    for row in table("sector_costs").query("place == 'Scotland'").to_dict("records"):
        linkage = given.loc[row["activity_code"].replace("+", ", "), "direct_backward_linkage"]
        assert sum(row[share] for share in bought) == pytest.approx(linkage, abs=6e-5)
