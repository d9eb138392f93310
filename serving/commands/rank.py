"""``ehya rank``: which units to offer, which to mend first, and in which order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.prediction import NotScorable, Output
from engine.ranking import select
from engine.settings import Settings
from serving.commands.judged import asked, assumptions, judge_register, marks
from serving.commands.question import Question, now
from serving.reports.ranking import legend, origin_remarks, ranking_document, write_ranking
from serving.reports.words import spread
from serving.terminal import Terminal
from serving.workspace import open_register

_SHOWN = 20  # units at a terminal when nobody says how many


def show_ranking(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    wanted: dict[str, Any],
    top: int | None,
    out: Path | None,
    *,
    keep: bool = False,
) -> None:
    """Judge, filter, and print or write the ranked list; on request keep its predictions in the register.

    Raises
    ------
    EhyaError
        ``no_model``, ``place_unknown``, ``sector_unknown``, ``unknown_option``, ``database_failed``.
    """
    appraisal = judge_register(terminal, settings, question)
    if appraisal.empty:
        if not terminal.answer(ranking_document(appraisal, asked(question))):
            terminal.say("cli.rank_empty")
        return
    chosen = select(appraisal, **wanted)
    listed = chosen if top is None else chosen.head(top)
    if keep and len(listed):
        _keep(settings, listed, question)
    if out:
        write_ranking(
            out, listed, terminal.speech, question_notes=assumptions(question, terminal.speech), **asked(question)
        )
        terminal.say("cli.written", path=str(out))
    elif not terminal.answer(ranking_document(listed, asked(question))):
        print_ranking(terminal, chosen, listed if top else listed.head(_SHOWN), question)


def _keep(settings: Settings, listed: pd.DataFrame, question: Question) -> None:
    with open_register(settings) as register:
        version = str(listed["model_version"].iloc[0])
        register.save_predictions(listed, model_version=version, as_of=question.as_of, made_at=now().to_pydatetime())


def print_ranking(terminal: Terminal, chosen: pd.DataFrame, shown: pd.DataFrame, question: Question) -> None:
    """Print a ranked list with what must stand above and below it.

    Parameters
    ----------
    terminal
        Where to.
    chosen
        Appraisal table of all units that were asked for, best first.
    shown
        Its first rows.
    question
        Under which choices they were judged.
    """
    words = terminal.speech
    if shown.empty:
        terminal.say("cli.rank_none")
        return
    date = words.date(question.as_of)
    for remark in origin_remarks(shown, words):
        terminal.line(remark, "yellow")
    terminal.table(
        [
            words.text("column.rank"),
            words.text("cli.unit"),
            words.text("cli.triage"),
            f"{words.text('output.feasibility')} [{words.text('measure.percent')}]",
            f"{words.text('output.jobs_expected')} [{words.text('measure.persons')}]",
        ],
        [_row(row, terminal) for row in shown.reset_index().to_dict("records")],
        title=words.text("cli.rank_title", shown=len(shown), count=len(chosen), date=date),
    )
    _below(terminal, chosen, shown)


def _row(row: dict[Any, Any], terminal: Terminal) -> list[str]:
    words = terminal.speech
    sector = words.sector(row["isic"]) if pd.notna(row["isic"]) else words.fact(row["sector_text"])
    verdict = [
        words.codes(row["triage"], "triage"),
        words.codes(row["triage_reasons"], "triage_reason"),
        f"({beside})" if (beside := marks(row, words)) else "",
    ]
    return [
        words.number(row["rank"]),
        f"{words.fact(row['name'])}\n{row['unit_id']} · {words.place(row['county'])}\n{sector}",
        "\n".join(line for line in verdict if line),
        spread(row, Output.FEASIBILITY, words),
        spread(row, Output.JOBS_EXPECTED, words),
    ]


def _below(terminal: Terminal, chosen: pd.DataFrame, shown: pd.DataFrame) -> None:
    words = terminal.speech
    blind = chosen.loc[~chosen["scorable"].astype(bool), "not_scorable"]
    if len(blind):
        counts = blind.str.split(";").explode().value_counts()
        reasons = [
            words.text("cli.reason_count", reason=words.text(f"not_scorable.{code}"), count=count)
            for code, count in counts.items()
            if code and code != NotScorable.NO_JOBS_NOW
        ]
        terminal.say("cli.not_scorable_count", count=len(blind), reasons=reasons)
    first = chosen.iloc[0]
    terminal.say("cli.model_line", version=first["model_version"], date=words.date(first["model_data_until"]))
    for line in legend(shown, words):
        terminal.line(line, "dim")
    terminal.say("cli.next_show", unit=shown.index[0])
