"""``ehya economics``: what a unit or a stated project is worth, as a story with small charts of text."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from engine.domain.unit import Origin
from engine.economics.account import Account, FigureName, yearly
from engine.economics.assumptions import Assumption, Assumptions, Setter
from engine.economics.figures import real_flows
from engine.economics.revival import FORBIDDING
from engine.economics.tornado import Swing
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.cli.terminal import Terminal
from serving.desk.economics import Choices, Economics, project_economics, unit_economics
from serving.desk.question import Question
from serving.i18n import Speech
from serving.reports.cash_flow import write_cash_flow
from serving.reports.economics import (
    assumption_name,
    assumption_number,
    at_norm_said,
    economics_document,
    figure_said,
)

_BAR = 24  # columns of the longest bar
_MATTER = 8  # assumptions named to a person; JSON has all


def show_economics(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    choices: Choices,
    *,
    unit: str | None,
    project: Path | None,
    full: bool,
    out: Path | None = None,
) -> None:
    """Print what a unit or a stated project is worth, or write its cash flow as a workbook.

    Raises
    ------
    EhyaError
        ``option_missing`` unless exactly one of both is given; what `unit_economics`, `project_economics` and
        `serving.reports.cash_flow.write_cash_flow` raise.
    """
    if (unit is None) == (project is None):
        raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya economics", allowed=["UNIT", "--project FILE.yaml"])
    with terminal.busy("economics.working"):
        if project is not None:
            found = project_economics(project, choices)
        else:
            found = unit_economics(settings, question, str(unit), choices)
    if out is not None:
        terminal.written(write_cash_flow(out, found, terminal.speech))
        return
    if terminal.answer(economics_document(found)):
        return
    _head(terminal, found)
    if found.account is None:
        return
    _views(terminal, found)
    _drawn(terminal, found, choices)
    _years(terminal, found.account)
    if full:
        _statements(terminal, found.account)
    _swings(terminal, found)
    _scenarios(terminal, found)
    if found.unit_id:
        _assumed(terminal, found.assumed, full=full)
        terminal.line(terminal.speech.text("economics.legend"), "dim")


def _head(terminal: Terminal, found: Economics) -> None:
    words = terminal.speech
    name = f"{found.name or words.fact(None)}" + (f" ({found.unit_id})" if found.unit_id else "")
    terminal.line(words.text("economics.title", name=name), "bold")
    if found.origin == Origin.SYNTHETIC.value:
        terminal.line(words.text("economics.synthetic"), "yellow")
    real = words.share(found.assumed.value("real_discount_rate"), 1)
    if found.unit_id and found.price_year is not None:
        inflation = words.share(found.assumed.value("expected_inflation"), 1)
        terminal.say("economics.money", year=found.price_year, inflation=inflation, real=real)
    elif not found.unit_id:
        terminal.say("economics.money_project", real=words.share(found.real_rate, 1))
    if found.account is None:
        reasons = [words.text(gap) for gap in found.gaps if gap in FORBIDDING]
        terminal.line(words.text("economics.cannot_judge", reasons=words.join(reasons)), "yellow")
        return
    terminal.pairs([("·", words.text(gap)) for gap in found.gaps], title=words.text("economics.gaps"))
    if found.at_norm is not None:
        terminal.line(at_norm_said(found.at_norm, words), "yellow")


def _views(terminal: Terminal, found: Economics) -> None:
    words = terminal.speech
    for persona, seen in found.views.items():
        said = words.join(words.text(finding) for finding in seen.findings)
        pairs = [(words.text(figure.name), figure_said(figure, words)) for figure in seen.figures]
        terminal.pairs(pairs, title=f"{words.text(persona)} — {said}")


def _drawn(terminal: Terminal, found: Economics, choices: Choices) -> None:
    if found.drawn is None:
        return
    words, row = terminal.speech, found.drawn
    floor = words.number(found.assumed.value("dscr_floor"), 2)
    ends = {
        "npv_range": [words.money(row[f"npv_rial_{end}"]) for end in ("low", "high")],
        "jobs_range": [words.number(row[f"net_jobs_{end}"], 1) for end in ("low", "high")],
    }
    pairs = [(words.text("economics.npv_positive"), words.share(row["npv_positive"]))]
    pairs += [(words.text("economics.dscr_enough", floor=floor), words.share(row["dscr_enough"]))]
    pairs += [
        (words.text(f"economics.{name}"), words.text("economics.ends", low=low, high=high))
        for name, (low, high) in ends.items()
    ]
    pairs += [(words.text("economics.expected_jobs"), words.number(row["expected_net_jobs"], 1))]
    pairs += [(words.text("economics.expected_npv"), words.money(row["expected_npv_rial"]))]
    terminal.pairs(pairs, title=words.text("economics.drawn", draws=choices.draws))


def _years(terminal: Terminal, told: Account) -> None:
    words = terminal.speech
    flows = real_flows(told.worked.project_flow, told.inflation)
    bars = zip(flows, _bars(flows), strict=True)
    terminal.pairs(
        [
            (words.text("economics.year", year=year), f"{bar}  {words.money(flow)}")
            for year, (flow, bar) in enumerate(bars)
        ],
        title=words.text("economics.flows"),
    )
    for key, covers in (("cover_by_year", told.cover), ("life_cover_by_year", told.life_cover)):
        served = [(year, cover) for year, cover in enumerate(covers) if math.isfinite(cover)]
        bars_of_cover = _bars(np.array([cover for _, cover in served])) if served else []
        terminal.pairs(
            [
                (words.text("economics.year", year=year), f"{bar}  {words.number(cover, 2)}")
                for (year, cover), bar in zip(served, bars_of_cover, strict=True)
            ],
            title=words.text(f"economics.{key}"),
        )


def _bars(values: np.ndarray) -> list[str]:
    """A bar for each value: to the right of the middle where it is positive, to its left where it is negative."""
    widest = float(np.abs(values).max()) or 1.0
    lengths = [round(abs(float(value)) / widest * _BAR) for value in values]
    below = max((length for length, value in zip(lengths, values, strict=True) if value < 0), default=0)
    return [
        ("░" * length).rjust(below) + "│" if value < 0 else " " * below + "│" + "█" * length
        for length, value in zip(lengths, values, strict=True)
    ]


def _statements(terminal: Terminal, told: Account) -> None:
    words, table = terminal.speech, yearly(told.worked)
    headers = [words.text("economics.line"), *(words.number(year) for year in table.columns)]
    rows = [
        [words.text(f"statement_line.{name}"), *(words.number(round(value / 1e9, 1) + 0.0, 1) for value in line)]
        for name, line in zip(table.index, table.to_numpy(), strict=True)
    ]
    title = f"{words.text('economics.statements')} ({words.text('measure.billion rial')})"
    terminal.table(headers, rows, title=title)


def _swings(terminal: Terminal, found: Economics) -> None:
    words = terminal.speech
    said = [(words.text(f"step.{swing.name}"), _swing(swing, words)) for swing in found.steps]
    terminal.pairs(said, title=words.text("economics.steps"))
    mattering = found.ranges[:_MATTER]
    said = [(_moved_name(swing.name, words), _swing_of(swing, found.assumed, words)) for swing in mattering]
    terminal.pairs(said, title=words.text("economics.ranges"))


def _moved_name(name: str, words: Speech) -> str:
    return words.text("economics.jobs") if name == "jobs" else assumption_name(name, words)


def _swing(swing: Swing, words: Speech) -> str:
    ends = (words.money(swing.npv_low), words.money(swing.npv_high))
    return words.text("economics.ends", low=ends[0], high=ends[1])


def _swing_of(swing: Swing, assumed: Assumptions, words: Speech) -> str:
    """Both ends, and whether the range is assumed or set by the caller."""
    said = _swing(swing, words)
    return said if swing.name not in assumed else f"{said}{_marks(assumed[swing.name], words)}"


def _marks(row: Assumption, words: Speech) -> str:
    if row.setter is Setter.CALLER:
        return f" ‹{words.text(row.setter)}›"
    return f" ‹{words.text('mark.assumed')}›" if row.basis == "assumed" else ""


def _scenarios(terminal: Terminal, found: Economics) -> None:
    if not found.scenarios:
        return
    words = terminal.speech
    names = (FigureName.NPV, FigureName.EQUITY_NPV, FigureName.LEAST_DSCR, FigureName.NET_JOBS)
    headers = [words.text("economics.scenarios"), *(words.text(name) for name in names)]
    rows = [
        [name, *(figure_said(told.figures[figure], words) for figure in names)]
        for name, told in found.scenarios.items()
    ]
    terminal.table(headers, rows)


def _assumed(terminal: Terminal, assumed: Assumptions, *, full: bool) -> None:
    words = terminal.speech
    rows = [row for row in assumed.values() if full or row.setter is Setter.CALLER]
    terminal.pairs(
        [(assumption_name(row.name, words), assumption_said(row, words)) for row in rows],
        title=words.text("economics.assumptions"),
    )


def assumption_said(row: Assumption, words: Speech) -> str:
    """Point and range of an assumption with its measure, and who set it."""
    numbers = [assumption_number(getattr(row, name), row.measure, words) for name in ("value", "low", "high")]
    said = numbers[0]
    if row.low < row.high:
        said = words.text("economics.assumption_range", value=numbers[0], low=numbers[1], high=numbers[2])
    return f"{said}{_marks(row, words)}"
