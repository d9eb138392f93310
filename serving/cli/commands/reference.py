"""``ehya reference``: the facts that Ehya stands on, with their sources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import from_jalali
from engine.reference import TableSpec, spec, table, table_names
from engine.reference.effects import NAME as EFFECTS
from engine.reference.effects import effects
from engine.reference.own import own_rows
from serving.cli.commands.conditions import columns_asked, select
from serving.cli.terminal import Terminal
from serving.i18n import Speech
from serving.reports.cells import plain
from serving.reports.facts import header, said, title
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx

_SHOWN = 120  # rows at a terminal; files hold all
_BELOW = ("source", "as_of")
_SOURCES = 12  # sources below a table
_FEW = 4  # rows that are shown one below the other where less than half of their columns fit side by side
_SENTENCE = 60  # letters from which on a cell is a sentence, and stands better below its row than in it
_FIRST_GREGORIAN = 1700  # a lower year is Jalali


def list_tables(terminal: Terminal) -> None:
    """Print what each table holds, with its rows and its latest date."""
    specs = [spec(name) for name in table_names()]
    words = terminal.speech
    latest = {described.name: _latest(described) for described in specs}
    document = [
        {
            "table": described.name,
            "holds": words.text(f"table.{described.name}"),
            "rows": len(table(described.name)),
            "latest": latest[described.name],
            "licence": described.licence,
            "attribution": described.attribution,
        }
        for described in specs
    ]
    if terminal.answer(document):
        return
    terminal.table(
        [words.text(f"cli.{name}") for name in ("table", "rows", "latest", "holds")],
        [
            [
                described.name,
                words.number(len(table(described.name))),
                words.digits(latest[described.name]) if latest[described.name] else words.text("cli.no_date"),
                words.text(f"table.{described.name}"),
            ]
            for described in specs
        ],
    )
    terminal.say("cli.reference_hint")


def list_sources(terminal: Terminal) -> None:
    """Print to whom the facts of each table are owed, and under which terms they came."""
    words = terminal.speech
    specs = [spec(name) for name in table_names()]
    if terminal.answer([{"table": one.name, "attribution": one.attribution, "licence": one.licence} for one in specs]):
        return
    entries = [
        [
            f"{one.name}: {words.text(f'table.{one.name}')}",
            f"{words.text('cli.attribution')}: {one.attribution}",
            f"{words.text('cli.licence')}: {one.licence}",
        ]
        for one in specs
    ]
    terminal.entries(entries, title=words.text("cli.sources_title"))
    terminal.say("cli.sources_hint")


def show_table(
    terminal: Terminal, name: str, where: list[str], out: Path | None, own: Mapping[str, Path] | None = None
) -> None:
    """Print the rows of one table that satisfy every condition, with source and licence.

    ``own`` names files that stand instead of tables of the project, where they are there.

    Raises
    ------
    EhyaError
        ``unknown_table``, what ``select`` raises, or ``unknown_option`` for a file of another kind.
    """
    described, file = spec(name), (own or {}).get(name)
    replaced = file is not None and file.is_file()
    rows = _rows(name, file if replaced else None)
    overridden = rows.pop("overridden") if "overridden" in rows else None
    kept = pd.Series(True, index=rows.index)
    for condition in where:  # each against the whole table, so that a misspelt value is not taken for an empty answer
        kept &= rows.index.isin(select(rows, described, condition).index)
    rows = rows[kept]
    if out:
        _write(terminal, described, rows, out)
    elif not terminal.answer(
        {
            "table": name,
            "licence": described.licence,
            "attribution": described.attribution,
            "rows": rows.to_dict("records"),
        }
    ):
        _print(terminal, described, rows, columns_asked(described, where))
        if file is not None:
            key = "cli.own_table_hint" if not replaced else "cli.own_table" if overridden is None else "cli.own_rows"
            count = 0 if overridden is None else int(overridden.sum())
            terminal.say(key, path=str(file), table=name, count=count)
        if not where and len(rows) > 1:
            columns = [_both(column, terminal.speech) for column in described.columns]
            terminal.say("cli.where_hint", columns=columns)


def _rows(name: str, file: Path | None) -> pd.DataFrame:
    """Rows of a table, as a file of one's own replaces them; with ``overridden`` where it replaces single rows."""
    if file is None:
        return table(name)
    return effects(file) if name == EFFECTS else own_rows(name, file)


