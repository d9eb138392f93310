"""A planner works through the register: finds, edits, takes back, keeps files; two people meet on one unit."""

import html
import io
import re
import zipfile

import pytest

from tests.serving.api.browsing.conftest import words


def _unit(browser) -> str:
    return re.search(r'name="unit" value="(\w+)"', browser.get("/desk/units").text)[1]


def _fields(page: str) -> dict[str, str]:
    """What the boxes of an edit form hold."""
    seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]*)"', page))
    return seen | {name.removeprefix("seen_"): value for name, value in seen.items()}


def test_search_finds_what_people_see_and_says_how_many(reading):
    everything = reading.get("/desk/units")
    name = re.search(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', everything.text)[1]
    found = reading.get("/desk/units", params={"q": name})
    assert name in found.text
    none = reading.get("/desk/units", params={"q": "no such words at all"})
    assert "No unit meets all of this" in words(none)


def test_filters_sort_columns_and_pages_are_in_the_address(reading):
    page = reading.get("/desk/units?triage=offer&sort=-jobs_expected_point&column=land_m2&column=status")
    assert "Land" in words(page)
    assert 'aria-sort="descending"' not in page.text  # its column is not among those chosen
    shown = reading.get("/desk/units?sort=-jobs_expected_point&column=jobs").text
    assert shown.count('aria-sort="descending"') == 1
    assert reading.get("/desk/units?sort=nonsense").status_code == 422
    assert reading.get("/desk/units?county=Atlantis").status_code == 422
    assert reading.get("/desk/units?missing=title_deed;land_m2").status_code == 200


@pytest.mark.parametrize(
    "broken", ['["\\ud800", "/desk"]', '["a\\u0000", "/desk"]', "[", "[" * 9999, '["a"]', "{}", "1"]
)
def test_a_hidden_field_that_we_did_not_write_is_refused_in_words(writing, broken):
    writing.get("/desk/units")
    answer = writing.post("/desk/undo/view", {"which": broken})
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_filter_that_is_none_says_so_in_the_part_that_is_asked_for_as_one_types(reading):
    refused = reading.get("/desk/units", params={"sector": "لبنیات"})
    assert refused.status_code == 422
    live = refused.text.partition('<div id="list">')[2]
    assert "لبنیات" in words(live)


def test_the_list_is_exported_as_it_is_shown(reading):
    sheet = reading.get("/desk/units.xlsx?triage=offer")
    assert sheet.headers["content-disposition"].startswith("attachment")
    assert zipfile.is_zipfile(io.BytesIO(sheet.content))


def test_a_view_is_kept_and_forgotten_by_its_owner(writing):
    writing.get("/desk/units")
    page = writing.follow(writing.post("/desk/views", {"view": "<i>mine</i>", "address": "/desk/units?triage=offer"}))
    assert "&lt;i&gt;mine&lt;/i&gt;" in page.text
    number = re.search(r'name="which" value="(\d+)"', page.text)[1]
    gone = writing.follow(writing.post("/desk/views/forget", {"which": number}))
    assert '">&lt;i&gt;mine' not in gone.text
    which = html.unescape(re.search(r'action="/desk/undo/view">.*?name="which" value="([^"]*)"', gone.text)[1])
    back = writing.follow(writing.post("/desk/undo/view", {"which": which}))
    assert "&lt;i&gt;mine&lt;/i&gt;" in back.text
    assert writing.post("/desk/views/forget", {"which": "99"}).status_code == 404


def test_an_edit_shows_names_its_source_and_is_taken_back(writing):
    unit = _unit(writing)
    typed = _fields(writing.get(f"/desk/units/{unit}/edit").text) | {
        "jobs_now": "17",
        "bank_debt_rial": "3 billion rial",
    }
    done = writing.follow(writing.post(f"/desk/units/{unit}/edit", typed))
    assert "The changes are saved" in words(done)
    assert "desk:sara" in done.text
    assert "17 persons" in words(done)
    which = re.search(r'action="/desk/undo/import">.*?name="which" value="(\d+)"', done.text)[1]
    back = writing.follow(writing.post("/desk/undo/import", {"which": which, "next": f"/desk/units/{unit}"}))
    assert "17 persons" not in words(back)
    assert "desk:sara" not in back.text


def test_a_refused_value_is_said_at_its_box_and_nothing_is_lost(writing):
    unit = _unit(writing)
    typed = _fields(writing.get(f"/desk/units/{unit}/edit").text) | {
        "jobs_now": "many",
        "bank_debt_rial": "700",
        "estate": "Kept",
    }
    refused = writing.post(f"/desk/units/{unit}/edit", typed)
    assert refused.status_code == 422
    assert 'value="many"' in refused.text
    assert 'value="Kept"' in refused.text
    assert refused.text.count('aria-invalid="true"') == 2
    assert "desk:sara" not in writing.get(f"/desk/units/{unit}").text


@pytest.mark.parametrize(
    ("field", "typed", "strange"),
    [("stop_causes", "کمبود نقدینگی، آفت ملخ", "آفت ملخ"), ("deal_forms", "فروش، معاوضه با زمین", "معاوضه با زمین")],
)
def test_a_part_that_is_not_understood_is_refused_at_its_box_and_nothing_is_kept(writing, field, typed, strange):
    unit = _unit(writing)
    form = _fields(writing.get(f"/desk/units/{unit}/edit").text)
    answer = writing.post(f"/desk/units/{unit}/edit", form | {field: typed, "jobs_now": "77"})
    assert answer.status_code == 422
    assert strange in re.search(rf'id="h-{field}">([^<]*)', answer.text)[1]
    assert _fields(writing.get(f"/desk/units/{unit}/edit").text) == form


def test_a_note_that_is_too_long_is_refused_and_not_cut(writing):
    unit = _unit(writing)
    page = writing.get(f"/desk/units/{unit}/edit").text
    assert "maxlength" not in re.search(r'<textarea id="f-notes"[^>]*>', page)[0]
    answer = writing.post(f"/desk/units/{unit}/edit", _fields(page) | {"notes": "الف" * 4_000})
    assert answer.status_code == 422
    assert "5000 characters" in re.search(r'id="h-notes">([^<]*)', answer.text)[1]
    assert "الف" * 4_000 in answer.text


def test_two_people_on_one_unit_see_each_other_and_lose_nothing(writing):
    unit = _unit(writing)
    opened = _fields(writing.get(f"/desk/units/{unit}/edit").text)
    first = writing.post(f"/desk/units/{unit}/edit", opened | {"jobs_now": "11"})
    assert first.status_code == 303
    second = writing.post(f"/desk/units/{unit}/edit", opened | {"jobs_now": "12", "estate": "Other"})
    assert second.status_code == 409
    assert "is “11” now" in words(second)
    banner = second.text.partition('<ul class="met">')[2].partition("</ul>")[0]
    assert '<a href="#f-jobs_now">' in banner
    assert words(banner).strip() == "Jobs now · sara"
    assert 'value="12"' in second.text
    assert 'value="Other"' in second.text
    again = writing.post(f"/desk/units/{unit}/edit", _fields(second.text) | {"jobs_now": "12", "estate": "Other"})
    assert "12 persons" in words(writing.follow(again))


def test_what_the_second_person_did_not_touch_stays_as_the_first_left_it(writing):
    unit = _unit(writing)
    opened = _fields(writing.get(f"/desk/units/{unit}/edit").text)
    writing.post(f"/desk/units/{unit}/edit", opened | {"jobs_now": "11", "land_m2": "4321"})
    met = writing.post(f"/desk/units/{unit}/edit", opened | {"jobs_now": "12"})
    assert met.status_code == 409
    boxes = dict(re.findall(r'<input id="f-(\w+)" name="\w+" value="([^"]*)"', met.text))
    assert (boxes["jobs_now"], boxes["land_m2"]) == ("12", "4321")
    page = writing.follow(writing.post(f"/desk/units/{unit}/edit", _fields(met.text) | boxes))
    assert "12 persons" in words(page)
    assert "4,321" in words(page)


def test_machines_are_added_changed_and_removed_row_by_row(writing):
    unit = _unit(writing)
    path = f"/desk/units/{unit}/edit"
    typed = _fields(writing.get(path).text) | {
        "equipment_new1_name": "press",
        "equipment_new1_year": "2009",
        "equipment_new2_name": "saw",
        "debts_new1_creditor": "bank",
        "debts_new1_rial": "many",
    }
    refused = writing.post(path, typed)
    assert refused.status_code == 422
    assert refused.text.count('aria-invalid="true"') == 1
    assert all(f'value="{kept}"' in refused.text for kept in ("press", "2009", "saw", "many"))
    page = writing.follow(writing.post(path, typed | {"debts_new1_rial": "3 billion rial"}))
    assert "press (2009)" in words(page)
    assert "Bank: 3 billion rial" in words(page)
    form = writing.get(path).text
    saw = re.search(r'name="(equipment_\w+-1)_name" value="saw"', form)[1]
    gone = writing.follow(writing.post(path, _fields(form) | {f"{saw}_remove": "1"}))
    assert not re.search(r"<li>saw</li>", gone.text)
    which = re.search(r'action="/desk/undo/import">.*?name="which" value="(\d+)"', gone.text)[1]
    back = writing.follow(writing.post("/desk/undo/import", {"which": which, "next": f"/desk/units/{unit}"}))
    assert re.search(r"<li>saw</li>", back.text)


def test_two_people_on_one_list_see_each_others_rows(writing):
    unit = _unit(writing)
    path = f"/desk/units/{unit}/edit"
    opened = _fields(writing.get(path).text)
    assert writing.post(path, opened | {"equipment_new1_name": "press"}).status_code == 303
    met = writing.post(path, opened | {"equipment_new1_name": "saw", "estate": "Kept"})
    assert met.status_code == 409
    assert "Added by somebody else" in words(met)
    assert 'value="saw"' in met.text
    assert 'value="Kept"' in met.text
    boxes = dict(re.findall(r'name="(equipment_[\w-]+)" value="([^"]*)"', met.text))
    both = writing.follow(writing.post(path, _fields(met.text) | {"estate": "Kept"} | boxes))
    assert "press" in words(both)
    assert "saw" in words(both)


def test_what_is_no_list_of_ours_is_refused_in_words(writing):
    path = f"/desk/units/{_unit(writing)}/edit"
    opened = _fields(writing.get(path).text)
    for hostile in ({"seen_equipment": "x|y"}, {"debts_new1_creditor": "uncle", "debts_new1_rial": "1 rial"}):
        assert writing.post(path, opened | hostile).status_code == 422


def test_an_id_is_one_units_and_not_several(writing):
    units = re.findall(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[:2]
    assert 'value="business_id"' not in writing.post("/desk/units/edit-many", {"unit": units}).text
    wanted = {"unit": units, "field": "business_id", "value": "14001234567"}
    assert writing.post("/desk/units/edit-many", wanted).status_code == 422


def test_several_units_take_one_value_and_give_it_back(writing):
    units = re.findall(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[:3]
    form = writing.post("/desk/units/edit-many", {"unit": units})
    assert "3 units are marked" in words(form)
    refused = writing.post("/desk/units/edit-many", {"unit": units, "field": "jobs_now", "value": "x"})
    assert refused.status_code == 422
    wanted = {"unit": units, "field": "estate", "value": "Together"}
    first = writing.post("/desk/units/edit-many", wanted)
    assert first.status_code == 200
    assert "Of 3 units 3 will change" in words(first)
    assert "Nothing is saved yet" in words(first)
    assert not re.findall(r'name="unit"', writing.get("/desk/units?q=Together").text)
    form = first.text[first.text.index('name="sure"') - 400 :]
    assert re.findall(r'name="unit" value="(\w+)"', form[: form.index("</form>")]) == units
    done = writing.follow(writing.post("/desk/units/edit-many", wanted | {"sure": "1"}))
    assert "3 units were changed" in words(done)
    same = writing.post("/desk/units/edit-many", wanted)
    assert same.status_code == 422
    assert "All of these units have this value already" in words(same)
    assert len(re.findall(r'name="unit"', writing.get("/desk/units?q=Together").text)) == 3


def test_who_agreed_to_other_changes_than_stand_now_is_shown_those(writing):
    units = re.findall(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[:2]
    wanted = {"unit": units, "field": "estate", "value": "Together"}
    shown = re.search(r'name="seen" value="(\w+)"', writing.post("/desk/units/edit-many", wanted).text)[1]
    meanwhile = writing.post(f"/desk/units/{units[0]}/edit", {"estate": "Alone", "seen_estate": ""})
    assert meanwhile.status_code in (303, 409)
    form = _fields(writing.get(f"/desk/units/{units[0]}/edit").text)
    assert writing.post(f"/desk/units/{units[0]}/edit", form | {"estate": "Alone"}).status_code == 303
    late = writing.post("/desk/units/edit-many", wanted | {"sure": "1", "seen": shown})
    assert late.status_code == 409
    assert "Something has changed meanwhile" in words(late)
    assert "Alone" in words(late)
    again = re.search(r'name="seen" value="(\w+)"', late.text)[1]
    assert writing.post("/desk/units/edit-many", wanted | {"sure": "1", "seen": again}).status_code == 303


def test_several_units_are_given_no_empty_value_and_lost_ones_are_said(writing):
    units = re.findall(r'name="unit" value="(\w+)"', writing.get("/desk/units").text)[:2]
    empty = writing.post("/desk/units/edit-many", {"unit": units, "field": "estate", "value": "  "})
    assert empty.status_code == 422
    assert "write its new value" in words(empty)
    wanted = {"unit": [*units, "nobody"], "field": "estate", "value": "Together"}
    assert "1 unit that was marked is no longer" in words(writing.post("/desk/units/edit-many", wanted))
    agreed = writing.post("/desk/units/edit-many", wanted | {"sure": "1"})
    assert agreed.status_code == 409
    assert not re.findall(r'name="unit"', writing.get("/desk/units?q=Together").text)
    gone = writing.follow(writing.post("/desk/units/edit-many", wanted | {"unit": ["nobody"]}))
    assert "are no longer in the register" in words(gone)


def test_the_page_of_a_unit_moves_with_its_sliders(reading):
    unit = _unit(reading)
    usual, dearer = (words(reading.get(f"/desk/units/{unit}{query}")) for query in ("", "?price_to_norm=1.4"))
    assert usual != dearer
    assert reading.get(f"/desk/units/{unit}?price_to_norm=nan&loan_rate=x").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("run.exe", b"MZ", "these endings are"),
        ("deed.pdf", b"<html><script>", "not what its ending says"),
        ("deed.pdf", b"%PDF-1.7 /JavaScript (x)", "holds scripts"),
        ("deed.png", b"GIF89a", "not what its ending says"),
        ("deed.xlsx", b"PK\x03\x04", "not what its ending says"),
        ("deed.pdf", b"", "empty or too large"),
    ],
)
def test_a_hostile_file_is_refused_with_its_reason(writing, name, content, why):
    unit = _unit(writing)
    refused = writing.post(f"/desk/units/{unit}/documents", files={"file": (name, content)})
    assert refused.status_code == 422
    assert why in words(refused)


def test_a_document_is_saved_not_shown_and_comes_back_after_removing(writing):
    unit = _unit(writing)
    named = '../<img src=x onerror="a">بهره\u200cبرداری.pdf'
    added = writing.follow(writing.post(f"/desk/units/{unit}/documents", files={"file": (named, b"%PDF-1.7 plain")}))
    assert "<img src=x" not in added.text
    assert "بهره\u200cبرداری.pdf" in added.text
    link = re.search(rf'/desk/units/{unit}/documents/(\d+)"', added.text)[1]
    fetched = writing.get(f"/desk/units/{unit}/documents/{link}")
    assert fetched.content == b"%PDF-1.7 plain"
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in fetched.headers["content-security-policy"]
    gone = writing.follow(writing.post(f"/desk/units/{unit}/documents/{link}/remove"))
    assert writing.client.get(f"/desk/units/{unit}/documents/{link}").status_code == 404
    which = re.search(r'name="which" value="([^"]+)"', gone.text)[1]
    writing.post("/desk/undo/document", {"which": which})
    assert writing.client.get(f"/desk/units/{unit}/documents/{link}").status_code == 200


def test_the_sheet_for_investors_holds_nothing_private(reading):
    unit = _unit(reading)
    sheet = reading.get(f"/desk/units/{unit}/sheet.pdf")
    assert sheet.content.startswith(b"%PDF-")
    pypdfium2 = pytest.importorskip("pypdfium2")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(sheet.content))
    assert "secret remark" not in text
    assert "Secret bank" not in text


def test_markup_in_any_text_field_is_text_on_every_page(writing):
    unit, hostile = _unit(writing), '"><script>alert(1)</script>'
    seen = _fields(writing.get(f"/desk/units/{unit}/edit").text)
    texts = ("estate", "sector_text", "capacity_text", "machinery_text", "notes")
    assert writing.post(f"/desk/units/{unit}/edit", seen | dict.fromkeys(texts, hostile)).status_code == 303
    number = re.search(r'href="/desk/imports/(\d+)"', writing.get("/desk/imports").text)[1]
    pages = ("/desk", f"/desk/units/{unit}", f"/desk/units/{unit}/edit", "/desk/ranking", "/desk/map", "/desk/panel",
             f"/desk/imports/{number}", f"/desk/units?q={hostile}&column=estate&column=notes", "/desk/people",
             f"/desk/outcomes?q={hostile}", f"/desk/ranking?county={hostile}", "/desk/decisions?show=conflicts",
             f"/desk/outcomes/new?unit={hostile}&kind={hostile}", f"/desk/sign-in?next={hostile}")  # fmt: skip
    for path in pages:
        page = writing.get(path)
        assert page.status_code in (200, 404, 422), path
        assert "<script>alert" not in page.text, path
