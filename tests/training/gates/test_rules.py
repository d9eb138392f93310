"""Gates by hand, at their edges, and as laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.catalogue import FULL_SCHEMA
from training.gates.rules import (
    Gate,
    better,
    card_complete,
    group_losses,
    intervals_hold,
    no_group_worse,
    opponent,
    schema_compatible,
    top_stays,
)


def judged(probability, champion=None, *, count=40, county="Urmia"):
    """Half of the units came back; the prior says a half."""
    label = np.tile([1.0, 0.0], count // 2)
    right = np.where(label == 1, probability, 1 - probability)
    return pd.DataFrame(
        {
            "unit_id": [f"{county}-{number}" for number in range(count)],
            "origin": pd.Timestamp("2022-01-01"),
            "label": label,
            "probability": right,
            "champion_probability": np.nan if champion is None else np.where(label == 1, champion, 1 - champion),
            "prior_probability": 0.5,
            "weight": 1.0,
            "county": county,
            "sector": "10",
            "size": "small",
        }
    )


def test_without_a_champion_the_opponent_is_the_prior():
    verdict = better(judged(0.7))
    assert verdict.passed
    assert verdict.facts["opponent"] == "prior_only"
    assert verdict.facts["brier"] == pytest.approx(0.09)
    assert verdict.facts["brier_opponent"] == pytest.approx(0.25)
    assert verdict.facts["gain_low"] == pytest.approx(0.16)
    assert not better(judged(0.45)).passed


def test_the_prior_only_model_can_always_be_promoted_where_there_is_no_champion():
    verdict = better(judged(0.5))
    assert verdict.passed
    assert verdict.facts["same"]


def test_a_challenger_identical_to_the_champion_is_not_better_and_says_that_it_is_the_same():
    verdict = better(judged(0.7, champion=0.7))
    assert not verdict.passed
    assert verdict.facts["opponent"] == "champion"
    assert verdict.facts["same"]
    assert verdict.facts["gain"] == 0.0


def test_the_prior_only_model_cannot_replace_a_champion_it_does_not_beat():
    assert not better(judged(0.5, champion=0.7)).passed
    assert better(judged(0.5, champion=0.4)).passed


def test_better_by_chance_alone_is_not_better():
    """One unit of forty makes the whole difference: a resample without it has none."""
    table = judged(0.6, champion=0.6)
    table.loc[0, "probability"] = 0.7
    verdict = better(table)
    assert verdict.facts["gain"] > 0
    assert verdict.facts["gain_low"] == pytest.approx(0.0)
    assert not verdict.passed


def test_a_champion_judged_on_too_few_of_the_same_units_cannot_be_said_to_be_beaten():
    table = judged(0.7, champion=0.9)
    table.loc[29:, "champion_probability"] = np.nan
    assert opponent(table) == "prior_only"
    verdict = better(table, champion=True)
    assert not verdict.passed
    assert verdict.facts == {"opponent": "champion", "units": 29, "allowed": 30}
    table.loc[29, "champion_probability"] = 0.9
    assert opponent(table) == "champion"
    assert "gain" in better(table, champion=True).facts


@pytest.mark.parametrize(
    ("covered", "count", "holds"),
    # upper ends of 95 % Wilson intervals: .753, .747; lower ends: .849, .852
    [(430, 600, True), (426, 600, False), (699, 800, True), (702, 800, False), (5, 5, True)],
)
def test_coverage_fails_only_when_its_wilson_interval_lies_wholly_outside(covered, count, holds):
    jobs = pd.DataFrame({"unit_id": range(count), "jobs": 5, "low": 1, "point": 5, "high": 10})
    jobs.loc[covered:, "jobs"] = 20
    verdict = intervals_hold(jobs)
    low, high = verdict.facts["coverage_80_low"], verdict.facts["coverage_80_high"]
    assert verdict.passed == holds == (low <= 0.85 and high >= 0.75)


def test_no_job_was_judged_is_no_reason_to_shut():
    jobs = pd.DataFrame({"unit_id": ["a"], "jobs": [np.nan], "low": [1], "point": [2], "high": [3]})
    assert intervals_hold(jobs).passed


def test_a_group_of_thirty_that_is_worse_by_more_than_a_tenth_shuts_the_gate():
    """Urmia .16 against .25; Khoy .2809 against .25 is 12.4 % worse, .2704 is 8.2 % worse."""
    good, bad, fair = judged(0.6), judged(0.47, county="Khoy", count=30), judged(0.48, county="Khoy", count=30)
    shut = no_group_worse(pd.concat([good, bad]))
    assert not shut.passed
    assert [(line["by"], line["group"], line["units"]) for line in shut.facts["worse"]] == [("county", "Khoy", 30)]
    assert shut.facts["worse"][0]["worse_share"] == pytest.approx(0.1236)
    assert no_group_worse(pd.concat([good, fair])).passed


def test_smaller_groups_are_pooled_told_and_shut_nothing():
    good = judged(0.9, count=400)
    small = [judged(0.3, county=name, count=28) for name in ("Khoy", "Salmas")]
    verdict = no_group_worse(pd.concat([good, *small]))
    assert verdict.passed
    pooled = {line["by"]: line for line in verdict.facts["pooled"]}
    assert set(pooled) == {"county"}
    assert (pooled["county"]["units"], pooled["county"]["brier"]) == (56, pytest.approx(0.49))


def test_thirty_quarters_of_one_unit_are_not_thirty_outcomes():
    one = judged(0.3, county="Khoy", count=40).assign(
        unit_id="the same", origin=pd.date_range("2010-01-01", periods=40)
    )
    table = group_losses(pd.concat([judged(0.6), one]))
    assert table.loc[table["by"] == "county", "group"].dropna().tolist() == ["Urmia"]


def test_a_group_that_the_opponent_knew_for_certain_can_only_get_worse():
    table = group_losses(judged(0.9, champion=1.0))
    assert np.isinf(table["worse_share"]).all()
    assert no_group_worse(judged(0.9, champion=1.0)).facts["worse"][0]["worse_share"] is None
    assert no_group_worse(judged(1.0, champion=1.0)).passed


def test_eight_of_twenty_may_change_and_nine_need_an_explanation():
    before = [f"u{number}" for number in range(20)]
    eight = before[:12] + [f"n{number}" for number in range(8)]
    nine = before[:11] + [f"n{number}" for number in range(9)]
    assert top_stays(before, eight, {}).passed
    shut = top_stays(before, nine, {})
    assert not shut.passed
    assert shut.facts["churn"] == pytest.approx(0.45)
    assert shut.facts["came"] == nine[11:]
    assert shut.facts["went"] == before[11:]
    assert top_stays(before, nine, dict.fromkeys([*nine[11:], *before[11:]], "own_event")).passed
    assert not top_stays(before, nine, dict.fromkeys(nine[11:], "own_event")).passed
    assert top_stays([], nine, {}).passed


def test_the_order_inside_the_top_is_no_churn():
    before = [f"u{number}" for number in range(20)]
    assert top_stays(before, before[::-1], {}).facts["churn"] == 0


def test_a_feature_that_this_ehya_does_not_describe_shuts_the_gate():
    now = FULL_SCHEMA.to_json()
    assert schema_compatible(now, now).passed
    fewer = {"features": now["features"][1:]}
    verdict = schema_compatible(now, fewer)
    assert verdict.facts["differs"] == [now["features"][0]["name"]]
    other = {"features": [{**spec, "measure": "furlongs"} for spec in now["features"]]}
    assert not schema_compatible(now, other).passed
    assert schema_compatible(fewer, now).passed


def test_a_card_lacks_what_is_not_there_and_what_is_empty():
    assert card_complete({"purpose": "p", "limits": ["l"], "sample": {"units": 0}}, ["purpose"]).passed
    assert card_complete({"purpose": "p", "limits": []}, ["metrics"]).facts["empty"] == ["limits", "metrics"]


def test_verdicts_do_not_depend_on_the_order_of_rows():
    table = pd.concat([judged(0.6, champion=0.55), judged(0.47, champion=0.5, county="Khoy")], ignore_index=True)
    mixed = table.sample(frac=1, random_state=3)
    for gate in (better, no_group_worse):
        assert gate(table) == gate(mixed)
    assert {verdict.gate for verdict in (better(table), no_group_worse(table))} <= set(Gate)


@pytest.mark.parametrize("said", [np.nan, np.inf, 1.5, -0.1])
def test_who_gives_no_probability_for_some_outcomes_is_not_better_however_good_on_the_others(said):
    rows = judged(0.7)
    rows.loc[3, "probability"] = said
    verdict = better(rows)
    assert not verdict.passed
    assert dict(verdict.facts) == {"opponent": "prior_only", "unanswered": 1}
