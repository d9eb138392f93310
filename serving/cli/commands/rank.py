"""``ehya rank``: which units to offer, which to mend first, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import Status
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import fold
from engine.ranking.reasons import Triage
from engine.settings import LANGUAGES, Settings
from serving.cli.commands.judged import estimates, marks, worth_said
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk.appraisal import appraised
from serving.desk.economics import Choices
from serving.desk.question import Question
from serving.desk.ranking import Ranking, RankingRequest, behind, keep_predictions, ranking, remarks
from serving.desk.swapping import swapped
from serving.i18n import Speech, speech
from serving.reports.asked import assumptions
from serving.reports.legend import legend, origin_remarks
from serving.reports.ranking import ranking_document, write_ranking
from serving.reports.reasons import weighing_lines
from serving.reports.words import interval_said

_SAME = 5e-4  # of a weight: below it nothing moved
_SHOWN = 20  # units at a terminal when nobody says how many


def show_ranking(
    terminal: Terminal,
    settings: Settings,
    question: Question,
    wanted: Mapping[str, Any],
    top: int | None,
    out: Path | None,
    *,
    keep: bool = False,
    worth: Choices | None = None,
) -> None:
    """Ask for the ranking, and print or write it; on request keep its predictions in the register.

    Raises
    ------
    EhyaError
        ``no_model``, ``place_unknown``, ``sector_unknown``, ``unknown_option``, ``database_failed``.
    """
    wishes = codes_of(wanted)
    with terminal.busy("cli.judging"):
        found = ranking(settings, RankingRequest(question, wishes, top, worth))
    if found.appraised.table.empty:
        if not terminal.answer(_document(found)):
            terminal.say("cli.rank_empty")
        return
    if keep:
        keep_predictions(settings, found.listed, question, made_at=now().to_pydatetime())
    if out:
        _write(terminal, settings, found, out)
    elif not terminal.answer(_document(found)):
        shown = found.listed if top else found.listed.head(_SHOWN)
        print_ranking(terminal, found.chosen, shown, question)
        if len(shown):
            print_weighing(terminal, found.weighing)


def _document(found: Ranking) -> dict[str, Any]:
    return ranking_document(found.listed, found.appraised.question.document, weighing=found.weighing)


def show_swap(terminal: Terminal, settings: Settings, question: Question, given: str) -> None:
    """Say which smallest change of weights puts two units level.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where they are not two, ``unknown_unit``, ``several_units``, ``no_model``.
    """
    units = [one.strip() for one in given.replace("،", ",").split(",") if one.strip()]
    if len(units) != 2:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="--swap", given=given, allowed=["UNIT,UNIT"])
    with terminal.busy("cli.judging"):
        found = swapped(appraised(settings, question), *units)
    if terminal.answer(asdict(found)):
        return
    words = terminal.speech
    if found.moved is None:
        terminal.say("package.swap_never", ahead=found.ahead, behind=found.behind)
        return
    share = words.share(found.moved, 1)
    terminal.line(words.text("package.swap_title", ahead=found.ahead, behind=found.behind, moved=share), "bold")
    pairs = [
        (
            words.text(f"part.{part}"),
            words.text("package.swap_part", before=words.share(old, 1), after=words.share(new, 1)),
        )
        for part, old in found.before.items()
        if abs((new := found.after[part]) - old) > _SAME
    ]
    terminal.pairs(pairs)
    if not found.same_verdict:
        terminal.say("package.swap_verdict")


def _write(terminal: Terminal, settings: Settings, found: Ranking, out: Path) -> None:
    question, beside = found.appraised.question, remarks(settings, found.listed)
    write_ranking(
        out,
        found.listed,
        terminal.speech,
        question_notes=assumptions(question, terminal.speech),
        card=found.appraised.card if out.suffix == ".html" else None,
        extras=beside.extras,
        claims={"conflicts": beside.conflicts, "duplicates": beside.duplicates},
        behind=behind(found.appraised, found.listed),
        **question.document,
    )
    terminal.written(out)


def codes_of(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Filters of a ranking with verdicts and statuses as codes, however they were written."""
    return {name: _codes(name, given) for name, given in wanted.items()}


def _codes(name: str, given: Any) -> Any:
    """Verdicts and statuses as codes: they may be given as the tables print them, in either language."""
    families: dict[str, type[Code]] = {"triage": Triage, "status": Status}
    if name not in families or not isinstance(given, list):
        return given
    known = {fold(speech(language).text(code)): code.value for code in families[name] for language in LANGUAGES}
    return [known.get(fold(one), one) for one in given]


def print_weighing(terminal: Terminal, weighing: pd.DataFrame) -> None:
    """Print what each part of the score weighs, and what it decides.

    Parameters
    ----------
    terminal
        Where to.
    weighing
        What ``serving.desk.weighing.weighing`` gives.
    """
    words = terminal.speech
    terminal.pairs(weighing_lines(weighing, words), title=words.text("weighing.title"))
    terminal.line(words.text("weighing.note"), "dim")


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
            f"{words.text('column.score')}\n{words.text('column.rank_range')}",
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
        words.join(_firmness(row, words)),
        estimates(row, words),
        worth_said(row, words),
        *marks(row, words).split("\n"),
    ]
    return [line for line in lines if line]


def _row(row: dict[Any, Any], terminal: Terminal) -> list[str]:
    words = terminal.speech
    verdict = [
        words.codes(row["triage"], "triage"),
        words.codes(row["triage_reasons"], "triage_reason"),
        worth_said(row, words),
        marks(row, words),
    ]
    return [
        words.number(row["rank"]),
        f"{words.fact(row['name'])}\n{row['unit_id']} · {words.place(row['county'])}\n{_sector(row, words)}",
        "\n".join(line for line in verdict if line),
        "\n".join(_firmness(row, words)),
        interval_said(row, Output.FEASIBILITY_UNIT, words),
        interval_said(row, Output.JOBS_EXPECTED, words),
    ]


def _firmness(row: dict[Any, Any], words: Speech) -> list[str]:
    """Score, between which ranks the unit stood in 80 % of the draws, and how firmly among the first."""
    if pd.isna(row["rank"]):
        return []
    said = [f"{words.text('column.score')} {words.number(row['score'], 2)}"]
    if pd.notna(row["rank_low"]):
        ends = {"low": words.number(row["rank_low"]), "high": words.number(row["rank_high"])}
        said.append(f"{words.text('column.rank_range')} {words.text('page.range', **ends)}")
    return [*said, words.codes(row["stability"], "stability")]


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
