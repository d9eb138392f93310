from datetime import date

import pytest

from engine.dates import Precision
from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode


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
