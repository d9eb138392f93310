"""The units of the register, judged: what rank, show and match begin with."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import Origin
from engine.settings import Settings
from serving.cli.commands.question import Question
from serving.cli.terminal import Terminal
from serving.i18n import Speech
from serving.reports.ranked import link
from serving.reports.words import spread
from serving.workspace import appraised


def judge_register(terminal: Terminal, settings: Settings, question: Question) -> pd.DataFrame:
    """Appraisal table of all units of the register, best first.

    Raises
    ------
    EhyaError
        ``no_model``, ``model_changed``, ``database_failed``.
    """
    with terminal.busy("cli.judging"):
        return appraised(
            settings,
            as_of=question.as_of,
            price_year=question.price_year,
            assumed_capital_rial=question.assume_capital_rial,
        )


def asked(question: Question) -> dict[str, Any]:
    """The choices of a question as canonical values."""
    return {
        "as_of": question.as_of,
        "price_year": question.price_year,
        "assumed_capital_rial": question.assume_capital_rial,
    }


def assumptions(question: Question, speech: Speech) -> list[tuple[str, Any]]:
    """The choices of a question in words."""
    lines: list[tuple[str, Any]] = [(speech.text("column.asked_as_of"), speech.date(question.as_of))]
    if question.price_year:
        lines.append((speech.text("cli.asked_price_year"), speech.fact(question.price_year)))
    if question.assume_capital_rial:
        amount = f"{speech.money(question.assume_capital_rial)} ({speech.text('mark.assumed')})"
        lines.append((speech.text("cli.assumed_capital"), amount))
    return lines


def estimates(row: Any, speech: Speech) -> str:
    """Feasibility and expected jobs in one line, each with its interval; empty where there is no prediction."""
    if pd.isna(row["feasibility_point"]):
        return ""
    said = f"{speech.text('page.feasibility')}: {spread(row, Output.FEASIBILITY, speech)}"
    if pd.isna(row["jobs_expected_point"]):
        return said
    jobs = f"{speech.text(Output.JOBS_EXPECTED)}: {spread(row, Output.JOBS_EXPECTED, speech)}"
    return f"{said} · {jobs} {speech.text('measure.persons')}"


def marks(row: Any, speech: Speech) -> str:
    """What must stand beside a unit's figures: its origin, and whether they rest on priors or assumptions."""
    said = []
    if row["origin"] not in (Origin.REPORTED.value, Origin.REGISTER.value):
        said.append(speech.codes(row["origin"], Origin))
    for name, key in (("prior_driven", "prior_driven"), ("out_of_fold", "out_of_fold"), ("capital_assumed", "assumed")):
        if pd.notna(row[name]) and bool(row[name]) and pd.notna(row["feasibility_point"]):
            said.append(speech.text(f"mark.{key}"))
    if row["scorable"] and row["not_scorable"]:
        said.append(speech.codes(row["not_scorable"], NotScorable))
    reported = _reported(row, speech) if row["origin"] == Origin.REPORTED.value else []
    return "\n".join(part for part in (speech.join(said), *reported) if part)


def _reported(row: Any, speech: Speech) -> list[str]:
    """On which day it was reported, and where."""
    known = pd.notna(row["as_of"])
    said = speech.text("cli.as_reported", date=row["as_of"]) if known else speech.text("page.reported_undated")
    return [said, link(row["source"])]
