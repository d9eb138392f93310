"""The rejects workbook: refused cells with what is allowed, what to do, and a place for the right value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.codes import Code
from engine.domain.unit import FIELDS, Barrier, DealForm, Field, Kind, Status
from engine.files import replacing
from engine.parsing.rejection import NoteCode, RejectionCode
from serving.i18n import Speech
from serving.reports.cells import neutral
from serving.reports.workbook import sheet_titles

if TYPE_CHECKING:
    from engine.intake import Intake

STATE, LISTS, APPLIED = "ehya", "ehya_lists", "ehya_applied"
"""Hidden sheets: what was read and how; closed lists; corrections that an earlier workbook already held."""

FORM = 1
"""Which form of workbook this is."""

COLUMNS = ("sheet", "row", "column", "given", "why", "allowed", "to_do", "corrected")
HEADER_ROW = 2
_WIDTHS = (16, 8, 24, 24, 52, 36, 44, 28, 2)
CORRECTED, KEY = 8, 9
"""Columns H and I. The second is hidden and says which cell of the register a line is of: sheet, row and field as JSON,
which no spreadsheet takes for a formula."""


class Remedy(Code):
    """What a person should do about a refused cell."""

    NAME_THE_UNIT = "name_the_unit"
    MEND_THE_ROW = "mend_the_row"
    WRITE_A_NUMBER = "write_a_number"
    WRITE_A_WHOLE_NUMBER = "write_a_whole_number"
    WRITE_WITH_PERCENT = "write_with_percent"
    WRITE_WITHIN_RANGE = "write_within_range"
    WRITE_THE_MEASURE = "write_the_measure"
    WRITE_THE_MONEY_UNIT = "write_the_money_unit"
    WRITE_IN_RIAL = "write_in_rial"
    WRITE_A_DATE = "write_a_date"
    WRITE_AN_EARLIER_DATE = "write_an_earlier_date"
    CHOOSE_ONE = "choose_one"
    CHOOSE_SOME = "choose_some"
    CHECK_THE_ID = "check_the_id"
    WRITE_PROVINCE_AND_COUNTY = "write_province_and_county"
    WRITE_AN_ISIC_CODE = "write_an_isic_code"
    WRITE_DEBTS = "write_debts"
    WRITE_MACHINES = "write_machines"
    WRITE_THE_VALUE = "write_the_value"
    CHECK_THE_FIGURE = "check_the_figure"


REMEDIES: dict[RejectionCode | NoteCode, Remedy] = {
    RejectionCode.NO_IDENTITY: Remedy.NAME_THE_UNIT,
    RejectionCode.LONGER_THAN_HEADER: Remedy.MEND_THE_ROW,
    RejectionCode.NOT_A_NUMBER: Remedy.WRITE_A_NUMBER,
    RejectionCode.RANGE_OF_NUMBERS: Remedy.WRITE_A_NUMBER,
    RejectionCode.AMBIGUOUS_NUMBER: Remedy.WRITE_A_NUMBER,
    RejectionCode.AMBIGUOUS_SHARE: Remedy.WRITE_WITH_PERCENT,
    RejectionCode.NOT_WHOLE: Remedy.WRITE_A_WHOLE_NUMBER,
    RejectionCode.OUT_OF_RANGE: Remedy.WRITE_WITHIN_RANGE,
    RejectionCode.UNKNOWN_MEASURE: Remedy.WRITE_THE_MEASURE,
    RejectionCode.MONEY_WITHOUT_UNIT: Remedy.WRITE_THE_MONEY_UNIT,
    RejectionCode.AMBIGUOUS_MONEY: Remedy.WRITE_THE_MONEY_UNIT,
    RejectionCode.FOREIGN_CURRENCY: Remedy.WRITE_IN_RIAL,
    RejectionCode.NOT_A_DATE: Remedy.WRITE_A_DATE,
    RejectionCode.IMPOSSIBLE_DATE: Remedy.WRITE_A_DATE,
    RejectionCode.AMBIGUOUS_DATE: Remedy.WRITE_A_DATE,
    RejectionCode.FUTURE_DATE: Remedy.WRITE_AN_EARLIER_DATE,
    RejectionCode.NOT_A_FLAG: Remedy.CHOOSE_ONE,
    RejectionCode.UNKNOWN_STATUS: Remedy.CHOOSE_ONE,
    RejectionCode.EVENT_NOT_STATUS: Remedy.CHOOSE_ONE,
    RejectionCode.UNKNOWN_PROVINCE: Remedy.CHOOSE_ONE,
    RejectionCode.UNKNOWN_COUNTY: Remedy.CHOOSE_ONE,
    RejectionCode.UNKNOWN_CAUSE: Remedy.CHOOSE_SOME,
    RejectionCode.UNKNOWN_DEAL_FORM: Remedy.CHOOSE_SOME,
    RejectionCode.NOT_DIGITS: Remedy.CHECK_THE_ID,
    RejectionCode.WRONG_LENGTH: Remedy.CHECK_THE_ID,
    RejectionCode.WRONG_CHECK_DIGIT: Remedy.CHECK_THE_ID,
    RejectionCode.PERSON_ID: Remedy.CHECK_THE_ID,
    RejectionCode.AMBIGUOUS_COUNTY: Remedy.WRITE_PROVINCE_AND_COUNTY,
    RejectionCode.COUNTY_OUTSIDE_PROVINCE: Remedy.CHOOSE_ONE,
    RejectionCode.UNKNOWN_ISIC: Remedy.WRITE_AN_ISIC_CODE,
    RejectionCode.NO_CREDITOR: Remedy.WRITE_DEBTS,
    RejectionCode.DEBT_WITHOUT_AMOUNT: Remedy.WRITE_DEBTS,
    RejectionCode.NO_MACHINE: Remedy.WRITE_MACHINES,
    RejectionCode.OF_A_PERSON: Remedy.WRITE_DEBTS,
    NoteCode.IMPLAUSIBLE: Remedy.CHECK_THE_FIGURE,
}
"""Codes that are not here ask for the value itself."""


@dataclass(frozen=True, slots=True)
class RejectSource:
    """The file that the rejects are of, and how it was read.

    Parameters
    ----------
    path
        Where it stands: relative to the workbook's folder where that can be said, else absolute.
    sha256
        Digest of its bytes.
    options
        The arguments of the reading, as JSON knows them.
    applied
        Corrections that this reading already had, columns of `engine.intake.corrections`.
    """

    path: str
    sha256: str
    options: Mapping[str, Any]
    applied: pd.DataFrame = field(default_factory=pd.DataFrame)


def write_rejects(path: Path, intake: Intake, origin: RejectSource, speech: Speech, say: Any) -> int:
    """Write the refused cells of an intake, and those taken that can hardly be true; returns how many.

    Parameters
    ----------
    path
        Where to, .xlsx.
    intake
        What was read; a refused row stands with the column that names its units.
    origin
        The file and how it was read.
    speech
        Language of the workbook and of its closed lists.
    say
        Turns the key of a code and its facts into a sentence.
    """
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet_titles([speech.text("rejects.title")])[0]
    lines = list(_lines(intake, speech, say))
    _fill(page, lines, path.name, speech)
    _fill_lists(book, page, [json.loads(line[-1])[-1] for line in lines], speech)
    _fill_state(book, origin, page.title)
    with replacing(path) as beside:
        book.save(beside)
    return len(lines)


def closed_list(name: str, speech: Speech) -> list[str]:
    """Words that a field takes, in the reader's language; empty where it has no closed list.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> closed_list("bank_owned", speech("en")), closed_list("jobs_now", speech("en"))
    (['yes', 'no'], [])
    """
    families: dict[str, Sequence[Code]] = {
        Field.STATUS: [one for one in Status if one is not Status.UNKNOWN],
        Field.STOP_CAUSES: [one for one in Barrier if one is not Barrier.UNKNOWN],
        Field.DEAL_FORMS: list(DealForm),
    }
    if name in families:
        return [speech.text(code) for code in families[name]]
    if FIELDS[Field(name)].kind is Kind.FLAG:
        return [speech.text("flag.yes"), speech.text("flag.no")]
    if name in (Field.PROVINCE, Field.COUNTY):
        return _places(name, speech)
    return []


def _places(name: str, speech: Speech) -> list[str]:
    """Provinces; counties with their province, since some names stand twice."""
    from engine.reference.tables import table

    if name == Field.PROVINCE:
        return sorted(speech.place(province) for province in table("provinces")["province"])
    counties = table("counties")
    pairs = zip(counties["province"], counties["county"], strict=True)
    return sorted(f"{speech.place(province)} / {speech.place(county)}" for province, county in pairs)


def _lines(intake: Intake, speech: Speech, say: Any) -> Iterator[list[Any]]:
    """Lines of the workbook, sheets in the file's order, rows ascending; the last value is the key."""
    names = intake.columns[intake.columns["field"].isin(["name", "national_id", "business_id"])]
    naming = names.drop_duplicates("sheet").set_index("sheet")[["column", "field"]]
    rows = intake.rejected_rows.join(naming, on="sheet").assign(given=None)
    odd = intake.notes[intake.notes["code"] == NoteCode.IMPLAUSIBLE]  # taken, but somebody should look
    refused = pd.concat([rows, intake.rejected_cells, odd], ignore_index=True)
    order = {sheet: at for at, sheet in enumerate(intake.sheets)}
    refused = refused.assign(at=refused["sheet"].map(order)).sort_values(["at", "row"], kind="stable")
    for one in refused.to_dict("records"):
        facts = {"given": one["given"], "column": one["column"], "row": int(one["row"]), "field": Field(one["field"])}
        why = say(one["code"].key, facts | dict(one["facts"]))
        allowed = allowed_said(one["code"], one["facts"], speech)
        remedy = speech.text(REMEDIES.get(one["code"], Remedy.WRITE_THE_VALUE))
        key = json.dumps([one["sheet"], int(one["row"]), one["field"]], ensure_ascii=False)
        yield [one["sheet"], int(one["row"]), one["column"], one["given"], why, allowed, remedy, None, key]


