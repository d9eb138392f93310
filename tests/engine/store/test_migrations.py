from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.migrations import HEAD, REVISIONS, current, scripts
from engine.store.schema import metadata


def test_the_migrated_tables_are_those_of_the_schema(url, register):
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_new_register_stands_at_the_newest_revision(url, register):
    engine = create_engine(url)
    with engine.connect() as connection:
        assert current(connection) == HEAD == scripts().get_current_head()
    engine.dispose()


def test_every_revision_file_is_in_the_list_of_revisions():
    assert tuple(script.revision for script in reversed(list(scripts().walk_revisions()))) == REVISIONS


def test_a_migration_that_breaks_off_leaves_nothing(sqlite_url):
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER)"))
    with pytest.raises(EhyaError) as refusal:
        Register.open(sqlite_url)
    assert refusal.value.code is ErrorCode.DATABASE_FAILED
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
    engine.dispose()
    assert tables == ["events"]


def test_the_folder_of_the_database_is_made(tmp_path):
    path = tmp_path / "a folder" / "۱۰۰% واحد" / "ehya.db"
    with Register.open(f"sqlite:///{path}"):
        assert path.exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "ehya.db"
    path.write_text("یک یادداشت، نه پایگاه داده" * 100)
    with pytest.raises(EhyaError) as refusal:
        Register.open(f"sqlite:///{path}")
    assert refusal.value.code is ErrorCode.DATABASE_FAILED
    assert Path(path).read_text().startswith("یک یادداشت")


@pytest.mark.parametrize("address", ["not an address", "nosuchdatabase://x", "sqlite:////proc/nowhere/ehya.db"])
def test_an_address_that_leads_nowhere_is_refused(address):
    with pytest.raises(EhyaError) as refusal:
        Register.open(address)
    assert refusal.value.code is ErrorCode.DATABASE_FAILED
