"""The study of retraining: what it counts, on tables made by hand; a whole life takes minutes and is not lived here."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from experiments.retraining.alarms import group_alarms
from experiments.retraining.lives import RETRAININGS, days
from experiments.retraining.run import ASKED, ENDS, printed
from experiments.retraining.stories import line_of, summary


def table(units=400, apart=0.1):
    rng = np.random.default_rng(2)
    own = rng.beta(2, 5, units)
    return pd.DataFrame(
        {
            "unit_id": np.arange(units).astype(str),
            "origin": pd.Timestamp("2022-01-01"),
            "probability": own,
            "champion_probability": np.clip(own + apart * rng.standard_normal(units), 0.01, 0.99),
            "prior_probability": own.mean(),
            "weight": 1.0,
            "county": rng.integers(0, 5, units).astype(str),
            "sector": rng.integers(0, 4, units).astype(str),
            "size": "small",
        }
    )


def test_the_gate_of_groups_is_asked_of_a_right_model_and_of_one_wrong_group():
    alarms, caught = group_alarms([table()], times=10)
    assert (len(alarms), len(caught)) == (10, 10)
    assert sum(alarms) == 0
    assert 6 <= sum(caught) < 10
    assert group_alarms([table(150)], times=2)[1] == []


def test_a_first_training_and_six_retrainings_end_on_the_last_day():
    found = days(SimpleNamespace(as_of=pd.Timestamp("2026-03-21")))
    assert len(found) == RETRAININGS + 1
    assert (found[0], found[-1]) == (pd.Timestamp("2022-03-21"), pd.Timestamp("2026-03-21"))


def test_what_could_not_be_measured_is_printed_as_nothing():
    figures = dict.fromkeys([*ASKED, *ENDS])
    said = printed({**figures, "worlds": 1, "units": 5, "counts": {}, "shut": {}})
    assert said.count(" - ") >= len(ASKED)


def test_alarms_are_drawn_of_what_the_gate_reads():
    """By folds of time a model may be wrong everywhere; the gate reads fits to all but the unit's part."""
    right = table()
    wrong = right.assign(probability=0.99, left_out_probability=right["probability"])
    wrong = wrong.assign(champion_left_out_probability=right["champion_probability"], champion_probability=0.5)
    assert group_alarms([wrong], times=2) == group_alarms([right], times=2)


def test_where_one_side_was_not_asked_without_the_unit_both_are_read_by_time():
    by_time = table()
    half_asked = by_time.assign(left_out_probability=0.99, champion_left_out_probability=np.nan)
    assert group_alarms([half_asked], times=2) == group_alarms([by_time], times=2)


def test_stories_are_summed_up_beside_what_is_asked():
    told = {"seed": 1, "promoted": False, "shut": ["no_group_worse"], "alarms": [True, False], "caught": []}
    assert line_of(told) == "seed 1: shut by no_group_worse"
    said = summary([told, {**told, "promoted": True, "alarms": [False, False], "caught": [True]}])
    assert "promoted 1 of 2" in said
    assert "alarm 0.250 of 4" in said
    assert "1.000 of 1" in said