def allowed_said(code: RejectionCode | NoteCode, facts: Mapping[str, Any], speech: Speech) -> str:
    """What a refused cell may hold, in words; empty where that is not to be listed."""
    if "nearest" in facts:
        said = [speech.place(name) for name in facts["nearest"]]
        return speech.text("rejects.nearest", nearest=said) if said else ""
    if "low" in facts:
        return speech.range_of(facts)
    if "latest" in facts:
        return speech.text("rejects.until", latest=facts["latest"])
    allowed = facts.get("allowed")
    if isinstance(allowed, int):
        return speech.text("rejects.digits", count=allowed)
    if isinstance(allowed, (list, tuple)):
        return speech.fact([speech.place(one) if code is RejectionCode.AMBIGUOUS_COUNTY else one for one in allowed])
    return ""


def _fill(page: Any, lines: list[list[Any]], file: str, speech: Speech) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    page.sheet_view.rightToLeft = speech.direction == "rtl"
    page.append([neutral(speech.text("rejects.intro", file=file))])
    page["A1"].font = Font(bold=True, color="9C2A00")
    page.append([speech.text(f"rejects.{name}") for name in COLUMNS])
    for cell in page[HEADER_ROW]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6EEE9")
    wrap, mark = Alignment(wrap_text=True, vertical="top"), PatternFill("solid", fgColor="FFF8DC")
    for line in lines:
        page.append([neutral(value) for value in line])
    for cells in page.iter_rows(min_row=HEADER_ROW + 1, max_col=CORRECTED):
        for cell in cells:
            cell.alignment = wrap
        cells[-1].fill, cells[-1].number_format = mark, "@"  # as text: Excel turns 1402/05/17 into nothing good
    for at, width in enumerate(_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.column_dimensions[get_column_letter(KEY)].hidden = True
    page.freeze_panes = page.cell(HEADER_ROW + 1, 1)
    page.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(KEY)}{max(page.max_row, HEADER_ROW)}"


