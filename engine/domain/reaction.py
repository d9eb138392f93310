"""What an investor says to a unit on a list."""

from __future__ import annotations

from engine.codes import Code


class ReactionKind(Code):
    """Whether the investor wants to hear more."""

    INTERESTED = "interested"
    DECLINED = "declined"


class DeclineReason(Code):
    """Why not, in the words of a list: what a mandate could have said."""

    SECTOR = "sector"
    PLACE = "place"
    CAPITAL = "capital"
    DEAL_FORM = "deal_form"
    EQUIPMENT = "equipment"
    RISK = "risk"
    RECORD = "record"
    TIMING = "timing"
    OTHER = "other"
