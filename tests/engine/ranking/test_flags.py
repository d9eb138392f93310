"""Red flags that rest on more than a unit's own record."""

from __future__ import annotations

import pandas as pd

from engine.domain.unit import unit_table
from engine.health.plausibility import implausible
from engine.ranking import public_red_flags, with_doubts

UNITS = unit_table(
    pd.DataFrame(
        {
            "unit_id": ["a", "b", "c", "d"],
            "status": ["idle"] * 4,
            "jobs_now": [90, None, None, 0],
            "bank_debt_rial": [None, 10**16, None, 10**12],
            "capital_needed_rial": [None, 10**11, None, 10**12],
        }
    )
)
FLAGS = pd.Series(["long_idle", "", "no_power", ""], index=UNITS.index)


def test_odd_figures_and_open_pairs_are_flagged_beside_what_was_flagged_before():
    pairs = pd.DataFrame({"unit_id": ["c"], "other_id": ["a"]})
    found = with_doubts(FLAGS, implausible=implausible(UNITS), duplicates=pairs)
    assert found.tolist() == [
        "long_idle;implausible_figures;possible_duplicate",
        "implausible_debts",
        "no_power;possible_duplicate",
        "",
    ]


def test_a_pair_that_somebody_decided_leaves_no_flag():
    assert with_doubts(FLAGS, duplicates=pd.DataFrame({"unit_id": [], "other_id": []})).tolist() == FLAGS.tolist()
    assert with_doubts(FLAGS).tolist() == FLAGS.tolist()


def test_what_rests_on_debts_or_on_ids_stays_inside():
    assert "implausible_figures" in public_red_flags()
    assert not {"implausible_debts", "possible_duplicate"} & public_red_flags()
