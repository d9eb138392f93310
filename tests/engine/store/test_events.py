"""Events are checked against their unit, corrected and withdrawn without a trace being lost, and read from sheets."""

from datetime import date, datetime

import pandas as pd
import pytest

import engine.store.events
from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode

NOON = datetime(2025, 1, 10, 12)
ROW = {"identity": "business:1", "name": "بافندگی", "established_on": "2010-03-21", "established_on_precision": "year"}
STOPPED = {"stopped_on": "2019-03-21", "stopped_on_precision": "month"}


@pytest.fixture
def unit(register, given):
    rows = [ROW | STOPPED, {"identity": "business:2", "name": "ریسندگی"}]
    return register.imports.commit(given(*rows), imported_at=NOON).rows["unit_id"].tolist()[0]


def outcome(unit, kind="restarted", happened="2024-01-05", known="2024-02-01", **more):
    dates = {"happened_on": date.fromisoformat(happened), "known_on": date.fromisoformat(known)}
    return Outcome(unit_id=unit, kind=OutcomeKind(kind), **dates, **more)


def refused(act):
    with pytest.raises(EhyaError) as refusal:
        act()
    return refusal.value.code, refusal.value.facts


class TestDates:
    def test_nothing_happens_to_a_unit_before_it_was_founded(self, register, unit):
        code, facts = refused(lambda: register.events.add(outcome(unit, "visited", "2009-05-01")))
        assert code is ErrorCode.OUTCOME_BEFORE_ESTABLISHED
        assert facts == {"unit": unit, "given": "2009-05-01", "allowed": "2010-03-21"}

    def test_no_unit_restarts_before_it_stopped(self, register, unit):
        code, facts = refused(lambda: register.events.add(outcome(unit, happened="2018-01-05")))
        assert (code, facts["allowed"]) == (ErrorCode.OUTCOME_BEFORE_STOP, "2019-03-21")
        assert register.events().empty

    def test_a_vague_day_that_may_lie_after_the_stop_is_taken(self, register, unit):
        from engine.parsing.dates import Precision

        assert register.events.add(outcome(unit, happened="2018-03-21", happened_precision=Precision.YEAR))

    def test_an_earlier_restart_is_taken_once_the_stop_since_is_recorded(self, register, unit):
        register.events.add(outcome(unit, "stopped_again", "2019-03-01"))
        assert register.events.add(outcome(unit, happened="2018-01-05"))

    def test_the_earliest_stop_that_anybody_gave_counts(self, register, unit, given):
        later = ROW | STOPPED | {"stopped_on": "2023-06-01"}
        register.imports.commit(given(later, as_of="2024-12-01"), imported_at=NOON)
        assert register.events.add(outcome(unit, happened="2020-01-05"))

    def test_a_table_with_one_such_event_is_refused_whole(self, register, unit):
        rows = pd.DataFrame(
            {"unit_id": unit, "kind": ["visited", "restarted"], "happened_on": ["2024-01-01", "2018-01-01"]}
        )
        code, facts = refused(lambda: register.events.add_table(rows.assign(known_on="2024-02-01")))
        assert (code, facts["unit"]) == (ErrorCode.OUTCOME_BEFORE_STOP, unit)
        assert register.events().empty


