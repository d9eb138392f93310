"""Events as a sheet: written with headings of a language, read with those of either, or with the codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.outcome import OUTCOME_COLUMNS, OutcomeKind
from engine.domain.outcome_rows import OutcomeRejection
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision, to_jalali
from engine.parsing.text import fold
from engine.settings import LANGUAGES
from serving.i18n import Speech, speech
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_xlsx

ENDINGS = (".xlsx", ".csv")
_COLUMNS = tuple(name for name in OUTCOME_COLUMNS if name != "happened_precision")
_FIRST_ROW = 2  # the heading stands in row 1


def write_outcome_sheet(path: Path, events: pd.DataFrame, words: Speech) -> Path:
    """Write events so that `read_outcome_sheet` reads them back: ISO dates, codes of kinds, as exact as they are known.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than .xlsx or .csv.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    rows = pd.DataFrame({name: events[name] for name in _COLUMNS}).reset_index(drop=True)
    rows["happened_on"] = [
        _written(day.date(), precision)
        for day, precision in zip(events["happened_on"], events["happened_precision"], strict=True)
    ]
    rows["known_on"] = events["known_on"].astype("str").to_numpy()
    sheet = OutputSheet(
        words.text("cli.outcomes"), [SheetColumn(name, _title(name, words), "text") for name in _COLUMNS], rows
    )
    return write_csv(path, sheet) if path.suffix == ".csv" else write_xlsx(path, [sheet], _notes(words), words)


def read_outcome_sheet(path: Path) -> pd.DataFrame:
    """Cells of a sheet of events as they stand, columns named as in ``OUTCOME_COLUMNS``, index the sheet's row numbers.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``unknown_option`` for another ending than .xlsx or .csv.
    """
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="FILE", given=path.name, allowed=list(ENDINGS))
    try:
        if path.suffix == ".csv":
            cells = pd.read_csv(path, dtype="object", header=None, encoding="utf-8-sig", keep_default_na=False)
        else:
            cells = pd.read_excel(path, header=None, engine="calamine", dtype="object")
    except Exception as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=path.name, reason=str(error)) from error
    names = {fold(_title(name, speech(language))): name for language in LANGUAGES for name in _COLUMNS}
    names |= {fold(name): name for name in _COLUMNS}
    headings = [[names.get(fold(str(cell).strip())) for cell in row] for row in cells.to_numpy()]
    at = next((place for place, row in enumerate(headings) if {"unit_id", "kind"} <= {*row}), 0)
    heading = headings[at] if headings else []
    known = [place for place, name in enumerate(heading) if name]
    rows = cells.iloc[at + 1 :, known].set_axis([heading[place] for place in known], axis=1)
    rows.index = pd.RangeIndex(at + _FIRST_ROW, at + _FIRST_ROW + len(rows))
    filled = rows.map(lambda cell: not pd.isna(cell) and str(cell).strip() != "")
    return rows[filled.any(axis=1).to_numpy()]


def refusal_table(refused: Sequence[Mapping[Any, Any]], words: Speech) -> tuple[list[str], list[list[str]]]:
    """Headings and lines of what was refused of a sheet: row, column, what was given, why, and what is allowed."""
    headers = [words.text(f"cli.{name}") for name in ("row", "column", "given", "why")]
    lines = []
    for one in refused:
        column = _title(str(one["column"]), words)
        facts = {name: one[name] for name in ("row", "given", "allowed")}
        if one["code"] == OutcomeRejection.OTHER_KIND.value:
            facts["allowed"] = words.text(OutcomeKind(one["allowed"]))
        why = words.text(f"outcome_rejection.{one['code']}", column=column, **facts)
        lines.append([words.fact(one["row"]), column, str(one["given"] or ""), why])
    return headers, lines


def _title(name: str, words: Speech) -> str:
    return words.text(f"outcome_column.{name}")


def _notes(words: Speech) -> Notes:
    return Notes(words.text("cli.notes"), [(words.text("cli.outcomes"), words.text("cli.outcome_sheet_note"))])


def _written(day: date, precision: str) -> str:
    """A day as exactly as it is known; a month or a year in the calendar whose first day it begins with.

    Examples
    --------
    >>> _written(date(2025, 7, 23), "month"), _written(date(2025, 7, 1), "month"), _written(date(2025, 7, 2), "day")
    ('1404/05', '2025/07', '2025-07-02')
    """
    if precision == Precision.DAY:
        return day.isoformat()
    gregorian = (day.year, day.month, day.day)
    begins = gregorian[2] == 1 if precision == Precision.MONTH else gregorian[1:] == (1, 1)
    year, month, _ = gregorian if begins else to_jalali(day)
    return f"{year}" if precision == Precision.YEAR else f"{year}/{month:02d}"
