"""Which act waits for which: the column ``after`` of the table ``interventions``."""

from __future__ import annotations

from functools import cache

from engine.domain.joined import names_in
from engine.reference.tables import table


@cache
def waits() -> dict[str, list[str]]:
    """Act -> the acts of the same unit that are done first, where its plan has them; acts stand after those.

    Examples
    --------
    >>> waits()["utility_reconnection"], list(waits()).index("tax_instalments") < list(waits()).index("new_partner")
    (['tax_instalments'], True)
    """
    rows = table("interventions").set_index("intervention")
    named = {str(act): names_in(listed) for act, listed in rows["after"].items()}
    placed: list[str] = []
    while len(placed) < len(named):
        placed += [act for act, others in named.items() if act not in placed and set(others) <= set(placed)]
    return {act: named[act] for act in placed}
