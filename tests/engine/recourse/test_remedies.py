"""Findings to acts."""

import pandas as pd

from engine.diagnosis import diagnose, unjudged
from engine.domain.intervention import InterventionCode, Owner, ServiceFamily
from engine.domain.unit import Barrier, unit_table
from engine.recourse import interventions
from engine.recourse.remedies import COLUMNS, barriers_without_act

AS_OF = pd.Timestamp("2026-06-01")


def test_every_barrier_has_an_act_with_a_known_owner():
    plan = interventions(pd.DataFrame({"unit_id": "a", "barrier": [barrier.value for barrier in Barrier]}))
    assert barriers_without_act() == []
    assert set(plan["intervention"]) == {code.value for code in InterventionCode}
    assert set(plan["owner"]) <= {owner.value for owner in Owner}
    assert set(plan["family"]) <= {family.value for family in ServiceFamily}


def test_a_dispute_goes_to_the_committee_before_the_court():
    plan = interventions(pd.DataFrame({"unit_id": ["a"], "barrier": ["legal_dispute"]}))
    assert plan["intervention"].tolist() == ["facilitation_resolution", "court_support"]
    assert plan["typical_months"].is_monotonic_increasing


def test_units_keep_their_order_and_a_unit_without_findings_has_no_plan():
    units = unit_table(pd.DataFrame({"unit_id": ["b", "a", "c"], "stop_causes": ["utilities", "bank_debt", None]}))
    plan = interventions(diagnose(units, as_of=AS_OF))
    assert plan["unit_id"].unique().tolist() == ["b", "a"]


def test_a_unit_whose_cause_nobody_stated_asks_for_a_diagnosis():
    units = unit_table(pd.DataFrame({"unit_id": ["a"]}))
    blind = unjudged(units, as_of=AS_OF)
    plan = interventions(blind[blind["barrier"] == Barrier.UNKNOWN.value])
    assert plan["intervention"].tolist() == ["diagnosis"]


def test_no_finding_gives_an_empty_plan_of_the_same_columns():
    plan = interventions(pd.DataFrame({"unit_id": pd.Series(dtype="str"), "barrier": pd.Series(dtype="str")}))
    assert plan.empty
    assert list(plan) == COLUMNS
