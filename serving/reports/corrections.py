"""Read a rejects workbook back: the corrected cells, and the file that they belong to."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.intake.corrections import CORRECTION_COLUMNS
from engine.intake.sheets import open_sheets
from serving.reports.rejects import APPLIED, CORRECTED, FORM, HEADER_ROW, KEY, STATE, RejectSource


def read_corrections(path: Path) -> tuple[RejectSource, pd.DataFrame]:
    """The file that a rejects workbook is of, and what somebody corrected in it.

    Parameters
    ----------
    path
        Workbook of `serving.reports.rejects.write_rejects`, filled in.

    Returns
    -------
    RejectSource
        With the corrections that the workbook already stood on.
    pandas.DataFrame
        Columns ``sheet, row, field, value``, in the workbook's order; the lines that were left empty are not there.

    Raises
    ------
    EhyaError
        ``not_a_rejects_file``, ``no_corrections``, ``file_not_found``, ``file_unreadable``.
    """
    document = _document(path)
    try:
        origin = RejectSource(
            str(document["path"]), str(document["sha256"]), dict(document["options"]), _table(_applied(path))
        )
        filled = _filled(path, str(document["title"]))
    except (KeyError, TypeError, ValueError) as error:
        raise EhyaError(ErrorCode.NOT_A_REJECTS_FILE, given=path.name) from error
    if filled.empty:
        raise EhyaError(ErrorCode.NO_CORRECTIONS, given=path.name)
    return origin, filled


def original(origin: RejectSource, workbook: Path, given: Path | None = None) -> Path:
    """The register that the corrections belong to, unchanged since.

    Parameters
    ----------
    origin
        From :func:`read_corrections`.
    workbook
        Where the rejects workbook stands.
    given
        Where the register stands now, if it was moved.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``register_file_changed``.
    """
    path = given or Path(os.path.normpath(workbook.absolute().parent / origin.path))
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    if digest_of_file(path) != origin.sha256:
        raise EhyaError(ErrorCode.REGISTER_FILE_CHANGED, given=path.name)
    return path


def digest_of_file(path: Path) -> str:
    """sha256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def way_to(path: Path, workbook: Path) -> str:
    """Path of a register as its rejects workbook names it: relative to its own folder where there is a way.

    Examples
    --------
    >>> way_to(Path("/a/in/list.xlsx"), Path("/a/out/rejects.xlsx"))
    '../in/list.xlsx'
    """
    try:
        return Path(os.path.relpath(path.absolute(), workbook.absolute().parent)).as_posix()
    except ValueError:  # another drive of a Windows computer
        return path.absolute().as_posix()


def _document(path: Path) -> dict[str, Any]:
    try:
        (state,) = open_sheets(path, only=STATE)
        document = json.loads(str(state.cells.iloc[0, 0]))
    except EhyaError as error:
        if error.code in (ErrorCode.FILE_NOT_FOUND, ErrorCode.FILE_UNREADABLE, ErrorCode.FILE_PROTECTED):
            raise
        raise EhyaError(ErrorCode.NOT_A_REJECTS_FILE, given=path.name) from error
    except ValueError as error:
        raise EhyaError(ErrorCode.NOT_A_REJECTS_FILE, given=path.name) from error
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise EhyaError(ErrorCode.NOT_A_REJECTS_FILE, given=path.name)
    return document


def _applied(path: Path) -> list[list[Any]]:
    try:
        (sheet,) = open_sheets(path, only=APPLIED)
    except EhyaError as error:
        if error.code is ErrorCode.FILE_EMPTY:
            return []
        raise
    return [json.loads(str(line)) for line in sheet.cells[0]]


def _filled(path: Path, title: str) -> pd.DataFrame:
    (sheet,) = open_sheets(path, only=title)
    below = sheet.cells.iloc[HEADER_ROW:]
    below = below[below[CORRECTED - 1].notna() & below[KEY - 1].notna()]
    keys = [json.loads(str(key)) for key in below[KEY - 1]]
    return _table([[*key, value] for key, value in zip(keys, below[CORRECTED - 1], strict=True)])


def _table(lines: list[list[Any]]) -> pd.DataFrame:
    table = pd.DataFrame(lines, columns=CORRECTION_COLUMNS, dtype=object)
    if not set(table["field"]) <= {field.value for field in Field}:
        raise ValueError("a field that is none")
    return table.assign(row=table["row"].astype("int64"))
