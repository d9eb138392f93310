"""Triage: offer, fix first, repurpose or sell, cannot judge."""

import pandas as pd
import pytest

from engine.diagnosis import diagnose
from engine.domain.prediction import NotScorable
from engine.domain.scorable import not_scorable
from engine.domain.unit import unit_table
from engine.ranking import Triage, TriageReason, public_red_flags, triage
from engine.ranking.flags import FLAG_FIELDS, RedFlag
from engine.ranking.reasons import PRECEDENCE, UNSCORED

AS_OF = pd.Timestamp("2026-06-01")
GOOD = {"status": "idle", "origin": "register", "confidence": "declared", "as_of": "2026-01-01", "idle_months": 24}
REPORTED = GOOD | {"origin": "reported"}


def _judge(fields, **prediction):
    units = unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))
    said = {"scorable": True, "not_scorable": "", "feasibility_high": 0.4} | prediction
    row = triage(units, diagnose(units, as_of=AS_OF), pd.DataFrame([said], index=units.index), as_of=AS_OF).loc["a"]
    return row["triage"], row["triage_reasons"]


def _flags(fields):
    units = unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))
    said = pd.DataFrame({"scorable": [True], "feasibility_high": [0.4]}, index=units.index)
    row = triage(units, diagnose(units, as_of=AS_OF), said, as_of=AS_OF).loc["a"]
    return row["red_flags"], row["missing"]


def test_a_unit_without_barriers_is_offered():
    assert _judge(GOOD) == ("offer", "nothing_blocks")


def test_a_unit_under_construction_is_not_idle_and_so_not_offered_for_revival():
    building = GOOD | {"status": "under_construction", "isic": "1030", "county": "Khoy"}
    units = unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in building.items()}))
    assert not_scorable(units, AS_OF).tolist() == ["not_idle"]
    assert _judge(building, scorable=False, not_scorable="not_idle") == ("cannot_judge", "not_idle")
    assert _judge(building) == ("cannot_judge", "not_idle")  # whatever a prediction says


def test_a_unit_with_workable_barriers_is_offered_and_says_so():
    assert _judge(GOOD | {"stop_causes": "working_capital;market_demand"}) == ("offer", "barriers_workable")


SIZE = {"jobs_before_stop": 1000, "price_year": 1398}
"""A revival of that size usually takes 1,833 billion rial."""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"bank_owned": True}, "blocked_by_ownership"),
        ({"stop_causes": "seized_by_bank"}, "blocked_by_ownership"),
        ({"stop_causes": "shareholder_dispute"}, "blocked_by_ownership"),
        ({"litigation_count": 6}, "blocked_by_law"),
        ({"bank_debt_rial": 1833000000000} | SIZE, "blocked_by_debt"),
        ({"tax_debt_rial": 549900000000} | SIZE, "blocked_by_debt"),
        ({"social_security_debt_rial": 549900000000} | SIZE, "blocked_by_debt"),
        ({"power_kw": 0}, "blocked_by_utilities"),
    ],
)
def test_what_others_than_the_investor_must_remove_is_fixed_first(fields, reason):
    assert _judge(GOOD | fields) == ("fix_first", reason)


@pytest.mark.parametrize("debt", ["bank_debt_rial", "tax_debt_rial", "social_security_debt_rial"])
def test_asking_for_ten_times_more_never_makes_a_debt_look_lighter(debt):
    owing = GOOD | SIZE | {debt: 2 * 10**12}
    modest, bold = (owing | {"capital_needed_rial": capital} for capital in (10**9, 10**13))
    assert _judge(modest) == _judge(bold) == ("fix_first", "blocked_by_debt")
    assert _flags(modest)[0] == _flags(bold)[0] == "heavy_debt"


def test_old_machinery_blocks_nobody_since_an_investor_can_replace_it():
    assert _judge(GOOD | {"machinery_year": 1960}) == ("offer", "barriers_workable")


@pytest.mark.parametrize("code", UNSCORED)
def test_a_unit_that_is_not_scorable_cannot_be_judged(code):
    assert _judge(GOOD, scorable=False, not_scorable=code.value) == ("cannot_judge", code.value)


def test_unknown_jobs_do_not_stop_a_judgement():
    assert set(NotScorable) - set(UNSCORED) == {NotScorable.NO_JOBS_NOW}
    assert _judge(GOOD, not_scorable="no_jobs_now") == ("offer", "nothing_blocks")


def test_a_unit_without_a_prediction_cannot_be_judged():
    units = unit_table(pd.DataFrame({"unit_id": ["a"], "status": ["idle"]}))
    nothing = pd.DataFrame({"scorable": pd.Series(dtype=bool), "feasibility_high": pd.Series(dtype=float)})
    row = triage(units, diagnose(units, as_of=AS_OF), nothing, as_of=AS_OF).loc["a"]
    assert (row["triage"], row["triage_reasons"]) == ("cannot_judge", "no_prediction")


def test_an_operating_unit_is_not_offered():
    assert _judge(GOOD | {"status": "operating"}) == ("cannot_judge", "not_idle")


