"""A synthetic province whose truth is known: units, what came of them, and what was knowable of it."""

from experiments.province_simulator.province import Province, simulate
from experiments.province_simulator.truth import Bias, parameters

__all__ = ["Bias", "Province", "parameters", "simulate"]
