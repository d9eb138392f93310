"""Tell the rows that are units from titles, repeated headers, totals, blanks and footnotes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.rejection import IgnoredRow
from engine.intake.header import Header
from engine.intake.sheets import Sheet
from engine.text import fold_column

_TOTAL = (
    r"(?:جمع|مجموع|سرجمع|میانگین|متوسط|معدل)(?:\s+(?:کل|کلی|صفحه|نهایی|کل واحد ها|ستون|استان|شهرستان|شهرک|ناحیه|"
    r"واحد ها|واحدها|بدهی ها|این)\b.*)?\s*:?|(?:sub|grand)?[\s-]*totals?(?:\s*:|\s+of\b.*|\s*\(.*)?|sum|average|mean"
)
_SUM = (
    r"(?:جمع|مجموع|سرجمع|میانگین|متوسط|معدل|تعداد کل|تعداد واحد|نقل از|نقل به|انتقال از|انتقال به|total|sum|average)"
    r"\b(?! ?(?:اوری|بندی|کن)).*"
)
"""A name that begins so belongs to no unit, if nothing else in its row describes one."""

_TOTAL_STEM = "جمع|مجموع|میانگین|ميانگين|متوسط|معدل|تعداد|نقل|انتقال|total|sum|average|mean"
_NOTE = (
    r"(?:تذکر|توجه|توضیح|توضیحات|یادداشت|منبع|ماخذ|نکته|\*|notes?\b|source|remark|تهیه کننده|"
    r"تهیه و تنظیم|تنظیم کننده|تایید کننده|تصویب کننده|کارشناس|مسیول|مدیر|رییس|امضا|مهر و|"
    r"prepared by|approved by|signature|signed).*"
)
_IDENTITY = ("name", "national_id", "business_id")
_LONG = 3


def ignored_rows(sheet: Sheet, header: Header, cells: pd.DataFrame) -> pd.Series:
    """Why rows below the header are no units.

    Parameters
    ----------
    sheet, header
        The grid and where its header stands.
    cells
        Cells below the header, columns named by position, shape (n, columns).

    Returns
    -------
    pandas.Series
        `IgnoredRow` or missing, object, index of ``cells``.

    Examples
    --------
    >>> from engine.intake.header import find_header
    >>> grid = pd.DataFrame([["Unit name", "County"], ["A", "Khoy"], [None, None], ["Total", None]], dtype=object)
    >>> sheet = Sheet("s", grid)
    >>> ignored_rows(sheet, find_header(sheet), grid.iloc[1:]).dropna().to_dict()
    {2: <IgnoredRow.BLANK: 'blank'>, 3: <IgnoredRow.TOTAL: 'total'>}
    """
    serial = [column.position for column in header.columns if column.field == "serial"]
    named = {column.field: column.position for column in header.columns if column.field}
    held = cells.notna()
    filled = held.drop(columns=serial)
    count = filled.sum(axis=1)
    why = pd.Series(None, index=cells.index, dtype=object)
    why[_notes(cells, filled, count, named)] = IgnoredRow.NOTE
    why[_totals(cells, held, named)] = IgnoredRow.TOTAL
    why[_numbering(cells)] = IgnoredRow.NUMBERING
    why[_repeats(sheet, header, cells, held)] = IgnoredRow.REPEATED_HEADER
    why[count == 0] = IgnoredRow.BLANK
    return why


def filled_down(sheet: Sheet, header: Header, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with every vertical merge below the header filled: a county merged over ten rows stands in each."""
    filled = cells.copy()
    for top, left, bottom, right in sheet.merges:
        if top > header.last and left == right and bottom > top and left in filled.columns and top in filled.index:
            inside = (filled.index >= top) & (filled.index <= bottom)
            filled.loc[inside, left] = filled[left].loc[top]
    return filled


def _repeats(sheet: Sheet, header: Header, cells: pd.DataFrame, held: pd.DataFrame) -> pd.Series:
    """Rows of which most cells are the headings of their own columns."""
    hits = pd.Series(0, index=cells.index)
    for column in header.columns:
        own = sheet.cells.loc[header.first : header.last, column.position].dropna().tolist()
        hits += cells[column.position].isin([*own, *column.levels]).to_numpy(dtype=bool)
    count = held.sum(axis=1)
    return (hits >= 2) & (hits >= 0.6 * count)


def _totals(cells: pd.DataFrame, held: pd.DataFrame, named: dict[str, int]) -> pd.Series:
    """Rows whose first or second text says "total"; a unit that is called so has an id, a county or a status."""
    name = named.get("name")
    others = [column for column in range(cells.shape[1]) if column != name]
    total = _is_total(_first(cells, held, others)) | _is_total(_first(cells, held, others[1:]))
    if name is None:
        return total
    described = [named[field] for field in ("national_id", "business_id", "county", "status") if field in named]
    alone = ~held[described].any(axis=1)
    bare = cells[alone]
    first = _first(bare, held[alone], list(range(cells.shape[1])))
    loose = _is_total(bare[name]) | _is_total(bare[name], _SUM) | _is_total(first, _SUM)
    return total | loose.reindex(cells.index, fill_value=False)


def _first(cells: pd.DataFrame, held: pd.DataFrame, columns: list[int]) -> pd.Series:
    """The first cell of each row, among some columns, that holds something."""
    first = pd.Series(None, index=cells.index, dtype=object)
    if columns:
        at = held[columns].to_numpy().argmax(axis=1)
        for place in np.unique(at):
            first[at == place] = cells.loc[at == place, columns[place]]
    return first


def _is_total(cells: pd.Series, pattern: str = _TOTAL) -> pd.Series:
    text = cells.where(cells.notna()).astype("str")
    likely = text.str.contains(_TOTAL_STEM, case=False).fillna(False).to_numpy(dtype=bool)
    found = pd.Series(False, index=cells.index)
    found[likely] = fold_column(text[likely]).str.fullmatch(pattern).to_numpy(dtype=bool)
    return found


def _numbering(cells: pd.DataFrame) -> pd.Series:
    """A line 1, 2, 3, ... right below the header numbers the columns."""
    found = pd.Series(False, index=cells.index)
    if len(cells):
        numbers = pd.to_numeric(_folded(cells.iloc[0].dropna()).str.strip("()[]-. "), errors="coerce")
        found.iloc[0] = len(numbers) >= _LONG and bool((numbers.diff().iloc[1:] == 1).all())
    return found


def _notes(cells: pd.DataFrame, filled: pd.DataFrame, count: pd.Series, named: dict[str, int]) -> pd.Series:
    """One text alone in its row: a remark or the name of a section, unless it names a unit."""
    identity = [named[field] for field in _IDENTITY if field in named]
    alone = count == 1
    elsewhere = alone & ~filled[identity].any(axis=1)
    texts = _folded(_first(cells[alone], cells[alone].notna(), list(range(cells.shape[1]))))
    remark = pd.Series(False, index=cells.index)
    remark[alone] = texts.str.fullmatch(_NOTE).fillna(False).to_numpy(dtype=bool)
    return elsewhere | remark


def _folded(cells: pd.Series) -> pd.Series:
    return fold_column(cells.astype("str").where(cells.notna()))
