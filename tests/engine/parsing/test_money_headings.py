"""The scale of a heading of money is read whole, or its amounts are refused."""

import pytest

from engine.parsing.money import MoneyUnit, read_money
from engine.parsing.money_headings import read_heading_scale, read_heading_unit
from engine.parsing.rejection import Refusal, RejectionCode


@pytest.mark.parametrize(
    ("heading", "rial"),
    [
        ("بدهی بانکی (ریال ×۱۰۰۰۰۰۰)", 10**6), ("بدهی مالیاتی (10^6 ریال)", 10**6), ("بدهی (۱۰^۹ تومان)", 10**10),
        ("سایر بدهی‌ها (ده میلیون ریال)", 10**7), ("سرمایه (صد میلیون تومان)", 10**9),
        ("سرمایه (۱۰ میلیون ریال)", 10**7),
        ("Bank debt (IRR x 1,000,000)", 10**6), ("Tax debt (IRR '000,000)", 10**6), ("Tax debt ('000 IRR)", 1000),
        ("Other debt (crore rials)", 10**7), ("Debt (lakh rial)", 10**5), ("Debt (IRR, millions)", 10**6),
        ("Debt (million rials)", 10**6), ("Debt in bn IRR", 10**9), ("Debt (rial, billion)", 10**9),
        ("Debt (mn IRR)", 10**6),
        ("بدهی (میلیون ریال - سال ۱۴۰۲)", 10**6), ("مبالغ به ده میلیون ریال", 10**7),
        ("ارقام به ۱۰ میلیون ریال", 10**7),
        ("بدهی (هزار میلیارد تومان)", 10**13), ("بدهی (همت)", 10**13), ("بدهی ریالی (میلیون ریال)", 10**6),
        ("بدهی (ریال)", 1), ("بدهی بانکی ریال", 1), ("Debt (1e6 rial)", 10**6), ("bank_debt_rial", 1),
        ("بدهی (میلیون) ریال", 10**6),
    ],
)  # fmt: skip
def test_a_scaled_unit_of_money_is_what_it_says(heading, rial):
    assert read_heading_unit(heading).factor == rial


@pytest.mark.parametrize(
    "heading",
    ["بدهی (چند ریال)", "بدهی (۵۰۰ میلیون ریال)", "Debt (IRR x 12)", "Debt (rial per m2)", "بدهی (بسته ریالی تومان)",
     "بدهی (ریال / تومان)", "Debt (dozen rials)", "بدهی بالای ۱۰۰ میلیون ریال", "بدهی (پنجاه میلیون ریال)"],
)  # fmt: skip
def test_a_scale_that_is_not_understood_leaves_no_bare_currency(heading):
    unit = read_heading_unit(heading)
    assert unit == MoneyUnit(None)
    assert read_money(12, unit) == Refusal(RejectionCode.MONEY_WITHOUT_UNIT)


def test_a_heading_without_a_currency_may_name_a_scale():
    assert read_heading_unit("بدهی بانکی (میلیارد)") is None
    scales = ["بدهی (میلیارد)", "بدهی (×۱۰۰۰)", "Debt, millions", "Debt (in thousands)", "Debt ('000)", "بدهی"]
    assert [read_heading_scale(text) for text in scales] == [10**9, 1000, 10**6, 1000, 1000, None]


def test_a_scale_in_dollars_stands_beside_the_rate():
    unit = read_heading_unit("سرمایه (ده هزار دلار)", {"usd": 600_000})
    assert (unit.foreign, unit.factor) == ("usd", 6_000_000_000)
    assert read_heading_unit("سرمایه (میلیون ریال / هزار دلار)") == MoneyUnit(None)
