"""What is believed of restarts and ends for good before any own record: hazards of official counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import polygamma
from scipy.stats import beta, norm

from engine.scoring.hazards import DRAWS, PERIOD_MONTHS, PERIODS
from training.models.hazard_spec import HazardLevel
from training.priors.official_rates import COMPETING_PER_YEAR, BetaRate

Floats = npt.NDArray[np.float64]

END_SPREAD = 0.5
"""Standard deviation of the assumed rate of ends for good, in logarithms; assumed."""

_YEARS = PERIOD_MONTHS / 12


def restart_level(rate: BetaRate, draws: int = DRAWS, *, random_state: int = 0) -> HazardLevel:
    """Prior of the restart hazard: constant rates whose 24-month incidence is that of official counts.

    Parameters
    ----------
    rate
        P(restart within 24 months) of the idle stock, with its Beta distribution.
    draws
        Worlds, evenly spread over it.
    random_state
        Seed of their order.

    Examples
    --------
    >>> from engine.scoring.hazards import incidence
    >>> rate = BetaRate(20.0, 60.0, 3)
    >>> level, end = restart_level(rate), end_level(rate)
    >>> float(incidence(level.probability, end.probability)[0][-1].round(6))
    0.25
    """
    even = (np.random.default_rng(random_state).permutation(draws) + 0.5) / draws
    worlds = beta.ppf(even, rate.a, rate.b)
    # Variance of the logit of a Beta variable: the sum of two trigamma values.
    spread = float(np.sqrt(polygamma(1, rate.a) + polygamma(1, rate.b)))
    yearly = _yearly(np.append(worlds, rate.rate))
    each = np.tile(_within_period(yearly, COMPETING_PER_YEAR)[:, None], PERIODS)
    return HazardLevel(each[-1], spread, each[:-1])


def end_level(rate: BetaRate, draws: int = DRAWS, *, random_state: int = 0) -> HazardLevel:
    """Prior of the end for good in a period, given that the unit did not restart in it; the yearly rate is assumed.

    Parameters
    ----------
    rate
        Of restarts, beside which the ends compete.
    draws, random_state
        Worlds and seed of their order; their yearly rates are log-normal, in another order than those of restarts.
    """
    even = (np.random.default_rng(random_state + 1).permutation(draws) + 0.5) / draws
    ends = COMPETING_PER_YEAR * np.exp(END_SPREAD * np.append(norm.ppf(even), 0.0))
    yearly = _yearly(np.array([rate.rate]))
    first = _within_period(yearly, ends)
    each = np.tile((_within_period(ends, yearly) / (1 - first))[:, None], PERIODS)
    return HazardLevel(each[-1], END_SPREAD, each[:-1])


def _yearly(within: Floats) -> Floats:
    """Yearly restart rate whose incidence within the horizon, beside the ends for good, is as given."""
    years = PERIODS * PERIOD_MONTHS / 12
    rate = -np.log1p(-within) / years
    for _ in range(60):
        together = rate + COMPETING_PER_YEAR
        found = rate / together * -np.expm1(-together * years)
        rate = rate * within / found
    return np.asarray(rate)


def _within_period(yearly: Floats, competing: Floats | float) -> Floats:
    together = yearly + competing
    return np.asarray(yearly / together * -np.expm1(-together * _YEARS))
