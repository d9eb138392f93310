"""Two units that look like one and are two: decided by a person, undoable, and never forgotten by an import."""

from datetime import datetime

import pytest

from engine.errors import EhyaError, ErrorCode

NOON = datetime(2025, 1, 10, 12)
MILL = {"name": "آرد زاگرس", "county": "Khoy"}


@pytest.fixture
def pair(register, given):
    rows = [{"identity": f"name:{number}", **MILL, "jobs_now": number} for number in range(2)]
    return register.imports.commit(given(*rows), imported_at=NOON).rows["unit_id"].tolist()


def test_a_decided_pair_is_open_no_more_and_opens_again_when_that_is_taken_back(register, pair, given):
    one, other = pair
    before = register.revision()
    register.decisions.distinguish(other, one, made_at=NOON)
    assert register.decisions.duplicates().empty
    assert register.revision() != before
    again = [{"identity": f"name:{number}", **MILL, "jobs_now": number + 5} for number in range(2)]
    register.imports.commit(given(*again, as_of="2025-01-01"), imported_at=NOON)
    assert register.decisions.duplicates().empty
    register.decisions.undistinguish(one, other, made_at=NOON)
    assert len(register.decisions.duplicates()) == 1
    assert len(register.units()) == 2


def test_what_was_decided_holds_for_the_units_that_they_show_as(register, pair, given):
    one, other = pair
    third = {"identity": "name:third", "name": "سومین", "county": "Khoy"}
    third_id = register.imports.commit(given(third), imported_at=NOON).rows["unit_id"].item()
    register.decisions.distinguish(one, other, made_at=NOON)
    register.decisions.merge(third_id, other, made_at=NOON)
    assert register.decisions.duplicates().empty
    register.decisions.undistinguish(one, third_id, made_at=NOON)
    assert len(register.decisions.duplicates()) == 1


def test_one_unit_is_never_two_and_nothing_is_taken_back_twice(register, pair):
    one, other = pair
    with pytest.raises(EhyaError) as refusal:
        register.decisions.undistinguish(one, other, made_at=NOON)
    assert refusal.value.code is ErrorCode.NOT_DISTINCT
    register.decisions.merge(one, other, made_at=NOON)
    with pytest.raises(EhyaError) as refusal:
        register.decisions.distinguish(one, other, made_at=NOON)
    assert refusal.value.code is ErrorCode.ALREADY_MERGED
