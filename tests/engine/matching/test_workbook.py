"""A workbook of mandates, one row an investor."""

import openpyxl
import pytest

from engine.domain.exclusion import UNKNOWNS
from engine.domain.ticket import Ticket
from engine.errors import EhyaError, ErrorCode
from engine.matching import mandates_from_workbook
from engine.matching.workbook import write_mandate_form

ROWS = [
    ["معیارهای سرمایه‌گذاران رویداد"],
    ["شناسه", "سرمايه‌گذار", "سال قیمت", "حداقل سرمایه (میلیارد ریال)", "حداكثر سرمایه (میلیارد تومان)", "فقط رشته‌ها",
     "مکان‌های دلخواه", "شیوه‌های ورود", "ریسک‌پذیری", "هدف اشتغال", "پذیرش نامعلوم"],
    ["الف", "شرکت نمونه", "۱۴۰۴", "۵۰", None, "10، 11", "ارومیه؛ خوی", "اجاره، مشارکت", "زیاد", "۳۰", "بله"],
    [None],
    [7, "دومی", 1404, None, None, 23, None, None, "کم", None, "خیر"],
]  # fmt: skip


def saved(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_persian_headers_and_cells_become_mandates(tmp_path):
    first, second = mandates_from_workbook(saved(tmp_path / "m.xlsx", ROWS))
    assert (first.id, first.name, first.price_year) == ("الف", "شرکت نمونه", 1404)
    assert first.ticket_rial == Ticket(min=50 * 10**9)
    assert first.sectors.must == ("10", "11")
    assert first.places.like == ("West Azerbaijan/Urmia", "West Azerbaijan/Khoy")
    assert [form.value for form in first.deal_forms.wanted] == ["lease", "joint_venture"]
    assert (first.risk_appetite, first.jobs_goal, first.accept_unknown) == ("high", 30, UNKNOWNS)
    assert (second.id, second.sectors.must, second.risk_appetite, second.accept_unknown) == ("7", ("23",), "low", ())


def test_a_range_whose_ends_stand_in_two_units_of_money_is_one_range(tmp_path):
    header = ["id", "price year", "ticket min (billion rial)", "ticket max (billion toman)"]
    (one,) = mandates_from_workbook(saved(tmp_path / "m.xlsx", [header, ["a", 1404, 50, 20]]))
    assert one.ticket_rial == Ticket(min=50 * 10**9, max=200 * 10**9)


def test_dollars_of_a_sheet_are_rial_at_the_rate_of_their_row(tmp_path):
    header = ["شناسه", "سال قیمت", "حداقل سرمایه (میلیون دلار)", "حداکثر سرمایه (میلیون دلار)", "نرخ دلار (ریال)"]
    path = saved(tmp_path / "m.xlsx", [header, ["a", 1405, 1, 2, 1_500_000]])
    assert mandates_from_workbook(path)[0].ticket_rial == Ticket(min=15 * 10**11, max=3 * 10**12)
    with pytest.raises(EhyaError) as caught:
        mandates_from_workbook(saved(tmp_path / "m.xlsx", [header, ["a", 1405, 1, 2, None]]))
    assert (caught.value.code, caught.value.facts["key"]) == (ErrorCode.MANDATE_KEY_MISSING, "rate_rial_per_usd")


@pytest.mark.parametrize(
    "header", ["حداقل سرمایه (هزار دلار)", "حداقل برق (مگاوات)", "حداقل زمین", "ticket min (lakh rial)"]
)
def test_a_header_in_a_unit_nobody_knows_gets_no_suggestion_in_another(tmp_path, header):
    with pytest.raises(EhyaError) as caught:
        mandates_from_workbook(saved(tmp_path / "m.xlsx", [["شناسه", "نام", header], ["a", "b", 1]]))
    assert caught.value.code is ErrorCode.MANDATE_KEY_UNLIKE


def test_english_keys_are_headers_too(tmp_path):
    header = ["id", "price_year", "ticket_max_billion_rial", "sectors.must_not", "min_power_kw"]
    (one,) = mandates_from_workbook(saved(tmp_path / "m.xlsx", [header, ["a", 1404, 5, "1101,12", 250]]))
    assert one.ticket_rial == Ticket(max=5 * 10**9)
    assert (one.sectors.must_not, one.min_power_kw) == (("1101", "12"), 250)


def test_the_form_that_is_handed_out_is_read_back(tmp_path):
    path = tmp_path / "form.xlsx"
    write_mandate_form(path)
    example = mandates_from_workbook(path)
    assert [mandate.id for mandate in example] == ["1"]


@pytest.mark.parametrize(
    ("rows", "code", "facts"),
    [
        ([["a", "b"], [1, 2]], ErrorCode.NO_HEADER, {}),
        ([["شناسه", "نام", "رنگ دلخواه"], ["a", "b", "c"]], ErrorCode.MANDATE_KEY_UNKNOWN, {"given": "رنگ دلخواه"}),
        (
            [["شناسه", "نام"], ["a", "b"], ["a", "c"]],
            ErrorCode.MANDATE_REPEATED,
            {"given": "a", "row": 3, "column": "شناسه"},
        ),
        (
            [["شناسه", "مکان‌های دلخواه"], ["a", "ناکجا"]],
            ErrorCode.PLACE_UNKNOWN,
            {"given": "ناکجا", "row": 2, "investor": "a", "column": "مکان‌های دلخواه"},
        ),
        (
            [["name", "risk appetite", "jobs goal"], ["b", "low", 3], ["c", "huge", 4]],
            ErrorCode.MANDATE_VALUE_REFUSED,
            {"given": "huge", "row": 3, "investor": "3", "column": "risk appetite"},
        ),
        (
            [["id", "min ticket (rial)", "max ticket (rial)", "price year"], ["b", 5, "much", 1404]],
            ErrorCode.MANDATE_VALUE_REFUSED,
            {"row": 2, "investor": "b", "column": "max ticket (rial)"},
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_row(tmp_path, rows, code, facts):
    with pytest.raises(EhyaError) as caught:
        mandates_from_workbook(saved(tmp_path / "m.xlsx", rows))
    assert caught.value.code is code
    assert facts.items() <= caught.value.facts.items()


def test_one_bad_row_is_named_and_the_rest_goes_on(tmp_path):
    rows = [["شناسه", "مکان‌های دلخواه"], ["a", "خوی"], ["b", "ناکجا"], ["a", "خوی"], ["c", "خوی"]]
    refused = []
    found = mandates_from_workbook(saved(tmp_path / "m.xlsx", rows), refused=refused)
    assert [one.id for one in found] == ["a", "c"]
    assert [(error.code, error.facts["row"]) for error in refused] == [
        (ErrorCode.PLACE_UNKNOWN, 3),
        (ErrorCode.MANDATE_REPEATED, 4),
    ]


def test_a_file_that_is_not_there_or_no_workbook_is_said_so(tmp_path):
    with pytest.raises(EhyaError) as caught:
        mandates_from_workbook(tmp_path / "none.xlsx")
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    (tmp_path / "text.xlsx").write_text("no workbook")
    with pytest.raises(EhyaError) as caught:
        mandates_from_workbook(tmp_path / "text.xlsx")
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
