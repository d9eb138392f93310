"""What a register knew of its units on days of the past."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from weakref import WeakKeyDictionary

import pandas as pd

from engine.store import Register

UnitsAt = Callable[[pd.Timestamp], pd.DataFrame]


def past_units(register: Register, *origins: str) -> UnitsAt:
    """Units as a register knew them at the end of a day.

    Parameters
    ----------
    register
        Read only. Its history is read once, until it changes: whoever trains asks for every quarter.
    origins
        Only units of these; of all where none is named.
    """
    state = log_state(register)
    last = _LAST.get(register)
    if last is None or last[0] != state:
        last = state, register.units.on_days()
        _LAST[register] = last
    known_by = last[1]
    return (lambda day: _of(origins, known_by(day))) if origins else known_by


def log_state(register: Register) -> Hashable:
    """What changes whenever something does that a model learns from, or is asked about."""
    return tuple(count for table, count in register.counts().items() if table not in _OF_NO_MODEL)


_OF_NO_MODEL = frozenset({
    "promotions", "audit", "people", "passwords", "disablings", "sessions", "keys", "key_revocations", "views",
    "documents", "jobs", "webhooks", "webhook_messages", "acknowledged", "agreements", "agreement_confirmations",
    "agreement_ends", "requests", "request_answers", "request_withdrawals", "service_levels", "meeting_plans",
    "unit_wishes",
    "invitations", "invitation_ends", "bank_asks", "bank_answers",
})  # fmt: skip
"""Tables that no training reads: while people sign in and write, one that runs need not read its history anew."""

_LAST: WeakKeyDictionary[Register, tuple[Hashable, UnitsAt]] = WeakKeyDictionary()
"""The history of each open register, as it was read last."""


def _of(origins: tuple[str, ...], units: pd.DataFrame) -> pd.DataFrame:
    return units[units["origin"].isin(origins)]
