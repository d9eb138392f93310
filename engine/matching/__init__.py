"""Which units may be shown to an investor, which should be, and why."""

from engine.matching.book import UnitBook
from engine.matching.limits import exclusions
from engine.matching.reasons import FitReason, Reason, WhyNot, why_not
from engine.matching.shortlist import Shortlist, shortlist, shortlists
from engine.matching.workbook import mandates_from_workbook

__all__ = [
    "FitReason",
    "Reason",
    "Shortlist",
    "UnitBook",
    "WhyNot",
    "exclusions",
    "mandates_from_workbook",
    "shortlist",
    "shortlists",
    "why_not",
]
