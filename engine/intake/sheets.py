"""Open a workbook or a text file as grids of cells; say in a code what is wrong with one that cannot be opened."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import python_calamine as calamine

from engine.errors import EhyaError, ErrorCode
from engine.intake.archive import Unpacked, unpack
from engine.intake.delimited import read_delimited
from engine.intake.formats import as_shown
from engine.intake.grid import blanked, by_rows, cut, grid, longest_text, overlaid
from engine.intake.kinds import kind_of, kind_of_compound, refuse
from engine.intake.limits import MAX_WORKBOOK_CELLS, FileLimit, within
from engine.intake.references import References
from engine.intake.typed import PARQUET_MARK, is_json, read_json, read_parquet

SCANNED_ROWS = 60
"""Lines among which the header of a sheet is looked for."""

_COMPOUND = b"\xd0\xcf\x11\xe0"  # .xls, and what holds a workbook with a password


@dataclass(frozen=True, slots=True)
class Sheet:
    """One grid of cells.

    Parameters
    ----------
    name
        Name of the sheet; the file's name for a text file.
    cells
        Shape (rows, columns), missing where blank; dtype object, or arrow's dictionary for a column of texts alone.
        Line i is row i + 1 of the sheet.
    merges
        Merged ranges as (first row, first column, last row, last column), counted from 0, inclusive.
    hidden, uncomputed
        Columns that are not shown, and columns with formulas whose value no program has computed; counted from 0.
    hidden_rows
        Rows that are not shown; counted from 0.
    unread
        Hidden sheets of the same file, which were not read.
    widths
        Of a delimited text the number of fields of its first records.
    unclosed
        (row, column), from 0, of cells whose quotation mark never closed.
    from_1904
        Whether bare numbers of days count from 1904.
    """

    name: str
    cells: pd.DataFrame
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden: frozenset[int] = frozenset()
    uncomputed: frozenset[int] = frozenset()
    unread: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    widths: tuple[int, ...] = ()
    unclosed: tuple[tuple[int, int], ...] = ()
    from_1904: bool = False


def open_sheets(path: Path, *, only: str | None = None) -> list[Sheet]:
    r"""Read all visible sheets that hold something.

    Parameters
    ----------
    path
        Workbook (.xlsx, .xlsm), delimited text, Parquet or JSON; the content decides, not the ending.
    only
        Name of the one sheet to read, hidden or not.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``file_protected``, ``file_empty``, ``unknown_sheet``,
        ``not_a_regular_file``, ``not_a_table``, ``encoding_uncertain``, ``line_unreadable``, ``format_not_read``,
        ``file_over_limit``, ``cell_too_far``, ``file_declares_entities``, ``column_not_plain``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "list.csv"
    ...     _ = file.write_text("name;county\nA;Khoy\n", encoding="utf-8")
    ...     [sheet.cells.shape for sheet in open_sheets(file)]
    [(2, 2)]
    """
    try:
        found = path.stat()
        if not (
            stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        ):  # a pipe would be waited for, a device never ends
            raise EhyaError(ErrorCode.NOT_A_REGULAR_FILE, given=path.name)
        within(FileLimit.FILE_BYTES, found.st_size, file=path.name)
        content = path.read_bytes()
    except FileNotFoundError:
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=path.name) from None
    except OSError as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=path.name, reason=type(error).__name__) from None
    if not content.strip():
        raise EhyaError(ErrorCode.FILE_EMPTY, given=path.name)
    refuse(kind_of(content), path.name)
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        sheets = _workbook(content, path.name, only)
    elif content[:4] == _COMPOUND:
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise EhyaError(ErrorCode.FILE_PROTECTED, given=path.name)
        refuse(kind_of_compound(content), path.name)
        raise EhyaError(ErrorCode.FORMAT_NOT_READ, given=path.name, format=".xls")
    elif content[:4] == PARQUET_MARK:
        sheets = [Sheet(path.stem, cut(blanked(read_parquet(content, path.name))))]
    else:
        sheets = [_written(content, path)]
    sheets = [sheet for sheet in sheets if len(sheet.cells)]
    for sheet in sheets:
        within(FileLimit.CELL_CHARACTERS, longest_text(sheet.cells), file=path.name)
    if not sheets:
        raise EhyaError(ErrorCode.FILE_EMPTY, given=path.name)
    return sheets


def _workbook(content: bytes, name: str, only: str | None) -> list[Sheet]:
    with TemporaryDirectory() as folder:
        unpacked = unpack(content, name, Path(folder))
        try:
            with calamine.load_workbook(str(unpacked.path)) as book:
                return _grids(book, name, only, unpacked)
        except calamine.PasswordError:
            raise EhyaError(ErrorCode.FILE_PROTECTED, given=name) from None
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason=type(error).__name__) from None


def _grids(book: calamine.CalamineWorkbook, name: str, only: str | None, unpacked: Unpacked) -> list[Sheet]:
    sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    within(FileLimit.SHEETS, len(book.sheet_names), file=name)
    if only is not None and only not in book.sheet_names:
        raise EhyaError(ErrorCode.UNKNOWN_SHEET, given=only, allowed=book.sheet_names)
    visible = [meta.name for meta in sheets if meta.visible == calamine.SheetVisibleEnum.Visible]
    unread = () if only else tuple(meta.name for meta in sheets if meta.name not in visible)
    grids: list[Sheet] = []
    area = 0
    for title in [only] if only else visible:
        sheet = book.get_sheet_by_name(title)
        area += sheet.total_height * sheet.total_width
        within(FileLimit.CELLS, area, file=name, allowed=MAX_WORKBOOK_CELLS)
        part = unpacked.sheets.get(title)
        said: dict[tuple[int, int], str | None] = dict(part.errors) if part else {}
        if part and unpacked.to_compute:
            said |= dict.fromkeys(part.nothing_computed())
        grids.append(_sheet(sheet, title, part, said, unread, unpacked))
    return grids


def _sheet(
    sheet: calamine.CalamineSheet,
    name: str,
    part: References | None,
    said: Mapping[tuple[int, int], str | None],
    unread: tuple[str, ...],
    unpacked: Unpacked,
) -> Sheet:
    _, left = sheet.start or (0, 0)
    cells = grid(by_rows(sheet.iter_rows()), left)  # its rows begin at the top, its columns at the first that is held
    texts = as_shown(cells, unpacked.styled(name)) | dict(said)
    cells = overlaid(cells, texts) if texts else cells
    ranges = sheet.merged_cell_ranges or []
    merges = tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)
    hidden, uncomputed = (frozenset(part.hidden), frozenset(part.uncomputed)) if part else (frozenset(), frozenset())
    rows = frozenset(part.hidden_rows) if part else frozenset()
    return Sheet(name, cells, merges, hidden, uncomputed, unread, rows, from_1904=unpacked.from_1904)


def _written(content: bytes, path: Path) -> Sheet:
    records = read_json(content, path.name) if is_json(content) else None
    if records is not None:
        return Sheet(path.stem, cut(blanked(records)))
    if path.suffix.casefold() == ".json":
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=path.name, reason="not_json")
    read = read_delimited(content, path.name, lines=SCANNED_ROWS + 4)
    return Sheet(path.stem, read.cells, widths=read.widths, unclosed=read.unclosed)
