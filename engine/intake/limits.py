"""How much a file may hold before anything of it is unpacked; every limit stands here and nowhere else."""

from __future__ import annotations

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode

MAX_FILE_BYTES = 200_000_000
MAX_ENTRIES = 2_000
MAX_SHEETS = 200
MAX_COLUMNS = 1_000
MAX_WORKBOOK_CELLS = 8_000_000
"""Assumed: 200,000 units by 40 columns; a sheet full of numbers took 100 bytes for each cell, so 0.8 GB; long
texts take more."""

MAX_TABLE_CELLS = 25_000_000
"""Cells of a text file, a Parquet file or a JSON file. Assumed: 600,000 units by 40 columns."""

MAX_CELL_CHARACTERS = 200_000
"""Assumed: six times what a cell of a spreadsheet holds (32,767); texts of megabytes take minutes to look through."""

MAX_UNPACKED_BYTES = 500_000_000
MAX_RATIO = 100
"""Unpacked bytes for each packed one. Registers unpack to 5 to 30 times their size, packed zeros to 1,000."""

RATIO_FREE_BYTES = 10_000_000
"""Up to so many unpacked bytes the ratio is not asked for: a small file of equal rows does no harm."""


class FileLimit(Code):
    """What of a file is bounded."""

    FILE_BYTES = "file_bytes"
    ENTRIES = "entries"
    SHEETS = "sheets"
    COLUMNS = "columns"
    CELLS = "cells"
    CELL_CHARACTERS = "cell_characters"
    UNPACKED_BYTES = "unpacked_bytes"
    RATIO = "ratio"


_ALLOWED: dict[FileLimit, int] = {
    FileLimit.FILE_BYTES: MAX_FILE_BYTES,
    FileLimit.ENTRIES: MAX_ENTRIES,
    FileLimit.SHEETS: MAX_SHEETS,
    FileLimit.COLUMNS: MAX_COLUMNS,
    FileLimit.CELLS: MAX_TABLE_CELLS,
    FileLimit.CELL_CHARACTERS: MAX_CELL_CHARACTERS,
    FileLimit.UNPACKED_BYTES: MAX_UNPACKED_BYTES,
    FileLimit.RATIO: MAX_RATIO,
}


def within(limit: FileLimit, measured: int, *, file: str, allowed: int | None = None, cell: str | None = None) -> None:
    """Refuse a file that is over a limit.

    Parameters
    ----------
    limit
        Which.
    measured
        What the file has; bytes, or a count.
    file
        Name of the file.
    allowed
        Another bound than the limit's own.
    cell
        The cell furthest from the first one, where that is what makes the sheet large.

    Raises
    ------
    EhyaError
        ``file_over_limit``, with ``cell`` ``cell_too_far``.

    Examples
    --------
    >>> within(FileLimit.SHEETS, 12, file="list.xlsx")
    >>> within(FileLimit.SHEETS, 201, file="list.xlsx")
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: file_over_limit: given='list.xlsx' limit=<FileLimit...> measured=201 allowed=200
    """
    allowed = _ALLOWED[limit] if allowed is None else allowed
    if measured <= allowed:
        return
    if cell is not None:
        raise EhyaError(ErrorCode.CELL_TOO_FAR, given=file, cell=cell, limit=limit, measured=measured, allowed=allowed)
    raise EhyaError(ErrorCode.FILE_OVER_LIMIT, given=file, limit=limit, measured=measured, allowed=allowed)