def _latest(described: TableSpec) -> str:
    """The latest date of a table as it is written there, of rows that are no gaps; empty where none is."""
    rows = table(described.name)
    if described.gaps:
        rows = rows[rows[[value for value, _ in described.gaps]].notna().any(axis=1)]
    written: list[str] = []
    for column in described.dates:
        given = rows[column].dropna()
        written += given.astype(str).str[:10].tolist()
    years = [found for text in written for found in re.findall(r"\d{4}(?:-\d\d){0,2}(?!\d)", text)]
    years += [last for text in written for last in re.findall(r"\d{4}-(\d{4})", text)]
    return max(years, key=_order, default="")


def _order(written: str) -> str:
    year, *rest = written.split("-")
    if int(year) >= _FIRST_GREGORIAN:
        return written
    return from_jalali(int(year), *(int(part) for part in rest)).isoformat()


def _print(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, asked: Sequence[str]) -> None:
    words = terminal.speech
    columns = _in_order(described, words, asked)
    if rows.empty:
        terminal.say("cli.no_row", table=described.name)
        return
    if len(rows) == 1 or _too_wide(terminal, described, rows, columns):
        for _, row in rows.iterrows():
            pairs = [(header(described, name, words), said(described, name, row[name], words)) for name in columns]
            terminal.pairs(pairs, title=_heading(described, words))
    elif _sentences(rows, columns, words):
        _print_entries(terminal, described, rows, columns)
    else:
        _print_table(terminal, described, rows, columns)
    owed = [(words.text("cli.licence"), described.licence), (words.text("cli.attribution"), described.attribution)]
    terminal.pairs(owed)


def _heading(described: TableSpec, words: Speech) -> str:
    return f"{described.name}: {words.text(f'table.{described.name}')}"


def _both(column: str, words: Speech) -> str:
    return column if words.language == "en" else f"{title(column, words)} = {column}"


def _in_order(described: TableSpec, words: Speech, asked: Sequence[str]) -> list[str]:
    """Columns as a reader wants them: first the key, then what was asked for; last what is in the other language."""
    other = "_en" if words.language == "fa" else "_fa"
    places = {column: (column not in described.key, column not in asked) for column in described.columns}
    return sorted(described.columns, key=lambda column: (column.endswith(other), *places[column]))


def _sentences(rows: pd.DataFrame, columns: Sequence[str], words: Speech) -> list[str]:
    """Columns of sentences in the reader's language."""
    other = "_en" if words.language == "fa" else "_fa"
    return [
        column
        for column in columns
        if column.startswith("meaning") and not column.endswith(other) and rows[column].str.len().max() > _SENTENCE
    ]


