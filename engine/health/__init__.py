"""How complete, fresh and free of contradiction a register is, and what it would take to score the rest of it."""

from engine.health.assessment import Health, health
from engine.health.completeness import PUBLISHABLE, WEIGHTS, completeness, public_completeness, publishable

__all__ = ["PUBLISHABLE", "WEIGHTS", "Health", "completeness", "health", "public_completeness", "publishable"]
