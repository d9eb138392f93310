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
    act: Callable[[Register, Any], Mapping[str, Any]],
    *,
    actor: str,
    given: str | None,
    digest: str,
    now: datetime,
    prepare: Callable[[Register], Any] = lambda register: None,
) -> tuple[Mapping[str, Any], bool]:
    """Carry out a request in one transaction, or give the answer that it had.

    Parameters
    ----------
    settings
        The workspace.
    act
        Writes to the register, called with it and with what was prepared; says what it did, as plain JSON.
    actor
        Who asks.
    given
        The idempotency key of the request; without one it is carried out each time.
    digest
        Of all that is asked.
    now
        The moment.
    prepare
        Reads and computes what takes long, before others have to wait.

    Returns
    -------
    tuple
        What was done, and whether it was done by an earlier request.

    Raises
    ------
    EhyaError
        ``idempotency_key_used``, ``register_busy``, and what ``prepare`` and ``act`` raise: then nothing has changed,
        and the key is free still.
    """
    with Register.open(settings.database_url, busy_seconds=PATIENCE) as register:

        def before() -> str | None:
            return None if given is None else register.acknowledged.find(actor, given, digest, now=now)

        found = before()
        if found is None:
            prepared = prepare(register)
            with register.together():
                found = before()  # the same request may have come twice at once
                if found is None:
                    done = act(register, prepared)
                    if given is not None:
                        register.acknowledged.keep(actor, given, digest, canonical(done), now=now)
                    return done, False
    return json.loads(found), True
