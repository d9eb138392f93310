"""The ranked list as a workbook, CSV or JSON, for the planner: it may hold fields that no investor sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.extras import EXTRAS, ExtraKind, extra_value
from engine.domain.items import item_objects
from engine.domain.prediction import figure_columns
from engine.domain.unit import FIELDS, PARTS, Field, Kind, idle_months
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from serving.desk.ranking import EXPLAINED, Behind
from serving.i18n import Speech
from serving.reports.legend import legend, model_lines, origin_remarks
from serving.reports.model_card import card_lines
from serving.reports.reasons import (
    asked_document,
    questions_sheet,
    reasons_sheet,
    register_questions_sheet,
    weighing_document,
    weighing_lines,
    why_documents,
)
from serving.reports.words import column_of, in_words
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx

ENDINGS = (".xlsx", ".csv", ".json", ".html")

_FIRST = ("rank", "unit_id", "name", "origin", "triage", "triage_reasons")
_WHERE = ("province", "county", "estate", "isic", "sector_text", "status", "idle_now", "stop_causes")
_MARKS = ("prior_driven", "out_of_fold", "capital_assumed")
_AFTER = (
    "capital_needed_rial",
    "money_comparable",
    "money_basis",
    "completeness",
    "red_flags",
    "missing",
    "not_scorable",
    "score",
    "score_low",
    "score_high",
    "rank_low",
    "rank_high",
    "stability",
    "top_share",
)
_WORTH = (
    "expected_net_jobs",
    "expected_weighted_jobs",
    "net_jobs_low",
    "net_jobs_median",
    "net_jobs_high",
    "npv_rial_low",
    "npv_rial_median",
    "npv_rial_high",
    "npv_positive",
    "dscr_enough",
    "capital_rial_median",
    "public_rial_median",
    "economics_gaps",
)
"""Columns of what units are worth; they stand only where it was asked for."""
_RECORD = ("source", "as_of", "confidence", "price_year", "derived", "model_version", "model_data_until")
_SHOWN_BEFORE = {*_FIRST, *_WHERE, *_AFTER, "notes", "idle_months", "stopped_on"}


def ranking_columns(appraisal: pd.DataFrame) -> list[str]:
    """Columns of the planner's export, in order; only such as the table has."""
    parts = [str(name) for name in appraisal.columns if str(name).startswith("part_")]
    rest = [field.value for field in Field if field.value not in _SHOWN_BEFORE]
    order = [*_FIRST, *_WHERE, *figure_columns(), *_MARKS, *_AFTER, *_WORTH, *parts, *rest, *_RECORD]
    return [name for name in order if name in {"unit_id", "idle_now"} or name in appraisal.columns]


def ranking_sheet(appraisal: pd.DataFrame, speech: Speech, as_of: pd.Timestamp) -> OutputSheet:
    """The ranked list in words.

    Parameters
    ----------
    appraisal
        Appraisal table in the order in which it is shown, shape (n, columns).
    speech
        Language.
    as_of
        The day of the judgement; idle months are counted to it.
    """
    names = ranking_columns(appraisal)
    frame = appraisal.reset_index().assign(idle_now=idle_months(appraisal, as_of).to_numpy())[names]
    return OutputSheet(
        speech.text("cli.ranking"),
        [column_of(name, speech) for name in names],
        in_words(frame, speech),
        remarks=origin_remarks(appraisal, speech),
    )


def ranking_notes(appraisal: pd.DataFrame, speech: Speech, assumptions: Sequence[tuple[str, Any]]) -> Notes:
    """Where the figures come from: assumptions of the question, model, data dates, sources, legend."""
    lines = [*assumptions, *model_lines(appraisal, speech)]
    lines += [(speech.text("field.origin"), remark) for remark in origin_remarks(appraisal, speech)]
    lines += [(speech.text("cli.legend"), line) for line in legend(appraisal, speech)]
    sources = appraisal["source"].dropna().value_counts().head(200)
    lines += [(speech.text("field.source"), f"{source} ({speech.number(count)})") for source, count in sources.items()]
    return Notes(speech.text("cli.notes"), lines)


