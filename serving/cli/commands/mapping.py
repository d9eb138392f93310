"""The mapping of headings: a small TOML file that a person edits, remembered for each source."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from engine.domain.unit import FIELDS, Field
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.intake import Intake
from engine.settings import Settings
from serving.cli.terminal import Terminal
from serving.i18n import Speech

TABLE = "columns"
VALUES = "values"


class Agreement(NamedTuple):
    """What a person states of a register.

    Parameters
    ----------
    columns
        Heading -> field, ``serial`` or ``ignore``.
    values
        Field -> the register's word -> what it means: ``{"status": {"چ": "idle"}}``.
    """

    columns: dict[str, str]
    values: dict[str, dict[str, str]]


def mapping_of(terminal: Terminal, settings: Settings, stated: Path | None, source: str | None) -> Agreement | None:
    """The mapping to read a register with: the stated file, else the one remembered for the source, which is said.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mapping_unreadable``, ``unknown_option`` when a heading goes to no field.
    """
    if stated is not None:
        return read_mapping(stated)
    kept = None if source is None else _kept(settings, source)
    if kept is None or not kept.is_file():
        return None
    mapping = read_mapping(kept)
    terminal.say("mapping.remembered", count=len(mapping.columns), path=str(kept))
    return mapping


def read_mapping(path: Path) -> Agreement:
    r"""Read heading -> field, and what a register's own words mean.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``mapping_unreadable``, ``unknown_option``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "map.toml"
    ...     _ = file.write_text('[columns]\n"آدم‌ها" = "jobs_now"\n', encoding="utf-8")
    ...     read_mapping(file).columns
    {'آدم‌ها': 'jobs_now'}
    """
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=path.name) from None
    except (OSError, ValueError) as error:
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=str(error)) from None
    columns, values = document.get(TABLE, {}), document.get(VALUES, {})
    if not document or set(document) - {TABLE, VALUES} or not isinstance(columns, dict):
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=f"[{TABLE}]")
    if not isinstance(values, dict) or not all(isinstance(words, dict) for words in values.values()):
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=f"[{VALUES}.status]")
    for heading, field in columns.items():
        if not isinstance(field, str):
            raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=heading)
        if field not in _allowed():
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option=heading, given=field, allowed=_allowed())
    meant = {
        field: {word: _meaning(meaning, word, path) for word, meaning in words.items()}
        for field, words in values.items()
    }
    return Agreement(dict(columns), meant)


def _meaning(meaning: object, word: str, path: Path) -> str:
    if isinstance(meaning, list) and all(isinstance(one, str) for one in meaning):
        return ";".join(meaning)
    if isinstance(meaning, bool):
        return "yes" if meaning else "no"
    if not isinstance(meaning, str):
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=word)
    return meaning


def remember_mapping(terminal: Terminal, settings: Settings, mapping: Agreement, source: str) -> None:
    """Keep a mapping for the next file of this source, and say where."""
    path = _kept(settings, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(f"[{TABLE}]\n{_lines(mapping.columns)}{_tables(mapping.values)}", encoding="utf-8")
    terminal.say("mapping.kept", source=source, path=str(path))


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
    known = mapping or Agreement({}, {})
    values = _tables(known.values) or _commented(words.text("mapping.values"))
    with replacing(path) as beside:
        beside.write_text(f"{about}\n[{TABLE}]\n{_lines(known.columns)}{offered}\n{values}\n{fields}", encoding="utf-8")
    return len(unknown)


def _offer(heading: str, nearest: object, words: Speech) -> str:
    """A line to uncomment: under its heading, the nearest field."""
    if not isinstance(nearest, str):
        return f"# {words.text('mapping.none_near')}\n# {_lines({heading: 'ignore'})}"
    return f"# {words.text('mapping.nearest', field=Field(nearest))}\n# {_lines({heading: nearest})}"


def _tables(values: Mapping[str, Mapping[str, str]]) -> str:
    return "".join(f"\n[{VALUES}.{field}]\n{_lines(words)}" for field, words in values.items())


def _commented(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _lines(mapping: Mapping[str, str]) -> str:
    return "".join(f"{_quoted(heading)} = {_quoted(field)}\n" for heading, field in mapping.items())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _allowed() -> list[str]:
    return [*(field.value for field in Field), "serial", "ignore"]


def _kept(settings: Settings, source: str) -> Path:
    """One file for each source: its name as far as every disk takes it, and what tells like names apart."""
    readable = re.sub(r"[^\w.-]+", "_", source).strip("._")[:40]
    return settings.home / "mappings" / f"{readable}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.toml"
