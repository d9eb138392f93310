"""The mapping of headings as a person meets it: announced when it is remembered, written when it is open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.domain.unit import FIELDS, Field
from engine.files import replacing
from engine.intake import Intake
from engine.settings import Settings
from serving.cli.terminal import Terminal
from serving.desk.mapping import TABLE, Agreement, keep_mapping, kept_mapping, lines, read_mapping, tables
from serving.i18n import Speech


def mapping_of(terminal: Terminal, settings: Settings, stated: Path | None, source: str | None) -> Agreement | None:
    """The mapping to read a register with: the stated file, else the one kept for the source, which is announced.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mapping_unreadable``, ``unknown_option`` when a heading goes to no field.
    """
    if stated is not None:
        return read_mapping(stated)
    kept = None if source is None else kept_mapping(settings, source)
    if kept is None or not kept.is_file():
        return None
    mapping = read_mapping(kept)
    terminal.say("mapping.remembered", count=len(mapping.columns), path=str(kept))
    return mapping


def remember_mapping(terminal: Terminal, settings: Settings, mapping: Agreement, source: str) -> None:
    """Keep a mapping for the next file of this source, and print where."""
    terminal.say("mapping.kept", source=source, path=str(keep_mapping(settings, mapping, source)))


def write_mapping(path: Path, intake: Intake, mapping: Agreement | None, words: Speech) -> int:
    """Write the headings that were not recognised, for a person to say what they are.

    Returns
    -------
    int
        How many such headings there are.
    """
    unknown = dict(zip(intake.unknown_columns["column"], intake.unknown_columns["nearest"], strict=True))
    return write_headings(path, unknown, mapping, words)


def write_headings(path: Path, unknown: Mapping[str, object], mapping: Agreement | None, words: Speech) -> int:
    """Write headings with the fields that come nearest, also of a file that could not be read for want of them.

    Returns
    -------
    int
        How many headings there are.
    """
    offered = "".join(_offer(heading, nearest, words) for heading, nearest in unknown.items())
    fields = "".join(
        f"#   {field.value} = {words.text(field)}{f' [{FIELDS[field].measure}]' if FIELDS[field].measure else ''}\n"
        for field in Field
    )
    about = _commented(words.text("mapping.about"))
    stated = mapping or Agreement({}, {})
    values = tables(stated.values) or _commented(words.text("mapping.values"))
    with replacing(path) as beside:
        beside.write_text(f"{about}\n[{TABLE}]\n{lines(stated.columns)}{offered}\n{values}\n{fields}", encoding="utf-8")
    return len(unknown)


def _offer(heading: str, nearest: object, words: Speech) -> str:
    """A line to uncomment: under its heading, the nearest field."""
    if not isinstance(nearest, str):
        return f"# {words.text('mapping.none_near')}\n# {lines({heading: 'ignore'})}"
    return f"# {words.text('mapping.nearest', field=Field(nearest))}\n# {lines({heading: nearest})}"


def _commented(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())
