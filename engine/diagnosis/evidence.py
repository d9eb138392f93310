"""Evidence: what a barrier was concluded from."""

from __future__ import annotations

from engine.codes import Code


class Evidence(Code):
    """The observation behind a finding; each is one rule of ``engine.diagnosis.rules``."""

    STATED_CAUSE = "stated_cause"
    BANK_OWNS_UNIT = "bank_owns_unit"
    BANK_DEBT_AGAINST_CAPITAL = "bank_debt_against_capital"
    BANK_DEBT_UNWEIGHED = "bank_debt_unweighed"
    TAX_DEBT_AGAINST_CAPITAL = "tax_debt_against_capital"
    TAX_DEBT_UNWEIGHED = "tax_debt_unweighed"
    SOCIAL_SECURITY_DEBT_AGAINST_CAPITAL = "social_security_debt_against_capital"
    SOCIAL_SECURITY_DEBT_UNWEIGHED = "social_security_debt_unweighed"
    WORKING_CAPITAL_SHARE = "working_capital_share"
    COURT_CASES = "court_cases"
    NO_TITLE_DEED = "no_title_deed"
    MACHINERY_AGE = "machinery_age"
    NO_POWER = "no_power"
    NO_GAS = "no_gas"
    NO_WATER = "no_water"
