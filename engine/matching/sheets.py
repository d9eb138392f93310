"""What the workbooks of mandates and of wishes have in common: the first sheet, its header row, its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact, fold, latin_digits

SEPARATORS = re.compile(r"[,،;؛\n|]+")
"""What parts the items of a list in one cell."""

_TITLE_ROWS = 10


def first_sheet(path: Path) -> list[tuple[Any, ...]]:
    """Values of the first sheet of an .xlsx file, row by row.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    except Exception as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(path), reason=str(error)) from error
    return list(sheet.iter_rows(values_only=True))


def header_row(
    rows: Sequence[tuple[Any, ...]], key_of: Callable[[str], str | None], path: Path | str, *, needed: str | None = None
) -> tuple[int, list[str | None]]:
    """The row that heads the columns, at most ten rows of titles below the top.

    Parameters
    ----------
    rows, path
        The sheet, and the file that it stands in.
    key_of
        What a header stands for; ``None`` where nobody knows.
    needed
        The key without which a row heads nothing.

    Returns
    -------
    number, keys
        Its place, from 0, and a key for each of its cells. It has at least two keys.

    Raises
    ------
    EhyaError
        ``no_header``.
    """
    for number, cells in enumerate(rows[:_TITLE_ROWS]):
        keys = [None if blank(cell) else key_of(str(cell)) for cell in cells]
        if sum(key is not None for key in keys) >= 2 and (needed is None or needed in keys):
            return number, keys
    raise EhyaError(ErrorCode.NO_HEADER, given=str(path))


def unknown_header(cells: Sequence[Any], keys: Sequence[str | None]) -> str | None:
    """The first header that stands for nothing.

    Examples
    --------
    >>> unknown_header(("unit", None, "colour"), ["unit", None, None])
    'colour'
    """
    return next((str(cell) for cell, key in zip(cells, keys, strict=True) if key is None and not blank(cell)), None)


def blank(cell: Any) -> bool:
    """Whether a cell holds nothing."""
    return cell in (None, "")


def cell_text(cell: Any) -> str:
    """A cell as a text; a whole number without its ``.0``.

    Examples
    --------
    >>> cell_text(12.0), cell_text(" Khoy ")
    ('12', 'Khoy')
    """
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def cell_number(cell: Any) -> Any:
    """A number where the cell holds one, in digits of either kind; else what it holds.

    Examples
    --------
    >>> cell_number("۱٬۲۰۰"), cell_number("1,200.5"), cell_number(" about 3 ")
    (1200.0, 1200.5, 'about 3')
    """
    if not isinstance(cell, str):
        return cell
    plain = fold(latin_digits(cell)).replace(",", "").replace(" ", "")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else cell.strip()


def items(cell: Any) -> list[str]:
    """Items of a list in one cell.

    Examples
    --------
    >>> items("10، 11; 12")
    ['10', '11', '12']
    """
    return [part.strip() for part in SEPARATORS.split(cell_text(cell)) if part.strip()]


def coded(cell: Any, words: Mapping[str, Sequence[str]]) -> Any:
    """The code that a word stands for; what is no word, or a word nobody knows, stays as it is.

    Examples
    --------
    >>> coded("اجاره", {"lease": ("اجاره",)}), coded("Lease", {"lease": ()}), coded("rent", {"lease": ()})
    ('lease', 'lease', 'rent')
    """
    if isinstance(cell, str):
        for code, spellings in words.items():
            if compact(cell) in {compact(code), *map(compact, spellings)}:
                return str(code)
    return cell
