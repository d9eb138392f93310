"""Do what a caller asks once, however often the request comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.settings import Settings
from engine.store import Register
from engine.store.canonical import canonical

PATIENCE = 10.0
"""Seconds that a caller waits for another writer; then it is told to come again."""


def once(
    settings: Settings,
    act: Callable[[Register], Mapping[str, Any]],
    *,
    actor: str,
    given: str | None,
    digest: str,
    now: datetime,
) -> tuple[Mapping[str, Any], bool]:
    """Carry out a request in one transaction, or give the answer that it had.

    Parameters
    ----------
    settings
        The workspace.
    act
        Writes to the register and says what it did, as plain JSON.
    actor
        Who asks.
    given
        The idempotency key of the request; without one it is carried out each time.
    digest
        Of all that is asked.
    now
        The moment.

    Returns
    -------
    tuple
        What was done, and whether it was done by an earlier request.

    Raises
    ------
    EhyaError
        ``idempotency_key_used``, ``register_busy``, and what ``act`` raises: then nothing has changed, and the key is
        free still.
    """
    with Register.open(settings.database_url, busy_seconds=PATIENCE) as register, register.together():
        found = None if given is None else register.acknowledged.find(actor, given, digest, now=now)
        if found is not None:
            return json.loads(found), True
        done = act(register)
        if given is not None:
            register.acknowledged.keep(actor, given, digest, canonical(done), now=now)
    return done, False
