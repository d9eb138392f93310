"""The office answers what investors ask at the desk: what is due first at the head, once, and nothing typed is lost."""

import pytest

from engine.domain.request import RequestKind
from serving.desk.workspace import open_register
from tests.serving.api.browsing.conftest import asked_about, browsing, words
from tests.serving.api.parties import NOON

HOSTILE = "<script>alert(1)</script>\nWhich machines?"


@pytest.fixture
def asked(writing):
    """Two requests of an investor about a unit: one of ten days ago, and one of yesterday."""
    unit = str(writing.parties.stock.units.index[0])
    asked_about(writing.parties.settings, unit, {"new": (1, "May we see it?"), "old": (10, HOSTILE)})
    return unit


@pytest.mark.parametrize(
    ("language", "late", "left"), [("en", "overdue by 3 days", "6 days left"), ("fa", "۳ روز دیر شده", "۶ روز مانده")]
)
def test_what_is_due_first_stands_first_with_who_asked_and_how_long_is_left(writing, asked, language, late, left):
    writing.client.cookies.set("ehya_look", f"lang={language}")
    page = writing.get("/desk/requests")
    said = words(page)
    assert page.status_code == 200
    assert said.index(late) < said.index(left)
    assert "fund" in said
    assert "<script>alert" not in page.text
    assert f'href="/desk/units/{asked}"' in page.text


def test_an_answer_is_sent_once_and_what_a_second_person_wrote_is_not_lost(writing, asked):
    writing.get("/desk/requests")
    page = writing.follow(writing.post("/desk/requests/old/answer", {"answer": "Two looms.\r\nBoth at work."}))
    assert "The answer is sent" in words(page)
    assert page.text.index("May we see it?") < page.text.index("Two looms.")
    late = writing.post("/desk/requests/old/answer", {"answer": "Three looms."})
    assert late.status_code == 409
    assert "Somebody answered this request already" in words(late)
    assert "Three looms." in words(late)
    with open_register(writing.parties.settings) as register:
        assert register.requests.get(None, "old").answer == "Two looms.\nBoth at work."
    assert "request answered" in words(writing.get("/desk/people"))


@pytest.mark.parametrize("answer", ["  ", "x" * 2001])
def test_an_answer_that_cannot_be_taken_stays_in_its_box(writing, asked, answer):
    writing.get("/desk/requests")
    refused = writing.post("/desk/requests/new/answer", {"answer": answer})
    assert refused.status_code == 422
    assert "characters" in words(refused)
    assert f">{answer}</textarea>" in refused.text
    assert writing.post("/desk/requests/none/answer", {"answer": "yes"}).status_code == 404


def test_today_counts_what_waits_and_leads_there(writing, asked):
    page = writing.get("/desk")
    assert (
        'href="/desk/requests"><span class="name">Overdue requests of investors</span><span class="figure">1<'
        in page.text
    )
    assert (
        'href="/desk/requests"><span class="name">Requests of investors that wait</span><span class="figure">2<'
        in page.text
    )


def test_who_is_no_planner_reads_no_request(own_copy):
    with browsing(own_copy, "ines", "investor", investor="fund") as browser:
        assert browser.get("/desk/requests").status_code == 403


def test_many_that_ended_come_page_by_page(writing, asked):
    with open_register(writing.parties.settings) as register, register.together():
        for number in range(51):
            said = {"request_id": f"r{number}", "kind": RequestKind.VISIT, "text": f"question {number}"}
            register.requests.ask("fund", "asked", asked, **said, made_at=NOON, actor="key:1")
            register.requests.withdraw("fund", f"r{number}", made_at=NOON, actor="key:1")
    first = words(writing.get("/desk/requests"))
    assert "1 to 50 of 51" in first
    assert "question 0 " not in first
    assert "question 0" in words(writing.get("/desk/requests?start=50"))
