"""Why a unit comes before another: parts that add up to the difference of scores."""

import pytest

from engine.errors import EhyaError
from serving.desk.appraisal import Appraised
from serving.desk.comparing import compared
from serving.desk.question import Question
from serving.disclosure.masking import Audience
from tests.serving.conftest import DAY, made_up_appraisal


@pytest.fixture(scope="module")
def appraised():
    return Appraised(made_up_appraisal(60), Question(as_of=DAY, price_year=1405), Audience.OFFICE)


def test_gains_of_the_parts_add_up_to_the_difference_of_the_scores(appraised):
    first, second, third = appraised.table.index[:3]
    found = compared(appraised, [third, first, second])
    assert [(one.ahead, one.behind) for one in found.pairs] == [(first, second), (second, third)]
    scores = appraised.table["score"]
    for one in found.pairs:
        assert sum(one.parts.values()) == pytest.approx(scores[one.ahead] - scores[one.behind])
        assert list(one.parts.values()) == sorted(one.parts.values(), reverse=True)
        assert 0 <= one.chance <= 1


def test_fields_are_alike_or_differ_and_never_both(appraised):
    found = compared(appraised, list(appraised.table.index[:4]))
    assert not set(found.alike) & set(found.differing)
    assert "stopped_on" in found.alike
    assert "business_id" in found.differing


def test_a_unit_without_a_score_is_compared_by_what_is_recorded(appraised):
    blind = appraised.table.index[appraised.table["score"].isna()][0]
    found = compared(appraised, [blind, appraised.table.index[0]])
    assert found.pairs[0].behind == blind
    assert [found.pairs[0].chance, found.pairs[0].swap] == [None, None]


def test_a_unit_is_not_compared_with_itself(appraised):
    unit = appraised.table.index[0]
    with pytest.raises(EhyaError, match="value_unreadable"):
        compared(appraised, [unit, unit])
