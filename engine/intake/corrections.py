"""Put corrected values into the cells of a register before they are read."""

from __future__ import annotations

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.intake.grid import cell_objects
from engine.intake.header import Header

CORRECTION_COLUMNS = ["sheet", "row", "field", "value"]
"""A correction: name of the sheet, the sheet's own number of the row, name of the field, and what should stand there.
It is read as if the file had held it: by the same parsers, under the same heading."""


def corrected(cells: pd.DataFrame, header: Header, sheet: str, corrections: pd.DataFrame | None) -> pd.DataFrame:
    """The cells as they would be had the corrected values stood in the file from the start.

    Parameters
    ----------
    cells
        Rows below the header, shape (n, columns), index: position in the sheet.
    header
        The header; a correction belongs to the column that holds its field.
    sheet
        Name of the sheet; corrections of other sheets are passed over.
    corrections
        Columns ``CORRECTION_COLUMNS``. Of two for one cell the later holds.

    Raises
    ------
    EhyaError
        ``correction_misplaced`` when the sheet has no such row, or no column for the field.

    Examples
    --------
    >>> from engine.intake.header import Column
    >>> header = Header(0, 0, (Column(0, ("Unit",), "Unit", "name"), Column(1, ("Jobs",), "Jobs", "jobs_now")))
    >>> right = pd.DataFrame([("s", 2, "jobs_now", "12")], columns=CORRECTION_COLUMNS)
    >>> corrected(pd.DataFrame([["A", "many"]], index=[1], dtype=object), header, "s", right).values.tolist()
    [['A', '12']]
    """
    own = None if corrections is None else corrections[corrections["sheet"] == sheet]
    if own is None or own.empty:
        return cells
    position = {column.field: column.position for column in header.columns if column.field is not None}
    filled = cells.copy()
    for touched in {position[field] for field in own["field"] if field in position}:
        filled[touched] = cell_objects(filled[touched])
    for row, field, value in own[["row", "field", "value"]].itertuples(index=False, name=None):
        if field not in position or row - 1 not in filled.index:
            raise EhyaError(ErrorCode.CORRECTION_MISPLACED, sheet=sheet, row=int(row), field=str(field))
        filled.loc[row - 1, position[field]] = value
    return filled


def check_sheets(corrections: pd.DataFrame | None, sheets: list[str]) -> None:
    """Refuse corrections of a sheet that is not read.

    Raises
    ------
    EhyaError
        ``correction_misplaced``.
    """
    if corrections is None:
        return
    lost = corrections[~corrections["sheet"].isin(sheets)]
    if len(lost):
        sheet, row, field = lost.iloc[0][["sheet", "row", "field"]]
        raise EhyaError(ErrorCode.CORRECTION_MISPLACED, sheet=str(sheet), row=int(row), field=str(field))
