"""Taking an import back leaves what would have been without it, and names what persons had put on it."""

import shutil
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.store import Register

NOON = datetime(2025, 1, 10, 12)
FIELDS = {"jobs_now": 40, "land_m2": 900.0, "machinery_year": 2000, "notes": "یادداشت", "stopped_on": "201{}-03-21"}


def row(number, **fields):
    return {"identity": f"business:{number}", "name": f"واحد {number}", **fields}


@pytest.fixture
def take(register, given):
    numbers = iter(range(1000))

    def taken(*rows, **more):
        at = NOON + timedelta(days=next(numbers))
        return register.imports.commit(given(*rows, **more), imported_at=at).import_id

    return taken


def changed(generator, name, value):
    if name == "stopped_on":
        return value.format(generator.integers(3))
    return f"{value}{generator.integers(3)}" if isinstance(value, str) else value + generator.integers(3)


def files(generator, given, *, sources):
    """Few units, few values, few days: imports repeat one another, contradict one another, come late."""
    for number in range(6):
        rows = []
        for unit in generator.choice(5, size=3, replace=False):
            filled = {name: changed(generator, name, at) for name, at in FIELDS.items() if generator.random() < 0.6}
            precision = {"stopped_on_precision": "day"} if "stopped_on" in filled else {}
            extras = "Storeys|number|2" if generator.random() < 0.5 else None
            rows.append(row(unit, extras=extras, **filled, **precision))
        day, source = f"202{generator.integers(3)}-01-01", f"{'abcdef'[number % sources]}.xlsx"
        yield given(*rows, as_of=None if generator.random() < 0.15 else day, source=source), number


def commit(register, intake, number):
    return register.imports.commit(intake, imported_at=NOON + timedelta(days=number)).import_id


def without_numbers(frame):
    return frame.drop(columns="import_id", errors="ignore").reset_index(drop=True)


def assert_same(left, right, *, statements):
    pd.testing.assert_frame_equal(left.units(), right.units())
    pd.testing.assert_frame_equal(left.units.extras(), right.units.extras())
    pd.testing.assert_frame_equal(left.units.first_records(), right.units.first_records())
    assert_same_history(left.units.on_days(), right.units.on_days())
    assert left.check() == right.check() == ()
    if statements:
        units = left.units().index.tolist()
        one, other = left.units.told(units), right.units.told(units)
        pd.testing.assert_frame_equal(without_numbers(one.facts), without_numbers(other.facts))
        pd.testing.assert_frame_equal(without_numbers(one.conflicts), without_numbers(other.conflicts))


def assert_same_history(left, right):
    for day in (0, 2, 4, 7):
        known_by = NOON + timedelta(days=day)
        pd.testing.assert_frame_equal(left(known_by), right(known_by))


# A source that says two things of one day leaves a line of the first alone where the second shows already: what it said
# is then read off differently before and after an undo, and only what shows is compared.
@pytest.mark.parametrize(("seed", "sources"), [(0, 6), (1, 6), (2, 2), (3, 2)])
def test_a_register_is_as_if_an_import_had_never_been(seed, sources, given, tmp_path):
    made = list(files(np.random.default_rng(seed), given, sources=sources))
    # What was imported so far is kept as a file after each import, so that no import is made anew for each victim.
    numbers, so_far = {}, [tmp_path / f"after_{number}.db" for number in range(len(made) + 1)]
    with Register.open(f"sqlite:///{so_far[0]}"):
        pass
    for intake, number in made:
        shutil.copy(so_far[number], so_far[number + 1])
        with Register.open(f"sqlite:///{so_far[number + 1]}") as growing:
            numbers[number] = commit(growing, intake, number)
    for victim, number in made:
        whole, without = tmp_path / f"whole_{number}.db", tmp_path / f"without_{number}.db"
        shutil.copy(so_far[-1], whole)
        shutil.copy(so_far[number], without)
        with Register.open(f"sqlite:///{whole}") as register, Register.open(f"sqlite:///{without}") as other:
            for intake, later in made[number + 1 :]:
                commit(other, intake, later)
            rehearsed = register.imports.undoing(numbers[number])
            undone = register.imports.undo(numbers[number], made_at=NOON)
            pd.testing.assert_frame_equal(rehearsed.units, undone.units)
            pd.testing.assert_frame_equal(rehearsed.kept, undone.kept)
            assert_same(register, other, statements=sources == 6)
            # and what comes afterwards finds the same register
            for one in (register, other):
                commit(one, victim, 7)
            assert_same(register, other, statements=sources == 6)


