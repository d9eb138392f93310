"""What registers did is listed and told unit by unit."""

import re

from tests.serving.api.browsing.conftest import words


def test_registers_are_listed_with_what_each_did(reading):
    page = reading.get("/desk/imports")
    assert page.status_code == 200
    assert "office.xlsx" in words(page)
    assert 'href="/desk/imports/1/undo"' in page.text


def test_an_import_tells_what_it_changed_in_each_unit(reading):
    page = reading.get("/desk/imports/1")
    assert "What it changed" in words(page)
    assert "1 to 30 of 60" in words(page)
    assert reading.get("/desk/imports/1?start=30").text.count("<details>") == 30


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
