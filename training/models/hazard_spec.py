"""What a hazard is fitted to, its prior, how it is fitted, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.artefact import TREES
from engine.scoring.hazards import Head
from engine.scoring.sections import HazardLink, HazardPart, HazardSettings

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]


class HeadKind(StrEnum):
    """What a head is made of."""

    LINE = "line"
    BLEND = "blend"  # line and boosting, averaged on the scale of the score


@dataclass(frozen=True, slots=True)
class HazardRecipe:
    """How a hazard is fitted; what a search may settle.

    Parameters
    ----------
    learner
        The line alone, or with boosting beside it.
    link
        Of the line; boosting has the logit only.
    precision_factor
        Factor on the first guess of all precisions: above one, slopes are held nearer to zero.
    share
        Share of the boosting in the score of a blend.
    additive
        Boosting without interactions: each tree reads one feature, so that the score is a sum over features.
    iterations, rate, leaves, least_of_leaf
        Of the boosting: trees, learning rate, leaves of a tree, rows of a leaf.
    follow
        How far restarts are moved to what the latest periods went through, 0 to 1 (``training.models.maturing``).
    frailty
        Variance of what makes units of like records unlike, as a factor on the hazard of a restart
        (``engine.scoring.hazards.sifted``); at 0 an effect is as large years after the first attempt as at once.
    """

    learner: HeadKind = HeadKind.LINE
    link: HazardLink = HazardLink.LOGIT
    precision_factor: float = 1.0
    share: float = 0.5
    additive: bool = False
    iterations: int = 100
    rate: float = 0.06
    leaves: int = 8
    least_of_leaf: int = 80
    follow: float = 0.0
    frailty: float = 0.0

    @classmethod
    def of(cls, settings: HazardSettings | None) -> HazardRecipe:
        """The recipe that a document holds; the usual one where it holds none.

        Examples
        --------
        >>> HazardRecipe.of(HazardRecipe(share=0.3).settings(7)) == HazardRecipe(share=0.3)
        True
        """
        if settings is None:
            return cls()
        stated = {name: getattr(settings, name) for name in cls.__slots__}
        return cls(**{**stated, "learner": HeadKind(settings.learner)})

    def settings(self, random_state: int) -> HazardSettings:
        """As the document of a model holds it, with the seed."""
        stated = {name: getattr(self, name) for name in self.__slots__}
        return HazardSettings(**{**stated, "learner": self.learner.value}, random_state=random_state)


@dataclass(frozen=True, slots=True)
class HazardLevel:
    """Prior of a hazard: what is believed before any own record.

    Parameters
    ----------
    probability
        P(event in a period | at risk at its start), shape (periods,).
    spread
        Standard deviation of the common level on the scale of the score.
    draws
        Shape (DRAWS, periods): that probability in each world; ``None`` draws it from a normal.
    """

    probability: Floats
    spread: float
    draws: Floats | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a hazard is fitted to.

    Parameters
    ----------
    matrix
        Model matrix within its ranges, shape (n, features).
    columns
        Its design, shape (n, columns).
    at_risk, event
        Shape (n, periods).
    weights
        Shape (n,), not negative.
    unit
        Shape (n,), number of each row's unit: bootstrap and folds draw units, never rows.
    exposure
        Shape (n, periods), what ``engine.scoring.hazards.sifted`` asks for; nobody is sifted where ``None``.
    """

    matrix: pd.DataFrame
    columns: Floats
    at_risk: Flags
    event: Flags
    weights: Floats
    unit: Numbers
    exposure: Floats | None = None

    def where(self, kept: Flags) -> Observed:
        """Only some rows."""
        return Observed(
            self.matrix[kept], self.columns[kept], self.at_risk[kept], self.event[kept], self.weights[kept],
            self.unit[kept], None if self.exposure is None else self.exposure[kept],
        )  # fmt: skip

    @property
    def units(self) -> int:
        """How many numbers of units there may be."""
        return int(self.unit.max()) + 1 if len(self.unit) else 0


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A fitted hazard.

    Parameters
    ----------
    estimators
        Scikit-learn estimators by suffix: empty for the line, ``engine.scoring.artefact.TREES`` for the boosting.
    part
        What the document of a model holds of it.
    own_share
        Share of the level that own records decide, 0 (the prior speaks alone) to 1.
    events
        Events it learnt from, as weighted.
    """

    estimators: Mapping[str, Any]
    part: HazardPart
    own_share: float
    events: float
    groups: Mapping[str, float] = field(default_factory=dict)

    @property
    def head(self) -> Head:
        """Ready to score."""
        return Head.fitted(self.part, self.estimators[""], self.estimators.get(TREES))
