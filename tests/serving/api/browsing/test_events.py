"""Events at the desk: links for investors, criteria from a workbook, who sees what, a timetable that people change."""

import io
import re
import time
import zipfile

import openpyxl
import pytest

from serving.desk.mandates import save_mandate
from serving.desk.workspace import open_register
from tests.serving.api.browsing.conftest import words
from tests.serving.api.parties import BY, with_meetings

ANY = {"risk_appetite": "high", "accept_unknown": True}


@pytest.fixture
def planning(writing):
    """A planner whose investors have stated what they want."""
    with_meetings(writing.parties)
    with open_register(writing.parties.settings) as register:
        for owner in ("fund", "rival"):
            save_mandate(register, owner, {"id": owner, **ANY}, **BY)
    return writing


def planned(browser, answer):
    """The timetable that a job leads to."""
    for _ in range(60):
        page = browser.follow(answer) if answer.status_code == 303 else answer
        if "/planning" not in str(page.url):
            return page
        time.sleep(0.5)
        answer = browser.get(str(page.url.raw_path, "ascii"))
    raise AssertionError("nothing was planned in time")


def test_a_link_is_shown_once_and_withdrawn_for_good(writing):
    writing.get("/desk/events/INVA")
    made = writing.post("/desk/events/INVA/invite", {"investor": "new fund", "days": "7"})
    link = re.search(r"/desk/invited/[\w-]+", made.text)[0]
    assert writing.get(link).status_code == 200
    page = writing.get("/desk/events/INVA")
    assert link not in page.text
    number = re.search(r"/invitations/([\w-]+)/withdraw", page.text)[1]
    assert "withdrawn" in words(writing.follow(writing.post(f"/desk/events/INVA/invitations/{number}/withdraw")))
    assert writing.get(link).status_code == 404
    refused = writing.post("/desk/events/INVA/invite", {"investor": "new fund", "days": "900"})
    assert refused.status_code == 422
    assert 'value="new fund"' in refused.text


def test_criteria_of_a_workbook_are_taken_in_and_rows_that_state_none_are_named(planning):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["id", "risk_appetite", "places_must"], ["north", "high", "Khoy"], ["south", "high", "Atlantis"]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    planning.get("/desk/events/INVA")
    sent = {"file": ("wishes.xlsx", content.getvalue())}
    answer = planning.client.post("/desk/events/INVA/mandates", data={"_token": planning.token}, files=sent)
    assert answer.status_code == 422
    assert "1 mandate was saved" in words(answer)
    assert "Row 3" in words(answer)
    assert "Atlantis" in words(answer)
    assert "north" in words(planning.get("/desk/events/INVA"))


def test_what_an_investor_told_the_office_is_stated_by_hand_and_changed(planning):
    form = planning.get("/desk/events/INVA/mandates/new")
    assert "What still fits" in words(form) or "fits" in form.text
    wishes = {"carried": "{}", "id": "north", "risk_appetite": "high", "places_must": "Khoy"}
    address = "/desk/events/INVA/mandates/new"
    wrong = planning.post(address, wishes | {"places_must": "Atlantis"})
    assert (wrong.status_code, 'value="north"' in wrong.text) == (422, True)
    page = planning.follow(planning.post(address, wishes))
    assert "north" in words(page)
    here = f"{address}?investor=north&name=north"
    again = planning.get(here)
    assert 'value="Khoy"' in again.text
    changed = wishes | {"version": "1", "places_must": "Urmia"}
    assert planning.post(here, changed).status_code == 303
    met = planning.post(here, changed)
    assert (met.status_code, 'name="version" value="2"' in met.text) == (409, True)
    with open_register(planning.parties.settings) as register:
        kept = register.mandates.get("north", "north")
    assert (kept.version, kept.document["places"]) == (2, {"must": ["Urmia"]})
    assert planning.get(f"{address}?investor=nobody").status_code == 404


def test_who_sees_too_much_and_too_little_stands_on_the_page_and_in_the_workbook(planning):
    page = words(planning.get("/desk/events/INVA"))
    assert "Units on half of the lists or more 20" in page
    assert "Units that fit an investor and are on no list 40" in page
    book = openpyxl.load_workbook(io.BytesIO(planning.get("/desk/events/INVA/lists.xlsx").content))
    assert len(book.sheetnames) >= 4


