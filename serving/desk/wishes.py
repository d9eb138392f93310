"""What the owner of a unit, or the bank that holds it, wants of an investor: state it, read it from a workbook, end it.

What is stated counts for every list from then on: each wish that an investor does not meet takes a part of the fit
away, with its reason. The wishes themselves are said to investors as such reasons; who stated them, and where, stays in
the office.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.unit_wishes import Side, UnitWishes
from engine.errors import EhyaError, ErrorCode
from engine.matching.wish_workbook import StatedRow, wishes_from_workbook
from engine.settings import Settings
from engine.store import Register, StoredWishes
from serving.desk.clock import day_of
from serving.desk.named import find_unit, names_of
from serving.desk.workspace import open_register

LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class WishList:
    """Wishes that stand.

    Parameters
    ----------
    wishes
        By unit and side.
    names
        Name of each unit, index ``unit_id``.
    """

    wishes: tuple[StoredWishes, ...]
    names: pd.Series


@dataclass(frozen=True, slots=True)
class WishesRead:
    """What became of a workbook of wishes.

    Parameters
    ----------
    kept
        Statements that were kept.
    unchanged
        Rows that say what stands already.
    refused
        Rows that could not be taken, each with its row.
    """

    kept: tuple[StoredWishes, ...]
    unchanged: int
    refused: tuple[EhyaError, ...]


def wishes_listed(register: Register, unit_id: str | None = None) -> WishList:
    """Wishes that stand, of one unit or of all."""
    found = register.wishes(unit_id)
    return WishList(found, names_of(register, {one.unit_id for one in found}))


def wishes_here(settings: Settings, unit_id: str | None = None) -> WishList:
    """The same in a workspace."""
    with open_register(settings) as register:
        return wishes_listed(register, unit_id)


def state_wishes(
    register: Register,
    unit_id: str,
    side: str,
    stated: Mapping[str, Any],
    *,
    source: str,
    stated_on: date,
    made_at: datetime,
    actor: str,
) -> StoredWishes:
    """Keep what a side of a unit wants, in place of what it wanted before; an empty statement takes that back.

    Parameters
    ----------
    register
        The register.
    unit_id, side, stated
        Of which unit, who wants it (``owner`` or ``bank``), and what (`engine.domain.unit_wishes.UnitWishes`).
    source
        Who says so, or where it stands.
    stated_on
        On which day it was stated.
    made_at, actor
        Now, and who keeps it.

    Raises
    ------
    EhyaError
        ``wish_key_unknown``, ``wish_value_refused`` (also for a side there is not, without a source, and for a day that
        is yet to come), ``wish_contradiction``, ``unknown_unit``.
    """
    if side not in list(Side):
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="side", given=side, allowed=[one.value for one in Side])
    if not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="source", given=source, allowed=f"1..{LONGEST_SOURCE}")
    if stated_on > (today := day_of(made_at)):
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="stated_on", given=str(stated_on), allowed=f"<= {today}")
    document = UnitWishes.read(stated).document
    return register.wishes.state(
        unit_id, Side(side), document, source=source.strip(), stated_on=stated_on, made_at=made_at, actor=actor
    )


def state_wishes_here(
    settings: Settings, unit_id: str, side: str, stated: Mapping[str, Any], **rest: Any
) -> StoredWishes:
    """The same in a workspace; ``rest`` as of `state_wishes`."""
    with open_register(settings) as register:
        return state_wishes(register, unit_id, side, stated, **rest)


def read_wishes(settings: Settings, path: Path, *, stated_on: date, made_at: datetime, actor: str) -> WishesRead:
    """Keep the wishes of a workbook, a row a unit and side; a row that cannot be taken is named and the rest goes on.

    Parameters
    ----------
    settings
        The workspace.
    path
        The .xlsx file; its name is the source of rows that name none.
    stated_on
        Day of rows that give none.
    made_at, actor
        Now, and who keeps them.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header``.
    """
    rows, refused = wishes_from_workbook(path)
    with open_register(settings) as register, register.together():
        return _keep(register, rows, refused, path.name, stated_on=stated_on, made_at=made_at, actor=actor)


def _keep(
    register: Register,
    rows: Sequence[StatedRow],
    refused: Sequence[EhyaError],
    file: str,
    *,
    stated_on: date,
    made_at: datetime,
    actor: str,
) -> WishesRead:
    standing = {(one.unit_id, one.side): one.document for one in register.wishes()}
    units = register.units()
    kept: list[StoredWishes] = []
    wrong = [*refused]
    unchanged = 0
    for row in rows:
        try:
            unit = find_unit(units, row.unit)
        except EhyaError as error:
            wrong.append(EhyaError(error.code, **error.facts | {"row": row.number}))
            continue
        document = row.wishes.document
        if standing.get((unit, row.side), {}) == document:
            unchanged += 1
            continue
        on, source = row.stated_on or stated_on, row.source or file
        kept.append(
            register.wishes.state(
                unit, row.side, document, source=source[:LONGEST_SOURCE], stated_on=on, made_at=made_at, actor=actor
            )
        )
        standing[unit, row.side] = document
    return WishesRead(tuple(kept), unchanged, tuple(wrong))
