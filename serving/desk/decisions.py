"""What persons decide of the register: which source shows, which value was checked, which units are one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from engine.domain.unit import Confidence
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act, Register
from serving.desk.named import find_unit
from serving.desk.units import UnitTexts
from serving.desk.workspace import open_register

NameField = Callable[[str, pd.Index], str]
"""Finds the field that a person names, among those that the unit's history tells of: names are words of a language."""


@dataclass(frozen=True, eq=False, slots=True)
class Conflicts:
    """What sources say that contradict each other, a line a field and source; these units; the ranks of the sources."""

    lines: pd.DataFrame
    units: pd.DataFrame
    source_ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """What shows of a field after a decision: the unit, the field, and its line of `Units.facts`."""

    unit_id: str
    field: str
    fact: Mapping[Any, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Duplicates:
    """Pairs of units that may be one, oldest proposal first, and these units."""

    pairs: pd.DataFrame
    units: pd.DataFrame


def conflicts(
    settings: Settings, *, unit: str | None = None, field: str | None = None, name_field: NameField
) -> Conflicts:
    """Where sources contradict each other.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``.
    """
    with open_register(settings) as register:
        unit_id = None if unit is None else find_unit(register.units(), register.units.resolve(unit))
        lines, ranks = register.decisions.conflicts(unit_id), register.decisions.source_ranks()
        units = register.units.some(set(lines["unit_id"]))
    if field is not None:
        lines = lines[lines["field"] == name_field(field, pd.Index(lines["field"]))]
    return Conflicts(lines, units, ranks)


@dataclass(frozen=True, eq=False, slots=True)
class Waiting:
    """All that waits for a decision: where sources contradict each other, and pairs that may be one unit."""

    conflicts: Conflicts
    duplicates: Duplicates

    @property
    def fields(self) -> int:
        """Fields of units on which sources contradict each other."""
        return len(self.conflicts.lines.drop_duplicates(["unit_id", "field"]))


def waiting(settings: Settings) -> Waiting:
    """All that waits for a decision."""
    return Waiting(conflicts(settings, name_field=exact_field), duplicates(settings))


def pin(
    settings: Settings, unit: str, field: str, source: str, *, made_at: datetime, actor: str, name_field: NameField
) -> Decided:
    """Let one source show for a field, and note in the audit who chose it.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``field_not_stated``, ``source_silent``.
    """
    with open_register(settings) as register, register.together():
        unit_id, name = _named(register, unit, field, name_field)
        register.decisions.pin(unit_id, name, source, made_at=made_at)
        _note(register, "pin", unit_id, made_at=made_at, actor=actor, field=name, source=source)
        return _decided(register, unit_id, name)


def unpin(
    settings: Settings, unit: str, field: str, *, made_at: datetime, actor: str, name_field: NameField
) -> Decided:
    """Take the choice of a source back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``nothing_decided``.
    """
    with open_register(settings) as register, register.together():
        unit_id, name = _named(register, unit, field, name_field)
        register.decisions.unpin(unit_id, name, made_at=made_at)
        _note(register, "unpin", unit_id, made_at=made_at, actor=actor, field=name)
        return _decided(register, unit_id, name)


def rank_source(settings: Settings, source: str, rank: int, *, made_at: datetime, actor: str) -> Mapping[str, int]:
    """Say how much a source counts among others of one day; 0 takes it back. Returns the ranks of all sources.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    if rank < 0:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--rank", given=rank, allowed=["0", "1", "2", "3", "..."])
    with open_register(settings) as register, register.together():
        register.decisions.rank_source(source, rank or None, made_at=made_at)
        register.audit.note(
            made_at=made_at, actor=actor, act=Act.DECIDED, subject=source, what="rank_source", rank=rank or None
        )
        return register.decisions.source_ranks()


def confirm(
    settings: Settings,
    unit: str,
    field: str,
    *,
    level: str,
    source: str | None,
    as_of: pd.Timestamp,
    made_at: datetime,
    actor: str,
    name_field: NameField,
) -> Decided:
    """Record that a person checked the value that shows.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``field_not_stated``.
    """
    if level not in (Confidence.REVIEWED, Confidence.VERIFIED):
        allowed = [Confidence.REVIEWED.value, Confidence.VERIFIED.value]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--level", given=level, allowed=allowed)
    with open_register(settings) as register, register.together():
        unit_id, name = _named(register, unit, field, name_field)
        register.decisions.confirm(unit_id, name, confidence=level, source=source, as_of=as_of, made_at=made_at)
        _note(register, "confirm", unit_id, made_at=made_at, actor=actor, field=name, level=level)
        return _decided(register, unit_id, name)


def unconfirm(
    settings: Settings, unit: str, field: str, *, made_at: datetime, actor: str, name_field: NameField
) -> Decided:
    """Take a confirmation back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``nothing_decided``.
    """
    with open_register(settings) as register, register.together():
        unit_id, name = _named(register, unit, field, name_field)
        register.decisions.unconfirm(unit_id, name, made_at=made_at)
        _note(register, "unconfirm", unit_id, made_at=made_at, actor=actor, field=name)
        return _decided(register, unit_id, name)


def duplicates(settings: Settings) -> Duplicates:
    """Pairs of units that may be one."""
    with open_register(settings) as register:
        pairs = register.decisions.duplicates()
        return Duplicates(pairs, register.units.some({*pairs["unit_id"], *pairs["other_id"]}))


@dataclass(frozen=True, eq=False, slots=True)
class PossibleTwins:
    """A unit, and units that a person thinks may be the same.

    Parameters
    ----------
    unit_id
        The unit, as it shows.
    units
        Rows of all that are named here.
    found
        Ids of units in which all the words stand, at most ``MOST_FOUND``.
    more
        How many are not in ``found``.
    other_id
        The one that stands beside it; ``None`` where none was chosen, or it cannot.
    refused
        Why the one that was chosen cannot: ``unknown_unit``, ``several_units``, ``already_merged`` for a unit and
        itself, ``origins_differ``.
    """

    unit_id: str
    units: pd.DataFrame
    found: tuple[str, ...] = ()
    more: int = 0
    other_id: str | None = None
    refused: EhyaError | None = None

    @property
    def pair(self) -> dict[str, str] | None:
        """The two, as a line of `Duplicates.pairs`."""
        return None if self.other_id is None else {"unit_id": self.unit_id, "other_id": self.other_id}


MOST_FOUND = 20


def beside(settings: Settings, unit: str, *, words: str = "", other: str = "") -> PossibleTwins:
    """Look for the unit that another is the same as, by words as in the register, among those of its origin.

    Parameters
    ----------
    settings
        The workspace.
    unit
        The unit's id or name.
    words
        What to look for, as `serving.desk.units.UnitTexts` finds it; also the id of a unit that was merged.
    other
        Id or name of the unit to put beside it.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units`` for the unit; what is wrong with the other is said in the answer.
    """
    with open_register(settings) as register:
        units = register.units()
        unit_id = find_unit(units, register.units.resolve(unit))
        shown = register.units.resolved([other, words.strip()])
    kin = units[(units["origin"] == str(units["origin"].loc[unit_id])).to_numpy(dtype=bool)]
    other_id = refused = None
    try:
        other_id = _other(units, kin, unit_id, other, shown[other]) if other else None
    except EhyaError as error:
        refused = error
    found = kin.index[:0]
    if words.strip():
        found = kin.index[UnitTexts(kin).having(words).to_numpy() | (kin.index == shown[words.strip()])]
    found = found.drop(unit_id, errors="ignore")
    ids = tuple(str(one) for one in found[:MOST_FOUND])
    named = list(dict.fromkeys([unit_id, *ids, *([other_id] if other_id else [])]))
    return PossibleTwins(unit_id, units.loc[named], ids, len(found) - len(ids), other_id, refused)


def _other(units: pd.DataFrame, kin: pd.DataFrame, unit_id: str, given: str, shown: str) -> str:
    """The unit to put beside another."""
    other_id = find_unit(units, shown)
    if other_id == unit_id:
        raise EhyaError(ErrorCode.ALREADY_MERGED, given=given, kept=unit_id)
    if other_id not in kin.index:
        raise EhyaError(ErrorCode.ORIGINS_DIFFER, given=other_id, kept=unit_id)
    return other_id


def merge(settings: Settings, kept: str, lost: str, *, made_at: datetime, actor: str) -> str:
    """Record that two units are one; returns the id that shows.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``already_merged``, ``origins_differ``.
    """
    with open_register(settings) as register, register.together():
        shown = register.decisions.merge(kept, lost, made_at=made_at)
        _note(register, "merge", lost, made_at=made_at, actor=actor, other=shown)
        return shown


def distinguish(
    settings: Settings, unit: str, other: str, *, made_at: datetime, actor: str, undo: bool = False
) -> None:
    """Record that two units that look like one are two; ``undo`` takes that back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``already_merged``, ``not_distinct``.
    """
    with open_register(settings) as register, register.together():
        act = register.decisions.undistinguish if undo else register.decisions.distinguish
        act(unit, other, made_at=made_at)
        what = "undistinguish" if undo else "distinguish"
        _note(register, what, unit, made_at=made_at, actor=actor, other=other)


def unmerge(settings: Settings, unit: str, *, made_at: datetime, actor: str) -> str:
    """Undo a merge; returns the id that the unit had been merged into.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``not_merged``, ``name_alone``.
    """
    with open_register(settings) as register, register.together():
        kept = register.decisions.unmerge(unit, made_at=made_at)
        _note(register, "unmerge", unit, made_at=made_at, actor=actor, other=kept)
        return kept


def exact_field(given: str, told: pd.Index) -> str:
    """A `NameField` for callers that give the code of a field itself.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    if given not in told:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="field", given=given, allowed=sorted(map(str, told)))
    return given


def _note(register: Register, what: str, unit_id: str, *, made_at: datetime, actor: str, **facts: str) -> None:
    register.audit.note(made_at=made_at, actor=actor, act=Act.DECIDED, subject=unit_id, what=what, **facts)


def _named(register: Register, unit: str, field: str, name_field: NameField) -> tuple[str, str]:
    unit_id = find_unit(register.units(), register.units.resolve(unit))
    return unit_id, name_field(field, register.units.facts(unit_id).index)


def _decided(register: Register, unit_id: str, name: str) -> Decided:
    facts = register.units.facts(unit_id)
    return Decided(unit_id, name, facts[facts.index == name].reset_index().to_dict("records")[0])