def further_columns(appraisal: pd.DataFrame, extras: pd.DataFrame, speech: Speech) -> OutputSheet:
    """Columns of the registers that no field knows, one column a heading, units in the order of the list."""
    own = extras[extras["unit_id"].isin(appraisal.index)]
    said = own.assign(value=[extra_cell(kind, value, speech) for kind, value in own[["kind", "value"]].to_numpy()])
    wide = said.set_index(["unit_id", "header"])["value"].unstack("header")  # noqa: PD010 - values are of many types
    listed = appraisal.index[appraisal.index.isin(wide.index)]
    columns = [SheetColumn(f"{EXTRAS}:{header}", str(header), "long") for header in wide.columns]
    rows = wide.reindex(listed).set_axis([column.name for column in columns], axis=1)
    rows = rows.assign(unit_id=rows.index, name=appraisal.loc[listed, "name"].to_numpy()).reset_index(drop=True)
    return OutputSheet(
        speech.text("extras.sheet"), [*(column_of(name, speech) for name in ("unit_id", "name")), *columns], rows
    )


def extra_cell(kind: str, value: str, speech: Speech) -> Any:
    """A value of such a column as a cell: numbers and money (whole rial) stay numbers, dates go by the calendar.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> extra_cell("number", "2", speech("fa")), extra_cell("date", "2024-03-20", speech("fa"))
    (2, '۱۴۰۳/۰۱/۰۱')
    """
    if kind in (ExtraKind.DATE, ExtraKind.MONTH):
        return speech.date(value, "month" if kind == ExtraKind.MONTH else "day")
    typed = extra_value(kind, value)
    return speech.fact(typed) if isinstance(typed, bool) else typed


def _beside(sheet: OutputSheet, further: OutputSheet) -> OutputSheet:
    """The list with the further columns behind its own."""
    columns = further.columns[2:]
    wide = further.rows.set_index("unit_id")[[column.name for column in columns]]
    return replace(sheet, columns=[*sheet.columns, *columns], rows=sheet.rows.join(wide, on="unit_id"))


def ranking_document(
    appraisal: pd.DataFrame,
    assumptions: dict[str, Any],
    extras: pd.DataFrame | None = None,
    *,
    weighing: pd.DataFrame | None = None,
    behind: Behind | None = None,
) -> dict[str, Any]:
    """The ranked list as canonical JSON: codes, numbers, ISO dates; lists as lists; ``extras`` beside each unit.

    Parameters
    ----------
    appraisal
        Appraisal table in the order in which it is shown.
    assumptions
        The choices under which it was made.
    extras
        ``unit_id, header, kind, value`` of columns that no field knows: a list beside each unit.
    weighing
        What each part of the score weighs and decides.
    behind
        The same with parts of the figures beside each unit that it explains, and what to ask of the register.
    """
    units = records(appraisal)
    if extras is not None:
        told: dict[str, list[dict[str, Any]]] = {}
        for unit_id, header, kind, value in extras[["unit_id", "header", "kind", "value"]].to_numpy():
            told.setdefault(unit_id, []).append({"header": header, "kind": kind, "value": extra_value(kind, value)})
        units = [unit | {"extras": told.get(unit["unit_id"], [])} for unit in units]
    weighed = weighing if behind is None else behind.weighing
    document: dict[str, Any] = {"asked": assumptions}
    if weighed is not None:
        document["weighing"] = weighing_document(weighed)
    if behind is not None:
        document["ask"] = asked_document(behind.asked)
        reasons = why_documents(behind.why)
        units = [unit | reasons.get(unit["unit_id"], {}) for unit in units]
    return document | {"units": units}


