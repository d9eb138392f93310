"""Names of marks, written once for each combination."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.joined import joined_names


@pytest.mark.parametrize("width", [1, 8, 70])
def test_every_row_names_its_marks_in_order_however_many_names_there_are(width):
    marks = np.random.default_rng(width).random((200, width)) < 0.1
    names = [f"n{at}" for at in range(width)]
    index = pd.Index([f"u{row}" for row in range(200)])
    found = joined_names(marks, names, index)
    assert found.tolist() == [";".join(name for name, mark in zip(names, row, strict=True) if mark) for row in marks]
    assert found.index.equals(index)
    assert found.dtype == "str"


def test_no_rows_no_names_and_no_marks_are_empty():
    assert joined_names(np.zeros((0, 2), dtype=bool), ["a", "b"], pd.Index([])).tolist() == []
    assert joined_names(np.zeros((2, 0), dtype=bool), [], pd.RangeIndex(2)).tolist() == ["", ""]
    assert joined_names(np.zeros((2, 1), dtype=bool), ["a"], pd.RangeIndex(2)).tolist() == ["", ""]
