"""The map of the province: every county in its box, units counted, the source named."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from engine.reference.tables import table
from serving.i18n import speech
from serving.reports.county_map import PROVINCE, county_map

UNITS = pd.DataFrame({"province": [PROVINCE] * 3 + ["Tehran"], "county": ["Urmia", "Urmia", "Khoy", "Tehran"]})


def test_each_county_of_the_province_is_drawn_inside_the_box_with_its_units():
    drawn = county_map(UNITS, speech("en"))
    counties = table("counties")
    assert {one["name"] for one in drawn["counties"]} == set(counties.loc[counties["province"] == PROVINCE, "county"])
    assert {one["name"]: one["count"] for one in drawn["counties"] if one["count"]} == {"Urmia": "2", "Khoy": "1"}
    assert all(0 <= x <= 1 and 0 <= y <= 1 for one in drawn["counties"] for x, y in [*one["outline"], one["at"]])


def test_north_is_above_and_west_is_left_in_either_language():
    for language in ("fa", "en"):
        words = speech(language)
        at = {one["name"]: one["at"] for one in county_map(UNITS, words)["counties"]}
        assert at[words.place("Maku")][1] < at[words.place("Sardasht")][1]
        assert at[words.place("Maku")][0] < at[words.place("Takab")][0]


def test_the_source_is_named_and_its_notice_ships_beside_it():
    assert "OpenStreetMap" in county_map(UNITS, speech("fa"))["source"]
    notice = resources.files("serving") / "static" / "maps" / "ODbL.txt"
    assert "Open Database License" in notice.read_text("utf-8")


def test_without_a_unit_in_the_province_there_is_no_map():
    assert county_map(UNITS.tail(1), speech("fa")) is None
