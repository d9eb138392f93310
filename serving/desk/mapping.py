"""What the headings and words of a register mean: a small TOML file, stated by a person, kept for each source."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.settings import Settings

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


def kept_mapping(settings: Settings, source: str) -> Path:
    """Where the mapping of a source is kept; the file is there once one was stated.

    Examples
    --------
    >>> kept_mapping(Settings.from_environment({"EHYA_HOME": "work"}), "list of units.xlsx").name
    'list_of_units.xlsx-a93a2e6b.toml'
    """
    # A name as far as every disk takes it, and what distinguishes names that read alike.
    readable = re.sub(r"[^\w.-]+", "_", source).strip("._")[:40]
    return settings.home / "mappings" / f"{readable}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.toml"


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
    if not isinstance(values, dict):
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=f"[{VALUES}]")
    for field, words in values.items():
        if not isinstance(words, dict):
            raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=f"[{VALUES}.{field}]")
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


def keep_mapping(settings: Settings, mapping: Agreement, source: str) -> Path:
    """Keep a mapping for the next file of this source.

    Returns
    -------
    pathlib.Path
        Where it stands.
    """
    path = kept_mapping(settings, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        beside.write_text(f"[{TABLE}]\n{lines(mapping.columns)}{tables(mapping.values)}", encoding="utf-8")
    return path


def lines(mapping: Mapping[str, str]) -> str:
    r"""Pairs as lines of TOML.

    Examples
    --------
    >>> lines({"no. of staff": "jobs_now"})
    '"no. of staff" = "jobs_now"\n'
    """
    return "".join(f"{_quoted(heading)} = {_quoted(field)}\n" for heading, field in mapping.items())


def tables(values: Mapping[str, Mapping[str, str]]) -> str:
    r"""What words mean, as tables of TOML, one a field.

    Examples
    --------
    >>> tables({"status": {"x": "idle"}})
    '\n[values.status]\n"x" = "idle"\n'
    """
    return "".join(f"\n[{VALUES}.{field}]\n{lines(words)}" for field, words in values.items())


def _meaning(meaning: object, word: str, path: Path) -> str:
    if isinstance(meaning, list) and all(isinstance(one, str) for one in meaning):
        return ";".join(meaning)
    if isinstance(meaning, bool):
        return "yes" if meaning else "no"
    if not isinstance(meaning, str):
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=word)
    return meaning


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _allowed() -> list[str]:
    return [*(field.value for field in Field), "serial", "ignore"]
