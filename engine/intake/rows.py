"""Tell the rows that are units from titles, repeated headers, totals, blanks and footnotes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.intake.distinct import Columns, Distinct, contains_pattern
from engine.intake.grid import cell_objects
from engine.intake.groups import group_lines
from engine.intake.header import IDENTITY, Header
from engine.intake.sheets import Sheet
from engine.parsing.rejection import IgnoredRow
from engine.parsing.text import fold_column

_TOTAL = (
    r"زیر ?جمع(?:\s.*)?|جمع (?:جز|جزء|فرعی|جزیی)(?:\s.*)?|sub[\s-]*totals?(?:\s.*)?|"
    r"(?:جمع|مجموع|سرجمع|میانگین|متوسط|معدل)(?:\s+(?:کل|کلی|صفحه|نهایی|کل واحد ها|ستون|استان|شهرستان|شهرک|ناحیه|"
    r"واحد ها|واحدها|بدهی ها|این)\b.*)?\s*:?|(?:sub|grand)?[\s-]*totals?(?:\s*:|\s+of\b.*|\s*\(.*)?|sum|average|mean"
)
_SUM = (
    r"(?:جمع|مجموع|سرجمع|میانگین|متوسط|معدل|تعداد کل|تعداد واحد|نقل از|نقل به|انتقال از|انتقال به|total|sum|average)"
    r"\b(?! ?(?:اوری|بندی|کن)).*"
)
"""A name that begins so belongs to no unit, if nothing else in its row describes one."""

_TOTAL_STEM = "جمع|مجموع|میانگین|متوسط|معدل|تعداد|نقل|انتقال|total|sum|average|mean"
_AGGREGATE = r"^(?:aggregates?|aggregated|تجمیعی|تجمیع|سرجمع)(?:[^\pL]|$)"
"""A remark that begins so says that the row counts several units or projects."""

_NOTE = (
    r"(?:تذکر|توجه|توضیح|توضیحات|یادداشت|منبع|ماخذ|نکته|\*|notes?\b|source|remark|تهیه کننده|"
    r"تهیه و تنظیم|تنظیم کننده|تایید کننده|تصویب کننده|کارشناس|مسیول|مدیر|رییس|امضا|مهر و|"
    r"prepared by|approved by|signature|signed).*"
)
_PAGE = (
    r"(?:صفحه|ص|page|p\.?)\s*:?\s*\(?\d+(?:\s*(?:از|of|/|-)\s*\d+)?\)?|"
    r"[-*=_\s]*(?:پایان|انتهای)\s+(?:گزارش|فهرست|لیست|جدول|صفحه|سند|فایل|اطلاعات|داده ها|سیاهه)\b.*|"
    r"[-*=_\s]*end of (?:the )?(?:report|list|table|page|file|sheet|data|document|register)\b.*|"
    r"ادامه(?: جدول| فهرست| لیست| در صفحه| دارد| از صفحه).*|continued(?: on| from|\b).*|\(?cont(?:'?d)?\.?\)?|"
    r"(?:چاپ شده|تاریخ چاپ|زمان چاپ|گزارش گیری|printed|generated|exported)\b.*|\*+\s*(?:پایان|end)\s*\*+|(?:پایان|end)"
)
"""Marks of pages and of the end: no unit is called so, unless its row describes one."""

_LONG = 3
_DESCRIBING = ("national_id", "business_id", "county", "status")
_Marks = np.ndarray[Any, np.dtype[np.bool_]]


def ignored_rows(sheet: Sheet, header: Header, columns: Columns) -> pd.Series:
    """Why rows below the header are no units.

    Parameters
    ----------
    sheet, header
        The grid and where its header stands.
    columns
        Cells below the header.

    Returns
    -------
    pandas.Series
        `IgnoredRow` or missing, object, index of the cells.

    Examples
    --------
    >>> from engine.intake.header import find_header
    >>> grid = pd.DataFrame([["Unit name", "County"], ["A", "Khoy"], [None, None], ["Total", None]], dtype=object)
    >>> sheet = Sheet("s", grid)
    >>> ignored_rows(sheet, find_header(sheet), Columns(grid.iloc[1:])).dropna().to_dict()
    {2: <IgnoredRow.BLANK: 'blank'>, 3: <IgnoredRow.TOTAL: 'total'>}
    """
    serial = [column.position for column in header.columns if column.field == "serial"]
    named = {column.field: column.position for column in header.columns if column.field}
    cells = columns.table
    held = cells.notna()
    filled = held.drop(columns=serial)
    count = filled.sum(axis=1)
    why = pd.Series(None, index=cells.index, dtype=object)
    why[_notes(cells, filled, count, named) | _pages(columns, held, named)] = IgnoredRow.NOTE
    why[_totals(columns, held, named) | _aggregates(columns, header)] = IgnoredRow.TOTAL
    why[_numbering(cells)] = IgnoredRow.NUMBERING
    why[groups_of(cells, serial).index] = IgnoredRow.GROUP
    why[_repeats(sheet, header, columns, held)] = IgnoredRow.REPEATED_HEADER
    why[count == 0] = IgnoredRow.BLANK
    return why


def groups_of(cells: pd.DataFrame, serial: list[int]) -> pd.Series:
    """Lines that group the rows below them: `engine.intake.groups.Group`, index of their rows."""
    held = cells.notna().drop(columns=serial)
    alone = held.sum(axis=1) == 1
    return group_lines(_first(cells[alone], held[alone], [int(column) for column in held.columns]).dropna())


def filled_down(sheet: Sheet, header: Header, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with every vertical merge below the header filled: a county merged over ten rows stands in each.

    A merge over several columns is filled where these have one heading: then the sheet is only laid out so.
    """
    filled = cells.copy() if any(top > header.last for top, _, _, _ in sheet.merges) else cells
    headings = {column.position: column.levels for column in header.columns}
    for top, left, bottom, right in sheet.merges:
        one = left == right or len({headings.get(place) for place in range(left, right + 1)}) == 1
        if top > header.last and one and bottom > top and left in filled.columns and top in filled.index:
            inside = (filled.index >= top) & (filled.index <= bottom)
            filled.loc[inside, left] = filled[left].loc[top]
    return filled


