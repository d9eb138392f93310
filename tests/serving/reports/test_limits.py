"""Words of ``ehya match``: why a unit is not on a list."""

import pytest

from engine.domain.exclusion import Exclusion
from engine.matching.reasons import Reason
from serving.i18n import speech
from serving.reports.limits import limit_in_words


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_unit_that_is_at_work_again_is_said_to_be_and_not_that_nobody_can_judge_it(language):
    words = speech(language)
    facts = {"given": "cannot_judge", "status": "operating"}
    assert words.text("status.operating") in limit_in_words(Reason(Exclusion.NOT_OFFERED, facts), words)
    assert words.text("triage.cannot_judge") not in limit_in_words(Reason(Exclusion.NOT_OFFERED, facts), words)
    idle = limit_in_words(Reason(Exclusion.NOT_OFFERED, facts | {"status": "idle"}), words)
    assert words.text("status.operating") not in idle
