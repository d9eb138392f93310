"""A short text that changes whenever something in the register does."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.store import schema

WATCHED = (
    schema.imports,
    schema.events,
    schema.merges,
    schema.confirmations,
    schema.pins,
    schema.withdrawals,
    schema.source_ranks,
    schema.promotions,
    schema.undone_imports,
    schema.event_revisions,
    schema.distinctions,
    schema.unit_wishes,
)
"""Tables whose rows are only ever added, and which move what is shown of a unit, its standing or the model at work."""


def revision(connection: Connection) -> str:
    """State of the register as counts of its append-only tables.

    Parameters
    ----------
    connection
        Open connection.

    Returns
    -------
    str
        Equal texts mean that nothing was imported, recorded, decided, merged, taken back or promoted in between.
    """
    newest = [select(func.count()).select_from(table).scalar_subquery() for table in (*WATCHED, schema.unmerges)]
    return "-".join(str(count) for count in connection.execute(select(*newest)).one())


ACCESS = (
    schema.keys,
    schema.key_revocations,
    schema.agreements,
    schema.agreement_confirmations,
    schema.agreement_ends,
)
"""Tables whose rows are only ever added, and which say who may ask for what."""


def access_state(connection: Connection) -> str:
    """State of keys and agreements: equal texts mean that none was made, revoked, accepted or taken back meanwhile.

    The newest moments stand beside the counts: a register that was put in the place of another may have as many lines.
    """
    parts = [
        select(value).select_from(table).scalar_subquery()
        for table in ACCESS
        for value in (func.count(), func.max(table.c.made_at))
    ]
    return "-".join(str(part) for part in connection.execute(select(*parts)).one())
