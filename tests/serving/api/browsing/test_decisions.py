"""Pairs and conflicts wait side by side; each decision is noted with its author and can be taken back."""

import html
import json
import re

import pytest

from engine.store import Register
from serving.desk import decisions
from serving.desk.intake import RegisterReading, store_intake
from tests.serving.api.browsing.conftest import browsing, words
from tests.serving.api.parties import NOON, at_work, fresh

ONE = "Unit name,National id,County,Status,Jobs before stop\nZagros,10101010103,Khoy,idle,30\n"
TWO = "Unit name,National id,County,Status,Jobs before stop\nZagros plant,10101010103,Salmas,idle,45\n"
THREE = "Unit name,National id,County,Status,Jobs before stop\nZagros,10101010103,Khoy,idle,60\n"


def take_in(settings, text, source, as_of):
    path = settings.home / f"{source}.csv"
    path.write_text(text, encoding="utf-8")
    reading = RegisterReading.plain(path, {"source": source, "as_of": as_of})
    store_intake(settings, reading, reading.intake(), imported_at=NOON)


@pytest.fixture(scope="module")
def deciding(shared, first_day, tmp_path_factory):
    """A planner whose workspace these tests share: each takes back what it decided."""
    found = at_work(fresh(shared, tmp_path_factory.mktemp("deciding")), first_day)
    take_in(found.settings, ONE, "first", "2025-01-01")
    take_in(found.settings, TWO, "second", "2025-02-01")
    take_in(found.settings, THREE, "third", "2025-03-01")
    with browsing(found, investor=None) as browser:
        browser.parties = found
        yield browser


def undo(browser, page):
    action, which = re.search(r'action="(/desk/undo/\w+)">.*?name="which" value="([^"]*)"', page.text).groups()
    return browser.follow(browser.post(action, {"which": html.unescape(which), "next": "/desk/decisions"}))


def hidden(page, action):
    """Hidden fields of the first form that goes to an address."""
    form = re.search(rf'action="{action}">(.*?)</form>', page.text, re.DOTALL)[1]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def acts(browser):
    with Register.open(browser.parties.settings.database_url) as register:
        lines = register.audit(newest=2)
    told = zip(lines["actor"], lines["act"], lines["facts"], strict=True)
    return [(actor, act, json.loads(facts)["what"]) for actor, act, facts in told]


def test_two_units_are_compared_merged_and_parted_again(deciding):
    page = deciding.get("/desk/decisions")
    assert "Zagros plant" in words(page)
    assert page.text.count('class="differs"') >= 2
    merged = deciding.follow(deciding.post("/desk/decisions/one", hidden(page, "/desk/decisions/one")))
    assert "They are one unit now" in words(merged)
    assert "No pair waits" in words(merged)
    assert "They are two again" in words(undo(deciding, merged))
    assert acts(deciding) == [("user:sara", "decided", "unmerge"), ("user:sara", "decided", "merge")]


def test_two_units_are_found_to_be_two_and_that_is_taken_back(deciding):
    page = deciding.get("/desk/decisions")
    given = hidden(page, "/desk/decisions/two")
    parted = deciding.follow(deciding.post("/desk/decisions/two", given))
    assert "No pair waits" in words(parted)
    assert "Zagros plant" in words(undo(deciding, parted))
    assert acts(deciding)[0] == ("user:sara", "decided", "undistinguish")


def test_a_source_is_chosen_and_the_choice_taken_back(deciding):
    page = deciding.get("/desk/decisions?show=conflicts")
    assert "60 persons" in words(page)
    assert "30 persons" in words(page)
    given = hidden(page, "/desk/decisions/pin")
    chosen = deciding.follow(deciding.post("/desk/decisions/pin", given))
    assert "chosen by a person" in words(chosen)
    back = undo(deciding, chosen)
    assert "taken back" in words(back)
    assert "chosen by a person" not in words(deciding.get("/desk/decisions?show=conflicts"))
    assert acts(deciding) == [("user:sara", "decided", "unpin"), ("user:sara", "decided", "pin")]


def test_a_value_is_confirmed_as_of_a_day_and_a_wrong_day_loses_nothing(deciding):
    page = deciding.get("/desk/decisions?show=conflicts")
    given = hidden(page, "/desk/decisions/confirm") | {"level": "verified", "source": "visit report"}
    wrong = deciding.post("/desk/decisions/confirm", given | {"on": "1499/13/77"})
    assert wrong.status_code == 422
    assert 'value="visit report"' in wrong.text
    assert 'value="1499/13/77"' in wrong.text
    confirmed = deciding.follow(deciding.post("/desk/decisions/confirm", given | {"on": "1404/12/01"}))
    assert "The value is confirmed" in words(confirmed)
    assert "checked by a person" in words(confirmed)
    assert "The confirmation is taken back" in words(undo(deciding, confirmed))


