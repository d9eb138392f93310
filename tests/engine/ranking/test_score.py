"""Score and rank: by hand, against peers, and as laws."""

import numpy as np
import pandas as pd
import pytest
import skcriteria
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import SPOTIS
from ranking_cases import appraisals, appraised
from skcriteria.agg.simple import WeightedSumModel

from engine.errors import EhyaError
from engine.ranking import DEFAULT_WEIGHTS, INVESTOR_WEIGHTS, Part, rank
from engine.ranking.criteria import values
from engine.ranking.score import effective_weights

PARTS = [f"part_{part.value}" for part in Part]


def test_one_unit_by_hand():
    frame = appraised(
        [
            {
                "isic": "1030",
                "feasibility_point": 0.3,
                "jobs_if_revived_point": 49.0,
                "jobs_per_billion_rial_point": 0.03,
                "capital_needed_rial": 100,
                "bank_debt_rial": 1633 * 10**9,
                "stop_causes": "bank_debt;market_demand",
                "bank_owned": False,
                "title_deed": True,
                "litigation_count": 3,
                "power_kw": 0,
            }
        ]
    )
    row = rank(frame, priorities=["10"]).loc["u0"]
    jobs = np.log(50) / np.log(501)
    # .03 persons per billion rial asked for is one of the three powers of ten from .003 to 3; so is 49 / 1633 for debts
    finance = (1 / 3 + np.log10(49 / 1633 / 0.003) / 3) / 2
    readiness = (0.5 + 1 + 1 + 0.5 + 0) / 5
    expected = [0.3 * 0.3 / 0.6, 0.25 * jobs, 0.2 * finance, 0.15 * readiness, 0.1 * 1]
    assert row[PARTS].astype(float).tolist() == pytest.approx(expected, abs=1e-10)
    assert row["score"] == pytest.approx(sum(expected), abs=1e-10)
    assert row["uncertain_share"] == 0
    assert row["missing_parts"] == ""


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=2, max_size=8))
def test_the_score_is_that_of_scikit_criteria_s_weighted_sum(frame):
    frame = frame.assign(triage="offer", feasibility_point=frame["feasibility_point"].fillna(0.3))
    ranked = rank(frame, priorities=["10"]).loc[frame.index]
    matrix = skcriteria.mkdm(values(frame, priorities=["10"]).point, [max] * 5, weights=effective_weights(None, ["10"]))
    assert ranked["score"].tolist() == pytest.approx(WeightedSumModel().evaluate(matrix).e_.score, abs=1e-10)


def test_fixed_bounds_give_one_less_the_distance_of_pymcdm_s_spotis():
    """SPOTIS (Dezert et al. 2020) is the distance to the ideal on fixed bounds: the same order from the other end."""
    rows = [(0.1, 300.0, 0.01, 0.5), (0.5, 4.0, 0.3, 1.9), (0.3, 40.0, 2.0, 1.2), (0.05, 0.0, 0.004, 0.0)]
    frame = appraised(
        [
            {
                "feasibility_point": feasibility,
                "jobs_if_revived_point": jobs,
                "jobs_per_billion_rial_point": dear,
                "capital_needed_rial": 10**12,
                "bank_debt_rial": round(debt * 10**12),
            }
            for feasibility, jobs, dear, debt in rows
        ]
    )
    ranked = rank(frame, weights={"feasibility": 0.4, "jobs": 0.3, "finance": 0.3}).loc[frame.index]
    owed = [np.log(np.clip(jobs / (1000 * debt), 0.003, 3)) if debt else np.log(3) for _, jobs, _, debt in rows]
    matrix = np.array([[p, np.log1p(jobs), np.log(dear), 0] for p, jobs, dear, _ in rows])
    matrix[:, 3] = owed
    bounds = np.array([[0, 0.6], [0, np.log(501)], [np.log(0.003), np.log(3)], [np.log(0.003), np.log(3)]])
    distance = SPOTIS(bounds)(matrix, np.array([0.4, 0.3, 0.15, 0.15]), np.array([1, 1, 1, 1]))
    assert ranked["score"].tolist() == pytest.approx(1 - distance, abs=1e-10)


