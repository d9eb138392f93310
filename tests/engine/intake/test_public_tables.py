"""Tables that others made, with quite other columns, are read as a careful person would read them."""

from pathlib import Path

import pandas as pd
import pytest

from engine.errors import EhyaError
from engine.intake import read_register

FACTS = Path(__file__).parents[3] / "../shared/data/facts"

pytestmark = pytest.mark.skipif(not FACTS.exists(), reason="the public tables are not beside the project")


def written(name):
    """The table as text, by the sheet's own numbers of rows."""
    table = pd.read_csv(FACTS / name, dtype="str", encoding="utf-8-sig")
    return table.set_axis(table.index + 2)


def by_row(intake, field):
    return intake.units.set_index("row")[field].dropna().to_dict()


def test_reported_units_come_out_row_by_row():
    intake, given = read_register(FACTS / "unit_revivals.csv"), written("unit_revivals.csv")
    assert len(intake.units) == len(given)
    for field, column, factor in [
        ("idle_months", "idle_years", 12),
        ("capital_needed_rial", "investment_rial", 1),
        ("working_capital_needed_rial", "working_capital_rial", 1),
        ("jobs_promised", "jobs_direct", 1),  # what the pages announce
        ("jobs_before_stop", "jobs_before", 1),
        ("land_m2", "area_m2", 1),
    ]:
        assert by_row(intake, field) == (given[column].dropna().astype("float64") * factor).to_dict(), field
    assert by_row(intake, "isic").items() >= given["isic2"].dropna().to_dict().items()
    other = by_row(intake, "county").items() - given["county_en"].to_dict().items()
    assert {county for _, county in other} == {"Maneh"}  # the county of Maneh and Samalqan, by its name of today
    assert set(by_row(intake, "capacity_text")) == set(given["capacity_text"].dropna().index)
    assert set(intake.rejected_cells["field"]) == {"status", "export_share"}  # offered; sentences
    refused = intake.rejected_cells.query("field == 'status'")
    assert set(refused["given"]) == {"offered"}
    assert set(refused["row"]) == set(given.index[given["status"] == "offered"])
    states = {"revived": "operating", "partially_revived": "semi_active", "failed_again": "idle"}
    assert by_row(intake, "status") == given["status"].replace(states).drop(refused["row"]).to_dict()
    causes = given["idle_cause"].dropna()
    assert set(by_row(intake, "stop_causes")) == set(causes.index[causes != "unknown"])


def test_a_table_of_projects_is_not_read_as_idle_units():
    intake = read_register(FACTS / "west_azerbaijan_opportunities.csv")
    given = written("west_azerbaijan_opportunities.csv")
    sums = given["note"].fillna("").str.startswith("AGGREGATE")
    ignored = intake.ignored_rows.query("code == 'total'")["row"]
    assert set(ignored) == set(given.index[sums])
    assert intake.rows_read == (~sums).sum()
    unread = intake.unknown_columns.set_index("column")["nearest"]
    assert unread[["jobs", "investment_rial"]].tolist() == ["jobs_before_stop", "capital_needed_rial"]
    assert not intake.units["jobs_before_stop"].notna().any()
    assert set(intake.units["status"].dropna()) == {"operating", "under_construction"}
    assert set(intake.rejected_cells["given"]) >= {"signed", "offered", "province"}
    assert by_row(intake, "county").items() <= given["county_en"].to_dict().items()


def test_a_table_of_estates_is_no_table_of_units():
    with pytest.raises(EhyaError) as error:
        read_register(FACTS / "west_azerbaijan_estates.csv")
    assert (error.value.code, error.value.facts["column"]) == ("not_units", "n_units")
