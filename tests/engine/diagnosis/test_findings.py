"""Findings: found, not found, could not judge."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnosis import Evidence, diagnose, unjudged
from engine.diagnosis.rules import RULES
from engine.domain.unit import unit_table

AS_OF = pd.Timestamp("2026-06-01")


def _units(**fields):
    return unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))


def _found(**fields):
    """Barrier -> (severity, evidence) of one unit."""
    found = diagnose(_units(**fields), as_of=AS_OF)
    return {row.barrier: (row.severity, row.evidence) for row in found.itertuples()}


SIZE = {"jobs_before_stop": 1000, "price_year": 1398}


def usual(share: float) -> int:
    """Rial: a share of what a revival of a thousand jobs usually takes."""
    return round(share * 1_833_000_000_000)


@pytest.mark.parametrize(
    ("fields", "barrier", "severity", "evidence"),
    [
        ({"stop_causes": "market_demand"}, "market_demand", 2, "stated_cause"),
        ({"stop_causes": "seized_by_bank"}, "seized_by_bank", 3, "stated_cause"),
        ({"bank_owned": True}, "seized_by_bank", 3, "bank_owns_unit"),
        ({"bank_debt_rial": usual(0.25)} | SIZE, "bank_debt", 1, "bank_debt_against_capital"),
        ({"bank_debt_rial": usual(0.5)} | SIZE, "bank_debt", 2, "bank_debt_against_capital"),
        ({"bank_debt_rial": usual(1)} | SIZE, "bank_debt", 3, "bank_debt_against_capital"),
        ({"bank_debt_rial": 1}, "bank_debt", 1, "bank_debt_unweighed"),
        ({"tax_debt_rial": usual(0.15)} | SIZE, "tax_debt", 2, "tax_debt_against_capital"),
        (
            {"social_security_debt_rial": usual(0.3)} | SIZE,
            "social_security_debt",
            3,
            "social_security_debt_against_capital",
        ),
        (
            {"working_capital_needed_rial": usual(0.5)} | SIZE,
            "working_capital",
            1,
            "working_capital_share",
        ),
        ({"litigation_count": 3}, "legal_dispute", 2, "court_cases"),
        ({"title_deed": False}, "legal_dispute", 1, "no_title_deed"),
        ({"machinery_year": 2006}, "machinery_obsolete", 2, "machinery_age"),
        ({"power_kw": 0}, "utilities", 3, "no_power"),
        ({"gas_m3_per_hour": 0}, "utilities", 1, "no_gas"),
        ({"water_l_per_s": 0}, "utilities", 1, "no_water"),
    ],
)
def test_a_barrier_is_found_with_its_severity_and_evidence(fields, barrier, severity, evidence):
    assert _found(**fields) == {barrier: (severity, evidence)}


@pytest.mark.parametrize(
    "fields",
    [
        {"bank_owned": False},
        {"bank_debt_rial": 0},
        {"bank_debt_rial": usual(0.24)} | SIZE,
        {"litigation_count": 0},
        {"title_deed": True},
        {"machinery_year": 2015},
        {"power_kw": 1},
    ],
)
def test_a_good_figure_finds_nothing(fields):
    assert _found(**fields) == {}


def test_an_empty_record_finds_nothing_and_could_judge_nothing():
    assert _found() == {}
    blind = unjudged(_units(), as_of=AS_OF)
    assert set(blind["evidence"]) == {rule.evidence.value for rule in RULES} | {Evidence.STATED_CAUSE.value}


def test_what_could_not_be_judged_names_the_empty_fields():
    blind = unjudged(_units(bank_debt_rial=5), as_of=AS_OF).set_index("evidence")["missing"]
    assert blind["bank_debt_against_capital"] == "jobs_before_stop"
    assert blind["tax_debt_against_capital"] == "tax_debt_rial;jobs_before_stop"
    assert "bank_debt_unweighed" not in blind.index


def test_a_cause_that_is_unknown_is_no_finding_but_could_not_be_judged():
    assert _found(stop_causes="unknown") == {}
    blind = unjudged(_units(stop_causes="unknown"), as_of=AS_OF)
    assert ("unknown", "stated_cause", "stop_causes") in set(
        blind[["barrier", "evidence", "missing"]].itertuples(index=False, name=None)
    )


def test_machinery_of_a_year_to_come_cannot_be_judged():
    assert _found(machinery_year=2030) == {}
    blind = unjudged(_units(machinery_year=2030), as_of=AS_OF)
    assert "machinery_age" in set(blind["evidence"])


def test_evidence_that_points_to_one_barrier_makes_one_finding_of_the_worst_severity():
    assert _found(stop_causes="bank_debt", bank_debt_rial=usual(2), **SIZE) == {
        "bank_debt": (3, "stated_cause;bank_debt_against_capital")
    }


def test_a_finding_carries_the_confidence_of_its_record():
    found = diagnose(_units(bank_owned=True, confidence="verified"), as_of=AS_OF)
    assert found["confidence"].tolist() == ["verified"]
    assert diagnose(_units(bank_owned=True), as_of=AS_OF)["confidence"].tolist() == ["missing"]


def test_no_unit_has_no_finding():
    empty = _units().iloc[:0]
    assert diagnose(empty, as_of=AS_OF).empty
    assert unjudged(empty, as_of=AS_OF).empty
    assert list(diagnose(empty, as_of=AS_OF)) == ["unit_id", "barrier", "severity", "evidence", "confidence"]


_rows = st.lists(
    st.fixed_dictionaries(
        {
            "stop_causes": st.sampled_from([None, "bank_debt", "bank_debt;utilities", "unknown"]),
            "bank_debt_rial": st.sampled_from([None, 0, 10, 200]),
            "jobs_before_stop": st.sampled_from([None, 0, 100]),
            "machinery_year": st.sampled_from([None, 1980, 2020]),
            "title_deed": st.sampled_from([None, True, False]),
        }
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(_rows, st.randoms(use_true_random=False))
def test_a_unit_is_found_the_same_alone_as_in_any_crowd_and_any_order(rows, random):
    units = unit_table(pd.DataFrame(rows).assign(unit_id=[f"u{number}" for number in range(len(rows))]))
    order = list(units.index)
    random.shuffle(order)
    crowd = diagnose(units.loc[order], as_of=AS_OF)
    blind = unjudged(units.loc[order], as_of=AS_OF)
    for unit_id in order:
        pd.testing.assert_frame_equal(
            crowd[crowd["unit_id"] == unit_id].reset_index(drop=True), diagnose(units.loc[[unit_id]], as_of=AS_OF)
        )
        pd.testing.assert_frame_equal(
            blind[blind["unit_id"] == unit_id].reset_index(drop=True), unjudged(units.loc[[unit_id]], as_of=AS_OF)
        )


@settings(max_examples=15, deadline=None)
@given(_rows)
def test_no_rule_both_finds_and_could_not_judge(rows):
    units = unit_table(pd.DataFrame(rows).assign(unit_id=[f"u{number}" for number in range(len(rows))]))
    found = diagnose(units, as_of=AS_OF).assign(evidence=lambda table: table["evidence"].str.split(";"))
    pairs = set(found.explode("evidence")[["unit_id", "evidence"]].itertuples(index=False, name=None))
    blind = unjudged(units, as_of=AS_OF)[["unit_id", "evidence"]]
    assert pairs.isdisjoint(set(blind.itertuples(index=False, name=None)))


def test_a_debt_of_nothing_is_no_barrier_though_it_was_a_cause_once():
    fields = {"unit_id": ["a", "b"], "stop_causes": ["bank_debt;utilities"] * 2, "bank_debt_rial": [0, 5]}
    found = diagnose(unit_table(pd.DataFrame(fields)), as_of=pd.Timestamp("2026-01-01"))
    assert found.groupby("unit_id")["barrier"].agg(list).to_dict() == {
        "a": ["utilities"],
        "b": ["bank_debt", "utilities"],
    }
