"""Merging two units loses nothing, and undoing it gives back exactly what was."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.store import Register

NOON = datetime(2025, 1, 10, 12)
WEAVER = {
    "identity": "business:1", "name": "بافندگی", "county": "Urmia", "jobs_now": 30, "land_m2": 900.0,
    "equipment": "2|loom|1998|worn_out", "debts": "bank|Bank Melli|5000", "extras": "Storeys|number|2;Zone|text|B",
}  # fmt: skip
WEAVERS = {
    "identity": "name:weavers", "name": "بافندگی ها", "county": "Khoy", "jobs_now": 25, "building_m2": 70.0,
    "equipment": "3|loom|2001|", "extras": "Storeys|number|3;Gate|text|north",
}  # fmt: skip


def visible(register):
    """All that a person can see of the register, as one text."""
    units = register.units()
    pieces = [units, register.events(), register.showings(), register.decisions.duplicates(), register.imports()]
    pieces += [register.units.extras(), register.decisions.conflicts()]
    for unit_id in units.index:
        pieces += [register.units.one(unit_id), register.units.history(unit_id), register.predictions(unit_id)]
        pieces += [register.units.facts(unit_id), register.decisions.conflicts(unit_id)]
    return "\n".join(piece.to_csv() for piece in pieces)


def add_event(register, unit_id, kind=OutcomeKind.VISITED):
    register.events.add(Outcome(unit_id=unit_id, kind=kind, happened_on=date(2024, 5, 1), known_on=date(2024, 5, 1)))


@pytest.fixture
def pair(register, given):
    """Two units from two files, the second newer."""
    first = register.imports.commit(given(WEAVER, as_of="2023-03-21"), imported_at=NOON)
    second = register.imports.commit(given(WEAVERS, as_of="2024-03-20", source="b.xlsx"), imported_at=NOON)
    return first.rows["unit_id"].item(), second.rows["unit_id"].item()


def test_of_each_field_the_freshest_value_shows_under_the_name_that_was_kept(register, pair):
    kept, lost = pair
    assert register.decisions.merge(kept, lost, made_at=NOON) == kept
    units = register.units()
    assert units.index.tolist() == [kept]
    row = units.iloc[0]
    assert (row["name"], row["county"], row["jobs_now"]) == ("بافندگی ها", "Khoy", 25)
    assert (row["land_m2"], row["building_m2"]) == (900, 70)
    assert (row["equipment"], row["debts"]) == (WEAVERS["equipment"], WEAVER["debts"])
    assert (row["machinery_year"], row["bank_debt_rial"]) == (2001, 5000)
    assert register.units.extras()[["header", "value"]].to_numpy().tolist() == [
        ["Gate", "north"], ["Storeys", "3"], ["Zone", "B"],
    ]  # fmt: skip
    assert (row["source"], row["as_of"]) == ("b.xlsx", pd.Timestamp("2024-03-20"))
    assert register.check() == ()


def test_the_name_that_was_lost_leads_to_the_unit_that_was_kept(register, pair):
    kept, lost = pair
    register.decisions.merge(kept, lost, made_at=NOON)
    assert register.units.resolve(lost) == register.units.resolve(kept) == kept
    assert register.units.resolved([lost, kept, "none"]) == {lost: kept, kept: kept, "none": "none"}
    pd.testing.assert_frame_equal(register.units.one(lost), register.units.one(kept))
    pd.testing.assert_frame_equal(register.units.one(kept), register.units())
    assert set(register.units.history(lost)["source"]) == {"units.xlsx", "b.xlsx"}


def test_undoing_a_merge_gives_back_exactly_what_was(register, pair):
    kept, lost = pair
    for unit_id in pair:
        add_event(register, unit_id)
    before = visible(register)
    register.decisions.merge(kept, lost, made_at=NOON)
    assert visible(register) != before
    assert register.decisions.unmerge(lost, made_at=NOON) == kept
    assert visible(register) == before
    assert register.check() == ()


def test_what_persons_decided_survives_a_merge_and_its_undoing(register, pair):
    kept, lost = pair
    register.decisions.confirm(lost, "county", as_of="2024-05-01", made_at=NOON)
    register.decisions.pin(kept, "jobs_now", "units.xlsx", made_at=NOON)
    before = visible(register)
    register.decisions.merge(kept, lost, made_at=NOON)
    row = register.units().iloc[0]
    assert (row["county"], row["jobs_now"]) == ("Khoy", 30)  # the pin goes before the fresher 25
    assert set(register.decisions.conflicts()["field"]) >= {"county", "jobs_now", "extra:Storeys"}
    register.decisions.unmerge(lost, made_at=NOON)
    assert visible(register) == before


def test_a_merge_can_be_made_again_after_it_was_undone(register, pair):
    kept, lost = pair
    register.decisions.merge(kept, lost, made_at=NOON)
    merged = visible(register)
    register.decisions.unmerge(lost, made_at=NOON)
    register.decisions.merge(kept, lost, made_at=NOON)
    assert visible(register) == merged


def test_a_row_of_the_lost_identity_updates_the_unit_that_was_kept(register, given, pair):
    kept, lost = pair
    register.decisions.merge(kept, lost, made_at=NOON)
    newer = given(WEAVERS | {"jobs_now": 11}, as_of="2025-03-21", source="c.xlsx")
    result = register.imports.commit(newer, imported_at=NOON)
    assert result.rows[["unit_id", "change"]].to_numpy().tolist() == [[kept, "updated"]]
    assert set(result.cells["unit_id"]) == {kept}
    assert register.units()["jobs_now"].tolist() == [11]
    register.decisions.unmerge(lost, made_at=NOON)
    assert register.units().loc[[kept, lost], "jobs_now"].tolist() == [30, 11]


def test_events_predictions_and_showings_follow(register, pair):
    kept, lost = pair
    register.decisions.merge(kept, lost, made_at=NOON)
    add_event(register, lost)
    bounds = {"feasibility_low": [0.1], "feasibility_point": [0.2], "feasibility_high": [0.4]}
    frame = pd.DataFrame(bounds, index=[lost])
    register.predictions.save(frame, model_version="1", as_of="2025-01-01", made_at=NOON)
    shown = pd.DataFrame({"unit_id": [lost], "position": [1], "propensity": [1.0]})
    register.showings.log(shown, run_id="r", mandate_id="m", shown_on="2025-02-01")
    assert register.events()["unit_id"].tolist() == register.showings()["unit_id"].tolist() == [kept]
    assert register.predictions(kept)["unit_id"].tolist() == [kept]


def test_what_was_known_before_the_merge_shows_as_it_did(register, pair):
    kept, lost = pair
    register.decisions.merge(kept, lost, made_at=NOON + timedelta(days=5))
    assert sorted(register.units(known_by="2025-01-14").index) == sorted(pair)
    then = register.units(known_by="2025-01-15")
    assert then.index.tolist() == [kept]
    pd.testing.assert_frame_equal(then, register.units())


def test_units_are_filtered_by_what_shows_of_them(register, pair):
    register.decisions.merge(*pair, made_at=NOON)
    assert register.units({"county": "Urmia"}).empty
    assert len(register.units({"county": "Khoy"})) == 1


def test_three_units_become_one_and_each_can_leave(register, given, pair):
    kept, lost = pair
    third = register.imports.commit(given({"identity": "business:9", "name": "سوم"}), imported_at=NOON)
    last = third.rows["unit_id"].item()
    before = visible(register)
    register.decisions.merge(kept, lost, made_at=NOON)
    register.decisions.merge(last, kept, made_at=NOON)
    assert register.units().index.tolist() == [last]
    assert register.units.resolve(lost) == last
    register.decisions.unmerge(kept, made_at=NOON)
    assert register.units.resolve(lost) == kept
    register.decisions.unmerge(lost, made_at=NOON)
    assert visible(register) == before


def test_what_cannot_be_merged_is_refused(register, given, pair):
    kept, lost = pair
    made_up = register.imports.commit(given(WEAVER | {"origin": "synthetic"}), imported_at=NOON)
    for one, other, code in (
        (kept, kept, ErrorCode.ALREADY_MERGED),
        (kept, "U0", ErrorCode.UNKNOWN_UNIT),
        (kept, made_up.rows["unit_id"].item(), ErrorCode.ORIGINS_DIFFER),
    ):
        with pytest.raises(EhyaError) as refusal:
            register.decisions.merge(one, other, made_at=NOON)
        assert refusal.value.code is code
    register.decisions.merge(kept, lost, made_at=NOON)
    with pytest.raises(EhyaError) as refusal:
        register.decisions.unmerge(kept, made_at=NOON)
    assert refusal.value.facts["allowed"] == [lost]


@pytest.mark.parametrize("seed", range(4))
def test_merging_two_units_equals_having_imported_them_as_one(seed, given):
    generator = np.random.default_rng(seed)
    fields = {"jobs_now": 40, "bank_debt_rial": 10**12, "land_m2": 900.0, "machinery_year": 2000}
    one, two = Register.open("sqlite://"), Register.open("sqlite://")
    names = []
    for number, day in enumerate(generator.permutation([10, 12, 14, 16])):
        row = {name: value + generator.integers(3) for name, value in fields.items() if generator.random() < 0.6}
        row |= {"stopped_on": f"2015-0{number + 1}-01", "stopped_on_precision": "month"}
        told = {"as_of": f"20{day}-01-01", "source": f"{day}.xlsx"}
        one.imports.commit(given({"identity": "business:1", **row}, **told), imported_at=NOON)
        result = two.imports.commit(given({"identity": f"business:{number % 2}", **row}, **told), imported_at=NOON)
        names.append(result.rows["unit_id"].item())
    two.decisions.merge(names[0], names[1], made_at=NOON)
    left, right = one.units().reset_index(drop=True), two.units().reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right)
    one.close()
    two.close()


class TestProposals:
    def test_equal_names_in_one_county_are_proposed_across_imports(self, register, given):
        one = {"identity": "name:a", "name": "آرد زاگرس", "county": "Khoy"}
        other = {"identity": "business:5", "name": "آرد  زاگرس", "county": "Khoy", "business_id": "123456789012"}
        first = register.imports.commit(given(one), imported_at=NOON).rows["unit_id"].item()
        assert register.decisions.duplicates().empty
        result = register.imports.commit(given(other), imported_at=NOON)
        proposed = register.decisions.duplicates()
        assert set(proposed[["unit_id", "other_id"]].iloc[0]) == {first, result.rows["unit_id"].item()}
        assert proposed["reason"].tolist() == ["same_name"]
        assert proposed["import_id"].tolist() == [result.import_id]

    def test_a_corrected_county_leaves_a_proposal_not_a_silent_second_unit(self, register, given):
        one = {"identity": "national:1||10", "name": "الف", "national_id": "14077631706"}
        other = one | {"identity": "national:1|Khoy|10", "county": "Khoy"}
        register.imports.commit(given(one), imported_at=NOON)
        register.imports.commit(given(other, as_of="2025-01-01"), imported_at=NOON)
        assert register.decisions.duplicates()["reason"].tolist() == ["same_national_id"]

    def test_a_pair_is_proposed_once_and_leaves_the_list_when_merged(self, register, given):
        twins = [{"identity": f"name:{n}", "name": "آرد زاگرس", "county": "Khoy", "jobs_now": n} for n in (1, 2)]
        register.imports.commit(given(*twins), imported_at=NOON)
        newer = [twin | {"jobs_now": 9, "name": "آرد زاگرس."} for twin in twins]
        register.imports.commit(given(*newer, as_of="2025-01-01"), imported_at=NOON)
        (pair,) = register.decisions.duplicates()[["unit_id", "other_id"]].to_numpy().tolist()
        register.decisions.merge(*pair, made_at=NOON)
        assert register.decisions.duplicates().empty
        register.decisions.unmerge(pair[1], made_at=NOON)
        assert len(register.decisions.duplicates()) == 1

    def test_units_of_different_origin_are_not_proposed(self, register, given):
        one = {"identity": "name:a", "name": "آرد زاگرس", "county": "Khoy"}
        register.imports.commit(given(one), imported_at=NOON)
        register.imports.commit(given(one | {"origin": "synthetic"}), imported_at=NOON)
        assert register.decisions.duplicates().empty

    @pytest.mark.parametrize(
        "other",
        [
            "شرکت آذر پلاستیک",
            "آذر‌پلاستیک",
            "آذر پلاستیک (سهامی خاص)",
            "کارخانه تولیدی آذرپلاستيك",
            "شرکت تعاونی آذر-پلاستیک",
        ],
    )
    def test_names_that_differ_by_their_legal_form_and_their_blanks_are_proposed(self, register, given, other):
        one = {"identity": "name:a", "name": "آذرپلاستیک", "county": "Khoy", "jobs_now": 12}
        register.imports.commit(given(one), imported_at=NOON)
        register.imports.commit(given({"identity": "name:b", "name": other, "county": "Khoy"}), imported_at=NOON)
        assert len(register.decisions.duplicates()) == 1

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"name": "آذر پلاستیک"}, {"name": "شرکت آذر پلاست"}),
            ({"name": "آذر پلاستیک"}, {"name": "شرکت آذر پلاستیک ۲"}),
            ({"name": "آذر پلاستیک"}, {"name": "شرکت آذر پلاستیک", "county": "Urmia"}),
            ({"name": "کارگاه ۱۲"}, {"name": "واحد ۱۲"}),
            ({"name": "شرکت تولیدی"}, {"name": "شرکت تعاونی"}),
            (
                {"name": "آذر پلاستیک", "national_id": "14077631706"},
                {"name": "شرکت آذر پلاستیک", "national_id": "10380284923"},
            ),
        ],
    )
    def test_other_names_and_companies_of_another_id_are_not(self, register, given, one, other):
        for number, unit in enumerate((one, other)):
            row = {"identity": f"name:{number}", "county": "Khoy", "jobs_now": number, **unit}
            register.imports.commit(given(row), imported_at=NOON)
        assert register.decisions.duplicates().empty

    def test_a_pair_that_stood_behind_a_third_unit_is_proposed_once_that_is_renamed(self, register, given):
        rows = [{"identity": f"name:{n}", "name": "آرد زاگرس", "county": "Khoy", "jobs_now": n} for n in range(3)]
        ids = register.imports.commit(given(*rows), imported_at=NOON).rows["unit_id"].tolist()
        first = rows[ids.index(min(ids))]
        renamed = given(first | {"name": "چرم سهند"}, as_of="2025-01-01")
        register.imports.commit(renamed, imported_at=NOON)
        left = {one for one in ids if one != min(ids)}
        assert left in [set(pair) for pair in register.decisions.duplicates()[["unit_id", "other_id"]].to_numpy()]
