"""Whatever is in a file, intake answers: with rows or with a code, never with a traceback."""

import json
from contextlib import suppress
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from engine.errors import EhyaError
from engine.intake import read_register

HEADINGS = [
    "نام واحد",
    "شناسه ملی",
    "شهرستان",
    "استان",
    "کد آیسیک",
    "وضعیت",
    "تاریخ توقف",
    "علت رکود",
    "اشتغال فعلی",
    "بدهی بانکی (میلیون ریال)",
    "سرمایه مورد نیاز",
    "سند",
    "درصد ظرفیت",
    "سال ساخت ماشین آلات",
    "تلفن",
    "ستون",
]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**16),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1950, 1, 1), date(2050, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(
        ["جمع", "-", "ندارد", "۱۲ نفر", "1399/13/05", "۲٫۵ میلیارد تومان", "خوی", "راکد", "بلی", "#REF!", "=1+1"]
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=len(HEADINGS), max_size=len(HEADINGS)), max_size=5))
def test_any_cells_below_a_header_give_a_report(tmp_path, lines):
    book = Workbook()
    for line in [HEADINGS, *lines]:
        book.active.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in line])
    book.save(tmp_path / "any.xlsx")
    intake = read_register(tmp_path / "any.xlsx", today=date(2026, 1, 1))
    report = json.loads(json.dumps(intake.report()))
    rows = [entry["row"] for entry in report["accepted"]] + [entry["row"] for entry in report["rejected_rows"]]
    last = max([*rows, *report["ignored_rows"]], default=1)
    assert sorted([*rows, *report["ignored_rows"]]) == list(range(2, last + 1))  # every row is somewhere, once


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore"))))
def test_any_bytes_give_rows_or_a_code(tmp_path, content):
    (tmp_path / "any.csv").write_bytes(content)
    with suppress(EhyaError):
        read_register(tmp_path / "any.csv")
