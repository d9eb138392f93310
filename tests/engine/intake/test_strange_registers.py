"""Registers whose layout and wording no alias was written for."""

from datetime import date

import pandas as pd
import pytest
from openpyxl import Workbook

from engine.errors import EhyaError
from engine.intake import read_register
from engine.intake.labels import fields_named
from engine.intake.measures import read_quantity
from engine.intake.phrases import read_causes, read_flag, read_status
from engine.intake.places import CountyName, read_county
from engine.intake.sectors import read_isic
from engine.parsing.dates import DateRead, read_date
from engine.parsing.money import MoneyUnit, read_money, read_money_unit
from engine.parsing.rejection import NoteCode, Refusal, Remarked
from engine.parsing.text import compact, compact_column

MILLION_RIAL = MoneyUnit(1, 10**6)


@pytest.fixture
def workbook(tmp_path):
    """Write lines to a sheet and read the file; fields and refusals by row."""

    def write(*lines, merges=()):
        book = Workbook()
        for line in lines:
            book.active.append(line)
        for merge in merges:
            book.active.merge_cells(merge)
        book.save(tmp_path / "register.xlsx")
        return read_register(tmp_path / "register.xlsx").report()

    return write


def values(report):
    return {entry["row"]: entry["fields"] for entry in report["accepted"]}


def refused(report):
    return {(cell["row"], cell["field"]): cell["code"] for cell in report["rejected_cells"]}


def plain(read):
    return None if isinstance(read, Refusal) else read.reading if isinstance(read, Remarked) else read


@pytest.mark.parametrize(
    ("heading", "rial"),
    [
        ("amounts in IRR million", 10**6), ("بدهی - ریال (میلیون)", 10**6), ("in millions of rials", 10**6),
        ("debt ('000 Rls)", 10**3), ("مبالغ به هزار تومان", 10**4), ("بدهی (همت)", 10**13),
        ("bank debt, bn toman", 10**10),
    ],
)  # fmt: skip
def test_a_scale_may_stand_before_or_behind_the_currency(heading, rial):
    assert read_money_unit(heading).factor == rial


def test_foreign_money_in_a_heading_is_refused_though_the_file_states_rial(workbook):
    report = workbook(["مبالغ به میلیون ریال"], ["نام واحد", "شهرستان", "سرمایه مورد نیاز (دلار)"], ["الف", "خوی", 500])
    assert refused(report) == {(3, "capital_needed_rial"): "foreign_currency"}


@pytest.mark.parametrize("title", ["(میلیون ریال)", "واحد: میلیون ریال", "کلیه ارقام به میلیون ریال می‌باشد"])
def test_a_title_may_be_nothing_but_the_unit_of_money(workbook, title):
    report = workbook(["فهرست"], [title], ["نام واحد", "شهرستان", "بدهی بانکی"], ["الف", "خوی", 5])
    assert values(report)[4]["bank_debt_rial"] == 5 * 10**6


def test_a_scale_in_the_heading_takes_the_currency_of_the_file(workbook):
    lines = [["نام واحد", "شهرستان", "بدهی بانکی (میلیارد)"], ["الف", "خوی", 5]]
    assert values(workbook(["مبالغ به ریال است"], *lines))[3]["bank_debt_rial"] == 5 * 10**9
    assert refused(workbook(["مبالغ به میلیون ریال است"], *lines)) == {(3, "bank_debt_rial"): "money_without_unit"}


@pytest.mark.parametrize(
    ("cell", "rial"),
    [(".5", 500_000), ("بدون بدهی معوق", 0), ("2.400", None), ("2.4", 2_400_000), ("بدهی دارد", None)],
)
def test_amounts_that_were_misread_once(cell, rial):
    assert plain(read_money(cell, MILLION_RIAL)) == rial


