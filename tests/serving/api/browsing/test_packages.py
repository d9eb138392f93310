"""Packages in the browser: terms as a form, a search, what contradicts and what heals it, wishes, sign-off, files."""

import io
import re
import time
import zipfile

import pandas as pd
import pytest

from engine.packages.terms import PackageTerms
from engine.parsing.dates import Precision
from serving.desk.outcomes import OutcomeRequest, record_outcome
from serving.desk.solving import Search, SearchState
from serving.i18n import speech
from serving.pages.desk.frame import Frame
from serving.pages.desk.packages import search_page
from serving.pages.desk.terms import carried_on, terms_boxes, terms_stated
from tests.serving.api.browsing.conftest import words
from tests.serving.api.parties import BY, NOON

TERMS = {
    "event": "INVA 1405", "name": "spring", "least": "۶", "most": "6", "capital": "9000 میلیارد ریال",
    "verdict": ["offer", "fix_first"], "publishable": "1", "jobs": "1", "npv": "0", "risk": "0",
}  # fmt: skip


def boxes(page):
    """Hidden boxes of the form of terms, as a browser would send them."""
    return {"carried": page.text.split('name="carried" value="')[1].split('"')[0].replace("&#34;", '"')}


def found(browser, answer):
    """The page that a search leads to, once it has ended."""
    assert answer.status_code == 303, words(answer)
    where = answer.headers["location"]
    for _ in range(200):
        page = browser.get(where)
        if page.status_code == 303:
            return browser.follow(page)
        if "<progress" not in page.text:
            return page
        time.sleep(0.2)
    raise AssertionError("the search did not end")


def searched(browser, **terms):
    form = browser.get("/desk/packages/new")
    return found(browser, browser.post("/desk/packages/new", TERMS | boxes(form) | terms))


def units_of(page):
    """Ids of the units of a package, in its order."""
    part = page.text.split('id="units"')[1].split("</ol>")[0]
    return re.findall(r'name="unit" value="(\w+)"', part)


@pytest.fixture
def spring(writing):
    page = searched(writing)
    assert "The package was found and kept" in words(page)
    return page


def test_terms_become_a_package_that_the_list_and_its_page_show(writing):
    page = searched(writing)
    assert len(units_of(page)) == 6
    assert "Proven the best under these terms" in words(page)
    drawn = page.text.split('id="where"')[1].split("</svg>")[0]
    roles = re.findall(r'<span class="chip role-(\w+)">', page.text.split("<ol")[1].split("</ol>")[0])
    assert sorted(re.findall(r'class="role-(\w+)"', drawn)) == sorted(roles)  # the same on the map as in the list
    assert "spring@1" in words(writing.get("/desk/packages"))
    again = writing.get("/desk/packages/new?from=spring")
    assert 'value="9,000 billion rial"' in again.text
    assert 'name="least" type="text" value="6"' in again.text


def test_a_wish_of_a_person_makes_a_new_version_and_keeps_its_reason(writing, spring):
    first, *_ = before = units_of(spring)
    refused = writing.post("/desk/packages/spring@1/wish", {"unit": first, "wanted": "out", "reason": ""})
    assert refused.status_code == 422
    assert "Write the reason too" in words(refused)
    wish = {"unit": first, "wanted": "out", "reason": "sold last week"}
    page = found(writing, writing.post("/desk/packages/spring@1/wish", wish))
    assert "spring@2" in words(page)
    assert first not in units_of(page)
    assert "sold last week" in words(writing.get("/desk/packages/new?from=spring"))
    back = {"unit": first, "wanted": "in", "reason": "it was not"}
    page = found(writing, writing.post("/desk/packages/spring@2/wish", back))
    assert sorted(units_of(page)) == sorted(before)
    beside = words(writing.get("/desk/packages/beside?one=spring@1&other=spring@2"))
    assert "Units wanted out" in beside


def test_terms_that_contradict_each_other_are_named_and_healed_with_a_button(writing):
    page = searched(writing, capital="1 billion rial")
    assert "No package keeps all terms" in words(page)
    ways = re.findall(r'name="terms" value="([^"]*)"', page.text)
    assert len(ways) >= 2  # a way to heal, and back to the terms
    healed = found(writing, writing.post("/desk/packages/again", {"terms": ways[0].replace("&#34;", '"')}))
    assert "The package was found and kept" in words(healed)
    form = writing.post("/desk/packages/edit", {"terms": ways[-1].replace("&#34;", '"')})
    assert 'value="1 billion rial"' in form.text


def test_no_page_of_the_studio_names_a_command(writing, spring):
    cut_off = {"fewest": False, "all_ways": False, "seconds": 60, "rules": [], "healed": {}, "together": []}
    search = Search(1, PackageTerms.read({"name": "spring"}), SearchState.CONFLICT, conflict=cut_off)
    for language in ("fa", "en"):
        shown = search_page(Frame(speech(language)), search)
        assert "Look again, for up to five minutes" in shown or language == "fa"
        for page in (shown, writing.get(f"/desk/packages/spring?lang={language}").text):
            assert "--" not in words(page)
            assert "ehya " not in words(page)


