"""Conversion factors: those of the European guide to cost-benefit analysis."""

import pytest

from engine.economics.shadow_prices import conversion_factor
from engine.errors import EhyaError

STANDARD = 0.96
FACTORS = {"skilled": 1.0, "unskilled": 0.6, "local": STANDARD, "energy": STANDARD, "imported": 0.85, "profit": 0.0}


@pytest.mark.parametrize(
    ("mix", "published"),
    [
        ({"skilled": 0.1, "unskilled": 0.9}, 0.64),
        ({"local": 0.5, "imported": 0.4, "profit": 0.1}, 0.82),
        ({"local": 0.75, "imported": 0.15, "profit": 0.1}, 0.85),
        ({"equipment": 0.55, "building": 0.45}, 0.83),
        ({"skilled": 0.15, "unskilled": 0.65, "works": 0.2}, 0.71),
        ({"skilled": 0.03, "unskilled": 0.37, "energy": 0.3, "maintenance": 0.2, "profit": 0.1}, 0.68),
    ],
)
def test_factors_of_the_water_case(mix, published):
    """European Commission, Guide to Cost-Benefit Analysis of Investment Projects, 2008, section 4.4.3, table 4.41."""
    known = FACTORS | {"equipment": 0.82, "building": 0.8475, "works": 0.83, "maintenance": 0.706}
    assert conversion_factor(mix, known) == pytest.approx(published, abs=0.005)


def test_shares_that_do_not_add_up_and_parts_without_a_factor_are_refused():
    with pytest.raises(EhyaError):
        conversion_factor({"skilled": 0.5}, FACTORS)
    with pytest.raises(EhyaError):
        conversion_factor({"steel": 1.0}, FACTORS)