def test_a_value_that_only_a_later_import_repeated_stays(register, take):
    first = take(row(1, jobs_now=30), as_of="2024-01-01", source="a.xlsx")
    take(row(1, jobs_now=30), as_of="2025-01-01", source="b.xlsx")
    undone = register.imports.undo(first, made_at=NOON)
    assert register.units()["jobs_now"].tolist() == [30]
    assert undone.units["fate"].tolist() == ["unchanged"]
    assert register.check() == ()


def test_rows_that_a_corrected_file_repeated_are_its_own_once_the_first_is_undone(register, take):
    first = take(row(1, jobs_now=30), row(2, jobs_now=4))
    take(row(1, jobs_now=30), row(2, jobs_now=5))
    register.imports.undo(first, made_at=NOON)
    assert register.units()["jobs_now"].tolist() == register.units(known_by="2026-01-01")["jobs_now"].tolist()
    assert sorted(register.units()["jobs_now"]) == [5, 30]
    assert register.check() == ()


def test_what_undoing_would_do_is_seen_while_somebody_writes_and_changes_nothing(register, take, url):
    number = take(row(1, jobs_now=30), row(2), as_of="2024-01-01", source="a.xlsx")
    take(row(1, jobs_now=30), as_of="2025-01-01", source="b.xlsx")
    before, revision = register.units(), register.revision()
    with Register.open(url) as other, other.together():
        seen = register.imports.undoing(number)
    assert sorted(seen.units["fate"]) == ["gone", "unchanged"]
    pd.testing.assert_frame_equal(register.units(), before)
    assert register.revision() == revision
    with pytest.raises(EhyaError, match="unknown_import"):
        register.imports.undoing(99)
    register.imports.undo(number, made_at=NOON)
    with pytest.raises(EhyaError, match="import_undone"):
        register.imports.undoing(number)


class TestGone:
    def test_units_that_nothing_else_speaks_of_show_nowhere(self, register, take):
        take(row(1, jobs_now=3))
        number = take(row(2, jobs_now=4), row(3), source="other.xlsx")
        names = dict(zip(register.units()["name"], register.units().index, strict=True))
        undone = register.imports.undo(number, made_at=NOON)
        assert set(undone.units["fate"]) == {"gone"}
        assert register.units().index.tolist() == [names["واحد 1"]]
        assert register.units({"jobs_now": 4}).empty
        for ask in (register.units.one, register.units.history, register.units.facts):
            with pytest.raises(EhyaError, match="unknown_unit"):
                ask(names["واحد 2"])
        assert register.check() == ()

    def test_they_come_back_under_their_names_when_the_file_is_imported_again(self, register, take):
        rows = [row(1, jobs_now=3), row(1, jobs_now=5), row(2)]
        before = take(*rows)
        shown = register.units()
        register.imports.undo(before, made_at=NOON)
        again = take(*rows)
        assert again != before
        pd.testing.assert_frame_equal(register.units(), shown)
        assert register.imports()["undone_at"].notna().tolist() == [True, False]

    def test_what_persons_put_on_them_is_kept_named_and_shows_again_with_them(self, register, take):
        rows = [row(1, jobs_now=3), row(2, jobs_now=4)]
        number = take(*rows, source="bank.xlsx")
        one, two = register.units().index
        seen = Outcome(unit_id=one, kind=OutcomeKind.VISITED, happened_on=date(2024, 1, 1), known_on=date(2024, 1, 1))
        event = register.events.add(seen)
        later = NOON + timedelta(days=3)
        register.decisions.confirm(one, "jobs_now", as_of=later, made_at=later)
        register.decisions.pin(two, "name", "bank.xlsx", made_at=later)
        register.decisions.merge(one, two, made_at=later)
        kept = register.imports.undo(number, made_at=later).kept
        assert kept["kind"].tolist() == ["event", "confirmation", "pin", "merge"]
        assert kept[["number", "unit_id"]].values.tolist() == [[event, one], [1, one], [1, two], [1, two]]
        assert register.units().empty
        assert register.events().empty
        assert register.decisions.conflicts().empty
        take(*rows, source="bank.xlsx")
        assert register.units().index.tolist() == [one]
        assert register.events()["id"].tolist() == [event]
        assert register.units.facts(one).loc["jobs_now", "confidence"] == "verified"

    def test_a_unit_that_persons_merged_into_a_gone_one_shows_under_that_name(self, register, take):
        number = take(row(1, jobs_now=3))
        take(row(2, jobs_now=4), source="other.xlsx")
        names = dict(zip(register.units()["name"], register.units().index, strict=True))
        register.decisions.merge(names["واحد 1"], names["واحد 2"], made_at=NOON)
        register.imports.undo(number, made_at=NOON)
        assert register.units()["jobs_now"].to_dict() == {names["واحد 1"]: 4}
        assert register.units.one(names["واحد 2"]).index.tolist() == [names["واحد 1"]]
        assert register.check() == ()

    def test_pairs_that_only_an_undone_import_made_are_no_longer_proposed(self, register, take):
        take(row(1, county="Khoy"))
        number = take({"identity": "name:x", "name": "واحد 1", "county": "Khoy"}, source="other.xlsx")
        assert len(register.decisions.duplicates()) == 1
        register.imports.undo(number, made_at=NOON)
        assert register.decisions.duplicates().empty


