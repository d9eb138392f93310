"""Lists that people look at again, by what they call them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredView:
    """A list that a person looks at again: its number, what it is called, and its address."""

    number: int
    name: str
    address: str


class Views:
    """Saved views; called, it gives those of a person by name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, owner: str) -> tuple[StoredView, ...]:
        """Views of a person."""
        table = schema.views.c
        query = select(table.id, table.name, table.address).where(table.owner == owner).order_by(table.name)
        with self._session.read() as connection:
            return tuple(StoredView(*row) for row in connection.execute(query))

    def save(self, owner: str, name: str, address: str, *, made_at: datetime) -> None:
        """Keep a view; another of the same name makes way for it."""
        table = schema.views
        line = {"owner": owner, "name": name, "address": address, "made_at": utc(made_at)}
        with self._session.write() as connection:
            connection.execute(delete(table).where(table.c.owner == owner, table.c.name == name))
            insert_line(connection, table, line)

    def forget(self, owner: str, number: int) -> StoredView:
        """Forget a view, and give it back to be saved again.

        Raises
        ------
        EhyaError
            ``view_unknown``, also where it is another's.
        """
        table = schema.views
        which = (table.c.owner == owner) & (table.c.id == number)
        with self._session.write() as connection:
            found = connection.execute(select(table.c.id, table.c.name, table.c.address).where(which)).first()
            if found is None:
                raise EhyaError(ErrorCode.VIEW_UNKNOWN, given=number)
            connection.execute(delete(table).where(which))
        return StoredView(*found)
