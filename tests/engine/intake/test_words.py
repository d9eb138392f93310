"""Words of registers become codes, places and sectors; headings become fields."""

import pytest

from engine.intake.labels import fields_named
from engine.intake.phrases import read_causes, read_deal_forms, read_flag, read_status
from engine.intake.places import CountyName, province_in, read_county, read_province
from engine.intake.sectors import read_isic, read_sector
from engine.parsing.rejection import Refusal, RejectionCode, Remarked
from engine.reference import table


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("قطع برق و گاز", "utilities"),
        ("قطع برق و گاز، فرسودگی ماشین آلات", "machinery_obsolete;utilities"),
        ("فرسودگی ماشین آلات و بدهی بانکی", "bank_debt;machinery_obsolete"),
        ("فرسودگی ماشین آلات - کمبود نقدینگی", "machinery_obsolete;working_capital"),
        ("كمبود نقدينگي؛ اختلاف شركا", "shareholder_dispute;working_capital"),
        ("1- نبود بازار\n2- تحریم", "market_demand;sanctions_parts"),
        ("نقدینگی-بازار", "market_demand;working_capital"),
        ("عدم تأمین به‌موقع مواد اولیه", "raw_material"),
        ("واردات و قاچاق", "imports_smuggling"),
        ("lack of liquidity / power cuts", "utilities;working_capital"),
        ("سایر", "unknown"),
    ],
)
def test_causes_in_free_text_become_sorted_codes(written, codes):
    assert read_causes(written) == codes


def test_a_part_that_is_not_understood_is_said_and_the_rest_is_kept():
    read = read_causes("کمبود نقدینگی، قهر همسایه")
    assert isinstance(read, Remarked)
    assert (read.reading, read.facts["part"]) == ("working_capital", ["قهر همسایه"])
    assert read_causes("قهر همسایه").code == "unknown_cause"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("راکد", "idle"),
        ("غیر‌فعال", "idle"),
        ("راکد (تعطیل)", "idle"),
        ("نيمه فعال", "semi_active"),
        ("فعال زیر ۵۰ درصد ظرفیت", "semi_active"),
        ("فعال با ۷۰٪ ظرفیت", "operating"),
        ("Semi-Active", "semi_active"),
        ("در حال تصفیه", "liquidated"),
    ],
)
def test_status_words(written, status):
    assert read_status(written) == status


def test_a_status_that_is_none_of_ours_is_refused_with_what_is_allowed():
    refusal = read_status("در دست بررسی")
    assert refusal.code == "unknown_status"
    assert "idle" in refusal.facts["allowed"]


@pytest.mark.parametrize(
    ("written", "flag"),
    [("بلی", True), ("✓", True), ("1", True), (1.0, True), (True, True), ("نه", False), ("ندارد", False), (0, False)],
)
def test_yes_and_no(written, flag):
    assert read_flag(written) is flag


def test_forms_of_deal():
    assert read_deal_forms("اجاره یا مشارکت") == "joint_venture;lease"


@pytest.mark.parametrize(
    "written",
    ["ارومیه", " اروميه ", "شهرستان ارومیه", "Urmia", "Oroumieh", "Orumiyeh"],
)
def test_a_county_by_any_of_its_names(written):
    assert read_county(written) == CountyName("West Azerbaijan", "Urmia")


def test_every_county_of_the_reference_table_reads_as_itself():
    for row in table("counties").itertuples():
        for name in (row.name_fa, row.county):
            assert read_county(name, row.province) == CountyName(row.province, row.county)


def test_short_names_are_never_guessed():
    assert read_county("خوو").code == "unknown_county"


def test_provinces_by_name_and_in_titles():
    assert read_province("آذربايجان‌غربي") == "West Azerbaijan"
    assert province_in("فهرست واحدهای استان آذربایجان غربی سال ۱۴۰۳") == "West Azerbaijan"
    assert province_in("فهرست واحدها") is None


@pytest.mark.parametrize(
    ("written", "code"), [("25", "25"), (25.0, "25"), ("۲۵", "25"), ("C25", "25"), ("10.30", "1030"), (1.0, "01")]
)
def test_isic_codes(written, code):
    assert read_isic(written) == code


@pytest.mark.parametrize("written", ["99999", "A25", "15141234", "abc1"])
def test_what_is_no_isic_code_is_refused(written):
    assert read_isic(written).code == "unknown_isic"


def test_words_of_a_sector_and_words_of_none():
    assert read_sector("تولید رب گوجه و کنسانتره") == "10"
    assert read_sector("چیز نامفهوم") is None


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        (("کد ملی",), "personal"),
        (("شناسه ملی",), "national_id"),
        (("مشخصات مالک", "نام"), "personal"),
        (("مالکیت",), None),
        (("سرمایه ثبتی",), None),
        (("نشانی",), None),
        (("اشتغال زنان",), None),
        (("بدهی‌ها", "بانکی"), "bank_debt_rial"),
        (("Debts", "Social security"), "social_security_debt_rial"),
        (("تاريخ توقــف",), "stopped_on"),
        (("Working captial needed",), "working_capital_needed_rial"),
    ],
)
def test_headings(heading, field):
    found = fields_named(heading)
    assert (found[0].field if found else None) == field


def test_province_and_county_with_a_stroke_are_read_also_where_the_province_has_a_county_of_its_name():
    for written in ("اصفهان / کاشان", "کاشان/اصفهان", "Isfahan / Kashan"):
        assert read_county(written) == CountyName("Isfahan", "Kashan")
    assert read_county("قزوین / البرز") == CountyName("Qazvin", "Alborz")
    assert read_county("اصفهان / کاشان", "Qom").code is RejectionCode.COUNTY_OUTSIDE_PROVINCE
    assert isinstance(read_county("اصفهان / شیراز"), (Refusal, Remarked))
