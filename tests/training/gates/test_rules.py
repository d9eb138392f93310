"""Gates by hand, at their edges, and as laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.catalogue import FULL_SCHEMA
from training.gates.groups import no_group_worse
from training.gates.rules import (
    MARGIN,
    Gate,
    better,
    card_complete,
    intervals_hold,
    opponent,
    routes,
    schema_compatible,
    shut_gates,
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


def first_and_not_worse(table):
    """The other route where nothing is at work."""
    return routes(table, champion=False)[1]


def not_worse_and_newer(table, *, newer):
    """The other route beside a champion."""
    return routes(table, champion=True, newer=newer)[1]


def test_without_a_champion_the_opponent_is_the_prior():
    verdict = better(judged(0.7))
    assert verdict.passed
    assert verdict.facts["opponent"] == "prior_only"
    assert verdict.facts["brier"] == pytest.approx(0.09)
    assert verdict.facts["brier_opponent"] == pytest.approx(0.25)
    assert verdict.facts["gain_low"] == pytest.approx(0.16)
    assert not better(judged(0.45)).passed


def test_a_model_that_says_the_same_as_the_prior_is_not_called_better_but_what_it_is():
    verdict = better(judged(0.5))
    assert not verdict.passed
    assert verdict.facts["same"]
    first = first_and_not_worse(judged(0.5))
    assert first.passed
    assert first.facts["same"]


def test_where_nothing_is_at_work_a_model_within_the_margin_of_the_base_rate_may_be_the_first():
    """Brier .2549 against the prior's .25 on every unit; .2551 is too much."""
    assert first_and_not_worse(judged(1 - np.sqrt(0.2549))).passed
    assert not first_and_not_worse(judged(1 - np.sqrt(0.2551))).passed


def test_a_route_that_is_open_is_enough_and_without_one_all_of_them_are_named():
    better_, newer, card = Gate.BETTER_THAN_OPPONENT, Gate.NOT_WORSE_AND_NEWER, Gate.CARD_COMPLETE
    assert shut_gates([(better_, False), (newer, True), (card, False)]) == (card,)
    assert shut_gates([(better_, True), (newer, False)]) == ()
    assert shut_gates([(better_, False), (newer, False), (card, True)]) == (better_, newer)


def test_as_good_as_the_champion_within_the_margin_opens_only_to_one_that_learnt_more():
    """Brier .1649 against .16: .0049 behind on every unit, so that every resample says it; .0051 is too much."""
    behind = judged(1 - np.sqrt(0.1649), champion=0.6)
    verdict = not_worse_and_newer(behind, newer=True)
    assert verdict.passed
    assert verdict.facts["gain"] == pytest.approx(-0.0049)
    assert verdict.facts["margin"] == MARGIN == 0.005
    assert not not_worse_and_newer(behind, newer=False).passed
    assert not not_worse_and_newer(judged(1 - np.sqrt(0.1651), champion=0.6), newer=True).passed


def test_where_chance_may_hide_more_than_the_margin_nobody_can_say_that_it_is_not_worse():
    """Ten of forty units are .1 better, ten .1 worse: no difference, and an interval far wider than the margin."""
    table = judged(0.6, champion=0.6)
    table.loc[:9, "probability"] += np.where(table["label"][:10] == 1, 0.1, -0.1)
    table.loc[10:19, "probability"] -= np.where(table["label"][10:20] == 1, 0.1, -0.1)
    verdict = not_worse_and_newer(table, newer=True)
    assert verdict.facts["gain_low"] < -MARGIN
    assert not verdict.passed


def test_a_newer_model_of_which_the_champion_knows_no_unit_is_not_waved_through():
    verdict = not_worse_and_newer(judged(0.6), newer=True)
    assert not verdict.passed
    assert verdict.facts["units"] == 0


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
    assert verdict.facts == {"opponent": "champion", "units": 29, "allowed": 30, "same": False}
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
    assert dict(verdict.facts) == {"opponent": "prior_only", "unanswered": 1, "same": False}
