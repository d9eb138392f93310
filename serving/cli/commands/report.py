"""``ehya report``: what the programme did in a period, and what came of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.programme.achievements import FUNNEL
from engine.settings import Settings
from serving.cli.question import last_day, today, written_day
from serving.cli.terminal import Terminal
from serving.desk.achievements import ProgrammeReport, ReportRequest, programme_report
from serving.reports.achievements import (
    county_said,
    figure_value,
    not_known,
    period,
    report_document,
    write_report,
)

_COUNTIES = 10  # counties named to a person; JSON and the workbook have all


def read_period(start: str, end: str, *, known_by: str | None, price_year: int | None) -> ReportRequest:
    """Read the days of a report; of a month or a year the first and the last day are meant.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> request = read_period("1401-01", "1403-12", known_by="1405-01-01", price_year=None)
    >>> str(request.start.date()), str(request.end.date())
    ('2022-03-21', '2025-03-20')
    """
    known = today() if known_by is None else last_day(known_by, "--known-by")
    return ReportRequest(written_day(start, "--from").at, last_day(end, "--to"), known, price_year)


def show_report(terminal: Terminal, settings: Settings, request: ReportRequest, out: Path | None) -> None:
    """Print the report of a period, or write it to a file.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending than .xlsx or .json.
    """
    report = programme_report(settings, request)
    words = terminal.speech
    if out is not None:
        terminal.written(write_report(out, report, words))
        return
    if terminal.answer(report_document(report)):
        return
    terminal.line(words.text("report.title"), "bold")
    terminal.line(period(report, words))
    if report.synthetic:
        terminal.line(words.text("report.synthetic"), "yellow")
    if not report.event_count:
        terminal.say("report.empty")
        return
    _figures(terminal, report)
    _running(terminal, report)
    _families(terminal, report)
    _counties(terminal, report)
    _money(terminal, report)
    _funnels(terminal, report)
    _forecasts(terminal, report)
    terminal.line(words.text("report.legend"), "dim")


def _figures(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    said = []
    for name, line in report.found.figures.to_dict("index").items():
        value = figure_value(str(name), line["value"], words)
        unknown = not_known(str(name), line["unknown"], words)
        said.append((words.text(f"programme_figure.{name}"), words.join(part for part in (value, unknown) if part)))
    terminal.pairs(said, title=words.text("report.figures"))


def _running(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    said = []
    for months, line in report.found.still_running.to_dict("index").items():
        facts = {str(name): words.number(count) for name, count in line.items()}
        said.append(
            (words.text("report.after", months=words.number(months)), words.text("report.running_line", **facts))
        )
    terminal.pairs(said, title=words.text("report.still_running"))


def _families(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    said = []
    for family, line in report.found.families.to_dict("index").items():
        facts = {str(name): words.number(count) for name, count in line.items()}
        said.append((words.text(f"service_family.{family}"), words.text("report.family_line", **facts)))
    terminal.pairs(said, title=words.text("report.families"))


def _counties(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    names = ("county", "revived", "direct_jobs", "net_jobs", "share_of_unemployed")
    told = report.found.counties.sort_values("direct_jobs", ascending=False, kind="stable").head(_COUNTIES)
    rows = [
        [
            county_said(line, words),
            words.number(line["revived"]),
            words.number(line["direct_jobs"]),
            words.number(line["net_jobs"], 1),
            words.share(line["share_of_unemployed"], 2),
        ]
        for line in told.reset_index().to_dict("records")
    ]
    if rows:
        headers = [words.text(f"report_column.{name}") for name in names]
        terminal.table(headers, rows, title=words.text("report.counties"))


def _money(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    prices = words.text("report.prices_of", year=report.price_year)
    rows = [
        [
            words.text("report.year", year=year),
            words.number(line["investments"]),
            _rial(line["rial"], terminal),
            _rial(line["rial_common"], terminal),
        ]
        for year, line in report.found.money.to_dict("index").items()
    ]
    if rows:
        names = ("year", "investments", "rial", "rial_common")
        headers = [words.text(f"report_column.{name}", prices=prices) for name in names]
        terminal.table(headers, rows, title=words.text("report.money"))


def _rial(value: float, terminal: Terminal) -> str:
    return terminal.speech.text("report.not_known") if pd.isna(value) else terminal.speech.money(value)


def _funnels(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    headers = [words.text(f"report_column.{name}") for name in ("event", "units", *(step.value for step in FUNNEL))]
    rows = [
        [str(event), *(words.number(count) for count in line.values())]
        for event, line in report.found.funnels.to_dict("index").items()
    ]
    if rows:
        terminal.table(headers, rows, title=words.text("report.funnels"))


def _forecasts(terminal: Terminal, report: ProgrammeReport) -> None:
    words = terminal.speech
    pairs = []
    for name, line in report.forecasts.to_dict("index").items():
        facts = {
            "expected": words.interval(line["revived_low"], line["revived"], line["revived_high"], 1),
            "restarts": words.number(line["restarts"]),
            "jobs": words.interval(line["jobs_low"], line["jobs"], line["jobs_high"], 1),
            "came": words.number(line["came"], 1),
            "uncounted": words.number(line["uncounted"]),
        }
        pairs.append((str(name), words.text("report.forecast_line", **facts)))
    terminal.pairs(pairs, title=words.text("report.forecasts"))
