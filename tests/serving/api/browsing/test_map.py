"""The map in a browser: its figures are those of the table, and a county is a link."""

import re

import pytest

from serving.desk.county_figures import CountyFigure
from tests.serving.api.browsing.conftest import words


@pytest.mark.parametrize("figure", [one.value for one in CountyFigure])
def test_each_figure_colours_the_counties(reading, figure):
    page = reading.get(f"/desk/map?figure={figure}")
    assert page.status_code == 200
    assert page.text.count('<path class="county') == 20
    assert len(re.findall(r"<a href=\"/desk/map\?[^\"]*county=\w+[^\"]*\" aria-label=", page.text)) == 20
    assert "OpenStreetMap contributors, ODbL 1.0" in page.text


def test_a_county_filters_the_list_beside_the_map(reading):
    found = words(reading.get("/desk/map?county=Urmia"))
    assert "Map: Urmia" in found
    assert "All counties" in found
    assert 'href="/desk/ranking?county=Urmia"' in reading.get("/desk/map?county=Urmia").text


@pytest.mark.parametrize("asked", ["figure=beauty", "county=<script>"])
def test_a_figure_or_county_that_there_is_none_of_is_refused(reading, asked):
    page = reading.get(f"/desk/map?{asked}")
    assert page.status_code == 422
    assert "<script>" not in page.text
