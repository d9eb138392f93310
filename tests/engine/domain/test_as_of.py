"""The last row of a unit on a day is the one that a person would point at."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.as_of import row_as_of

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6)), max_size=12)


def columns(pairs):
    unit = pd.Series([unit for unit, _ in pairs], dtype="str")
    days = np.array([day for _, day in pairs], dtype="int64")
    return unit, pd.Series(days.astype("datetime64[D]").astype("datetime64[s]"))


@given(PAIRS, PAIRS)
def test_it_is_the_last_row_not_after_the_day(rows, asked):
    found = row_as_of(*columns(rows), *columns(asked))
    for (unit, day), row in zip(asked, found, strict=True):
        fitting = [(when, number) for number, (other, when) in enumerate(rows) if other == unit and when <= day]
        assert row == (max(fitting)[1] if fitting else -1)


def test_of_nothing_nothing_is_found():
    assert row_as_of(*columns([]), *columns([("a", 1)])).tolist() == [-1]
    assert row_as_of(*columns([("a", 1)]), *columns([])).tolist() == []
