"""Sets of codes in a cell."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnosis.joined import flags, joined

CODES = ["a", "ab", "b", "c"]


@given(st.lists(st.sets(st.sampled_from(CODES)), min_size=1))
def test_joining_and_splitting_give_back_the_same_sets(sets):
    cells = pd.Series([";".join(sorted(codes)) for codes in sets], dtype="str")
    assert joined(flags(cells, CODES)).tolist() == cells.tolist()


def test_a_code_is_not_found_inside_a_longer_one():
    assert flags(pd.Series(["ab"]), ["a"]).to_numpy().tolist() == [[False]]


def test_a_missing_cell_holds_nothing():
    assert not flags(pd.Series([None, "a"], dtype="str"), ["a"]).loc[0, "a"]


def test_an_empty_table_gives_an_empty_one():
    assert joined(flags(pd.Series([], dtype="str"), CODES)).empty
