"""What a package rests on: sums that no record states are marked, wherever they come from."""

import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import unit_table
from engine.packages.candidates import candidate_table

ROWS = {"unit_id": ["a", "b"], "capital_needed_rial": [None, 5], "price_year": 1404}
FIGURES = {
    **dict.fromkeys(columns(Output.FEASIBILITY), 0.5),
    **dict.fromkeys(columns(Output.JOBS_IF_REVIVED), 10.0),
    "triage": "offer",
    "public_completeness": 1.0,
}


def test_capital_that_no_record_states_is_marked_whether_it_was_assumed_or_comes_from_a_norm():
    table = unit_table(pd.DataFrame(ROWS)).assign(**FIGURES)
    assumed = candidate_table(table, assume_capital_rial=7)
    norm = candidate_table(table, economics=pd.DataFrame({"capital": [9.0, 9.0]}, index=["a", "b"]))
    unknown = candidate_table(table)
    assert [found["capital_estimated"].tolist() for found in (assumed, norm, unknown)] == [
        [True, False],
        [True, False],
        [False, False],
    ]
