"""Sources that contradict each other stand side by side, and a stated rule says which one shows (decision 0008)."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import Outcome
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.sources import source_family

NOON = datetime(2025, 1, 10, 12)
UNIT = {"identity": "business:1", "name": "بافندگی"}


@pytest.fixture
def put(register, given):
    """Import one row of the unit from a source; returns the unit's id."""

    def put(source, as_of, **fields):
        result = register.imports.commit(given(UNIT | fields, source=source, as_of=as_of), imported_at=NOON)
        return result.rows["unit_id"].item()

    return put


def told(register, field):
    """What each source says of a field, the one that shows first: ``(source, value)``."""
    lines = register.decisions.conflicts().query("field == @field")
    return list(zip(lines["source"].fillna("a person"), lines["value"], strict=True))


def why(register, field):
    lines = register.decisions.conflicts().query("field == @field and shows")
    return lines["why"].item() if len(lines) else None


class TestConflicts:
    def test_two_sources_that_contradict_each_other_are_both_kept(self, register, put):
        unit_id = put("office.xlsx", "2023-03-21", jobs_now=30, land_m2=900.0)
        put("bank.xlsx", "2024-03-20", jobs_now=12, land_m2=900.0)
        conflicts = register.decisions.conflicts()
        assert conflicts[["unit_id", "field", "source", "value", "shows"]].to_numpy().tolist() == [
            [unit_id, "jobs_now", "bank.xlsx", "12", True],
            [unit_id, "jobs_now", "office.xlsx", "30", False],
        ]
        assert conflicts["as_of"].dt.strftime("%Y-%m-%d").tolist() == ["2024-03-20", "2023-03-21"]
        assert set(conflicts["confidence"].fillna("declared")) == {"declared"}
        assert why(register, "jobs_now") == "fresher"
        pd.testing.assert_frame_equal(register.decisions.conflicts(unit_id), conflicts)

    def test_a_newer_file_of_the_same_source_is_no_conflict(self, register, put):
        put("office 1402.xlsx", "2023-03-21", jobs_now=30)
        put("office 1403-02 v2.csv", "2024-03-20", jobs_now=12)
        assert register.decisions.conflicts().empty
        put("bank.xlsx", "2022-01-01", jobs_now=30)
        assert told(register, "jobs_now") == [("office 1403-02 v2.csv", "12"), ("bank.xlsx", "30")]

    def test_a_source_that_came_round_to_what_shows_no_longer_contradicts(self, register, put):
        put("office.xlsx", "2023-03-21", jobs_now=30)
        put("bank.xlsx", "2024-03-20", jobs_now=12)
        put("office.xlsx", "2025-03-20", jobs_now=12)
        assert register.decisions.conflicts().empty

    def test_a_late_file_that_repeats_what_another_said_before_is_heard(self, register, put):
        put("office.xlsx", "2022-03-21", jobs_now=30)
        put("office.xlsx", "2024-03-20", jobs_now=12)
        put("bank.xlsx", "2023-03-20", jobs_now=30)
        assert told(register, "jobs_now") == [("office.xlsx", "12"), ("bank.xlsx", "30")]

    def test_another_spelling_and_a_vaguer_date_do_not_contradict(self, register, put):
        put("office.xlsx", "2023-03-21", estate="شهرك صنعتي يك", stopped_on="2019-03-21", stopped_on_precision="year")
        put("bank.xlsx", "2024-03-20", estate="شهرک صنعتی یک", stopped_on="2019-08-02", stopped_on_precision="day")
        assert register.decisions.conflicts().empty
        put("union.xlsx", "2024-06-20", stopped_on="2021-08-02", stopped_on_precision="day")
        assert why(register, "stopped_on") == "fresher"

    def test_idle_months_that_grew_with_the_calendar_do_not_contradict(self, register, put):
        put("office.xlsx", "2023-03-21", idle_months=24.0)
        put("bank.xlsx", "2024-03-20", idle_months=36.0)
        assert register.decisions.conflicts().empty
        put("union.xlsx", "2024-03-20", idle_months=60.0)
        assert set(register.decisions.conflicts()["field"]) == {"idle_months"}

    def test_columns_that_no_field_knows_can_contradict_each_other_too(self, register, put):
        put("office.xlsx", "2023-03-21", extras="Storeys|number|2")
        put("bank.xlsx", "2024-03-20", extras="Storeys|number|3")
        assert told(register, "extra:Storeys") == [("bank.xlsx", "number|3"), ("office.xlsx", "number|2")]

    def test_what_shows_without_decisions_is_what_the_history_folds_to(self, given):
        """By the rule the freshest declared record shows: the same that imports have laid into the units."""
        generator = np.random.default_rng(3)
        with Register.open("sqlite://") as register:
            for number in range(12):
                rows = [
                    {"identity": f"business:{unit}", "jobs_now": int(generator.integers(4)),
                     "notes": f"{generator.integers(3)}", "land_m2": float(generator.integers(1, 4))}
                    for unit in range(4)
                ]  # fmt: skip
                source = f"{'abc'[number % 3]}.xlsx"
                day = f"20{generator.integers(10, 25)}-01-01"
                register.imports.commit(given(*rows, source=source, as_of=day), imported_at=NOON)
            units = register.units()
            for unit_id in units.index:
                facts = register.units.facts(unit_id)["value"]
                assert facts["jobs_now"] == str(units.loc[unit_id, "jobs_now"])
                assert facts["land_m2"] == str(units.loc[unit_id, "land_m2"])


