"""What an investor asks the office about a unit, and within which time it is to be answered."""

from __future__ import annotations

from engine.codes import Code

LEVEL_DAYS = 7
"""Days within which a request is answered, until the office states its own number (assumed)."""
LONGEST_LEVEL_DAYS = 365
"""What the office may promise at most: a year is no service any more (assumed)."""
LONGEST_TEXT = 2_000
"""Characters of a request, and of its answer."""


class RequestKind(Code):
    """What is asked for."""

    INFORMATION = "information"
    VISIT = "visit"
    MEETING = "meeting"
    DOCUMENTS = "documents"


class RequestState(Code):
    """How far a request is; one that is open may be overdue."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class LevelBasis(Code):
    """Who stated the days within which requests are answered."""

    ASSUMED = "assumed"
    OFFICE = "office"
