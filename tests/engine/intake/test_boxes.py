"""An item of a list in boxes of its own: read as a cell with a list is, refused where that would drop something."""

from datetime import date

import pytest

from engine.domain.unit import Field
from engine.errors import EhyaError
from engine.intake.boxes import read_item
from engine.parsing.rejection import RejectionCode

DAY = date(2026, 1, 1)


def _codes(field, **boxes):
    read = read_item(field, boxes, latest=DAY)
    return read if isinstance(read, str) else {part: one.code for part, one in read.items()}


@pytest.mark.parametrize(
    ("boxes", "item"),
    [
        ({"count": "۳ عدد", "name": "پرس ۲۵۰ تن", "year": "۱۳۸۸", "condition": "sound"}, "3|پرس ۲۵۰ تن|2009|sound"),
        ({"count": "x2", "name": "CNC 2010; 3 axes", "year": "2009"}, "2|CNC 2010%3B 3 axes|2009|"),
        ({"name": "اره", "count": "", "year": "نامشخص"}, "|اره||"),
    ],
)
def test_a_machine_is_read_from_its_boxes_alone(boxes, item):
    assert _codes(Field.EQUIPMENT, **boxes) == item


@pytest.mark.parametrize(
    ("boxes", "wrong"),
    [
        ({"count": "2"}, {"name": RejectionCode.NO_MACHINE}),
        ({"name": "250"}, {"name": RejectionCode.NO_MACHINE}),
        ({"name": "press", "count": "0"}, {"count": RejectionCode.OUT_OF_RANGE}),
        ({"name": "press", "count": "2.5"}, {"count": RejectionCode.NOT_WHOLE}),
        ({"name": "press", "year": "2031"}, {"year": RejectionCode.FUTURE_DATE}),
        ({"name": "press", "year": "old"}, {"year": RejectionCode.NOT_A_DATE}),
        ({"name": "پرس، تماس ۰۹۱۴۱۲۳۴۵۶۷"}, {"name": RejectionCode.OF_A_PERSON}),
    ],
)
def test_a_machine_is_refused_at_its_box(boxes, wrong):
    assert _codes(Field.EQUIPMENT, **boxes) == wrong


@pytest.mark.parametrize(
    ("boxes", "item"),
    [
        ({"creditor": "bank", "name": "بانک ملی", "rial": "۵۰۰ میلیون تومان"}, "bank|بانک ملی|5000000000"),
        ({"creditor": "tax", "rial": "0"}, "tax||0"),
        ({"creditor": "other", "name": "اداره گاز", "rial": "2 bn rial"}, "other|اداره گاز|2000000000"),
    ],
)
def test_a_debt_is_read_from_its_boxes(boxes, item):
    assert _codes(Field.DEBTS, **boxes) == item


@pytest.mark.parametrize(
    ("boxes", "wrong"),
    [
        ({"creditor": "bank", "rial": "12"}, {"rial": RejectionCode.MONEY_WITHOUT_UNIT}),
        ({"creditor": "bank", "rial": ""}, {"rial": RejectionCode.DEBT_WITHOUT_AMOUNT}),
        ({"rial": "12 bn rial"}, {"creditor": RejectionCode.NO_CREDITOR}),
        ({"creditor": "other", "name": "A Person", "rial": "1 bn rial"}, {"name": RejectionCode.OF_A_PERSON}),
        ({"creditor": "bank", "name": "Bank 6037991234567890", "rial": "1 bn rial"},
         {"name": RejectionCode.OF_A_PERSON}),
        ({"creditor": "bank", "rial": "-1 rial"}, {"rial": RejectionCode.OUT_OF_RANGE}),
    ],
)  # fmt: skip
def test_a_debt_is_refused_at_its_box(boxes, wrong):
    assert _codes(Field.DEBTS, **boxes) == wrong


def test_a_code_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(EhyaError, match="unknown_option"):
        read_item(Field.DEBTS, {"creditor": "uncle", "rial": "1 rial"})
