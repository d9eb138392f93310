"""``ehya reference``: the facts that Ehya stands on, with their sources."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.reference import tables
from engine.text import fold
from serving.i18n import Speech
from serving.i18n.speech import NOT_KNOWN
from serving.reports.cells import plain
from serving.reports.workbook import Column, Notes, Sheet, write_csv, write_json, write_xlsx
from serving.terminal import Terminal

_SHOWN = 40  # rows at a terminal; files hold all


def list_tables(terminal: Terminal) -> None:
    """Print the names of all tables with their size and licence."""
    specs = [tables.spec(name) for name in tables.table_names()]
    if terminal.answer(
        [{"table": spec.name, "rows": len(tables.table(spec.name)), "licence": spec.licence} for spec in specs]
    ):
        return
    words = terminal.speech
    headers = [words.text(f"cli.{name}") for name in ("table", "rows", "licence")]
    terminal.table(headers, [[spec.name, words.number(len(tables.table(spec.name))), spec.licence] for spec in specs])
    terminal.say("cli.reference_hint")


def show_table(terminal: Terminal, name: str, where: list[str], out: Path | None) -> None:
    """Print the rows of one table that satisfy every ``column=value``, with source and licence.

    Raises
    ------
    EhyaError
        ``unknown_table``, ``unknown_column`` or ``unknown_option`` (a condition without ``=``).
    """
    spec, rows = tables.spec(name), tables.table(name)
    for condition in where:
        rows = rows.loc[_agrees(rows, condition, name)]
    if out:
        _write(terminal, name, rows, out)
    elif not terminal.answer(
        {"table": name, "licence": spec.licence, "attribution": spec.attribution, "rows": rows.to_dict("records")}
    ):
        _print(terminal, name, rows)


def _agrees(rows: pd.DataFrame, condition: str, name: str) -> pd.Series:
    column, equals, wanted = condition.partition("=")
    if not equals:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--where", given=condition, allowed=["column=value"])
    if column not in rows.columns:
        nearest = difflib.get_close_matches(column, rows.columns, n=1, cutoff=0.0)
        raise EhyaError(
            ErrorCode.UNKNOWN_COLUMN, table=name, given=column, allowed=list(rows.columns), nearest=nearest[0]
        )
    return rows[column].map(lambda value: fold(str(value)), na_action="ignore") == fold(wanted)


def _print(terminal: Terminal, name: str, rows: pd.DataFrame) -> None:
    spec, words = tables.spec(name), terminal.speech
    if len(rows) == 1:
        terminal.pairs(
            [(_header(name, column, words), _cell(rows[column].iloc[0])) for column in rows.columns], title=name
        )
    else:
        _print_many(terminal, name, rows)
    terminal.pairs([(words.text("cli.licence"), spec.licence), (words.text("cli.attribution"), spec.attribution)])


def _print_many(terminal: Terminal, name: str, rows: pd.DataFrame) -> None:
    words = terminal.speech
    facts = [column for column in rows.columns if column not in {"source", "as_of"}]
    same = [column for column in facts if len(rows[column].drop_duplicates()) == 1]
    shown = [column for column in facts if column not in same]
    terminal.pairs([(_header(name, column, words), _cell(rows[column].iloc[0])) for column in same], title=name)
    first = rows[shown].head(_SHOWN).astype(object)
    texts = {column: [_cell(value) for value in first[column]] for column in shown}
    fitting = shown[: terminal.fitting([[_header(name, column, words), *texts[column]] for column in shown])]
    cells = [list(row) for row in zip(*(texts[column] for column in fitting), strict=True)]
    terminal.table([_header(name, column, words) for column in fitting], cells, title="" if same else name)
    if len(fitting) < len(shown):
        terminal.say("cli.more_columns", columns=shown[len(fitting) :])
    if len(rows) > _SHOWN:
        terminal.say("cli.more_rows", shown=_SHOWN, count=len(rows))
    if "source" in rows.columns:
        terminal.pairs(_sources(rows, words.text("cli.no_date")), title=words.text("cli.sources"))


def _sources(rows: pd.DataFrame, no_date: str) -> list[tuple[str, str]]:
    dates = rows["as_of"].astype("str") if "as_of" in rows.columns else pd.Series("", index=rows.index)
    counted = rows.assign(at=dates.fillna(no_date)).groupby("source", sort=False)["at"].agg(["min", "max"]).head(_SHOWN)
    return [
        (low if low == high else f"{low}–{high}", str(source))
        for source, low, high in zip(counted.index, counted["min"], counted["max"], strict=True)
    ]


def _header(name: str, column: str, words: Speech) -> str:
    """Name of a column as ``--where`` takes it, with its unit of measure in words."""
    measure = tables.spec(name).measures.get(column)
    return f"{column} [{words.text(f'measure.{measure}')}]" if measure else column


def _cell(value: Any) -> str:
    known = plain(value)
    return NOT_KNOWN if known is None else str(known)


def _write(terminal: Terminal, name: str, rows: pd.DataFrame, out: Path) -> None:
    spec = tables.spec(name)
    columns = [
        Column(column, _header(name, column, terminal.speech), "long" if column == "source" else "text")
        for column in rows.columns
    ]
    sheet = Sheet(name, columns, rows)
    notes = Notes(
        terminal.speech.text("cli.notes"),
        [
            (terminal.speech.text("cli.licence"), spec.licence),
            (terminal.speech.text("cli.attribution"), spec.attribution),
        ],
    )
    if out.suffix == ".xlsx":
        write_xlsx(out, [sheet], notes, terminal.speech)
    elif out.suffix == ".csv":
        write_csv(out, sheet)
    elif out.suffix == ".json":
        write_json(
            out,
            {"table": name, "licence": spec.licence, "attribution": spec.attribution, "rows": rows.to_dict("records")},
        )
    else:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".xlsx", ".csv", ".json"])
    terminal.say("cli.written", path=str(out))
