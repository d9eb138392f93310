"""Which units to offer, and in which order: triage, score, rank, stability, and the filters of a ranking."""

from engine.ranking.acceptability import Stability, stability
from engine.ranking.classes import triage
from engine.ranking.criteria import Part
from engine.ranking.flags import RedFlag, public_red_flags, with_doubts
from engine.ranking.reasons import Triage, TriageReason
from engine.ranking.score import DEFAULT_WEIGHTS, INVESTOR_WEIGHTS, rank
from engine.ranking.selection import select

__all__ = [
    "DEFAULT_WEIGHTS",
    "INVESTOR_WEIGHTS",
    "Part",
    "RedFlag",
    "Stability",
    "Triage",
    "TriageReason",
    "public_red_flags",
    "rank",
    "select",
    "stability",
    "triage",
    "with_doubts",
]
