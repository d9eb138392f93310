"""Stability of a place: closed forms, and laws."""

import numpy as np
import pandas as pd
import pytest
from numpy.random import default_rng
from ranking_cases import appraised

from engine.ranking import rank, stability
from engine.ranking.acceptability import acceptability, drawn_ranks
from engine.ranking.criteria import Values


def _shares(rows, *, group=None, top_k=1, draws=20_000, concentration=2.0, low=None, high=None):
    point = np.zeros((len(rows), 5))
    point[:, :2] = rows
    ends = [point if end is None else end for end in (low, high)]
    found = Values(ends[0], point, ends[1], np.zeros_like(point))
    weight = np.array([0.5, 0.5, 0, 0, 0])  # concentration 2 makes the share of the first uniform on 0..1
    group = np.zeros(len(rows)) if group is None else np.array(group)
    return acceptability(
        found, weight, group, top_k=top_k, draws=draws, concentration=concentration, random=default_rng(1)
    )


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ([(1, 0), (0, 1)], 1 / 2),  # w > 1 - w
        ([(1, 0), (0, 0.5)], 2 / 3),  # w > (1 - w) / 2
        ([(1, 0), (0.25, 0.25)], 3 / 4),  # w > 1/4
    ],
)
def test_uniform_weights_give_the_share_of_the_weights_that_the_hand_finds(rows, first):
    assert _shares(rows) == pytest.approx([first, 1 - first], abs=0.012)


def test_a_dominated_unit_never_comes_first():
    assert _shares([(0.5, 0.5), (0.4, 0.5)]).tolist() == [1.0, 0.0]


def test_a_class_that_stands_before_is_never_overtaken():
    assert _shares([(1, 1), (0, 0)], group=[1, 0]).tolist() == [0.0, 1.0]


def test_shares_add_up_to_the_places():
    rows = default_rng(0).random((7, 2))
    assert _shares(rows, top_k=3).sum() == pytest.approx(3)


def test_two_equal_unknowns_share_the_first_place():
    point, low, high = np.full((2, 5), 0.5), np.zeros((2, 5)), np.ones((2, 5))
    found = Values(low, point, high, np.ones((2, 5)))
    shares = acceptability(
        found, np.full(5, 0.2), np.zeros(2), top_k=1, draws=5_000, concentration=20.0, random=default_rng(2)
    )
    assert shares == pytest.approx([0.5, 0.5], abs=0.025)


def test_an_interval_is_drawn_as_a_triangle():
    """Against a sure .5, a triangle from 0 to 1 with its peak at .25 wins with probability (1 - .5)^2 / (1 - .25)."""
    point = np.array([[0.25, 0, 0, 0, 0], [0.5, 0, 0, 0, 0]])
    low, high = point.copy(), point.copy()
    low[0, 0], high[0, 0] = 0, 1
    weight = np.array([1.0, 0, 0, 0, 0])
    found = Values(low, point, high, np.zeros((2, 5)))
    shares = acceptability(found, weight, np.zeros(2), top_k=1, draws=20_000, concentration=20.0, random=default_rng(3))
    assert shares[0] == pytest.approx(1 / 3, abs=0.012)


def test_the_same_seed_gives_the_same_badge_and_a_unit_without_rank_has_none():
    rows = [{"feasibility_point": p, "title_deed": True} for p in (0.9, 0.35, 0.3, 0.25, 0.01, None)]
    ranked = rank(appraised(rows))
    first = stability(ranked, top_k=2, draws=300)
    pd.testing.assert_frame_equal(first, stability(ranked, top_k=2, draws=300))
    assert first.loc["u5"].isna().all()
    assert first["top_share"].sum() == pytest.approx(2)
    assert set(first["stability"].dropna()) <= {"stable", "contested", "weak"}


def test_the_order_of_rows_is_irrelevant_and_units_below_the_candidates_are_weak():
    rows = [{"feasibility_point": p / 10, "title_deed": True} for p in range(10)]
    ranked = rank(appraised(rows))
    badge = stability(ranked, top_k=2, candidates=4, draws=200)
    pd.testing.assert_frame_equal(stability(ranked[::-1], top_k=2, candidates=4, draws=200)[::-1], badge)
    assert (badge["top_share"].iloc[4:] == 0).all()
    assert (badge["stability"].iloc[4:] == "weak").all()


def test_when_all_are_shown_all_are_stable():
    ranked = rank(appraised([{"feasibility_point": 0.2}, {"feasibility_point": 0.1}]))
    assert stability(ranked, top_k=5)["stability"].tolist() == ["stable", "stable"]


def test_the_range_of_ranks_holds_the_rank_and_widens_with_what_is_not_known():
    known = [{"feasibility_point": level, "feasibility_low": level, "feasibility_high": level} for level in (0.5, 0.3)]
    wide = [{"feasibility_point": 0.4, "feasibility_low": 0.0, "feasibility_high": 0.9}]
    ranked = rank(appraised([*known, *wide], title_deed=True, bank_owned=False), weights={"feasibility": 1})
    firm = stability(ranked, top_k=1, weights={"feasibility": 1})
    assert (firm["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= firm["rank_high"]).all()
    width = (firm["rank_high"] - firm["rank_low"]).to_numpy()
    assert width[ranked["feasibility_point"] == 0.4] == max(width)


def test_ranks_of_a_draw_are_one_of_each():
    point = default_rng(0).random((6, 5))
    found = Values(point * 0.5, point, np.minimum(point * 1.5, 1), np.zeros_like(point))
    ranks = drawn_ranks(found, np.full(5, 0.2), np.zeros(6), draws=50, concentration=20.0, random=default_rng(1))
    assert (np.sort(ranks, axis=1) == np.arange(1, 7)).all()
