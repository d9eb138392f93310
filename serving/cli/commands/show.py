"""``ehya show``: the whole story of one unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.extras import extra_value
from engine.domain.prediction import FOR_PERSONS, NotScorable, Output
from engine.domain.unit import Confidence, Field
from engine.errors import ErrorCode
from engine.settings import Settings
from serving.cli.commands.judged import marks
from serving.cli.commands.outcome import event_figures
from serving.cli.terminal import Terminal
from serving.desk.opportunity import unit_opportunity
from serving.desk.question import Question
from serving.desk.unit import Story, unit_story
from serving.i18n import Speech
from serving.reports.legend import legend, origin_remarks
from serving.reports.opportunity import write_sheet
from serving.reports.ranked import weighty_parts
from serving.reports.ranking import records
from serving.reports.reasons import question_lines, unit_reasons, why_documents
from serving.reports.said import extra_said, field_said, source_said, value_said, why_said
from serving.reports.words import estimate_said, odd_said, value_in_words


def show_unit(terminal: Terminal, settings: Settings, question: Question, given: str) -> None:
    """Print the story of the unit with this id or name.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``model_changed``, ``database_failed``.
    """
    story = unit_story(settings, question, given)
    if terminal.answer(_document(story, question)):
        return
    words, row = terminal.speech, story.row.reset_index().iloc[0]
    terminal.line(f"{words.fact(row['name'])}  ({row['unit_id']})", "bold")
    for remark in origin_remarks(story.row, words):
        terminal.line(remark, "yellow")
    _facts(terminal, story, row)
    _conflicts(terminal, story)
    terminal.pairs(
        [odd_said(line, words) for line in story.odd.to_dict("records")], title=words.text("cli.implausible")
    )
    twins = [(str(name), words.fact(told)) for name, told in story.twins.items()]
    terminal.pairs(twins, title=words.text("cli.may_be_the_same"))
    terminal.pairs(_history(story, words), title=words.text("cli.history"))
    _barriers(terminal, story)
    if story.judged:
        _judgement(terminal, story, row)
    else:
        terminal.line(words.text(ErrorCode.NO_MODEL), "yellow")
    terminal.pairs(_kept(story, words), title=words.text("cli.kept_predictions"))
    _events(terminal, story)


def write_unit_sheet(terminal: Terminal, settings: Settings, question: Question, given: str, out: Path) -> None:
    """Write the opportunity sheet of a unit, of public fields only.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``not_publishable``, ``unknown_option`` for another ending than .pdf.
    """
    with terminal.busy("booklet.writing"):
        path = write_sheet(out, unit_opportunity(settings, question, given), terminal.speech)
    terminal.written(path)


def _facts(terminal: Terminal, story: Story, row: pd.Series) -> None:
    """Each fact with its source and confidence; what most of them share is said once, above them."""
    words = terminal.speech
    record = pd.Series(
        [_record(line, words) for line in story.facts.to_dict("records")], index=story.facts.index, dtype=object
    )
    usual = record.mode().iloc[0] if len(record) else ""
    derived = str(row["derived"]).split(";") if pd.notna(row["derived"]) else []
    said = []
    for field in Field:
        if field is Field.NAME or pd.isna(row[field.value]):
            continue
        value = value_in_words(field, row[field.value], row.get(f"{field.value}_precision"), words)
        own = words.text("field.derived") if field in derived else record.get(field.value, usual)
        said.append((words.text(field), value if own == usual else f"{value}  ‹{own}›"))
    terminal.pairs(said, title=f"{words.text('cli.facts')}  ‹{usual}›" if usual else words.text("cli.facts"))
    extras = [
        (line["header"], extra_said(line["kind"], line["value"], words)) for line in story.extras.to_dict("records")
    ]
    terminal.pairs(extras, title=words.text("extras.title"))


def _record(line: dict[Any, Any], words: Speech) -> str:
    source = words.text("conflicts.by_person") if pd.isna(line["source"]) else str(line["source"])
    return words.join([source, words.date(line["as_of"]), words.codes(line["confidence"], Confidence)])


def _conflicts(terminal: Terminal, story: Story) -> None:
    """Fields on which sources contradict each other: what shows and why, and what the others say."""
    words = terminal.speech
    said = []
    for field, lines in story.conflicts.groupby("field", sort=False):
        told = [
            " ".join(
                part
                for part in (
                    value_said(str(field), line["value"], line["precision"], words),
                    f"‹{words.join([source_said(line, words), words.date(line['as_of'])])}›",
                    why_said(line, words),
                )
                if part
            )
            for line in lines.to_dict("records")
        ]
        said.append((field_said(str(field), words), "\n".join(told)))
    terminal.pairs(said, title=words.text("conflicts.of_unit"))


def _history(story: Story, words: Speech) -> list[tuple[str, str]]:
    changed = story.history[story.history.duplicated("field", keep=False)]
    return [
        (
            f"{words.date(line['as_of'])} · {field_said(line['field'], words)}",
            f"{value_said(line['field'], line['value'], line['precision'], words)}  ‹{words.fact(line['source'])}›",
        )
        for line in changed.to_dict("records")
    ]


def _kept(story: Story, words: Speech) -> list[tuple[str, str]]:
    kept = story.predictions[story.predictions["output"] == Output.FEASIBILITY.value]
    return [
        (
            f"{words.date(line['as_of'])} · {line['model_version']}",
            words.interval(line["low"], line["point"], line["high"], 1, share=True),
        )
        for line in kept.to_dict("records")
    ]


def _barriers(terminal: Terminal, story: Story) -> None:
    words = terminal.speech
    terminal.line(words.text("cli.findings"), "bold")
    for finding in story.findings.to_dict("records"):
        barrier, evidence = words.text(f"barrier.{finding['barrier']}"), words.codes(finding["evidence"], "evidence")
        said = words.text("cli.finding", barrier=barrier, severity=finding["severity"], evidence=evidence)
        terminal.line(f"  {said}")
    for finding in story.lifted.to_dict("records"):
        barrier = words.text(f"barrier.{finding['barrier']}")
        terminal.line(f"  {words.text('cli.finding_lifted', barrier=barrier)}")
    if story.findings.empty and story.lifted.empty:
        terminal.line(f"  {words.text('cli.no_findings')}")
    terminal.pairs(
        [
            (
                words.text(f"barrier.{act['barrier']}"),
                words.text(
                    "cli.intervention",
                    intervention=words.text(f"intervention_code.{act['intervention']}"),
                    owner=words.text(f"owner.{act['owner']}"),
                    low=act["low_months"],
                    high=act["high_months"],
                ),
            )
            for act in story.plan.to_dict("records")
        ],
        title=words.text("cli.interventions"),
    )


def _judgement(terminal: Terminal, story: Story, row: pd.Series) -> None:
    words = terminal.speech
    triage = f"{words.codes(row['triage'], 'triage')} — {words.codes(row['triage_reasons'], 'triage_reason')}"
    terminal.line(f"{words.text('cli.triage')}: {triage}", "bold")
    if row["scorable"]:
        outputs = [(words.text(output), estimate_said(row, output, words)) for output in FOR_PERSONS]
        title = words.join([part for part in (words.text("cli.prediction"), *marks(row, words).split("\n")) if part])
        terminal.pairs([(name, said) for name, said in outputs], title=title)
        _reasons(terminal, story, str(row["unit_id"]))
    else:
        terminal.say("cli.no_prediction", reasons=words.codes(row["not_scorable"], NotScorable))
    if pd.notna(row["rank"]):
        parts = weighty_parts(story.row)
        said = [(words.text(f"part.{name.removeprefix('part_')}"), words.number(row[name], 2)) for name in parts]
        said += [
            (words.text("column.score"), words.interval(row["score_low"], row["score"], row["score_high"], digits=2))
        ]
        said += [(words.text("column.rank"), words.number(row["rank"]))]
        if pd.notna(row["rank_low"]):
            ends = {"low": words.number(row["rank_low"]), "high": words.number(row["rank_high"])}
            said += [(words.text("column.rank_range"), words.text("page.range", **ends))]
        said += [(words.text("column.stability"), words.codes(row["stability"], "stability"))]
        terminal.pairs(said, title=words.text("cli.score_parts"))
    notes = [
        (words.text("cli.red_flags"), words.codes(row["red_flags"], "red_flag")),
        (words.text("cli.missing"), words.codes(row["missing"], "field")),
    ]
    terminal.pairs([(name, said) for name, said in notes if said != words.fact(None)])
    terminal.say("cli.model_line", version=row["model_version"], date=words.date(row["model_data_until"]))
    for line in legend(story.row, words):
        terminal.line(line, "dim")


def _reasons(terminal: Terminal, story: Story, unit_id: str) -> None:
    """What adds up to feasibility and jobs, each part with what it rests on, and what to ask next."""
    if story.reasons is None:
        return
    words = terminal.speech
    for figure in unit_reasons(story.reasons, unit_id, words):
        lines = [
            (line["name"], " · ".join(part for part in (line["amount"], line["basis"]) if part))
            for line in figure["lines"]
        ]
        terminal.pairs(lines, title=figure["title"])
        if figure["doubt"]:
            terminal.line(figure["doubt"], "dim")
    terminal.pairs(question_lines(story.reasons, unit_id, words), title=words.text("why.ask_title"))


def _events(terminal: Terminal, story: Story) -> None:
    words = terminal.speech
    if story.events.empty:
        terminal.say("cli.no_events")
        return
    terminal.pairs(
        [
            (
                words.date(event["happened_on"], event["happened_precision"]),
                " · ".join(
                    part
                    for part in (
                        words.text(
                            "cli.event_line",
                            kind=words.text(f"outcome_kind.{event['kind']}"),
                            known=words.date(event["known_on"]),
                        ),
                        event_figures(event, terminal),
                    )
                    if part
                ),
            )
            for event in story.events.to_dict("records")
        ],
        title=words.text("cli.events"),
    )


def _document(story: Story, question: Question) -> dict[str, Any]:
    tables = {
        "facts": story.facts.drop(columns=["unit_id", "shows", "contradicts"]).reset_index(),
        "conflicts": story.conflicts,
        "history": story.history,
        "findings": story.findings,
        "lifted": story.lifted,
        "unjudged": story.unjudged,
        "interventions": story.plan,
        "events": story.events,
        "predictions": story.predictions,
    }
    return {
        "asked": question.document,
        "unit": records(story.row)[0],
        "extras": [
            {"header": line["header"], "kind": line["kind"], "value": extra_value(line["kind"], line["value"])}
            for line in story.extras.to_dict("records")
        ],
        **{name: table.to_dict("records") for name, table in tables.items()},
        **({} if story.reasons is None else why_documents(story.reasons).get(str(story.row.index[0]), {})),
    }
