"""Cells as columns: texts as places in a table, everything else as it is; nothing is lost and nothing changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.distinct import Columns, Distinct
from engine.intake.grid import BLANK, by_rows, cell_objects, grid
from engine.intake.sheets import open_sheets
from engine.parsing.text import fold

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
CELLS = st.one_of(TEXTS, st.sampled_from([*BLANK, None]), st.integers(-9, 9), st.floats(allow_nan=False), st.booleans())


def _said(cell: Any) -> Any:
    return None if cell in (*BLANK, None) else cell


@given(st.lists(st.tuples(TEXTS, CELLS), min_size=1, max_size=12), st.integers(1, 5))
def test_a_grid_gives_back_every_cell_however_the_rows_are_parted(rows: list[tuple[Any, Any]], block: int) -> None:
    parts = [list(zip(*rows[at : at + block], strict=True)) for at in range(0, len(rows), block)]
    cells = grid(parts)
    wanted = [[_said(cell) for cell in row] for row in rows]
    for place, column in enumerate(cells):
        found = cell_objects(cells[column]).tolist()
        assert found == [row[place] for row in wanted[: len(cells)]]
        assert [type(cell) for cell in found] == [type(row[place]) for row in wanted[: len(cells)]]
    assert all(cell is None for row in wanted[len(cells) :] for cell in row)


@given(st.lists(st.one_of(TEXTS, st.none()), min_size=1, max_size=20), st.data())
def test_a_column_of_texts_is_taken_apart_as_the_same_cells_one_by_one(
    texts: list[str | None], data: st.DataObject
) -> None:
    column = grid([[texts, ["end"] * len(texts)]])[0]
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), unique=True).map(sorted))
    some, ones = Distinct.of(column.loc[rows]), Distinct.of(cell_objects(column).loc[rows])
    assert some.series.tolist() == ones.series.tolist()
    assert some.rows.tolist() == ones.rows.tolist()
    assert some.folded.tolist() == [fold(text) for text in some.cells]
    assert some.folded[some.codes].tolist() == ones.folded[ones.codes].tolist()
    assert sorted(some.cells) == sorted(set(cell_objects(column).loc[rows].dropna()))


def test_blank_rows_and_columns_at_the_end_go_and_those_between_stay() -> None:
    cells = grid([[["A", "", "B", " "], ["", "", "", ""], [None, 1, None, None], ["\u200c", "", "", ""]]])
    assert cells.shape == (3, 3)
    assert cells[1].isna().all()


def test_a_sheet_that_begins_far_from_its_corner_keeps_its_places(tmp_path) -> None:  # type: ignore[no-untyped-def]
    book = openpyxl.Workbook()
    book.active["C3"], book.active["D5"], book.active["C7"] = "first", 2.5, date(2024, 3, 1)
    book.save(tmp_path / "far.xlsx")
    (sheet,) = open_sheets(tmp_path / "far.xlsx")
    held = {
        (row, column): cell
        for column in sheet.cells
        for row, cell in cell_objects(sheet.cells[column]).dropna().items()
    }
    assert held == {(2, 2): "first", (4, 3): 2.5, (6, 2): date(2024, 3, 1)}


def test_rows_come_in_blocks_of_columns_and_none_is_left_behind() -> None:
    blocks = list(by_rows((str(row), row) for row in range(1_201)))
    assert sum(len(block[0]) for block in blocks) == 1_201
    assert grid(blocks)[1].tolist() == list(range(1_201))


@given(st.lists(st.one_of(st.booleans(), st.integers(-1, 2), st.sampled_from([0.0, 1.0, -0.0, None, "1", "True"]))))
def test_yes_and_no_are_no_numbers_though_python_holds_them_for_equal(cells: list[Any]) -> None:
    column = Distinct.of(pd.Series(cells, dtype=object))
    wanted = [cell for cell in cells if cell is not None]
    assert column.series.tolist() == wanted
    assert [isinstance(cell, bool) for cell in column.series] == [isinstance(cell, bool) for cell in wanted]


def test_a_replaced_column_leaves_the_others_as_they_were_taken_apart() -> None:
    columns = Columns(grid([[["A", "B"], ["x", "y"]]]))
    before = columns[1]
    after = columns.replaced(0, pd.Series([None, "C"], dtype=object))
    assert after[1] is before
    assert after[0].series.to_dict() == {1: "C"}
    assert columns[0].series.tolist() == ["A", "B"]


@pytest.mark.parametrize("text", ["a\0b", "\0", "ا\0\0ب"])
def test_a_text_with_the_separator_is_folded_like_any_other(text: str) -> None:
    assert Distinct.of(grid([[[text, "other"]]])[0]).folded.tolist() == [fold(text), "other"]