def test_meetings_are_planned_moved_locked_and_planned_anew_without_who_did_not_come(planning):
    planning.get("/desk/events/NOVA")
    day = {"date": "1405/09/20", "from": "09:00", "to": "11:00", "tables": "۴"}
    refused = planning.post("/desk/events/NOVA/plan", {**day, "to": "noon"})
    assert (refused.status_code, "“noon” is not accepted for “To”" in words(refused)) == (422, True)
    page = planned(planning, planning.post("/desk/events/NOVA/plan", day))
    assert "Version 1" in words(page)
    pair = re.search(r'name="lock" value="([^"]+)"', page.text)[1]
    at = re.search(r'name="move" value="([^"]+)"', page.text)[1]
    stays = re.findall(r'name="lock" value="([^"]+)"', page.text)[1]
    move = {"version": "1", "move": at, f"slot {at}": "0", f"table {at}": "4", "lock": stays}
    page = planning.follow(planning.post("/desk/events/NOVA/meetings/move", move))
    locked = re.findall(r'name="lock" value="([^"]+)" checked', page.text)
    assert sorted(locked) == sorted({pair, stays})  # what was locked before, and what a person moved
    assert ("The meeting is moved" in words(page), "Version 2" in words(page)) == (True, True)
    late = planning.post("/desk/events/NOVA/meetings/move", move)
    assert late.status_code == 409
    for strange in ("", "x", "9.9", "0.٤", "1.2.3"):
        assert planning.post("/desk/events/NOVA/meetings/move", {"version": "2", "move": strange}).status_code == 409
    stays = {"version": "2", "then": "solve", "lock": pair}
    page = planned(planning, planning.post("/desk/events/NOVA/meetings/again", stays))
    assert re.search(rf'value="{re.escape(pair)}"', page.text)
    party = planning.get("/desk/events/NOVA/meetings/party?who=rival")
    assert "Did not come" in words(party)
    page = planned(planning, planning.post("/desk/events/NOVA/meetings/again", {"version": "3", "gone": "rival"}))
    assert "Did not come : rival" in words(page) or "Did not come: rival" in words(page)
    for by in ("guest", "host", "table"):
        assert "<table>" in planning.get(f"/desk/events/NOVA/meetings/sheets?by={by}").text
    packed = zipfile.ZipFile(io.BytesIO(planning.get("/desk/events/NOVA/meetings/calendars.zip").content))
    assert "fund.ics" in packed.namelist()
    assert planning.get("/desk/events/NOVA/meetings/plan.xlsx").status_code == 200


def test_an_agreement_that_waits_is_confirmed_at_the_desk(planning):
    found = planning.parties
    with open_register(found.settings) as register:
        register.agreements.accept("rival", "inva", 1, confirmed=False, **BY)
    assert "rival" in words(planning.get("/desk/events/INVA"))
    sent = {"investor": "rival", "package": "inva@1"}
    assert "confirmed" in words(planning.follow(planning.post("/desk/events/INVA/confirm", sent)))
    with open_register(found.settings) as register:
        assert register.agreements("rival")["confirmed_at"].notna().all()


def test_the_report_of_a_period_shows_counties_packages_and_its_files(writing):
    unit = str(writing.parties.stock.units.index[0])
    writing.get("/desk/outcomes/new")
    event = {"unit": unit, "kind": "restarted", "happened_on": "1404/11/01", "jobs": "12"}
    assert writing.post("/desk/outcomes/new", event).status_code == 303
    page = writing.get("/desk/report?start=1404/01/01&end=1405/01/02")
    said = words(page)
    assert "Units revived 1" in said
    assert "12 persons" in said
    assert "inva@1" in said
    assert "1.0 (0.0 to 2.0)" in said  # what the package had said, beside what came
    assert writing.get("/desk/report/period.xlsx?start=1404/01/01&end=1405/01/02").status_code == 200
    assert writing.get("/desk/report/period.json?start=1404/01/01&end=1405/01/02").json()["events"] == 1
    wrong = writing.get("/desk/report?start=1405/01/01&end=1404/01/01")
    assert (wrong.status_code, "Last day" in words(wrong)) == (422, True)
