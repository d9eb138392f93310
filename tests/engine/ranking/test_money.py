"""Money of several years: which year can be asked for."""

import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.errors import EhyaError
from engine.ranking.money import year_within_prices


def test_a_year_is_within_prices_by_records_that_state_money_alone():
    """Years of records without money lead nowhere: 1350 has no level, and 1404 is the only year that counts."""
    frame = {"unit_id": ["a", "b", "c"], "price_year": [1350, 1350, 1404], "capital_needed_rial": [None, None, 5]}
    units = unit_table(pd.DataFrame(frame))
    year_within_prices(units, 1405)
    with pytest.raises(EhyaError) as refusal:
        year_within_prices(units, 1450)
    (reached,) = refusal.value.facts["allowed"]
    assert reached.startswith("13")
    assert int(reached.split(" … ")[1]) >= 1405
