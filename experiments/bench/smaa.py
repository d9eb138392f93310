"""SMAA-2 over two thousand units and ten thousand draws, against bare scores and a sort of each draw."""

from __future__ import annotations

import numpy as np

from engine.ranking.smaa import smaa
from experiments.bench.timing import compare

UNITS, DRAWS, WORLDS, PARTS = 2_000, 10_000, 500, 5


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `engine.ranking.smaa.smaa` (all ranks, ranges, central weights, confidence) to scores and an argsort.

    Values are drawn in 500 worlds, each with twenty weights; the bare side finds the order of each draw and no more.
    """
    random = np.random.default_rng(random_state)
    points = random.random((UNITS, PARTS))
    values = np.clip(points + 0.05 * random.standard_normal((WORLDS, UNITS, PARTS)), 0, 1)
    weights = random.dirichlet(np.full(PARTS, 4.0), DRAWS)
    each = DRAWS // WORLDS

    def ours() -> np.ndarray:
        return smaa(values, weights).acceptability

    def bare() -> list[np.ndarray]:
        blocks = weights.reshape(WORLDS, each, PARTS)
        return [np.argsort(-(block @ world.T), axis=1) for block, world in zip(blocks, values, strict=True)]

    assert np.allclose(ours().sum(axis=1), 1.0)
    return compare(ours, bare, repeats=repeats)
