"""Columns that no field knows are kept with their types; what is a person's is not."""

import pandas as pd
import pytest

from engine.domain.extras import extra_columns, extra_objects, extra_texts
from engine.intake import read_register
from engine.intake.extras import typed_values
from engine.parsing.money import MoneyUnit


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return read_register(path, **options)

    return read


def test_a_column_that_no_field_knows_is_kept_with_heading_and_type(read):
    intake = read(
        "نام واحد;شهرستان;شمار طبقات;ضایعات سالانه (میلیون ریال);نوبت بازدید;رنگ درب\n"
        "الف;خوی;۲;۱٬۵۰۰;۱۴۰۲/۰۵/۱۷;سبز\nب;خوی;;;۱۴۰۳/۰۶;\n"
    )
    assert set(intake.unknown_columns["column"]) >= {"شمار طبقات", "رنگ درب"}
    assert extra_objects(intake.units["extras"].iloc[0]) == [
        {"header": "رنگ درب", "kind": "text", "value": "سبز"},
        {"header": "شمار طبقات", "kind": "number", "value": 2},
        {"header": "ضایعات سالانه (میلیون ریال)", "kind": "money", "value": 1_500_000_000},
        {"header": "نوبت بازدید", "kind": "date", "value": "2023-08-08"},
    ]
    assert extra_objects(intake.units["extras"].iloc[1]) == [
        {"header": "نوبت بازدید", "kind": "month", "value": "2024-08-22"}
    ]
    assert intake.report()["accepted"][1]["extras"][0]["kind"] == "month"


def test_values_are_typed_one_by_one_and_nothing_is_refused():
    cells = pd.Series(
        ["۱٬۲۰۰", 3.5, -2, "007", "1398/05/02", "3 میلیارد ریال", True, "نوساز", "12 متر", "5 million USD", "1398"],
        dtype=object,
    )
    assert typed_values(cells).tolist() == [
        "number|1200", "number|3.5", "number|-2", "text|007", "date|2019-07-24", "money|3000000000", "flag|true",
        "text|نوساز", "text|12 متر", "text|5 million USD", "number|1398",
    ]  # fmt: skip
    assert typed_values(pd.Series([1200], dtype=object), MoneyUnit(10, 10**6)).tolist() == ["money|12000000000"]


def test_a_number_below_zero_is_a_number_as_text_and_as_number():
    assert typed_values(pd.Series(["-2", "۲-", -2.0, "-2.5", "-7 کرمان", "-007"], dtype=object)).tolist() == [
        "number|-2", "text|۲-", "number|-2", "number|-2.5", "text|-7 کرمان", "text|-007",
    ]  # fmt: skip


def test_numbers_and_addresses_of_persons_are_not_kept_under_any_heading(read):
    intake = read(
        "نام واحد;شهرستان;رابط واحد ما;کارت پیگیری;توضیح تکمیلی;کد پیگیری\n"
        "الف;خوی;09141234567;0499370899;پیگیری با 0914 123 4567;4021\n"
        "ب;خوی;09141234568;0084575948;بدون پیگیری;4022\n"
    )
    kept = [extra["header"] for extra in extra_objects(intake.units["extras"].iloc[0])]
    assert kept == ["کد پیگیری"]
    assert [extra["header"] for extra in extra_objects(intake.units["extras"].iloc[1])] == ["توضیح تکمیلی", "کد پیگیری"]
    assert {"رابط واحد ما", "کارت پیگیری", "توضیح تکمیلی"} <= set(intake.personal_not_stored)
    everything = intake.units.to_csv() + str(intake.report())
    assert not any(number in everything for number in ("9141234567", "0499370899", "123 4567"))


def test_a_heading_that_speaks_of_persons_is_kept_out(read):
    intake = read("نام واحد;شهرستان;نام سرمایه‌گذار;امضا;رنگ درب\nالف;خوی;نام کسی;نام دیگری;سبز\n")
    assert [one["header"] for one in extra_objects(intake.units["extras"].iloc[0])] == ["رنگ درب"]
    assert {"نام سرمایه‌گذار", "امضا"} <= set(intake.personal_not_stored)
    assert "نام کسی" not in intake.units.to_csv()


def test_a_column_of_long_numbers_that_are_no_persons_is_kept(read):
    intake = read("نام واحد;شهرستان;کد پستی;شماره پرونده\nالف;خوی;5716612345;०१२३४५६७८९\nب;خوی;5716612346;12345678\n")
    kept = extra_objects(intake.units["extras"].iloc[0])
    assert [(one["header"], one["value"]) for one in kept] == [
        ("شماره پرونده", "०१२३४५६७८९"), ("کد پستی", 5716612345),
    ]  # fmt: skip


def test_columns_of_persons_and_ignored_ones_are_no_extras(read):
    intake = read("نام واحد;شهرستان;مدیرعامل;ردیف;رنگ درب\nالف;خوی;نام کسی;۱;سبز\n", mapping={"رنگ درب": "ignore"})
    assert intake.units["extras"].isna().all()


def test_two_columns_of_one_heading_are_kept_apart(read):
    intake = read("نام واحد;شهرستان;رنگ;رنگ\nالف;خوی;سبز;سرخ\n")
    assert [(one["header"], one["value"]) for one in extra_objects(intake.units["extras"].iloc[0])] == [
        ("رنگ", "سبز"), ("رنگ (2)", "سرخ"),
    ]  # fmt: skip


@pytest.mark.parametrize("header", ["Zone", "ا;ب|پ", "50% of A", "خط\nدوم"])
def test_extras_part_into_columns_and_come_together_again(header):
    from engine.domain.items import escape

    columns = pd.DataFrame({escape(header): ["text|a%3Bb", None], "Other": ["number|2", None]}, dtype="str")
    extras = extra_texts(columns)
    pd.testing.assert_frame_equal(extra_columns(extras), columns[sorted(columns.columns)], check_column_type=False)
    assert {one["header"] for one in extra_objects(extras.iloc[0])} == {header, "Other"}
    assert pd.isna(extras.iloc[1])
