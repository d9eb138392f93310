"""Sources, what persons decided about them, and why one goes before another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from engine.codes import Code
from engine.parsing.text import fold

EDITS = "desk:"
"""Begins the name of the source that a person's edit is; behind it stands who edited."""
CONFIRMED_MONTHS = 12
"""A reviewed or verified value gives way to a record that is younger by more months than these."""

_PAIR = ["unit_id", "field"]
_MONTH_DAYS = 30.4375
_VERSION = re.compile(
    r"\.(?:xlsx|xlsm|xls|csv|txt|parquet|json)$|(?<!\d)(?:1[34]|20)\d\d(?:[-_./ ]?\d{1,2}){0,2}(?!\d)|"
    r"\bq[1-4]\b|\bv\d+\b|\(\d+\)|\bcopy\b|\bfinal\b|نسخه \d*|نهایی"
)


class Precedence(Code):
    """Why a value shows although another source says otherwise, weightiest first."""

    PINNED = "pinned"
    CONFIDENCE = "confidence"
    FRESHER = "fresher"
    SOURCE_RANK = "source_rank"
    LATER_IMPORT = "later_import"


@dataclass(frozen=True)
class Overrides:
    """What persons decided about sources, as it stands.

    Parameters
    ----------
    confirmations
        ``unit_id, field, value, precision, confidence, source, as_of``.
    pins
        ``unit_id, field, family``, one line a field of a unit.
    ranks
        Family of a source -> rank, 1 most.
    """

    confirmations: pd.DataFrame
    pins: pd.DataFrame
    ranks: Mapping[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nobody decided anything."""
        return self.confirmations.empty and self.pins.empty and not self.ranks


def source_family(source: str) -> str:
    """Files that continue one another are one source: dates, quarters and marks of a version do not tell them apart.

    Examples
    --------
    >>> source_family("Register 1403-02.xlsx") == source_family("register 1404-02 v2.csv")
    True
    >>> source_family("bank.xlsx") == source_family("register.xlsx"), source_family("1403.xlsx")
    (False, '1403.xlsx')
    >>> source_family("desk:sara v2") == source_family("desk:sara v3")
    False
    """
    if source.startswith(EDITS):
        return source  # behind it stands a person, whose name has no versions
    folded = fold(source)
    stem = re.sub(r"[\W_]+", " ", _VERSION.sub(" ", folded)).strip()
    return stem or folded


def decided_by_hand(told: pd.DataFrame) -> pd.Series:
    """Whether what shows of a field is what a person wrote after every source that contradicts it: it is decided.

    Parameters
    ----------
    told
        Lines of `engine.store.statements.statements`, shape (n, columns).

    Returns
    -------
    pandas.Series
        ``bool``, index of ``told``, the same for all lines of a field of a unit. A choice of a source and what a person
        confirmed are decisions of their own, and are never taken for an edit.

    Examples
    --------
    >>> lines = {"unit_id": "U1", "field": "jobs_now", "source": ["desk:sara", "office.xlsx"], "import_id": [2, 1]}
    >>> told = pd.DataFrame(lines | {"why": ["later_import", None], "contradicts": [False, True]})
    >>> decided_by_hand(told).tolist(), decided_by_hand(told.assign(import_id=[2, 3])).tolist()
    ([True, True], [False, False])
    """
    number = told["import_id"].astype("float64").fillna(float("inf"))
    edit = told["source"].fillna("").str.startswith(EDITS) & told["import_id"].notna()
    fields = [told[name] for name in _PAIR]
    edited = number.where(edit & ~told["contradicts"]).groupby(fields).transform("max")
    later = number.where(told["contradicts"]).groupby(fields).transform("max") >= edited
    pinned = (told["why"].fillna("") == Precedence.PINNED.value).groupby(fields).transform("any")
    return edited.notna() & ~later & ~pinned


def held_back(cells: pd.DataFrame, overrides: Overrides, source: str | None, as_of: pd.Timestamp | None) -> pd.Series:
    """Which changed cells of an import do not show, since a person pinned another source or confirmed another value.

    Parameters
    ----------
    cells
        ``unit_id`` (units as they show), ``field``, ``after``.
    overrides
        What persons decided.
    source, as_of
        Of the import.

    Returns
    -------
    pandas.Series
        A `Precedence`, or missing where the cell shows; ``str``, index of ``cells``.
    """
    why = pd.Series(None, index=cells.index, dtype="str")
    if cells.empty or overrides.empty:
        return why
    confirmed = cells[[*_PAIR, "after"]].merge(overrides.confirmations, on=_PAIR, how="left")
    young = pd.Timestamp.min if as_of is None else as_of
    holds = confirmed["as_of"] >= young.floor("D") - pd.Timedelta(days=CONFIRMED_MONTHS * _MONTH_DAYS)
    why[(holds & (confirmed["value"] != confirmed["after"])).to_numpy()] = Precedence.CONFIDENCE.value
    pinned = cells[_PAIR].merge(overrides.pins, on=_PAIR, how="left")["family"]
    own = source_family(source or "")
    why[pinned.notna().to_numpy()] = Precedence.PINNED.value
    why[(pinned == own).to_numpy()] = None
    return why
