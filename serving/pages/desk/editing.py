"""Pages on which fields of units are changed, and where two people met on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.unit import FIELDS, Field, Kind, Status
from engine.parsing.rejection import NoteCode, RejectionCode
from engine.store.sources import EDITS
from serving.desk.editing import FOR_MANY, Edited, Write, as_written
from serving.desk.listing import LISTS, MOST_ITEMS, ListEdit
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.imports import changes_said
from serving.pages.desk.listing import list_boxes, list_shown
from serving.pages.desk.words import name_of, unit_address
from serving.reports.refusals import refusal_said
from serving.reports.words import value_in_words

GROUPS: Mapping[str, tuple[Field, ...]] = {
    "names": (Field.NAME, Field.BUSINESS_ID, Field.NATIONAL_ID),
    "state": (Field.STATUS, Field.STOPPED_ON, Field.STOP_CAUSES, Field.ESTABLISHED_ON, Field.PRIOR_REVIVALS),
    "where": (Field.COUNTY, Field.ESTATE, Field.ISIC, Field.SECTOR_TEXT),
    "size": (
        Field.JOBS_BEFORE_STOP, Field.JOBS_NOW, Field.JOBS_PROMISED, Field.LAND_M2, Field.BUILDING_M2,
        Field.CAPACITY_TEXT, Field.CAPACITY_SHARE, Field.EXPORT_SHARE,
    ),
    "machines": (
        Field.MACHINERY_YEAR, Field.MACHINERY_TEXT, Field.POWER_KW, Field.GAS_M3_PER_HOUR, Field.WATER_L_PER_S,
    ),
    "money": (
        Field.CAPITAL_NEEDED_RIAL, Field.WORKING_CAPITAL_NEEDED_RIAL, Field.BANK_DEBT_RIAL, Field.TAX_DEBT_RIAL,
        Field.SOCIAL_SECURITY_DEBT_RIAL, Field.OTHER_DEBT_RIAL,
    ),
    "law": (Field.TITLE_DEED, Field.BANK_OWNED, Field.LITIGATION_COUNT, Field.DEAL_FORMS),
    "rest": (Field.NOTES,),
}  # fmt: skip
LISTS_OF: Mapping[str, Field] = {"machines": Field.EQUIPMENT, "money": Field.DEBTS}
"""The list that stands below a group of boxes."""


_HERE = (RejectionCode.FOREIGN_CURRENCY, NoteCode.PART_NOT_UNDERSTOOD)
"""Refusals whose text names an option of the terminal, or says what only a register's reader does."""


def edit_page(
    frame: Frame,
    row: pd.DataFrame,
    *,
    typed: Mapping[str, str] | None = None,
    rows: Mapping[Field, ListEdit] | None = None,
    done: Edited | None = None,
    problem: str = "",
) -> str:
    """Write the page on which one unit is changed.

    Parameters
    ----------
    frame
        What stands around it.
    row
        Its record, shape (1, columns).
    typed, rows
        What was written in boxes and in lists, and could not be kept.
    done
        Why not.
    problem
        What else is wrong.
    """
    words, unit = frame.speech, str(row.index[0])
    lists = {
        one: list_shown(one, as_written(row, unit, one.value), (rows or {}).get(one), done, words) for one in LISTS
    }
    named = {box for shown in lists.values() if shown is not None for box in list_boxes(shown)}
    refused = {one.field: _why(one, words) for one in (() if done is None else done.refused) if one.field not in named}
    met = {one.field: one for one in (() if done is None else done.met)}
    wrote = typed or {}
    groups = [
        (
            words.text(f"edit_group.{group}"),
            [_field(one, row, unit, wrote, refused, met, words) for one in fields],
            LISTS_OF.get(group),
        )
        for group, fields in GROUPS.items()
    ]
    named |= {field.value for fields in GROUPS.values() for field in fields}
    beside = [text for name, text in refused.items() if name not in named]
    year = row["price_year"].iloc[0]
    return page(
        "edit.html",
        frame,
        Place.UNITS,
        address=unit_address(unit),
        title=name_of(row["name"].iloc[0], words),
        groups=groups,
        lists=lists,
        most_items=MOST_ITEMS,
        met=[
            {"field": one.field, "name": words.text(f"field.{one.field}"), "by": one.by.removeprefix(EDITS)}
            for one in met.values()
        ],
        refused=done is not None and bool(done.refused),
        problem=problem or words.join(beside),
        price_year="" if pd.isna(year) else words.fact(int(year)),
    )