class TestDecisions:
    @pytest.fixture
    def unit_id(self, put):
        put("office.xlsx", "2023-06-21", jobs_now=30)
        return put("bank.xlsx", "2024-03-20", jobs_now=12)

    def test_a_pinned_source_shows_and_the_pin_can_be_taken_back(self, register, unit_id):
        before = register.units()
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        assert register.units()["jobs_now"].item() == register.units.one(unit_id)["jobs_now"].item() == 30
        assert (why(register, "jobs_now"), told(register, "jobs_now")[0]) == ("pinned", ("office.xlsx", "30"))
        assert register.check() == ()
        register.decisions.unpin(unit_id, "jobs_now", made_at=NOON)
        pd.testing.assert_frame_equal(register.units(), before)

    def test_a_pin_follows_its_source(self, register, put, unit_id):
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        put("office 1404.xlsx", "2023-09-21", jobs_now=28)
        assert register.units()["jobs_now"].item() == 28

    def test_a_checked_value_goes_before_a_fresher_one_that_was_only_declared(self, register, put, unit_id):
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        checked = register.decisions.confirm(unit_id, "jobs_now", source="visit", as_of="2024-01-10", made_at=NOON)
        register.decisions.unpin(unit_id, "jobs_now", made_at=NOON)
        assert checked["value"] == "30"
        assert register.units()["jobs_now"].item() == 30
        assert why(register, "jobs_now") == "confidence"
        fact = register.units.facts(unit_id).loc["jobs_now"]
        assert (fact["confidence"], fact["source"], str(fact["as_of"])[:10]) == ("verified", "visit", "2024-01-10")
        register.decisions.unconfirm(unit_id, "jobs_now", made_at=NOON)
        assert register.units()["jobs_now"].item() == 12

    def test_a_checked_value_gives_way_to_a_record_a_year_younger(self, register, put, unit_id):
        register.decisions.confirm(unit_id, "jobs_now", as_of="2024-03-20", made_at=NOON)
        put("office.xlsx", "2025-03-01", jobs_now=5)
        assert register.units()["jobs_now"].item() == 12
        put("office.xlsx", "2025-04-01", jobs_now=4)
        assert register.units()["jobs_now"].item() == 4
        assert told(register, "jobs_now")[0] == ("office.xlsx", "4")

    def test_verified_goes_before_reviewed(self, register, unit_id):
        register.decisions.confirm(unit_id, "jobs_now", as_of="2024-06-01", confidence="reviewed", made_at=NOON)
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        assert register.units.facts(unit_id).loc["jobs_now", "confidence"] != "reviewed"
        register.decisions.unpin(unit_id, "jobs_now", made_at=NOON)
        assert register.units.facts(unit_id).loc["jobs_now", "confidence"] == "reviewed"

    def test_records_that_came_in_verified_go_before_declared_ones(self, register, put):
        put("court.xlsx", "2023-06-21", jobs_now=30, confidence="verified")
        put("bank.xlsx", "2024-03-20", jobs_now=12, confidence="declared")
        assert register.units()["jobs_now"].item() == 30
        assert why(register, "jobs_now") == "confidence"

    def test_of_two_records_of_one_day_the_weightier_source_shows(self, register, put):
        put("office.xlsx", "2024-03-20", jobs_now=30)
        put("bank.xlsx", "2024-03-20", jobs_now=12)
        assert (register.units()["jobs_now"].item(), why(register, "jobs_now")) == (12, "later_import")
        register.decisions.rank_source("office.xlsx", 1, made_at=NOON)
        assert register.decisions.source_ranks() == {"office.xlsx": 1}
        assert (register.units()["jobs_now"].item(), why(register, "jobs_now")) == (30, "source_rank")
        register.decisions.rank_source("office.xlsx", None, made_at=NOON)
        assert register.units()["jobs_now"].item() == 12

    def test_decisions_are_seen_from_the_day_on_which_they_were_made(self, register, unit_id):
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=datetime(2025, 3, 1))
        assert register.units(known_by="2025-02-28")["jobs_now"].item() == 12
        assert register.units(known_by="2025-03-01")["jobs_now"].item() == 30
        register.decisions.unpin(unit_id, "jobs_now", made_at=datetime(2025, 4, 1))
        assert register.units(known_by="2025-03-31")["jobs_now"].item() == 30
        assert register.units(known_by="2025-04-01")["jobs_now"].item() == 12

    def test_units_are_filtered_by_what_decisions_let_show(self, register, unit_id):
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        assert register.units({"jobs_now": 12}).empty
        assert len(register.units({"jobs_now": 30})) == 1

    def test_a_pinned_column_that_no_field_knows_shows(self, register, put):
        unit_id = put("office.xlsx", "2023-03-21", extras="Storeys|number|2;Zone|text|B")
        put("bank.xlsx", "2024-03-20", extras="Storeys|number|3")
        register.decisions.pin(unit_id, "extra:Storeys", "office.xlsx", made_at=NOON)
        assert register.units.extras()[["header", "value"]].to_numpy().tolist() == [["Storeys", "2"], ["Zone", "B"]]

    def test_what_cannot_be_decided_is_refused(self, register, unit_id):
        for act, code in (
            (lambda: register.decisions.pin(unit_id, "jobs_now", "union.xlsx", made_at=NOON), ErrorCode.SOURCE_SILENT),
            (lambda: register.decisions.pin(unit_id, "land_m2", "bank.xlsx", made_at=NOON), ErrorCode.FIELD_NOT_STATED),
            (lambda: register.decisions.unpin(unit_id, "jobs_now", made_at=NOON), ErrorCode.NOTHING_DECIDED),
            (
                lambda: register.decisions.confirm(unit_id, "land_m2", as_of=NOON, made_at=NOON),
                ErrorCode.FIELD_NOT_STATED,
            ),
            (
                lambda: register.decisions.confirm(
                    unit_id, "jobs_now", confidence="declared", as_of=NOON, made_at=NOON
                ),
                ErrorCode.UNKNOWN_OPTION,
            ),
            (lambda: register.decisions.unconfirm(unit_id, "jobs_now", made_at=NOON), ErrorCode.NOTHING_DECIDED),
            (lambda: register.decisions.confirm("U0", "jobs_now", as_of=NOON, made_at=NOON), ErrorCode.UNKNOWN_UNIT),
            (lambda: register.decisions.rank_source("union.xlsx", 1, made_at=NOON), ErrorCode.UNKNOWN_OPTION),
        ):
            with pytest.raises(EhyaError) as refusal:
                act()
            assert refusal.value.code is code
        assert register.decisions.source_ranks() == {}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("شهرک‌ها ۱۴۰۳.xlsx", "شهرک‌ها ۱۴۰۴.xlsx", True),
        ("register Q1 2024.csv", "register Q2 2024.xlsx", True),
        ("office.xlsx", "office (1).xlsx", True),
        ("office.xlsx", "bank.xlsx", False),
        ("1403.xlsx", "1404.xlsx", False),
        ("unit 12.xlsx", "unit 13.xlsx", False),
    ],
)
def test_files_that_continue_one_another_are_one_source(one, other, same):
    assert (source_family(one) == source_family(other)) is same


