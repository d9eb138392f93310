"""What the map shows is what the table beside it says."""

import re
from importlib.resources import files

import pytest

from serving.desk.appraisal import Appraised
from serving.desk.county_figures import CountyFigure, county_figures
from serving.desk.county_places import county_places
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.pages.desk.frame import Frame
from serving.pages.desk.map import MapView, map_page
from serving.reports.county_map import PROVINCE
from tests.serving.conftest import DAY, made_up_appraisal


@pytest.fixture(scope="module")
def appraised():
    table = made_up_appraisal(90)
    table.loc[table.index[:4], "province"] = "Isfahan"
    return Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def page(appraised, figure=CountyFigure.UNITS, language="en"):
    figures, places = county_figures(appraised), county_places(PROVINCE)
    return map_page(Frame(speech(language)), MapView(figures, places, appraised.table, figure, "", DAY))


def test_figures_on_the_map_add_up_to_the_sum_of_the_table(appraised):
    said = page(appraised)
    drawn = [int(number) for number in re.findall(r'<text class="amount"[^>]*>(\d+)<', said)]
    total = int(re.search(r'<tr class="sum">.*?<td class="number"[^>]*>(\d+)', said, re.DOTALL)[1])
    assert sum(drawn) == total == 86
    assert "4 units are not on this map" in said


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("figure", CountyFigure)
def test_every_county_is_named_for_who_does_not_see_it(appraised, figure, language):
    said = page(appraised, figure, language)
    names = re.findall(r'<a href="[^"]+" aria-label="([^"]+)"', said)
    assert len(set(names)) == 20


def test_classes_of_the_legend_do_not_overlap(appraised):
    found = re.findall(r'<li><span class="swatch heat-\d"></span>([^<]+)</li>', page(appraised))
    ends = [[int(end) for end in one.replace("–", " to ").split(" to ")] for one in found]
    flat = [end for pair in ends for end in pair]
    assert flat == sorted(flat)


def _light(colour):
    """Relative luminance of ``#rrggbb`` (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    line = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * line[0] + 0.7152 * line[1] + 0.0722 * line[2]


@pytest.mark.parametrize("sheet", ["desk.css", "desk-dark.css"])
def test_a_county_of_few_units_is_told_from_one_of_none(sheet):
    css = (files("serving") / "static" / sheet).read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(card|heat-\d): (#[0-9a-f]{6})", css))
    none, few = _light(colours["card"]), _light(colours["heat-0"])
    assert (max(none, few) + 0.05) / (min(none, few) + 0.05) > 1.3
    shades = [_light(colours[f"heat-{step}"]) for step in range(6)]
    assert shades in (sorted(shades), sorted(shades, reverse=True))
