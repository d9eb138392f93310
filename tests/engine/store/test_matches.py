"""A unit that gains an id or a county stays one unit, and only where there is no doubt."""

from datetime import datetime

import pandas as pd
import pytest

from engine.domain.identity import identity_keys
from engine.errors import EhyaError
from engine.store import Change

NOON = datetime(2025, 1, 10, 12)
MILL = {"name": "آرد زاگرس", "county": "Khoy", "province": "West Azerbaijan", "isic": "1061", "jobs_now": 7}
LICENCE = {"business_id": "123456789012"}
COMPANY = {"national_id": "14077631706"}


@pytest.fixture
def take(register, given):
    """Import rows with the identity that intake would give them."""

    def imported(*rows, as_of="2024-03-20", **more):
        intake = given(*({"identity": "", **row} for row in rows), as_of=as_of)
        intake.units["identity"] = identity_keys(intake.units)
        return register.imports.commit(intake, imported_at=NOON, **more)

    return imported


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (MILL, MILL | COMPANY),
        (MILL, MILL | LICENCE),
        (MILL | COMPANY, MILL | COMPANY | LICENCE),
        (without(MILL, "county"), MILL),
        (without(MILL, "county") | COMPANY, MILL | COMPANY),
        (without(MILL, "county"), MILL | COMPANY | LICENCE),
    ],
)
def test_a_unit_that_gains_an_id_or_a_county_stays_one_unit(register, take, earlier, later):
    unit_id = take(earlier).rows["unit_id"].item()
    newer = later | {"jobs_now": 9}
    rehearsal = take(newer, as_of="2025-03-21", dry_run=True)
    result = take(newer, as_of="2025-03-21")
    assert result.rows[["unit_id", "change"]].to_numpy().tolist() == [[unit_id, "updated"]]
    pd.testing.assert_frame_equal(rehearsal.rows, result.rows)
    units = register.units()
    assert units.index.tolist() == [unit_id]
    assert (units["county"].item(), units["jobs_now"].item()) == ("Khoy", 9)
    assert register.decisions.duplicates().empty
    assert register.check() == ()
    for again, day in ((newer, "2025-03-21"), (earlier, "2024-03-20")):
        assert take(again, as_of=day).count(Change.UNCHANGED) == 1
    assert take(later | {"jobs_now": 4}, as_of="2026-03-21").rows["unit_id"].tolist() == [unit_id]
    assert register.units()["jobs_now"].tolist() == [4]


def test_a_person_can_take_a_match_back(register, take):
    unit_id = take(MILL).rows["unit_id"].item()
    before = register.units()
    take(MILL | COMPANY, as_of="2025-03-21")
    with pytest.raises(EhyaError) as refusal:  # it names what may be taken back
        register.decisions.unmerge(unit_id, made_at=NOON)
    register.decisions.unmerge(refusal.value.facts["allowed"][0], made_at=NOON)
    pd.testing.assert_frame_equal(register.units().loc[[unit_id]], before)
    assert len(register.units()) == 2
    assert register.decisions.duplicates()["reason"].tolist() == ["same_name"]


def test_a_match_of_an_undone_import_is_not_the_one_taken_back(register, take):
    unit_id = take(MILL).rows["unit_id"].item()
    first = take(MILL | COMPANY, as_of="2025-03-21")
    register.imports.undo(first.import_id, made_at=NOON)
    take(MILL | COMPANY | {"jobs_now": 9}, as_of="2025-04-21")
    assert len(register.units()) == 1
    (other,) = _members(register, unit_id)
    assert register.decisions.unmerge(other, made_at=NOON) == unit_id
    assert len(register.units()) == 2


def test_a_match_that_went_with_its_import_cannot_be_taken_back(register, take):
    unit_id = take(MILL).rows["unit_id"].item()
    first = take(MILL | COMPANY, as_of="2025-03-21")
    (other,) = _members(register, unit_id)
    take(MILL | COMPANY | {"jobs_now": 9}, as_of="2025-04-21", source="later.xlsx")
    register.imports.undo(first.import_id, made_at=NOON)
    with pytest.raises(EhyaError, match="not_merged"):
        register.decisions.unmerge(other, made_at=NOON)


def _members(register, unit_id):
    with pytest.raises(EhyaError) as refusal:
        register.decisions.unmerge(unit_id, made_at=NOON)
    return refusal.value.facts["allowed"]


@pytest.mark.parametrize(
    ("stored", "file"),
    [
        # the known unit has another id already
        ([MILL | {"national_id": "10380284923"}], [MILL | COMPANY]),
        # another sector
        ([MILL | {"isic": "2220"}], [MILL | COMPANY]),
        # two known units fit: one without its county, one in it
        ([without(MILL, "county"), MILL | {"notes": "دوم"}], [MILL | COMPANY]),
        # two rows of the file fit
        ([MILL], [MILL | COMPANY, MILL | {"national_id": "10380284923"}]),
        # the file speaks of the known unit itself too
        ([MILL], [MILL, MILL | COMPANY]),
    ],
)
def test_where_there_is_doubt_both_are_kept_and_the_pair_is_proposed(register, take, stored, file):
    take(*stored)
    result = take(*file, as_of="2025-03-21")
    assert len(register.units()) == len(stored) + result.count(Change.NEW)
    assert result.count(Change.NEW) >= 1
    assert not register.decisions.duplicates().empty


def test_a_unit_that_was_known_again_is_not_given_a_second_id(register, take):
    take(MILL)
    take(MILL | COMPANY, as_of="2025-03-21")
    result = take(MILL | {"national_id": "10380284923"}, as_of="2025-03-22")
    assert result.count(Change.NEW) == 1
    assert len(register.units()) == 2


def test_units_of_different_origin_are_never_one(register, take):
    take(MILL | {"origin": "synthetic"})
    take(MILL | COMPANY)
    assert sorted(register.units()["origin"]) == ["register", "synthetic"]
