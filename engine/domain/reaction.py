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


class ReactionRemark(Code):
    """What is remarkable of an answer that was taken."""

    ALREADY_SAID = "already_said"
    NEWER_LIST = "newer_list"
    ALL_ALIKE = "all_alike"


ALIKE = 10
"""Answers of one kind, and no other, from which on it is said that they tell little of what is looked at."""
