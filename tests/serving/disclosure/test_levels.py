"""One function says who sees what; what nobody named stays inside."""

import pytest

from engine.domain.unit import FIELDS, public_fields
from serving.disclosure.levels import CallerRole, Level, Relation, field_level, fields_at, level_of


def test_each_level_holds_the_one_before_it_and_the_public_one_is_the_list_of_public_fields():
    public, agreed, internal = (set(fields_at(level)) for level in Level)
    assert public == {field for field in FIELDS if field in public_fields()}
    assert public < agreed < internal == set(FIELDS)


@pytest.mark.parametrize("role", CallerRole)
@pytest.mark.parametrize("relation", Relation)
def test_only_the_office_and_its_modellers_see_the_inside(role, relation):
    inside = role in (CallerRole.PLANNER, CallerRole.DATA_SCIENTIST)
    assert (level_of(role, relation) is Level.INTERNAL) == inside
    if relation is Relation.NONE and not inside:
        assert level_of(role, relation) is Level.PUBLIC


def test_a_field_that_nobody_placed_is_the_offices():
    assert {field_level(name) for name in ("notes", "debts", "source", "first_look_on")} == {Level.INTERNAL}
