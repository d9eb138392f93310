"""Who agreed not to disclose what stands in which package."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Select, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session

_COLUMNS = ("investor", "package", "made_at", "ended_at")


class Agreements:
    """Agreements not to disclose; called, it gives them as a table, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, investor: str | None = None) -> pd.DataFrame:
        """Agreements, of one investor or of all: ``investor, package`` (name@version), ``made_at, ended_at``."""
        query = _selected()
        if investor is not None:
            query = query.where(schema.agreements.c.investor == investor)
        with self._session.read() as connection:
            rows = connection.execute(query.order_by(schema.agreements.c.id.desc())).mappings().all()
        lines = [{**row, "package": f"{row['name']}@{row['version']}"} for row in rows]
        return pd.DataFrame(lines, columns=list(_COLUMNS))

    def accept(self, investor: str, name: str, version: int, *, made_at: datetime, actor: str) -> None:
        """Record that an investor agreed; a second time changes nothing.

        Raises
        ------
        EhyaError
            ``package_unknown``; ``package_not_frozen`` for a package that nobody has signed off.
        """
        with self._session.write() as connection:
            package = _package(connection, name, version)
            if _standing(connection, investor, package) is not None:
                return
            line = {"investor": investor, "package_id": package, "made_at": utc(made_at)}
            insert_line(connection, schema.agreements, line)
            facts = {"package": f"{name}@{version}"}
            note(connection, made_at=made_at, actor=actor, act=Act.AGREED, subject=investor, **facts)

    def end(self, investor: str, name: str, version: int, *, made_at: datetime, actor: str) -> None:
        """Take an agreement back: nothing more is shown under it.

        Raises
        ------
        EhyaError
            ``package_unknown``, ``package_not_frozen``; ``not_agreed`` where none stands.
        """
        with self._session.write() as connection:
            found = _standing(connection, investor, _package(connection, name, version))
            if found is None:
                raise EhyaError(ErrorCode.NOT_AGREED, given=investor, package=f"{name}@{version}")
            insert_line(connection, schema.agreement_ends, {"agreement_id": found, "made_at": utc(made_at)})
            facts = {"package": f"{name}@{version}"}
            note(connection, made_at=made_at, actor=actor, act=Act.AGREEMENT_ENDED, subject=investor, **facts)


def _selected() -> Select[tuple[object, ...]]:
    table, ends, packages = schema.agreements, schema.agreement_ends, schema.packages
    joined = table.join(packages).outerjoin(ends, ends.c.agreement_id == table.c.id)
    columns = (table.c.investor, packages.c.name, packages.c.version, table.c.made_at)
    return select(*columns, ends.c.made_at.label("ended_at")).select_from(joined)


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


def _standing(connection: Connection, investor: str, package: int) -> int | None:
    table, ends = schema.agreements, schema.agreement_ends
    query = select(table.c.id).outerjoin(ends, ends.c.agreement_id == table.c.id)
    ours = (table.c.investor == investor, table.c.package_id == package, ends.c.made_at.is_(None))
    found = connection.execute(query.where(*ours)).scalar()
    return None if found is None else int(found)
