"""Make, judge and hand over models."""

from training.gates import Gate, Verdict
from training.promote import Promotion, promote
from training.training import Stage, TrainingResult, train

__all__ = ["Gate", "Promotion", "Stage", "TrainingResult", "Verdict", "promote", "train"]
