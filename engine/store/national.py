"""Several provinces' registers in one PostgreSQL: a schema and a role each, and rows that are granted to a reader.

The database decides who sees what, and nothing here can widen it: a province's role owns its schema, another role sees
of it what was granted. What can be granted are the tables that units and outcomes are read from; accounts, keys,
sessions, documents, lists, requests and the audit never are. See docs/decisions/0058-a-national-register.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url

from engine.errors import EhyaError, ErrorCode
from engine.store.dialect import connect, database_address
from engine.store.migrations import HEAD, current
from engine.store.session import Session, mendable

GRANTED = (
    "alembic_version", "units", "imports", "undone_imports", "sightings", "repeats", "unit_values", "merges",
    "unmerges", "distinctions", "confirmations", "pins", "withdrawals", "source_ranks", "events", "event_revisions",
)  # fmt: skip
"""Tables that units and what came of them are read from: all that a reader ever sees."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_RESERVED = ("public", "information_schema")


def grant(session: Session, reader: str) -> None:
    """Let a role of the same database read this register's units and outcomes, and nothing else.

    Parameters
    ----------
    session
        Of the register; its role owns the tables.
    reader
        A role.

    Raises
    ------
    EhyaError
        ``national_needs_postgres``; ``national_name_refused`` for what is no plain name; ``national_role_unknown``;
        ``national_in_public`` when the register stands in the schema that all roles share.
    """
    with session.write() as connection:
        schema = _own_schema(connection, reader)
        connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO "{reader}"'))
        connection.execute(text(f'GRANT SELECT ON {_tables(schema)} TO "{reader}"'))


def revoke(session: Session, reader: str) -> None:
    """Take back what `grant` gave; what was copied meanwhile is not taken back.

    Parameters
    ----------
    session, reader
        Those of `grant`.

    Raises
    ------
    EhyaError
        As `grant`.
    """
    with session.write() as connection:
        schema = _own_schema(connection, reader)
        connection.execute(text(f'REVOKE SELECT ON {_tables(schema)} FROM "{reader}"'))  # noqa: S608 - plain names
        connection.execute(text(f'REVOKE USAGE ON SCHEMA "{schema}" FROM "{reader}"'))


def readers(session: Session) -> list[str]:
    """Roles that may read this register's units by a grant; none on SQLite."""
    with session.read() as connection:
        if connection.dialect.name != "postgresql":
            return []
        found = connection.execute(
            text(
                "SELECT DISTINCT pg_get_userbyid(given.grantee) FROM pg_class table_, aclexplode(table_.relacl) given "
                "WHERE table_.oid = to_regclass('units') AND given.privilege_type = 'SELECT' "
                "AND given.grantee <> table_.relowner ORDER BY 1"
            )
        )
        return [str(name) for (name,) in found]


def offices(url: str, *, busy_seconds: float) -> list[str]:
    """Schemas of the database whose register the role of an address may read, its own among them.

    Raises
    ------
    EhyaError
        ``national_needs_postgres``, ``database_failed``.
    """
    engine = _server(url, busy_seconds)
    try:
        with mendable(), engine.connect() as connection:
            # Whoever lacks one of the tables would see units without what decides about them.
            found = connection.execute(
                text(
                    "SELECT space.nspname FROM pg_namespace space JOIN pg_class table_ "
                    "ON table_.relnamespace = space.oid AND table_.relkind = 'r' AND table_.relname = ANY(:names) "
                    "WHERE has_schema_privilege(space.oid, 'USAGE') AND has_table_privilege(table_.oid, 'SELECT') "
                    "GROUP BY space.nspname HAVING count(*) = :count ORDER BY 1"
                ),
                {"names": list(GRANTED), "count": len(GRANTED)},
            )
            return [str(name) for (name,) in found]
    finally:
        engine.dispose()


def office_session(url: str, office: str, *, busy_seconds: float) -> Session:
    """Transactions that read the register of an office, and can write nothing.

    Parameters
    ----------
    url
        Address of the database, with the role that reads.
    office
        Schema of the register.
    busy_seconds
        How long to wait for a lock.

    Raises
    ------
    EhyaError
        ``office_not_granted`` with those that are; ``office_of_another_version`` when its tables are those of another
        version of Ehya: a reader brings no tables up to date.
    """
    allowed = offices(url, busy_seconds=busy_seconds)
    if office not in allowed or not _NAME.fullmatch(office):
        raise EhyaError(ErrorCode.OFFICE_NOT_GRANTED, given=office, allowed=allowed)
    place = make_url(url).update_query_dict({"options": f"-csearch_path={office}"})
    engine = connect(place, busy_seconds=busy_seconds)
    try:
        with mendable(), engine.connect() as connection:
            found = current(connection)
        if found != HEAD:
            raise EhyaError(ErrorCode.OFFICE_OF_ANOTHER_VERSION, given=office, version=found, allowed=HEAD)
    except BaseException:
        engine.dispose()
        raise
    return Session(engine, writes=False)


def founding(provinces: Sequence[str], readers: Collection[str] = ()) -> str:
    """SQL that a database's administrator runs once: a role and a schema of its own for each province, and readers.

    Parameters
    ----------
    provinces, readers
        Plain names. Passwords are no part of it; ``ALTER ROLE NAME PASSWORD`` sets them.

    Raises
    ------
    EhyaError
        ``national_name_refused``.

    Examples
    --------
    >>> print(founding(["yazd"], ["ministry"]))
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    CREATE ROLE "yazd" LOGIN;
    CREATE SCHEMA "yazd" AUTHORIZATION "yazd";
    CREATE ROLE "ministry" LOGIN;
    CREATE SCHEMA "ministry" AUTHORIZATION "ministry";
    """
    names = [*provinces, *readers]
    for name in names:
        _refuse_name(name)
    lines = ["REVOKE ALL ON SCHEMA public FROM PUBLIC;"]
    for name in names:  # a role finds the schema of its name first, so that its address needs no more than the role
        lines += [f'CREATE ROLE "{name}" LOGIN;', f'CREATE SCHEMA "{name}" AUTHORIZATION "{name}";']
    return "\n".join(lines)


def _own_schema(connection: Connection, reader: str) -> str:
    if connection.dialect.name != "postgresql":
        raise EhyaError(ErrorCode.NATIONAL_NEEDS_POSTGRES)
    _refuse_name(reader)
    if connection.execute(text("SELECT to_regrole(:name)"), {"name": reader}).scalar() is None:
        raise EhyaError(ErrorCode.NATIONAL_ROLE_UNKNOWN, given=reader)
    schema = str(connection.execute(text("SELECT current_schema()")).scalar())
    if schema in _RESERVED or not _NAME.fullmatch(schema):
        raise EhyaError(ErrorCode.NATIONAL_IN_PUBLIC, given=schema)
    return schema


def _refuse_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise EhyaError(ErrorCode.NATIONAL_NAME_REFUSED, given=name)


def _tables(schema: str) -> str:
    return ", ".join(f'"{schema}".{name}' for name in GRANTED)


def _server(url: str, busy_seconds: float) -> Engine:
    if database_address(url).get_backend_name() != "postgresql":
        raise EhyaError(ErrorCode.NATIONAL_NEEDS_POSTGRES)
    return connect(url, busy_seconds=busy_seconds)
