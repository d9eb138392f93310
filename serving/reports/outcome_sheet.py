"""Events as a sheet: written with headings and words of a language, read with those of either, or with the codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.intervention import InterventionCode
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
_ALSO = {
    "unit_id": ("واحد", "نام واحد", "شناسهٔ واحد", "شناسه", "کد واحد", "Unit", "Unit name", "Name of unit", "Id"),
    "kind": ("رویداد", "رخداد", "نتیجه", "نوع رویداد", "نوع نتیجه", "Event kind", "Kind", "Outcome", "What happened"),
    "happened_on": ("تاریخ", "تاریخ رویداد", "تاریخ نتیجه", "تاریخ وقوع", "Date"),
    "known_on": ("تاریخ آگاهی", "تاریخ اطلاع", "Known"),
    "capacity_share": ("سهم ظرفیت", "درصد ظرفیت", "ظرفیت در کار", "Capacity share"),
    "jobs": ("تعداد شاغل", "تعداد شاغلان", "شمار شاغل", "شاغلان", "اشتغال", "Jobs"),
    "act": ("اقدام", "اقدام انجام‌شده", "خدمت", "Act"),
    "rial": ("مبلغ سرمایه‌گذاری", "مبلغ به ریال", "Rial"),
    "source": ("مأخذ", "مرجع"),
}
"""Further headings, as people write them in sheets of their own."""
_ISO = 10  # signs of a day


@dataclass(frozen=True, eq=False, slots=True)
class OutcomeSheet:
    """A sheet of events as it was read.

    Parameters
    ----------
    rows
        Cells as they stand, columns named as in ``OUTCOME_COLUMNS``, index the sheet's row numbers.
    unread
        Headings of columns that are none of an event.
    """

    rows: pd.DataFrame
    unread: tuple[str, ...] = ()


def kind_words() -> dict[str, str]:
    """What every language calls the kinds of events -> kind."""
    return {speech(language).text(kind): kind.value for language in LANGUAGES for kind in OutcomeKind}


def act_words() -> dict[str, str]:
    """What every language calls the acts -> act."""
    return {speech(language).text(act): act.value for language in LANGUAGES for act in InterventionCode}


def write_outcome_sheet(path: Path, events: pd.DataFrame, words: Speech) -> Path:
    """Write events so that `read_outcome_sheet` reads them back, in words and days of a language.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than .xlsx or .csv.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    rows = pd.DataFrame({name: events[name] for name in _COLUMNS}).reset_index(drop=True)
    rows["happened_on"] = [
        _written(day.date(), precision, words)
        for day, precision in zip(events["happened_on"], events["happened_precision"], strict=True)
    ]
    rows["known_on"] = [words.date(day) for day in events["known_on"]]
    for name, family in (("kind", OutcomeKind), ("act", InterventionCode)):
        said = {one.value: words.text(one) for one in family}
        rows[name] = rows[name].map(said)
    sheet = OutputSheet(
        words.text("cli.outcomes"), [SheetColumn(name, _title(name, words), "text") for name in _COLUMNS], rows
    )
    return write_csv(path, sheet) if path.suffix == ".csv" else write_xlsx(path, [sheet], _notes(words), words)