def _fill_lists(book: Any, page: Any, fields: list[str], speech: Speech) -> None:
    """Closed lists on a hidden sheet, and a drop-down in each cell that takes one."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = book.create_sheet(LISTS)
    lists.sheet_state = "veryHidden"
    letter = get_column_letter(CORRECTED)
    at = 0
    for name in dict.fromkeys(fields):
        words = closed_list(name, speech)
        if not words:
            continue
        at += 1
        for row, word in enumerate(words, start=1):
            lists.cell(row, at, neutral(word))
        column = get_column_letter(at)
        choice = DataValidation("list", formula1=f"{LISTS}!${column}$1:${column}${len(words)}", allow_blank=True)
        choice.errorStyle, choice.showErrorMessage = "warning", True
        choice.errorTitle, choice.error = speech.text("rejects.not_listed"), speech.text("rejects.not_listed_hint")
        for first, last in _runs([row for row, field_name in enumerate(fields) if field_name == name]):
            choice.add(f"{letter}{first + HEADER_ROW + 1}:{letter}{last + HEADER_ROW + 1}")
        page.add_data_validation(choice)


def _runs(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of rows that follow one another."""
    table = pd.Series(rows, dtype="int64")
    for _, run in table.groupby((table.diff() != 1).cumsum()):
        yield int(run.iloc[0]), int(run.iloc[-1])


def _fill_state(book: Any, origin: RejectSource, title: str) -> None:
    state = book.create_sheet(STATE)
    state.sheet_state = "veryHidden"
    document = {"form": FORM, "path": origin.path, "sha256": origin.sha256, "title": title}
    document["options"] = dict(origin.options)
    state.append([json.dumps(document, ensure_ascii=False)])
    applied = book.create_sheet(APPLIED)
    applied.sheet_state = "veryHidden"
    for line in origin.applied.itertuples(index=False, name=None):
        applied.append([json.dumps([_plain(value) for value in line], ensure_ascii=False)])


def _plain(value: object) -> Any:
    """A corrected value as JSON has it; a day as ISO text, which reads the same."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