@pytest.mark.parametrize(
    ("cell", "metres"),
    [("m2 300", 300), ("۲ هکتار و ۵۰۰ متر", 20_500), ("2000 متر مربع (تقریبی)", 2000), ("2.400 متر", None)],
)
def test_a_unit_may_stand_before_its_number_and_two_units_may_be_summed(cell, metres):
    assert plain(read_quantity(cell, "m2", 1.0)) == metres


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("مردادماه ۱۳۹۸", "2019-07-23"), ("اردی بهشت ۱۳۹۷", "2018-04-21"), ("1400/00/00", "2021-03-21"),
        ("1400/5/0", "2021-07-23"), ("۱۳۹۵ ش", "2016-03-20"), ("1395هـ.ش", "2016-03-20"), ("2016 م", "2016-01-01"),
        ("1399.0", "2020-03-20"), ("سپتامبر ۲۰۱۹", "2019-09-01"), ("۱۳۹۹ (خرداد)", "2020-05-21"), ("قبل از 1390", None),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(cell, day):
    read = plain(read_date(cell))
    assert (read and read.day.isoformat()) == day


def test_a_bare_excel_serial_is_a_date_with_a_remark():
    read = read_date(43831)
    assert read.code is NoteCode.SERIAL_DATE
    assert isinstance(read.reading, DateRead)
    assert read.reading.day == date(2020, 1, 1)
    assert isinstance(read_date("43831", latest=date(2019, 1, 1)), Refusal)


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("موقتاً تعطیل", "idle"), ("غیرفعال از سال ۱۳۹۸", "idle"), ("فعال نیست", "idle"), ("تعطیل نیست", None),
        ("کمتر از پنجاه درصد ظرفیت", "semi_active"), ("بالای ۵۰ درصد", "operating"), ("بیش از ۳۰ درصد ظرفیت", None),
        ("راکد - تملیکی", "idle"), ("فعال / نیمه فعال", None), ("راکد / Idle", "idle"),
        ("در دست احداث", "under_construction"),
        ("منحل گردیده", "liquidated"), ("احیا شده", "operating"), ("partially_revived", "semi_active"),
        ("offered", None),
    ],
)  # fmt: skip
def test_statuses_in_other_words(cell, status):
    assert plain(read_status(cell)) == status


@pytest.mark.parametrize(
    ("cell", "causes"),
    [
        ("بدهی بانکی و مالیاتی", "bank_debt;tax_debt"), ("الف) نقدینگی ب) بازار", "market_demand;working_capital"),
        ("معارض ملکی", "legal_dispute"), ("مصادره توسط بانک", "seized_by_bank"), ("war_or_disaster", "war_or_disaster"),
        ("واردات مواد اولیه", "raw_material"), ("فروش کارخانه", None),
    ],
)  # fmt: skip
def test_causes_in_other_words(cell, causes):
    assert plain(read_causes(cell)) == causes


def test_a_yes_with_words_behind_it_is_a_yes():
    assert plain(read_flag("بله (بانک ملی)")) is True
    assert read_flag("بلی / Yes") is True
    assert isinstance(read_flag("بلی / خیر"), Refusal)


@pytest.mark.parametrize(
    ("cell", "county"),
    [
        ("ارومیه - شهرک ۲", "Urmia"), ("چالدران(سیه چشمه)", "Chaldoran"), ("آذربایجان غربی / خوی", "Khoy"),
        ("Mahābād", "Mahabad"), ("Urmiya", "Urmia"), ("خوی و سلماس", None), ("خوی / سلماس", None),
    ],
)  # fmt: skip
def test_a_county_is_found_among_other_words_unless_there_are_two(cell, county):
    read = plain(read_county(cell))
    assert (read.county if isinstance(read, CountyName) else read) == county


