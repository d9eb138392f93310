"""Lists in one cell: machines with year and condition, debts by creditor."""

from datetime import date

import pytest

from engine.domain.items import compact_item, item_objects
from engine.domain.unit import PARTS, Field
from engine.intake import read_register
from engine.intake.lists import looks_like_equipment, read_debts, read_equipment
from engine.parsing.money import MoneyUnit
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked

TODAY = date(2026, 11, 25)


def machines(cell):
    read = read_equipment(cell, TODAY)
    return item_objects(read.reading if isinstance(read, Remarked) else read, PARTS[Field.EQUIPMENT])


def debts(cell, unit=None):
    read = read_debts(cell, unit)
    return item_objects(read.reading if isinstance(read, Remarked) else read, PARTS[Field.DEBTS])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2 دستگاه تزریق ۱۳۸۸ سالم", {"count": 2, "name": "دستگاه تزریق", "year": 2009, "condition": "sound"}),
        ("پرس ۲۵۰ تن (۱۳۹۰، سالم)", {"name": "پرس 250 تن", "year": 2011, "condition": "sound"}),
        ("250 تن پرس 1390", {"name": "250 تن پرس", "year": 2011}),
        ("دستگاه تراش ۳ عدد مدل ۱۳۷۵", {"count": 3, "name": "دستگاه تراش", "year": 1996}),
        ("کمپرسور، نیاز به تعمیر، ۱۳۸۰", {"name": "کمپرسور", "year": 2001, "condition": "needs_repair"}),
        ("3 looms 1998 worn out", {"count": 3, "name": "looms", "year": 1998, "condition": "worn_out"}),
        ("Injection press x2, 2009, good", {"count": 2, "name": "Injection press", "year": 2009, "condition": "sound"}),
        ("dyeing line (built 2011)", {"name": "dyeing line", "year": 2011}),
        ("بویلر نیمه‌سالم", {"name": "بویلر", "condition": "needs_repair"}),
        ("غیر سالم پرس", {"name": "غیر سالم پرس"}),  # no condition is guessed
        ("خط تولید", {"name": "خط تولید"}),
    ],
)
def test_a_machine_is_read_with_what_is_said_of_it(cell, expected):
    assert machines(cell) == [expected]


def test_machines_are_parted_by_semicolons_lines_and_numbers():
    two = [{"name": "پرس", "year": 2009, "condition": "sound"}, {"name": "اره", "year": 2000}]
    assert machines("پرس 1388 سالم؛ اره 1379") == machines("1- پرس 1388 سالم\n2- اره 1379") == two
    assert machines("پرس ۱۳۸۸ سالم، اره ۱۳۷۹") == two


def test_a_year_to_come_and_two_years_are_left_out_with_a_remark():
    for cell in ("پرس ۱۴۲۰", "پرس ۱۳۸۰ ۱۳۹۰"):
        read = read_equipment(cell, TODAY)
        assert (read.code, read.facts["part"]) == (NoteCode.PART_NOT_UNDERSTOOD, [cell])
        assert "year" not in item_objects(read.reading, PARTS[Field.EQUIPMENT])[0]


def test_a_list_without_any_machine_is_refused():
    assert read_equipment("۱۳۹۰؛ سالم").code is RejectionCode.NO_MACHINE


@pytest.mark.parametrize(
    ("cell", "unit", "expected"),
    [
        ("Bank Melli 12 bn rial; tax 3 bn", None, [("bank", "Bank Melli", 12 * 10**9), ("tax", None, 3 * 10**9)]),
        (
            "بانک ملی: ۱۲ میلیارد ریال، بیمه ۵۰۰ میلیون ریال",
            None,
            [("bank", "بانک ملی", 12 * 10**9), ("social_security", None, 500 * 10**6)],
        ),
        (
            "بانک صادرات 1,200 ؛ تامین اجتماعی 300",
            MoneyUnit(1, 10**6),
            [("bank", "بانک صادرات", 12 * 10**8), ("social_security", None, 3 * 10**8)],
        ),
        ("Bank Mellat: IRR 5 bn", None, [("bank", "Bank Mellat", 5 * 10**9)]),
        ("مالیات ندارد؛ بانک ملت ۳ میلیارد تومان", None, [("tax", None, 0), ("bank", "بانک ملت", 3 * 10**10)]),
        ("شرکت گاز ۲ میلیارد ریال", None, [("other", "شرکت گاز", 2 * 10**9)]),
        (
            "بانک ملی ۲ میلیارد ریال و مالیات ۱ میلیارد ریال",
            None,
            [("bank", "بانک ملی", 2 * 10**9), ("tax", None, 10**9)],
        ),
    ],
)
def test_debts_are_read_by_creditor(cell, unit, expected):
    assert [(one["creditor"], one.get("name"), one["rial"]) for one in debts(cell, unit)] == expected


