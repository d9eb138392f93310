"""Edits of units: what is written for a person is read back as it is; whole or not at all; taken back exactly."""

from dataclasses import dataclass, field
from datetime import timedelta

import pandas as pd
import pytest

from engine.domain.outcome import Outcome, OutcomeKind
from engine.domain.unit import FIELDS, Kind
from engine.errors import EhyaError
from engine.store import Register
from serving.desk.appraisal import current_units
from serving.desk.editing import EDITABLE, Edit, Edited, _read, _read_name, edit_units
from serving.i18n import speech
from serving.pages.desk.editing import GROUPS, written
from tests.serving.api.parties import NOON

BY = {"now": NOON, "actor": "user:sara"}


@pytest.fixture
def units(own_copy) -> pd.DataFrame:
    with Register.open(own_copy.settings.database_url) as register:
        return register.units()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_field_as_a_person_reads_it_is_read_back_as_it_is(units, language):
    write, wrong = written(speech(language)), []
    for unit in units.index[:3]:
        wanted = {one.value: write(units, unit, one.value) for one in EDITABLE}
        assert _read_name(wanted.pop("name")) == units.loc[unit, "name"]
        wanted = {name: text for name, text in wanted.items() if text}
        intake = _read(1, wanted, now=NOON, source="x")
        assert intake.rejected_cells.empty, intake.rejected_cells
        read = intake.units.iloc[0]
        for name in wanted:
            stands = units.loc[unit, name]
            if FIELDS[name].kind is Kind.NUMBER:
                same = float(read[name]) == pytest.approx(float(stands), rel=1e-5)
            else:
                same = read[name] == stands
            if not same:
                wrong.append((name, wanted[name], read[name], stands))
    assert wrong == []


def test_every_editable_field_has_its_box():
    assert {field for fields in GROUPS.values() for field in fields} == set(EDITABLE)


def test_an_edit_changes_its_fields_alone_and_comes_back_exactly(own_copy, units):
    unit = str(units.index[4])
    done = edit_units(own_copy.settings, Edit([unit], {"jobs_now": "23", "county": "خوی"}), **BY)
    assert done.changed == 1
    with Register.open(own_copy.settings.database_url) as register:
        after = register.units()
        moved = {name for name in FIELDS if not _same(after.loc[unit, name], units.loc[unit, name])}
        assert moved == {"jobs_now", "county"} | ({"province"} & moved)
        assert after.loc[unit, ["jobs_now", "county"]].tolist() == [23, "Khoy"]
        assert after.loc[unit, "price_year"] == units.loc[unit, "price_year"] or pd.isna(units.loc[unit, "price_year"])
        assert register.check() == ()
        register.imports.undo(done.number, made_at=NOON)
        pd.testing.assert_frame_equal(register.units(), units)


def test_an_edit_of_something_else_leaves_a_unit_at_work_at_work(own_copy, units):
    """A restart counts from its day on; an edit of a later day that does not speak of it must not hide it."""
    settings, unit = own_copy.settings, str(units.index[5])
    happened = pd.Timestamp(NOON.date())
    with Register.open(settings.database_url) as register:
        register.events.add(
            Outcome(unit_id=unit, kind=OutcomeKind.RESTARTED, happened_on=happened.date(), known_on=happened.date())
        )
        as_of = pd.Timestamp(NOON.date())
        assert current_units(register, as_of=as_of).loc[unit, "status"] == "operating"
    assert edit_units(settings, Edit([unit], {"estate": "شهرک دیگر"}), **BY).changed == 1
    with Register.open(settings.database_url) as register:
        assert current_units(register, as_of=as_of).loc[unit, "status"] == "operating"
        assert register.units().loc[unit, "as_of"] == units.loc[unit, "as_of"]
    assert edit_units(settings, Edit([unit], {"status": "نیمه فعال"}), **BY).changed == 1
    with Register.open(settings.database_url) as register:
        assert current_units(register, as_of=as_of).loc[unit, "status"] == "semi_active"


def test_a_province_follows_its_county(own_copy, units):
    unit = str(units.index[0])
    edit_units(own_copy.settings, Edit([unit], {"county": "اصفهان"}), **BY)
    with Register.open(own_copy.settings.database_url) as register:
        assert register.units().loc[unit, ["province", "county"]].tolist() == ["Isfahan", "Isfahan"]


