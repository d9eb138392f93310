"""``ehya show``: the whole story of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.diagnosis import diagnose, unjudged
from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import FIELDS, Barrier, Confidence, Field, Kind
from engine.errors import EhyaError, ErrorCode
from engine.recourse import interventions
from engine.settings import Settings
from serving.appraisal import appraise
from serving.commands.judged import asked, marks
from serving.commands.named import find_unit
from serving.commands.outcome import figures
from serving.commands.question import Question
from serving.i18n import Speech
from serving.reports.ranked import weighty_parts
from serving.reports.ranking import legend, origin_remarks, records
from serving.reports.words import spread
from serving.terminal import Terminal
from serving.workspace import champion, open_register


@dataclass(frozen=True, slots=True)
class Story:
    """Everything known of one unit.

    Parameters
    ----------
    row
        Its row of the appraisal table, or of the unit table where there is no model yet; shape (1, columns).
    history, events
        What the register holds of it.
    predictions
        Predictions that were kept, newest first.
    findings, unjudged, plan
        Barriers, what could not be judged, and what could be done.
    """

    row: pd.DataFrame
    history: pd.DataFrame
    events: pd.DataFrame
    predictions: pd.DataFrame
    findings: pd.DataFrame
    unjudged: pd.DataFrame
    plan: pd.DataFrame

    @property
    def judged(self) -> bool:
        """Whether a model was there to judge it."""
        return "triage" in self.row.columns


def show_unit(terminal: Terminal, settings: Settings, question: Question, given: str) -> None:
    """Print the story of the unit with this id or name.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``model_changed``, ``database_failed``.
    """
    story = tell(settings, question, given)
    if terminal.answer(_document(story, question)):
        return
    words, row = terminal.speech, story.row.reset_index().iloc[0]
    terminal.line(f"{words.fact(row['name'])}  ({row['unit_id']})", "bold")
    for remark in origin_remarks(story.row, words):
        terminal.line(remark, "yellow")
    _facts(terminal, story, row)
    terminal.pairs(_history(story, words), title=words.text("cli.history"))
    _barriers(terminal, story)
    if story.judged:
        _judgement(terminal, story, row)
    else:
        terminal.line(words.text(ErrorCode.NO_MODEL), "yellow")
    terminal.pairs(_kept(story, words), title=words.text("cli.kept_predictions"))
    _events(terminal, story)


def tell(settings: Settings, question: Question, given: str) -> Story:
    """Gather the story of one unit; without a model it is told without prediction."""
    with open_register(settings) as register:
        units = register.units()
        unit_id = find_unit(units, register.resolve(given))
        history, events, kept = register.history(unit_id), register.events(), register.predictions(unit_id)
        try:
            model = champion(register, settings)
        except EhyaError as error:
            if error.code not in (ErrorCode.NO_MODEL, ErrorCode.MODEL_FILE_MISSING):
                raise
            judged = units
        else:
            judged = appraise(
                units,
                model,
                as_of=question.as_of,
                price_year=question.price_year,
                assumed_capital_rial=question.assume_capital_rial,
            )
    unit = units.loc[[unit_id]]
    findings = diagnose(unit, as_of=question.as_of)
    blind = unjudged(unit, as_of=question.as_of)
    return Story(
        row=judged.loc[[unit_id]],
        history=history,
        events=events[events["unit_id"] == unit_id],
        predictions=kept,
        findings=findings,
        unjudged=blind,
        plan=interventions(findings if len(findings) else blind[blind["barrier"] == Barrier.UNKNOWN.value]),
    )


def value_in_words(field: Field, value: Any, precision: Any, speech: Speech) -> str:
    """One value with its unit of measure.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> value_in_words(Field.POWER_KW, 250.0, None, speech("en"))
    '250 kW'
    """
    spec = FIELDS[field]
    if spec.kind is Kind.MONEY:
        return speech.money(value)
    if spec.kind is Kind.DATE:
        return speech.date(value, precision)
    if spec.kind is Kind.SHARE:
        return speech.share(value)
    if spec.kind in (Kind.COUNT, Kind.NUMBER):
        return f"{speech.number(value)} {speech.text(f'measure.{spec.measure}')}"
    if field in _FAMILIES:
        return speech.codes(value, _FAMILIES[field])
    if field in (Field.PROVINCE, Field.COUNTY):
        return speech.place(value)
    if field is Field.ISIC:
        return f"{value} · {speech.sector(value)}"
    if spec.kind is Kind.YEAR:
        return speech.year(value)
    return speech.fact(bool(value) if spec.kind is Kind.FLAG else value)


_FAMILIES = {Field.STATUS: "status", Field.STOP_CAUSES: "barrier", Field.DEAL_FORMS: "deal_form"}


def _facts(terminal: Terminal, story: Story, row: pd.Series) -> None:
    """Each fact with its source; the source that most of them share is said once, above them."""
    words = terminal.speech
    latest = story.history[story.history["shown"].astype(bool)].drop_duplicates("field", keep="last")
    record = pd.Series(
        [_record(line, words) for line in latest.to_dict("records")], index=latest["field"], dtype=object
    )
    usual = record.mode().iloc[0] if len(record) else ""
    said = []
    for field in Field:
        if field is Field.NAME or pd.isna(row[field.value]):
            continue
        value = value_in_words(field, row[field.value], row.get(f"{field.value}_precision"), words)
        own = record.get(field.value, usual)
        said.append((words.text(field), value if own == usual else f"{value}  ‹{own}›"))
    terminal.pairs(said, title=f"{words.text('cli.facts')}  ‹{usual}›" if usual else words.text("cli.facts"))


def _record(line: dict[Any, Any], words: Speech) -> str:
    return words.join(
        [words.fact(line["source"]), words.date(line["as_of"]), words.codes(line["confidence"], Confidence)]
    )


def _history(story: Story, words: Speech) -> list[tuple[str, str]]:
    changed = story.history[story.history.duplicated("field", keep=False) & story.history["field"].isin(list(Field))]
    return [
        (
            f"{words.date(line['as_of'])} · {words.text('field.' + line['field'])}",
            f"{_old_value(line, words)}  ‹{words.fact(line['source'])}›",
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


def _old_value(line: dict[Any, Any], words: Speech) -> str:
    field, value = Field(line["field"]), line["value"]
    kind = FIELDS[field].kind
    if kind is Kind.FLAG:
        return words.fact(value == "true")
    number = kind in (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.SHARE)
    return value_in_words(field, float(value) if number else value, line["precision"], words)


def _barriers(terminal: Terminal, story: Story) -> None:
    words = terminal.speech
    terminal.line(words.text("cli.findings"), "bold")
    for finding in story.findings.to_dict("records"):
        barrier, evidence = words.text(f"barrier.{finding['barrier']}"), words.codes(finding["evidence"], "evidence")
        said = words.text("cli.finding", barrier=barrier, severity=finding["severity"], evidence=evidence)
        terminal.line(f"  {said}")
    if story.findings.empty:
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
        outputs = [(words.text(output), _interval(output, row, words)) for output in Output]
        title = words.join([part for part in (words.text("cli.prediction"), *marks(row, words).split("\n")) if part])
        terminal.pairs([(name, said) for name, said in outputs], title=title)
    else:
        terminal.say("cli.no_prediction", reasons=words.codes(row["not_scorable"], NotScorable))
    if pd.notna(row["rank"]):
        parts = weighty_parts(story.row)
        said = [(words.text(f"part.{name.removeprefix('part_')}"), words.number(row[name], 2)) for name in parts]
        said += [
            (words.text("column.score"), words.interval(row["score_low"], row["score"], row["score_high"], digits=2))
        ]
        said += [(words.text("column.rank"), words.number(row["rank"]))]
        terminal.pairs(said, title=words.text("cli.score_parts"))
    notes = [
        (words.text("cli.red_flags"), words.codes(row["red_flags"], "red_flag")),
        (words.text("cli.missing"), words.codes(row["missing"], "field")),
    ]
    terminal.pairs([(name, said) for name, said in notes if said != words.fact(None)])
    terminal.say("cli.model_line", version=row["model_version"], date=words.date(row["model_data_until"]))
    for line in legend(story.row, words):
        terminal.line(line, "dim")


def _interval(output: Output, row: pd.Series, words: Speech) -> str:
    said = spread(row, output, words)
    if output in (Output.REPORTED_STATUS, Output.FEASIBILITY) or said == words.number(None):
        return said
    return f"{said} {words.text('measure.persons')}"


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
                        figures(event, terminal),
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
        "history": story.history,
        "findings": story.findings,
        "unjudged": story.unjudged,
        "interventions": story.plan,
        "events": story.events,
        "predictions": story.predictions,
    }
    return {
        "asked": asked(question),
        "unit": records(story.row)[0],
        **{name: table.to_dict("records") for name, table in tables.items()},
    }
