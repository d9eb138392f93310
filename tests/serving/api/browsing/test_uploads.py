"""A register is brought, its columns named, its refused cells mended in place, stored once, and taken back."""

import html
import io
import json
import re
import time

import openpyxl
import pytest

from engine.store import Register
from tests.serving.api.browsing.conftest import Browser, browsing, words
from tests.serving.api.parties import at_work, fresh

GOOD = "Unit name,County,Status,Jobs now,Odd heading\nA new one,Khoy,idle,12,x\nAnother,Khoy,resting,-3,y\n"


@pytest.fixture(scope="module")
def writing(shared, first_day, tmp_path_factory):
    """A planner whose workspace these tests share: each brings units of its own."""
    found = at_work(fresh(shared, tmp_path_factory.mktemp("uploads")), first_day)
    with browsing(found, investor=None) as browser:
        browser.parties = found
        yield browser


def good(mark: str) -> str:
    return GOOD.replace("A new one", f"{mark} one").replace("Another", f"{mark} two")


def bring(browser: Browser, content: bytes | str, name: str = "list.csv", **fields):
    browser.get("/desk/imports/new")
    body = content.encode() if isinstance(content, str) else content
    return browser.post("/desk/imports/new", fields, files={"file": (name, body)})


def address(answer) -> str:
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].partition("?")[0]


def filled(page, wanted: str) -> dict[str, str]:
    """Fields of a page's form that are keyed by something of the file which holds the wanted text."""
    found = re.findall(r'name="key_(\w+)" value="([^"]*)"', page.text)
    return {
        name: html.unescape(key)
        for name, key in found
        if wanted in json.dumps(json.loads(html.unescape(key)), ensure_ascii=False)
    }


def settled(browser: Browser, path: str):
    """A page, once the file is read: on a busy machine that takes longer than a page waits."""
    for _ in range(20):
        page = browser.get(path)
        if 'id="being-read"' not in page.text:
            return page
        time.sleep(0.5)
    raise AssertionError(path)


def after(browser: Browser, answer):
    """The page that an answer leads to, once the file is read."""
    settled(browser, address(answer))
    return browser.follow(answer)


def store(browser: Browser, place: str):
    state = re.search(r'name="state" value="(\w+)"', settled(browser, f"{place}/check").text)[1]
    return browser.post(f"{place}/store", {"state": state})


def test_a_register_is_read_named_mended_stored_and_taken_back(writing):
    place = address(bring(writing, good("Mended"), source="office list", as_of="1404/12/29"))
    page = settled(writing, place)
    assert "Odd heading" in page.text
    assert "resting" in words(page)
    (heading,), (word,) = filled(page, "Odd heading").items(), filled(page, "resting").items()
    named = {f"key_{heading[0]}": heading[1], heading[0]: "notes", f"key_{word[0]}": word[1], word[0]: "semi_active"}
    checked = after(writing, writing.post(f"{place}/columns", named | {"source": "office list", "then": "check"}))
    assert "-3" in words(checked)
    ((name, key),) = filled(checked, '3, "jobs_now"').items()
    mended = after(
        writing, writing.post(f"{place}/mend", {f"key_{name}": key, name: "۳ نفر", "next": f"{place}/check"})
    )
    assert "1 cell mended" in words(mended)
    stored = writing.follow(store(writing, place))
    assert "The register is stored: 2 units" in words(stored)
    with Register.open(writing.parties.settings.database_url) as register:
        units = register.units().set_index("name")
        assert units.loc["Mended two", ["status", "jobs_now", "notes"]].tolist() == ["semi_active", 3, "y"]
        assert register.audit(newest=1)[["actor", "act"]].values.tolist() == [["user:sara", "register_read"]]
    assert list((writing.parties.settings.home / "mappings").glob("office_list-*.toml"))
    which = re.search(r'name="which" value="(\d+)"', stored.text)[1]
    back = writing.follow(writing.post("/desk/undo/import", {"which": which, "next": f"/desk/imports/{which}"}))
    assert "The register is taken back: 2 units" in words(back)
    again = writing.follow(writing.post("/desk/undo/import", {"which": which}))
    assert "had been taken back already" in words(again)
    with Register.open(writing.parties.settings.database_url) as register:
        assert "Mended two" not in set(register.units()["name"])
        assert register.audit(newest=1)["act"].tolist() == ["import_undone"]


