"""A unit of measure is converted or refused; none counts as one because nobody knows it."""

import pandas as pd
import pytest

from engine.domain.unit import Field
from engine.intake.cells import read_cells
from engine.intake.column_measure import header_factor
from engine.parsing.rejection import RejectionCode


@pytest.mark.parametrize(
    ("heading", "measure", "factor"),
    [
        ("Land (acres)", "m2", 4046.8564224), ("Land area, acres", "m2", 4046.8564224), ("Land/ha", "m2", 10_000),
        ("زمین/هکتار", "m2", 10_000), ("متراژ زمین - هکتار", "m2", 10_000), ("مساحت زمین به هکتار", "m2", 10_000),
        ("زیربنا (هزار متر مربع)", "m2", 1000), ("Floor area (thousand m2)", "m2", 1000),
        ("زیربنا (×۱۰۰۰ متر مربع)", "m2", 1000),
        ("Land (sq ft)", "m2", 0.09290304), ("هکتار زمین", "m2", 10_000), ("زمین (هکتار، طبق سند)", "m2", 10_000),
        ("Power (HP)", "kW", 0.745699872), ("توان برق (اسب بخار)", "kW", 0.745699872), ("برق / مگاوات", "kW", 1000),
        ("Power (W)", "kW", 0.001), ("مدت رکود (هفته)", "months", 12 / 52), ("Idle time (weeks)", "months", 12 / 52),
        ("مدت رکود (روز)", "months", 12 / 365.25), ("Idle time (quarters)", "months", 3),
        ("گاز (متر مکعب در ماه)", "m3/h", 12 / 8760), ("Gas (m3 per week)", "m3/h", 1 / 168),
        ("گاز (هزار متر مکعب در سال)", "m3/h", 1000 / 8760), ("Gas m3/day", "m3/h", 1 / 24),
        ("آب (متر مکعب در سال)", "L/s", 1000 / 3600 / 8760), ("آب (لیتر بر دقیقه)", "L/s", 1 / 60),
        ("Water (m3/month)", "L/s", 1000 / 3600 * 12 / 8760), ("water_l_per_s", "L/s", 1),
        ("gas_m3_per_hour", "m3/h", 1), ("اشتغال (هزار نفر)", "persons", 1000), ("صادرات (در هزار)", "share", 0.001),
    ],
)  # fmt: skip
def test_a_unit_of_the_heading_is_converted(heading, measure, factor):
    assert header_factor((heading,), measure) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("heading", "measure"),
    [
        ("زمین (جریب)", "m2"), ("زمین/جریب", "m2"), ("Land (jerib)", "m2"), ("Land [perches]", "m2"),
        ("زمین (قصب)", "m2"),
        ("زمین (متر در متر)", "m2"), ("برق (آمپر)", "kW"), ("Power (kVA)", "kW"), ("Power/kVA", "kW"),
        ("برق (کیلووات ساعت)", "kW"), ("گاز (متر مکعب)", "m3/h"), ("Gas (m3)", "m3/h"), ("Gas (MMBTU/day)", "m3/h"),
        ("آب (لیتر)", "L/s"), ("آب (سنگ)", "L/s"), ("مدت رکود (شیفت)", "months"), ("اشتغال (نفر در ماه)", "persons"),
        ("Jobs (FTE)", "persons"), ("Jobs (man-hours)", "persons"), ("اشتغال (هزار)", "persons"),
        ("Land (x1000)", "m2"),
        ("زمین (هکتار) (جریب)", "m2"), ("Land acres kva", "m2"),
    ],
)  # fmt: skip
def test_a_unit_that_nobody_knows_is_refused(heading, measure):
    assert header_factor((heading,), measure) is None


@pytest.mark.parametrize(
    ("heading", "measure"),
    [
        ("متراژ زمین (طبق سند)", "m2"), ("زمین (۱۴۰۲)", "m2"), ("Land (total)", "m2"),
        ("اشتغال فعلی (سال ۱۴۰۲)", "persons"),
        ("Jobs now (2024)", "persons"), ("اشتغال (مرد و زن)", "persons"), ("Land / زمین", "m2"), ("زمین (متراژ)", "m2"),
        ("مدت رکود (در سال ۱۴۰۲ - ماه)", "months"),
    ],
)  # fmt: skip
def test_words_that_are_no_unit_change_nothing(heading, measure):
    assert header_factor((heading,), measure) == 1.0


def test_the_refusal_says_what_is_allowed_and_a_cell_with_its_own_unit_is_read():
    reading = read_cells(
        Field.LAND_M2, pd.Series([12.0, "3 ha", "2 acres", "5 جریب"], dtype=object), levels=("زمین (جریب)",)
    )
    assert reading.values.to_dict() == {1: 30_000.0, 2: pytest.approx(8093.7128448)}
    assert set(reading.refused["code"]) == {RejectionCode.UNKNOWN_MEASURE}
    assert "ha" in reading.refused["facts"][0]["allowed"]


def test_a_scale_in_the_cell_below_a_scale_in_the_heading_is_ambiguous():
    reading = read_cells(
        Field.BUILDING_M2, pd.Series(["2 هزار", 2.4], dtype=object), levels=("زیربنا (هزار متر مربع)",)
    )
    assert reading.values.to_dict() == {1: 2400.0}
    assert reading.refused["code"].tolist() == [RejectionCode.AMBIGUOUS_NUMBER]
