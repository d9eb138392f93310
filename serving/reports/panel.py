"""The form that experts fill in: pairs of units with their records side by side, in Persian with English beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.intake.sheets import open_sheets
from engine.parsing.text import fold, latin_digits
from engine.reference.tables import table
from engine.settings import LANGUAGES
from serving.i18n import Speech, speech
from serving.reports.cells import neutral, plain
from serving.reports.words import column_of, in_words

OUTPUTS = ("restart", "jobs")
ANSWERS = ("first_much", "first", "equal", "second", "second_much")
EXPERT_CELL = "B4"
EXPERT_ROW = 3  # of the cell, counted from 0
FORM = "ehya-panel-1"

_KEY = 5  # column of the hidden keys, behind what a person sees
_ALWAYS = (Field.NAME, Field.COUNTY, Field.ESTATE, Field.ISIC, Field.SECTOR_TEXT, Field.STATUS)


def write_panel_form(path: Path, panel: str, pairs: pd.DataFrame, units: pd.DataFrame, *, as_of: pd.Timestamp) -> Path:
    """Write the workbook for one expert; copies serve the others.

    Parameters
    ----------
    path
        Where to, .xlsx.
    panel
        Name of the panel.
    pairs
        ``number, first, second``.
    units
        Rows of the unit table, index ``unit_id``.
    as_of
        The day of the records.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending.
    """
    from openpyxl import Workbook

    if path.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=[".xlsx"])
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    guide = book.create_sheet(_both("panel.guide"))
    _fill_guide(guide, panel, len(pairs), as_of)
    _fill_pairs(book.create_sheet(_both("panel.pairs")), panel, pairs, records_said(units))
    with replacing(path) as beside:
        book.save(beside)
    return path


def read_panel_form(path: Path) -> pd.DataFrame:
    """Read a workbook that came back.

    Parameters
    ----------
    path
        Workbook of :func:`write_panel_form`, filled in.

    Returns
    -------
    pandas.DataFrame
        ``expert, panel, number, first, second, output, answer``, a row for each question; ``answer`` is missing where
        the cell was left blank.

    Raises
    ------
    EhyaError
        ``not_a_panel_file``, ``panel_answer_unreadable``, ``file_not_found``, ``file_unreadable``.
    """
    try:
        guide, pairs = (open_sheets(path, only=_both(key))[0].cells for key in ("panel.guide", "panel.pairs"))
        expert = str(plain(guide.iloc[EXPERT_ROW, 1]) or "") if guide.shape[1] > 1 else ""
        lines = [
            [latin_digits(expert).strip(), *key[1:], _read_answer(answer, key, path)]
            for key, answer in zip(map(_key, pairs[_KEY - 1]), pairs[1], strict=True)
            if key is not None
        ]
    except EhyaError as error:
        if error.code in (ErrorCode.FILE_NOT_FOUND, ErrorCode.FILE_PROTECTED, ErrorCode.PANEL_ANSWER_UNREADABLE):
            raise
        raise EhyaError(ErrorCode.NOT_A_PANEL_FILE, given=path.name) from error
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise EhyaError(ErrorCode.NOT_A_PANEL_FILE, given=path.name) from error
    if not lines:
        raise EhyaError(ErrorCode.NOT_A_PANEL_FILE, given=path.name)
    return pd.DataFrame(lines, columns=["expert", "panel", "number", "first", "second", "output", "answer"])


def _fill_guide(page: Any, panel: str, count: int, as_of: pd.Timestamp) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    page.sheet_view.rightToLeft = True
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 46, 90
    page.append([_both("panel.title")])
    page["A1"].font = Font(bold=True, size=14)
    page.append([_both("panel.panel"), panel])
    page.append([" · ".join(speech(one).text("page.as_of", date=as_of) for one in LANGUAGES)])
    page.append([_both("panel.expert"), None])
    cell, edge = page[EXPERT_CELL], Side(style="medium", color="0B5D5A")
    cell.fill, cell.border = PatternFill("solid", fgColor="FFF6DD"), Border(edge, edge, edge, edge)
    page.append([])
    for language in LANGUAGES:
        words = speech(language)
        for key in ("lead", "scale", "office", "no_names"):
            page.append([None, words.text(f"panel.{key}")])
        page.append([None, words.text("panel.chosen", count=count)])
    for row in page.iter_rows(min_row=1, max_row=page.max_row):
        for cell in row:
            latin = not any("\u0600" <= letter <= "\u06ff" for letter in str(cell.value or ""))
            side, order = ("left", 1) if latin else ("right", 2)
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=side, readingOrder=order)


def _fill_pairs(page: Any, panel: str, pairs: pd.DataFrame, records: Mapping[str, dict[Field, str]]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    page.sheet_view.rightToLeft = True
    for column, width in zip("ABCD", (44, 52, 52, 3), strict=True):
        page.column_dimensions[column].width = width
    page.column_dimensions["E"].hidden = True
    lists = {}
    for output in OUTPUTS:
        choices = ",".join(choice_said(output, answer) for answer in ANSWERS)
        lists[output] = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
        lists[output].error = _both("panel.choose")
        page.add_data_validation(lists[output])
    for number, first, second in pairs[["number", "first", "second"]].itertuples(index=False):
        _pair(page, number, records[first], records[second])
        for output in OUTPUTS:
            page.append([_both(f"panel.asked_{output}"), None])
            cell = page.cell(page.max_row, 2)
            lists[output].add(cell)
            key = [FORM, panel, int(number), first, second, output]
            page.cell(page.max_row, _KEY, json.dumps(key, ensure_ascii=False))
            _mark_question(page)
        page.append([])
        page.append([])
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _pair(page: Any, number: int, first: dict[Field, str], second: dict[Field, str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    titles = [" · ".join(speech(one).text("panel.pair", number=int(number)) for one in LANGUAGES)]
    page.append([*titles, _both("panel.first"), _both("panel.second")])
    for cell in page[page.max_row][:3]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="0B5D5A")
    for field in Field:
        if field in first or field in second:
            page.append([_title(field), *(neutral(record.get(field, "—")) for record in (first, second))])
            for cell in page[page.max_row][:3]:
                cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="right")
            page.cell(page.max_row, 1).font = Font(color="51606B")


def _mark_question(page: Any) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    edge = Side(style="medium", color="0B5D5A")
    page.cell(page.max_row, 1).font = Font(bold=True)
    cell = page.cell(page.max_row, 2)
    cell.fill, cell.border = PatternFill("solid", fgColor="FFF6DD"), Border(edge, edge, edge, edge)
    for each in (page.cell(page.max_row, 1), cell):
        each.alignment = Alignment(wrap_text=True, vertical="center", horizontal="right")


def choice_said(output: str, answer: str) -> str:
    """One choice of the lists, in both languages.

    Examples
    --------
    >>> choice_said("restart", "second")
    'ب محتمل‌تر · B likelier'
    """
    return _both(f"panel_answer_{output}.{answer}")


def _read_answer(cell: object, key: list[Any], path: Path) -> str | None:
    """Code of a choice: as the list has it, or either language alone."""
    said = plain(cell)
    if said is None or not str(said).strip():
        return None
    output = str(key[-1])
    known = {}
    for answer in ANSWERS:
        key_of = f"panel_answer_{output}.{answer}"
        parts = (choice_said(output, answer), *(speech(one).text(key_of) for one in LANGUAGES))
        known.update({fold(part): answer for part in parts})
    found = known.get(fold(str(said)))
    if found is None:
        allowed = [choice_said(output, answer) for answer in ANSWERS]
        raise EhyaError(
            ErrorCode.PANEL_ANSWER_UNREADABLE, given=str(said)[:80], allowed=allowed, pair=key[2], file=path.name
        )
    return found


def _key(cell: object) -> list[Any] | None:
    text = plain(cell)
    if text is None or not str(text).startswith("["):
        return None
    key = json.loads(str(text))
    if len(key) != 6 or key[0] != FORM or key[-1] not in OUTPUTS:
        raise ValueError("no key of a panel")
    return [key[0], str(key[1]), int(key[2]), str(key[3]), str(key[4]), str(key[5])]


def records_said(units: pd.DataFrame, languages: Sequence[str] = LANGUAGES) -> dict[str, dict[Field, str]]:
    """What the form shows of each unit: what it is, and every field that the model listens to, where it is known.

    Parameters
    ----------
    units
        Rows of the unit table, index ``unit_id``.
    languages
        In which it is said, one beside the other.
    """
    rows = table("effects")
    heard = {
        name for joined in rows.loc[~rows["output"].isin(["act", "none"]), "fields"] for name in str(joined).split(";")
    }
    shown = [field for field in Field if field in _ALWAYS or field.value in heard]
    both = [in_words(units[[field.value for field in shown]], speech(one)) for one in languages]
    found: dict[str, dict[Field, str]] = {str(unit): {} for unit in units.index}
    for field in shown:
        columns = [words[field.value].tolist() for words in both]
        for place, record in enumerate(found.values()):
            texts = [_value(field, column[place], speech(one)) for column, one in zip(columns, languages, strict=True)]
            if any(texts):
                record[field] = " · ".join(dict.fromkeys(texts))
    return found


def _value(field: Field, said: Any, words: Speech) -> str:
    if pd.isna(said) or said == "":
        return ""
    if isinstance(said, str):
        return said
    if FIELDS[field].measure == "rial":
        return words.money(said)
    return words.fact(said)


def _title(field: Field) -> str:
    """Name of a field with its unit of measure, in both languages."""
    return " · ".join(dict.fromkeys(column_of(field.value, speech(one)).title for one in LANGUAGES))


def _both(key: str) -> str:
    return " · ".join(dict.fromkeys(speech(language).text(key) for language in LANGUAGES))
