"""The whole register in another database: from the file to PostgreSQL and back, every row, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select, text

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Audit
from engine.store.check import counts
from engine.store.dialect import database_address, file_of
from engine.store.opening import open_session

_ROWS = 2_000
"""Rows that are held and sent at once: a document of some megabytes may be among them."""

_BUSY_SECONDS = 5.0

Told = Callable[[str, float], None]


@dataclass(frozen=True)
class Relocation:
    """What stands in the other database now.

    Parameters
    ----------
    counts
        Rows in each table, the same in both.
    head
        Last hash of the audit's chain, the same in both.
    address
        Where it stands, without a password.
    """

    counts: Mapping[str, int]
    head: str
    address: str


def relocate(source: str, target: str, *, told: Told | None = None, busy_seconds: float = _BUSY_SECONDS) -> Relocation:
    """Copy a register, as of one moment, into an empty database, in one transaction.

    Nobody writes to either meanwhile. The source stays as it is; who stops this in the middle finds the target empty.

    Parameters
    ----------
    source, target
        SQLAlchemy addresses. The tables of the target are made.
    told
        Called with a table's name and the share of all rows that are there, 0..1.
    busy_seconds
        How long to wait for another writer.

    Raises
    ------
    EhyaError
        ``file_not_found`` without a source, ``register_elsewhere_not_empty`` where the target holds anything or is the
        source itself;
        ``register_unsound`` where the audit's chain of the source is broken, or a table came over with other rows;
        what opening a register raises, ``register_busy``, ``disk_full``, ``database_failed``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     open_session(f"sqlite:///{folder}/one.db", busy_seconds=1).close()
    ...     done = relocate(f"sqlite:///{folder}/one.db", f"sqlite:///{folder}/two.db")
    >>> done.counts["units"], len(done.head)
    (0, 64)
    """
    if database_address(source) == database_address(target):
        raise EhyaError(ErrorCode.REGISTER_ELSEWHERE_NOT_EMPTY, given=_named(target))
    if (file := file_of(source)) is not None and not file.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(file))  # opening it would make one
    with (
        closing(open_session(source, busy_seconds=busy_seconds)) as here,
        closing(open_session(target, busy_seconds=busy_seconds)) as there,
        here.write() as reading,
        there.write() as writing,
    ):
        if any(counts(writing).values()):
            raise EhyaError(ErrorCode.REGISTER_ELSEWHERE_NOT_EMPTY, given=_named(target))
        wanted, before = counts(reading), Audit(here).verify()
        if not before.sound:
            raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=_named(source))
        total, done = sum(wanted.values()) or 1, 0
        for table in schema.metadata.sorted_tables:
            for rows in _pieces(reading, table):
                writing.execute(insert(table), rows)
                done += len(rows)
                if told is not None:
                    told(table.name, done / total)
            _count_on(writing, table)
        after = Audit(there).verify()
        if after != before or counts(writing) != wanted:
            raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=_named(target))
    return Relocation(wanted, before.head, _named(target))


def _pieces(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """All rows of a table, some at a time, in the order of their keys: what a row points at comes before it."""
    found = connection.execution_options(yield_per=_ROWS).execute(select(table).order_by(*table.primary_key.columns))
    for rows in found.mappings().partitions():
        yield [dict(row) for row in rows]


def _count_on(connection: Connection, table: Table) -> None:
    """Let the database number the next row after those that brought their numbers along."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name == "sqlite":
        return
    last = connection.execute(select(func.max(column))).scalar_one()
    if last is not None:
        place = {"table": table.name, "column": column.name, "last": last}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), place)


def _named(address: str) -> str:
    return database_address(address).render_as_string(hide_password=True)
