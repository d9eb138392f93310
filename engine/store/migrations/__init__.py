"""Revisions of the register, run from the package: no ini file stands beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from engine.errors import EhyaError, ErrorCode
from engine.store.dialect import OWN_TABLE, writer
from engine.store.schema import metadata

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

HEAD = "0021"
"""The revision that the tables of ``engine.store.schema`` are; a test holds it to the last file in ``versions``."""

REVISIONS = tuple(f"{number:04d}" for number in range(1, int(HEAD) + 1))


def current(connection: Connection) -> str | None:
    """Revision the database stands at; ``None`` when it is empty.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> with create_engine("sqlite://").connect() as connection:
    ...     current(connection) is None
    True
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Bring the database to a revision, the newest by default, in one transaction.

    Raises
    ------
    EhyaError
        ``database_newer`` when a later version of Ehya wrote it, ``database_foreign`` when another program did.

    Examples
    --------
    >>> from engine.store.dialect import connect
    >>> engine = connect("sqlite://", busy_seconds=1)
    >>> upgrade(engine)
    >>> with engine.connect() as connection:
    ...     current(connection) == HEAD
    True
    >>> engine.dispose()
    """
    with engine.connect() as connection:
        found = current(connection)
        # Others number their revisions as we do: 0001 alone does not make the tables ours.
        if found is not None and not inspect(connection).has_table(OWN_TABLE):
            raise EhyaError(ErrorCode.DATABASE_FOREIGN, given=engine.url.database)
    if found == revision:
        return
    if found is not None and found not in REVISIONS:
        raise EhyaError(ErrorCode.DATABASE_NEWER, given=found, allowed=list(REVISIONS))
    with writer(engine).begin() as connection:
        if current(connection) != revision:  # another program may have done it while we waited for its lock
            _run(connection, revision)


def scripts() -> ScriptDirectory:
    """The revisions as Alembic sees them.

    Examples
    --------
    >>> scripts().get_current_head() == HEAD
    True
    """
    # Alembic is a quarter of a second of imports that opening a register at its newest revision does not need.
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _run(connection: Connection, revision: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    directory = scripts()
    with EnvironmentContext(
        Config(), directory, fn=lambda found, _: directory._upgrade_revs(revision, found), destination_rev=revision
    ) as context:
        context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        context.run_migrations()