def test_what_no_term_says_is_refused_by_the_name_of_its_box_and_nothing_typed_is_lost(writing):
    form = writing.get("/desk/packages/new")
    for wrong, named in (
        ({"least": "many"}, "Number of units"),
        ({"capital": "3000"}, "“3000” is not accepted for Capital in all at most; allowed: 3,000 billion rial"),
        ({"revived": "2", "revived_chance": "surely"}, "allowed: 30%"),
        ({"revived": "2"}, "Chance of coming back"),
        ({"name": "two words"}, "Name of the package"),
        ({"sector_0": "", "sector_least_0": "2"}, "sector"),
        ({"least": "9", "most": "2"}, "Number of units"),
    ):
        page = writing.post("/desk/packages/new", TERMS | boxes(form) | {"event": "Kept event"} | wrong)
        assert page.status_code == 422, wrong
        assert named in words(page), (wrong, words(page)[:600])
        assert 'value="Kept event"' in page.text
    for hostile in ("[", "[]", '"x"', '{"pinned": 1}', '{"seed": "\\u0000"}'):
        assert writing.post("/desk/packages/new", TERMS | {"carried": hostile}).status_code == 422
        assert writing.post("/desk/packages/again", {"terms": hostile}).status_code == 422


def test_what_a_package_says_comes_back_from_its_form_in_either_language(writing):
    """Sums that are no whole billion, more sectors than there are rows, two quotas by county, a chain, a long share."""
    stated = {
        "name": "all", "count": [0, 1500], "price_year": 1404, "debt": "2500000000 rial",
        "budgets": {"capital": {"at_most": "9000000000001 rial"}},
        "quotas": [{"sector": [one], "at_least": 0} for one in ("10", "11", "13", "14")]
        + [{"by": "county", "at_most": 40}, {"by": "county", "at_most": 30}, {"sector": ["107"], "at_least": 0}],
        "verdicts": ["offer", "fix_first"], "exploration": {"share": 0.3333333333},
        "worth": {"jobs": 0.123456789, "npv": 0.0, "risk": 0.0, "tail": 0.2}, "seed": 7,
    }  # fmt: skip
    terms = PackageTerms.read(stated)
    for language in ("fa", "en"):
        words_of = speech(language)
        boxes = terms_boxes(terms.document, words_of)
        sent = {name: text for name, text in boxes.items() if isinstance(text, str)}
        for row, (sector, least) in enumerate(boxes["sectors"]):
            sent |= {f"sector_{row}": sector, f"sector_least_{row}": least}
        sent |= {name: "1" for name in ("publishable", "norms_stand_in") if boxes[name]}
        again = PackageTerms.read(terms_stated(sent, boxes["verdicts"], carried_on(terms.document)))
        before, after = ({**one.document} for one in (terms, again))
        quotas = [sorted(map(str, one.pop("quotas"))) for one in (before, after)]
        assert before == after
        assert quotas[0] == quotas[1]


def test_a_package_is_signed_off_for_no_day_before_it_or_to_come(writing, spring):
    for day in ("1414/01/01", "1390/01/01"):
        page = writing.post("/desk/packages/spring@1/freeze", {"office": "planning", "on": day})
        assert page.status_code == 422
        assert "Signed off by" not in words(page)


def test_why_a_unit_is_in_or_out_and_what_more_money_buys(writing, spring):
    inside = units_of(spring)[0]
    assert "is in package spring@1" in words(writing.get(f"/desk/packages/spring?unit={inside}"))
    option = re.search(r'id="options".*?name="unit" value="(\w+)"', spring.text, re.S)[1]
    out = words(writing.get(f"/desk/packages/spring?unit={option}"))
    assert "is not in package spring@1" in out
    assert "Forcing it in costs" in out or "No package with it" in out
    assert writing.get("/desk/packages/spring?unit=nobody").status_code == 422
    assert writing.get("/desk/packages/spring?budget=capital").text.count('scope="row"') >= 5
    assert writing.get("/desk/packages/spring?budget=none").status_code == 422
    even = writing.get("/desk/packages/spring?even=county").text.split('aria-labelledby="even"')[1]
    assert even.count("<circle") == even.split("<tbody>")[1].split("</tbody>")[0].count('scope="row"') > 1
    assert "Worth lost [jobs]" in even
    assert writing.get("/desk/packages/spring?even=luck").status_code == 422
    assert writing.get("/desk/packages/other").status_code == 404
    assert writing.get("/desk/packages/searches/99").status_code == 303


def test_a_package_is_signed_off_once_and_taken_home_as_files(writing, spring):
    assert writing.post("/desk/packages/spring@1/freeze", {"office": ""}).status_code == 422
    day = writing.post("/desk/packages/spring@1/freeze", {"office": "planning", "on": "yesterday"})
    assert day.status_code == 422
    assert 'value="planning"' in day.text
    signed = writing.follow(writing.post("/desk/packages/spring@1/freeze", {"office": "planning", "note": "for INVA"}))
    assert "Signed off by planning" in words(signed)
    assert "wanted" not in signed.text.split('id="units"')[1].split("</ol>")[0]
    assert writing.post("/desk/packages/spring@1/freeze", {"office": "planning"}).status_code == 422
    assert writing.get("/desk/packages/spring@1/booklet.pdf").content.startswith(b"%PDF")
    assert writing.get("/desk/packages/spring@1/teaser.pdf").content.startswith(b"%PDF")
    assert writing.get("/desk/packages/spring@1/package.json").json()["key"] == "spring@1"
    assert zipfile.is_zipfile(io.BytesIO(writing.get("/desk/packages/spring@1/package.xlsx").content))
    assert writing.get("/desk/packages/spring@1/other.pdf").status_code == 404


def test_a_unit_that_is_gone_since_is_said_with_who_would_best_come_instead(writing, spring):
    gone = units_of(spring)[1]
    today = pd.Timestamp(NOON.date())
    event = OutcomeRequest(gone, "liquidated", today, Precision.DAY, today)
    record_outcome(writing.parties.settings, event, **BY)
    page = words(writing.get("/desk/packages/spring"))
    assert "No longer on offer since" in page