def test_the_same_again_is_no_edit_and_takes_nothing_back(own_copy, units):
    unit = str(units.index[0])
    first = edit_units(own_copy.settings, Edit([unit], {"jobs_now": "41"}), **BY)
    again = edit_units(own_copy.settings, Edit([unit], {"jobs_now": "۴۱"}), **BY)
    assert (first.changed, again) == (1, Edited())
    with Register.open(own_copy.settings.database_url) as register:
        assert (register.audit()["act"] == "unit_edited").sum() == 1


def test_what_a_unit_is_called_is_no_matter_to_its_edit(own_copy, units):
    """A name that a register would take for a row of sums is a name here."""
    edited = list(units.index[:2])
    with Register.open(own_copy.settings.database_url) as register:
        register.imports.commit(_named(register, edited[0], "جمع کل"), imported_at=NOON)
    done = edit_units(own_copy.settings, Edit(edited, {"estate": "شهرک سوم"}), **BY)
    assert done.changed == 2


def _named(register, unit, name):
    keys = register.units.keys([unit]).iloc[0]

    class Renamed:
        source, as_of = "renaming", pd.Timestamp(NOON.date())
        rejected_rows = rejected_cells = pd.DataFrame()
        units = pd.DataFrame(
            {"unit_id": ["x"], "name": [name], "sheet": ["1"], "row": [2], "origin": [keys["origin"]],
             "identity": [keys["identity"]], "ordinal": [keys["ordinal"]]}
        )  # fmt: skip

    return Renamed()


def _same(one, other):
    return (pd.isna(one) and pd.isna(other)) or one == other


def test_one_value_that_cannot_be_read_keeps_all_of_them_out(own_copy, units):
    unit = str(units.index[0])
    done = edit_units(own_copy.settings, Edit([unit], {"jobs_now": "23", "tax_debt_rial": "700"}), **BY)
    assert done.number is None
    assert [(one.field, one.given) for one in done.refused] == [("tax_debt_rial", "700")]
    with Register.open(own_copy.settings.database_url) as register:
        pd.testing.assert_frame_equal(register.units(), units)


@pytest.mark.parametrize(
    ("decided", "why"), [("rank", "source_rank"), ("confirmation", "confidence"), ("pin", "pinned")]
)
def test_what_is_kept_and_does_not_show_is_said_before_and_after(own_copy, units, decided, why):
    settings, unit = own_copy.settings, str(units.index[4])
    with Register.open(settings.database_url) as register:
        source = register.units.facts(unit).loc["jobs_now", "source"]
        if decided == "rank":
            register.decisions.rank_source(source, 1, made_at=NOON)
        elif decided == "confirmation":
            register.decisions.confirm(unit, "jobs_now", as_of=NOON.date(), made_at=NOON)
        else:
            register.decisions.pin(unit, "jobs_now", source, made_at=NOON)
        count = len(register.imports())
    edit = Edit([unit], {"jobs_now": "23", "tax_debt_rial": "700000000 rial"})
    looked = edit_units(settings, edit, **BY, dry_run=True)
    assert looked.cells.set_index("field").loc["jobs_now", ["shown", "held"]].tolist() == [False, why]
    with Register.open(settings.database_url) as register:
        assert len(register.imports()) == count
    done = edit_units(settings, edit, **BY)
    again = edit_units(settings, Edit([unit], {"jobs_now": "23"}), **BY)
    for one in (looked, done, again):
        assert "jobs_now" in one.held
        assert one.changed == 1
    with Register.open(settings.database_url) as register:
        assert register.units().loc[unit, "jobs_now"] == units.loc[unit, "jobs_now"]


def test_an_edit_that_equals_what_a_merge_hides_is_kept_and_shows(own_copy, units):
    settings, (unit, other) = own_copy.settings, units.index[4:6]
    edit_units(settings, Edit([unit], {"jobs_now": "23"}), **BY)
    edit_units(settings, Edit([other], {"jobs_now": "41", "status": "idle"}), **BY)
    with Register.open(settings.database_url) as register:
        register.decisions.merge(unit, other, made_at=NOON)
        assert register.units().loc[unit, "jobs_now"] == 41
    done = edit_units(settings, Edit([unit], {"jobs_now": "23"}), **BY)
    with Register.open(settings.database_url) as register:
        assert register.units().loc[unit, "jobs_now"] == 23
    assert (done.changed, done.held) == (1, ())


