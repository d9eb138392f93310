"""What would bring a unit back: the acts that remove its barriers, and who owns each."""

from engine.recourse.remedies import interventions

__all__ = ["interventions"]