def test_a_semi_active_unit_is_offered():
    assert _judge(GOOD | {"status": "semi_active"})[0] == "offer"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"as_of": None}, "report_undated"), ({"confidence": "missing"}, "report_unsure")],
)
def test_a_reported_unit_that_is_undated_or_unsure_cannot_be_judged(fields, reason):
    assert _judge(REPORTED | fields) == ("cannot_judge", reason)
    assert _judge(GOOD | fields)[0] == "offer"


HOPELESS = {"idle_months": 130, "machinery_year": 1970, "stop_causes": "market_demand"}


def test_low_feasibility_with_grounds_that_agree_is_repurposed_or_sold():
    assert _judge(GOOD | HOPELESS, feasibility_high=0.09) == (
        "repurpose_or_sell",
        "low_feasibility;long_idle;machinery_obsolete;no_market",
    )


@pytest.mark.parametrize("left_out", ["idle_months", "machinery_year", "stop_causes"])
def test_two_grounds_are_enough_and_one_is_not(left_out):
    two = {name: value for name, value in HOPELESS.items() if name != left_out}
    assert _judge(GOOD | two, feasibility_high=0.09)[0] == "repurpose_or_sell"
    for name, value in two.items():
        assert _judge(GOOD | {name: value}, feasibility_high=0.09)[0] == "offer"


def test_grounds_without_a_low_feasibility_are_not_enough():
    assert _judge(GOOD | HOPELESS, feasibility_high=0.10)[0] == "offer"


def test_a_reported_unit_is_never_repurposed_or_sold():
    assert _judge(REPORTED | HOPELESS, feasibility_high=0.0)[0] == "offer"
    assert _judge(REPORTED | {"status": "liquidated"}) == ("cannot_judge", "reported_liquidated")


def test_a_liquidated_unit_is_repurposed_or_sold_without_a_prediction():
    fields = GOOD | {"status": "liquidated"}
    assert _judge(fields, scorable=False, not_scorable="not_idle") == ("repurpose_or_sell", "liquidated")


def test_what_is_hopeless_is_not_fixed_first():
    assert _judge(GOOD | HOPELESS | {"bank_owned": True}, feasibility_high=0.05)[0] == "repurpose_or_sell"


def test_every_reason_leads_to_a_class_and_every_class_is_reached():
    reasons = [reason for _, reasons in PRECEDENCE for reason in reasons]
    assert sorted(reasons) == sorted(TriageReason)
    assert {verdict for verdict, _ in PRECEDENCE} == set(Triage)


@pytest.mark.parametrize(
    ("fields", "flag"),
    [
        ({"bank_owned": True}, "bank_owned"),
        ({"bank_debt_rial": 1833000000000} | SIZE, "heavy_debt"),
        ({"litigation_count": 1}, "court_cases"),
        ({"title_deed": False}, "no_title_deed"),
        ({"idle_months": 121}, "long_idle"),
        ({"machinery_year": 2000}, "old_machinery"),
        ({"power_kw": 0}, "no_power"),
        ({"prior_revivals": 1}, "failed_before"),
        ({"as_of": "2023-01-01", "idle_months": None}, "stale_record"),
    ],
)
def test_a_red_flag_stands_for_its_fact(fields, flag):
    assert _flags(GOOD | fields)[0] == flag


def test_a_good_unit_has_no_red_flag():
    good = {"bank_owned": False, "litigation_count": 0, "title_deed": True, "power_kw": 10, "machinery_year": 2020}
    assert _flags(GOOD | good)[0] == ""


def test_missing_names_the_empty_fields_that_matter():
    missing = _flags({"status": "unknown", "idle_months": 5, "stop_causes": "unknown", "isic": "10"})[1].split(";")
    assert {"province", "county", "status", "stop_causes", "capital_needed_rial"} <= set(missing)
    assert "isic" not in missing
    assert "idle_months" not in missing
    assert "jobs_now" not in missing
    assert "jobs_now" in _flags({"status": "semi_active"})[1].split(";")


def test_flags_of_private_fields_are_not_public():
    assert set(FLAG_FIELDS) == set(RedFlag)
    assert public_red_flags().isdisjoint({"bank_owned", "heavy_debt", "court_cases"})


def test_a_unit_is_judged_the_same_alone_and_in_any_order():
    rows = [GOOD, GOOD | HOPELESS, REPORTED | {"as_of": None}, GOOD | {"bank_owned": True}, {"status": "operating"}]
    units = unit_table(pd.DataFrame(rows).assign(unit_id=list("abcde")))
    said = pd.DataFrame({"scorable": True, "feasibility_high": 0.05}, index=units.index)
    crowd = triage(units, diagnose(units, as_of=AS_OF), said, as_of=AS_OF)
    turned = triage(units[::-1], diagnose(units[::-1], as_of=AS_OF), said, as_of=AS_OF)
    pd.testing.assert_frame_equal(turned[::-1], crowd)
    for unit in units.index:
        alone = units.loc[[unit]]
        pd.testing.assert_frame_equal(triage(alone, diagnose(alone, as_of=AS_OF), said, as_of=AS_OF), crowd.loc[[unit]])