def test_an_older_list_that_is_fresher_than_the_record_of_an_edit_is_an_open_conflict(own_copy, units):
    settings, unit, later = own_copy.settings, str(units.index[4]), NOON + timedelta(days=30)
    edit_units(settings, Edit([unit], {"jobs_now": "23"}), **BY | {"now": later})
    with Register.open(settings.database_url) as register:
        assert register.decisions.conflicts(unit).empty
        keys = register.units.keys([unit]).iloc[0]
        day = register.units().loc[unit, "as_of"] + pd.Timedelta(days=1)
        rows = pd.DataFrame({"sheet": ["x"], "row": [2], "jobs_now": [41], "unit_id": ["x!2"]} | keys.to_dict())
        list_of_then = _Intake(rows.set_index("unit_id"), "bank.csv", day)
        register.imports.commit(list_of_then, imported_at=later)
        assert day.date() < later.date()
        told = register.decisions.conflicts(unit).set_index("source")
    assert told.loc[["bank.csv", "desk:sara"], ["value", "shows"]].to_numpy().tolist() == [["41", True], ["23", False]]


@dataclass(frozen=True)
class _Intake:
    units: pd.DataFrame
    source: str
    as_of: pd.Timestamp
    rejected_rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    rejected_cells: pd.DataFrame = field(default_factory=pd.DataFrame)


def test_who_comes_second_is_told_and_changes_nothing(own_copy, units):
    unit = str(units.index[0])
    seen = {"jobs_now": "" if pd.isna(units.loc[unit, "jobs_now"]) else str(units.loc[unit, "jobs_now"])}
    edit_units(own_copy.settings, Edit([unit], {"jobs_now": "31"}, seen), **BY)
    met = edit_units(own_copy.settings, Edit([unit], {"jobs_now": "32"}, seen), **BY)
    assert met.number is None
    assert [(one.now, one.wanted) for one in met.met] == [("31", "32")]


def test_what_is_no_field_or_no_unit_is_refused(own_copy, units):
    with pytest.raises(EhyaError, match="unknown_option"):
        edit_units(own_copy.settings, Edit([str(units.index[0])], {"identity": "x"}), **BY)
    with pytest.raises(EhyaError, match="unknown_unit"):
        edit_units(own_copy.settings, Edit(["nobody"], {"jobs_now": "1"}), **BY)


def test_a_unit_that_came_back_is_edited_as_it_stands(own_copy, units):
    """Its record says idle and an event that it restarted: its page shows it at work, and that is what was seen."""
    settings, unit = own_copy.settings, str(units.index[6])
    day = pd.Timestamp(NOON.date())
    with Register.open(settings.database_url) as register:
        back = Outcome(unit_id=unit, kind=OutcomeKind.RESTARTED, happened_on=day.date(), known_on=day.date())
        register.events.add(back)
        stands = current_units(register, as_of=day).loc[unit, "status"]
        recorded = register.units().loc[unit, "status"]
    assert (stands, recorded) == ("operating", "idle")
    wanted = Edit([unit], {"status": "idle", "jobs_now": "3"}, {"status": "operating"})
    done = edit_units(settings, wanted, **BY)
    assert done.met == ()
    assert done.number is not None
    with Register.open(settings.database_url) as register:
        assert current_units(register, as_of=day).loc[unit, ["status", "jobs_now"]].tolist() == ["idle", 3]


def test_a_record_that_an_event_undid_can_be_said_again(own_copy, units):
    settings, unit = own_copy.settings, str(units.index[7])
    day = pd.Timestamp(NOON.date())
    with Register.open(settings.database_url) as register:
        back = Outcome(unit_id=unit, kind=OutcomeKind.RESTARTED, happened_on=day.date(), known_on=day.date())
        register.events.add(back)
    assert edit_units(settings, Edit([unit], {"status": "idle"}, {"status": "operating"}), **BY).number is not None
    with Register.open(settings.database_url) as register:
        assert current_units(register, as_of=day).loc[unit, "status"] == "idle"


@pytest.mark.parametrize("stands", [True, False])
def test_a_county_that_is_only_near_to_one_elsewhere_is_refused(own_copy, units, stands):
    """«کازرون» with one letter more is near to Kazerun of Fars alone, whether the province is known or not."""
    unit = str(units.index[0])
    edited = [unit] if stands else [unit, _moved_to_isfahan(own_copy, str(units.index[1]))]
    done = edit_units(own_copy.settings, Edit(edited, {"county": "کازروون"}), **BY)
    assert done.number is None
    assert {(one.field, one.given, one.code.value) for one in done.refused} == {("county", "کازروون", "unknown_county")}


def _moved_to_isfahan(own_copy, unit):
    edit_units(own_copy.settings, Edit([unit], {"county": "اصفهان"}), **BY)
    return unit
