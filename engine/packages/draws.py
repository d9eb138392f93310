"""Joint draws of what units may bring: the same worlds for all of them, and for a unit the same whoever else is there.

Each draw is a function of seed, unit and world alone (a counter-based generator, splitmix64: Steele, Lea, Flood, 2014),
so that a unit that comes or goes, and the order of rows, change no draw of another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from engine.domain.prediction import Output, columns
from engine.economics.draws import about, chances, mixed

Array = NDArray[np.float64]

WORLDS = 400
"""Joint draws; the standard error of a probability is then at most .025. Expectations rest on chances, not on coins."""
SHARED = 0.3
"""Share of the variance of chances and jobs that all units have in common in one world: assumed."""

_STEP = np.uint64(0x9E3779B97F4A7C15)  # of splitmix64, from one state to the next
_WHOLE_WORLD = np.uint64(0x5EED)


@dataclass(frozen=True, eq=False, slots=True)
class WorldDraws:
    """What n units bring in each of some worlds.

    Parameters
    ----------
    chance
        Chance that the unit comes back, 0..1, shape (worlds, n).
    revived
        Whether it does, bool, shape (worlds, n).
    jobs
        Direct jobs if it does, persons, shape (worlds, n).
    npv
        Net present value if it does, billion rial, shape (worlds, n); ``None`` where nobody appraised it.
    """

    chance: Array
    revived: NDArray[np.bool_]
    jobs: Array
    npv: Array | None = None

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return len(self.chance)


def draws(appraisal: pd.DataFrame, *, worlds: int = WORLDS, seed: int = 0, shared: float = SHARED) -> WorldDraws:
    """Draw chances and jobs from the intervals of a prediction table.

    Chances are normal in log-odds, jobs in their inverse hyperbolic sine (the logarithm for large figures, never below
    nil), values in money, each about its point with the width of its 80 % interval; a part of the deviation is the
    world's and moves all units alike.

    Parameters
    ----------
    appraisal
        Table with ``feasibility_*`` and ``jobs_if_revived_*``, and where a unit was appraised ``npv_*`` (billion rial),
        index ``unit_id``, shape (n, any).
    worlds
        Number of worlds.
    seed
        Same seed, same draws.
    shared
        See ``SHARED``.

    Returns
    -------
    WorldDraws
        Missing figures stay missing.

    Examples
    --------
    >>> names = [*columns(Output.FEASIBILITY), *columns(Output.JOBS_IF_REVIVED)]
    >>> table = pd.DataFrame([[0.1, 0.2, 0.4, 5.0, 20.0, 60.0]] * 2, index=["a", "b"], columns=names)
    >>> both, alone = draws(table), draws(table.loc[["b"]])
    >>> bool((both.chance[:, 1] == alone.chance[:, 0]).all()), round(float(both.chance.mean()), 2)
    (True, 0.23)
    """
    units = pd.util.hash_array(appraisal.index.to_numpy(dtype=object)).astype(np.uint64)
    chance = chances(*_figures(appraisal, Output.FEASIBILITY), _deviations(units, worlds, seed, 1, shared))
    low, point, high = (np.arcsinh(one) for one in _figures(appraisal, Output.JOBS_IF_REVIVED))
    jobs = np.maximum(np.sinh(about(low, point, high, _deviations(units, worlds, seed, 2, shared))), 0)
    npv = None
    if "npv_point" in appraisal.columns:
        low, point, high = (appraisal[f"npv_{end}"].to_numpy(dtype=np.float64) for end in ("low", "point", "high"))
        # Money that may be lost or gained is drawn as it is: on a scale of logarithms one interval that spans nil would
        # have tails of its own power, and its rarest world would be all of the mean.
        npv = about(low, point, high, _deviations(units, worlds, seed, 4, shared))
    return WorldDraws(chance, uniform(units, worlds, seed, 3) < chance, jobs, npv)


def uniform(units: NDArray[np.uint64], worlds: int, seed: int, stream: int) -> Array:
    """Uniform draws between 0 and 1, shape (worlds, n), each of its own seed, stream, unit and world.

    Examples
    --------
    >>> one = uniform(np.array([7, 8], dtype=np.uint64), 3, 0, 1)
    >>> one.shape, bool((one[:, 1] == uniform(np.array([8], dtype=np.uint64), 3, 0, 1)[:, 0]).all())
    ((3, 2), True)
    """
    key = _mixed(np.array([seed * 1_000_003 + stream], dtype=np.uint64))
    numbers = _mixed(np.arange(1, worlds + 1, dtype=np.uint64) ^ key)
    state = _mixed(units[None, :] ^ numbers[:, None])
    # 53 bits, and half a step off nil so that a quantile of it is finite
    return (np.asarray(state >> np.uint64(11), dtype=np.float64) + 0.5) * 2.0**-53


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        return mixed(state + _STEP)


def _deviations(units: NDArray[np.uint64], worlds: int, seed: int, stream: int, shared: float) -> Array:
    """Standard normal, shape (worlds, n), of which the share ``shared`` of the variance is the world's."""
    alone = ndtri(uniform(units, worlds, seed, stream))
    world = ndtri(
        uniform(np.array([_WHOLE_WORLD]), worlds, seed, 0)
    )  # one for chances and jobs: bad years are bad for both
    return np.asarray(np.sqrt(shared) * world + np.sqrt(1 - shared) * alone)


def _figures(appraisal: pd.DataFrame, output: Output) -> tuple[Array, Array, Array]:
    low, point, high = (appraisal[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in columns(output))
    return np.where(np.isnan(low), point, low), point, np.where(np.isnan(high), point, high)