def records(appraisal: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of canonical values; columns of codes become lists."""
    lists = {field.value for field, spec in FIELDS.items() if spec.kind is Kind.CODES}
    lists |= {"triage_reasons", "red_flags", "missing", "not_scorable", "derived", "economics_gaps"}
    frame = appraisal.reset_index()
    for name in lists & set(frame.columns):
        frame[name] = frame[name].fillna("").map(lambda joined: [code for code in joined.split(";") if code])
    for field, parts in PARTS.items():
        if field in frame.columns:
            frame[field.value] = frame[field.value].astype(object).map(partial(item_objects, parts=parts))
    return frame.to_dict("records")  # type: ignore[return-value]


def write_ranking(
    path: Path,
    appraisal: pd.DataFrame,
    speech: Speech,
    *,
    as_of: pd.Timestamp,
    question_notes: Sequence[tuple[str, Any]] = (),
    title: str | None = None,
    card: Mapping[str, Any] | None = None,
    extras: pd.DataFrame | None = None,
    claims: Mapping[str, pd.DataFrame] | None = None,
    behind: Behind | None = None,
    **asked: Any,
) -> Path:
    """Write the ranked list in the form that the file's ending names.

    Parameters
    ----------
    path
        Where to: .xlsx, .csv, .json or .html.
    appraisal
        Appraisal table in the order in which it is shown.
    speech
        Language; JSON knows none.
    as_of
        The day of judgement.
    question_notes
        The other choices under which the units were judged, in words.
    title
        Heading of the page; "Ranking of units" where none is given.
    card
        ``engine.scoring.artefact.Model.card`` of the model that judged, for the page.
    extras
        ``unit_id, header, kind, value`` of columns that no field knows (`engine.store.units.Units.extras`): a sheet of
        the workbook, further columns of the CSV, a list beside each unit in JSON; the page leaves them out.
    claims
        ``conflicts`` and ``duplicates`` of the register, as `engine.health.health` takes them, for page and workbook.
    behind
        What stands behind the figures (`serving.desk.ranking.behind`): sheets of the workbook, sections of the page,
        members of the JSON; a CSV is the list alone.
    **asked
        The same choices as canonical values, for JSON.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the ending is none of `ENDINGS`.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    if path.suffix == ".json":
        return write_json(path, ranking_document(appraisal, {"as_of": as_of, **asked}, extras, behind=behind))
    further = None if extras is None or extras.empty else further_columns(appraisal, extras, speech)
    if path.suffix == ".csv":
        sheet = ranking_sheet(appraisal, speech, as_of)
        return write_csv(path, sheet if further is None else _beside(sheet, further))
    weighed = [] if behind is None else weighing_lines(behind.weighing, speech)
    notes = ranking_notes(appraisal, speech, [*question_notes, *weighed])
    if path.suffix == ".xlsx":
        sheets = [
            ranking_sheet(appraisal, speech, as_of),
            *([] if further is None else [further]),
            *_behind_sheets(appraisal, behind, speech),
            *_health_sheets(appraisal, speech, as_of, claims or {}),
        ]
        return write_xlsx(path, sheets, notes, speech)
    from serving.reports.page import report_html

    said = [f"{name}: {value}" for name, value in question_notes]
    page = report_html(
        appraisal,
        speech,
        title=title or speech.text("cli.ranking"),
        as_of=as_of,
        notes=said,
        model_card=card_lines(card, speech) if card else (),
        claims=claims,
        behind=behind,
    )
    return _write_page(path, page)


def _health_sheets(
    appraisal: pd.DataFrame, speech: Speech, as_of: pd.Timestamp, claims: Mapping[str, pd.DataFrame]
) -> list[OutputSheet]:
    """Of the listed units: completeness at a glance, by field, and what would open the most of them."""
    from engine.health import health
    from serving.reports.health import health_sheets

    if appraisal.empty:
        return []
    conflicts, duplicates = claims.get("conflicts"), claims.get("duplicates")
    return health_sheets(health(appraisal, as_of=as_of, conflicts=conflicts, duplicates=duplicates), speech)[:3]


def _behind_sheets(appraisal: pd.DataFrame, behind: Behind | None, speech: Speech) -> list[OutputSheet]:
    """Parts of the figures, what to ask of each unit, and of the register; what is empty is left out."""
    if behind is None:
        return []
    names, why = appraisal["name"], behind.why
    remarks = [speech.text("why.only_first", count=EXPLAINED)] if len(appraisal) > EXPLAINED else []
    sheets = [
        replace(reasons_sheet(why, names, speech), remarks=remarks),
        replace(questions_sheet(why, names, speech), remarks=remarks),
        register_questions_sheet(behind.asked, speech),
    ]
    return [sheet for sheet in sheets if len(sheet.rows)]


def _write_page(path: Path, page: str) -> Path:
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8")
    return path
