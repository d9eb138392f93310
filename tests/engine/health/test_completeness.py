"""What a record's completeness is, and where the gate stands."""

import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.health import PUBLISHABLE, WEIGHTS, completeness, publishable

ESSENTIAL = {"isic": "10", "county": "Khoy", "status": "idle", "stopped_on": "2020-01-01"}


def unit(**fields):
    return unit_table(pd.DataFrame([{"unit_id": "a"} | fields]))


def test_an_empty_record_is_not_complete_at_all_and_a_full_one_wholly():
    assert completeness(unit()).tolist() == [0.0]
    full = ESSENTIAL | dict.fromkeys(["jobs_before_stop", "capital_needed_rial", "jobs_now", "bank_debt_rial"], 1)
    full |= {"stop_causes": "utilities", "bank_owned": False, "title_deed": True, "litigation_count": 0}
    full |= {"machinery_year": 2010, "power_kw": 5.0, "land_m2": 9.0, "deal_forms": "sale"}
    assert completeness(unit(**full)).tolist() == [1.0]


def test_a_field_counts_by_its_weight():
    total = sum(WEIGHTS.values())
    assert completeness(unit(isic="10")).iloc[0] == pytest.approx(3 / total)
    assert completeness(unit(capital_needed_rial=1)).iloc[0] == pytest.approx(2 / total)
    assert completeness(unit(power_kw=1.0)).iloc[0] == pytest.approx(1 / total)


def test_zero_is_known_and_the_word_unknown_is_not():
    assert completeness(unit(litigation_count=0)).iloc[0] > 0
    assert completeness(unit(status="unknown", stop_causes="unknown")).iloc[0] == 0


def test_a_duration_and_a_date_of_the_stop_count_once():
    one, both = unit(idle_months=12.0), unit(idle_months=12.0, stopped_on="2020-01-01")
    assert completeness(one).iloc[0] == completeness(both).iloc[0] == pytest.approx(3 / 26)


def test_what_a_prediction_needs_with_both_sizes_passes_the_gate_and_one_size_less_does_not():
    sizes = {"jobs_before_stop": 40, "capital_needed_rial": 10**9}
    assert publishable(unit(**ESSENTIAL, **sizes)).tolist() == [True]
    assert publishable(unit(**ESSENTIAL, jobs_before_stop=40)).tolist() == [False]


def test_a_record_exactly_at_the_threshold_passes():
    record = unit(**ESSENTIAL)
    assert publishable(record, threshold=12 / 26).tolist() == [True]


def test_an_appraisal_is_judged_by_the_completeness_it_carries():
    assert publishable(unit().assign(public_completeness=PUBLISHABLE)).tolist() == [True]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_is_no_share_is_refused(threshold):
    with pytest.raises(ValueError, match="share"):
        publishable(unit(), threshold=threshold)