def test_what_was_mended_is_proposed_for_the_next_file_and_put_in_by_one_click(writing):
    brought = {"source": "proposing list", "as_of": "1404/12/29"}
    place = address(bring(writing, good("Proposed"), **brought))
    ((name, key),) = filled(settled(writing, f"{place}/check"), '3, "jobs_now"').items()
    after(writing, writing.post(f"{place}/mend", {f"key_{name}": key, name: "31", "next": f"{place}/check"}))
    writing.follow(store(writing, place))
    place = address(bring(writing, good("Proposed").replace("12,x", "14,x"), **brought))
    page = settled(writing, f"{place}/check")
    assert "Mended before" in words(page)
    assert "31 sara" in words(page)
    assert 'value="31"' not in page.text  # a box that is sent is put in: what is proposed stands in none
    state = re.search(r'name="proposed" value="(\w+)"', page.text)[1]
    other = after(writing, writing.post(f"{place}/accept", {"proposed": "0" * 16}))
    assert "The proposals changed meanwhile" in words(other)
    assert "Cells that you mended" not in words(other)
    accepted = after(writing, writing.post(f"{place}/accept", {"proposed": state}))
    assert "1 cell mended" in words(accepted)
    assert "Cells that you mended" in words(accepted)
    assert "Mended before" not in words(accepted)
    writing.follow(store(writing, place))
    with Register.open(writing.parties.settings.database_url) as register:
        assert register.units().set_index("name").loc["Proposed two", "jobs_now"] == 31


def test_what_was_typed_before_storing_is_taken_in_first_and_stored_by_the_next_click(writing):
    place = address(bring(writing, good("Typed")))
    page = settled(writing, f"{place}/check")
    buttons = re.findall(r'<button class="main"[^>]*name="state"[^>]*>', page.text)
    assert buttons
    assert all('form="mends"' in one and f'formaction="{place}/store"' in one for one in buttons)
    state = re.search(r'name="state" value="(\w+)"', page.text)[1]
    ((name, key),) = filled(page, '3, "jobs_now"').items()
    typed = {"state": state, f"key_{name}": key, name: "۴۱ نفر"}
    first = after(writing, writing.post(f"{place}/store", typed))
    assert "1 mend from the boxes" in words(first)
    assert "nothing is stored yet" in words(first)
    with Register.open(writing.parties.settings.database_url) as register:
        assert "Typed two" not in set(register.units()["name"])
    state = re.search(r'name="state" value="(\w+)"', first.text)[1]
    assert "The register is stored" in words(writing.follow(writing.post(f"{place}/store", {**typed, "state": state})))
    with Register.open(writing.parties.settings.database_url) as register:
        assert register.units().set_index("name").loc["Typed two", "jobs_now"] == 41


def test_two_tabs_store_one_file_once_and_the_second_is_told(writing):
    place = address(bring(writing, good("Tabs")))
    state = re.search(r'name="state" value="(\w+)"', settled(writing, f"{place}/check").text)[1]
    first, second = (writing.post(f"{place}/store", {"state": state}) for _ in range(2))
    assert address(first) == address(second)
    assert "is stored already" in words(writing.follow(second))
    assert "is stored already" in words(writing.follow(writing.get(f"{place}/check")))
    with Register.open(writing.parties.settings.database_url) as register:
        assert register.units()["name"].tolist().count("Tabs two") == 1


