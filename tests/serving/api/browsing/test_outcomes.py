"""Outcomes are recorded, corrected and taken back in a browser; sheets come back with what was refused."""

import io
import re

import openpyxl
import pytest

from serving.api.browsing import outcomes as browsing_outcomes
from serving.desk.outcomes import outcomes
from tests.serving.api.browsing.conftest import words


def _unit(browser) -> str:
    return re.search(r'name="unit" value="(\w+)"', browser.get("/desk/units").text)[1]


def test_an_outcome_takes_a_kind_and_a_day_and_can_be_undone(writing):
    unit = _unit(writing)
    form = writing.get(f"/desk/outcomes/new?unit={unit}").text
    assert 'value="2026-03-22"' in form  # today stands there already
    typed = {"unit": unit, "kind": "visited", "happened_on": "1404/12/01", "jobs": ""}
    done = writing.follow(writing.post("/desk/outcomes/new", typed))
    assert "The outcome is recorded" in words(done)
    assert "2026-02-20" in words(done)
    which = re.search(r'action="/desk/undo/outcome">.*?name="which" value="(\d+)"', done.text)[1]
    back = writing.follow(writing.post("/desk/undo/outcome", {"which": which, "next": f"/desk/units/{unit}"}))
    assert "2026-02-20" not in words(back)


def test_what_cannot_be_read_is_said_and_stays_typed(writing):
    unit = _unit(writing)
    typed = {"unit": unit, "kind": "invested", "happened_on": "last spring", "rial": "70", "event": "<b>INVA</b>"}
    refused = writing.post("/desk/outcomes/new", typed)
    assert refused.status_code == 422
    assert 'value="last spring"' in refused.text
    assert "&lt;b&gt;INVA&lt;/b&gt;" in refused.text
    later = writing.post("/desk/outcomes/new", typed | {"happened_on": "2026-03-01"})
    assert later.status_code == 422  # seventy of what?
    assert "70" in words(later)


def test_an_event_is_corrected_and_withdrawn(writing):
    unit = _unit(writing)
    writing.post("/desk/outcomes/new", {"unit": unit, "kind": "visited", "happened_on": "2026-03-01"})
    number = re.search(r'href="/desk/outcomes/(\d+)"', writing.get("/desk/outcomes").text)[1]
    form = writing.get(f"/desk/outcomes/{number}")
    assert 'value="2026-03-01"' in form.text
    fixed = {"unit": unit, "kind": "declined", "happened_on": "2026-03-02", "reason": "heard wrongly"}
    page = writing.follow(writing.post(f"/desk/outcomes/{number}", fixed))
    assert "investor declined" in words(page)
    number = re.search(r'href="/desk/outcomes/(\d+)"', page.text)[1]
    gone = writing.follow(writing.post(f"/desk/outcomes/{number}/withdraw", {"reason": "never was"}))
    assert "No event is recorded yet" in words(gone)
    led = writing.get(f"/desk/outcomes/{number}")  # the audit leads there
    assert led.headers["location"].startswith(f"/desk/units/{unit}?")
    assert f"Event {number} was withdrawn" in words(writing.follow(led))
    assert writing.get("/desk/outcomes/999").status_code == 404


def test_who_corrects_one_event_reads_that_one(writing, monkeypatch):
    unit = _unit(writing)
    writing.post("/desk/outcomes/new", {"unit": unit, "kind": "visited", "happened_on": "2026-03-01"})
    number = _only_event(writing)["id"]
    with monkeypatch.context() as reading:
        reading.setattr(browsing_outcomes, "outcomes", None)
        assert writing.get(f"/desk/outcomes/{number}").status_code == 200
        fixed = {"unit": unit, "kind": "declined", "happened_on": "2026-03-02"}
        assert writing.post(f"/desk/outcomes/{number}", fixed).status_code == 303
        led = writing.get(f"/desk/outcomes/{number}")  # another stands in its place
        assert (led.status_code, led.headers["location"].split("?")[0] == f"/desk/outcomes/{number}") == (303, False)
    assert _only_event(writing)["kind"] == "declined"