def test_no_debt_at_all_is_a_zero_for_every_kind_of_creditor():
    assert [one["rial"] for one in debts("بدهی ندارد")] == [0] * 4


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Bank Melli 12; tax 3", RejectionCode.MONEY_WITHOUT_UNIT),
        ("بانک ملی ۱۲ میلیارد ریال؛ مالیات ۳", RejectionCode.AMBIGUOUS_MONEY),
        ("bank 2 million USD", RejectionCode.FOREIGN_CURRENCY),
        ("۵ میلیارد ریال", RejectionCode.NO_CREDITOR),
        ("بدهی به بانک ملی", RejectionCode.DEBT_WITHOUT_AMOUNT),
    ],
)
def test_debts_that_leave_a_doubt_are_refused_whole(cell, code):
    read = read_debts(cell)
    assert isinstance(read, Refusal)
    assert (read.code, bool(read.facts["part"])) == (code, True)


def test_the_name_of_a_creditor_who_may_be_a_person_is_not_kept():
    read = read_debts("آقای رضایی ۵ میلیارد ریال؛ شرکت گاز ۲ میلیارد ریال")
    assert (read.code, read.facts) == (NoteCode.CREDITOR_NOT_KEPT, {"count": 1})
    assert "رضایی" not in read.reading
    assert item_objects(read.reading, PARTS[Field.DEBTS])[0] == {"creditor": "other", "rial": 5 * 10**9}


@pytest.mark.parametrize("text", ["50%; or more", "a|b", "%3B", "سه؛ چهار", ""])
def test_a_text_in_a_list_comes_back_as_it_was(text):
    item = compact_item({"name": text}, PARTS[Field.EQUIPMENT])
    assert item_objects(item, PARTS[Field.EQUIPMENT])[0].get("name", "") == text


def test_only_a_text_that_is_a_list_of_years_is_taken_for_a_list():
    assert looks_like_equipment("۲ پرس ۱۳۸۸ سالم؛ ۱ اره ۱۳۷۹")
    assert not looks_like_equipment("خط تولید کامل آلمانی ۱۹۹۰")


def test_a_register_with_both_lists_is_read_into_the_unit_table(tmp_path):
    path = tmp_path / "list.csv"
    lines = [
        "نام واحد;شهرستان;فهرست ماشین‌آلات;بدهی به تفکیک طلبکار (میلیون ریال)",
        "الف;خوی;۲ پرس ۱۳۸۸ سالم؛ ۱ اره ۱۳۷۹ فرسوده;بانک ملی ۱۲۰۰؛ مالیات ۳۰۰",
        "ب;خوی;ندارد;نامعلوم ۵",
        "ج;خوی;۱۳۹۰;بدهی ندارد",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    intake = read_register(path, as_of=TODAY)
    assert intake.units["equipment"].fillna("").tolist() == ["2|پرس|2009|sound;1|اره|2000|worn_out", "", ""]
    assert intake.units["debts"].tolist() == [
        "bank|بانک ملی|1200000000;tax||300000000",
        "other||5000000",
        "bank||0;tax||0;social_security||0;other||0",
    ]
    assert intake.units["price_year"].tolist() == [1405, 1405, 1405]
    assert intake.rejected_cells[["row", "field", "code"]].to_numpy().tolist() == [
        [4, "equipment", RejectionCode.NO_MACHINE]
    ]
    fields = intake.report()["accepted"][0]["fields"]
    assert fields["debts"][0] == {"creditor": "bank", "name": "بانک ملی", "rial": 1_200_000_000}
    assert fields["equipment"][1] == {"count": 1, "name": "اره", "year": 2000, "condition": "worn_out"}


def test_a_column_on_machinery_that_is_a_list_fills_both_fields(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("نام واحد;شهرستان;ماشین آلات\nالف;خوی;۲ پرس ۱۳۸۸؛ ۱ اره ۱۳۷۹\nب;خوی;خط آلمانی", encoding="utf-8")
    units = read_register(path, as_of=TODAY).units
    assert units["equipment"].fillna("").tolist() == ["2|پرس|2009|;1|اره|2000|", ""]
    assert units["machinery_text"].notna().all()
