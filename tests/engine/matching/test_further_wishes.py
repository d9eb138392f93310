"""Further wishes of a mandate: worked by hand, refused where they cannot be, and named where nothing fulfils them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_appraisal import appraisal

from engine.domain.exclusion import Exclusion, reasons_of
from engine.domain.mandate import FitPart, Mandate
from engine.errors import EhyaError, ErrorCode
from engine.matching import UnitBook, exclusions, shortlist, shortlists, why_not
from engine.matching.fit import weights_of
from engine.matching.learned import learned_weights
from engine.matching.unfulfilled import best_there_is, unfulfilled

TABLE = appraisal(120, random_state=9, offers_only=True, unknown_share=0.0)
TABLE = TABLE.assign(
    stop_causes=np.tile(["working_capital;bank_debt", "machinery_obsolete", "legal_dispute", ""], 30),
    title_deed=pd.array(np.tile([True, False, None], 40), dtype="boolean"),
    gas_m3_per_hour=np.tile([10.0, 500.0, np.nan], 40),
    export_share=np.tile([0.0, 0.3], 60),
)
BOOK = UnitBook.from_table(TABLE)


def reasons(book=BOOK, **stated):
    found = exclusions(book, Mandate.read({"id": "m", **stated}))
    return dict(zip(book.unit_id, map(reasons_of, found.tolist()), strict=True))


def test_marks_are_held_to_what_the_record_says_and_unknown_is_its_own_reason():
    found = reasons(no_legacy_debts=True, no_disputes=True, clear_title=True)
    first, second, third, fourth = (found[unit] for unit in TABLE.index[:4])
    assert first == (Exclusion.DEBTS_NOT_WANTED,)
    assert second == (Exclusion.TITLE_UNCLEAR,)
    assert third == (Exclusion.DISPUTES_NOT_WANTED, Exclusion.TITLE_UNKNOWN)
    assert fourth == (Exclusion.DEBTS_UNKNOWN, Exclusion.DISPUTES_UNKNOWN)


def test_the_border_is_as_far_as_its_nearest_open_gate():
    table = TABLE.iloc[:3].assign(
        province=["West Azerbaijan", "West Azerbaijan", "Kurdistan"], county=["Piranshahr", "Bukan", "Saqqez"]
    )
    found = reasons(UnitBook.from_table(table), places={"max_km_to_border": 20})
    units = list(table.index)
    assert found[units[0]] == ()
    assert found[units[1]] == (Exclusion.BORDER_TOO_FAR,)
    assert found[units[2]] == (Exclusion.BORDER_UNKNOWN,)  # the table lists no gate of its province
    named = reasons(UnitBook.from_table(table), places={"max_km_to_border": 150, "border_gates": ["تمرچین"]})
    assert named[units[2]] == ()
    told = why_not(UnitBook.from_table(table), Mandate.read({"id": "m", "places": {"max_km_to_border": 20}}), units[1])
    assert told.excluded_by[0].facts["given"] > 20


def test_equipment_is_room_in_what_is_needed_and_youth_where_it_is_hoped_for():
    table = TABLE.iloc[:3].assign(
        gas_m3_per_hour=[50.0, 75.0, 500.0], machinery_year=pd.array([2020, 2008, None], dtype="Int64")
    )
    book = UnitBook.from_table(table, as_of=pd.Timestamp("2024-06-01"))
    asked = Mandate(id="m", min_gas_m3_per_hour=50, machinery_age_goal=8, weights={"equipment": 1})
    fit = shortlist(book, asked).table().set_index("unit_id")["fit"]
    # (1/2 + 1) / 2; (3/4 + 0) / 2, sixteen years are twice the hope; (1 + 0) / 2, of unknown age
    assert fit[list(table.index)].tolist() == [0.75, 0.375, 0.5]
    assert weights_of(Mandate(id="m"))[FitPart.EQUIPMENT] == 0
    assert weights_of(Mandate(id="m", machinery_age_goal=8))[FitPart.EQUIPMENT] > 0


def test_what_is_brought_is_held_to_the_causes_of_the_stop():
    mandate = Mandate(id="m", capital_forms=["cash"], weights={"capital_form": 1})
    fit = shortlist(BOOK, mandate, limit=120).table().set_index("unit_id")["fit"]
    assert fit[list(TABLE.index[:4])].tolist() == [1.0, 1.0, 0.0, 0.0]
    machines = Mandate(id="m", capital_forms=["machinery"], weights={"capital_form": 1})
    fit = shortlist(BOOK, machines, limit=120).table().set_index("unit_id")["fit"]
    assert fit[list(TABLE.index[:2])].tolist() == [0.0, 1.0]


def test_what_is_avoided_loses_its_part_and_stays_on_the_list():
    mandate = Mandate.read({"id": "m", "places": {"avoid": ["Kurdistan"]}, "weights": {"place": 1}})
    fit = shortlist(BOOK, mandate, limit=120).table().set_index("unit_id")["fit"]
    assert len(fit) == 120
    assert (fit[TABLE.index[TABLE["province"] == "Kurdistan"]] == 0).all()
    assert (fit[TABLE.index[TABLE["province"] != "Kurdistan"]] == 1).all()


def test_returns_are_held_to_the_hurdle_and_a_payback_is_hard():
    found = pd.DataFrame({"irr_real": 0.1, "payback_years": [3.0, 9.0] * 60}, index=TABLE.index)
    book = BOOK.with_returns(found, inflation=0.4)
    mandate = Mandate(id="m", hurdle_rate=0.54, max_payback_years=5, horizon_years=8, weights={"return": 1})
    listed = shortlist(book, mandate, limit=120)
    assert len(listed) == 60
    assert listed.fit == pytest.approx(0.5)  # a real return of 10 % is what 54 % a year leave above 40 %
    assert {reasons(BOOK, max_payback_years=5)[unit] for unit in TABLE.index} == {(Exclusion.PAYBACK_UNKNOWN,)}


def test_wishes_that_nothing_fulfils_are_named_with_the_nearest_that_is():
    mandate = Mandate.read(
        {"id": "m", "min_gas_m3_per_hour": 900, "min_export_share": 0.2, "sectors": {"must": ["99"]}}
    )
    found = {one.code: one.facts.get("given") for one in unfulfilled(BOOK, mandate)}
    assert set(found) == {Exclusion.SECTOR_NOT_WANTED, Exclusion.GAS_TOO_LOW}
    assert found[Exclusion.GAS_TOO_LOW] == 500


def test_a_floor_of_risk_above_every_unit_gives_the_best_there_is():
    mandate = Mandate(id="m", max_failure_probability=0.0)
    assert len(shortlist(BOOK, mandate)) == 0
    assert unfulfilled(BOOK, mandate)[0].facts["given"] == TABLE["feasibility_point"].max()
    best = best_there_is(BOOK, mandate)
    assert set(best.unit_id) == set(TABLE["feasibility_point"].nlargest(3).index)
    assert best_there_is(BOOK, Mandate(id="m")) is None


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"sectors": {"must": ["10"], "avoid": ["10"]}}, ErrorCode.MANDATE_CONTRADICTION),
        ({"deal_forms": {"like": ["lease"], "must_not": ["lease"]}}, ErrorCode.MANDATE_CONTRADICTION),
        ({"control": False, "min_share": 0.6}, ErrorCode.MANDATE_CONTRADICTION),
        ({"weights": {"jobs": 1e308, "place": 1e308}}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"weights": {"jobs": float("inf")}}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"meetings_per_event": 0}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"limit": 0}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"hurdle_rate": -0.9}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"languages": ["Persian"]}, ErrorCode.MANDATE_VALUE_REFUSED),
        ({"places": {"border_gates": ["Nowhere"], "max_km_to_border": 5}}, ErrorCode.GATE_UNKNOWN),
        ({"places": {"like": ["Nowhere"]}}, ErrorCode.PLACE_UNKNOWN),
        ({"ticket_million_usd": [1, 2], "price_year": 1404}, ErrorCode.MANDATE_KEY_MISSING),
        ({"capital_form": "cash"}, ErrorCode.MANDATE_KEY_UNKNOWN),
    ],
)
def test_wishes_that_cannot_be_are_refused(stated, code):
    with pytest.raises(EhyaError) as caught:
        Mandate.read({"id": "m", **stated})
    assert caught.value.code is code


def test_one_weight_however_great_is_a_weight():
    assert weights_of(Mandate(id="m", weights={"jobs": 1e308}))[FitPart.JOBS] == 1


def test_who_answers_everything_alike_says_nothing_of_the_parts():
    stated = weights_of(Mandate.read({"id": "m", "sectors": {"like": ["10"]}, "places": {"like": ["Kurdistan"]}}))
    agreement = np.random.default_rng(0).random((60, len(stated)))
    for kind in (True, False):
        after = learned_weights(stated, agreement, [kind] * 60)
        assert max(abs(after[part] - weight) for part, weight in stated.items()) < 0.05


WISHES = st.fixed_dictionaries(
    {
        "stages": st.sampled_from([[], ["fresh"], ["long_idle", "semi_active"]]),
        "no_legacy_debts": st.sampled_from([None, True]),
        "min_gas_m3_per_hour": st.sampled_from([None, 50]),
        "min_share": st.sampled_from([None, 0.3]),
        "export_goal": st.sampled_from([None, 0.2]),
        "machinery_age_goal": st.sampled_from([None, 8]),
        "capital_forms": st.sampled_from([[], ["cash"], ["machinery", "know_how"]]),
        "impact_goals": st.sampled_from([[], ["unemployment"]]),
        "deal_forms": st.sampled_from([{}, {"like": ["lease"]}, {"avoid": ["sale"]}]),
        "accept_unknown": st.booleans(),
    }
)


@settings(max_examples=20, deadline=None)
@given(st.lists(WISHES, min_size=1, max_size=3), st.sampled_from(list(TABLE.index)))
def test_a_batch_is_one_by_one_and_a_unit_that_comes_or_goes_moves_no_other(several, gone):
    mandates = [Mandate.read({"id": f"m{number}", **stated}) for number, stated in enumerate(several)]
    for together, alone in zip(shortlists(BOOK, mandates, limit=120), mandates, strict=True):
        pd.testing.assert_frame_equal(together.table(), shortlist(BOOK, alone, limit=120).table())
    fewer = UnitBook.from_table(TABLE.drop(index=gone))
    share = dict.fromkeys(("jobs_per_billion",), 0.0)  # its scale is the median of the book, which a unit may move
    for mandate in mandates:
        weighed = mandate.model_copy(update={"weights": weights_of(mandate) | share})
        before, after = (shortlist(book, weighed, limit=120).unit_id.tolist() for book in (BOOK, fewer))
        assert [unit for unit in before if unit != gone] == after


@settings(max_examples=20, deadline=None)
@given(WISHES, st.sampled_from(list(TABLE.index)), st.sampled_from(["export_share", "feasibility_point"]))
def test_raising_what_a_fit_is_made_of_never_lowers_a_units_place(stated, unit, name):
    mandate = Mandate.read({"id": "m", **stated})
    better = TABLE.copy()
    better.loc[unit, name] = 1.0
    places = [shortlist(UnitBook.from_table(table), mandate, limit=120).unit_id.tolist() for table in (TABLE, better)]
    if unit in places[0]:
        assert places[1].index(unit) <= places[0].index(unit)
