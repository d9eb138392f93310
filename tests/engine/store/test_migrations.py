import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.backup import back_up
from engine.store.dialect import connect
from engine.store.migrations import HEAD, REVISIONS, current, scripts, upgrade
from engine.store.schema import metadata

NOON = datetime(2025, 1, 10, 12)

OF_0001 = [
    "INSERT INTO imports (source, digest, as_of, imported_at, new_count, updated_count, unchanged_count, "
    "rejected_row_count, rejected_cell_count) "
    "VALUES ('old.xlsx', 'ab', '2024-01-01', '2024-02-01 00:00:00', 2, 0, 0, 0, 0)",
    *(
        line
        for unit, business, jobs in (("U1", 1, 30), ("U2", 2, 7))
        for line in (
            "INSERT INTO units (unit_id, identity, ordinal, origin, source, as_of, jobs_now) "
            f"VALUES ('{unit}', 'business:{business}', 0, 'register', 'old.xlsx', '2024-01-01', {jobs})",
            'INSERT INTO sightings (unit_id, import_id, sheet, "row", as_of, source, given) '
            f"VALUES ('{unit}', 1, '1', 2, '2024-01-01', 'old.xlsx', 'jobs_now')",
            "INSERT INTO unit_values (unit_id, import_id, field, value, shown) "
            f"VALUES ('{unit}', 1, 'jobs_now', '{jobs}', true)",
        )
    ),
    "INSERT INTO events (unit_id, kind, happened_on, happened_precision, known_on) "
    "VALUES ('U1', 'visited', '2024-03-01', 'day', '2024-03-01')",
]
"""A register as the first revision kept it."""

THIRD = [line.replace("'U2'", "'U3'").replace("business:2", "name:third") for line in OF_0001 if "'U2'" in line]
SINCE = {
    "0002": [
        *THIRD,
        "INSERT INTO duplicates (unit_id, other_id, reason, import_id) VALUES ('U2', 'U3', 'same_name', 1)",
        "INSERT INTO merges (kept_id, lost_id, made_at) VALUES ('U2', 'U3', '2024-04-01 00:00:00')",
    ],
    "0003": ["INSERT INTO merges (kept_id, lost_id, made_at, import_id) VALUES ('U1', 'U2', '2024-05-01 00:00:00', 1)",
             "INSERT INTO unmerges (merge_id, made_at) VALUES (2, '2024-05-02 00:00:00')"],
    "0004": [
        "INSERT INTO source_ranks (source, rank, made_at) VALUES ('old.xlsx', 1, '2024-06-01 00:00:00')",
        "INSERT INTO confirmations (unit_id, field, value, confidence, as_of, made_at) "
        "VALUES ('U2', 'jobs_now', '7', 'verified', '2024-06-01', '2024-06-01 00:00:00')",
    ],
    "0005": [
        "INSERT INTO event_revisions (event_id, known_on, made_at) VALUES (2, '2024-07-01', '2024-07-01 00:00:00')",
    ],
    "0009": [
        "INSERT INTO packages (name, version, event, as_of, document, inputs, digest, made_at) "
        "VALUES ('inva', 1, 'INVA', '2024-08-01', '{}', '', 'ab', '2024-08-01 00:00:00')",
        "INSERT INTO agreements (investor, package_id, made_at) VALUES ('fund', 1, '2024-08-02 00:00:00')",
    ],
}  # fmt: skip
"""What persons did with it under each later revision."""


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


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_register_of_an_earlier_revision_is_brought_up_with_all_it_holds(url, given, revision):
    engine = connect(url, busy_seconds=5)
    upgrade(engine, revision)
    with engine.begin() as connection:
        assert current(connection) == revision
        later = [line for name, lines in SINCE.items() if name <= revision for line in lines]
        if revision >= "0005":  # a second event, which was withdrawn
            later.insert(0, OF_0001[-1].replace("visited", "declined"))
        for line in [*OF_0001, *later]:
            connection.execute(text(line))
    engine.dispose()
    with Register.open(url) as register:
        assert register.check() == ()
        assert register.units()["jobs_now"].to_dict() == {"U1": 30, "U2": 7}
        assert register.units.history("U1")["value"].tolist() == ["30"]
        assert register.events()["unit_id"].tolist() == ["U1"]
        if revision >= "0002":
            assert register.units.resolve("U3") == "U2"
            assert register.decisions.duplicates().empty
        if revision >= "0009":  # an agreement that held without the office's confirmation holds on
            assert register.agreements("fund")["confirmed_at"].notna().tolist() == [revision < "0011"]
        if revision >= "0004":
            assert register.decisions.source_ranks() == {"old.xlsx": 1}
            assert register.units.facts("U2").loc["jobs_now", "confidence"] == "verified"
        again = given({"identity": "business:1", "jobs_now": 30}, as_of="2024-01-01", source="old.xlsx")
        assert register.imports.commit(again, imported_at=NOON).rows["unit_id"].tolist() == ["U1"]
        more = {"identity": "business:1", "jobs_now": 12, "equipment": "2|press||", "extras": "Storeys|number|2"}
        register.imports.commit(given(more, as_of="2025-01-01", source="bank.xlsx"), imported_at=NOON)
        register.decisions.pin("U1", "jobs_now", "old.xlsx", made_at=NOON)
        assert register.units().loc["U1", ["jobs_now", "equipment"]].tolist() == [30, "2|press||"]
        assert register.decisions.conflicts()["field"].unique().tolist() == ["jobs_now"]
        assert register.units.extras()["value"].tolist() == ["2"]
        assert register.check() == ()
        register.decisions.merge("U1", "U2", made_at=NOON)
        assert register.units().index.tolist() == ["U1"]
    engine = create_engine(url)
    with engine.connect() as connection:
        assert current(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_migration_that_breaks_off_leaves_nothing(sqlite_url):
    engine = connect(sqlite_url, busy_seconds=5)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE unmerges (id INTEGER)"))  # stands in the way of a later revision
        names = text("SELECT name FROM sqlite_master")
        before = connection.execute(names).scalars().all()
    with pytest.raises(EhyaError) as refusal:
        Register.open(sqlite_url)
    assert refusal.value.code is ErrorCode.DATABASE_FAILED
    with engine.connect() as connection:
        assert connection.execute(names).scalars().all() == before
        assert current(connection) == "0001"
    engine.dispose()


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


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nosuchdatabase://x", ErrorCode.DATABASE_FAILED),
        ("sqlite:////proc/nowhere/ehya.db", ErrorCode.FOLDER_UNUSABLE),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(address, code):
    with pytest.raises(EhyaError) as refusal:
        Register.open(address)
    assert refusal.value.code is code


@pytest.mark.parametrize("revision", [None, "0001", "1bd49d398cd23"])
def test_a_database_of_another_program_is_refused_and_left_as_it_was(tmp_path, revision):
    path = tmp_path / "ehya.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE holidays (day TEXT)")
        if revision is not None:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(EhyaError) as refused:
        Register.open(f"sqlite:///{path}")
    assert refused.value.code is ErrorCode.DATABASE_FOREIGN
    assert refused.value.facts["given"] == str(path)
    with pytest.raises(EhyaError) as refused:
        back_up(f"sqlite:///{path}", tmp_path / "copies" / "x.zip", made_at=NOON)
    assert refused.value.code is ErrorCode.DATABASE_FOREIGN
    assert refused.value.facts["given"] == str(path)
    assert path.read_bytes() == before
    assert not list((tmp_path / "copies").iterdir())
    (tmp_path / "copies").rmdir()
    assert [file.name for file in tmp_path.iterdir()] == ["ehya.db"]
