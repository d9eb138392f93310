"""What holds a unit back: barriers found, with their evidence, and what could not be judged."""

from engine.diagnosis.evidence import Evidence
from engine.diagnosis.findings import diagnose, unjudged

__all__ = ["Evidence", "diagnose", "unjudged"]
