"""A corrected name or ISIC code is the same unit, where exactly one known unit fits and the file names it no more."""

from datetime import datetime

import pandas as pd
import pytest

from engine.domain.identity import identity_keys
from engine.errors import EhyaError
from engine.store import Change

NOON = datetime(2025, 1, 10, 12)
PLACE = {"county": "Khoy", "province": "West Azerbaijan", "estate": "شهرک صنعتی خوی", "isic": "1061"}
FIGURES = {"land_m2": 4200, "jobs_before_stop": 31, "power_kw": 250}
MILL = {"name": "آرد زاگرس", **PLACE, **FIGURES}
COMPANY = MILL | {"national_id": "14077631706"}
RENAMED = MILL | {"name": "آرد زاگرس خوی"}
RECODED = COMPANY | {"isic": "1104"}


@pytest.fixture
def take(register, given):
    """Import rows with the identity that intake would give them."""

    def imported(*rows, as_of="2024-03-20", **more):
        intake = given(*({"identity": "", **row} for row in rows), as_of=as_of)
        intake.units["identity"] = identity_keys(intake.units)
        return register.imports.commit(intake, imported_at=NOON, **more)

    return imported


@pytest.mark.parametrize(("earlier", "later"), [(COMPANY, RECODED), (MILL, RENAMED)])
def test_a_corrected_name_or_code_leaves_one_unit_that_either_file_finds(register, take, earlier, later):
    unit_id = take(earlier).rows["unit_id"].item()
    rehearsal = take(later, as_of="2025-03-21", dry_run=True)
    result = take(later, as_of="2025-03-21")
    assert result.rows[["unit_id", "change"]].to_numpy().tolist() == [[unit_id, "updated"]]
    pd.testing.assert_frame_equal(rehearsal.rows, result.rows)
    units = register.units()
    assert units.index.tolist() == [unit_id]
    assert (units["name"].item(), units["isic"].item()) == (later["name"], later["isic"])
    assert register.decisions.duplicates().empty
    assert register.check() == ()
    for again, day in ((later, "2025-03-21"), (earlier, "2024-03-20")):
        assert take(again, as_of=day).count(Change.UNCHANGED) == 1
    for again in (earlier, later):
        assert take(again | {"jobs_now": 4}, as_of="2026-03-21").rows["unit_id"].tolist() == [unit_id]
    assert len(register.units()) == 1


@pytest.mark.parametrize(("earlier", "later"), [(COMPANY, RECODED), (MILL, RENAMED)])
def test_a_person_can_take_it_back(register, take, earlier, later):
    unit_id = take(earlier).rows["unit_id"].item()
    before = register.units()
    take(later, as_of="2025-03-21")
    with pytest.raises(EhyaError) as refusal:
        register.decisions.unmerge(unit_id, made_at=NOON)
    register.decisions.unmerge(refusal.value.facts["allowed"][0], made_at=NOON)
    pd.testing.assert_frame_equal(register.units().loc[[unit_id]], before)
    assert len(register.units()) == 2


@pytest.mark.parametrize(
    ("stored", "file"),
    [
        ([COMPANY], [COMPANY, RECODED]),  # the file names both
        ([MILL], [MILL, RENAMED]),
        ([COMPANY], [RECODED | {"name": "نساجی چیچست"}]),  # the name is another too
        ([COMPANY], [RECODED | {"estate": "شهرک صنعتی ماکو"}]),
        ([MILL], [RENAMED | {"land_m2": 4300}]),  # a figure is another too
        ([MILL | dict.fromkeys(FIGURES)], [RENAMED | dict.fromkeys(FIGURES)]),  # nothing but place and trade is known
        ([MILL | {"origin": "synthetic"}], [RENAMED]),
    ],
)
def test_units_that_differ_in_more_stay_two(register, take, stored, file):
    take(*stored)
    result = take(*file, as_of="2025-03-21")
    assert len(register.units()) == len(stored) + result.count(Change.NEW)
    assert result.count(Change.NEW) == 1


@pytest.mark.parametrize(
    ("stored", "file"),
    [
        ([MILL, MILL | {"name": "آرد ارس"}], [RENAMED]),  # two known units fit
        ([MILL], [RENAMED, MILL | {"name": "آرد ارس"}]),  # two rows fit
        ([COMPANY, COMPANY | {"isic": "2220"}], [RECODED]),
    ],
)
def test_where_several_fit_all_are_kept_and_pairs_are_proposed(register, take, stored, file):
    take(*stored)
    take(*file, as_of="2025-03-21")
    assert len(register.units()) == len(stored) + len(file)
    pairs = register.decisions.duplicates()
    new = set(register.units().index) - set(take(*stored).rows["unit_id"])
    assert all(set(pairs[["unit_id", "other_id"]].to_numpy().ravel()) & {one} for one in new)


def test_undoing_the_import_that_corrected_leaves_the_unit_as_it_was(register, take):
    take(MILL)
    before = register.units()
    result = take(RENAMED, as_of="2025-03-21")
    register.imports.undo(result.import_id, made_at=NOON)
    pd.testing.assert_frame_equal(register.units(), before)