def test_a_correction_leaves_what_stands_as_it_was_shown(writing):
    """A month of one calendar is none of the other, and a form shows it by the reader's."""
    unit = _unit(writing)
    writing.post("/desk/outcomes/new", {"unit": unit, "kind": "visited", "happened_on": "1404/10"})
    before = _only_event(writing)
    number = before["id"]
    form = writing.get(f"/desk/outcomes/{number}").text
    shown = dict(re.findall(r'name="(shown_\w+)" value="([^"]*)"', form))
    shown |= {name.removeprefix("shown_"): text for name, text in shown.items()}
    assert shown["happened_on"] == "2025-12"  # ten days of which are no part of Dey 1404
    fixed = {"unit": unit, "kind": "visited", "source": "a letter", "reason": "who said it", **shown}
    writing.follow(writing.post(f"/desk/outcomes/{number}", fixed))
    after = _only_event(writing)
    assert after["source"] == "a letter"
    for name in ("happened_on", "happened_precision", "known_on"):
        assert after[name] == before[name], name


def _only_event(browser):
    (event,) = outcomes(browser.parties.settings).events.to_dict("records")
    return event


def test_a_sheet_records_what_it_can_and_gives_back_the_rest(writing):
    unit = _unit(writing)
    writing.get("/desk/outcomes/sheet")
    sheet = f"unit_id,kind,happened_on\n{unit},visited,2026-03-01\n{unit},danced,2026-03-01\n".encode()
    looked = writing.post("/desk/outcomes/sheet", {"only_look": "1"}, files={"file": ("a.csv", sheet)})
    assert "danced" in words(looked)
    done = writing.post("/desk/outcomes/sheet", files={"file": ("a.csv", sheet)})
    assert "1 event was recorded" in words(done)
    assert "danced" in words(done)
    assert writing.post("/desk/outcomes/sheet", files={"file": ("a.exe", b"MZ")}).status_code == 422


def _in_persian(browser):
    browser.client.cookies.delete("ehya_look")
    browser.client.cookies.set("ehya_look", "lang=fa")


def test_a_sheet_as_a_persian_office_writes_it_is_looked_at_recorded_and_taken_back_at_once(writing):
    unit = _unit(writing)
    name = outcomes(writing.parties.settings).names[unit]
    _in_persian(writing)
    writing.get("/desk/outcomes/sheet")
    sheet = (
        "نام واحد,رویداد,تاریخ,تاریخ آگاهی,تعداد شاغل,سهم ظرفیت,منبع,توضیح\n"
        f"{name},بازدید شد,۱۴۰۴/۱۱/۱۲,2026-02-20,,,نامه,خوب بود\n"
        f"{unit},وضعیت کار مشاهده شد,۱۴۰۴/۱۲/۰۱,,۱۲,۴۰٪,,\n"
        f"{unit},رقصید,۱۴۰۴/۱۲/۰۱,,,,,\n"
        "کسی نیست,بازدید شد,۱۴۰۴/۱۲/۰۱,,,,,\n"
    ).encode()
    looked = words(writing.post("/desk/outcomes/sheet", {"only_look": "1"}, files={"file": ("a.csv", sheet)}))
    assert "۲ رویداد ثبت می‌شد؛ چیزی ثبت نشد" in looked
    assert "از این ستون‌ها چیزی خوانده نشد: توضیح" in looked
    assert "بازدید شد" in looked  # what it allows stands in words
    assert "visited" not in looked
    assert "ehya" not in looked
    done = writing.post("/desk/outcomes/sheet", files={"file": ("a.csv", sheet)})
    assert "۲ رویداد ثبت شد" in words(done)
    events = outcomes(writing.parties.settings).events
    assert events[["kind", "capacity_share"]].fillna(0).to_numpy().tolist() == [["visited", 0], ["observed", 0.4]]
    assert events["known_on"].astype("str").tolist()[0] == "2026-02-20"
    which = re.search(r'action="/desk/undo/sheet">.*?name="which" value="([\d-]+)"', done.text)[1]
    assert "۲ رویدادِ برگه پس گرفته شد" in words(writing.follow(writing.post("/desk/undo/sheet", {"which": which})))
    assert outcomes(writing.parties.settings).events.empty
    nothing = writing.post("/desk/outcomes/sheet", files={"file": ("a.csv", "نام,شهر\nx,y\n".encode())})
    assert nothing.status_code == 422
    assert "ستونی برای شناسه واحد، نوع رخداد" in words(nothing)
    assert "unit_id" not in words(nothing)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_sample_sheet_is_in_the_language_of_its_reader_and_read_back(writing, language):
    unit = _unit(writing)
    for day in ("1404/10", "2025/07", "2026-03-01"):
        writing.post("/desk/outcomes/new", {"unit": unit, "kind": "visited", "happened_on": day})
    if language == "fa":
        _in_persian(writing)
    sheet = writing.get("/desk/outcomes.xlsx").content
    cells = [str(cell) for row in openpyxl.load_workbook(io.BytesIO(sheet)).worksheets[0].values for cell in row]
    assert ("بازدید شد" if language == "fa" else "visited") in cells
    assert ("۱۴۰۴/۱۲/۱۰" if language == "fa" else "2026-03-01") in cells
    writing.get("/desk/outcomes/sheet")
    again = writing.post("/desk/outcomes/sheet", files={"file": ("outcomes.xlsx", sheet)})
    assert len(outcomes(writing.parties.settings).events) == 3
    assert len(re.findall("پیش‌تر ثبت شده است|is recorded already", words(again))) == 3