def test_a_file_that_was_mended_elsewhere_is_shown_again_before_it_is_stored(writing):
    place = address(bring(writing, good("Elsewhere")))
    page = settled(writing, f"{place}/check")
    state = re.search(r'name="state" value="(\w+)"', page.text)[1]
    ((name, key),) = filled(page, '3, "jobs_now"').items()
    writing.post(f"{place}/mend", {f"key_{name}": key, name: "4"})
    answer = writing.post(f"{place}/store", {"state": state})
    assert address(answer) == f"{place}/check"
    settled(writing, f"{place}/check")
    assert "mended elsewhere" in words(writing.follow(answer))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", b"%PDF-1.7 something", "PDF"),
        ("list.xlsx", GOOD.encode(), "not what its ending says"),
        ("list.csv", b"PK\x03\x04 a workbook", "not what its ending says"),
        ("list.csv", b"<html><table><tr><td>x</td></tr></table>", "not what its ending says"),
        ("list.csv", b"\x7fELF\x02\x01\x01\x00\x00", "not what its ending says"),
        ("list.exe", b"MZ", "list.exe"),
        ("list.csv", b"", "list.csv"),
        ("list.xlsx", b"PK\x03\x04" + bytes(200), "list.xlsx"),
        ("list.csv", b"only one line of words", "list.csv"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_a_sentence_and_nothing_typed_is_lost(reading, name, content, said):
    answer = bring(reading, content, name, source="my source", county="Khoy")
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="my source"' in answer.text
    assert "upload_dropped" not in answer.text


def test_a_county_that_there_is_not_is_said_at_its_field(reading):
    answer = bring(reading, GOOD, county="Atlantis")
    assert answer.status_code == 422
    assert re.search(r'name="county"[^>]*value="Atlantis"[^>]*aria-invalid="true"', answer.text)


def test_names_and_cells_of_others_are_shown_as_texts(writing):
    evil = "<script>alert(1)</script>"
    text = f'Unit name,County,Status,Jobs now,{evil}\n{evil},Khoy,"{evil}",-3,"{evil}"\nB,Khoy,idle,4,z\n'
    place = address(bring(writing, text, f"../../{evil}.csv", source=f'"{evil}'))
    assert not (writing.parties.settings.home.parent / f"{evil}.csv").exists()
    pages = [settled(writing, place), settled(writing, f"{place}/check"), writing.get("/desk/imports/new")]
    pages += [writing.follow(store(writing, place)), writing.get("/desk/imports")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in pages[0].text


def test_headings_that_are_not_understood_are_named_by_a_person(writing):
    place = address(bring(writing, "foo,bar,baz\nZagros,Khoy,12\nSahand,Khoy,13\n"))
    page = settled(writing, place)
    assert "foo" in page.text
    fields = {}
    for heading, field in (("foo", "name"), ("bar", "county"), ("baz", "jobs_now")):
        ((name, key),) = filled(page, f'"{heading}"').items()
        fields |= {f"key_{name}": key, name: field}
    checked = after(writing, writing.post(f"{place}/columns", fields | {"then": "check"}))
    assert "Zagros" in words(checked)


def test_what_belongs_to_persons_is_neither_shown_nor_stored(writing):
    place = address(bring(writing, "Unit name,County,Status,Mobile,Remark\nA,Khoy,idle,09141234567,call 09141234567\n"))
    page, checked = settled(writing, place), settled(writing, f"{place}/check")
    assert "of persons: not stored" in words(page)
    assert "09141234567" not in page.text + checked.text


def test_amounts_without_a_unit_of_money_get_one_for_the_whole_file(writing):
    book = openpyxl.Workbook()
    for line in (["Unit name", "County", "Bank debt"], ["A", "Khoy", 1200], ["B", "Khoy", 90]):
        book.active.append(line)
    held = io.BytesIO()
    book.save(held)
    place = address(bring(writing, held.getvalue(), "list.xlsx"))
    assert "names no unit of money" in words(settled(writing, place))
    checked = after(writing, writing.post(f"{place}/columns", {"money": "million rial", "then": "check"}))
    assert "Cells refused 0" in words(checked)
    writing.follow(store(writing, place))
    with Register.open(writing.parties.settings.database_url) as register:
        units = register.units().set_index("name")
    assert units.loc["A", "bank_debt_rial"] == 1_200_000_000


def test_a_file_waits_until_somebody_goes_on_or_puts_it_aside(writing):
    place = address(bring(writing, good("Waits"), "waits.csv"))
    assert "waits.csv" in words(writing.get("/desk/imports"))
    gone = writing.follow(writing.post(f"{place}/drop"))
    assert "waits.csv" not in words(gone)
    assert writing.get(place).status_code == 404
    assert writing.get("/desk/imports/new/../../etc").status_code == 404


def test_a_register_can_be_read_before_there_is_a_model(shared, tmp_path):
    with browsing(fresh(shared, tmp_path), investor=None) as browser:
        place = address(bring(browser, GOOD))
        stored = store(browser, place)
        assert address(stored) == "/desk/start"
        assert "stored: 2 units" in words(browser.follow(stored))


def test_no_one_else_may_bring_a_register(desk_parties):
    with browsing(desk_parties, signed_in=False) as browser:
        assert browser.get("/desk/imports/new").status_code == 303
        assert browser.get("/desk/imports").status_code == 303
        assert browser.post("/desk/undo/import", {"which": "1"}).status_code in (401, 403)


def test_a_form_in_an_alphabet_of_the_callers_choice_is_refused(writing):
    writing.get("/desk/imports/new")
    part = b'--cut\r\ncontent-disposition: form-data; name="source"\r\n\r\n\\ud800\r\n--cut--\r\n'
    stated = {"content-type": "multipart/form-data; boundary=cut; charset=unicode_escape"}
    refused = writing.client.post("/desk/imports/new", content=part, headers={**stated, "x-form-token": writing.token})
    assert refused.status_code == 422
    assert refused.headers["x-ehya-problem"] == "form_unreadable"


def test_a_heading_that_says_too_little_is_suggested_and_not_called_recognised(writing):
    page = settled(writing, address(bring(writing, "Unit name,County,Investment (rial)\nUnsure,Khoy,5000000\n")))
    options = re.findall(r'<option value="">([^<]*)</option>', page.text)
    assert "Capital needed? (suggested; the heading does not say it all)" in options
    assert "County (recognised)" in options


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        (("Sum 2023 (rial)", "Sum 2024 (rial)"), "“Sum 2024 (rial)” counts, and “Sum 2023 (rial)” is only kept"),
        (("Owing A (rial)", "Owing B (rial)"), "nothing says which of them counts"),
    ],
)
def test_two_columns_named_as_one_field_are_said_or_refused(writing, heads, said):
    place = address(bring(writing, f"Unit name,County,{heads[0]},{heads[1]}\n{heads[0]},Khoy,5000000,7000000\n"))
    page = settled(writing, place)
    keys = {name: key for head in heads for name, key in filled(page, head).items()}
    named = {f"key_{name}": key for name, key in keys.items()} | dict.fromkeys(keys, "bank_debt_rial")
    settled(writing, address(writing.post(f"{place}/columns", named | {"then": "columns"})))
    page = settled(writing, place)
    assert said in words(page)
    decided = "counts, and" in said
    assert page.status_code == (200 if decided else 422)
    checked = settled(writing, f"{place}/check")
    assert (checked.status_code == 200) == decided
    if not decided:
        assert checked.headers["location"].endswith(place)


def test_a_column_of_remarks_with_one_number_of_a_person_can_be_chosen_without_it(writing):
    lines = "Unit name,County,توضیحات,Odd\nRemarked,Khoy,call 09141234567,call 09141234567\nKept,Khoy,new roof,blue\n"
    page = settled(writing, address(bring(writing, lines)))
    assert filled(page, "توضیحات")
    assert filled(page, "Odd")
    assert "new roof" in words(page)
    assert "only that is left out" in words(page)
    assert "09141234567" not in page.text
