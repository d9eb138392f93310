"""The contract of the register: every database must keep all of it."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from engine.domain.bank_ask import BankAskKind, BankVerdict
from engine.domain.outcome import Outcome, OutcomeKind
from engine.domain.request import RequestKind
from engine.domain.unit import column_dtypes
from engine.domain.unit_wishes import Side
from engine.errors import EhyaError, ErrorCode
from engine.health.plausibility import implausible
from engine.parsing.dates import Precision
from engine.store import Change, Register
from engine.store.schema import APPEND_ONLY

NOON = datetime(2025, 1, 10, 12)
WEAVER = {"identity": "business:1", "name": "بافندگی", "county": "Urmia", "status": "idle", "jobs_now": 30}
MILL = {"identity": "name:mill", "name": "آسیاب", "county": "Khoy", "status": "idle", "land_m2": 1200.5}


def everything(register):
    """All that a person can see of the register."""
    units = register.units()
    histories = [register.units.history(unit_id).assign(unit_id=unit_id) for unit_id in units.index]
    return units, pd.concat(histories, ignore_index=True) if histories else pd.DataFrame(), register.imports()


def assert_same(before, after):
    for left, right in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(left, right)


class TestImport:
    def test_a_first_import_makes_new_units_in_the_order_of_the_file(self, register, given):
        result = register.imports.commit(given(WEAVER, MILL), imported_at=NOON)
        assert result.rows["row"].tolist() == [2, 3]
        assert result.rows["change"].tolist() == ["new", "new"]
        names = register.units().loc[result.rows["unit_id"], "name"].tolist()
        assert names == ["بافندگی", "آسیاب"]

    def test_units_come_back_with_every_type_they_had(self, register, given):
        full = WEAVER | {
            "stopped_on": "2019-03-21", "stopped_on_precision": "year", "machinery_year": 1998, "bank_owned": True,
            "title_deed": False, "bank_debt_rial": 729_833_000_000_000_001, "capacity_share": 0.1, "price_year": 1402,
            "stop_causes": "bank_debt;utilities", "origin": "register", "confidence": "declared", "source": "اداره",
        }  # fmt: skip
        intake = given(full)
        register.imports.commit(intake, imported_at=NOON)
        units = register.units()
        assert units.dtypes.astype(str).to_dict() == column_dtypes() | {"as_of": "datetime64[s]"}
        expected = intake.units[list(column_dtypes())].assign(as_of=pd.Timestamp("2024-03-20").as_unit("s"))
        pd.testing.assert_frame_equal(units.reset_index(drop=True), expected.reset_index(drop=True))

    def test_an_empty_cell_comes_back_as_not_known(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        unit = register.units().iloc[0]
        assert pd.isna(unit["land_m2"])
        assert pd.isna(unit["bank_debt_rial"])
        assert pd.isna(unit["bank_owned"])

    def test_the_same_file_twice_changes_nothing(self, register, given):
        first = register.imports.commit(given(WEAVER, MILL), imported_at=NOON)
        before, counts = everything(register), register.counts()
        second = register.imports.commit(given(WEAVER, MILL), imported_at=NOON + timedelta(days=1))
        assert second.rows["change"].tolist() == ["unchanged", "unchanged"]
        assert second.rows["unit_id"].tolist() == first.rows["unit_id"].tolist()
        assert second.import_id == first.import_id
        assert register.counts() == counts
        assert_same(before, everything(register))

    def test_a_newer_file_updates_and_the_history_keeps_the_older_value(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        newer = given(WEAVER | {"jobs_now": 12}, as_of="2025-03-21", source="next.xlsx")
        result = register.imports.commit(newer, imported_at=NOON + timedelta(days=90))
        assert result.count(Change.UPDATED) == 1
        assert result.cells[["field", "before", "after"]].to_numpy().tolist() == [["jobs_now", "30", "12"]]
        unit_id = result.rows["unit_id"].item()
        assert register.units.one(unit_id)["jobs_now"].item() == 12
        past = register.units.history(unit_id).query("field == 'jobs_now'")
        assert past["value"].tolist() == ["30", "12"]
        assert past["as_of"].dt.date.tolist() == [date(2024, 3, 20), date(2025, 3, 21)]
        assert past["known_on"].dt.date.tolist() == [date(2025, 1, 10), date(2025, 4, 10)]
        assert past["source"].tolist() == ["units.xlsx", "next.xlsx"]

    def test_what_a_number_showed_before_is_told_of_the_units_where_it_changed(self, register, given):
        for day, capital in (("2023-03-21", 80), ("2024-03-20", 90), ("2025-03-21", 9_990)):
            rows = ({"identity": "a", "name": "A", "capital_needed_rial": capital, "jobs_now": 3},
                    {"identity": "b", "name": "B", "capital_needed_rial": 5})  # fmt: skip
            register.imports.commit(given(*rows, as_of=day), imported_at=datetime(2025, 4, 1))
        earlier = register.units.earlier()
        assert earlier[["field", "value"]].values.tolist() == [["capital_needed_rial", 90.0]]
        found = implausible(register.units(), earlier=earlier)
        assert found.loc[found["code"] == "jump", ["unit_id", "given"]].values.tolist() == [
            [earlier["unit_id"].iloc[0], 111.0]
        ]

    def test_an_empty_cell_never_erases_a_known_value(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        bare = {"identity": "business:1", "name": "بافندگی"}
        result = register.imports.commit(given(bare, as_of="2025-03-21"), imported_at=NOON)
        assert result.rows["change"].tolist() == ["unchanged"]
        assert register.units()["jobs_now"].item() == 30

    def test_an_older_file_never_overwrites_a_newer_value(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        older = given(WEAVER | {"jobs_now": 80, "land_m2": 900.0}, as_of="2020-03-20")
        result = register.imports.commit(older, imported_at=NOON)
        unit = register.units().iloc[0]
        assert (unit["jobs_now"], unit["as_of"]) == (30, pd.Timestamp("2024-03-20"))
        assert unit["land_m2"] == 900  # nothing newer was known
        beside = register.units.history(result.rows["unit_id"].item()).query("not shown")
        assert beside[["field", "value"]].to_numpy().tolist() == [["jobs_now", "80"]]
        assert register.imports.commit(older, imported_at=NOON).import_id == result.import_id

    def test_a_record_without_a_date_does_not_overwrite_one_with_a_date(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        register.imports.commit(given(WEAVER | {"jobs_now": 80}, as_of=None), imported_at=NOON)
        assert register.units()["jobs_now"].item() == 30

    def test_of_two_records_of_one_day_the_later_import_shows(self, register, given):
        for jobs in (30, 31, 30):
            register.imports.commit(given(WEAVER | {"jobs_now": jobs}, as_of=None), imported_at=NOON)
            assert register.units()["jobs_now"].item() == jobs
        assert register.check() == ()

    def test_a_file_read_again_after_another_of_its_day_says_nothing_new(self, register, given):
        for jobs, source in ((30, "a.xlsx"), (31, "b.xlsx"), (30, "a.xlsx")):
            result = register.imports.commit(given(WEAVER | {"jobs_now": jobs}, source=source), imported_at=NOON)
        assert result.rows["change"].tolist() == ["unchanged"]
        assert register.units()["jobs_now"].item() == 31
        assert register.check() == ()

    def test_a_file_that_repeated_what_showed_says_nothing_new_when_read_again(self, register, given):
        for jobs, source in ((30, "a.xlsx"), (30, "c.xlsx"), (31, "b.xlsx"), (30, "c.xlsx")):
            register.imports.commit(given(WEAVER | {"jobs_now": jobs}, source=source), imported_at=NOON)
        assert register.units()["jobs_now"].item() == 31
        assert register.check() == ()

    def test_what_a_person_types_again_is_meant(self, register, given):
        for jobs, source in ((30, "desk:sara"), (31, "b.xlsx"), (30, "desk:sara")):
            register.imports.commit(given(WEAVER | {"jobs_now": jobs}, source=source), imported_at=NOON)
        assert register.units()["jobs_now"].item() == 30
        assert register.check() == ()

    def test_a_confirmed_value_is_as_fresh_as_its_confirmation(self, register, given):
        for jobs, day in ((30, "2022-03-21"), (30, "2024-03-20"), (25, "2023-03-21")):
            register.imports.commit(given(WEAVER | {"jobs_now": jobs}, as_of=day), imported_at=NOON)
        assert register.units()["jobs_now"].item() == 30

    def test_equal_identities_in_one_file_keep_both_rows(self, register, given):
        twin = WEAVER | {"name": "بافندگی دوم"}
        result = register.imports.commit(given(WEAVER, twin), imported_at=NOON)
        assert result.rows["unit_id"].is_unique
        assert register.counts()["units"] == 2

    def test_equal_identities_that_change_places_change_nothing(self, register, given):
        twin = WEAVER | {"name": "بافندگی دوم"}
        first = register.imports.commit(given(WEAVER, twin), imported_at=NOON)
        second = register.imports.commit(given(twin, WEAVER), imported_at=NOON)
        assert second.rows["change"].tolist() == ["unchanged", "unchanged"]
        assert second.rows["unit_id"].tolist() == first.rows["unit_id"].tolist()[::-1]

    def test_a_third_row_of_equal_identity_is_a_third_unit(self, register, given):
        twin = WEAVER | {"name": "بافندگی دوم"}
        register.imports.commit(given(WEAVER, twin), imported_at=NOON)
        result = register.imports.commit(given(WEAVER | {"name": "سوم"}, WEAVER, twin), imported_at=NOON)
        assert result.rows["change"].tolist() == ["new", "unchanged", "unchanged"]

    def test_a_synthetic_row_never_touches_a_registered_unit(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        made_up = WEAVER | {"origin": "synthetic", "jobs_now": 1}
        result = register.imports.commit(given(made_up, as_of="2025-03-21"), imported_at=NOON)
        assert result.rows["change"].tolist() == ["new"]
        assert sorted(register.units()["origin"]) == ["register", "synthetic"]
        assert register.units({"origin": "register"})["jobs_now"].item() == 30

    def test_a_rehearsal_tells_the_same_and_writes_nothing(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=NOON)
        counts, newer = register.counts(), given(WEAVER | {"jobs_now": 12}, MILL, as_of="2025-03-21")
        rehearsal = register.imports.commit(newer, imported_at=NOON, dry_run=True)
        assert rehearsal.import_id is None
        assert register.counts() == counts
        real = register.imports.commit(newer, imported_at=NOON)
        pd.testing.assert_frame_equal(rehearsal.rows, real.rows)
        pd.testing.assert_frame_equal(rehearsal.cells, real.cells)

    def test_the_order_of_rows_is_irrelevant_to_what_is_stored(self, url, register, given):
        register.imports.commit(given(MILL, WEAVER), imported_at=NOON)
        stored = register.units()
        with Register.open("sqlite://") as other:
            other.imports.commit(given(WEAVER, MILL), imported_at=NOON)
            pd.testing.assert_frame_equal(stored, other.units())

    def test_rejections_are_kept_with_their_import(self, register, given):
        cell = {"sheet": "1", "row": 4, "column": "زمین", "field": "land_m2", "code": "not_a_number", "given": "؟"}
        rows, cells = pd.DataFrame([{"sheet": "1", "row": 9, "code": "no_identity"}]), pd.DataFrame([cell])
        result = register.imports.commit(given(WEAVER, rejected_rows=rows, rejected_cells=cells), imported_at=NOON)
        kept = register.imports.rejections(result.import_id)
        assert kept[["row", "code"]].to_numpy().tolist() == [[9, "no_identity"], [4, "not_a_number"]]
        assert kept["given"].fillna("").tolist() == ["", "؟"]
        assert register.imports()[["rejected_row_count", "rejected_cell_count"]].to_numpy().tolist() == [[1, 1]]

    def test_the_number_of_a_person_is_not_kept_with_a_rejection(self, register, given):
        cell = {"sheet": "1", "row": 4, "column": "شناسه ملی", "field": "national_id", "code": "person_id"}
        cell["given"] = "0499370899"
        result = register.imports.commit(given(WEAVER, rejected_cells=pd.DataFrame([cell])), imported_at=NOON)
        assert register.imports.rejections(result.import_id)["given"].isna().all()

    def test_columns_that_no_field_knows_are_kept_each_with_a_history_of_its_own(self, register, given):
        first = given(WEAVER | {"extras": "Storeys|number|2;Zone|text|50%25 B"})
        unit_id = register.imports.commit(first, imported_at=NOON).rows["unit_id"].item()
        newer = given(WEAVER | {"extras": "Storeys|number|3;Waste|money|500"}, as_of="2025-03-21")
        result = register.imports.commit(newer, imported_at=NOON)
        assert result.cells[["field", "before", "after"]].fillna("").to_numpy().tolist() == [
            ["extra:Storeys", "number|2", "number|3"],
            ["extra:Waste", "", "money|500"],
        ]
        kept = register.units.extras([unit_id])
        assert kept[["header", "kind", "value"]].to_numpy().tolist() == [
            ["Storeys", "number", "3"],
            ["Waste", "money", "500"],
            ["Zone", "text", "50% B"],
        ]
        past = register.units.history(unit_id).query("field == 'extra:Storeys'")
        assert past["value"].tolist() == ["number|2", "number|3"]
        assert set(register.imports.commit(newer, imported_at=NOON).rows["change"]) == {"unchanged"}
        assert register.check() == ()

    def test_lists_of_machines_and_debts_come_back_and_fill_what_nobody_stated(self, register, given):
        machines, debts = "2|پرس|2009|sound;1|اره|1998|worn_out", "bank|بانک ملی|5000;tax||300"
        lists = given(WEAVER | {"equipment": machines, "debts": debts, "tax_debt_rial": 250, "price_year": 1403})
        unit_id = register.imports.commit(lists, imported_at=NOON).rows["unit_id"].item()
        unit = register.units.one(unit_id).iloc[0]
        assert (unit["equipment"], unit["debts"]) == (machines, debts)
        # by hand: three machines, the middle one of 2009; the tax debt was stated and stays
        assert (unit["machinery_year"], unit["bank_debt_rial"], unit["tax_debt_rial"]) == (2009, 5000, 250)
        assert (unit["derived"], unit["price_year"]) == ("machinery_year;bank_debt_rial", 1403)
        assert register.units({"bank_debt_rial": 5000}).index.tolist() == [unit_id]
        assert "bank_debt_rial" not in set(register.units.history(unit_id)["field"])
        register.imports.commit(given(WEAVER | {"bank_debt_rial": 7000}, as_of="2025-01-01"), imported_at=NOON)
        assert register.units.one(unit_id)["bank_debt_rial"].item() == 7000
        assert register.check() == ()

    def test_a_price_year_follows_the_money_it_belongs_to(self, register, given):
        money = WEAVER | {"bank_debt_rial": 5, "price_year": 1400}
        register.imports.commit(given(money, as_of="2022-03-21"), imported_at=NOON)
        register.imports.commit(given(WEAVER | {"price_year": 1403}, as_of="2025-03-21"), imported_at=NOON)
        assert register.units()["price_year"].item() == 1400

    def test_an_empty_intake_is_recorded_as_an_import_of_nothing(self, register, given):
        empty = given(WEAVER)
        empty.units = empty.units.iloc[:0]
        result = register.imports.commit(empty, imported_at=NOON)
        assert result.rows.empty
        assert register.counts()["imports"] == 1
        assert register.units().empty

    def test_an_import_at_a_fraction_of_a_second_can_be_read_back(self, register, given):
        moment = NOON.replace(microsecond=159485)
        result = register.imports.commit(given(WEAVER), imported_at=moment)
        history = register.units.history(result.rows["unit_id"].iloc[0])
        assert set(history["known_on"]) == {pd.Timestamp(NOON.date())}
        assert len(register.imports()) == 1

    def test_a_moment_with_a_zone_is_kept_as_utc(self, register, given):
        tehran = datetime(2025, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=3, minutes=30)))
        register.imports.commit(given(WEAVER), imported_at=tehran)
        assert register.imports()["imported_at"].item() == pd.Timestamp("2024-12-31 21:30")


class TestReading:
    def test_units_are_filtered_by_values_and_lists_of_values(self, register, given):
        register.imports.commit(given(WEAVER, MILL), imported_at=NOON)
        assert register.units({"county": "Khoy"})["name"].tolist() == ["آسیاب"]
        assert len(register.units({"county": ["Khoy", "Urmia"], "status": "idle"})) == 2
        assert register.units({"county": []}).empty

    def test_a_filter_on_an_unknown_column_names_the_columns(self, register):
        with pytest.raises(EhyaError) as refusal:
            register.units({"town": "Khoy"})
        assert refusal.value.code is ErrorCode.UNKNOWN_COLUMN
        assert "county" in refusal.value.facts["allowed"]

    def test_an_unknown_unit_is_refused_by_name(self, register):
        for ask in (register.units.one, register.units.history):
            with pytest.raises(EhyaError, match="unknown_unit: given='U0'"):
                ask("U0")

    def test_units_known_by_a_day_hide_what_came_later(self, register, given):
        register.imports.commit(given(WEAVER), imported_at=datetime(2024, 5, 1))
        register.imports.commit(
            given(WEAVER | {"jobs_now": 3}, MILL, as_of="2025-01-01"), imported_at=datetime(2025, 5, 1)
        )
        then = register.units(known_by="2025-04-30")
        assert then["jobs_now"].tolist() == [30]
        assert register.units(known_by="2024-04-30").empty
        pd.testing.assert_frame_equal(register.units(known_by="2025-05-01"), register.units())
        assert register.units({"county": "Khoy"}, known_by="2025-05-01")["name"].tolist() == ["آسیاب"]

    def test_a_reader_of_many_days_says_of_each_what_was_known_and_sees_nothing_that_comes_later(self, register, given):
        extras, day = "Storeys|number|2;Zone|text|B", "2022-05-01"
        first = given(WEAVER | {"extras": extras, "stopped_on": day, "bank_owned": True}, MILL | {"extras": None})
        register.imports.commit(first, imported_at=datetime(2024, 5, 1))
        later = given(WEAVER | {"jobs_now": 3, "extras": "Storeys|number|3"}, as_of="2025-01-01")
        register.imports.commit(later, imported_at=datetime(2025, 5, 1, 23))
        older = given(MILL | {"jobs_now": 9, "land_m2": 5.5, "extras": None}, as_of="2023-01-01")
        number = register.imports.commit(older, imported_at=datetime(2026, 5, 1)).import_id
        names = register.units().reset_index().set_index("name")["unit_id"]
        register.decisions.merge(names["آسیاب"], names["بافندگی"], made_at=datetime(2026, 6, 1))
        days = ["2024-04-30", "2024-05-01", "2025-04-30", "2025-05-01", "2026-05-01", "2026-06-01"]
        on_day = register.units.on_days()
        for day in days:
            pd.testing.assert_frame_equal(on_day(day), register.units(known_by=day))
        before = on_day("2026-05-01")
        assert [len(on_day(day)) for day in days] == [0, 2, 2, 2, 2, 1]
        register.imports.undo(number, made_at=NOON)
        pd.testing.assert_frame_equal(on_day("2026-05-01"), before)
        assert not register.units(known_by="2026-05-01").equals(before)


class TestFirstRecords:
    def test_a_unit_is_shown_as_it_was_first_met(self, register, given):
        register.imports.commit(given(WEAVER, as_of="2024-03-20"), imported_at=datetime(2024, 4, 1))
        later = WEAVER | {"jobs_now": 45, "land_m2": 900.0, "status": "operating"}
        register.imports.commit(given(later, MILL, as_of="2025-03-20"), imported_at=datetime(2025, 4, 1, 18))
        first = register.units.first_records().set_index("name")
        assert (first.loc["بافندگی", "jobs_now"], first.loc["بافندگی", "status"]) == (30, "idle")
        assert first["land_m2"].isna().tolist() == [name == "بافندگی" for name in first.index]
        assert first.loc["بافندگی", "as_of"] == pd.Timestamp("2024-03-20")
        assert first["known_on"].to_dict() == {
            "بافندگی": pd.Timestamp("2024-04-01"), "آسیاب": pd.Timestamp("2025-04-01")
        }  # fmt: skip

    def test_of_merged_units_the_one_known_first_is_shown(self, register, given):
        lost = register.imports.commit(given(WEAVER), imported_at=datetime(2024, 4, 1)).rows["unit_id"].item()
        kept = register.imports.commit(given(MILL), imported_at=datetime(2025, 4, 1)).rows["unit_id"].item()
        register.decisions.merge(kept, lost, made_at=NOON)
        first = register.units.first_records()
        assert first["name"].to_dict() == {kept: "بافندگی"}

    def test_an_empty_register_has_none(self, register):
        assert register.units.first_records().empty


class TestEvents:
    @pytest.fixture
    def unit_id(self, register, given):
        return register.imports.commit(given(WEAVER), imported_at=NOON).rows["unit_id"].item()

    def test_an_event_comes_back_as_it_was_told(self, register, unit_id):
        number = register.events.add(
            Outcome(
                unit_id=unit_id, kind=OutcomeKind.OBSERVED, happened_on=date(2024, 6, 1), known_on=date(2024, 7, 1),
                capacity_share=0.6, jobs=34, mandate_id="M1", event="INVA", source="بازدید",
            )
        )  # fmt: skip
        told = register.events().iloc[0]
        assert (told["id"], told["unit_id"], told["kind"]) == (number, unit_id, "observed")
        assert (told["capacity_share"], told["jobs"], told["event"]) == (0.6, 34, "INVA")
        assert told["happened_precision"] == "day"
        assert told["known_on"] == pd.Timestamp("2024-07-01")

    def test_no_event_that_was_known_later_is_seen(self, register, unit_id):
        for known in (date(2024, 7, 1), date(2024, 9, 1)):
            register.events.add(
                Outcome(unit_id=unit_id, kind=OutcomeKind.VISITED, happened_on=date(2024, 6, 1), known_on=known)
            )
        assert len(register.events()) == 2
        assert len(register.events(known_by="2024-08-31")) == 1
        assert len(register.events(known_by=date(2024, 9, 1))) == 2
        assert register.events(known_by=pd.Timestamp("2024-06-30")).empty

    def test_an_event_of_an_unknown_unit_is_refused(self, register):
        with pytest.raises(EhyaError) as refusal:
            register.events.add(
                Outcome(unit_id="U0", kind=OutcomeKind.VISITED, happened_on=NOON.date(), known_on=NOON.date())
            )
        assert refusal.value.code is ErrorCode.UNKNOWN_UNIT

    def test_many_events_come_back_as_if_they_had_been_told_one_by_one(self, register, unit_id):
        told = [
            Outcome(unit_id=unit_id, kind=OutcomeKind.VISITED, happened_on=date(2024, 6, 1), known_on=date(2024, 6, 2)),
            Outcome(
                unit_id=unit_id, kind=OutcomeKind.OBSERVED, happened_on=date(2024, 6, 1), known_on=date(2024, 7, 1),
                happened_precision=Precision.MONTH, capacity_share=0.6, jobs=34, mandate_id="M1", event="INVA",
                source="بازدید",
            ),
        ]  # fmt: skip
        for outcome in told:
            register.events.add(outcome)
        singly = register.events()
        assert register.events.add_table(pd.DataFrame([asdict(outcome) for outcome in told])) == 2
        together = register.events()[lambda events: ~events["id"].isin(singly["id"])]
        pd.testing.assert_frame_equal(
            together.drop(columns="id").reset_index(drop=True), singly.drop(columns="id").reset_index(drop=True)
        )

    def test_one_bad_event_among_many_keeps_all_of_them_out(self, register, unit_id):
        good = {"unit_id": unit_id, "kind": "visited", "happened_on": "2024-06-01", "known_on": "2024-06-02"}
        for bad, code in (
            ({"unit_id": "U0"}, ErrorCode.UNKNOWN_UNIT),
            ({"known_on": "2024-05-01"}, ErrorCode.OUTCOME_KNOWN_TOO_EARLY),
        ):
            with pytest.raises(EhyaError) as refusal:
                register.events.add_table(pd.DataFrame([good, good | bad]))
            assert refusal.value.code is code
        assert register.events().empty

    def test_the_database_refuses_to_change_or_delete_what_is_append_only(self, url, register, given, unit_id):
        register.events.add(
            Outcome(unit_id=unit_id, kind=OutcomeKind.VISITED, happened_on=NOON.date(), known_on=NOON.date())
        )
        fill(register, given, unit_id)
        fill_access(register, unit_id)
        key = {
            "sightings": "confidence", "rejections": "given", "unmerges": "merge_id", "repeats": "confidence",
            "undone_imports": "import_id", "event_revisions": "event_id", "package_freezes": "package_id",
            "key_revocations": "key_id", "disablings": "name", "agreement_ends": "agreement_id",
            "agreement_confirmations": "agreement_id",
            "mandate_withdrawals": "mandate_id", "request_answers": "request_id", "request_withdrawals": "request_id",
            "invitation_ends": "invitation_id", "bank_answers": "ask_id",
        }  # fmt: skip
        counts = register.counts()
        assert [table for table in APPEND_ONLY if not counts[table]] == []
        engine = create_engine(url)
        for table in APPEND_ONLY:
            column = key.get(table, "id")
            for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
                with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                    connection.execute(text(statement))
                assert register.counts() == counts, statement
        engine.dispose()


def fill_access(register, unit_id):
    """Put a line into each table of callers and of what is kept for them; the package is signed off."""
    by = {"made_at": NOON, "actor": "terminal"}
    register.keys.add(key_id="k", name="k", role="bank", investor=None, digest="ab", expires_at=None, **by)
    register.keys.revoke("k", **by)
    register.people.add(name="p", role="bank", investor=None, password="$argon2id$", **by)
    register.people.set_password("p", "$argon2id$2", **by)
    register.people.disable("p", **by)
    register.agreements.accept("fund", "inva", 1, confirmed=True, **by)
    register.agreements.end("fund", "inva", 1, **by)
    mandate = register.mandates.save("fund", "food", {"id": "food"}, over=None, **by)
    register.meetings.add({"meetings": []}, event="INVA", over=None, **by)
    made_of = {"run_id": "r", "stock_version": "s", "model_version": None, "as_of": NOON}
    places = [{"unit_id": unit_id, "position": 1}]
    register.lists.keep("fund", mandate.number, list_id="l", **made_of, places=places, **by)
    register.lists.show("fund", "l", until=1, shown_on=NOON)
    register.lists.react("fund", "l", unit_id, kind="interested", reason=None, **by)
    asked = {"kind": RequestKind.VISIT, "text": "may we see it?", **by}
    register.requests.set_level(5, **by)
    register.requests.ask("fund", "l", unit_id, request_id="r1", **asked)
    register.requests.answer("r1", "yes", **by)
    register.requests.ask("fund", "l", unit_id, request_id="r2", **asked)
    register.requests.withdraw("fund", "r2", **by)
    register.mandates.withdraw("fund", "food", over=1, **by)
    register.wishes.state(unit_id, Side.OWNER, {"deal_forms": ["lease"]}, source="x", stated_on=NOON.date(), **by)
    register.invitations.add("i", "ab", investor="fund", event="INVA", expires_at=NOON, **by)
    register.invitations.withdraw("i", **by)
    register.bank_asks.ask("b", bank="bank", unit_id=unit_id, kind=BankAskKind.PRICE, text="?", due_at=NOON, **by)
    register.bank_asks.answer("bank", "b", verdict=BankVerdict.AGREED, text="yes", rial=None, **by)


def fill(register, given, unit_id):
    """Put a line into each table that the units and events left empty."""
    bounds = {"feasibility_low": [0.1], "feasibility_point": [0.2], "feasibility_high": [0.4]}
    register.predictions.save(
        pd.DataFrame(bounds, index=[unit_id]), model_version="1", as_of="2025-01-01", made_at=NOON
    )
    register.promotions.record(model_version="1", digest="ab", promoted_at=NOON, reason="first", metrics={})
    shown = pd.DataFrame({"unit_id": [unit_id], "position": [1], "propensity": [1.0]})
    register.showings.log(shown, run_id="r", mandate_id="m", shown_on="2025-01-01")
    refused = pd.DataFrame([{"sheet": "1", "row": 9, "code": "no_identity"}])
    result = register.imports.commit(given(MILL, MILL, rejected_rows=refused), imported_at=NOON)
    other = result.rows["unit_id"].iloc[0]
    register.decisions.merge(unit_id, other, made_at=NOON)
    register.decisions.unmerge(other, made_at=NOON)
    register.decisions.distinguish(unit_id, other, made_at=NOON)
    register.decisions.confirm(unit_id, "jobs_now", as_of="2025-01-01", made_at=NOON)
    register.decisions.pin(unit_id, "jobs_now", "units.xlsx", made_at=NOON)
    register.decisions.unpin(unit_id, "jobs_now", made_at=NOON)
    register.decisions.rank_source("units.xlsx", 1, made_at=NOON)
    seen = {"unit_id": unit_id, "kind": OutcomeKind.VISITED, "known_on": NOON.date()}
    wrong = register.events.add(Outcome(**seen, happened_on=date(2024, 12, 1)))
    register.events.correct(wrong, Outcome(**seen, happened_on=date(2024, 12, 2)), made_at=NOON)
    again = given(MILL, MILL, {"identity": "name:third", "name": "سومین"})
    register.imports.undo(register.imports.commit(again, imported_at=NOON).import_id, made_at=NOON)
    kept = {"event": "INVA", "as_of": "2025-01-01", "model_version": "1", "document": {}, "inputs": {}}
    register.packages.add(name="inva", **kept, made_at=NOON)
    register.packages.freeze("inva", 1, role="office", signed_on="2025-01-01", note=None, made_at=NOON)


class TestModels:
    @pytest.fixture
    def unit_ids(self, register, given):
        return register.imports.commit(given(WEAVER, MILL), imported_at=NOON).rows["unit_id"].tolist()

    def test_predictions_come_back_with_their_bounds_and_their_model(self, register, unit_ids):
        frame = pd.DataFrame(
            {
                "feasibility_low": [0.1, None], "feasibility_point": [0.2, None], "feasibility_high": [0.4, None],
                "jobs_if_revived_low": [5.0, None], "jobs_if_revived_point": [9.0, None],
                "jobs_if_revived_high": [14.0, None], "scorable": [True, False],
                "not_scorable": ["", "no_sector;no_place"], "prior_driven": [True, True], "out_of_fold": [False, False],
                "model_version": ["x", "x"], "model_data_until": pd.to_datetime(["2026-01-01"] * 2),
            },
            index=unit_ids,
        )  # fmt: skip
        written = register.predictions.save(frame, model_version="2026.1", as_of="2026-02-01", made_at=NOON)
        assert written == 4
        first = register.predictions(unit_ids[0]).set_index("output")
        assert first.loc["feasibility", ["low", "point", "high"]].tolist() == [0.1, 0.2, 0.4]
        assert first.loc["jobs_if_revived", "model_version"] == "2026.1"
        assert first["prior_driven"].all()
        second = register.predictions(unit_ids[1])
        assert second["point"].isna().all()
        assert set(second["not_scorable"]) == {"no_sector;no_place"}

    def test_the_newest_prediction_comes_first(self, register, unit_ids):
        for hour, point in ((1, 0.2), (3, 0.3), (2, 0.25)):
            bounds = {"feasibility_low": [0.0], "feasibility_point": [point], "feasibility_high": [1.0]}
            made_at = datetime(2026, 1, 1, hour, tzinfo=UTC)
            frame = pd.DataFrame(bounds, index=unit_ids[:1])
            register.predictions.save(frame, model_version="1", as_of=date(2026, 1, 1), made_at=made_at)
        assert register.predictions(unit_ids[0])["point"].tolist() == [0.3, 0.25, 0.2]

    def test_a_prediction_of_an_unknown_unit_writes_nothing(self, register, unit_ids):
        bounds = {"feasibility_low": [0.0] * 2, "feasibility_point": [0.1] * 2, "feasibility_high": [1.0] * 2}
        with pytest.raises(EhyaError, match="unknown_unit"):
            register.predictions.save(
                pd.DataFrame(bounds, index=[unit_ids[0], "U0"]), model_version="1", as_of="2026-01-01", made_at=NOON
            )
        assert register.counts()["predictions"] == 0

    def test_the_model_promoted_last_is_the_champion(self, register):
        assert register.promotions.champion() is None
        for version in ("1", "2"):
            register.promotions.record(
                model_version=version,
                digest=f"{version * 64}",
                promoted_at=NOON,
                reason="gates",
                metrics={"brier": 0.2},
            )
        champion = register.promotions.champion()
        assert (champion.model_version, champion.digest, champion.metrics) == ("2", "2" * 64, {"brier": 0.2})
        assert champion.promoted_at == NOON

    def test_showings_tell_who_was_shown_what_and_with_which_probability(self, register, unit_ids):
        shown = pd.DataFrame({"position": [1, 2], "propensity": [0.9, None]}, index=unit_ids)
        register.showings.log(shown, run_id="r1", mandate_id="M1", shown_on="2026-01-05")
        told = register.showings()
        assert told["unit_id"].tolist() == unit_ids
        assert told["position"].tolist() == [1, 2]
        assert told["propensity"].isna().tolist() == [False, True]
        assert register.showings(shown_by="2026-01-04").empty


class TestHealth:
    def test_a_register_opens_again_as_it_was_left(self, url, register, given):
        register.imports.commit(given(WEAVER, MILL), imported_at=NOON)
        before = everything(register)
        register.close()
        with Register.open(url) as again:
            assert_same(before, everything(again))
            assert again.check() == ()

    def test_two_connections_see_the_same_units(self, url, register, given):
        with Register.open(url) as other:
            register.imports.commit(given(WEAVER), imported_at=NOON)
            other.imports.commit(given(MILL), imported_at=NOON)
            pd.testing.assert_frame_equal(register.units(), other.units())
            assert register.counts()["units"] == 2

    def test_a_unit_that_strayed_from_its_history_is_found(self, url, register, given):
        unit_id = register.imports.commit(given(WEAVER, MILL), imported_at=NOON).rows["unit_id"].iloc[0]
        assert register.check() == ()
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE units SET jobs_now = 31 WHERE unit_id = :unit_id"), {"unit_id": unit_id})
        engine.dispose()
        (problem,) = register.check()
        assert problem.code == "units_differ_from_history"
        assert problem.facts == {"given": [unit_id], "count": 1}

    def test_a_register_of_a_later_version_is_refused(self, url, register):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(EhyaError) as refusal:
            Register.open(url)
        assert refusal.value.code is ErrorCode.DATABASE_NEWER