def test_what_is_told_of_several_units_in_one_go_is_what_is_told_of_each(register, given):
    rows = [
        {"identity": "business:1", "jobs_now": 30, "notes": "one", "extras": "Storeys|number|2;Zone|text|B"},
        {"identity": "business:2", "jobs_now": 7, "extras": "Zone|text|C"},
        {"identity": "business:3", "land_m2": 900.0, "extras": None},
    ]
    later = [
        {"identity": "business:1", "jobs_now": 12, "notes": "two", "extras": "Zone|text|D"},
        {"identity": "business:2", "jobs_now": 7, "extras": None},
    ]
    first = register.imports.commit(given(*rows, source="a.xlsx", as_of="2023-03-21"), imported_at=NOON)
    units = first.rows["unit_id"].tolist()
    register.imports.commit(given(*later, source="b.xlsx", as_of="2024-03-20"), imported_at=NOON)
    register.decisions.confirm(units[1], "jobs_now", as_of=datetime(2024, 4, 1), made_at=NOON)
    for merged in (False, True):
        if merged:
            register.decisions.merge(units[0], units[2], made_at=NOON)
        shown = list(register.units().index)
        told = register.units.told(shown)
        for unit in shown:
            own = [table[table["unit_id"] == unit].reset_index(drop=True) for table in (told.facts, told.conflicts)]
            pd.testing.assert_frame_equal(own[0].set_index("field"), register.units.facts(unit))
            pd.testing.assert_frame_equal(own[1], register.decisions.conflicts(unit))
        extras = told.extras.sort_values(["unit_id", "header"], ignore_index=True)
        pd.testing.assert_frame_equal(extras, register.units.extras(), check_dtype=False)


