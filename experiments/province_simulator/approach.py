"""Who is approached: a monthly hazard of its own for each idle unit of the register."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.province_simulator.population import Region, SimulatedStock, draw_population
from experiments.province_simulator.truth import Bias, Floats, Parameters

REFERENCE = 20_000
"""Units that the mean hazard is taken over where ``strength`` is not one."""


def approach_hazard(truth: Parameters, place: Region, units: SimulatedStock, bias: Bias) -> Floats:
    """Monthly hazard of being approached while idle and recorded, shape (n,).

    Under ``none`` it is the same for all; under ``observed`` it follows from fields that the register always states
    (county, estate, jobs before the stop, owner), times ``approach.strength``; under ``hidden`` also from quality and
    the unobserved cause.
    """
    effects = truth["approach"]
    log = np.full(len(units), np.log(effects["base"] / 12))
    if bias is not Bias.NONE:
        log += effects["strength"] * recorded_effects(truth, place, units) + _level(truth, place)
    if bias is Bias.OBSERVED:
        log += effects["level_observed"]
    if bias is Bias.HIDDEN:
        log += effects["quality"] * units.quality + effects["unobserved"] * units.unobserved
        log += effects["level_hidden"]
    hazard: Floats = np.exp(log)
    return hazard


def recorded_effects(truth: Parameters, place: Region, units: SimulatedStock) -> Floats:
    """What recorded fields add to the logarithm of the hazard of being approached at a strength of one, shape (n,)."""
    effects = truth["approach"]
    return np.asarray(
        effects["size"] * (units.size - 3)
        + effects["estate"] * units.estate
        + effects["remote"] * place.km_to_centre[units.county] / 100
        + effects["bank_owned"] * units.bank_owned,
        dtype=np.float64,
    )


def selected_feasibility(truth: pd.DataFrame) -> tuple[float, float]:
    """How strong the selection is, by the truth alone: mean feasibility of all units, and in proportion to propensity.

    Parameters
    ----------
    truth
        ``Province.truth``. Feasibility is that on the day of the record, if approached on it.

    Examples
    --------
    Of two units the better one is approached three times as often:

    >>> selected_feasibility(pd.DataFrame({"feasibility": [0.4, 0.2], "propensity": [0.6, 0.2]}))
    (0.3, 0.35)
    """
    feasibility = truth["feasibility"].to_numpy()
    weighted = np.average(feasibility, weights=truth["propensity"].to_numpy())
    return round(float(feasibility.mean()), 9), round(float(weighted), 9)


def propensity(hazard: Floats, months: int) -> Floats:
    """P(approached within so many months of standing idle).

    Examples
    --------
    >>> float(propensity(np.array([0.02]), 24).round(4)[0])
    0.3812
    """
    return -np.expm1(-hazard * months)


def _level(truth: Parameters, place: Region) -> float:
    """What keeps the mean hazard over units that stop where it is at a strength of one; the same for all blocks."""
    strength = truth["approach"]["strength"]
    if strength == 1:
        return 0.0
    units = draw_population(truth, place, REFERENCE, months=1, rng=np.random.default_rng(0))
    effects = recorded_effects(truth, place, units)
    return float(np.log(np.exp(effects).mean() / np.exp(strength * effects).mean()))
