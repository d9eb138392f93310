"""Acts that remove barriers: their codes, the services they belong to, who owns them and what their cost hangs on.

What each act removes, how long it takes and what it costs are rows of the reference table ``interventions``.
"""

from __future__ import annotations

from engine.codes import Code


class InterventionCode(Code):
    """An act that removes one barrier or several.

    Examples
    --------
    >>> from engine.reference import table
    >>> set(table("interventions")["intervention"]) == {member.value for member in InterventionCode}
    True
    """

    DEBT_RESCHEDULING = "debt_rescheduling"
    RETURN_FROM_BANK = "return_from_bank"
    TAX_INSTALMENTS = "tax_instalments"
    SOCIAL_SECURITY_INSTALMENTS = "social_security_instalments"
    WORKING_CAPITAL_LOAN = "working_capital_loan"
    NEW_PARTNER = "new_partner"
    FACILITATION_RESOLUTION = "facilitation_resolution"
    COURT_SUPPORT = "court_support"
    SHAREHOLDER_SETTLEMENT = "shareholder_settlement"
    SUPPLY_CONTRACT = "supply_contract"
    MARKET_PLAN = "market_plan"
    INDUSTRIAL_TOUR = "industrial_tour"
    MACHINERY_RENEWAL = "machinery_renewal"
    LOCAL_PARTS = "local_parts"
    UTILITY_RECONNECTION = "utility_reconnection"
    DIAGNOSIS = "diagnosis"
    MANAGEMENT_TRAINING = "management_training"
    MANAGEMENT_CONTRACT = "management_contract"
    ENVIRONMENT_UPGRADE = "environment_upgrade"
    DISASTER_REPAIR = "disaster_repair"


class ServiceFamily(Code):
    """Family that a barrier or an intervention belongs to; the first four are those of the programme."""

    LEGAL = "legal"
    FINANCIAL = "financial"
    MARKETING = "marketing"
    PRODUCT_TECHNOLOGY = "product_technology"
    TRAINING = "training"
    TOUR = "tour"
    INFRASTRUCTURE = "infrastructure"
    MANAGEMENT = "management"
    NONE = "none"


class Owner(Code):
    """Who carries an intervention out, and so whom the planner has to call."""

    BANK = "bank"
    TAX_OFFICE = "tax_office"
    SOCIAL_SECURITY_OFFICE = "social_security_office"
    INVESTOR = "investor"
    FACILITATION_COMMITTEE = "facilitation_committee"
    JUDICIARY = "judiciary"
    OWNERS = "owners"
    INDUSTRY_OFFICE = "industry_office"
    ESTATES_COMPANY = "estates_company"
    TECHNOLOGY_CENTRE = "technology_centre"
    UTILITY_COMPANY = "utility_company"
    CRISIS_HEADQUARTERS = "crisis_headquarters"


class CostBasis(Code):
    """Quantity that ``cost_share`` of an intervention multiplies; an empty share means that no figure was found."""

    NONE = "none"
    BANK_DEBT = "bank_debt"
    TAX_DEBT = "tax_debt"
    SOCIAL_SECURITY_DEBT = "social_security_debt"
    WORKING_CAPITAL_NEEDED = "working_capital_needed"
    CAPITAL_NEEDED = "capital_needed"
    STUDY_FEE = "study_fee"
