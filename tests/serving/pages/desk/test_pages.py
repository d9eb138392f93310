"""Pages of the desk from results alone: whatever a register holds is escaped, in both languages."""

import pandas as pd
import pytest

from serving.desk.appraisal import Appraised
from serving.desk.question import Question
from serving.desk.starting import Readiness
from serving.desk.today import Today
from serving.desk.units import Searched, UnitsRequest
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.pages.desk.frame import Done, Frame
from serving.pages.desk.look import Look
from serving.pages.desk.starting import start_page
from serving.pages.desk.style import style_page
from serving.pages.desk.today import today_page
from serving.pages.desk.unit import bars
from serving.pages.desk.units import units_page
from tests.serving.conftest import DAY, made_up_appraisal

HOSTILE = "<script>alert(1)</script>\"'"


@pytest.fixture(scope="module")
def appraised():
    table = made_up_appraisal(30)
    table["name"] = HOSTILE
    return Appraised(table, Question(as_of=DAY, price_year=1405), Audience.OFFICE)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_a_register_holds_is_never_markup(appraised, language):
    frame = Frame(speech(language), person=HOSTILE, address=f"/desk?q={HOSTILE}", done=Done(HOSTILE))
    empty = pd.DataFrame()
    today = Today(appraised, pd.DataFrame(columns=["fields", "units", "narrows", "moves_top"]), empty, empty, empty,
                  appraised.table["name"], 0, 0)  # fmt: skip
    for page in (
        today_page(frame, today),
        units_page(frame, Searched(appraised).find(UnitsRequest()), {"q": HOSTILE}, problem=HOSTILE),
    ):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_search_finds_what_is_typed_in_either_script_and_any_form_of_a_letter(appraised):
    searched = Searched(appraised)
    by_place = searched.find(UnitsRequest(words="اروميه")).chosen  # with the Arabic ye
    assert set(by_place["county"]) == {"Urmia"}
    assert len(searched.find(UnitsRequest(words="urmia")).chosen) == len(by_place)
    one = str(by_place.index[0])
    assert list(searched.find(UnitsRequest(words=f"urmia {one}")).chosen.index) == [one]


def test_the_style_page_shows_every_part_in_every_look():
    for language in ("fa", "en"):
        for look in (Look(), Look(digits="latin", money="toman", theme="dark")):
            page = style_page(Frame(speech(language, look.digits, look.money), look))
            assert 'class="banner good"' in page
            assert ("۱٬۲۳۴٬۵۶۷٫۸" in page) == (language == "fa" and look.digits == "own")


def test_money_is_said_as_a_reader_likes_it():
    said = {money: speech("en", "own", money).money(2_346_000_000_000) for money in ("rial", "toman", "billion_rial")}
    assert said == {"rial": "2,346 billion rial", "toman": "235 billion toman", "billion_rial": "2,346 billion rial"}
    assert speech("fa", "latin").money(5e9) == "5 میلیارد ریال"


def test_bars_of_years_stand_on_their_side_in_both_directions():
    right, left = (bars([-2e9, 1e9, 4e9], speech(language)) for language in ("fa", "en"))
    assert [bar["height"] for bar in right["bars"]] == [bar["height"] for bar in left["bars"]]
    assert right["bars"][0]["x"] > right["bars"][-1]["x"]
    assert left["bars"][0]["x"] < left["bars"][-1]["x"]


def test_the_first_run_says_the_one_thing_to_do_next():
    frame = Frame(speech("en"))
    assert 'action="/desk/start/account"' in start_page(frame, Readiness(False, 0, False), None)
    assert 'action="/desk/start/demonstration"' in start_page(frame, Readiness(True, 0, False), None)
    assert 'action="/desk/start/training"' in start_page(frame, Readiness(True, 9, False), None)
