"""Figures of provinces and counties: what is complete, what is picked, and that they say what was read."""

from pathlib import Path

import pandas as pd
import pytest

from engine.reference import table

FACTS = Path(__file__).parents[3] / ".." / "shared" / "data" / "facts"
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not beside the project")
SEASONS = ["spring", "summer", "autumn", "winter"]


def test_every_province_has_its_unemployment_of_1398_in_every_season():
    rows = table("unemployment").query("jalali_year == 1398")
    provinces = set(table("provinces")["province"])
    for period in ("annual", *SEASONS):
        assert provinces <= set(rows.loc[rows["period"] == period, "province"])
    assert rows["coverage"].eq("all_provinces").all()


def test_a_year_lies_between_its_seasons():
    rows = table("unemployment").query("jalali_year == 1398 and province != 'Iran'")
    wide = rows.pivot_table(index="province", columns="period", values="percent")
    assert (wide["annual"] - wide[SEASONS].mean(axis=1)).abs().max() < 0.3
    assert (wide["annual"] >= wide[SEASONS].min(axis=1)).all()
    assert (wide["annual"] <= wide[SEASONS].max(axis=1)).all()


def test_later_years_are_flagged_as_picked():
    later = table("unemployment").query("jalali_year > 1398")
    assert later["coverage"].eq("some_provinces").all()
    assert sorted(later["jalali_year"].unique()) == [1399, 1400, 1401, 1402, 1404]


@needs_facts
def test_unemployment_says_what_was_read():
    read = pd.read_csv(FACTS / "province_indicators.csv").query("indicator == 'unemployment_rate_pct'")
    read["province"] = read["province_en"].replace("national", "Iran")
    read["period"] = read["period"].str.replace(" ", "_")
    given = read.set_index(["province", "jalali_year", "period"])["value"]
    for row in table("unemployment").itertuples():
        assert row.percent in set(given.loc[[(row.province, row.jalali_year, row.period)]])


def test_counties_of_west_azerbaijan_add_up_to_the_census_in_both_years():
    people = (
        table("county_indicators").query("indicator == 'population'").groupby("period")["value"].agg(["sum", "size"])
    )
    assert people.loc["1395"].tolist() == [3_265_219, 17]
    assert people.loc["1390"].tolist() == [3_080_576, 17]


def test_people_of_a_county_are_the_same_in_both_tables():
    counted = table("counties").query("province == 'West Azerbaijan'").set_index("county")["population_1395"].dropna()
    people = table("county_indicators").query("indicator == 'population' and period == '1395'").set_index("county")
    assert people["value"].astype("Int64").to_dict() == counted.to_dict()


def census_unemployment():
    """Rates and counts of the unemployed by county of the census of 1395, as read."""
    read = pd.read_csv(FACTS / "iran_parameters.csv").query("key == 'labour_unemployment_rate'")
    code = read["place"].str.extract(r"^West Azerbaijan, .* (04\d\d)$")[0]
    read = read[code.notna()].assign(county=code.dropna().map(table("counties").set_index("county_code")["county"]))
    counts = read["evidence_note"].str.extract(r"COMPUTED: (\d+) of")[0].astype(float)
    return dict(zip(read["county"], read["value"].astype(float), strict=True)), dict(
        zip(read["county"], counts, strict=True)
    )


@needs_facts
def test_indicators_of_counties_say_what_was_read():
    read = pd.read_csv(FACTS / "county_indicators.csv").set_index("county_en")
    rates, unemployed = census_unemployment()
    named = {"industrial_units": "n_industrial_units", "industrial_jobs": "industrial_employment"}
    for row in table("county_indicators").itertuples():
        column = named.get(row.indicator, f"population_{row.period}" if row.indicator == "population" else None)
        if column:
            assert read.loc[row.county, column] == row.value
        elif row.indicator == "free_zone":
            assert read.loc[row.county, "zone"] == "Maku free zone"
        elif row.indicator == "unemployment":
            assert rates[row.county] == pytest.approx(row.value / 100)
        elif row.indicator == "unemployed":
            assert unemployed[row.county] == row.value
        else:
            assert read.loc[row.county, "deprived_class"].startswith("least developed")


def test_years_of_the_price_index_and_of_the_dollar_follow_each_other_without_a_hole():
    for name in ("price_index", "exchange_rates"):
        years = table(name)["jalali_year"]
        assert (years.diff().dropna() == 1).all()
        assert years.iloc[-1] == {"price_index": 1406, "exchange_rates": 1405}[name]


@needs_facts
def test_prices_and_dollars_say_what_was_read():
    material = FACTS.parent / "reference"
    read = pd.read_csv(material / "cpi_iran.csv").set_index("jalali_year")["deflator_with_proxy_1395_100"]
    index = table("price_index").set_index("jalali_year")
    for row in index[index["flag"] == "sourced"].itertuples():
        assert row.index_1395_100 == read[row.Index]
    rates = pd.read_csv(FACTS / "iran_parameters.csv")
    rates = rates[rates["key"] == "cpi_inflation_sci"].set_index("jalali_year")
    for row in index[index["flag"] == "proxy"].itertuples():
        assert row.price_rise * 100 == pytest.approx(float(rates.loc[str(row.Index), "value"]))
        assert row.standing == rates.loc[str(row.Index), "confidence"] == "medium"
    rates = pd.read_csv(material / "usd_irr.csv")
    given = rates.set_index("jalali_year")["free_market_avg_irr_per_usd"]
    official = rates.set_index("jalali_year")["official_avg_irr_per_usd"]
    for row in table("exchange_rates").dropna(subset=["free_rial_per_usd"]).itertuples():
        assert row.free_rial_per_usd == pytest.approx(given[row.jalali_year], rel=1e-6)
    for row in table("exchange_rates").dropna(subset=["official_rial_per_usd"]).itertuples():
        assert row.official_rial_per_usd == official[row.jalali_year]
