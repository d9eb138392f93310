"""What the office asks a bank about a unit that it has a claim on, and what the bank answers."""

from __future__ import annotations

from engine.codes import Code

BANK_DAYS = 30
"""Days within which a bank is asked to answer where the office names no day (assumed)."""
LONGEST_BANK_DAYS = 365
"""The latest day that may be named lies so far ahead (assumed)."""


class BankAskKind(Code):
    """What a bank is asked for."""

    RETURN = "return"
    RESCHEDULE = "reschedule"
    PRICE = "price"


class BankVerdict(Code):
    """What a bank answers."""

    AGREED = "agreed"
    CONDITIONS = "conditions"
    REFUSED = "refused"
