"""Number formats say what a number is: percent, a scale, a unit; bare dates count from the day 0 of their workbook."""

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from engine.intake import read_register
from engine.intake.formats import NumberDisplay, shown_by


@pytest.fixture
def register(tmp_path):
    def read(heads, *lines, formats=None, epoch=None):
        book = Workbook()
        if epoch is not None:
            book.epoch = epoch
        sheet = book.active
        sheet.append(["نام واحد", "شهرستان", *heads])
        for number, line in enumerate(lines):
            sheet.append([f"واحد {number}", "خوی", *line])
            for at, code in (formats or {}).items():
                sheet.cell(row=number + 2, column=3 + at).number_format = code
        book.save(tmp_path / "r.xlsx")
        return read_register(tmp_path / "r.xlsx", today=date(2026, 11, 29))

    return read


@pytest.mark.parametrize(
    ("heading", "code", "value", "rial"),
    [
        ("بدهی بانکی (میلیون ریال)", "#,##0,,", 1_250_000_000, 1_250_000_000),
        ("بدهی بانکی (ریال)", "#,##0,,", 1_250_000_000, 1_250_000_000),
        ("بدهی بانکی (ریال)", '0.0,,"M"', 1_500_000, 1_500_000),
        ("بدهی بانکی", '#,##0 "میلیون ریال"', 1250, 1_250_000_000),
        ("بدهی بانکی", '[$ریال-429] #,##0', 1250, 1250),
        ("بدهی بانکی (میلیون ریال)", "#,##0", 1250, 1_250_000_000),
    ],
)  # fmt: skip
def test_money_is_read_as_its_format_shows_it(register, heading, code, value, rial):
    assert register([heading], [value], formats={0: code}).units["bank_debt_rial"].tolist() == [rial]


def test_percent_is_read_cell_by_cell(register):
    intake = register(["درصد ظرفیت"], [0.3], [1], formats={0: "0%"})
    assert intake.units["capacity_share"].tolist() == [0.3, 1.0]
    assert register(["درصد ظرفیت"], [30], [45]).units["capacity_share"].tolist() == [0.3, 0.45]
    assert register(["اشتغال فعلی"], [0.3], formats={0: "0%"}).rejected_cells["code"].tolist() == ["unknown_measure"]


def test_a_unit_that_only_the_format_shows_is_a_unit(register):
    assert register(["زمین"], [2.5], formats={0: '0.0" ha"'}).units["land_m2"].tolist() == [25_000]
    assert register(["زمین"], [2.5], formats={0: '0.0" جریب"'}).rejected_cells["code"].tolist() == ["unknown_measure"]
    assert register(["زمین (هزار متر مربع)"], [2400], formats={0: "0.0,"}).rejected_cells["code"].tolist() == [
        "ambiguous_number"
    ]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", None), ("#,##0.00", None), ("0;-0;;@", None), ("yyyy-mm-dd", None), ("@", None), ("0.00E+00", None),
        ("_(* #,##0_);_(* (#,##0)", None), ("0%", NumberDisplay(percent=True)), ("#,##0,", NumberDisplay(thousands=1)),
        ('"$"#,##0', NumberDisplay(before="$")), ("[$€-2] 0", NumberDisplay(before="€")),
        ("[Red]#,##0,,", NumberDisplay(thousands=2)),
    ],
)  # fmt: skip
def test_a_format_is_read_for_what_it_adds(code, shown):
    assert shown_by(code) == shown


def test_bare_days_count_from_the_day_0_of_the_workbook(register):
    lines = ([42083], [datetime(2019, 3, 21)])
    of_1904 = register(["تاریخ تعطیلی"], *lines, formats={0: "General"}, epoch=datetime(1904, 1, 1))
    assert str(of_1904.units["stopped_on"].iloc[0].date()) == "2019-03-21"
    of_1900 = register(["تاریخ تعطیلی"], [42083])
    assert [str(day.date()) for day in of_1900.units["stopped_on"]] == ["2015-03-20"]
