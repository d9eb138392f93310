"""A register goes into another database whole, or not at all, and lives on there."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select

from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.store import Act, Register, schema
from engine.store.relocation import relocate

NOON, LATER = datetime(2025, 1, 10, 12), datetime(2025, 2, 10, 12)
WEAVER = {"identity": "business:1", "name": "بافندگی", "jobs_now": 30, "land_m2": 1200.5}
MILL = {"identity": "name:mill", "name": "آسیاب", "stopped_on": "2020-03-21"}


@pytest.fixture
def filled(given, tmp_path):
    """A register with units, a correction of one, an event and lines of the audit."""
    address = f"sqlite:///{tmp_path / 'from.db'}"
    with Register.open(address) as register:
        register.imports.commit(given(WEAVER, MILL), imported_at=NOON)
        register.imports.commit(given(WEAVER | {"jobs_now": 31}, as_of="2025-01-20"), imported_at=LATER)
        unit = str(register.units().index[0])
        day = date(2025, 1, 8)
        register.events.add(Outcome(unit_id=unit, kind=OutcomeKind.VISITED, happened_on=day, known_on=day))
        register.audit.note(made_at=NOON, actor="user:sara", act=Act.BACKUP_MADE, subject="a")
        register.audit.note(made_at=LATER, actor="user:sara", act=Act.BACKUP_MADE, subject="b")
    return address


def rows_of(address):
    engine = create_engine(make_url(address))
    with engine.connect() as connection:
        found = {
            table.name: connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found


def test_every_row_is_the_same_there_and_back_again(filled, url, tmp_path):
    shares = []
    there = relocate(filled, url, told=lambda name, share: shares.append(share))
    back = relocate(url, f"sqlite:///{tmp_path / 'back.db'}")
    assert there.counts == back.counts
    assert there.head == back.head
    assert there.counts["units"] == 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert rows_of(filled) == rows_of(url) == rows_of(f"sqlite:///{tmp_path / 'back.db'}")


def test_the_register_is_written_on_where_it_stands_now(given, filled, url):
    relocate(filled, url)
    with Register.open(url) as register:
        register.imports.commit(given(MILL | {"jobs_now": 5}, as_of="2025-03-01"), imported_at=LATER)
        register.audit.note(made_at=LATER, actor="user:sara", act=Act.BACKUP_MADE, subject="c")
        assert register.audit.verify().lines == 3
        assert register.audit.verify().sound
        assert not register.check()
        assert sorted(register.units()["jobs_now"].dropna()) == [5, 31]


def test_what_is_stopped_in_the_middle_leaves_nothing(filled, url):
    def stop(name, share):
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relocate(filled, url, told=stop)
    with Register.open(url) as register:
        assert not any(register.counts().values())
    assert relocate(filled, url).counts["units"] == 2


def test_a_process_that_is_killed_in_the_middle_leaves_nothing(filled, url):
    code = (
        "import os, sys; from engine.store.relocation import relocate\n"
        "relocate(*sys.argv[1:], told=lambda _, share: share > 0.5 and os.kill(os.getpid(), 9))\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code, filled, url], cwd=root, timeout=120, check=False)
    assert done.returncode == -9
    assert relocate(filled, url).counts["units"] == 2


def test_a_database_that_holds_anything_is_refused_and_stays(given, filled, url):
    with Register.open(url) as register:
        register.imports.commit(given(MILL), imported_at=NOON)
        before = register.counts()
    for target in (url, filled):
        with pytest.raises(EhyaError) as refused:
            relocate(filled, target)
        assert refused.value.code is ErrorCode.REGISTER_ELSEWHERE_NOT_EMPTY
    with Register.open(url) as register:
        assert register.counts() == before


def test_a_register_whose_record_was_altered_is_not_carried_on(filled, url):
    with closing(sqlite3.connect(make_url(filled).database)) as connection, connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        for (name,) in triggers.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit SET subject = 'x' WHERE id = 1")
    with pytest.raises(EhyaError) as refused:
        relocate(filled, url)
    assert refused.value.code is ErrorCode.REGISTER_UNSOUND


def test_a_source_that_is_not_there_is_named_and_not_made(tmp_path, url):
    with pytest.raises(EhyaError) as refused:
        relocate(f"sqlite:///{tmp_path / 'none.db'}", url)
    assert refused.value.code is ErrorCode.FILE_NOT_FOUND
    assert not (tmp_path / "none.db").exists()
