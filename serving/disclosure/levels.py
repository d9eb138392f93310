"""Who may see what: roles, relations to a unit, and the level of each field. Nobody else decides it."""

from __future__ import annotations

from collections.abc import Collection

from engine.codes import Code
from engine.domain.unit import FIELDS, Field


class CallerRole(Code):
    """What a caller is to the programme."""

    ANYONE = "anyone"
    INVESTOR = "investor"
    BANK = "bank"
    DATA_SCIENTIST = "data_scientist"
    SERVICE = "service"
    PLANNER = "planner"
    ADMIN = "admin"


KEY_ROLES = tuple(role for role in CallerRole if role is not CallerRole.ANYONE)
"""Roles that a key or an account may be given."""


class Relation(Code):
    """What a caller is to one unit."""

    NONE = "none"
    AGREED = "agreed"  # the unit stands in a package whose terms of secrecy the caller's investor agreed to


class Level(Code):
    """How much of a unit a caller sees; each level holds the ones before it."""

    PUBLIC = "public"
    UNDER_NDA = "under_nda"
    INTERNAL = "internal"


UNDER_NDA = frozenset(
    {
        Field.BUSINESS_ID,
        Field.NATIONAL_ID,
        Field.BANK_DEBT_RIAL,
        Field.TAX_DEBT_RIAL,
        Field.SOCIAL_SECURITY_DEBT_RIAL,
        Field.OTHER_DEBT_RIAL,
        Field.BANK_OWNED,
        Field.LITIGATION_COUNT,
    }
)
"""Private fields that an investor reads who agreed not to disclose them: what a first examination of a company asks
for. Debts by creditor and remarks stay with the office: they speak of others too."""


def level_of(role: CallerRole, relation: Relation = Relation.NONE) -> Level:
    """The level at which a caller sees a unit.

    Parameters
    ----------
    role
        What the caller is to the programme.
    relation
        What the caller is to the unit.

    Examples
    --------
    >>> level_of(CallerRole.PLANNER).value, level_of(CallerRole.INVESTOR).value
    ('internal', 'public')
    >>> level_of(CallerRole.INVESTOR, Relation.AGREED).value, level_of(CallerRole.ADMIN).value
    ('under_nda', 'public')
    """
    if role in (CallerRole.PLANNER, CallerRole.DATA_SCIENTIST):
        return Level.INTERNAL
    if role in (CallerRole.INVESTOR, CallerRole.BANK) and relation is Relation.AGREED:
        return Level.UNDER_NDA
    return Level.PUBLIC  # admins too: who gives out keys need not read debts


def field_level(name: str) -> Level:
    """The lowest level that shows a field; what no field of a unit is called is the office's.

    Examples
    --------
    >>> [field_level(name).value for name in ("county", "bank_debt_rial", "notes", "extras")]
    ['public', 'under_nda', 'internal', 'internal']
    """
    if name not in FIELDS:
        return Level.INTERNAL
    if FIELDS[Field(name)].public:
        return Level.PUBLIC
    return Level.UNDER_NDA if Field(name) in UNDER_NDA else Level.INTERNAL


def shows(level: Level, name: str) -> bool:
    """Whether a level shows a field.

    Examples
    --------
    >>> shows(Level.UNDER_NDA, "bank_debt_rial"), shows(Level.UNDER_NDA, "debts"), shows(Level.PUBLIC, "county")
    (True, False, True)
    """
    order = tuple(Level)
    return order.index(field_level(name)) <= order.index(level)


def fields_at(level: Level) -> tuple[Field, ...]:
    """Fields that a level shows."""
    return tuple(field for field in FIELDS if shows(level, field))


def beside_public(level: Level) -> tuple[Field, ...]:
    """Fields that a level shows beside the public ones.

    Examples
    --------
    >>> beside_public(Level.PUBLIC), Field.NOTES in beside_public(Level.UNDER_NDA)
    ((), False)
    """
    return tuple(field for field in fields_at(level) if field_level(field) is not Level.PUBLIC)


def relation_to(unit_id: str, agreed: Collection[str]) -> Relation:
    """What a caller is to a unit, given the units that stand in packages agreed to."""
    return Relation.AGREED if unit_id in agreed else Relation.NONE