def test_what_somebody_else_decided_meanwhile_is_said(deciding):
    given = hidden(deciding.get("/desk/decisions"), "/desk/decisions/one")
    first, second = (deciding.post("/desk/decisions/one", given) for _ in range(2))
    assert "Somebody decided of it meanwhile" in words(deciding.follow(second))
    assert "They are two again" in words(undo(deciding, deciding.follow(first)))


def test_a_decision_about_no_unit_is_refused(reading):
    assert reading.get("/desk/decisions").status_code == 200
    assert reading.post("/desk/decisions/one", {"kept": "no", "lost": "none"}).status_code == 404
    assert reading.post("/desk/undo/pin", {"which": "not json"}).status_code == 422


def test_two_units_that_nobody_proposed_are_found_from_one_of_them_merged_and_parted(deciding):
    take_in(deciding.parties.settings, "Unit name,County,Status\nSahand Steel,Khoy,idle\n", "fourth", "2025-03-02")
    take_in(deciding.parties.settings, "Unit name,County,Status\nSteel works,Urmia,idle\n", "fifth", "2025-03-02")
    listed = deciding.get("/desk/units?q=Sahand")
    address = re.search(r'href="(/desk/units/\w+)"', listed.text)[1]
    assert f"{address}/same" in deciding.get(address).text
    found = deciding.get(f"{address}/same?q=steelworks")
    beside = deciding.get(html.unescape(re.search(rf'href="({address}/same\?q=[^"]*other=\w+)"', found.text)[1]))
    assert "Which unit is “Sahand Steel” the same as?" in words(beside)
    assert 'class="differs"' in beside.text
    given = hidden(beside, "/desk/decisions/one")
    merged = deciding.follow(deciding.post("/desk/decisions/one", given))
    assert merged.url.path == f"/desk/units/{given['kept']}"
    assert "They are one unit now" in words(merged)
    assert deciding.get(f"/desk/units/{given['lost']}/same").text.count(given["kept"]) > 0
    assert "They are two again" in words(undo(deciding, merged))
    assert acts(deciding) == [("user:sara", "decided", "unmerge"), ("user:sara", "decided", "merge")]


@pytest.mark.parametrize(
    "sought", ["glassworks", "kilns khoy", "خوي kilns", "glass works soda", "lassw", "swo", "xyzzy"]
)
def test_units_are_found_by_the_same_words_wherever_they_are_searched(deciding, sought):
    text = "Unit name,County,Industrial estate,Activity,Status\nAlborz Glass Works,Khoy,Aras Town,Soda kilns,idle\n"
    take_in(deciding.parties.settings, text, "sixth", "2025-03-02")
    listed = re.findall(r'href="(/desk/units/\w+)"', deciding.get("/desk/units", params={"q": sought}).text)
    other = re.search(r'href="(/desk/units/\w+)"', deciding.get("/desk/units?q=Zagros").text)[1]
    found = deciding.get(f"{other}/same", params={"q": sought}).text
    beside = [f"/desk/units/{one}" for one in re.findall(r"/same\?q=[^\"]*other=(\w+)\"", found)]
    assert set(beside) == set(listed)
    assert bool(listed) == (sought not in ("swo", "xyzzy"))  # a short word is not found across blanks


def test_a_unit_stands_beside_no_unit_that_is_not_there_and_not_beside_itself(deciding, monkeypatch):
    address = re.search(r'href="(/desk/units/\w+)"', deciding.get("/desk/units?q=Zagros").text)[1]
    assert "No other unit has these words" in words(deciding.get(f"{address}/same?q=xyzzy"))
    opened, open_register = [], decisions.open_register
    monkeypatch.setattr(decisions, "open_register", lambda given: opened.append(given) or open_register(given))
    for other in ("xyzzy", address.rpartition("/")[2]):
        opened.clear()
        refused = deciding.get(f"{address}/same", params={"other": other})
        assert len(opened) == 1
        assert refused.status_code == 422
        assert "/desk/decisions/one" not in refused.text
    assert deciding.get("/desk/units/xyzzy/same").status_code == 404


def test_a_field_that_was_edited_by_hand_waits_no_more_until_the_edit_is_taken_back(deciding):
    page = deciding.get("/desk/decisions?show=conflicts")
    address = re.search(r'<a href="(/desk/units/\w+)">Zagros', page.text)[1]
    waiting = int(re.search(r"Conflicts \((\d+)\)", words(page))[1])
    deciding.get(f"{address}/edit")
    edited = deciding.follow(deciding.post(f"{address}/edit", {"jobs_before_stop": "52"}))
    assert "The changes are saved" in words(edited)
    assert f"Conflicts ({waiting - 1})" in words(deciding.get("/desk/decisions?show=conflicts"))
    undo(deciding, edited)
    assert f"Conflicts ({waiting})" in words(deciding.get("/desk/decisions?show=conflicts"))
