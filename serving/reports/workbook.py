"""Write tables for people: .xlsx with notes, .csv that Excel opens in Persian, .json for machines."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from engine.files import replacing
from serving.i18n import Speech
from serving.reports.cells import canonical_value, neutral, plain

NUMBER_FORMATS = {"count": "#,##0", "number": "#,##0.0", "share": "0.0%", "money": "#,##0", "score": "0.000"}
_WIDTHS = {"text": 24, "long": 44, "date": 13}
_NAME_WIDTH = 36


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of an export.

    Parameters
    ----------
    name
        Column of the frame.
    title
        Header, in the reader's language, with the unit of measure.
    kind
        ``text``, ``long``, ``date`` or a key of `NUMBER_FORMATS`.
    """

    name: str
    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class OutputSheet:
    """One table of an export.

    Parameters
    ----------
    title
        Name of the sheet.
    columns
        What is shown, in order; other columns of the frame stay out.
    rows
        Values in the reader's words: texts ready to read, numbers as numbers.
    remarks
        Lines above the header: what the reader must not miss (for example that the rows are synthetic).
    """

    title: str
    columns: Sequence[SheetColumn]
    rows: pd.DataFrame
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Notes:
    """The sheet that says where the figures come from: pairs of what and how much."""

    title: str
    lines: Sequence[tuple[str, Any]] = field(default_factory=tuple)


def write_xlsx(path: Path, sheets: Sequence[OutputSheet], notes: Notes, speech: Speech) -> Path:
    """Write a workbook: one sheet a table with a frozen header, the notes last.

    Parameters
    ----------
    path
        Where to; its folder is made.
    sheets
        Tables in order. Equal or overlong titles are made unique.
    notes
        Model version, data date, assumptions, legend, sources.
    speech
        Sets the direction of the sheets.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    titles = sheet_titles([*(sheet.title for sheet in sheets), notes.title])
    for sheet, title in zip(sheets, titles[:-1], strict=True):
        _fill(book.create_sheet(title), sheet, speech)
    _fill_notes(book.create_sheet(titles[-1]), notes, speech)
    with replacing(path) as beside:
        book.save(beside)
        beside.write_bytes(_without_clock(beside.read_bytes()))
    return path


def _without_clock(content: bytes) -> bytes:
    """A workbook of the same tables has the same bytes: openpyxl writes the moment into each entry and into one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in book.namelist():
            part = book.read(name)
            if name == _PROPERTIES:
                part = _MOMENTS.sub(b"", part)
            line = zipfile.ZipInfo(name)  # its time is 1980, that of no clock
            line.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(line, part)
    return packed.getvalue()


_PROPERTIES = "docProps/core.xml"
_MOMENTS = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>")