def test_an_import_that_is_not_there_or_is_undone_already_is_refused(register, take):
    number = take(row(1))
    with pytest.raises(EhyaError) as refusal:
        register.imports.undo(99, made_at=NOON)
    assert refusal.value.code is ErrorCode.UNKNOWN_IMPORT
    assert refusal.value.facts == {"given": 99, "allowed": [number]}
    register.imports.undo(number, made_at=NOON)
    with pytest.raises(EhyaError) as refusal:
        register.imports.undo(number, made_at=NOON)
    assert refusal.value.code is ErrorCode.IMPORT_UNDONE


class TestStory:
    def test_it_tells_of_each_unit_and_field_from_what_to_what(self, register, take):
        take(row(1, jobs_now=30, land_m2=900.0), as_of="2024-01-01")
        number = take(row(1, jobs_now=25, land_m2=900.0), row(2, jobs_now=7), as_of="2025-01-01")
        story = register.imports.show(number)
        told = story.cells[["change", "field", "before", "after", "shown"]].fillna("").values.tolist()
        assert told[0] == ["updated", "jobs_now", "30", "25", True]
        assert ["new", "jobs_now", "", "7", True] in told
        assert "land_m2" not in story.cells["field"].tolist()

    def test_a_part_of_it_tells_of_some_units_alone_and_counts_all(self, register, take):
        number = take(row(1), row(2), row(3, jobs_now=3))
        whole, part = register.imports.show(number), register.imports.show(number, part=slice(1, 2))
        assert part.changed == whole.changed == tuple(dict.fromkeys(whole.cells["unit_id"]))
        assert set(part.cells["unit_id"]) == {whole.changed[1]}

    def test_it_names_the_units_of_the_earlier_file_of_the_same_source_that_are_missing(self, register, take):
        first = take(row(1), row(2), row(3, jobs_now=3), source="register 1402.xlsx")
        take(row(9), source="bank.xlsx")
        number = take(row(1), row(3, jobs_now=4), source="register 1403.xlsx")
        story = register.imports.show(number)
        missing = register.units.one(story.missing["unit_id"].item())
        assert (story.earlier_id, missing["name"].item(), story.complete) == (first, "واحد 2", True)
        assert register.imports.show(first).earlier_id is None

    def test_rows_that_say_the_same_again_are_not_missing(self, register, take):
        take(row(1), row(2), row(3))
        number = take(row(1), row(2, jobs_now=4), row(3))
        story = register.imports.show(number)
        assert story.missing.empty
        assert story.complete