def _too_wide(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Whether few rows are better shown one below the other: most of their columns do not fit side by side."""
    return len(rows) <= _FEW and 2 * len(_fitting(terminal, described, rows, columns)) < len(_differing(rows, columns))


def _print_entries(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, columns: Sequence[str]) -> None:
    words = terminal.speech
    sentences = _sentences(rows, columns, words)
    named = [column for column in columns if column in described.key or column.startswith("term")]
    facts = [column for column in columns if column not in named and not column.startswith("meaning")]
    same = [column for column in facts if len(rows[column].drop_duplicates()) == 1]
    entries = []
    for _, row in rows.head(_SHOWN).iterrows():
        told = [
            f"{title(column, words)}: {said(described, column, row[column], words)}"
            for column in facts
            if column not in same and plain(row[column]) is not None
        ]
        heading = " · ".join(said(described, column, row[column], words) for column in named)
        below = [said(described, column, row[column], words) for column in sentences]
        entries.append([heading, *below, *([" · ".join(told)] if told else [])])
    terminal.entries(entries, title=_heading(described, words))
    terminal.pairs(
        [(header(described, column, words), said(described, column, rows[column].iloc[0], words)) for column in same]
    )
    _more(terminal, len(rows))


def _print_table(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, columns: Sequence[str]) -> None:
    words = terminal.speech
    shown = _differing(rows, columns)
    same = [column for column in columns if column not in shown and column not in _BELOW]
    fitting = _fitting(terminal, described, rows, columns)
    terminal.pairs(
        [(header(described, column, words), said(described, column, rows[column].iloc[0], words)) for column in same],
        title=_heading(described, words),
    )
    texts = _texts(described, rows, fitting, words)
    cells = [list(row) for row in zip(*(texts[column] for column in fitting), strict=True)]
    heads = [header(described, column, words) for column in fitting]
    terminal.table(heads, cells, title="" if same else _heading(described, words))
    if len(fitting) < len(shown):
        terminal.say("cli.more_columns", columns=[title(column, words) for column in shown[len(fitting) :]])
    _more(terminal, len(rows))
    sources = _sources(rows, words)
    terminal.pairs(sources[:_SOURCES], title=words.text("cli.sources"))
    if len(sources) > _SOURCES:
        terminal.say("cli.more_sources", count=len(sources) - _SOURCES)


def _differing(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Columns that tell the rows apart; sources and dates stand below the table."""
    return [column for column in columns if column not in _BELOW and len(rows[column].drop_duplicates()) > 1]


def _texts(described: TableSpec, rows: pd.DataFrame, columns: Sequence[str], words: Speech) -> dict[str, list[str]]:
    first = rows[list(columns)].head(_SHOWN).astype(object)
    return {column: [said(described, column, value, words) for value in first[column]] for column in columns}


def _fitting(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Columns, from the first, that fit side by side."""
    words, shown = terminal.speech, _differing(rows, columns)
    texts = _texts(described, rows, shown, words)
    return shown[: terminal.fitting([[header(described, column, words), *texts[column]] for column in shown])]


def _more(terminal: Terminal, count: int) -> None:
    if count > _SHOWN:
        terminal.say("cli.more_rows", shown=_SHOWN, count=count)


def _sources(rows: pd.DataFrame, words: Speech) -> list[tuple[str, str]]:
    no_date = words.text("cli.no_date")
    dates = rows["as_of"].astype("str") if "as_of" in rows.columns else pd.Series("", index=rows.index)
    dates = dates.replace("undated", no_date).fillna(no_date)
    counted = rows.assign(at=dates).groupby("source", sort=False)["at"].agg(["min", "max"])
    return [
        (words.digits(low if low == high else f"{low}–{high}"), str(source))
        for source, low, high in zip(counted.index, counted["min"], counted["max"], strict=True)
    ]


def _write(terminal: Terminal, described: TableSpec, rows: pd.DataFrame, out: Path) -> None:
    words, name = terminal.speech, described.name
    columns = [
        SheetColumn(
            column,
            f"{header(described, column, words)} ({column})" if out.suffix == ".xlsx" else column,
            "long" if column == "source" or column.startswith("meaning") else "text",
        )
        for column in rows.columns
    ]
    sheet = OutputSheet(name, columns, rows)
    notes = Notes(
        words.text("cli.notes"),
        [(words.text("cli.licence"), described.licence), (words.text("cli.attribution"), described.attribution)],
    )
    if out.suffix == ".xlsx":
        write_xlsx(out, [sheet], notes, words)
    elif out.suffix == ".csv":
        write_csv(out, sheet)
    elif out.suffix == ".json":
        records = rows.to_dict("records")
        owed = {"licence": described.licence, "attribution": described.attribution}
        write_json(out, {"table": name, **owed, "rows": records})
    else:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--out", given=out.name, allowed=[".xlsx", ".csv", ".json"])
    terminal.written(out)
