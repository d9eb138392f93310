"""The page of the ranking: names are text, weights stand beside what they decide."""

import re

import pandas as pd
import pytest
from starlette.datastructures import QueryParams

from engine.ranking.swap import agreement
from serving.desk.appraisal import Appraised
from serving.desk.changes import Against, Changed
from serving.desk.question import Question
from serving.desk.ranking import RankingRequest, picked
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.pages.desk.choosing import Chosen
from serving.pages.desk.frame import Frame
from serving.pages.desk.ranking import RankingView, ranking_page
from tests.serving.conftest import DAY, made_up_appraisal


@pytest.fixture(scope="module")
def shown():
    table = made_up_appraisal(40).assign(name="<script>alert(1)</script>")
    return Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def page(shown, query="", language="en", earlier=None):
    chosen = Chosen.read(QueryParams(query))
    found = picked(shown, RankingRequest(shown.question, chosen.wishes))
    moved = None if earlier is None else agreement(earlier, shown.table)
    changed = Changed(Against.USUAL, None, moved)
    return ranking_page(Frame(speech(language)), RankingView(chosen, found, changed, {}))


def test_names_are_text(shown):
    said = page(shown)
    assert "<script>alert" not in said
    assert "&lt;script&gt;alert(1)" in said


@pytest.mark.parametrize("language", ["fa", "en"])
def test_each_part_has_a_slider_with_what_it_weighs_and_what_it_decides(shown, language):
    said = page(shown, language=language)
    assert len(re.findall(r'<input type="range"', said)) == 5
    assert len(re.findall(r'<rect class="nominal"', said)) == 4  # fit weighs nothing without priorities


def test_a_row_says_how_far_it_moved(shown):
    earlier = shown.table.assign(rank=shown.table["rank"].iloc[::-1].to_numpy())
    said = page(shown, earlier=pd.DataFrame(earlier))
    assert "places up" in said
    assert "▲" in said


def test_the_page_is_light(shown):
    assert len(page(shown, language="fa").encode()) < 150_000