def write_csv(path: Path, sheet: OutputSheet) -> Path:
    """Write one table as CSV with a byte-order mark, so that Excel opens Persian as Persian."""
    with replacing(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(_headings(sheet))
        rows.writerows(_cells(sheet))
    return path


def write_json(path: Path, document: Any) -> Path:
    """Write canonical JSON: codes and numbers, ISO dates, ``null`` for what is not known.

    What stands in a list gets a line each and is written one by one: a report of a hundred thousand rows is never held
    twice.
    """
    with replacing(path) as beside, beside.open("w", encoding="utf-8") as file:
        file.writelines(_pieces(document))
    return path


def _pieces(document: Any) -> Iterator[str]:
    if not isinstance(document, Mapping):
        yield json_text(document) + "\n"
        return
    before = "{\n"
    for name, value in document.items():
        yield f"{before} {_compact(str(name))}: "
        before = ",\n"
        if isinstance(value, list) and value:
            for position, entry in enumerate(value):
                yield ("[\n  " if position == 0 else ",\n  ") + _compact(entry)
            yield "\n ]"
        else:
            yield _compact(value)
    yield "\n}\n" if document else "{}\n"


def _compact(value: Any) -> str:
    return json.dumps(canonical_value(value), ensure_ascii=False, allow_nan=False)


def json_text(document: Any) -> str:
    """Canonical JSON as a text.

    Examples
    --------
    >>> print(json_text({"name": "احیا", "jobs": float("nan")}))
    {
     "name": "احیا",
     "jobs": null
    }
    """
    return json.dumps(canonical_value(document), ensure_ascii=False, indent=1, allow_nan=False)


def sheet_titles(titles: Iterable[str]) -> list[str]:
    r"""Titles that Excel takes: no ``\ / * ? : [ ]``, at most 31 letters, no two equal.

    Examples
    --------
    >>> sheet_titles(["a/b", "a b", "", "'x'"])
    ['a b', 'a b (2)', '1', 'x']
    """
    given: list[str] = []
    for title in titles:
        plain_title = re.sub(r"[\\/*?:\[\]\x00-\x1f]", " ", title).strip("' ")[:31].strip("' ") or "1"
        name, count = plain_title, 1
        while name.casefold() in {other.casefold() for other in given}:
            count += 1
            suffix = f" ({count})"
            name = plain_title[: 31 - len(suffix)] + suffix
        given.append(name)
    return given


def _headings(sheet: OutputSheet) -> list[str]:
    """Titles of the columns, numbered where one stands twice: a further column may bear the name of a field."""
    given: list[str] = []
    for column in sheet.columns:
        title, count = column.title, 1
        while title in given:
            count += 1
            title = f"{column.title} ({count})"
        given.append(title)
    return [str(neutral(title)) for title in given]


def _cells(sheet: OutputSheet) -> Iterable[list[Any]]:
    columns = [sheet.rows[column.name].tolist() for column in sheet.columns]
    for row in zip(*columns, strict=True):
        yield [neutral(plain(value)) for value in row]


def _fill(page: Any, sheet: OutputSheet, speech: Speech) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page.sheet_view.rightToLeft = speech.direction == "rtl"
    for remark in sheet.remarks:
        page.append([neutral(remark)])
        page.cell(page.max_row, 1).font = Font(bold=True, color="9C2A00")
    header = len(sheet.remarks) + 1
    page.append(_headings(sheet))
    for cell in page[header]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6EEE9")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in _cells(sheet):
        page.append(row)
    for at, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(at)
        page.column_dimensions[letter].width = _NAME_WIDTH if column.name == "name" else _WIDTHS.get(column.kind, 14)
        _shape(page, column, at, header)
    _set_for_print(page, header)
    page.freeze_panes = page.cell(header + 1, 3 if len(sheet.columns) > 3 else 1)
    if sheet.columns:
        page.auto_filter.ref = f"A{header}:{get_column_letter(len(sheet.columns))}{max(page.max_row, header)}"


def _set_for_print(page: Any, header: int) -> None:
    """A4 across, the header on every sheet of paper."""
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.print_title_rows = f"{header}:{header}"
    page.page_margins.left = page.page_margins.right = 0.4


def _shape(page: Any, column: SheetColumn, at: int, header: int) -> None:
    from openpyxl.styles import Alignment

    number_format = NUMBER_FORMATS.get(column.kind)
    wrap, top = Alignment(wrap_text=True, vertical="top"), Alignment(vertical="top")
    for (cell,) in page.iter_rows(min_row=header + 1, min_col=at, max_col=at):
        if number_format:
            cell.number_format = number_format
        cell.alignment = wrap if column.kind in {"text", "long"} else top


def _fill_notes(page: Any, notes: Notes, speech: Speech) -> None:
    from openpyxl.styles import Alignment, Font

    page.sheet_view.rightToLeft = speech.direction == "rtl"
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 30, 100
    for name, value in notes.lines:
        page.append([neutral(name), neutral(plain(value))])
        page.cell(page.max_row, 1).font = Font(bold=True)
        page.cell(page.max_row, 2).alignment = Alignment(wrap_text=True, vertical="top")
