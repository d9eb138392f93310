"""Read untidy registers of units: everything is taken, refused with a reason, or listed as ignored."""

from engine.intake.reading import read_register
from engine.intake.record import Intake, json_values

__all__ = ["Intake", "json_values", "read_register"]