class TestRevisions:
    def test_a_correction_supersedes_from_the_day_it_became_known(self, register, unit):
        wrong = register.events.add(outcome(unit, "observed", jobs=300))
        right = outcome(unit, "observed", known="2024-06-01", jobs=30)
        number = register.events.correct(wrong, right, made_at=NOON, reason="typing")
        assert register.events()[["id", "jobs"]].to_numpy().tolist() == [[number, 30]]
        assert register.events("2024-05-31")["id"].tolist() == [wrong]
        assert register.events("2024-06-01")["id"].tolist() == [number]

    def test_one_event_is_read_alone_and_an_event_is_held_against_those_of_its_unit(self, register, unit, monkeypatch):
        other = register.units().index.difference([unit])[0]
        numbers = [register.events.add(outcome(one, "visited")) for one in (unit, other, other)]
        read, standing = [], engine.store.events._standing

        def counted(*given, **more):
            found = standing(*given, **more)
            read.append(len(found))
            return found

        monkeypatch.setattr(engine.store.events, "_standing", counted)
        assert register.events.one(numbers[1]).unit_id == other
        instead = register.events.correct(numbers[0], outcome(unit, "declined"), made_at=NOON)
        assert read == [1, 1]
        assert register.events.one(instead).kind == "declined"
        assert refused(lambda: register.events.one(numbers[0])) == (ErrorCode.UNKNOWN_EVENT, {"given": numbers[0]})

    def test_a_withdrawn_event_stands_no_more_and_stays_in_the_log(self, register, unit):
        number = register.events.add(outcome(unit))
        register.events.withdraw(number, known_on="2024-07-01", made_at=NOON, reason="another unit")
        assert register.events().empty
        assert register.events("2024-06-30")["id"].tolist() == [number]
        line = register.events.log(unit).iloc[0]
        assert (line["state"], line["revised_on"], line["reason"]) == (
            "withdrawn", pd.Timestamp("2024-07-01"), "another unit",
        )  # fmt: skip

    def test_the_log_leads_from_an_event_to_what_supersedes_it(self, register, unit):
        wrong = register.events.add(outcome(unit))
        number = register.events.correct(wrong, outcome(unit, happened="2024-01-06"), made_at=NOON)
        log = register.events.log()
        assert log["state"].tolist() == ["corrected", "stands"]
        assert log["replacement_id"].tolist() == [number, pd.NA]

    def test_an_event_can_be_corrected_to_another_unit(self, register, unit):
        wrong = register.events.add(outcome(unit))
        (other,) = set(register.units().index) - {unit}
        register.events.correct(wrong, outcome(other), made_at=NOON)
        assert register.events()["unit_id"].tolist() == [other]

    def test_a_correction_is_not_judged_by_the_event_that_it_replaces(self, register, unit):
        stop = register.events.add(outcome(unit, "stopped_again", "2019-03-01"))
        code, _ = refused(lambda: register.events.correct(stop, outcome(unit, happened="2018-01-05"), made_at=NOON))
        assert code is ErrorCode.OUTCOME_BEFORE_STOP
        assert register.events()["id"].tolist() == [stop]

    def test_only_an_event_that_stands_is_corrected_or_withdrawn(self, register, unit):
        number = register.events.add(outcome(unit))
        right = register.events.correct(number, outcome(unit), made_at=NOON)
        code, facts = refused(lambda: register.events.withdraw(number, known_on=NOON, made_at=NOON))
        assert (code, facts) == (ErrorCode.EVENT_NOT_STANDING, {"given": number, "replacement": right})
        register.events.withdraw(right, known_on=NOON, made_at=NOON)
        code, facts = refused(lambda: register.events.withdraw(right, known_on=NOON, made_at=NOON))
        assert (code, facts) == (ErrorCode.EVENT_WITHDRAWN, {"given": right})  # nothing replaced it
        code, _ = refused(lambda: register.events.correct(99, outcome(unit), made_at=NOON))
        assert code is ErrorCode.UNKNOWN_EVENT


class TestSheet:
    def rows(self, *lines):
        return pd.DataFrame(lines, index=range(2, 2 + len(lines)))

    def test_rows_are_taken_and_refused_one_by_one(self, register, unit):
        rows = self.rows(
            {"unit_id": unit, "kind": "visited", "happened_on": "۱۴۰۲/۱۰/۱۵"},
            {"unit_id": "U0", "kind": "visited", "happened_on": "1402"},
            {"unit_id": unit, "kind": "restarted", "happened_on": "1397/01/01"},
            {"unit_id": "بافندگی", "kind": "دیده شد", "happened_on": "1403/02", "jobs": "۳۴", "capacity_share": "60%"},
        )
        names, kinds = {"بافندگی": unit}, {"دیده شد": "observed"}
        found = register.events.add_rows(rows, known_on="2025-01-10", names=names, kinds=kinds)
        assert found.refused[["row", "column", "code", "given"]].to_numpy().tolist() == [
            [3, "unit_id", "unknown_unit", "U0"],
            [4, "happened_on", "before_stop", "2018-03-21"],
        ]
        assert found.accepted.index.tolist() == [2, 5]
        events = register.events()
        assert events["happened_on"].astype(str).tolist() == ["2024-01-05", "2024-04-20"]
        assert events["happened_precision"].tolist() == ["day", "month"]
        assert events.iloc[1][["jobs", "capacity_share"]].tolist() == [34, 0.6]

    def test_a_sheet_read_again_records_nothing_again(self, register, unit):
        rows = self.rows(*[{"unit_id": unit, "kind": "visited", "happened_on": "1402/10/15"}] * 2)
        first = register.events.add_rows(rows, known_on="2025-01-10")
        again = register.events.add_rows(rows, known_on="2025-01-11")
        assert first.refused[["row", "code"]].to_numpy().tolist() == [[3, "already_recorded"]]
        assert again.refused["row"].tolist() == [2, 3]
        assert len(register.events()) == 1

    def test_a_rehearsal_says_the_same_and_records_nothing(self, register, unit):
        rows = self.rows({"unit_id": unit, "kind": "visited", "happened_on": "1402/10/15"})
        assert len(register.events.add_rows(rows, known_on="2025-01-10", dry_run=True).accepted) == 1
        assert register.events().empty

    def test_what_the_log_gives_out_can_be_read_again(self, register, unit):
        register.events.add(outcome(unit, "observed", jobs=30, capacity_share=0.5, source="دفتر"))
        log = register.events.log()
        found = register.events.add_rows(log, known_on="2025-01-10")
        assert found.refused["code"].tolist() == ["already_recorded"]
