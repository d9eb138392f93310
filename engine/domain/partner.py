"""Words in which investors say what they are and bring, and owners and banks what they want of an investor."""

from __future__ import annotations

from engine.codes import Code
from engine.domain.unit import Barrier


class CapitalForm(Code):
    """What an investor brings."""

    CASH = "cash"
    MACHINERY = "machinery"
    MATERIALS = "materials"
    KNOW_HOW = "know_how"


class PartnerKind(Code):
    """What an investor is to a unit; one may be several."""

    OPERATOR = "operator"
    SUPPLIER = "supplier"
    BUYER = "buyer"
    TECHNOLOGY = "technology"
    FINANCIER = "financier"
    LOCAL = "local"
    FOREIGN = "foreign"
    DIASPORA = "diaspora"


class Stage(Code):
    """How long a unit has stood, as investors sort them: under a year, one to three, longer, or half at work."""

    FRESH = "fresh"
    SETTLED = "settled"
    LONG_IDLE = "long_idle"
    SEMI_ACTIVE = "semi_active"


class ImpactGoal(Code):
    """What an investor wants to do for a place beside its own return."""

    UNEMPLOYMENT = "unemployment"


class Currency(Code):
    """Money in which an investor counts its return."""

    RIAL = "rial"
    USD = "usd"
    EUR = "eur"


STAGE_MONTHS = (12.0, 36.0)
"""Months from which a unit is no fresh one, and from which it has long stood idle (assumed)."""

_FINANCIAL = (
    Barrier.BANK_DEBT, Barrier.TAX_DEBT, Barrier.SOCIAL_SECURITY_DEBT, Barrier.SEIZED_BY_BANK, Barrier.WORKING_CAPITAL,
)  # fmt: skip

HEALS: dict[CapitalForm, frozenset[Barrier]] = {
    CapitalForm.CASH: frozenset(
        {*_FINANCIAL, Barrier.RAW_MATERIAL, Barrier.MACHINERY_OBSOLETE, Barrier.UTILITIES, Barrier.WAR_OR_DISASTER}
    ),
    CapitalForm.MACHINERY: frozenset(
        {Barrier.MACHINERY_OBSOLETE, Barrier.SANCTIONS_PARTS, Barrier.UTILITIES, Barrier.ENVIRONMENT}
    ),
    CapitalForm.MATERIALS: frozenset({Barrier.RAW_MATERIAL, Barrier.WORKING_CAPITAL}),
    CapitalForm.KNOW_HOW: frozenset({Barrier.MANAGEMENT, Barrier.MARKET_DEMAND, Barrier.ENVIRONMENT}),
}
"""Causes of a stop that each form of capital can remove: a judgement of ours, no measurement."""

DEBT_CAUSES = frozenset({*_FINANCIAL} - {Barrier.WORKING_CAPITAL})
"""Causes of a stop that speak of debts of before."""

DISPUTE_CAUSES = frozenset({Barrier.LEGAL_DISPUTE, Barrier.SHAREHOLDER_DISPUTE})
"""Causes of a stop that speak of a dispute."""