def read_outcome_sheet(path: Path) -> OutcomeSheet:
    """Cells of a sheet of events as they stand, whatever language its headings are of.

    Of two columns that mean the same the left one is read, and the other where that one is empty; ids go before names.

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
    names = _headings()
    headings = [[names.get(_plain(cell)) for cell in row] for row in cells.to_numpy()]
    at = next((place for place, row in enumerate(headings) if {"unit_id", "kind"} <= {*row}), 0)
    heading = headings[at] if headings else []
    below = cells.iloc[at + 1 :]
    below = below.mask(below.map(lambda cell: pd.isna(cell) or not str(cell).strip()))
    columns: dict[str, pd.Series] = {}
    # A name may be several units' or another's: where a column of ids stands beside one of names, ids are read first.
    ids = {place for place, cell in enumerate(cells.iloc[at] if len(cells) else ()) if _plain(cell) in _IDS}
    for place, name in sorted(enumerate(heading), key=lambda one: one[0] not in ids):
        if name is not None:
            column = below.iloc[:, place]
            columns[name] = columns[name].where(columns[name].notna(), column) if name in columns else column
    titles = [] if cells.empty else [str(cell).strip() for cell in cells.iloc[at] if not pd.isna(cell)]
    unread = tuple(title for title in titles if title and _plain(title) not in names)
    rows = pd.DataFrame(columns, index=below.index)
    rows.index = pd.RangeIndex(at + _FIRST_ROW, at + _FIRST_ROW + len(rows))
    return OutcomeSheet(rows[rows.notna().any(axis=1).to_numpy(dtype=bool)], unread)


def _headings() -> dict[str, str]:
    """Every heading by which a column is known -> the column."""
    names = {_plain(also): name for name, others in _ALSO.items() for also in others}
    names |= {_plain(_title(name, speech(language))): name for language in LANGUAGES for name in _COLUMNS}
    return names | {_plain(name): name for name in _COLUMNS}


def _plain(heading: object) -> str:
    """A heading however its words are joined: written apart, with a half space, or as one."""
    return "".join(fold(str(heading)).replace("_", " ").split())


_IDS = frozenset(_plain(one) for one in ("unit_id", "Unit id", "Id", "شناسهٔ واحد", "شناسه", "کد واحد"))


def refusal_table(refused: Sequence[Mapping[Any, Any]], words: Speech) -> tuple[list[str], list[list[str]]]:
    """Headings and lines of what was refused of a sheet: row, column, what was given, why, and what is allowed."""
    headers = [words.text(f"cli.{name}") for name in ("row", "column", "given", "why")]
    lines = []
    for one in refused:
        column = _title(str(one["column"]), words)
        facts = {"row": one["row"]} | {name: _said(one, name, words) for name in ("given", "allowed")}
        why = words.text(f"outcome_rejection.{one['code']}", column=column, **facts)
        lines.append([words.fact(one["row"]), column, str(one["given"] or ""), why])
    return headers, lines


def _said(one: Mapping[Any, Any], name: str, words: Speech) -> Any:
    """A fact of a refusal in the reader's words: kinds and acts by name, days of the reader's calendar."""
    code, fact = one["code"], one[name]
    families = {
        OutcomeRejection.OTHER_KIND.value: OutcomeKind,
        OutcomeRejection.UNKNOWN_KIND.value: OutcomeKind,
        OutcomeRejection.UNKNOWN_ACT.value: InterventionCode,
    }
    if name == "allowed" and code in families:
        return words.join([words.text(families[code](choice)) for choice in str(fact).split("; ")])
    dated = (OutcomeRejection.KNOWN_TOO_EARLY, OutcomeRejection.BEFORE_ESTABLISHED, OutcomeRejection.BEFORE_STOP)
    if code in [each.value for each in dated]:
        try:
            return words.date(pd.Timestamp(date.fromisoformat(str(fact)[:_ISO])))
        except ValueError:
            return fact
    return fact


def _title(name: str, words: Speech) -> str:
    return words.text(f"outcome_column.{name}")


def _notes(words: Speech) -> Notes:
    return Notes(words.text("cli.notes"), [(words.text("cli.outcomes"), words.text("cli.outcome_sheet_note"))])


def _written(day: date, precision: str, words: Speech) -> str:
    """A day as exactly as it is known; a month or a year in the calendar whose first day it begins with.

    Examples
    --------
    >>> english = speech("en")
    >>> _written(date(2025, 7, 23), "month", english), _written(date(2025, 7, 1), "month", english)
    ('1404/05', '2025/07')
    >>> _written(date(2025, 7, 23), "day", speech("fa"))
    '۱۴۰۴/۰۵/۰۱'
    """
    if precision == Precision.DAY:
        return words.date(day)
    gregorian = (day.year, day.month, day.day)
    begins = gregorian[2] == 1 if precision == Precision.MONTH else gregorian[1:] == (1, 1)
    year, month, _ = gregorian if begins else to_jalali(day)
    return words.digits(f"{year}" if precision == Precision.YEAR else f"{year}/{month:02d}")
