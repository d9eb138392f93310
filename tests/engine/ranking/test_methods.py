"""Published cases of weighted sum, TOPSIS and SPOTIS, against peers, and what fixed bounds promise."""

import numpy as np
import pytest
from pymcdm.methods import TOPSIS
from pymcdm.normalizations import vector_normalization

from engine.errors import EhyaError, ErrorCode
from engine.ranking.methods import spotis, topsis, weighted_sum

TZENG = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]], dtype=float)
KRACKA = np.array(
    [
        [33.95, 23.78, 11.45, 39.97, 29.44, 167.1, 3.852],
        [38.9, 4.17, 6.32, 0.01, 4.29, 132.52, 25.184],
        [37.59, 9.36, 8.23, 4.35, 10.22, 136.71, 10.845],
        [30.44, 37.59, 13.91, 74.08, 45.1, 198.34, 2.186],
        [36.21, 14.79, 9.17, 17.77, 17.06, 148.3, 6.61],
        [37.8, 8.55, 7.97, 2.35, 9.25, 134.83, 11.935],
    ]
)
DEZERT = np.array([[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]])
DEZERT_TERMS = ([0.2, 0.3, 0.5], [[-5, 12], [-6, 10], [-8, 5]], [12, -6, 5])
CARS = np.array(
    [[15000, 4.3, 99, 42, 737], [15290, 5.0, 116, 42, 892], [15350, 5.0, 114, 45, 952], [15490, 5.3, 123, 45, 1120]]
)
CAR_TERMS = (
    [0.2941, 0.2353, 0.2353, 0.0588, 0.1765],
    [[14000, 16000], [3, 8], [80, 140], [35, 60], [650, 1300]],
    [14000, 3, 80, 60, 1300],
)


def test_topsis_of_tzeng_and_huang():
    """Tzeng, Huang (2011), Multiple Attribute Decision Making, CRC Press."""
    found = topsis(TZENG, [0.3, 0.4, 0.3], [1, 1, 1])
    assert found == pytest.approx([0.5037, 0.6581, 0.7482, 0.3340], abs=5e-5)
    peer = TOPSIS(vector_normalization)(TZENG, np.array([0.3, 0.4, 0.3]), np.array([1, 1, 1]))
    assert found == pytest.approx(peer, abs=1e-10)


def test_topsis_agrees_with_a_peer_where_some_criteria_cost():
    matrix = np.random.default_rng(0).uniform(1, 9, (12, 4))
    weights, types = np.array([0.1, 0.4, 0.3, 0.2]), np.array([1, -1, 1, -1])
    peer = TOPSIS(vector_normalization)(matrix, weights, types)
    # pymcdm turns costs into 1 - r before it looks for the ends: distances are the same
    assert topsis(matrix, weights, types) == pytest.approx(peer, abs=1e-10)


def test_weighted_sum_of_heating_losses():
    """Kracka, Brauers, Zavadskas (2010), Engineering Economics 21(4), 352-359; one cell of .01 decides it by 1/x."""
    found = weighted_sum(KRACKA, [20] * 7, [-1, -1, -1, -1, 1, -1, 1])
    assert found == pytest.approx([0.12040426, 0.3458235, 0.13838192, 0.12841246, 0.12346084, 0.14351701], abs=1e-8)


@pytest.mark.parametrize(
    ("matrix", "terms", "scores"),
    [(DEZERT, DEZERT_TERMS, [0.1989, 0.3707, 0.3063, 0.7491]), (CARS, CAR_TERMS, [0.478, 0.5781, 0.5557, 0.5801])],
)
def test_spotis_of_its_authors_and_nobody_moves_when_others_leave(matrix, terms, scores):
    """Dezert, Tchamova, Han, Tacnet (2020), IEEE FUSION 2020: both printed examples."""
    found = spotis(matrix, *terms)
    assert found == pytest.approx(scores, abs=5e-4)
    for gone in range(4):
        assert (spotis(np.delete(matrix, gone, axis=0), *terms) == np.delete(found, gone)).all()


def test_alternatives_that_are_all_alike_are_level():
    alike = np.full((3, 2), 4.0)
    assert topsis(alike, [1, 1], [1, -1]).tolist() == [0.5] * 3
    assert weighted_sum(alike, [1, 1], [1, -1]) == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [0.0, 0.0], [np.nan, 1.0]])
def test_weights_below_nil_or_of_no_sum_are_refused(weights):
    for ask in (
        lambda: topsis(np.ones((2, 2)), weights, [1, 1]),
        lambda: weighted_sum(np.ones((2, 2)), weights, [1, 1]),
    ):
        with pytest.raises(EhyaError) as caught:
            ask()
        assert caught.value.code is ErrorCode.UNKNOWN_OPTION


def test_a_cost_of_nil_has_no_inverse_and_no_score():
    assert np.isnan(weighted_sum([[1.0, 0.0], [1.0, 2.0]], [1, 1], [1, -1])).any()
