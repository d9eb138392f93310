"""The ranking in a browser: the order of `ehya rank`, addresses that hold all choices, files, and what is refused."""

import json
import re
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from serving.desk.question import Question, read_weights
from serving.desk.ranking import RankingRequest, ranking
from tests.serving.api.browsing.conftest import browsing, words

WEIGHTS = "w_jobs=80&w_feasibility=10&w_finance=5&w_readiness=5&w_fit=0"
TODAY = pd.Timestamp("2026-03-22")


def listed(page):
    """Ids of the units, in the order in which the page shows them."""
    return re.findall(r'name="unit" value="([^"]+)"', page.text)


def test_weights_on_the_page_give_the_order_of_the_command(reading, desk_parties):
    weights = read_weights("jobs=80,feasibility=10,finance=5,readiness=5,fit=0")
    found = ranking(desk_parties.settings, RankingRequest(Question(as_of=TODAY, weights=weights), {}))
    usual = ranking(desk_parties.settings, RankingRequest(Question(as_of=TODAY), {}))
    shown = listed(reading.get(f"/desk/ranking?{WEIGHTS}"))
    assert shown == list(found.listed.index[: len(shown)]) != list(usual.listed.index[: len(shown)])


def test_all_pages_together_show_every_unit_once(reading, desk_parties):
    address, seen = "/desk/ranking?triage=offer&triage=&persona=bank", []
    while address:
        page = reading.get(address)
        seen += listed(page)
        onward = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = onward[1].replace("&amp;", "&") if onward else ""
        assert not address or "persona=bank" in address
    found = ranking(desk_parties.settings, RankingRequest(Question(as_of=TODAY, persona="bank"), {}))
    assert sorted(seen) == sorted(found.chosen.index)


def test_an_address_holds_all_choices(reading):
    page = reading.get(f"/desk/ranking?{WEIGHTS}&as=influence&priority=10&triage=fix_first&against=last_import")
    assert page.status_code == 200
    assert 'name="w_jobs" min="0" max="100" step="1" value="80"' in page.text
    assert 'value="influence" checked' in page.text
    assert 'name="priority" value="10" checked' in page.text
    assert re.search(r'<option value="fix_first" selected', page.text)
    assert re.search(r'<option value="last_import" selected', page.text)


@pytest.mark.parametrize(
    ("asked", "name", "said"),
    [
        ("w_jobs=many", "weigh-jobs", "“many” could not be read for Jobs"),
        ("w_jobs=-1", "weigh-jobs", "“-1” could not be read for Jobs"),
        ("w_jobs=0&w_finance=0", "found", "> 0"),
        ("persona=nobody", "found", "nobody"),
        ("sector=ZZ", "found", "ZZ"),
        ("county=Atlantis", "found", "Atlantis"),
        ("priority=ZZ", "found", "ZZ"),
        ("triage=perhaps", "found", "perhaps"),
    ],
)
def test_a_choice_that_cannot_be_taken_says_what_is_wrong_and_the_usual_order_stands(reading, asked, name, said):
    page = reading.get(f"/desk/ranking?{asked}")
    part = page.text.split(f'id="{name}"')[1][:1500]
    assert page.status_code == 422
    assert said in words(part.replace("&gt;", ">"))
    assert listed(page) == listed(reading.get("/desk/ranking"))


def test_what_changed_is_said_against_the_usual_weights_and_against_the_time_before_the_last_register(reading):
    assert "Against the usual weights" in words(reading.get(f"/desk/ranking?{WEIGHTS}"))
    assert "This is the usual order" in words(reading.get("/desk/ranking"))
    assert "Nothing was known before the last register" in words(reading.get("/desk/ranking?against=last_import"))


def test_the_list_goes_home_as_the_command_writes_it(reading, desk_parties):
    asked = f"{WEIGHTS}&sector=C"
    shown = listed(reading.get(f"/desk/ranking?{asked}"))
    document = json.loads(reading.get(f"/desk/ranking.json?{asked}").text)
    assert [unit["unit_id"] for unit in document["units"]][: len(shown)] == shown
    assert document["asked"]["weights"]["jobs"] == 0.8
    assert {"parts", "ask", "extras"} <= set(document["units"][0])
    workbook = openpyxl.load_workbook(BytesIO(reading.get(f"/desk/ranking.xlsx?{asked}").content), read_only=True)
    assert len(workbook.sheetnames) >= 3


def test_a_file_is_refused_where_a_weight_cannot_be_read(reading):
    assert reading.get("/desk/ranking.json?w_jobs=many").status_code == 422


def test_the_ranking_is_for_planners(desk_parties):
    with browsing(desk_parties, signed_in=False) as anybody:
        for path in ("/desk/ranking", "/desk/ranking.json", "/desk/compare?unit=a&unit=b", "/desk/map"):
            assert "secret" not in anybody.get(path).text.lower()
            assert anybody.get(path).status_code in (303, 401)
