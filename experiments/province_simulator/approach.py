"""Who is approached: a monthly hazard of its own for each idle unit of the register."""

from __future__ import annotations

import numpy as np

from experiments.province_simulator.population import Place, Population
from experiments.province_simulator.truth import Bias, Floats, Parameters


def approach_hazard(truth: Parameters, place: Place, units: Population, bias: Bias) -> Floats:
    """Monthly hazard of being approached while idle and recorded, shape (n,).

    Under ``none`` it is the same for all; under ``observed`` it follows from fields that the register always states
    (county, estate, jobs before the stop, owner); under ``hidden`` also from quality and the unobserved cause.
    """
    effects = truth["approach"]
    log = np.full(len(units), np.log(effects["base"] / 12))
    if bias is Bias.NONE:
        return np.exp(log)
    log += (
        effects["size"] * (units.size - 3)
        + effects["estate"] * units.estate
        + effects["remote"] * place.km_to_centre[units.county] / 100
        + effects["bank_owned"] * units.bank_owned
    )
    if bias is Bias.OBSERVED:
        return np.exp(log + effects["level_observed"])
    log += effects["quality"] * units.quality + effects["unobserved"] * units.unobserved
    return np.exp(log + effects["level_hidden"])


def propensity(hazard: Floats, months: int) -> Floats:
    """P(approached within so many months of standing idle).

    Examples
    --------
    >>> float(propensity(np.array([0.02]), 24).round(4)[0])
    0.3812
    """
    return -np.expm1(-hazard * months)
