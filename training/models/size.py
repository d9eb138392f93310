"""How the signs of size are read: from the table ``effects``, and from the register's own records where it has them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from engine.scoring.belief import Z80
from engine.scoring.first_day import SizeRatio, SizeSign, SizeSigns
from training.priors.official_rates import OfficialSize

Floats = npt.NDArray[np.float64]

RATIO, STAFF = "after_to_before", "jobs_before_log"
SIGN_UNITS = 20.0
"""Units that the table's measure for each worker counts for beside a register's own records (assumed)."""

_NODES = ndtri((np.arange(2000) + 0.5) / 2000)


def size_signs(
    rows: pd.DataFrame, population: pd.DataFrame, official: OfficialSize, *, unit_spread: float
) -> SizeSigns:
    """How jobs follow from size, as ``engine.scoring.size.jobs`` reads it.

    Parameters
    ----------
    rows
        What ``engine.reference.effects.effects`` gives.
    population
        Model matrix of a register's idle units, shape (n, features): units that state both former staff and another
        sign tell how much of it a worker takes.
    official
        Jobs per revived unit in official counts: the mean over units of any size.
    unit_spread
        Standard deviation of the logarithm of size from unit to unit.
    """
    own = rows[rows["output"] == "jobs"].set_index("feature")
    middle, low, high = (float(value) for value in own.loc[RATIO, ["effect", "low", "high"]].to_numpy(np.float64))
    down, up = (middle - low) / Z80, (high - middle) / Z80
    spread = float(np.hypot(unit_spread, official.spread))
    around = np.where(_NODES < 0, np.hypot(spread, down), np.hypot(spread, up)) * _NODES
    return SizeSigns(
        # The mean over units of any size, and not their median, is what official counts say.
        level=float(official.log_mean - middle - np.log(np.exp(around).mean())),
        spread=spread,
        ratio=SizeRatio(mean=middle, down=down, up=up),
        signs=tuple(_sign(feature, sign, population) for feature, sign in own.drop(index=RATIO).iterrows()),
    )


def _sign(feature: Any, sign: pd.Series, population: pd.DataFrame) -> SizeSign:
    centre, error = float(sign["effect"]), float(sign["high"] - sign["low"]) / (2 * Z80)
    known = 0
    if feature != STAFF:
        measure, staff = (10.0 ** population[name].to_numpy(np.float64) - 1.0 for name in (feature, STAFF))
        both = (measure > 0) & (staff > 0)
        logs = np.log(measure[both] / staff[both])
        known = len(logs)
        mean = (SIGN_UNITS * centre + logs.sum()) / (SIGN_UNITS + known)
        error = float(np.sqrt((SIGN_UNITS * error**2 + ((logs - mean) ** 2).sum()) / (SIGN_UNITS + known)))
        centre = float(mean)
    return SizeSign(feature=str(feature), per_worker=centre, error=error, known=known)
