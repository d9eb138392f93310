"""Classes of triage, and the reasons that lead to them."""

from __future__ import annotations

from engine.codes import Code
from engine.domain.prediction import NotScorable
from engine.domain.unit import Barrier


class Triage(Code):
    """What to do with a unit, in the order in which units are ranked."""

    OFFER = "offer"
    FIX_FIRST = "fix_first"
    REPURPOSE_OR_SELL = "repurpose_or_sell"
    CANNOT_JUDGE = "cannot_judge"


class TriageReason(Code):
    """Why a unit is in its class."""

    NO_SECTOR = "no_sector"
    NO_PLACE = "no_place"
    NO_STATUS = "no_status"
    NO_IDLE_TIME = "no_idle_time"
    NOT_IDLE = "not_idle"
    WITHDRAWN = "withdrawn"
    NO_PREDICTION = "no_prediction"
    REPORT_UNDATED = "report_undated"
    REPORT_UNSURE = "report_unsure"
    REPORTED_LIQUIDATED = "reported_liquidated"
    LIQUIDATED = "liquidated"
    LOW_FEASIBILITY = "low_feasibility"
    LONG_IDLE = "long_idle"
    MACHINERY_OBSOLETE = "machinery_obsolete"
    NO_MARKET = "no_market"
    BLOCKED_BY_OWNERSHIP = "blocked_by_ownership"
    BLOCKED_BY_LAW = "blocked_by_law"
    BLOCKED_BY_DEBT = "blocked_by_debt"
    BLOCKED_BY_UTILITIES = "blocked_by_utilities"
    BARRIERS_WORKABLE = "barriers_workable"
    NOTHING_BLOCKS = "nothing_blocks"


BLOCKS: dict[Barrier, TriageReason] = {
    Barrier.SEIZED_BY_BANK: TriageReason.BLOCKED_BY_OWNERSHIP,
    Barrier.SHAREHOLDER_DISPUTE: TriageReason.BLOCKED_BY_OWNERSHIP,
    Barrier.LEGAL_DISPUTE: TriageReason.BLOCKED_BY_LAW,
    Barrier.BANK_DEBT: TriageReason.BLOCKED_BY_DEBT,
    Barrier.TAX_DEBT: TriageReason.BLOCKED_BY_DEBT,
    Barrier.SOCIAL_SECURITY_DEBT: TriageReason.BLOCKED_BY_DEBT,
    Barrier.UTILITIES: TriageReason.BLOCKED_BY_UTILITIES,
}
"""Barriers that somebody else than the investor must remove, and the reason each gives."""

UNSCORED = (
    NotScorable.NO_SECTOR,
    NotScorable.NO_PLACE,
    NotScorable.NO_STATUS,
    NotScorable.NO_IDLE_TIME,
    NotScorable.NOT_IDLE,
)
"""Reasons of the model that forbid any prediction; they are reasons of triage under the same names."""

BLIND = (
    *(TriageReason(code.value) for code in UNSCORED),
    TriageReason.WITHDRAWN,
    TriageReason.NO_PREDICTION,
    TriageReason.REPORT_UNDATED,
    TriageReason.REPORT_UNSURE,
    TriageReason.REPORTED_LIQUIDATED,
)
HOPELESS = (
    TriageReason.LOW_FEASIBILITY,
    TriageReason.LONG_IDLE,
    TriageReason.MACHINERY_OBSOLETE,
    TriageReason.NO_MARKET,
)
PRECEDENCE: tuple[tuple[Triage, tuple[TriageReason, ...]], ...] = (
    (Triage.REPURPOSE_OR_SELL, (TriageReason.LIQUIDATED,)),
    (Triage.CANNOT_JUDGE, BLIND),
    (Triage.REPURPOSE_OR_SELL, HOPELESS),
    (Triage.FIX_FIRST, tuple(dict.fromkeys(BLOCKS.values()))),
    (Triage.OFFER, (TriageReason.BARRIERS_WORKABLE, TriageReason.NOTHING_BLOCKS)),
)
"""Classes and the reasons that lead to them; the first class that applies to a unit wins."""
