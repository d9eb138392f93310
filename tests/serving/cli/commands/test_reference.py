"""A price index of one's own: shown, used, and refused where it breaks the description of the table."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from engine.settings import Settings
from serving.cli.app import app
from serving.desk.workspace import own_prices


@pytest.fixture
def run(tmp_path):
    def told(*words, code=0):
        result = CliRunner().invoke(
            app, list(words), env={"EHYA_HOME": str(tmp_path), "EHYA_LANG": "en", "COLUMNS": "200"}
        )
        assert result.exit_code == code, result.output
        return result.output

    return told


def test_the_table_says_where_a_file_of_ones_own_goes_and_then_shows_that_file(run, tmp_path):
    own, settings = tmp_path / "price_index.csv", Settings.from_environment({"EHYA_HOME": str(tmp_path)})
    assert str(own) in run("reference", "price_index").replace("\n", "")
    assert own_prices(settings) is None
    run("reference", "price_index", "--out", str(own))
    own.write_text(own.read_text("utf-8-sig").replace("0.614", "0.5").replace("2901.34", "2696.41"), "utf-8")
    shown = json.loads(run("reference", "price_index", "--where", "jalali_year=1405", "--json"))
    assert shown["rows"][0]["price_rise"] == 0.5
    assert "replace the table that ships" in run("reference", "price_index").replace("\n", " ")
    assert own_prices(settings).levels[-2] == 2696.41


def test_a_file_that_breaks_the_description_is_refused_with_its_row_and_column(run, tmp_path):
    run("reference", "price_index", "--out", str(tmp_path / "price_index.csv"))
    own = tmp_path / "price_index.csv"
    own.write_text(own.read_text("utf-8-sig").replace("0.614", "61.4"), "utf-8")
    assert "61.4" in run("reference", "price_index", code=2)


def test_effects_of_ones_own_are_shown_in_place_of_the_rows_they_name(run, tmp_path):
    (tmp_path / "effects.csv").write_text(
        "output,feature,effect,low,high\nrestart,has_title_deed,0.6,0.2,1.0\n", "utf-8"
    )
    shown = json.loads(run("reference", "effects", "--where", "feature=has_title_deed", "--json"))
    assert [row["effect"] for row in shown["rows"] if row["output"] == "restart"] == [0.6]
    assert {row["source"] for row in shown["rows"] if row["output"] == "restart"} == {"effects.csv"}
    assert "1 of the rows are replaced by" in run("reference", "effects").replace("\n", " ")
