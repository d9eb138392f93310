"""What the table ``effects`` believes of slopes, before any outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.belief import Z80, transformed

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slopes:
    """A normal distribution of slopes.

    Parameters
    ----------
    features, transforms
        Names, and how each is taken (``engine.scoring.belief.transformed``).
    mean
        Shape (columns,): effect for each unit of the transformed feature, on the log-odds.
    covariance
        Shape (columns, columns).
    signs
        Shape (columns,): directions that no source can turn, 0 where free.
    """

    features: tuple[str, ...]
    transforms: tuple[str, ...]
    mean: Floats
    covariance: Floats
    signs: npt.NDArray[np.intp]

    def moved(self, mean: Floats, covariance: Floats) -> Slopes:
        """The same slopes after a source has spoken."""
        return replace(self, mean=mean, covariance=covariance)


@dataclass(frozen=True, slots=True)
class Usual:
    """What units show of a feature where a register does not say, on the transformed scale."""

    mean: float
    spread: float


def slopes(rows: pd.DataFrame, output: str) -> Slopes:
    """Slopes of one output, each with the spread of its 80 % range.

    Parameters
    ----------
    rows
        What ``engine.reference.effects.effects`` gives.
    output
        ``restart`` or ``durable``.

    Examples
    --------
    >>> from engine.reference.effects import effects
    >>> found = slopes(effects(), "restart")
    >>> place = found.features.index("has_title_deed")
    >>> float(found.mean[place]), float(np.sqrt(found.covariance[place, place]).round(2)), int(found.signs[place])
    (0.35, 0.27, 1)
    """
    own = rows[rows["output"] == output]
    spread = ((own["high"] - own["low"]) / (2 * Z80)).to_numpy(np.float64)
    return Slopes(
        features=tuple(own["feature"]),
        transforms=tuple(own["transform"]),
        mean=own["effect"].to_numpy(np.float64),
        covariance=np.diag(spread**2),
        signs=own["sign"].to_numpy(np.intp),
    )


def usual(rows: pd.DataFrame, feature: str, transform: str) -> Usual:
    """What the table assumes that units show of a feature.

    Parameters
    ----------
    rows
        What ``engine.reference.effects.effects`` gives.
    feature
        Name of the feature.
    transform
        How it is transformed before its slope is applied.

    Examples
    --------
    >>> from engine.reference.effects import effects
    >>> found = usual(effects(), "has_title_deed", "as_stated")
    >>> found.mean, round(found.spread, 6)
    (0.7, 0.458258)
    """
    row = rows[(rows["feature"] == feature) & rows["output"].isin(["restart", "durable"])].iloc[0]
    if pd.isna(row["usual_low"]):
        share = float(row["usual"])
        return Usual(share, float(np.sqrt(share * (1 - share))))
    low, high = transformed(np.array([row["usual_low"], row["usual_high"]], dtype=np.float64), transform)
    return Usual(float((low + high) / 2), float(max(high - low, 1e-6) / (2 * Z80)))
