"""Novelty after a decline: a unit that its investor declined, and what is like it, step back on the next list.

Nothing is hidden: a part of the fit is left of them, with its reason, so that a unit that fits far better than all
others may still come first. What a decline says of the weights of the parts is another matter
(`engine.matching.learned`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.codes import Code
from engine.matching.tree import SECTOR_LIKENESS, Tree

DECLINED_LEAVES = 0.5
"""What is left of the fit of a unit that its investor declined (assumed)."""

LIKE_LEAVES = 0.85
"""What is left of the fit of a unit of the same sector and place, to the last level, as a declined one (assumed)."""

LIKE_FROM = 0.7
"""Likeness from which a unit steps back, by less the less like it is (assumed)."""


Coded = tuple[Tree, NDArray[np.integer]]


class StepBack(Code):
    """Why a unit steps back on a list."""

    DECLINED_BEFORE = "declined_before"
    LIKE_DECLINED = "like_declined"


@dataclass(frozen=True, eq=False, slots=True)
class Novelty:
    """What is left of the fit of each unit of a book after what an investor declined.

    Parameters
    ----------
    left
        Share of the fit, 0..1, shape (n,).
    declined
        Whether the unit itself was declined, shape (n,).
    """

    left: NDArray[np.float64]
    declined: NDArray[np.bool_]

    @classmethod
    def of(cls, sectors: Coded, places: Coded, declined: NDArray[np.intp]) -> Novelty:
        """Lay what was declined over units.

        Likeness is worked out between sectors and between places, of which there are far fewer than units.

        Parameters
        ----------
        sectors, places
            Tree of the values of a column, and the value of each unit, shape (n,).
        declined
            Rows of the units that the investor declined.
        """
        likeness = np.zeros(sectors[1].size)
        pairs = np.unique(np.column_stack([sectors[1][declined], places[1][declined]]), axis=0)
        for sector, place in pairs.tolist():
            by_sector = _levels_shared(sectors[0], sector)[sectors[1]] * SECTOR_LIKENESS
            by_place = _levels_shared(places[0], place)[places[1]] * (1 - SECTOR_LIKENESS)
            np.maximum(likeness, by_sector + by_place, out=likeness)
        left = 1 - (1 - LIKE_LEAVES) * np.clip((likeness - LIKE_FROM) / (1 - LIKE_FROM), 0, 1)
        itself = np.zeros(likeness.size, dtype=bool)
        itself[declined] = True
        left[declined] = DECLINED_LEAVES
        return cls(left, itself)

    def why(self, row: int) -> StepBack | None:
        """Why the unit of a row steps back; ``None`` where it does not."""
        if self.declined[row]:
            return StepBack.DECLINED_BEFORE
        return StepBack.LIKE_DECLINED if self.left[row] < 1 else None


def _levels_shared(tree: Tree, value: int) -> NDArray[np.float64]:
    """Share of its levels that a value of a column has in common with each value."""
    own = tree.lines[:, [value]]
    shared = ((tree.lines == own) & (own >= 0)).sum(axis=0)
    return np.asarray(shared / max(int((own >= 0).sum()), 1), dtype=np.float64)
