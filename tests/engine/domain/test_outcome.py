from datetime import date

import pandas as pd
import pytest

from engine.domain.outcome import OUTCOME_COLUMNS, Outcome, OutcomeKind, outcome_table
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision


def outcome(**changes):
    facts = {
        "unit_id": "U1",
        "kind": OutcomeKind.OBSERVED,
        "happened_on": date(2024, 3, 20),
        "known_on": date(2024, 5, 1),
    }
    return Outcome(**facts | changes)


@pytest.mark.parametrize(("name", "value"), [("capacity_share", 1.2), ("capacity_share", float("nan")), ("jobs", -1)])
def test_a_figure_outside_its_range_is_refused_with_the_range(name, value):
    with pytest.raises(EhyaError) as refusal:
        outcome(**{name: value})
    assert refusal.value.code is ErrorCode.OUTCOME_OUT_OF_RANGE
    assert refusal.value.facts["field"] == name
    assert refusal.value.facts["allowed"][0] == 0


def test_nothing_is_known_before_it_happened():
    with pytest.raises(EhyaError, match="outcome_known_too_early: given='2024-03-19' allowed='2024-03-20'"):
        outcome(known_on=date(2024, 3, 19))


def test_an_event_of_a_year_stands_at_its_first_day_and_says_so():
    event = outcome(happened_precision=Precision.YEAR)
    assert (event.happened_on, event.happened_precision) == (date(2024, 3, 20), "year")


def test_zero_jobs_and_full_capacity_are_figures():
    assert outcome(jobs=0, capacity_share=1.0).jobs == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": OutcomeKind.SERVED}, ErrorCode.OUTCOME_ACT_MISSING),
        ({"kind": OutcomeKind.VISITED, "act": "diagnosis"}, ErrorCode.OUTCOME_DETAIL_MISPLACED),
        ({"kind": OutcomeKind.VISITED, "rial": 10**9}, ErrorCode.OUTCOME_DETAIL_MISPLACED),
    ],
)
def test_an_act_belongs_to_a_service_and_money_to_an_investment(changes, code):
    with pytest.raises(EhyaError) as refusal:
        outcome(**changes)
    assert refusal.value.code is code


def outcomes(**changes):
    rows = {
        "unit_id": ["U1", "U2"],
        "kind": ["observed", "restarted"],
        "happened_on": ["2024-03-20", "2024-04-20"],
        "known_on": ["2024-05-01", "2024-05-01"],
    }
    return pd.DataFrame(rows | changes)


def test_a_table_of_events_has_all_columns_in_their_types():
    table = outcome_table(outcomes(jobs=[34, None], nonsense=[1, 2]))
    assert table.dtypes.astype(str).to_dict() == OUTCOME_COLUMNS
    assert table["happened_precision"].tolist() == ["day", "day"]
    assert table["jobs"].isna().tolist() == [False, True]
    assert outcome_table(outcomes().iloc[:0]).empty


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"capacity_share": [0.5, 1.2]}, ErrorCode.OUTCOME_OUT_OF_RANGE),
        ({"jobs": [None, -1]}, ErrorCode.OUTCOME_OUT_OF_RANGE),
        ({"known_on": ["2024-05-01", "2024-04-19"]}, ErrorCode.OUTCOME_KNOWN_TOO_EARLY),
        ({"kind": ["observed", "vanished"]}, ErrorCode.UNKNOWN_OPTION),
        ({"kind": ["observed", "served"]}, ErrorCode.OUTCOME_ACT_MISSING),
        ({"act": ["diagnosis", None]}, ErrorCode.OUTCOME_DETAIL_MISPLACED),
        ({"rial": [None, 5]}, ErrorCode.OUTCOME_DETAIL_MISPLACED),
        ({"happened_precision": ["day", "hour"]}, ErrorCode.UNKNOWN_OPTION),
        ({"happened_on": ["2024-03-20", None]}, ErrorCode.UNKNOWN_OPTION),
    ],
)
def test_one_bad_event_refuses_the_table(changes, code):
    with pytest.raises(EhyaError) as refusal:
        outcome_table(outcomes(**changes))
    assert refusal.value.code is code


def test_a_table_without_a_needed_column_is_refused():
    with pytest.raises(EhyaError, match="unknown_column"):
        outcome_table(outcomes().drop(columns="known_on"))
