"""A register is read step by step: the file, what its columns mean, what was refused of it, and then it is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind
from engine.intake.claimed import second_columns
from engine.intake.glance import Glance
from engine.intake.header import Column
from engine.intake.meanings import NOTHING
from engine.parsing.money import MoneyUnit, read_money_unit
from engine.parsing.rejection import NoteCode, RejectionCode
from engine.reference.tables import table
from engine.store import Change
from serving.desk.mending import Cell, Proposed, proposals_state
from serving.desk.units import first_shown
from serving.desk.uploads import MONEY_UNITS, Upload, UploadReading
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.imports import changes_said, place_said, waiting_line
from serving.pages.desk.words import Pages, day_said, name_of, unit_address
from serving.reports.audited import actor_said
from serving.reports.refusals import refusal_said
from serving.reports.rejects import REMEDIES, Remedy, allowed_said, closed_list
from serving.reports.said import field_said
from serving.reports.words import odd_said

MOST_PROPOSED = 200
"""Values that are proposed at once; those beyond come when these are put in."""
ROWS = 20
"""Rows of refused cells on one page."""
MOST_COLUMNS = 300
MOST_WORDS = 60
_UNITS = 30
_ODD = 30
_NOTES = 20
_UNKNOWN_WORDS = (
    RejectionCode.UNKNOWN_STATUS,
    RejectionCode.UNKNOWN_CAUSE,
    RejectionCode.UNKNOWN_DEAL_FORM,
    RejectionCode.NOT_A_FLAG,
)
_ABOUT = ("sheet", "source", "province", "county", "estate", "money")
_NEVER_MENDED = (RejectionCode.LONGER_THAN_HEADER,)


def marked(name: str, key: object) -> tuple[str, str]:
    """Name of a form's field for something of a file, and what stands in the hidden field beside it.

    Headings and words of others are no names: what they are stands in a value, as plain JSON.

    Examples
    --------
    >>> marked("value", ["a", 2, "jobs_now"])
    ('value_22a6720d8f93', '["a", 2, "jobs_now"]')
    """
    text = json.dumps(key)
    return f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:12]}", text


def new_upload_page(
    frame: Frame, waiting: Sequence[Upload], given: Mapping[str, str], errors: Mapping[str, str], problem: str = ""
) -> str:
    """Write the first step: the file, and what it does not say of itself.

    Parameters
    ----------
    frame
        What stands around it.
    waiting
        Files with which nobody has gone on yet.
    given, errors
        What was typed, and what is wrong with it, by field.
    problem
        What is wrong with the file.
    """
    words = frame.speech
    return page(
        "upload_new.html",
        frame,
        Place.IMPORTS,
        step="file",
        given=given,
        errors=errors,
        problem=problem,
        waiting=[waiting_line(one, words) for one in waiting],
        provinces=_provinces(words),
        counties=sorted({words.place(county) for county in table("counties")["county"]}),
    )


def waiting_upload_page(frame: Frame, upload: Upload, step: str = "columns") -> str:
    """Write that a long file is being read, on the way to a step."""
    told = _upload(upload)
    onward = told["address"] + ("/check" if step == "check" else "")
    return page("upload_wait.html", frame, Place.IMPORTS, step=step, upload=told, onward=onward)


def failed_upload_page(frame: Frame, upload: Upload, problem: str) -> str:
    """Write that a file cannot be read, and what to do."""
    return page("upload_failed.html", frame, Place.IMPORTS, step="file", upload=_upload(upload), problem=problem)


def upload_columns_page(
    frame: Frame,
    upload: Upload,
    read: UploadReading | None,
    headings: Mapping[str, Any] | None = None,
    *,
    problem: str = "",
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> str:
    """Write the second step: what was read as which field.

    Parameters
    ----------
    frame
        What stands around it.
    upload, read
        The file, and what was read of it; ``None`` where no header was understood.
    headings
        Then the headings that were found: each with the nearest field.
    problem, errors
        What is wrong with the whole, and with single fields.
    given
        What was typed of how it is read, where that is wrong.
    """
    words = frame.speech
    glances = [] if read is None else read.glances
    partly = [] if read is None else list(read.intake.personal_in_cells)
    sheets = [_sheet(one, upload, read, words) for one in glances]
    if read is None:
        sheets = [_unread(headings or {}, upload)]
    options = {name: str(value) for name, value in upload.options.items() if value not in (None, True, False)}
    options["as_of"] = words.date(upload.options["as_of"]) if upload.options.get("as_of") else ""
    return page(
        "upload_columns.html",
        frame,
        Place.IMPORTS,
        step="columns",
        upload=_upload(upload),
        sheets=sheets,
        names=[] if read is None else [(name, name) for name in read.sheets],
        options={
            **dict.fromkeys(("sheet", "source", "province", "county", "estate", "money"), ""),
            **options,
            **(given or {}),
        },
        synthetic=bool(upload.options.get("synthetic")),
        fields=[(field.value, words.text(field)) for field in Field],
        words=_words(upload, read, words),
        money=[(unit, words.text(f"money_unit.{unit.replace(' ', '_')}")) for unit in MONEY_UNITS],
        provinces=_provinces(words),
        problem=problem,
        errors=errors or {},
        personal=[] if read is None else [one for one in read.intake.personal_not_stored if one not in partly],
        partly=partly,
        as_of="" if read is None else words.date(read.intake.as_of),
    )


def upload_check_page(frame: Frame, upload: Upload, read: UploadReading, start: int = 0) -> str:
    """Write the third step: what storing would do, and what was refused, to be mended in place.

    Parameters
    ----------
    frame
        What stands around it.
    upload, read
        The file, and what was read of it.
    start
        First row of refused cells.
    """
    words, intake, result = frame.speech, read.intake, read.rehearsed.result
    refused = _refused(read)
    places = list(dict.fromkeys((one["sheet"], one["row"]) for one in refused))
    start = first_shown(start, ROWS, len(places))
    chosen = places[start : start + ROWS]
    rows = [
        _row(place, [one for one in refused if (one["sheet"], one["row"]) == place], read, words) for place in chosen
    ]
    odd, odd_fields = _odd(read, words)
    named = {cell["field"] for row in rows for cell in row["cells"] if cell["name"]} | odd_fields
    units = result.cells["unit_id"].drop_duplicates()
    counts = {change.value: words.number(result.count(change)) for change in Change}
    counts |= {
        "rows_read": words.number(intake.rows_read),
        "rejected_cells": words.number(len(intake.rejected_cells)),
    }
    return page(
        "upload_check.html",
        frame,
        Place.IMPORTS,
        step="check",
        upload=_upload(upload),
        counts=counts,
        rejected_rows=len(intake.rejected_rows),
        nothing=not result.count(Change.NEW) and not result.count(Change.UPDATED),
        rows=rows,
        proposed=[_proposed(one, read, words) for one in read.proposed[:MOST_PROPOSED]],
        proposals=proposals_state(read.proposed[:MOST_PROPOSED]),
        proposed_more=words.number(len(read.proposed) - MOST_PROPOSED) if len(read.proposed) > MOST_PROPOSED else "",
        lists=[(field, closed_list(field, words)) for field in sorted(named) if closed_list(field, words)],
        pages=Pages.of(f"{_upload(upload)['address']}/check", {}, start, ROWS, len(places), words),
        odd=odd,
        odd_more=words.number(len(read.odd) - _ODD) if len(read.odd) > _ODD else "",
        notes=_notes(read, words),
        notes_count=words.number(len(intake.notes)),
        ignored=words.number(len(intake.ignored_rows)),
        sheet_notes=[
            (words.fact(code), words.join(list(part["column"].fillna(part["sheet"]))))
            for code, part in intake.sheet_notes.groupby("code", sort=False)
        ],
        duplicates=words.number(len(intake.duplicates)) if len(intake.duplicates) else "",
        changed=[_changed(str(unit), read, words) for unit in units.head(_UNITS)],
        changed_count=words.number(len(units)),
        changed_more=words.number(len(units) - _UNITS) if len(units) > _UNITS else "",
        fresh=_fresh(read, words),
        moved=[
            {"row": words.fact(int(one["row"])), "before": one["before"], "now": one["now"]}
            for one in read.rehearsed.moved
        ],
        corrections=[_correction(line, read, words) for line in upload.corrections],
        here=f"{_upload(upload)['address']}/check" + (f"?start={start}" if start else ""),
    )


def _proposed(one: Proposed, read: UploadReading, words: Speech) -> dict[str, str]:
    sheet, row, field = one.cell
    at = pd.Timestamp(one.mended.at) if one.mended.at else None
    return {
        "place": place_said(sheet, row, words, len(read.intake.sheets) > 1),
        "name": one.name,
        "column": one.mended.column,
        "field": field_said(field, words),
        "given": one.mended.given,
        "value": one.mended.value,
        "by": actor_said(one.mended.by, words),
        "on": "" if at is None else day_said(at.tz_convert(None).to_pydatetime(), words),
    }


def _upload(upload: Upload) -> dict[str, str]:
    address = f"/desk/imports/new/{upload.upload_id}"
    return {"name": upload.name, "source": upload.source, "address": address, "state": upload.state}


def _provinces(words: Speech) -> list[tuple[str, str]]:
    named = [(str(one), words.place(one)) for one in table("provinces")["province"]]
    return sorted(named, key=lambda pair: pair[1])


def _sheet(found: Glance, upload: Upload, read: UploadReading | None, words: Speech) -> dict[str, Any]:
    lines = (
        words.fact(found.first) if found.first == found.last else f"{words.fact(found.first)}–{words.fact(found.last)}"
    )
    columns = [_column(one, found, upload, read, words) for one in found.columns[:MOST_COLUMNS]]
    seconds = [
        words.text("upload.second_column", first=one.first.label, second=one.column.label, field=Field(one.field))
        for one in second_columns(found.columns)
        if one.decided
    ]
    more = len(found.columns) > MOST_COLUMNS
    return {"name": found.sheet, "header": lines, "columns": columns, "more": more, "seconds": seconds}


def _column(one: Column, found: Glance, upload: Upload, read: UploadReading | None, words: Speech) -> dict[str, Any]:
    name, key = marked("field", one.label)
    personal = one.field == "personal" or (read is not None and one.position not in found.rows.columns)
    texts = [] if personal else [text for text in found.rows[one.position].head(3) if text]
    stated = upload.columns.get(one.label, "")
    understood = one.field in FIELDS
    return {
        "label": one.label,
        "name": name,
        "key": key,
        "samples": texts,
        "personal": personal,
        "stated": stated,
        "understood": words.text(Field(str(one.field))) if understood and not one.stated else "",
        "sure": one.sure,
        "serial": one.field == "serial",
        "nearest": (one.nearest, words.text(Field(one.nearest))) if one.nearest in FIELDS else None,
        "measure": _measure(one, found, upload, words) if understood else "",
        "unit_missing": understood and one.position in found.money and _factor(one, found) is None,
    }


def _factor(one: Column, found: Glance) -> int | None:
    unit = found.money[one.position]
    return None if unit is None else unit.factor


def _measure(one: Column, found: Glance, upload: Upload, words: Speech) -> str:
    spec = FIELDS[Field(str(one.field))]
    if spec.kind is not Kind.MONEY:
        shown = spec.measure and spec.kind not in (Kind.YEAR, Kind.SHARE)
        return words.text(f"measure.{spec.measure}") if shown else ""
    unit = found.money.get(one.position)
    if unit is None and upload.options.get("money"):
        unit = read_money_unit(str(upload.options["money"]))
    return _unit_said(unit, words)


def _unit_said(unit: MoneyUnit | None, words: Speech) -> str:
    if unit is None or unit.factor is None:
        return ""
    name = next((name for name in MONEY_UNITS if read_money_unit(name) == unit), None)
    if name is not None:
        return words.text(f"money_unit.{name.replace(' ', '_')}")
    return words.text("upload.times_rial", count=unit.factor)


def _unread(headings: Mapping[str, Any], upload: Upload) -> dict[str, Any]:
    """The headings of a file in which no header was understood, to be named."""
    columns = []
    for label, nearest in headings.items():
        name, key = marked("field", label)
        columns.append(
            {"label": label, "name": name, "key": key, "samples": [], "personal": False, "understood": ""}
            | {"stated": upload.columns.get(label, ""), "serial": False, "measure": "", "unit_missing": False}
            | {"nearest": (nearest, nearest) if nearest in FIELDS else None}
        )
    return {"name": "", "header": "", "columns": columns, "more": False, "seconds": []}


def _words(upload: Upload, read: UploadReading | None, words: Speech) -> list[dict[str, Any]]:
    """Words of the register that are not understood, and those that somebody has explained."""
    found: dict[tuple[str, str], int] = {}
    if read is not None:
        cells = read.intake.rejected_cells
        strange = cells[cells["code"].isin(_UNKNOWN_WORDS)]
        for (field, given), part in strange.groupby(["field", "given"], sort=False):
            found[str(field), str(given)] = len(part)
    stated = {(field, word): meaning for field, told in upload.values.items() for word, meaning in told.items()}
    pairs = [*stated, *(pair for pair in found if pair not in stated)][:MOST_WORDS]
    lines = []
    for field, word in pairs:
        name, key = marked("meaning", [field, word])
        lines.append(
            {"field": field_said(field, words), "word": word, "name": name, "key": key}
            | {"stated": stated.get((field, word), ""), "choices": _meanings(field, words)}
            | {"count": words.number(found[field, word]) if (field, word) in found else ""}
        )
    return lines


def _meanings(field: str, words: Speech) -> list[tuple[str, str]]:
    from engine.domain.unit import Barrier, DealForm, Status

    families = {"status": Status, "stop_causes": Barrier, "deal_forms": DealForm}
    nothing = (NOTHING, words.text("upload.not_known"))
    if field in families:
        return [*((code.value, words.text(code)) for code in families[field]), nothing]
    if field in FIELDS and FIELDS[Field(field)].kind is Kind.FLAG:
        return [("yes", words.text("flag.yes")), ("no", words.text("flag.no")), nothing]
    return [nothing]


def _refused(read: UploadReading) -> list[dict[Any, Any]]:
    """Refused rows and cells, sheets in the file's order, rows ascending; a row with the column that names its unit."""
    intake = read.intake
    naming = intake.columns[intake.columns["field"].isin(["name", "national_id", "business_id"])]
    first = naming.drop_duplicates("sheet").set_index("sheet")[["column", "field"]]
    rows = intake.rejected_rows.join(first, on="sheet").assign(given=None)
    order = {sheet: at for at, sheet in enumerate(intake.sheets)}
    both = pd.concat([rows, intake.rejected_cells], ignore_index=True)
    both = both.assign(at=both["sheet"].map(order)).sort_values(["at", "row"], kind="stable")
    return both.to_dict("records")


