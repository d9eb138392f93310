"""What SQLite is asked to promise, and what two processes at one file see of one another."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.dialect import connect

NOON = datetime(2025, 1, 10, 12)
WEAVER = {"identity": "business:1", "name": "بافندگی", "jobs_now": 30}


@pytest.fixture
def path(sqlite_url):
    return Path(make_url(sqlite_url).database)


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 7000)]
)
def test_every_connection_is_made_safe(sqlite_url, pragma, value):
    engine = connect(sqlite_url, busy_seconds=7)
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar_one() == value
    engine.dispose()


def test_the_contract_is_kept_on_a_real_postgresql():
    address = os.environ.get("EHYA_TEST_POSTGRES")
    if not address:
        pytest.skip("EHYA_TEST_POSTGRES holds no address, so every contract test ran on SQLite alone")
    engine = connect(address, busy_seconds=7)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW server_version")).scalar_one()
        assert engine.dialect.driver == "psycopg"
    engine.dispose()


def test_a_reader_sees_the_register_as_before_while_another_writes(sqlite_url, path, given):
    with Register.open(sqlite_url) as register:
        register.imports.commit(given(WEAVER), imported_at=NOON)
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE units SET jobs_now = 1")
        assert register.units()["jobs_now"].item() == 30
        writer.execute("ROLLBACK")
        writer.close()


def test_a_second_writer_waits_its_time_and_is_refused_with_the_reason(sqlite_url, path, given):
    with Register.open(sqlite_url, busy_seconds=0.2) as register:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(EhyaError) as refusal:
            register.imports.commit(given(WEAVER), imported_at=NOON)
        assert refusal.value.code is ErrorCode.REGISTER_BUSY
        writer.execute("ROLLBACK")
        writer.close()
        assert register.imports.commit(given(WEAVER), imported_at=NOON).rows["change"].tolist() == ["new"]


def test_an_import_that_fails_half_way_leaves_nothing(sqlite_url, path, given):
    with Register.open(sqlite_url) as register:
        with sqlite3.connect(path) as saboteur:
            saboteur.execute("CREATE TRIGGER stop BEFORE INSERT ON unit_values BEGIN SELECT RAISE(ABORT, 'stop'); END")
        saboteur.close()
        with pytest.raises(EhyaError, match="stop"):
            register.imports.commit(given(WEAVER), imported_at=NOON)
        assert set(register.counts().values()) == {0}


def test_an_error_of_the_database_holds_no_value_of_a_row(sqlite_url, path, given):
    with Register.open(sqlite_url) as register:
        with sqlite3.connect(path) as saboteur:
            saboteur.execute("DROP TABLE unit_values")
        saboteur.close()
        with pytest.raises(EhyaError) as refusal:
            register.imports.commit(given(WEAVER), imported_at=NOON)
        assert "بافندگی" not in str(refusal.value) + str(refusal.value.__cause__)


def test_a_damaged_file_is_found(sqlite_url, path, given):
    rows = [{"identity": f"business:{number}", "name": f"واحد {number}"} for number in range(300)]
    with Register.open(sqlite_url) as register:
        register.imports.commit(given(*rows), imported_at=NOON)
    with path.open("r+b") as file:
        file.seek(-3 * 4096, 2)
        file.write(b"\xff" * 4096)
    with Register.open(sqlite_url) as register:
        assert "file_damaged" in {problem.code.value for problem in register.check()}


def test_who_waited_too_long_for_another_writer_is_answered_alike_on_every_database(url, given):
    with Register.open(url) as first, Register.open(url, busy_seconds=0.2) as second:
        with first._session.write(), pytest.raises(EhyaError) as refusal:
            second.imports.commit(given(WEAVER), imported_at=NOON)
        assert refusal.value.code is ErrorCode.REGISTER_BUSY
        assert second.imports.commit(given(WEAVER), imported_at=NOON).rows["change"].tolist() == ["new"]