@pytest.mark.parametrize(
    ("cell", "isic"),
    [("10 - صنایع غذایی", "10"), ("صنایع غذایی (1030)", "1030"), ("1030.0", "1030"), ("10 و 11", None)],
)
def test_a_code_may_stand_beside_its_words(cell, isic):
    assert plain(read_isic(cell)) == isic


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("زمین / Land (m²)", "land_m2"), ("نام شهر", "county"), ("آخرین وضعیت", "status"), ("آب l/s", "water_l_per_s"),
        ("از چه سالی غیرفعال است", "stopped_on"), ("تعداد پرسنل در زمان فعالیت", "jobs_before_stop"),
        ("ریشه مشکلات", "stop_causes"), ("Activity (ISIC code)", "isic"), ("title_fa", "name"),
        ("idle_years", "idle_months"), ("Capacity (%)", "capacity_share"), ("ظرفیت ٪", "capacity_share"),
        ("ظرفیت (تن)", "capacity_text"),
        ("نام پیگیری کننده", "personal"), ("Capex to restart (bn IRR)", "capital_needed_rial"),
    ],
)  # fmt: skip
def test_headings_in_other_words(heading, field):
    assert fields_named((heading,))[0].field == field


@pytest.mark.parametrize(
    "heading",
    ["نام بانک عامل", "ارزش زمین (میلیارد ریال)", "سرمایه ثبتی (ریال)", "فاصله تا شهرستان", "تاریخ تملک بانک"],
)
def test_headings_that_only_look_like_a_field_are_left_alone(heading):
    assert fields_named((heading,)) == ()


def test_guarded_ids_and_composed_rows_of_a_csv_are_read(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        'Company,National ID,County\nA,"=""14077631706""",Khoy\nB,"14,077,631,706",Khoy\nC,1.40776E+10,Khoy\n', "utf-8"
    )
    report = read_register(path).report()
    assert [values(report)[row].get("national_id") for row in (2, 3, 4)] == ["14077631706", "14077631706", None]
    assert refused(report) == {(4, "national_id"): "not_digits"}


@pytest.mark.parametrize("lines", [['"A,Khoy,3', "B,Khoy,4", '"C,Khoy,5'], ['"A,Khoy,3', "B,Khoy,4", "C,Khoy,5"]])
def test_a_quotation_mark_that_never_closes_swallows_no_line(tmp_path, lines):
    text = "\n".join(["Unit name,County,Jobs now", *lines, '"D ""d""","Khoy",""'])
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    units = read_register(tmp_path / "r.csv").units
    assert units["name"].str.strip('"').tolist() == ["A", "B", "C", 'D "d']
    assert units["jobs_now"].tolist() == [3, 4, 5, pd.NA]


def test_quotation_marks_keep_separators_and_line_ends_within_a_cell(tmp_path):
    text = 'Unit name,County,Notes\n"A, B",Khoy,"one\ntwo, three"\nC,"Khoy",""\n'
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    units = read_register(tmp_path / "r.csv").units
    assert units["name"].tolist() == ["A, B", "C"]
    assert units["notes"].fillna("").tolist() == ["one two, three", ""]


def test_sums_carried_over_and_signatures_are_no_units(workbook):
    report = workbook(
        ["نام واحد", "شهرستان", "اشتغال سابق"],
        ["(۱)", "(۲)", "(۳)"],
        ["جمع‌آوری ضایعات", "خوی", 5],
        ["نقل از صفحه قبل", None, 5],
        ["مجموع واحدهای راکد", None, 5],
        ["تهیه‌کننده: نام نهان", None, None],
    )
    assert list(values(report)) == [3]
    assert report["ignored_rows"] == [2, 4, 5, 6]
    assert "نهان" not in str(report)


def test_a_table_that_counts_units_is_refused_with_its_column(tmp_path):
    (tmp_path / "r.csv").write_text("نام,شهرستان,مساحت,تعداد واحدها\nشهرک ۱,خوی,10,5\n", "utf-8")
    with pytest.raises(EhyaError) as error:
        read_register(tmp_path / "r.csv")
    assert (error.value.code, error.value.facts["column"]) == ("not_units", "تعداد واحدها")


def test_a_column_is_compacted_as_each_of_its_texts_is():
    texts = ["میاندو آب", " a_b - c ", "", "۱۲ \u200c ٪", "x\0y"]
    assert compact_column(pd.Series(texts)).tolist() == [compact(text) for text in texts]
