"""How far experts agree: W against a peer, circles by hand, and answers that compare nothing."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare, rankdata

from training.panel.agreement import NEXT_TO_NOTHING, Doubtful, agreement, circular_triples, concordance
from training.panel.answers import PanelAnswer

UNITS = list("abcdef")
PAIRS = list(combinations(UNITS, 2))


def asked() -> pd.DataFrame:
    rows = [("p", number, *pair) for number, pair in enumerate(PAIRS, start=1)]
    return pd.DataFrame(rows, columns=["panel", "number", "first", "second"])


def said(expert: str, answer) -> list[tuple]:
    return [(expert, "p", number, "restart", answer(*pair).value) for number, pair in enumerate(PAIRS, start=1)]


def looked_at(*rows: list[tuple]):
    table = pd.DataFrame(list(chain(*rows)), columns=["expert", "panel", "number", "output", "answer"])
    return agreement(table, asked(), output="restart")


def alphabet(first: str, second: str) -> PanelAnswer:
    return PanelAnswer.FIRST if first < second else PanelAnswer.SECOND_MUCH


def mixed(first: str, second: str) -> PanelAnswer:
    order = "dbfaec"
    return PanelAnswer.FIRST if order.index(first) < order.index(second) else PanelAnswer.SECOND


@pytest.mark.parametrize("seed", range(3))
def test_concordance_is_that_of_friedmans_test(seed):
    """Friedman's statistic is W times experts times objects less one, ties corrected alike."""
    scores = np.random.default_rng(seed).integers(0, 4, (5, 7))
    ranks = np.array([rankdata(row) for row in scores])
    statistic = friedmanchisquare(*scores.T).statistic
    assert concordance(ranks) == pytest.approx(statistic / (5 * 6))


def test_experts_of_one_order_agree_wholly_and_those_of_opposite_orders_not_at_all():
    assert looked_at(said("E1", mixed), said("E2", mixed)).concordance == pytest.approx(1.0)
    turned = {PanelAnswer.FIRST: PanelAnswer.SECOND, PanelAnswer.SECOND: PanelAnswer.FIRST}
    found = looked_at(said("E1", mixed), said("E2", lambda a, b: turned[mixed(a, b)]))
    assert found.concordance == pytest.approx(0.0)
    assert found.experts[0].with_others == 0.0
    assert np.isnan(looked_at(said("E1", mixed)).concordance)


def test_circles_are_counted_by_hand():
    line = {("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 1, ("a", "c"): 1, ("b", "d"): 1, ("a", "d"): 1}
    assert circular_triples(line) == (4, 0)
    assert circular_triples(line | {("a", "d"): -1}) == (4, 2)
    assert circular_triples({("a", "b"): 1, ("c", "d"): 1}) == (0, 0)


def test_a_sound_expert_counts_whole():
    (expert,) = looked_at(said("E1", mixed)).experts
    assert (expert.weight, expert.doubts, expert.circular) == (1.0, (), 0)
    assert expert.triples == 20


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        (lambda a, b: PanelAnswer.EQUAL, Doubtful.ALL_EQUAL),
        (lambda a, b: PanelAnswer.FIRST_MUCH, Doubtful.ONE_SIDED),
        (
            lambda a, b: PanelAnswer.FIRST if (ord(b) - ord(a)) % 2 else PanelAnswer.SECOND,
            Doubtful.CONTRADICTORY,
        ),
    ],
)
def test_answers_that_compare_nothing_are_named_and_weigh_next_to_nothing(answer, doubt):
    (expert,) = looked_at(said("E1", answer)).experts
    assert doubt in expert.doubts
    assert expert.weight == NEXT_TO_NOTHING


def test_one_of_many_who_says_otherwise_is_seen():
    found = looked_at(said("E1", mixed), said("E2", mixed), said("E3", mixed), said("E4", alphabet))
    shares = {expert.code: expert.with_others for expert in found.experts}
    assert shares["E4"] < shares["E1"]
