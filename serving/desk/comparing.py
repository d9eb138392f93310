"""Two to five units side by side: in which fields they differ, and why one stands before the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.ranking.criteria import Part
from serving.desk.appraisal import Appraised
from serving.desk.named import find_unit
from serving.desk.steadiness import acceptance
from serving.desk.swapping import Swapped, swapped
from serving.desk.why import Why, why

FEWEST, MOST = 2, 5
"""Units that stand side by side."""


@dataclass(frozen=True, eq=False, slots=True)
class Before:
    """Why one unit stands before another.

    Parameters
    ----------
    ahead, behind
        Ids of the units, by rank.
    parts
        What each part of the score gives the first above the second, by its name, the largest advantage first; empty
        where one of them has no score.
    by_verdict
        Whether their verdicts decide, before any weight.
    chance
        Share of the draws of weights and values in which the first stands before the second, 0..1; ``None`` without
        scores.
    swap
        The smallest change of weights that puts them level; ``None`` without scores.
    """

    ahead: str
    behind: str
    parts: Mapping[str, float]
    by_verdict: bool
    chance: float | None
    swap: Swapped | None


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """Units side by side.

    Parameters
    ----------
    appraised
        The appraisal in which they stand.
    units
        Rows of its table, in the order given.
    differing
        Fields of the record in which they differ; a field that only some of them state is one.
    alike
        Fields that all of them state alike.
    why
        What stands behind the figures of each.
    pairs
        Why each stands before the next, by rank.
    """

    appraised: Appraised
    units: pd.DataFrame
    differing: tuple[str, ...]
    alike: tuple[str, ...]
    why: Why
    pairs: tuple[Before, ...]


def distinct(units: Sequence[str]) -> list[str]:
    """Each unit once, so that no unit is compared with itself.

    Examples
    --------
    >>> distinct(["b", "a", "b"])
    ['b', 'a']
    """
    return list(dict.fromkeys(units))


def differing(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Fields in which records differ, sorted; what a record lacks differs from what another states.

    Examples
    --------
    >>> differing([{"a": 1, "b": 2}, {"a": 1}])
    ['b']
    """
    names = sorted({name for record in records for name in record})
    return [name for name in names if any(record.get(name) != records[0].get(name) for record in records)]


def compared(appraised: Appraised, wanted: Sequence[str]) -> Comparison:
    """Put units side by side.

    Parameters
    ----------
    appraised
        An appraisal, in the order that is to be explained.
    wanted
        Ids or names of two to five units.

    Raises
    ------
    EhyaError
        ``value_unreadable`` where they are fewer or more, ``unknown_unit``, ``several_units``.

    Examples
    --------
    >>> compared(Appraised(pd.DataFrame(), None, None), ["a", "a"])
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: value_unreadable: option='unit' given='a' allowed=['2 … 5']
    """
    given = distinct([one.strip() for one in wanted if one.strip()])
    if not FEWEST <= len(given) <= MOST:
        said = ", ".join(given)
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="unit", given=said, allowed=[f"{FEWEST} … {MOST}"])
    table = appraised.table
    ids = distinct([find_unit(table, one) for one in given])
    if len(ids) < FEWEST:
        said = ", ".join(given)
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="unit", given=said, allowed=[f"{FEWEST} … {MOST}"])
    units = table.loc[ids]
    records = [_stated(row) for row in units.to_dict("records")]
    unlike = differing(records)
    order = {field.value: place for place, field in enumerate(Field)}
    alike = {name for record in records for name in record} - set(unlike)
    return Comparison(
        appraised,
        units,
        tuple(sorted(unlike, key=order.__getitem__)),
        tuple(sorted(alike, key=order.__getitem__)),
        why(appraised, ids),
        _pairs(appraised, units),
    )


def _stated(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What a record states, by field; its name heads the comparison."""
    names = [field.value for field in Field if field is not Field.NAME and field.value in row]
    return {name: row[name] for name in names if not pd.isna(row[name]) and row[name] != ""}


def _pairs(appraised: Appraised, units: pd.DataFrame) -> tuple[Before, ...]:
    """Each unit and the next by rank; those without a rank stand last and are explained by their verdict."""
    by_rank = units.sort_values("rank", na_position="last", kind="stable")
    scored = by_rank[by_rank["score"].notna()]
    winning = acceptance(appraised, scored, k=1).winning if len(scored) >= FEWEST else pd.DataFrame()
    ids = [str(unit) for unit in by_rank.index]
    return tuple(_before(appraised, by_rank, winning, one, other) for one, other in pairwise(ids))


def _before(appraised: Appraised, units: pd.DataFrame, winning: pd.DataFrame, ahead: str, behind: str) -> Before:
    first, second = units.loc[ahead], units.loc[behind]
    by_verdict = bool(first["triage"] != second["triage"])
    if pd.isna(first["score"]) or pd.isna(second["score"]):
        return Before(ahead, behind, {}, by_verdict, None, None)
    gains = {part.value: float(first[f"part_{part.value}"] - second[f"part_{part.value}"]) for part in Part}
    parts = dict(sorted(gains.items(), key=lambda pair: -pair[1]))
    chance = float(winning.loc[ahead, behind])
    return Before(ahead, behind, parts, by_verdict, chance, swapped(appraised, ahead, behind))
