"""Who agreed not to disclose what stands in which package."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, FromClause, Select, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session

_COLUMNS = ("investor", "package", "made_at", "confirmed_at", "ended_at")


class Agreements:
    """Agreements not to disclose; called, it gives them as a table, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, investor: str | None = None) -> pd.DataFrame:
        """Agreements, of one investor or of all: ``investor, package`` (name@version), and when each was ``made_at``,
        ``confirmed_at`` and ``ended_at``.

        More is shown under one that was confirmed and has not ended.
        """
        query = _selected()
        if investor is not None:
            query = query.where(schema.agreements.c.investor == investor)
        with self._session.read() as connection:
            rows = connection.execute(query.order_by(schema.agreements.c.id.desc())).mappings().all()
        lines = [{**row, "package": f"{row['name']}@{row['version']}"} for row in rows]
        return pd.DataFrame(lines, columns=list(_COLUMNS))

    def accept(self, investor: str, name: str, version: int, *, confirmed: bool, made_at: datetime, actor: str) -> bool:
        """Record that an investor agreed, or confirm that it did; a second time changes nothing.

        Parameters
        ----------
        investor, name, version
            Who, and to which version of which package.
        confirmed
            Whether the office confirms it; until it does, nothing more is shown.
        made_at, actor
            Now, and who records it.

        Returns
        -------
        bool
            Whether it is confirmed now.

        Raises
        ------
        EhyaError
            ``package_unknown``; ``package_not_frozen`` for a package that nobody has signed off.
        """
        with self._session.write() as connection:
            package = _package(connection, name, version)
            number, confirmed_before = _standing(connection, investor, package)
            by = {"made_at": made_at, "actor": actor, "subject": investor, "package": f"{name}@{version}"}
            if number is None:
                line = {"investor": investor, "package_id": package, "made_at": utc(made_at)}
                number = insert_line(connection, schema.agreements, line)
                note(connection, act=Act.AGREED, **by)  # type: ignore[arg-type]
            if confirmed and not confirmed_before:
                line = {"agreement_id": number, "made_at": utc(made_at)}
                insert_line(connection, schema.agreement_confirmations, line)
                note(connection, act=Act.AGREEMENT_CONFIRMED, **by)  # type: ignore[arg-type]
            return confirmed or confirmed_before

    def end(self, investor: str, name: str, version: int, *, made_at: datetime, actor: str) -> None:
        """Take an agreement back: nothing more is shown under it.

        Raises
        ------
        EhyaError
            ``package_unknown``, ``package_not_frozen``; ``not_agreed`` where none stands.
        """
        with self._session.write() as connection:
            found, _ = _standing(connection, investor, _package(connection, name, version))
            if found is None:
                raise EhyaError(ErrorCode.NOT_AGREED, given=investor, package=f"{name}@{version}")
            insert_line(connection, schema.agreement_ends, {"agreement_id": found, "made_at": utc(made_at)})
            facts = {"package": f"{name}@{version}"}
            note(connection, made_at=made_at, actor=actor, act=Act.AGREEMENT_ENDED, subject=investor, **facts)


def _selected() -> Select[tuple[object, ...]]:
    packages = schema.packages
    columns = (schema.agreements.c.investor, packages.c.name, packages.c.version, schema.agreements.c.made_at)
    ends = (schema.agreement_confirmations.c.made_at, schema.agreement_ends.c.made_at)
    named = (ends[0].label("confirmed_at"), ends[1].label("ended_at"))
    return select(*columns, *named).select_from(_joined().join(packages))


def _joined() -> FromClause:
    """Agreements with their confirmations and ends, where they have them."""
    table, confirmed, ends = schema.agreements, schema.agreement_confirmations, schema.agreement_ends
    found = table.outerjoin(confirmed, confirmed.c.agreement_id == table.c.id)
    return found.outerjoin(ends, ends.c.agreement_id == table.c.id)


def _package(connection: Connection, name: str, version: int) -> int:
    """Number of a package that was signed off."""
    table, freezes = schema.packages, schema.package_freezes
    query = select(table.c.id, freezes.c.package_id).outerjoin_from(table, freezes)
    row = connection.execute(query.where(table.c.name == name, table.c.version == version)).first()
    if row is None:
        named = connection.execute(select(table.c.name).distinct().order_by(table.c.name)).scalars().all()
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=f"{name}@{version}", allowed=list(named))
    if row[1] is None:
        raise EhyaError(ErrorCode.PACKAGE_NOT_FROZEN, given=f"{name}@{version}")
    return int(row[0])


def _standing(connection: Connection, investor: str, package: int) -> tuple[int | None, bool]:
    """Number of the agreement that stands, ``None`` where none does, and whether it was confirmed."""
    table, confirmed, ends = schema.agreements, schema.agreement_confirmations, schema.agreement_ends
    ours = (table.c.investor == investor, table.c.package_id == package, ends.c.made_at.is_(None))
    query = select(table.c.id, confirmed.c.made_at).select_from(_joined()).where(*ours)
    found = connection.execute(query).first()
    return (None, False) if found is None else (int(found[0]), found[1] is not None)
