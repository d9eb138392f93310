"""``ehya rank``: which units to offer, which to mend first, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import Status
from engine.parsing.text import fold
from engine.ranking import Triage, select
from engine.settings import LANGUAGES, Settings
from serving.cli.commands.judged import asked, assumptions, estimates, judge_register, marks
from serving.cli.commands.question import Question, now
from serving.cli.terminal import Terminal
from serving.i18n import Speech, speech
from serving.reports.ranking import legend, origin_remarks, ranking_document, write_ranking
from serving.reports.words import spread
from serving.workspace import champion, open_register

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
    chosen = select(appraisal, **{name: _codes(name, given) for name, given in wanted.items()})
    listed = chosen if top is None else chosen.head(top)
    if keep and len(listed):
        _keep(settings, listed, question)
    if out:
        words = terminal.speech
        card = champion_card(settings) if out.suffix == ".html" else None
        with open_register(settings) as register:
            extras = register.units.extras(list(listed.index))
            conflicts = register.decisions.conflicts().drop_duplicates(["unit_id", "field"])
            claims = {"conflicts": conflicts, "duplicates": register.decisions.duplicates()}
        notes = assumptions(question, words)
        choices = asked(question)
        write_ranking(out, listed, words, question_notes=notes, card=card, extras=extras, claims=claims, **choices)
        terminal.say("cli.written", path=str(out))
    elif not terminal.answer(ranking_document(listed, asked(question))):
        print_ranking(terminal, chosen, listed if top else listed.head(_SHOWN), question)


def _codes(name: str, given: Any) -> Any:
    """Verdicts and statuses as codes: they may be given as the tables print them, in either language."""
    families: dict[str, type[Code]] = {"triage": Triage, "status": Status}
    if name not in families or not isinstance(given, list):
        return given
    known = {fold(speech(language).text(code)): code.value for code in families[name] for language in LANGUAGES}
    return [known.get(fold(one), one) for one in given]


def champion_card(settings: Settings) -> Mapping[str, Any]:
    """The card of the model at work, for the page."""
    with open_register(settings) as register:
        return champion(register, settings).card


def _keep(settings: Settings, listed: pd.DataFrame, question: Question) -> None:
    with open_register(settings) as register:
        version = str(listed["model_version"].iloc[0])
        register.predictions.save(listed, model_version=version, as_of=question.as_of, made_at=now().to_pydatetime())


def print_ranking(
    terminal: Terminal, chosen: pd.DataFrame, shown: pd.DataFrame, question: Question, *, kept: bool = True
) -> None:
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
    kept
        Whether the units are in the register, where ``ehya show`` finds them.
    """
    words = terminal.speech
    if shown.empty:
        terminal.say("cli.rank_none")
        return
    date = words.date(question.as_of)
    for remark in origin_remarks(shown, words):
        terminal.line(remark, "yellow")
    title = words.text("cli.rank_title", shown=len(shown), count=len(chosen), date=date)
    records = shown.reset_index().to_dict("records")
    if terminal.narrow:
        terminal.entries([_entry(row, terminal) for row in records], title=title)
    else:
        _table(terminal, records, title)
    _below(terminal, chosen, shown, kept)


def _table(terminal: Terminal, records: list[dict[Any, Any]], title: str) -> None:
    words = terminal.speech
    terminal.table(
        [
            words.text("column.rank"),
            words.text("cli.unit"),
            words.text("cli.triage"),
            f"{words.text('output.feasibility')} [{words.text('measure.percent')}]",
            f"{words.text('output.jobs_expected')} [{words.text('measure.persons')}]",
        ],
        [_row(row, terminal) for row in records],
        title=title,
    )


def _entry(row: dict[Any, Any], terminal: Terminal) -> list[str]:
    words = terminal.speech
    verdict = [words.codes(row["triage"], "triage"), words.codes(row["triage_reasons"], "triage_reason")]
    lines = [
        f"{words.number(row['rank'])}. {words.fact(row['name'])} ({row['unit_id']})",
        f"{words.place(row['county'])} · {_sector(row, words)}",
        " — ".join(said for said in verdict if said != words.fact(None)),
        estimates(row, words),
        *marks(row, words).split("\n"),
    ]
    return [line for line in lines if line]


def _row(row: dict[Any, Any], terminal: Terminal) -> list[str]:
    words = terminal.speech
    verdict = [
        words.codes(row["triage"], "triage"),
        words.codes(row["triage_reasons"], "triage_reason"),
        marks(row, words),
    ]
    return [
        words.number(row["rank"]),
        f"{words.fact(row['name'])}\n{row['unit_id']} · {words.place(row['county'])}\n{_sector(row, words)}",
        "\n".join(line for line in verdict if line),
        spread(row, Output.FEASIBILITY, words),
        spread(row, Output.JOBS_EXPECTED, words),
    ]


def _sector(row: dict[Any, Any], words: Speech) -> str:
    return words.sector(row["isic"]) if pd.notna(row["isic"]) else words.fact(row["sector_text"])


def _below(terminal: Terminal, chosen: pd.DataFrame, shown: pd.DataFrame, kept: bool) -> None:
    words = terminal.speech
    counts = chosen["triage"].value_counts()
    said = [(words.text(code), counts[code.value]) for code in Triage if code.value in counts.index]
    terminal.say("cli.verdict_counts", counts=[_count(reason, count, words) for reason, count in said])
    scorable = chosen["scorable"].astype(bool)
    blind = chosen.loc[~scorable, "not_scorable"]
    if len(blind):
        reasons = _reasons(blind, "not_scorable", words)
        terminal.say("cli.not_scorable_count", count=len(blind), total=len(chosen), reasons=reasons)
    unsure = chosen.loc[scorable & (chosen["triage"] == Triage.CANNOT_JUDGE.value), "triage_reasons"]
    if len(unsure):
        terminal.say("cli.unsure_count", count=len(unsure), reasons=_reasons(unsure, "triage_reason", words))
    first = chosen.iloc[0]
    terminal.say("cli.model_line", version=first["model_version"], date=words.date(first["model_data_until"]))
    for line in legend(shown, words):
        terminal.line(line, "dim")
    if kept:
        terminal.say("cli.next_show", unit=shown.index[0])


def _reasons(joined: pd.Series, family: str, words: Speech) -> list[str]:
    """Each reason with the number of units that have it, most frequent first; a unit may have several."""
    counts = joined.str.split(";").explode().value_counts()
    return [
        _count(words.text(f"{family}.{code}"), count, words)
        for code, count in counts.items()
        if code and code != NotScorable.NO_JOBS_NOW
    ]


def _count(name: str, count: int, words: Speech) -> str:
    return words.text("cli.reason_count", reason=name, count=int(count))