def test_units_are_ranked_by_class_then_score_then_id_and_what_cannot_be_judged_has_no_rank():
    frame = appraised(
        [
            {"triage": "fix_first", "feasibility_point": 0.9},
            {"triage": "offer", "feasibility_point": 0.1},
            {"triage": "repurpose_or_sell", "feasibility_point": 0.9},
            {"triage": "cannot_judge", "feasibility_point": 0.9},
            {"triage": "offer", "feasibility_point": 0.2},
            {"triage": "offer", "feasibility_point": 0.1},
            {"triage": "offer", "feasibility_point": None},
        ]
    )
    ranked = rank(frame)
    assert ranked.index.tolist() == ["u4", "u1", "u5", "u0", "u2", "u6", "u3"]
    assert ranked["rank"].iloc[:5].tolist() == [1, 2, 3, 4, 5]
    assert ranked.loc[["u3", "u6"], ["rank", "score", *PARTS]].isna().all(axis=None)


def test_the_scale_of_feasibility_spans_what_units_show_and_a_better_one_never_counts_less():
    points = [0.0, 0.15, 0.3, 0.6, 0.9]
    found = values(appraised([{"feasibility_point": point} for point in points])).point[:, 0]
    assert found.tolist() == pytest.approx([0.0, 0.25, 0.5, 1.0, 1.0])


def test_what_is_not_known_takes_the_stated_value_and_is_reported():
    frame = appraised([{"feasibility_point": 0.4, "jobs_if_revived_point": 500.0, "title_deed": True}])
    row = rank(frame, weights={"feasibility": 1, "readiness": 1}, missing_value=0.25).loc["u0"]
    assert row["part_readiness"] == pytest.approx(0.5 * (1 + 4 * 0.25) / 5)
    assert row["score_low"] == pytest.approx(0.5 * 0.4 / 0.6 + 0.5 * 1 / 5)
    assert row["score_high"] == pytest.approx(0.5 * 0.4 / 0.6 + 0.5 * 1)
    assert row["uncertain_share"] == pytest.approx(0.5 * 4 / 5)
    assert row["missing_parts"] == "readiness"


def test_without_priorities_the_weight_of_fit_goes_to_the_others():
    assert effective_weights(None).tolist() == pytest.approx([0.3 / 0.9, 0.25 / 0.9, 0.2 / 0.9, 0.15 / 0.9, 0])
    assert effective_weights(None, ["10"]).tolist() == pytest.approx([0.3, 0.25, 0.2, 0.15, 0.1])
    assert sum(DEFAULT_WEIGHTS.values()) == pytest.approx(1)
    assert sum(INVESTOR_WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "weights", [{"feasibility": -1, "jobs": 2}, {"feasibility": 0}, {"beauty": 1}, {"jobs": float("nan")}]
)
def test_weights_that_make_no_sense_are_refused_with_the_names_allowed(weights):
    with pytest.raises(EhyaError) as error:
        rank(appraised([{"feasibility_point": 0.3}]), weights=weights)
    assert error.value.facts["allowed"] == [part.value for part in Part]


def test_money_of_another_year_is_not_compared_unless_a_way_is_given():
    row = {"feasibility_point": 0.3, "jobs_per_billion_rial_point": 0.3, "capital_needed_rial": 10**12}
    frame = appraised([row | {"price_year": year} for year in (1404, 1404, 1395)] + [{"feasibility_point": 0.3}])
    own = rank(frame, allow_proxy=False).loc[frame.index]
    assert own["money_comparable"].tolist() == [True, True, False, pd.NA]
    assert own["money_basis"].tolist()[:3] == ["same_year", "same_year", "not_comparable"]
    assert own["part_finance"].nunique() == 2
    assert "finance" in own.loc["u2", "missing_parts"]
    asked = rank(frame, price_year=1404, inflation=0.4).loc[frame.index]
    assert asked["money_comparable"].tolist() == [True, True, True, pd.NA]
    # a rial of 1395 is worth many of 1404: the same sum is a larger capital
    assert asked.loc["u2", "part_finance"] < asked.loc["u0", "part_finance"]
    assert asked["money_basis"].tolist()[:3] == ["same_year", "same_year", "rate"]


def test_by_default_near_and_assumed_prices_compare_money_and_say_so():
    row = {"feasibility_point": 0.3, "jobs_per_billion_rial_point": 0.3, "capital_needed_rial": 10**12}
    frame = appraised([row | {"price_year": year} for year in (1405, 1405, 1404, 1380)])
    own = rank(frame).loc[frame.index]
    assert own["money_basis"].tolist() == ["same_year", "same_year", "assumed", "not_comparable"]
    assert rank(frame, price_year=1404).loc["u2", "money_basis"] == "same_year"
    assert own.loc["u2", "part_finance"] < own.loc["u0", "part_finance"]


