"""Wishes of owners and banks in a spreadsheet: one row a unit and side, Persian or English headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from engine.domain.suggestion import alike
from engine.domain.unit_wishes import Side, UnitWishes
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.matching.sheets import blank, cell_number, cell_text, coded, first_sheet, header_row, items, unknown_header
from engine.matching.workbook import CAPITAL_WORDS, MONEY_WORDS, PARTNER_WORDS, WORDS
from engine.parsing.dates import DateRead, read_date
from engine.parsing.text import compact, fold

WISH_HEADERS: dict[str, tuple[str, ...]] = {
    "unit": ("واحد", "شناسه واحد", "نام واحد", "unit", "unit id"),
    "side": ("از سوی", "طرف", "side"),
    "deal_forms": ("شیوه‌های دلخواه", "شیوه‌های ورود", "deal forms"),
    "deal_forms_refused": ("شیوه‌های ممنوع", "deal forms refused"),
    "partners": ("نوع شریک", "شریک دلخواه", "partners"),
    "partners_refused": ("شریک ممنوع", "partners refused"),
    "capital_forms": ("آورده", "نوع آورده", "capital forms"),
    "asking_price": ("قیمت", "قیمت پیشنهادی", "asking price"),
    "price_year": ("سال قیمت", "price year"),
    "max_share": ("بیشترین سهم واگذاری", "max share"),
    "languages": ("زبان‌ها", "languages"),
    "source": ("منبع", "source"),
    "stated_on": ("تاریخ", "stated on"),
}
"""Key -> spellings of its header, the one that a form uses first."""

WISH_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "side": {Side.OWNER: ("مالک",), Side.BANK: ("بانک",)},
    "deal_forms": WORDS["deal_forms"],
    "partners": PARTNER_WORDS,
    "capital_forms": CAPITAL_WORDS,
}
_LISTS = ("deal_forms", "deal_forms_refused", "partners", "partners_refused", "capital_forms", "languages")
_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class StatedRow:
    """One row of a workbook.

    Parameters
    ----------
    number
        Its row.
    unit
        Id or name of the unit, as written.
    side, wishes
        Who wants what.
    source, stated_on
        As the row gives them; empty and ``None`` where it does not.
    """

    number: int
    unit: str
    side: Side
    wishes: UnitWishes
    source: str
    stated_on: date | None


def wishes_from_workbook(path: Path | str) -> tuple[list[StatedRow], list[EhyaError]]:
    """Read the first sheet of an .xlsx file: one row a unit and side.

    Parameters
    ----------
    path
        The file; lists stand in one cell, separated by commas, semicolons or lines; the header of the price names its
        unit, as in ``قیمت (میلیارد تومان)``. A row without a side is the owner's.

    Returns
    -------
    rows, refused
        Rows that state something readable, in order; of each other row the error, with its ``row``.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header`` where no row heads a column of units,
        ``wish_key_unknown`` for a header nobody knows.
    """
    rows = first_sheet(Path(path))
    top, keys = header_row(rows, _key, path, needed="unit")
    header = unknown_header(rows[top], keys)
    if header is not None:
        allowed = [names[0] for names in WISH_HEADERS.values()]
        near = alike(header, allowed)
        raise EhyaError(ErrorCode.WISH_KEY_UNKNOWN, given=header, nearest=near, allowed=allowed)
    found: list[StatedRow] = []
    refused: list[EhyaError] = []
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        stated = {key: cell for key, cell in zip(keys, cells, strict=False) if key is not None and not blank(cell)}
        if not stated:
            continue
        try:
            found.append(_row(stated, number))
        except EhyaError as error:
            refused.append(EhyaError(error.code, **error.facts | {"row": number}))
    return found, refused


def _key(header: str) -> str | None:
    text, unit = re.sub(r"[()]", " ", fold(header)), ""
    for name, words in MONEY_WORDS.items():
        word = next((fold(one) for one in words if fold(one) in text), None)
        if word:
            text, unit = text.replace(word, ""), name
            break
    for key, spellings in WISH_HEADERS.items():
        if compact(text) in {compact(key), *map(compact, spellings)}:
            return f"{key}_{unit or 'rial'}" if key == "asking_price" else key
    return None


def _row(stated: Mapping[str, Any], number: int) -> StatedRow:
    unit = stated.get("unit")
    if unit is None:
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="unit", given=None, allowed="unit_id")
    side = coded(str(stated.get("side", Side.OWNER)), WISH_WORDS["side"])
    if side not in list(Side):
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="side", given=side, allowed=[one.value for one in Side])
    beside = {"unit", "side", "source", "stated_on"}
    wishes = {key: _value(key, cell) for key, cell in stated.items() if key not in beside}
    on = _day(stated["stated_on"]) if "stated_on" in stated else None
    return StatedRow(
        number, cell_text(unit), Side(side), UnitWishes.read(wishes), str(stated.get("source", "")).strip(), on
    )


def _value(key: str, cell: Any) -> Any:
    if key in _LISTS:
        return [coded(part, WISH_WORDS.get(key.removesuffix("_refused"), {})) for part in items(cell)]
    return cell_number(cell)


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    found = read_date(cell, latest=None, day_0=_FIRST_DAY)
    if not isinstance(found, DateRead):
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="stated_on", given=str(cell), allowed="1405-06-01")
    return found.day


def write_wish_form(path: Path | str) -> None:
    """Write an empty form with Persian headers and one made-up row, as :func:`wishes_from_workbook` reads it.

    Parameters
    ----------
    path
        The .xlsx file to write.
    """
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.sheet_view.rightToLeft = True
    money = MONEY_WORDS["billion_toman"][0]
    sheet.append([names[0] + (f" ({money})" if key == "asking_price" else "") for key, names in WISH_HEADERS.items()])
    sheet.append([_EXAMPLE.get(key) for key in WISH_HEADERS])
    sheet.freeze_panes = "C2"
    with replacing(path) as beside:
        book.save(beside)


_EXAMPLE = {
    "unit": "نام واحد نمونه",
    "side": "مالک",
    "deal_forms": "اجاره، مشارکت",
    "partners": "بهره‌بردار",
    "asking_price": 20,
    "price_year": 1404,
    "max_share": 0.6,
    "source": "نامهٔ مالک",
}
