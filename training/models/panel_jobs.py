"""What a panel says of jobs: paired comparisons that move how much larger a kind of unit restarts than its signs say.

Of two units the first has more jobs with the probability that the difference of their logarithms is above nil. What
the signs of size say of that difference is there already; slopes on the columns of the belief take up the rest. They
begin at nil, are held to the schema's signs, and the spread between units of one size is not theirs to narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from engine.scoring.first_day import PanelJobs
from engine.scoring.size import Jobs, opinion
from training.models.belief import Source, updated
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]

KIND_SPREAD = 0.25
"""Spread of the logarithm of jobs for each standard deviation of a column before a panel has spoken (assumed)."""

_LOGISTIC = np.sqrt(3) / np.pi  # scale of a logistic variable whose standard deviation is one
_FIXED = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class Expected:
    """What the signs of size say of some units.

    Parameters
    ----------
    jobs
        Of n units.
    matrix
        Their model matrix, shape (n, features), index ``unit_id``.
    """

    jobs: Jobs
    matrix: pd.DataFrame

    @property
    def spread(self) -> Floats:
        """Standard deviation of the logarithm of jobs, shape (n,)."""
        return np.asarray((self.jobs.down + self.jobs.up) / 2)


def kinds(restart: Slopes, spreads: Floats, sizes: tuple[str, ...]) -> Slopes:
    """Slopes of the logarithm of jobs before a panel has spoken: nil, each with its spread.

    Parameters
    ----------
    restart
        Slopes of restarts over the columns: names, transforms, and the schema's signs.
    spreads
        Shape (columns,): standard deviation of what units show.
    sizes
        Features that measure size: more of them is never fewer jobs.
    """
    spread = KIND_SPREAD / np.maximum(spreads, 1e-6)
    grows = np.isin(restart.features, sizes)
    return Slopes(
        features=restart.features,
        transforms=restart.transforms,
        mean=np.zeros(len(spread)),
        covariance=np.diag(spread**2),
        signs=np.where(grows, 1, restart.signs),
    )


def panel_jobs(
    before: Slopes,
    centres: Floats,
    source: Source,
    sides: pd.DataFrame,
    expected: Expected,
    *,
    seen: Expected | None = None,
    counted: Floats | None = None,
) -> PanelJobs | None:
    """Listen to the answers about jobs.

    Parameters
    ----------
    before
        What :func:`kinds` gives.
    centres
        Shape (columns,): where the average unit stands.
    source, sides
        What ``training.panel.comparisons`` makes of the answers about jobs: two rows for each, a win and a loss.
    expected
        The units that were compared.
    seen, counted
        Units whose jobs after a restart the register knows, and these, shape (n,), above zero: what contradicts them
        loses weight.

    Returns
    -------
    PanelJobs or None
        ``None`` where nobody answered.
    """
    if not len(source.label):
        return None
    pairs = _against_size(source, sides, expected)
    moved = _moved(before, pairs)
    found = PanelJobs(
        features=before.features,
        transforms=before.transforms,
        centres=centres,
        slopes=moved,
        answers=len(source.label) // 2,
    )
    if seen is None or counted is None or not len(counted):
        return found
    left = _trust(found, seen, counted)
    return found.changed(slopes=_moved(before, pairs.weighed(left)), trust=left)


def _against_size(source: Source, sides: pd.DataFrame, expected: Expected) -> Source:
    """The comparisons on the scale of their own error, with what the signs of size say as a column of slope one."""
    first, second = (sides[side].to_numpy(np.intp) for side in ("first", "second"))
    scale = _LOGISTIC * np.hypot(expected.spread[first], expected.spread[second])
    ahead = (expected.jobs.centre[first] - expected.jobs.centre[second]) / scale
    count = len(sides)
    total = source.weights[:count] + source.weights[count:]
    stated = np.divide(source.weights[:count], total, out=np.full(count, 0.5), where=total > 0)
    # "Five to one" is "or more": where the records say more already, the answer agrees and pulls nothing back.
    records = expit(ahead)
    further = (
        sides["much"].to_numpy() & (np.abs(records - 0.5) > np.abs(stated - 0.5)) & ((records > 0.5) == (stated > 0.5))
    )
    stated = np.where(further, records, stated)
    away = np.column_stack([source.away[:count] / scale[:, None], ahead])
    return Source(
        source.name,
        np.vstack([away, away]),
        source.label,
        np.concatenate([total * stated, total * (1 - stated)]),
        intercept=False,
    )


def _moved(before: Slopes, pairs: Source) -> Floats:
    """Slopes after the comparisons: what the signs of size say stays as it is."""
    width = len(before.mean)
    covariance = np.diag(np.append(np.diag(before.covariance), _FIXED))
    beside = Slopes(
        features=(*before.features, ""),
        transforms=(*before.transforms, "as_stated"),
        mean=np.append(before.mean, 1.0),
        covariance=covariance,
        signs=np.append(before.signs, 0),
    )
    return updated(beside, pairs).mean[:width]


def _trust(found: PanelJobs, seen: Expected, counted: Floats) -> float:
    """Share of the answers' weight that counted jobs leave: twice their odds beside a belief that did not listen."""
    away, spread = np.log(counted) - seen.jobs.centre, seen.spread
    gain = (away**2 - (away - opinion(found, seen.matrix)) ** 2) / (2 * spread**2)
    return float(min(2 * expit(gain.sum()), 1.0))
