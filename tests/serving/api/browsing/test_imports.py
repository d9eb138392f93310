"""What registers did is listed and told unit by unit."""

import re

import serving.pages.desk.imports
from serving.desk.intake import RegisterReading, store_intake
from tests.serving.api.browsing.conftest import words
from tests.serving.api.parties import NOON


def test_registers_are_listed_with_what_each_did(reading):
    page = reading.get("/desk/imports")
    assert page.status_code == 200
    assert "office.xlsx" in words(page)
    assert 'href="/desk/imports/1/undo"' in page.text


def test_an_import_tells_what_it_changed_in_each_unit(reading):
    page = reading.get("/desk/imports/1")
    assert "What it changed" in words(page)
    assert "1 to 30 of 60" in words(page)
    last = reading.get("/desk/imports/1?start=30")
    assert last.text.count("<details>") == 30
    beyond = reading.get("/desk/imports/1?start=9000")
    assert "31 to 60 of 60" in words(beyond)
    assert beyond.text.count("<details>") == 30


def test_an_import_that_there_is_not_is_no_page(reading):
    assert reading.get("/desk/imports/99").status_code == 404
    assert reading.post("/desk/undo/import", {"which": "99"}).status_code == 404
    assert reading.post("/desk/undo/import", {"which": "DROP TABLE"}).status_code == 404


def test_what_taking_a_register_back_takes_along_is_said_before_it_is_done(writing):
    unit = re.search(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[1]
    writing.get(f"/desk/units/{unit}/edit")
    assert writing.post(f"/desk/units/{unit}/edit", {"jobs_now": "4321"}).status_code == 303
    sent = writing.post("/desk/undo/import", {"which": "1"})
    assert sent.headers["location"] == "/desk/imports/1/undo"  # another came after it
    page = writing.follow(sent)
    assert "Nothing is taken back yet" in words(page)
    assert "No longer shown" in words(page)
    assert "desk:sara" in words(page)
    assert f"/desk/units/{unit}" in writing.get("/desk/units").text
    done = writing.follow(writing.post("/desk/undo/import", {"which": "1", "sure": "1"}))
    assert "The register is taken back" in words(done)
    assert "had been taken back already" in words(writing.follow(writing.get("/desk/imports/1/undo")))
    assert writing.get("/desk/imports/99/undo").status_code == 404


def test_units_that_stay_by_edits_are_named_before_and_after_and_only_what_stands_is_counted(writing):
    listed = writing.get("/desk/units").text
    unit, name = re.search(r'<th scope="row"><a href="/desk/units/(\w+)">([^<]+)</a>', listed).groups()
    other = re.findall(r'name="unit" value="(\w+)"', listed)[-1]
    writing.get(f"/desk/units/{unit}/edit")
    writing.post(f"/desk/units/{unit}/edit", {"jobs_now": "4321"})
    for day in ("2026-03-01", "2026-03-02"):
        writing.post("/desk/outcomes/new", {"unit": other, "kind": "visited", "happened_on": day})
    number = re.search(r'href="/desk/outcomes/(\d+)"', writing.get("/desk/outcomes").text)[1]
    writing.post(f"/desk/outcomes/{number}/withdraw", {"reason": "never was"})
    before = writing.get("/desk/imports/1/undo").text
    assert "1 event" in words(before)
    assert "2 events" not in words(before)
    done = writing.follow(
        writing.post("/desk/undo/import", {"which": "1", "sure": "1", "next": "/desk/imports/1"})
    ).text
    for page in (before, done):
        left = words(page.partition('aria-labelledby="left"')[2].partition("</section>")[0])
        assert "take those edits back too" in left
        assert name in left
        assert unit in left
        assert other not in left


def test_whether_an_edit_or_a_register_is_taken_back_is_read_from_its_source(writing):
    unit = re.search(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[1]
    writing.get(f"/desk/units/{unit}/edit")
    edits = []
    for jobs in ("4321", "4322"):
        sent = writing.post(f"/desk/units/{unit}/edit", {"jobs_now": jobs}).headers["location"]
        edits.append(re.search(r"undo_import=(\d+)", sent)[1])
    assert writing.post("/desk/undo/import", {"which": "1"}).headers["location"] == "/desk/imports/1/undo"
    assert writing.post("/desk/undo/import", {"which": "99"}).status_code == 404
    back = writing.follow(writing.post("/desk/undo/import", {"which": edits[0]}))  # another edit came after it
    assert "The change is taken back" in words(back)
    done = writing.follow(writing.post("/desk/undo/import", {"which": "1", "sure": "1"}))
    assert "The register is taken back: 60 units changed." in words(done)


def test_units_are_counted_that_changed_and_later_registers_that_are_not_named(writing, monkeypatch):
    settings = writing.parties.settings
    for number in (1, 2):
        path = settings.home / f"again_{number}.csv"
        path.write_text(f"Unit name,County,Status\nOf its own,Khoy,idle\nBeside {number},Khoy,idle\n", encoding="utf-8")
        reading = RegisterReading.plain(path, {"source": path.name, "as_of": "2025-01-01"})
        store_intake(settings, reading, reading.intake(), imported_at=NOON)
    monkeypatch.setattr(serving.pages.desk.imports, "MISSING", 1)
    later = words(writing.get("/desk/imports/1/undo").text.partition('id="later"')[2])
    assert "again_1.csv" in later
    assert "again_2.csv" not in later
    assert "and 1 more" in later
    back = writing.follow(writing.post("/desk/undo/import", {"which": "2", "sure": "1"}))
    assert "The register is taken back: 1 unit changed." in words(back)
