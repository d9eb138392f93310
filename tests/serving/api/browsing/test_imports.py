"""What registers did is listed and told unit by unit."""

from tests.serving.api.browsing.conftest import words


def test_registers_are_listed_with_what_each_did(reading):
    page = reading.get("/desk/imports")
    assert page.status_code == 200
    assert "office.xlsx" in words(page)
    assert 'action="/desk/undo/import"' in page.text


def test_an_import_tells_what_it_changed_in_each_unit(reading):
    page = reading.get("/desk/imports/1")
    assert "What it changed" in words(page)
    assert "1 to 30 of 60" in words(page)
    assert reading.get("/desk/imports/1?start=30").text.count("<details>") == 30


def test_an_import_that_there_is_not_is_no_page(reading):
    assert reading.get("/desk/imports/99").status_code == 404
    assert reading.post("/desk/undo/import", {"which": "99"}).status_code == 404
    assert reading.post("/desk/undo/import", {"which": "DROP TABLE"}).status_code == 404