@settings(max_examples=60, deadline=None)
@given(appraisals(min_size=1, max_size=8), st.floats(1.0, 1000.0), st.sampled_from([1403, 1404, 1405]))
def test_who_asks_for_more_capital_gains_nothing(frame, times, year):
    asked = frame["capital_needed_rial"].notna()
    more = frame.assign(
        capital_needed_rial=(frame["capital_needed_rial"].astype("Float64") * times).round().astype("Int64"),
        jobs_per_billion_rial_point=frame["jobs_per_billion_rial_point"].where(
            ~asked, frame["jobs_per_billion_rial_point"] / times
        ),
    )
    before, after = (rank(each, price_year=year, priorities=["10"]).loc[frame.index] for each in (frame, more))
    for name in ("score", "score_low", "score_high", *PARTS):
        assert (after[name].fillna(0) <= before[name].fillna(0) + 1e-9).all(), name


def test_ten_times_the_capital_of_an_indebted_unit_lowers_its_score_worked_by_hand():
    # 40 jobs, debts of 400 billion rial: .1 persons a billion owed, whatever is asked for
    row = {"feasibility_point": 0.3, "jobs_if_revived_point": 40.0, "bank_debt_rial": 400 * 10**9, "price_year": 1404}
    frame = appraised(
        [
            row | {"capital_needed_rial": 200 * 10**9, "jobs_per_billion_rial_point": 0.2},
            row | {"capital_needed_rial": 2000 * 10**9, "jobs_per_billion_rial_point": 0.02},
        ]
    )
    finance = values(frame).point[:, 2]
    owed = np.log10(0.1 / 0.003) / 3
    assert finance.tolist() == pytest.approx([(np.log10(each / 0.003) / 3 + owed) / 2 for each in (0.2, 0.02)])


def test_debts_of_another_year_are_weighed_in_the_common_one():
    row = {"feasibility_point": 0.3, "jobs_if_revived_point": 40.0, "bank_debt_rial": 400 * 10**9}
    frame = appraised([row | {"price_year": year} for year in (1404, 1403, 1370)])
    ranked = rank(frame, price_year=1404).loc[frame.index]
    assert ranked["money_basis"].tolist() == ["same_year", "proxy", "not_comparable"]
    assert ranked.loc["u1", "part_finance"] < ranked.loc["u0", "part_finance"]
    assert ranked["money_comparable"].isna().all()


def test_ranking_again_changes_nothing():
    frame = appraised([{"feasibility_point": 0.3}, {"feasibility_point": 0.5}])
    pd.testing.assert_frame_equal(rank(rank(frame)), rank(frame))


def test_no_unit_has_no_rank():
    assert rank(appraised([{"feasibility_point": 0.3}]).iloc[:0]).empty


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=1, max_size=8), st.permutations(range(8)))
def test_the_parts_add_up_to_the_score_exactly_in_any_order(frame, order):
    ranked = rank(frame, priorities=["10"])
    names = [PARTS[place] for place in order if place < len(PARTS)]
    total = ranked[names[0]]
    for name in names[1:]:
        total = total + ranked[name]
    scored = ranked["score"].notna()
    assert (total[scored] == ranked["score"][scored]).all()
    assert (ranked["score_low"] <= ranked["score"])[scored].all()
    assert (ranked["score"] <= ranked["score_high"])[scored].all()
    assert ranked["score"][scored].between(0, 1).all()


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(frame, random):
    order = list(frame.index)
    random.shuffle(order)
    pd.testing.assert_frame_equal(rank(frame.loc[order]), rank(frame))


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=2, max_size=8))
def test_ranks_are_dense_and_the_tie_break_reverses_nothing(frame):
    ranked = rank(frame)
    placed = ranked[ranked["rank"].notna()]
    assert placed["rank"].tolist() == list(range(1, len(placed) + 1))
    for _, group in placed.groupby("triage"):
        assert group["score"].is_monotonic_decreasing


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=3, max_size=8))
def test_a_unit_that_comes_or_goes_reverses_no_two_others(frame):
    ranked = rank(frame)
    fewer = rank(frame.iloc[1:])
    assert [unit for unit in ranked.index if unit != frame.index[0]] == fewer.index.tolist()
    pd.testing.assert_series_equal(fewer["score"], ranked["score"].loc[fewer.index])


@settings(max_examples=12, deadline=None)
@given(appraisals(min_size=2, max_size=6), st.floats(0.0, 0.4))
def test_a_higher_feasibility_never_lowers_a_score_or_a_rank(frame, more):
    unit = frame.index[0]
    better = frame.copy()
    better.loc[unit, "feasibility_point"] += more
    before, after = rank(frame).loc[unit], rank(better).loc[unit]
    if pd.notna(before["score"]):
        assert after["score"] >= before["score"]
        assert after["rank"] <= before["rank"]
