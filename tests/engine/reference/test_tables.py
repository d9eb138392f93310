"""Laws that every reference table keeps, and what single tables must hold."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from engine.domain.intervention import CostBasis, InterventionCode, Owner, ServiceFamily
from engine.domain.unit import Barrier
from engine.economics.prices import IndexFlag
from engine.reference import spec, table, table_names

SAMPLE = Path(__file__).parents[3] / ".." / "shared" / "data" / "samples" / "register_fa.expected.json"
FROM_THE_PRESS = ("reported_units", "revival_rates", "jobs_per_unit")  # a report without a date stays undated
REVIVALS = SAMPLE.parents[1] / "facts" / "unit_revivals.csv"


@pytest.mark.parametrize("name", table_names())
def test_every_row_has_its_own_key(name: str) -> None:
    keys = table(name)[list(spec(name).key)]
    assert not keys.isna().any(axis=None)
    assert not keys.duplicated().any()


@pytest.mark.parametrize("name", table_names())
def test_every_row_has_a_source_and_a_date(name: str) -> None:
    rows = table(name)
    assert rows["source"].str.strip().str.len().gt(0).all()
    dates = [column for column in ("as_of", "period_end", "report_date") if column in rows]
    assert dates
    if name not in FROM_THE_PRESS:
        assert rows[dates].notna().any(axis=1).all()


@pytest.mark.parametrize("name", table_names())
def test_every_column_loads_with_its_dtype(name: str) -> None:
    rows = table(name)
    assert {column: str(dtype) for column, dtype in rows.dtypes.items()} == spec(name).dtypes
    assert spec(name).licence
    assert spec(name).attribution


@pytest.mark.parametrize("name", table_names())
def test_no_table_holds_anything_of_openstreetmap(name: str) -> None:
    rows = table(name).select_dtypes("str").apply(lambda column: column.str.lower())
    for trace in ("openstreetmap", "osm_", "_osm", "odbl"):
        assert not rows.apply(lambda column, trace=trace: column.str.contains(trace, regex=False)).any(axis=None)
    assert not [column for column in table(name) if "osm" in column]


@pytest.mark.parametrize("name", table_names())
def test_no_address_is_broken_into_pieces(name: str) -> None:
    sources = table(name)["source"]
    addresses = sources.str.extractall(r"(https?:\S*)")[0]
    assert addresses.str.match(r"https?://[^\s/]+\.[^\s/]+(?:/\S*)?$").all()
    assert not sources.str.contains(r"https?:/(?!/)|https?\s*:\s+//|\w+\.(?:ir|com|org) /", regex=True).any()


@pytest.mark.parametrize("name", table_names())
def test_no_cell_has_arabic_letters_or_loose_spaces(name: str) -> None:
    """Aliases are the exception: they are there to be recognised."""
    for column, cells in table(name).select_dtypes("str").items():
        if column.startswith("aliases"):
            continue
        given = cells.dropna()
        assert not given.str.contains(r"^\s|\s$|\s{2,}", regex=True).any(), column
        if column.endswith("_fa"):
            assert not given.str.contains("[يك]", regex=True).any(), column


def test_activities_form_one_tree() -> None:
    rows = table("isic")
    assert rows["level"].value_counts().to_dict() == {"class": 419, "group": 238, "division": 88, "section": 21}
    children = rows[rows["level"] != "section"]
    assert set(children["parent"]) <= set(rows["code"])
    parent_level = children["parent"].map(rows.set_index("code")["level"])
    above = {"division": "section", "group": "division", "class": "group"}
    assert (parent_level == children["level"].map(above)).all()


def test_every_county_has_a_province_and_every_centre_is_a_county_of_it() -> None:
    provinces, counties = table("provinces"), table("counties")
    assert len(provinces) == 31
    assert len(counties) == 482
    assert set(counties["province"]) == set(provinces["province"])
    pairs = set(zip(counties["province"], counties["county"], strict=True))
    assert set(zip(provinces["province"], provinces["centre_county"], strict=True)) <= pairs
    assert counties["county_code"].is_unique
    assert counties["county_code"].str[:2].map(provinces.set_index("province_code")["province"]).eq(
        counties["province"]
    ).all()  # fmt: skip


def test_coordinates_lie_in_iran_and_near_the_centre_of_their_province() -> None:
    counties = table("counties").dropna(subset=["latitude"])
    assert counties["latitude"].between(25, 40).all()
    assert counties["longitude"].between(44, 64).all()
    centre = counties["province"].map(table("provinces").set_index("province")["latitude"])
    assert (counties["latitude"] - centre).abs().max() < 5.5
    assert len(counties) == 448


def test_west_azerbaijan_counts_the_people_of_the_census_of_1395() -> None:
    counties = table("counties").query("province == 'West Azerbaijan'")
    assert len(counties) == 20
    assert counties["population_1395"].sum() == 3_265_219
    assert table("provinces").set_index("province").loc["West Azerbaijan", "population_1395"] == 3_265_219


def test_no_name_or_alias_means_two_counties_of_one_province() -> None:
    for _, counties in table("counties").groupby("province"):
        names: dict[str, str] = {}
        for row in counties.itertuples():
            cells = [row.county, row.name_fa, *str(row.aliases_fa).split(";"), *str(row.aliases_en).split(";")]
            for name in {re.sub(r"[\W_]", "", cell).casefold() for cell in cells} - {"nan"}:
                assert names.setdefault(name, row.county) == row.county


def test_places_of_the_other_tables_are_known() -> None:
    counties = table("counties")
    pairs = set(zip(counties["province"], counties["county"], strict=True))
    for name in ("estates", "border_gates"):
        rows = table(name)
        assert set(zip(rows["province"], rows["county"], strict=True)) <= pairs
    assert set(table("unemployment")["province"]) <= set(counties["province"]) | {"Iran"}


def test_estates_add_up() -> None:
    rows = table("estates").dropna(subset=["units", "active_units", "not_active_units"])
    assert len(rows) == 3
    assert (rows["active_units"] + rows["not_active_units"] == rows["units"]).all()


def test_every_open_gate_without_a_coordinate_is_named() -> None:
    """Distances leave these out, so the list is kept in sight."""
    rows = table("border_gates").query("status == 'open'")
    assert rows.loc[rows["latitude"].isna(), "gate_code"].tolist() == ["razi", "maku_airport", "razi_station"]


def test_barriers_and_interventions_speak_the_codes_of_the_engine() -> None:
    barriers, interventions = table("barriers"), table("interventions")
    assert set(barriers["barrier"]) == {member.value for member in Barrier}
    assert set(interventions["intervention"]) == {member.value for member in InterventionCode}
    assert set(interventions["owner"]) == {member.value for member in Owner}
    assert set(barriers["family"]) | set(interventions["family"]) == {member.value for member in ServiceFamily}
    assert set(interventions["cost_basis"]) == {member.value for member in CostBasis}
    assert set(interventions["removes"].str.split(";").explode()) == {member.value for member in Barrier}


def test_months_of_an_intervention_are_in_order_and_assumptions_are_marked() -> None:
    rows = table("interventions")
    assert (rows["months_low"] <= rows["months_typical"]).all()
    assert (rows["months_typical"] <= rows["months_high"]).all()
    assert set(rows["basis"]) <= {"sourced", "assumed"}
    assert rows.loc[rows["basis"] == "assumed", "source"].str.contains("assumed").all()


def test_price_index_says_what_is_missing() -> None:
    rows = table("price_index").set_index("jalali_year")
    assert set(rows["flag"]) == {member.value for member in IndexFlag} - {"missing"}
    assert rows.loc[1395, "index_1395_100"] == 100
    assert rows["index_1395_100"].isna().eq(rows["flag"] == "missing").all()
    assert rows.query("flag == 'proxy'").index.tolist() == [1402, 1403, 1404]
    assert rows.query("flag == 'assumed'").index.tolist() == [1405, 1406]
    assert rows.loc[rows["flag"] == "assumed", "source"].str.startswith("assumed").all()
    assert rows.loc[rows["flag"] == "assumed", "standing"].isin(["low", "assumed"]).all()


def test_every_level_of_the_price_index_is_the_one_before_it_raised_by_the_rise_of_its_row() -> None:
    rows = table("price_index").sort_values("jalali_year")
    carried = rows["index_1395_100"].shift() * (1 + rows["price_rise"])
    assert rows["index_1395_100"].iloc[1:].tolist() == pytest.approx(carried.iloc[1:].tolist(), rel=1e-4)


def test_figures_of_the_interview_are_given_with_their_measure() -> None:
    rows = table("programme_figures").set_index("figure")
    given = rows["value"].to_dict()
    assert (given["units_revived"], given["units_diagnosed"], given["industrial_tours"]) == (114, 86, 23)
    assert (given["training_courses"], given["example_investment"], given["example_direct_jobs"]) == (447, 4000, 30)
    assert rows.loc["example_investment", "measure"] == "billion rial"
    assert rows["source"].str.contains("interview with the West Azerbaijan estates company").all()


def test_sector_words_lead_to_known_activities() -> None:
    rows = table("sector_words")
    assert set(rows["isic"]) <= set(table("isic")["code"])
    for word, isic in {
        "رب گوجه": "10",
        "سردخانه": "52",
        "کارتن‌سازی": "17",
        "لوله پلی‌اتیلن": "22",
        "آرد و نان": "10",
    }.items():
        assert rows.set_index("word").loc[word, "isic"] == isic


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample register is not beside the project")
def test_counties_and_activities_of_the_sample_register_are_known() -> None:
    values = json.loads(SAMPLE.read_text("utf-8"))["values"]
    counties = table("counties").query("province == 'West Azerbaijan'")["county"]
    assert {value["value"] for value in values if value["field"] == "county"} <= set(counties)
    assert {value["value"] for value in values if value["field"] == "isic"} <= set(table("isic")["code"])


@pytest.mark.skipif(not REVIVALS.exists(), reason="the press reports are not beside the project")
def test_counties_of_the_press_reports_are_known() -> None:
    reports = pd.read_csv(REVIVALS).dropna(subset=["county_en"])
    counties = table("counties")
    pairs = set(zip(counties["province"], counties["county"], strict=True))
    unknown = {pair for pair in zip(reports["province_en"], reports["county_en"], strict=True) if pair not in pairs}
    assert unknown == {("North Khorasan", "Maneh and Samalqan")}  # two counties since 1402