def test_events_of_one_unit_are_those_of_all_that_name_it(register, given):
    rows = [{"identity": f"business:{one}", "name": f"واحد {one}"} for one in (1, 2)]
    found = register.imports.commit(given(*rows, source="a.xlsx", as_of="2023-03-21"), imported_at=NOON)
    first, second = found.rows["unit_id"]
    for unit in (first, second, first):
        day = pd.Timestamp("2024-01-01")
        register.events.add(Outcome(unit_id=unit, kind="visited", happened_on=day, known_on=day))
    for known_by in (None, datetime(2024, 1, 1), datetime(2023, 12, 31)):
        every = register.events(known_by)
        for unit in (first, second):
            own = every[every["unit_id"] == unit].reset_index(drop=True)
            pd.testing.assert_frame_equal(register.events(known_by, unit).reset_index(drop=True), own)
    register.decisions.merge(first, second, made_at=NOON)
    assert len(register.events(unit_id=second)) == 3


class TestEdits:
    def test_what_a_person_edited_after_the_others_is_decided(self, register, put):
        put("office.xlsx", "2024-03-20", jobs_now=30, land_m2=900.0)
        unit_id = put("desk:sara", "2024-03-20", jobs_now=12)
        assert register.units()["jobs_now"].item() == 12
        assert register.decisions.conflicts().empty
        assert register.decisions.conflicts(unit_id).empty
        put("desk:ali", "2024-03-20", jobs_now=14)
        assert register.decisions.conflicts().empty

    def test_it_is_open_again_once_a_later_source_contradicts_it_and_while_an_older_one_shows(self, register, put):
        put("office.xlsx", "2024-03-20", jobs_now=30)
        put("desk:sara", "2024-03-20", jobs_now=12)
        put("bank.xlsx", "2023-01-01", jobs_now=7)
        assert told(register, "jobs_now") == [("desk:sara", "12"), ("office.xlsx", "30"), ("bank.xlsx", "7")]
        put("desk:sara", "2024-03-20", jobs_now=8)
        assert register.decisions.conflicts().empty
        put("bank.xlsx", "2024-06-01", jobs_now=7)
        assert told(register, "jobs_now")[0] == ("bank.xlsx", "7")

    def test_a_source_that_agrees_with_the_edit_opens_nothing(self, register, put):
        put("office.xlsx", "2024-03-20", jobs_now=30)
        put("desk:sara", "2024-03-20", jobs_now=12)
        put("bank.xlsx", "2024-03-20", jobs_now=12)
        assert register.decisions.conflicts().empty

    def test_an_edit_that_does_not_show_leaves_the_conflict_open(self, register, put):
        put("office.xlsx", "2024-03-20", jobs_now=30)
        unit_id = put("desk:sara", "2024-03-20", jobs_now=12)
        register.decisions.pin(unit_id, "jobs_now", "office.xlsx", made_at=NOON)
        assert why(register, "jobs_now") == "pinned"
        register.decisions.pin(unit_id, "jobs_now", "desk:sara", made_at=NOON)
        assert why(register, "jobs_now") == "pinned"