def _repeats(sheet: Sheet, header: Header, columns: Columns, held: pd.DataFrame) -> _Marks:
    """Rows of which most cells are the headings of their own columns."""
    rows = held.index
    hits = np.zeros(len(rows), dtype=np.int64)
    for column in header.columns:
        own = sheet.cells.loc[header.first : header.last, column.position].dropna().tolist()
        apart = columns[column.position]
        same = apart.cells.isin([*own, *column.levels]).to_numpy(dtype=bool)
        if same.any():
            hits += apart.marked(same, rows)
    return np.asarray((hits >= 2) & (hits >= 0.6 * held.to_numpy().sum(axis=1)), dtype=np.bool_)


def _totals(columns: Columns, held: pd.DataFrame, named: dict[str, int]) -> _Marks:
    """Rows whose first or second text says "total"; a unit that is called so has an id, a county or a status."""
    name = named.get("name")
    places = [int(column) for column in range(held.shape[1])]
    others = [column for column in places if column != name]
    total = _first_is_total(columns, held, others) | _first_is_total(columns, held, others[1:])
    if name is None:
        return total
    described = [named[field] for field in _DESCRIBING if field in named]
    alone = ~held[described].to_numpy().any(axis=1)
    loose = _is_total(columns[name], held.index) | _is_total(columns[name], held.index, _SUM)
    loose |= _first_is_total(columns, held, places, _SUM)
    return total | (alone & loose)


def _pages(columns: Columns, held: pd.DataFrame, named: dict[str, int]) -> _Marks:
    """Marks of pages in the column of names, where nothing else in the row describes a unit."""
    name = named.get("name")
    if name is None:
        return np.zeros(len(held), dtype=bool)
    found = contains_pattern(columns[name].folded, f"^(?:{_PAGE})$")
    if not found.any():
        return np.zeros(len(held), dtype=bool)
    described = [named[field] for field in _DESCRIBING if field in named]
    return columns[name].marked(found, held.index) & ~held[described].to_numpy().any(axis=1)


def _aggregates(columns: Columns, header: Header) -> _Marks:
    """Rows that a remark calls the sum of others."""
    rows = columns.table.index
    found = np.zeros(len(rows), dtype=bool)
    for column in header.columns:
        if column.field in (None, Field.NOTES, Field.SECTOR_TEXT, Field.CAPACITY_TEXT):
            apart = columns[column.position]
            said = contains_pattern(apart.folded, _AGGREGATE)
            found |= apart.marked(said, rows) if said.any() else False
    return found


def _first_is_total(columns: Columns, held: pd.DataFrame, places: list[int], pattern: str = _TOTAL) -> _Marks:
    """Whether the first cell of each row, among some columns, says "total"."""
    found = np.zeros(len(held), dtype=bool)
    if places:
        at = held[places].to_numpy().argmax(axis=1)
        for place in np.unique(at):
            found |= (at == place) & _is_total(columns[places[place]], held.index, pattern)
    return found


def _first(cells: pd.DataFrame, held: pd.DataFrame, columns: list[int]) -> pd.Series:
    """The first cell of each row, among some columns, that holds something."""
    first = pd.Series(None, index=cells.index, dtype=object)
    if columns:
        at = held[columns].to_numpy().argmax(axis=1)
        for place in np.unique(at):
            first[at == place] = cells.loc[at == place, columns[place]]
    return first


def _is_total(column: Distinct, rows: pd.Index, pattern: str = _TOTAL) -> _Marks:
    likely = contains_pattern(column.folded, _TOTAL_STEM)
    found = np.zeros(len(column.cells), dtype=bool)
    found[likely] = column.folded[likely].str.fullmatch(pattern).to_numpy(dtype=bool)
    return column.marked(found, rows) if found.any() else np.zeros(len(rows), dtype=bool)


def _numbering(cells: pd.DataFrame) -> pd.Series:
    """A line 1, 2, 3, ... right below the header numbers the columns."""
    found = pd.Series(False, index=cells.index)
    if len(cells):
        numbers = pd.to_numeric(
            _folded(cells.iloc[:1].apply(cell_objects).iloc[0].dropna()).str.strip("()[]-. "), errors="coerce"
        )
        found.iloc[0] = len(numbers) >= _LONG and bool((numbers.diff().iloc[1:] == 1).all())
    return found


def _notes(cells: pd.DataFrame, filled: pd.DataFrame, count: pd.Series, named: dict[str, int]) -> pd.Series:
    """One text alone in its row: a remark or the name of a section, unless it names a unit."""
    identity = [named[field] for field in IDENTITY if field in named]
    alone = count == 1
    elsewhere = alone & ~filled[identity].any(axis=1)
    texts = _folded(_first(cells[alone], cells[alone].notna(), list(range(cells.shape[1]))))
    remark = pd.Series(False, index=cells.index)
    remark[alone] = texts.str.fullmatch(f"(?:{_NOTE})|(?:{_PAGE})").fillna(False).to_numpy(dtype=bool)
    return elsewhere | remark


def _folded(cells: pd.Series) -> pd.Series:
    return fold_column(cells.astype("str").where(cells.notna()))
