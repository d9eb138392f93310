import pytest

from serving.i18n import speech
from serving.reports.model_card import card_lines

CARD = {
    "sample": {"units": 173, "from_press": 173, "from_register": 0, "revived_or_partly": 91, "with_jobs": 55},
    "population": {"restart": {"rate": 0.254, "low": 0.161, "high": 0.354, "rows_used": 17}},
    "metrics": {
        "reported_status": {
            "log_loss_gain": 0.0119,
            "log_loss_gain_low": 0.0043,
            "log_loss_gain_high": 0.0196,
            "log_loss_base_rate": 0.6986,
        },
        "jobs": {"coverage_80": 0.8, "coverage_80_low": 0.698, "coverage_80_high": 0.874},
    },
}


def test_the_card_says_sample_rate_gain_coverage_and_limits():
    lines = dict(card_lines(CARD, speech("en")))
    assert lines["Official restart rate within 24 months"].startswith("25% (16% to 35%), from 17 official counts")
    assert lines["Gain over the base rate"].startswith("0.012 (0.004 to 0.020) of log loss (base rate: 0.699)")
    assert len(lines) == 5


@pytest.mark.parametrize("card", [{}, {"metrics": {"jobs": {"other": 1}}}, {"sample": {}}])
def test_what_a_card_lacks_gives_no_line(card):
    assert [term for term, _ in card_lines(card, speech("fa"))] == ["مناسب نیست برای"]