def _row(place: tuple[str, int], refused: list[dict[Any, Any]], read: UploadReading, words: Speech) -> dict[str, Any]:
    """A row of the sheet as it stands, what was refused of it first."""
    sheet, row = place
    found = next((one for one in read.glances if one.sheet == sheet and row in one.rows.index), None)
    wrong = {one["column"] for one in refused if known(one["column"])}
    told: list[tuple[Column, str]] = []
    if found is not None:
        columns = {one.position: one for one in found.columns}
        told = [(columns[int(str(at))], str(text)) for at, text in found.rows.loc[row].items()]
    shown = [(one.label, text, one.label in wrong) for one, text in told]
    cells = [cell for cell in shown if cell[1] or cell[2]]
    return {
        "place": place_said(sheet, row, words, len(read.intake.sheets) > 1),
        "name": next((text for one, text in told if one.field == "name" and text), ""),
        "stands": sorted(cells, key=lambda cell: not cell[2]),
        "cells": [_cell(one, read.upload, words) for one in refused],
    }


def _cell(one: Mapping[Any, Any], upload: Upload, words: Speech) -> dict[str, Any]:
    """A refused cell: what was given, why, what is allowed, what to do, and where to write the right value."""
    facts = {"given": one["given"], "column": one["column"], "row": int(one["row"])} | dict(one["facts"])
    field = str(one["field"]) if known(one["field"]) else ""
    if field:
        facts["field"] = Field(field)
    mendable = bool(field) and one["code"] not in _NEVER_MENDED
    name, key = marked("value", [str(one["sheet"]), int(one["row"]), field])
    return {
        "column": str(one["column"]) if known(one["column"]) else "",
        "field": field,
        "given": str(one["given"]) if known(one["given"]) else "",
        "why": refusal_said(words, one["code"].key, facts),
        "allowed": allowed_said(one["code"], one["facts"], words),
        "remedy": words.text(REMEDIES.get(one["code"], Remedy.WRITE_THE_VALUE)),
        "name": name if mendable else "",
        "key": key,
        "value": _corrected(upload, (str(one["sheet"]), int(one["row"]), field)),
    }


