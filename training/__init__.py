"""Make, judge and hand over models."""

from training.dataset.table import Landmarks
from training.gates.rules import Gate, Verdict
from training.learners.protocol import Learner
from training.pipeline.challenge import Challenge, challenge
from training.pipeline.evaluation import Evaluation, evaluate
from training.pipeline.judging import TrainingResult
from training.pipeline.lesson import data
from training.pipeline.promoting import promote
from training.pipeline.training import train
from training.registry.pages import start_pages
from training.registry.promotion import Listed, PromotionResult, model_of, models, rollback
from training.tuning.progress import SearchStage

__all__ = [
    "Challenge",
    "Evaluation",
    "Gate",
    "Landmarks",
    "Learner",
    "Listed",
    "PromotionResult",
    "SearchStage",
    "TrainingResult",
    "Verdict",
    "challenge",
    "data",
    "evaluate",
    "model_of",
    "models",
    "promote",
    "rollback",
    "start_pages",
    "train",
]
