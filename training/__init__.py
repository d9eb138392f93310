"""Make, judge and hand over models."""

from training.effort import Stage
from training.evaluation import Evaluation, evaluate
from training.gates import Gate, Verdict
from training.promote import Listed, Promotion, model_of, models, promote, rollback
from training.tracking import start_pages
from training.training import TrainingResult, train

__all__ = [
    "Evaluation",
    "Gate",
    "Listed",
    "Promotion",
    "Stage",
    "TrainingResult",
    "Verdict",
    "evaluate",
    "model_of",
    "models",
    "promote",
    "rollback",
    "start_pages",
    "train",
]
