"""Rows of a sheet become events, or say why not."""

import pandas as pd
import pytest

from engine.domain.outcome_rows import read_outcome_rows
from engine.errors import EhyaError

DATES = pd.DataFrame({"established_on": ["2010-03-21"], "stopped_on": ["2019-03-21"]}, index=["U1"])
LOG = pd.DataFrame(columns=["unit_id", "kind", "happened_on"])
GOOD = {"unit_id": "U1", "kind": "observed", "happened_on": "1402/10/15"}


def read(*rows):
    frame = pd.DataFrame(rows)
    return read_outcome_rows(frame, units={"U1": "U1"}, dates=DATES, log=LOG, known_on=pd.Timestamp("2025-01-10"))


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"unit_id": " "}, "unit_id", "missing"),
        ({"unit_id": "U7"}, "unit_id", "unknown_unit"),
        ({"kind": "flew away"}, "kind", "unknown_kind"),
        ({"happened_on": "03/04/2015"}, "happened_on", "not_a_date"),
        ({"happened_on": "اوایل ۱۴۰۲"}, "happened_on", "not_a_date"),
        ({"known_on": "soon"}, "known_on", "not_a_date"),
        ({"known_on": "1402/10/14"}, "known_on", "known_too_early"),
        ({"jobs": "many"}, "jobs", "not_a_number"),
        ({"jobs": -3}, "jobs", "out_of_range"),
        ({"jobs": 2.5}, "jobs", "out_of_range"),
        ({"jobs": True}, "jobs", "not_a_number"),
        ({"capacity_share": "60"}, "capacity_share", "out_of_range"),
        ({"source": "x" * 1001}, "source", "too_long"),
        ({"act": "diagnosis"}, "act", "other_kind"),
        ({"rial": 10**9}, "rial", "other_kind"),
        ({"kind": "served"}, "act", "missing"),
        ({"happened_on": "1385/01/01"}, "happened_on", "before_established"),
    ],
)
def test_a_row_is_refused_with_its_column_and_the_reason(cells, column, code):
    found = read(GOOD, GOOD | cells)
    assert found.refused[["row", "column", "code"]].to_numpy().tolist() == [[1, column, code]]
    assert found.accepted.index.tolist() == [0]


@pytest.mark.parametrize(("given", "share"), [("60%", 0.6), ("۶۰٪", 0.6), (0.6, 0.6), ("0.6", 0.6), (None, None)])
def test_a_share_is_read_as_it_is_written(given, share):
    accepted = read(GOOD | {"capacity_share": given}).accepted["capacity_share"].item()
    assert accepted == share or (share is None and pd.isna(accepted))


def test_all_that_is_wrong_with_a_row_is_said_at_once():
    found = read(GOOD | {"kind": "?", "jobs": "?"})
    assert sorted(found.refused["column"]) == ["jobs", "kind"]


def test_a_sheet_without_a_needed_column_is_refused_whole():
    with pytest.raises(EhyaError, match="unknown_column"):
        read({"unit_id": "U1", "kind": "observed"})


def test_an_empty_sheet_holds_no_event():
    found = read_outcome_rows(
        pd.DataFrame(columns=["unit_id", "kind", "happened_on"]),
        units={}, dates=DATES, log=LOG, known_on=pd.Timestamp("2025-01-10"),
    )  # fmt: skip
    assert found.accepted.empty
    assert found.refused.empty
