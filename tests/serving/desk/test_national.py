"""Offices of one PostgreSQL at the desk: what a reader lists and writes out is what was granted."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from sqlalchemy import create_engine, make_url, text

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk import national
from serving.desk.workspace import open_register

POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")
NOW, DAY = datetime(2026, 1, 2), pd.Timestamp("2026-01-02")

pytestmark = pytest.mark.skipif(not POSTGRES, reason="EHYA_TEST_POSTGRES holds no address of a PostgreSQL")


@pytest.fixture
def office(tmp_path):
    schema, engine = f"ehya_office_{os.getpid()}", create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    place = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield Settings.from_environment(
        {"EHYA_HOME": str(tmp_path), "EHYA_DATABASE_URL": place.render_as_string(hide_password=False)}
    )
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


class Given:
    """Two units as a file gives them."""

    units = unit_table(
        pd.DataFrame({"unit_id": ["u!2", "u!3"], "name": ["الف", "ب"], "status": ["idle", "active"]})
    ).assign(sheet="u", row=[2, 3], identity=["business:1", "business:2"])
    source, as_of = "units.xlsx", pd.Timestamp("2025-12-01")
    rejected_rows = rejected_cells = pd.DataFrame()


def test_a_reader_lists_and_writes_out_offices_of_its_own_version(office, tmp_path):
    with open_register(office) as register:
        register.imports.commit(Given, imported_at=NOW)
    assert national.grant_rows(office, "pg_monitor", now=NOW) == ["pg_monitor"]
    reader = replace(office, database_url=POSTGRES)
    name = f"ehya_office_{os.getpid()}"
    (seen,) = national.offices_seen(reader, as_of=DAY, only=[name])
    assert (seen.units, seen.idle, seen.as_of, seen.outdated) == (2, 1, "2025-12-01", False)
    found = national.write_offices(reader, tmp_path / "out", as_of=DAY, only=[name])
    assert (found.rows, found.twice, list(found.files)) == (2, 0, [name])
    assert sorted(pd.read_parquet(found.files[name])["name"]) == ["الف", "ب"]
    with pytest.raises(EhyaError) as refused:
        national.write_offices(reader, tmp_path / "out", as_of=DAY)
    assert refused.value.code == ErrorCode.FILE_EXISTS
    engine = create_engine(office.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0018'"))
    engine.dispose()
    (seen,) = national.offices_seen(reader, as_of=DAY, only=[name])
    assert seen.outdated
    with pytest.raises(EhyaError) as refused:
        national.write_offices(reader, tmp_path / "late", as_of=DAY, only=[name])
    assert refused.value.code == ErrorCode.OFFICE_OF_ANOTHER_VERSION
    assert not (tmp_path / "late").exists()


def test_without_a_grant_or_without_units_the_reader_is_told_who_does_what(office, tmp_path):
    with pytest.raises(EhyaError) as refused:
        national.write_offices(office, tmp_path / "out", as_of=DAY, only=[])
    assert refused.value.code == ErrorCode.NO_OFFICE_GRANTED
    national.grant_rows(office, "pg_monitor", now=NOW)
    name, reader = f"ehya_office_{os.getpid()}", replace(office, database_url=POSTGRES)
    with pytest.raises(EhyaError) as refused:
        national.write_offices(reader, tmp_path / "out", as_of=DAY, only=[name])
    assert (refused.value.code, refused.value.facts["given"]) == (ErrorCode.OFFICES_WITHOUT_UNITS, [name])


def test_a_grant_can_be_taken_back_and_both_are_on_record(office):
    assert national.grant_rows(office, "pg_monitor", now=NOW) == ["pg_monitor"]
    assert national.revoke_rows(office, "pg_monitor", now=NOW) == []
    with open_register(office) as register:
        assert register.audit()["act"].tolist() == ["rows_revoked", "rows_granted"]
