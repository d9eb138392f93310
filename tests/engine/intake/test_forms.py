"""The same register is the same register in whatever form of file it comes."""

import csv
import json
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pyarrow import parquet

from engine.intake import read_register

HEADINGS = [
    "Unit name", "County", "Jobs now", "Bank debt (million rial)", "Stopped on", "Share of capacity in use (%)",
    "Land (m2)", "Status", "Title deed", "National id", "Notes", "Roof", 1402,
]  # fmt: skip
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller case takes minutes to find
NUMBERS = st.one_of(st.integers(-3, 120), st.sampled_from([0.0, -0.0, 1, 0.5, 12.25, 1403, 44_000, 10**9, 14077631706]))
WORDS = st.sampled_from(
    [
        "-",
        "ندارد",
        "12",
        "۱۲",
        "حدود ۲",
        "30%",
        "1,200",
        "x",
        " A ",
        "#REF!",
        "1399/05/13",
        "1400",
        "True",
        "1/234",
        "2.400",
    ]
)
DAYS = st.dates(date(1903, 1, 1), date(2030, 1, 1))
CELL = st.one_of(st.none(), NUMBERS, WORDS, DAYS)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["الف", "ب", "پ", 12]), st.sampled_from(["Khoy", "خوی", "Urmia", "Nowhere", None]),
        CELL, CELL, CELL, CELL, CELL,
        st.one_of(CELL, st.sampled_from(["راکد", "idle"])), st.one_of(CELL, st.booleans()), CELL, CELL, CELL, CELL,
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def as_text(cell):
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)


def as_json(cell):
    return cell.isoformat() if isinstance(cell, date) else cell


def workbook(path, lines):
    book = Workbook()
    book.active.title = path.stem
    for row, line in enumerate(lines, start=1):
        for column, cell in enumerate(line, start=1):
            place = book.active.cell(row, column, cell)
            if isinstance(cell, str):
                place.data_type = "s"  # "#REF!" is a text here
    book.save(path)


def column(cells):
    """A Parquet column of one kind where all cells are of one, else of texts."""
    for kinds, type_ in (((int, float), pa.float64()), ((date,), pa.date32()), ((bool,), pa.bool_())):
        if all(cell is None or type(cell) in kinds for cell in cells):
            return pa.array(cells, type_)
    return pa.array([None if cell is None else as_text(cell) for cell in cells], pa.string())


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")

    def write(rows):
        texts = [[as_text(cell) for cell in line] for line in (HEADINGS, *rows)]
        with (folder / "r.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(texts)
        workbook(folder / "r.xlsx", texts)
        yield "csv", folder / "r.csv"
        yield "xlsx with texts", folder / "r.xlsx"
        workbook(folder / "r.xlsx", [HEADINGS, *rows])
        yield "xlsx", folder / "r.xlsx"
        records = [dict(zip(texts[0], map(as_json, row), strict=True)) for row in rows]
        (folder / "r.json").write_text(json.dumps(records), encoding="utf-8")
        yield "json", folder / "r.json"
        columns = [column(cells) for cells in zip(*rows, strict=True)]
        parquet.write_table(pa.table(columns, names=texts[0]), folder / "r.parquet")
        yield "parquet", folder / "r.parquet"

    return write


def told(intake):
    return {
        "units": intake.units,
        **{name: getattr(intake, name) for name in ("rejected_rows", "rejected_cells", "notes", "ignored_rows")},
        **{name: getattr(intake, name) for name in ("duplicates", "unknown_columns", "columns")},
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=QUICK)
@given(ROWS)
def test_a_register_is_read_alike_in_every_form(forms, rows):
    first = None
    for form, path in forms(rows):
        tables = told(read_register(path, source="r", as_of=date(2025, 1, 1), today=date(2025, 1, 1)))
        first = first or tables
        for name, table in tables.items():
            pd.testing.assert_frame_equal(table, first[name], check_dtype=False, obj=f"{form}: {name}")
