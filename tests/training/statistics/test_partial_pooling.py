"""Partial pooling beside worked cases, a published one, and another way of computing it."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import halfnorm, norm

from training.statistics.partial_pooling import likelihood_of_between, pooled_effects

BCG = np.array(
    [
        (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
        (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
        (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
    ],
    dtype=np.float64,
)  # fmt: skip
"""Thirteen trials of a vaccine (Colditz and others 1994): ill and well with it, ill and well without."""


def risk_ratios():
    ill, well, ill_without, well_without = BCG.T
    estimate = np.log(ill / (ill + well)) - np.log(ill_without / (ill_without + well_without))
    error = np.sqrt(1 / ill - 1 / (ill + well) + 1 / ill_without - 1 / (ill_without + well_without))
    return estimate, error


def test_the_likeliest_spread_is_the_published_restricted_estimate():
    """Viechtbauer 2010, "Conducting meta-analyses in R with the metafor package": tau^2 .3132, mean -.7145."""
    estimate, error = risk_ratios()
    tried = np.linspace(0.3, 0.9, 6001)
    best = tried[likelihood_of_between(estimate, error, tried).argmax()]
    assert best**2 == pytest.approx(0.3132, abs=2e-4)
    weight = 1 / (error**2 + best**2)
    assert (weight @ estimate) / weight.sum() == pytest.approx(-0.7145, abs=2e-4)


def test_the_average_over_spreads_is_that_of_an_integral():
    estimate, error = np.array([0.9, -0.2, 0.4]), np.array([0.3, 0.2, 0.6])
    before, spread, scale = 0.3, 0.25, 0.4

    def at(between):
        precision = 1 / (error**2 + between**2)
        together = 1 / spread**2 + precision.sum()
        mean = (before / spread**2 + precision @ estimate) / together
        # the density of the data: one normal each about the belief, which they share
        covariance = np.diag(error**2 + between**2) + spread**2
        away = estimate - before
        density = np.exp(-0.5 * away @ np.linalg.solve(covariance, away)) / np.sqrt(np.linalg.det(covariance))
        return density * halfnorm.pdf(between, scale=scale), mean, 1 / together

    whole = quad(lambda t: at(t)[0], 0, 4)[0]
    mean = quad(lambda t: at(t)[0] * at(t)[1], 0, 4)[0] / whole
    square = quad(lambda t: at(t)[0] * (at(t)[2] + t**2 + at(t)[1] ** 2), 0, 4)[0] / whole
    found = pooled_effects(
        estimate[:, None], error[:, None],
        before=np.array([before]), before_spread=np.array([spread]), between=np.array([scale]),
    )  # fmt: skip
    assert found.mean[0] == pytest.approx(mean, abs=1e-4)
    assert found.next_spread[0] == pytest.approx(np.sqrt(square - mean**2), rel=1e-3)


def test_a_province_that_says_nothing_changes_nothing():
    said = {"before": np.zeros(2), "before_spread": np.ones(2), "between": np.full(2, 0.5)}
    one = pooled_effects(np.array([[1.0, 2.0]]), np.array([[0.1, 0.1]]), **said)
    two = pooled_effects(np.array([[1.0, 2.0], [np.nan, 2.0]]), np.array([[0.1, 0.1], [np.nan, 0.1]]), **said)
    assert (two.mean[0], two.next_spread[0]) == (one.mean[0], one.next_spread[0])
    assert two.provinces.tolist() == [1, 2]
    assert two.next_spread[1] < one.next_spread[1]


def test_provinces_that_disagree_teach_how_far_the_next_may_lie():
    rng = np.random.default_rng(5)
    truth = rng.normal(0.5, [[0.0, 0.4]], size=(12, 2))
    error = np.full_like(truth, 0.05)
    said = {"before": np.zeros(2), "before_spread": np.ones(2), "between": np.full(2, 0.5)}
    found = pooled_effects(rng.normal(truth, error), error, **said)
    assert found.between[0] < 0.06
    assert 0.25 < found.between[1] < 0.6
    inside = abs(truth[:, 1] - found.mean[1]) < norm.ppf(0.95) * found.next_spread[1]
    assert inside.mean() > 0.8
