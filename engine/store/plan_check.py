"""Whether plans of meetings that are kept are what was kept, and hold together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from engine.store import schema


def unsound_plans(connection: Connection) -> list[str]:
    """Versions of plans that are not what was kept, that skip a version, or that book a party or a table twice."""
    table, found = schema.meeting_plans, []
    rows = connection.execute(select(table).order_by(table.c.event, table.c.version)).mappings()
    last: dict[str, int] = {}
    for row in rows:
        before = last.get(row["event"])
        if row["version"] != (before or 0) + 1 or not _whole(row["document"], row["digest"]):
            found.append(f"{row['event']}@{row['version']}")
        last[row["event"]] = row["version"]
    return found


def _whole(text: str, digest: str) -> bool:
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return False
    try:
        met = json.loads(text)["meetings"]
        return all(_once((one[party], one["slot"]) for one in met) for party in ("guest", "host", "table"))
    except (ValueError, KeyError, TypeError):
        return False


def _once(places: Iterable[tuple[Any, Any]]) -> bool:
    taken = list(places)
    return len(set(taken)) == len(taken)
