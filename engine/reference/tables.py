"""Open a reference table: ``data/NAME.csv`` holds the rows, ``data/NAME.toml`` says what the columns are."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode

_FOLDER = resources.files(__package__) / "data"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What a reference table holds.

    Parameters
    ----------
    name
        Name of the table.
    key
        Columns that identify a row.
    dtypes
        Column -> pandas dtype.
    measures
        Column -> unit of measure, where there is one.
    licence, attribution
        The terms the facts came under, and the words owed to their source.
    """

    name: str
    key: tuple[str, ...]
    dtypes: dict[str, str]
    measures: dict[str, str]
    licence: str
    attribution: str


def table_names() -> list[str]:
    """Names of all reference tables, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))


@cache
def spec(name: str) -> TableSpec:
    """Describe one table.

    Raises
    ------
    EhyaError
        ``unknown_table``, with the nearest name.
    """
    if name not in table_names():
        nearest = difflib.get_close_matches(name, table_names(), n=1, cutoff=0.0)
        raise EhyaError(ErrorCode.UNKNOWN_TABLE, given=name, allowed=table_names(), nearest=nearest[0])
    document: dict[str, Any] = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    columns: dict[str, dict[str, str]] = document["columns"]
    return TableSpec(
        name=name,
        key=tuple(document["key"]),
        dtypes={column: entry["dtype"] for column, entry in columns.items()},
        measures={column: entry["measure"] for column, entry in columns.items() if "measure" in entry},
        licence=document["licence"],
        attribution=document["attribution"],
    )


@cache
def _rows(name: str) -> pd.DataFrame:
    with (_FOLDER / f"{name}.csv").open("r", encoding="utf-8") as file:
        text = pd.read_csv(file, dtype="str", keep_default_na=False, na_values=[""])
    dtypes = spec(name).dtypes
    if list(text.columns) != list(dtypes):
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table=name, given=list(text.columns), allowed=list(dtypes))
    return text.astype(dtypes)


def table(name: str) -> pd.DataFrame:
    """Rows of one table, as a copy the caller may change.

    Raises
    ------
    EhyaError
        ``unknown_table``, with the nearest name.
    """
    spec(name)
    return _rows(name).copy()
