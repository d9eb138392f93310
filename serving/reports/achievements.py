"""The report of a period in words, as a document and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.programme.achievements import FUNNEL, ProgrammeFigure
from serving.desk.achievements import ProgrammeReport
from serving.i18n import Speech
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_json, write_xlsx

ENDINGS = (".xlsx", ".json")

_PERSONS = (ProgrammeFigure.DIRECT_JOBS, ProgrammeFigure.NET_JOBS)
_FIGURES = {"figure": "text", "value": "number", "note": "long", "meaning": "long"}
_FAMILIES = {"family": "text", "services": "count", "units": "count"}
_COUNTIES = {
    "county": "text", "revived": "count", "direct_jobs": "number", "net_jobs": "number", "unemployed": "count",
    "share_of_unemployed": "share", "counted": "count",
}  # fmt: skip
_MONEY = {"year": "text", "investments": "count", "rial": "money", "rial_common": "money"}
_FUNNELS = {"event": "text", "units": "count"} | {step.value: "count" for step in FUNNEL}
_FORECASTS = {
    "package": "text", "event": "text", "signed_on": "date", "units": "count", "revived_low": "number",
    "revived": "number", "revived_high": "number", "restarts": "count", "jobs_low": "number", "jobs": "number",
    "jobs_high": "number", "came": "number", "uncounted": "count",
}  # fmt: skip


def figure_value(name: str, value: float, words: Speech) -> str:
    """A figure with its measure, or that nobody recorded it."""
    figure = ProgrammeFigure(name)
    if pd.isna(value):
        return words.text("report.not_known")
    if figure is ProgrammeFigure.INVESTED_RIAL:
        return words.money(value)
    said = words.number(value, 1 if figure is ProgrammeFigure.NET_JOBS else 0)
    return f"{said} {words.text('measure.persons')}" if figure in _PERSONS else said


def not_known(name: str, unknown: float, words: Speech) -> str:
    """How many of those counted say nothing of a figure; empty where all do."""
    return words.text(f"report.unknown_{name}", count=words.number(unknown)) if unknown else ""


def period(report: ProgrammeReport, words: Speech) -> str:
    """From which day to which, and what was known by when."""
    request = report.request
    days = {name: words.date(getattr(request, name)) for name in ("start", "end", "known_by")}
    return words.text("report.period", **days)


def report_document(report: ProgrammeReport) -> dict[str, Any]:
    """All figures as codes and numbers; ``None`` where something is not known."""
    found, request = report.found, report.request
    return {
        "from": request.start,
        "to": request.end,
        "known_by": request.known_by,
        "synthetic": report.synthetic,
        "events": report.event_count,
        "figures": found.figures.to_dict("index"),
        "still_running": {str(months): line for months, line in found.still_running.to_dict("index").items()},
        "families": found.families.to_dict("index"),
        "counties": found.counties.reset_index().to_dict("records"),
        "money": found.money.assign(price_year=report.price_year).reset_index().to_dict("records"),
        "funnels": found.funnels.reset_index().to_dict("records"),
        "forecasts": report.forecasts.reset_index().to_dict("records"),
    }


def write_report(path: Path, report: ProgrammeReport, words: Speech) -> Path:
    """Write the report.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than those of ``ENDINGS``.
    """
    if path.suffix not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=path.name, allowed=list(ENDINGS))
    if path.suffix == ".json":
        return write_json(path, report_document(report))
    found, say = report.found, words.text
    figures = pd.DataFrame(
        {
            "figure": [say(f"programme_figure.{name}") for name in found.figures.index],
            "value": found.figures["value"].to_numpy(),
            "note": [not_known(str(name), line["unknown"], words) for name, line in found.figures.iterrows()],
            "meaning": [say(f"report.means_{name}") for name in found.figures.index],
        }
    )
    running, counties = found.still_running.reset_index(), found.counties.reset_index()
    counties = counties.assign(county=[county_said(line, words) for line in counties.to_dict("records")])
    families = found.families.reset_index()
    families = families.assign(family=[say(f"service_family.{name}") for name in families["family"]])
    sheets = [
        _sheet("figures", _FIGURES, figures, report, words),
        _sheet("still_running", dict.fromkeys(running.columns, "count"), running, report, words),
        _sheet("families", _FAMILIES, families, report, words),
        _sheet("counties", _COUNTIES, counties, report, words),
        _sheet("money", _MONEY, found.money.reset_index(), report, words),
        _sheet("funnels", _FUNNELS, found.funnels.reset_index(), report, words),
        _sheet("forecasts", _FORECASTS, report.forecasts.reset_index(), report, words),
    ]
    notes = [(say("report.title"), period(report, words)), (say("report.definitions"), say("report.legend"))]
    return write_xlsx(path, sheets, Notes(say("cli.notes"), notes), words)


def county_said(line: Mapping[Any, Any], words: Speech) -> str:
    """A county with its province, or that the record names none."""
    named = [words.place(line[level]) for level in ("county", "province") if line[level]]
    return words.join(named) if line["county"] else words.text("report.no_county")


def _sheet(
    key: str, columns: Mapping[str, str], rows: pd.DataFrame, report: ProgrammeReport, words: Speech
) -> OutputSheet:
    remarks = [period(report, words)] + ([words.text("report.synthetic")] if report.synthetic else [])
    prices = words.text("report.prices_of", year=report.price_year)
    listed = [
        SheetColumn(name, words.text(f"report_column.{name}", prices=prices), kind) for name, kind in columns.items()
    ]
    return OutputSheet(words.text(f"report.{key}"), listed, rows[list(columns)], remarks=remarks)
