"""``ehya health``: what the register itself is worth, and what to fill first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.settings import Settings
from serving.cli.question import today, written_day
from serving.cli.terminal import Terminal

if TYPE_CHECKING:
    import pandas as pd

    from engine.health import Health

_PARTS = 12  # parts of the register at a terminal; a file lists all


def show_health(
    terminal: Terminal, settings: Settings, *, by: str, out: Path | None = None, as_of: str | None = None
) -> None:
    """Print or write the health of the register.

    Raises
    ------
    EhyaError
        ``unknown_option`` (``--by``, ``--out``, ``--as-of``), ``database_failed``.
    """
    from serving.desk.health import register_health, register_questions
    from serving.reports.health import health_document, write_health

    at = today() if as_of is None else written_day(as_of, "--as-of").at
    with terminal.busy("register_health.reading"):
        found = register_health(settings, as_of=at, by=by)
        asked = register_questions(settings, as_of=at)
    if out:
        write_health(out, found, terminal.speech, asked=asked)
        terminal.written(out)
    elif terminal.answer(health_document(found, asked)):
        return
    elif found.totals.empty:
        terminal.say("register_health.empty")
    else:
        _print(terminal, found, by)
        _print_questions(terminal, asked)


def _print_questions(terminal: Terminal, asked: pd.DataFrame) -> None:
    from serving.reports.reasons import fields_said

    words = terminal.speech
    rows = [
        [
            fields_said(line["fields"], words),
            words.number(line["units"]),
            words.number(100 * line["narrows"], 2),
            words.number(line["moves_top"], 1),
        ]
        for line in asked.head(_PARTS).to_dict("records")
    ]
    if rows:
        headers = [words.text(f"why.{name}") for name in ("fill", "lacking", "narrows_by", "moves_count")]
        terminal.table(headers, rows, title=words.text("why.ask_register_title"))


def _print(terminal: Terminal, found: Health, by: str) -> None:
    from serving.reports.health import bar, overview_lines

    words = terminal.speech
    said = {"share": lambda value: f"{bar(value)} {words.share(value)}", "number": lambda value: words.number(value, 1)}
    pairs = [
        (name, said.get(kind, words.number)(value)) for name, value, kind in overview_lines(found, words)
    ]  # fmt: skip
    count = words.number(len(found.records))
    title = words.text("register_health.title", count=count, date=words.date(found.as_of))
    terminal.pairs(pairs, title=title)
    _print_fields(terminal, found)
    _print_unlocks(terminal, found)
    _print_ages(terminal, found)
    _print_parts(terminal, found, by)
    _print_odd(terminal, found)


def _print_odd(terminal: Terminal, found: Health) -> None:
    from serving.reports.words import odd_said

    words = terminal.speech
    lines = found.implausible.head(_PARTS).to_dict("records")
    pairs = [(f"{line['unit_id']} · {name}", said) for line in lines for name, said in [odd_said(line, words)]]
    terminal.pairs(pairs, title=words.text("cli.implausible"))


def _print_fields(terminal: Terminal, found: Health) -> None:
    from serving.reports.health import bar

    words = terminal.speech
    weighed = found.fields[found.fields["weight"] > 0].sort_values(
        ["weight", "share"], ascending=[False, True], kind="stable"
    )
    rows = [
        [words.text(f"field.{name}"), words.number(weight), f"{bar(share)} {words.share(share)}"]
        for name, weight, share in weighed[["field", "weight", "share"]].values.tolist()
    ]
    terminal.table([words.text(f"register_health.{name}") for name in ("field", "weight", "share")], rows)


def _print_unlocks(terminal: Terminal, found: Health) -> None:
    from serving.reports.health import field_names

    words = terminal.speech
    rows = [
        [field_names(row.fields, words), words.number(row.units), words.number(row.alone)]
        for row in found.unlocks[found.unlocks["alone"] > 0].itertuples()
    ]
    if rows:
        headers = [words.text(f"register_health.{name}") for name in ("fill", "unlocks", "alone")]
        terminal.table(headers, rows, title=words.text("register_health.unlock_title"))
    reasons = found.reasons[found.reasons["units"] > 0]
    pairs = [(words.text(f"not_scorable.{row.code}"), words.number(row.units)) for row in reasons.itertuples()]
    terminal.pairs(pairs, title=words.text("register_health.reasons_title"))


def _print_ages(terminal: Terminal, found: Health) -> None:
    from serving.reports.health import age_words, bar

    words = terminal.speech
    pairs = [
        (said, f"{bar(share)} {words.number(units)}")
        for said, share, units in zip(
            age_words(found.ages, words), found.ages["share"].tolist(), found.ages["units"].tolist(), strict=True
        )
    ]
    terminal.pairs(pairs, title=words.text("register_health.ages_title"))


def _print_parts(terminal: Terminal, found: Health, by: str) -> None:
    from engine.health.assessment import GROUPS
    from serving.reports.health import bar, parts_in_words

    words = terminal.speech
    parts = parts_in_words(found, by, words)
    rows = [
        [
            words.join(str(part[name]) for name in reversed(GROUPS[by])),
            words.number(part["units"]),
            f"{bar(part['completeness'], 10)} {words.share(part['completeness'])}",
            words.share(part["publishable"]),
            words.share(part["scorable"]),
            words.number(part["age_months"], 1),
        ]
        for part in parts.head(_PARTS).to_dict("records")
    ]
    names = ("units", "completeness", "publishable", "scorable", "age_months")
    headers = [words.text(f"field.{by}"), *(words.text(f"register_health.{name}") for name in names)]
    terminal.table(headers, rows, title=words.text("register_health.by", name=words.text(f"field.{by}")))
    if len(parts) > _PARTS:
        terminal.say("register_health.more_parts", shown=_PARTS, count=len(parts))
