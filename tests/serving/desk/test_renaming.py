"""A name is mended without making a second unit: files with the old name and with the new one find it."""

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Change, Register
from serving.desk.editing import Edit, Edited, edit_units
from serving.desk.intake import RegisterReading, store_intake
from tests.serving.api.parties import NOON

BY = {"now": NOON, "actor": "user:sara"}
HEAD = "نام واحد,شهرستان,شهرک,شاغلان فعلی,شناسه ملی"
OLD, NEW = "آرد زاگرس", "آرد زاگرس نو"


@pytest.fixture
def take(own_copy, tmp_path):
    """Read lines of a register into the workspace; what became of each of them."""
    counted = iter(range(100))

    def taken(*lines, source="office.csv", as_of="2026-01-01"):
        path = tmp_path / f"{next(counted)}.csv"
        path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
        reading = RegisterReading.plain(path, {"source": source, "as_of": as_of, "today": "2026-03-01"})
        return store_intake(own_copy.settings, reading, reading.intake(), imported_at=NOON).result

    return taken


@pytest.fixture
def unit(take):
    return take(f"{OLD},خوی,,7,").rows["unit_id"].item()


def _units(settings):
    with Register.open(settings.database_url) as register:
        assert register.check() == ()
        return register.units()


def _rename(settings, unit, name=NEW, **more):
    return edit_units(settings, Edit([unit], {"name": name, **more}), **BY)


def test_both_names_find_the_unit_with_all_its_history(own_copy, take, unit):
    settings, before = own_copy.settings, _units(own_copy.settings)
    assert _rename(settings, unit).changed == 1
    after = _units(settings)
    assert after.index.tolist() == before.index.tolist()
    assert after.loc[unit, "name"] == NEW
    for name, jobs, day in ((OLD, 8, "2026-01-10"), (NEW, 9, "2026-01-20"), (OLD, 10, "2026-01-30")):
        result = take(f"{name},خوی,,{jobs},", as_of=day)
        assert result.rows[["unit_id", "change"]].to_numpy().tolist() == [[unit, "updated"]]
        assert _units(settings).loc[unit, "jobs_now"] == jobs
    assert len(_units(settings)) == len(before)
    assert take(f"{NEW},خوی,,10,14077631706", as_of="2026-02-10").rows["unit_id"].tolist() == [unit]
    with Register.open(settings.database_url) as register:
        told = register.units.history(unit)
        assert {"7", "8", "9", "10"} <= set(told.loc[told["field"] == "jobs_now", "value"])
        assert not (register.decisions.duplicates()[["unit_id", "other_id"]] == unit).any(axis=None)


def test_a_mended_name_is_taken_back_exactly(own_copy, take, unit):
    settings, before = own_copy.settings, _units(own_copy.settings)
    done = _rename(settings, unit)
    with Register.open(settings.database_url) as register:
        story = register.imports.show(done.number)
        assert story.cells[["unit_id", "field", "before", "after"]].to_numpy().tolist() == [[unit, "name", OLD, NEW]]
        line = register.imports().set_index("id").loc[done.number]
        assert line[["new_count", "updated_count"]].tolist() == [0, 1]
        register.imports.undo(done.number, made_at=NOON)
    pd.testing.assert_frame_equal(_units(settings), before)
    other = take(f"{NEW},خوی,,9,", as_of="2026-01-20")
    assert other.rows["change"].tolist() == ["new"]


def test_what_is_only_a_further_name_never_stands_by_itself_until_a_file_speaks_of_it(own_copy, take, unit):
    settings, done = own_copy.settings, _rename(own_copy.settings, unit)
    before = _units(settings)
    with Register.open(settings.database_url) as register:
        with pytest.raises(EhyaError) as refusal:
            register.decisions.unmerge(unit, made_at=NOON)
        (name,) = refusal.value.facts["allowed"]
        with pytest.raises(EhyaError) as refusal:
            register.decisions.unmerge(name, made_at=NOON)
    assert refusal.value.code is ErrorCode.NAME_ALONE
    assert refusal.value.facts == {"given": name, "kept": unit, "number": done.number}
    pd.testing.assert_frame_equal(_units(settings), before)
    take(f"{NEW},خوی,,9,", as_of="2026-01-20")
    with Register.open(settings.database_url) as register:
        assert register.decisions.unmerge(name, made_at=NOON) == unit
    assert _units(settings).loc[[unit, name], "jobs_now"].tolist() == [7, 9]


def test_a_name_goes_there_and_back_and_there_again(own_copy, take, unit):
    settings = own_copy.settings
    count = len(_units(settings))
    first = _rename(settings, unit)
    with Register.open(settings.database_url) as register:
        register.imports.undo(first.number, made_at=NOON)
    for name in (NEW, OLD, NEW, "نامی سوم"):
        assert _rename(settings, unit, name).changed == 1
    assert _rename(settings, unit, "نامی سوم") == Edited()
    table = _units(settings)
    assert (len(table), table.loc[unit, "name"]) == (count, "نامی سوم")
    for name in (OLD, NEW, "نامی سوم"):
        assert take(f"{name},خوی,,7,").rows["unit_id"].tolist() == [unit]


def test_a_name_and_its_county_are_mended_together(own_copy, take, unit):
    assert _rename(own_copy.settings, unit, county="ارومیه").changed == 1
    for line in (f"{NEW},خوی,,7,", f"{NEW},ارومیه,,7,", f"{OLD},خوی,,7,"):
        assert take(line).rows["unit_id"].tolist() == [unit]


def test_a_name_of_another_unit_at_the_place_is_refused_with_that_unit(own_copy, take, unit):
    other = take(f"{NEW},خوی,,3,", source="other.csv").rows["unit_id"].item()
    before = _units(own_copy.settings)
    done = _rename(own_copy.settings, unit, jobs_now="5")
    assert [(one.field, one.code, one.facts) for one in done.refused] == [("name", "edit_name.borne", {"unit": other})]
    pd.testing.assert_frame_equal(_units(own_copy.settings), before)


@pytest.mark.parametrize(
    ("name", "code"),
    [("جمع کل", "edit_name.no_name"), ("ندارد", "edit_name.no_name"), ("آرد ۰۹۱۴۱۲۳۴۵۶۷", "edit_name.of_a_person")],
)
def test_a_name_by_which_no_file_would_find_the_unit_is_refused(own_copy, unit, name, code):
    assert [one.code for one in _rename(own_copy.settings, unit, name).refused] == [code]


def test_a_unit_with_an_id_of_its_own_is_found_by_that(own_copy, take):
    unit = take(f"{OLD},خوی,,7,14077631706").rows["unit_id"].item()
    count = len(_units(own_copy.settings))
    assert _rename(own_copy.settings, unit).changed == 1
    result = take(f"{NEW},خوی,,9,14077631706", as_of="2026-01-20")
    assert (result.rows["unit_id"].tolist(), result.count(Change.NEW)) == ([unit], 0)
    assert len(_units(own_copy.settings)) == count


def test_spelling_alone_makes_no_further_identity(own_copy, unit):
    _rename(own_copy.settings, unit, "آرد\u200cزاگرس")
    with Register.open(own_copy.settings.database_url) as register:
        assert len(register.units.identities(unit)) == 1
