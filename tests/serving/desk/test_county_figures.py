"""Figures of counties add up to those of the register."""

import pytest

from serving.desk.appraisal import Appraised
from serving.desk.county_figures import county_figures
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from tests.serving.conftest import DAY, made_up_appraisal

PROVINCE = "West Azerbaijan"


@pytest.fixture(scope="module")
def appraised():
    table = made_up_appraisal(120)
    table.loc[table.index[:5], "county"] = None
    table.loc[table.index[5:12], "province"] = "Isfahan"
    table.loc[table.index[12:14], "province"] = None
    return Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def test_sums_of_counties_and_of_what_lies_elsewhere_are_those_of_the_register(appraised):
    found, table = county_figures(appraised), appraised.table
    drawn, elsewhere = found.of_province(PROVINCE), found.elsewhere(PROVINCE)
    assert drawn["units"].sum() + elsewhere["units"].sum() == len(table)
    assert elsewhere["units"].sum() == 14
    assert found.table["offer"].sum() == (table["triage"] == "offer").sum()
    assert found.table["jobs"].sum() == pytest.approx(table["jobs_expected_point"].sum())
    assert found.table["capital"].sum() == pytest.approx(float(table["capital_needed_rial"].dropna().sum()))
    assert found.price_year == 1405


def test_the_mean_is_that_of_the_units_that_have_a_prediction(appraised):
    found, table = county_figures(appraised).of_province(PROVINCE), appraised.table
    khoy = table[(table["county"] == "Khoy") & (table["province"] == PROVINCE)]
    assert found.loc["Khoy", "feasibility"] == pytest.approx(khoy["feasibility_unit_point"].mean())


def test_a_county_whose_units_state_no_capital_has_no_sum(appraised):
    table = appraised.table.assign(capital_needed_rial=None)
    table["capital_needed_rial"] = table["capital_needed_rial"].astype("Int64")
    found = county_figures(Appraised(table, appraised.question, Audience.OFFICE)).table
    assert found["capital"].isna().all()
    assert (found["priced"] == 0).all()