def edit_many_page(
    frame: Frame,
    table: pd.DataFrame,
    *,
    chosen: str = "",
    value: str = "",
    done: Edited | None = None,
    problem: str = "",
) -> str:
    """Write the page on which one field of several units is changed.

    Parameters
    ----------
    frame
        What stands around it.
    table
        Their records, shape (n, columns).
    chosen, value
        Field and value that were written.
    done
        Why they could not be kept, or what would change.
    problem
        What else is wrong.
    """
    words = frame.speech
    refused = () if done is None else done.refused
    cells = None if done is None or done.cells is None else done.cells
    changes = [] if cells is None else _changes(table, cells, words)
    if cells is not None and cells.empty:
        problem = words.text("desk.all_have_it", value=value)
    return page(
        "edit_many.html",
        frame,
        Place.UNITS,
        units=[(unit, name_of(name, words)) for unit, name in table["name"].items()],
        count=words.text("desk.units_marked", count=len(table)),
        fields=[(one.value, words.text(one)) for one in FOR_MANY],
        chosen=chosen,
        value=value,
        problem=problem,
        wrong=_why(refused[0], words) if refused else "",
        changes=changes,
        changed=words.text("desk.will_change", count=len(changes), total=len(table)),
        said=words.text(f"field.{chosen}") if changes else "",
        seen="" if done is None else done.digest,
        held=words.join(words.text(f"field.{one}") for one in done.held) if changes and done is not None else "",
    )


def _changes(table: pd.DataFrame, cells: pd.DataFrame, words: Speech) -> list[dict[str, Any]]:
    """What would change in each unit."""
    return [
        {
            "unit": str(unit),
            "name": name_of(table["name"].get(unit), words),
            "address": unit_address(unit),
            "changes": changes_said(part, words),
        }
        for unit, part in cells.groupby("unit_id", sort=False)
    ]


def _field(
    one: Field,
    row: pd.DataFrame,
    unit: str,
    wrote: Mapping[str, str],
    refused: Mapping[str, str],
    met: Mapping[str, Any],
    words: Speech,
) -> dict[str, Any]:
    kind, stands = FIELDS[one].kind, written(words)(row, unit, one.value)
    found = met.get(one.value)
    return {
        "code": one.value,
        "name": words.text(one),
        "value": wrote.get(one.value, stands),
        "seen": stands,
        "error": refused.get(one.value, ""),
        "met": "" if found is None else words.text("desk.met", was=found.was, now=found.now),
        "hint": _hint(one, words),
        "choices": _choices(one, words),
        "date": kind is Kind.DATE,
    }


def written(words: Speech) -> Write:
    """Writes fields of units in the words of a language, such that intake reads them back as they are.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> table = pd.DataFrame({"bank_debt_rial": [5e9], "county": ["Khoy"], "jobs_now": [7]}, index=["a"])
    >>> [written(speech("fa"))(table, "a", name) for name in table]
    ['۵٬۰۰۰٬۰۰۰٬۰۰۰ ریال', 'خوی', '۷']
    """

    def write(table: pd.DataFrame, unit_id: str, name: str) -> str:
        value: Any = table.loc[unit_id, name]
        field = Field(name)
        kind = FIELDS[field].kind
        if not known(value) or kind is Kind.FLAG or field in (Field.STATUS, Field.ISIC):
            return as_written(table, unit_id, name)
        if kind is Kind.MONEY:
            return words.text("money.rial", amount=words.number(value))
        if kind is Kind.DATE:
            if pd.Timestamp(value).strftime("%m%d") == "0101":  # may be a Gregorian year, which is no Jalali one
                return as_written(table, unit_id, name)
            return words.date(value, table.loc[unit_id, f"{name}_precision"])
        if kind is Kind.CODES:
            return value_in_words(field, value, None, words)
        if field in (Field.PROVINCE, Field.COUNTY):
            return words.place(value)
        if kind is Kind.YEAR:
            return words.year(value)
        if kind in (Kind.COUNT, Kind.NUMBER, Kind.SHARE):
            return words.digits(as_written(table, unit_id, name))
        return as_written(table, unit_id, name)

    return write


def _choices(one: Field, words: Speech) -> list[tuple[str, str]]:
    if one is Field.STATUS:
        return [(status.value, words.text(status)) for status in Status]
    if FIELDS[one].kind is Kind.FLAG:
        return [("yes", words.text("flag.yes")), ("no", words.text("flag.no"))]
    return []


def _hint(one: Field, words: Speech) -> str:
    spec = FIELDS[one]
    if spec.kind is Kind.MONEY:
        return words.text("edit_hint.money")
    if one in (Field.NAME, Field.COUNTY):
        return words.text(f"edit_hint.{one.value}")
    if spec.kind in (Kind.DATE, Kind.SHARE, Kind.CODES):
        return words.text(f"edit_hint.{spec.kind.value}")
    if spec.measure and spec.kind is not Kind.YEAR:
        return words.text(f"measure.{spec.measure}")
    return ""


def _why(one: Any, words: Speech) -> str:
    named = words.text(Field(one.field)) if one.field in set(Field) else one.field
    facts = {"given": one.given, "field": named, "column": named, **one.facts}
    try:
        if one.code in _HERE:
            said = words.text(f"desk_error.{one.code.value}", **facts)
        elif isinstance(one.code, Code):
            said = refusal_said(words, one.code.key, facts)
        else:
            said = words.text(one.code, **facts)
    except KeyError:
        said = words.text("style.error")
    return f"{said}" if one.given in said else f"«{one.given}»: {said}"