def _corrected(upload: Upload, cell: Cell) -> str:
    return next((line[3] for line in upload.corrections if line[:3] == cell), "")


def _odd(read: UploadReading, words: Speech) -> tuple[list[dict[str, Any]], set[str]]:
    """Figures that can hardly be, with a place for the right value of each field that the sheet has."""
    held = set(zip(read.intake.columns["sheet"], read.intake.columns["field"], strict=True))
    names = read.intake.units["name"]
    lines, fields = [], set()
    for line in read.odd.head(_ODD).to_dict("records"):
        sheet, _, row = str(line["unit_id"]).rpartition("!")
        said, why = odd_said(line, words)
        places = []
        for field in str(line["fields"]).split(";"):
            if (sheet, field) in held:
                name, key = marked("value", [sheet, int(row), field])
                value = _corrected(read.upload, (sheet, int(row), field))
                places.append(
                    {"name": name, "key": key, "field": field, "said": field_said(field, words), "value": value}
                )
                fields.add(field)
        unit = name_of(names.get(line["unit_id"]), words)
        lines.append({"row": words.fact(int(row)), "unit": unit, "fields": said, "why": why, "places": places})
    return lines, fields


def _notes(read: UploadReading, words: Speech) -> list[dict[str, str]]:
    """Values that were taken with a remark; odd figures stand by themselves."""
    notes = read.intake.notes[read.intake.notes["code"] != NoteCode.IMPLAUSIBLE]
    said = []
    for one in notes.head(_NOTES).to_dict("records"):
        facts = {"given": one["given"], "column": one["column"], "row": int(one["row"]), "field": Field(one["field"])}
        why = refusal_said(words, one["code"].key, facts | dict(one["facts"]))
        said.append({"row": words.fact(int(one["row"])), "column": str(one["column"]), "why": why})
    return said


def _changed(unit_id: str, read: UploadReading, words: Speech) -> dict[str, Any]:
    cells = read.rehearsed.result.cells
    before = read.rehearsed.units_before
    name = before["name"].get(unit_id) if before is not None else None
    changes = changes_said(cells[cells["unit_id"] == unit_id], words)
    return {"address": unit_address(unit_id), "name": name_of(name, words), "id": unit_id, "changes": changes}


def _fresh(read: UploadReading, words: Speech) -> list[str]:
    rows = read.rehearsed.result.rows
    new = (rows["change"] == Change.NEW.value).to_numpy(dtype=bool)
    return [name_of(name, words) for name in read.intake.units.loc[new, "name"].head(_UNITS)]


def _correction(line: tuple[str, int, str, str], read: UploadReading, words: Speech) -> dict[str, Any]:
    sheet, row, field, value = line
    return {
        "key": json.dumps([sheet, row, field]),
        "place": words.fact(row),
        "field": field_said(field, words),
        "value": value,
        "lost": line[:3] in read.lost,
    }
