"""What registers write of states and causes: a negation, a doubt, a date or a share is never dropped."""

import pytest

from engine.intake import read_register
from engine.intake.phrases import read_causes, read_deal_forms, read_status
from engine.parsing.rejection import Refusal, Remarked


def taken(read):
    return None if isinstance(read, Refusal) else read.reading if isinstance(read, Remarked) else read


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("فعال ۳۰٪", "semi_active"), ("فعال (۳۰ درصد)", "semi_active"), ("فعال 80%", "operating"),
        ("active 40%", "semi_active"),
        ("نیمه فعال 40%", "semi_active"), ("راکد ۱۰۰٪", "idle"), ("فعال ۰٪", "idle"), ("فعال نیست", "idle"),
        ("فعال نمی‌باشد", "idle"), ("not active", "idle"), ("no longer operating", "idle"), ("isn't working", "idle"),
        ("active until 1398", "idle"), ("فعال تا سال ۱۳۹۸", "idle"), ("فعال تا پایان اسفند ۱۳۹۸", "idle"),
        ("فعال تاکنون", "operating"),
        ("راکد (موقت)", "idle"), ("غیرفعال (از سال ۱۳۹۸)", "idle"), ("Under liquidation", "liquidated"),
        ("در حال ساخت", "under_construction"), ("در دست اقدام", "under_construction"),
        ("under construction", "under_construction"), ("In progress", "under_construction"),
        ("در دست احداث (از سال ۱۴۰۲)", "under_construction"), ("واحد در دست ساخت", "under_construction"),
    ],
)  # fmt: skip
def test_a_state_is_read_with_all_its_words(cell, status):
    assert taken(read_status(cell)) == status


@pytest.mark.parametrize(
    "cell",
    ["Active?", "فعال؟", "فعال (نیست)", "راکد نیست", "not idle", "فعال (راکد)", "active (closed)", "در دست اقدام؟",
     "under construction (idle)", "نه در دست ساخت",
     "راکد تا ۱۳۹۸", "فعال یا راکد", "غیر نیمه فعال", "راکد (فعال شده)", "نه فعال", "فعال بود"],
)  # fmt: skip
def test_a_state_that_may_be_another_is_refused(cell):
    assert taken(read_status(cell)) is None


def test_a_part_that_was_not_understood_is_remarked():
    assert isinstance(read_status("راکد - پروانه دارد"), Remarked | Refusal)


@pytest.mark.parametrize(
    ("cell", "causes"),
    [
        ("بدهی بانکی ندارد", None), ("بدون بدهی بانکی", None), ("no bank loans", None), ("مشکل نقدینگی ندارد", None),
        ("اختلاف شرکا نیست", None), ("نبود بازار", "market_demand"), ("بازار ندارد", "market_demand"),
        ("بدون مواد اولیه", "raw_material"),
        ("عدم پرداخت اقساط بانک", "bank_debt"), ("برق ندارد", "utilities"), ("no customers", "market_demand"),
        ("نقدینگی ندارد", "working_capital"),
    ],
)  # fmt: skip
def test_a_cause_that_is_denied_is_none(cell, causes):
    assert taken(read_causes(cell)) == causes


@pytest.mark.parametrize("cell", ["not for sale", "فروش ندارد", "بجز اجاره", "no lease"])
def test_a_form_of_deal_that_is_ruled_out_is_none(cell):
    assert taken(read_deal_forms(cell)) is None


@pytest.mark.parametrize(
    ("heading", "yes", "no"),
    [("Active?", "operating", "idle"), ("فعال است؟", "operating", "idle"), ("راکد است؟", "idle", "operating"),
     ("Idle?", "idle", "operating")],
)  # fmt: skip
def test_a_heading_that_asks_is_answered_by_yes_and_no(tmp_path, heading, yes, no):
    text = f"نام واحد,شهرستان,{heading}\nالف,خوی,بلی\nب,خوی,no\nج,خوی,نیمه فعال\n"
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    assert read_register(tmp_path / "r.csv").units["status"].tolist() == [yes, no, "semi_active"]