def test_an_event_that_was_withdrawn_can_be_put_back(writing):
    unit = _unit(writing)
    typed = {"unit": unit, "kind": "observed", "happened_on": "2026-03-01", "jobs": "12", "source": "a letter"}
    writing.post("/desk/outcomes/new", typed)
    before = _only_event(writing)
    gone = writing.follow(writing.post(f"/desk/outcomes/{before['id']}/withdraw", {"reason": "never was"}))
    which = re.search(r'action="/desk/undo/withdrawal">.*?name="which" value="(\d+)"', gone.text)[1]
    for _ in range(2):  # a second click does no more
        back = writing.follow(writing.post("/desk/undo/withdrawal", {"which": which, "next": "/desk/outcomes"}))
        assert "The event is recorded again" in words(back)
    after = _only_event(writing)
    assert repr({**after, "id": 0, "known_on": 0}) == repr({**before, "id": 0, "known_on": 0})


def test_events_are_shown_of_a_stretch_of_days_and_counted_by_quarter(writing):
    unit = _unit(writing)
    for day in ("1404/12/29", "1405/01/01"):
        writing.post("/desk/outcomes/new", {"unit": unit, "kind": "visited", "happened_on": day})
    assert "2 events" in words(writing.get("/desk/outcomes?since=1404/12/01&until=1405"))
    assert "1 event" in words(writing.get("/desk/outcomes?since=2026-03-21"))
    writing.client.cookies.delete("ehya_look")
    counted = words(writing.get("/desk/outcomes?by=quarter&lang=fa"))
    assert "بهار ۱۴۰۵ ۱" in counted
    assert "زمستان ۱۴۰۴ ۱" in counted
    assert writing.get("/desk/outcomes?since=someday").status_code == 422


def test_what_has_not_happened_yet_is_no_outcome(writing):
    unit = _unit(writing)
    refused = writing.post("/desk/outcomes/new", {"unit": unit, "kind": "restarted", "happened_on": "1410/01/01"})
    assert refused.status_code == 422
    assert "No event is recorded yet" in words(writing.get("/desk/outcomes"))
    nobody = writing.post("/desk/outcomes/new", {"unit": "nobody", "kind": "visited", "happened_on": "2026-03-01"})
    assert "no unit “nobody”" in words(nobody)
    assert "Fill this in" in words(writing.post("/desk/outcomes/new", {"unit": unit, "happened_on": "2026-03-01"}))
