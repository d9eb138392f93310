"""A national register: each province has a schema of its own, and a reader sees what was granted and nothing else.

The gate's role may make no other roles. It owns the schemas of the tests, and an owner can take rights from itself: the
database then refuses it as it refuses any other role. Rights of a role that is not the owner are asked for by name, of
one that every server has.
"""

from __future__ import annotations

import os
from datetime import date, datetime

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.domain.outcome import Outcome, OutcomeKind
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.national import GRANTED, founding
from engine.store.schema import metadata

POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")
READER = "pg_monitor"
"""A role of every PostgreSQL that owns nothing of ours."""

pytestmark = pytest.mark.skipif(not POSTGRES, reason="EHYA_TEST_POSTGRES holds no address of a PostgreSQL")


@pytest.fixture(scope="module")
def provinces(given):
    """Two registers of one unit and one outcome each, as addresses by the name of their schema."""
    engine, made = create_engine(POSTGRES), {}
    for name in ("yazd", "kerman"):
        schema = f"ehya_{name}_{os.getpid()}"
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        place = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema} -csynchronous_commit=off"})
        made[schema] = place.render_as_string(hide_password=False)
        with Register.open(made[schema]) as register:
            unit = {"identity": f"business:{name}", "name": f"واحد {name}"}
            register.imports.commit(given(unit), imported_at=datetime(2025, 1, 1))
            register.events.add(seen_at_work(register, jobs=7))
    yield made
    for schema in made:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def seen_at_work(register, jobs):
    unit = register.units().index[0]
    seen = {"happened_on": date(2024, 6, 1), "known_on": date(2024, 6, 2)}
    return Outcome(unit_id=unit, kind=OutcomeKind.OBSERVED, jobs=jobs, **seen)


@pytest.fixture
def sql():
    engine = create_engine(POSTGRES)

    def run(statement, **values):
        with engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return found.scalar() if found.returns_rows else None

    yield run
    engine.dispose()


@pytest.fixture
def own_rights(sql):
    """The owner's rights, which it can take from itself; a superuser is refused nothing."""
    if sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the role of EHYA_TEST_POSTGRES is a superuser, whom no missing right stops")
    return sql


def may_read(sql, schema, table, role=READER):
    inside = sql("SELECT has_schema_privilege(:role, :schema, 'USAGE')", role=role, schema=schema)
    return inside and sql("SELECT has_table_privilege(:role, :table, 'SELECT')", role=role, table=f"{schema}.{table}")


def test_without_a_grant_another_role_reads_no_table_of_a_province(provinces, sql):
    for schema in provinces:
        assert not [table for table in metadata.tables if may_read(sql, schema, table)]


def test_a_grant_opens_units_and_outcomes_of_one_province_and_nothing_else(provinces, sql):
    yazd, kerman = provinces
    with Register.open(provinces[yazd]) as register:
        register.grant(READER)
        assert register.readers() == [READER]
        seen = {table for table in metadata.tables if may_read(sql, yazd, table)}
        assert seen == set(GRANTED) - {"alembic_version"}
        assert not seen & {"people", "passwords", "keys", "sessions", "audit", "documents", "mandates", "requests"}
        assert not [table for table in metadata.tables if may_read(sql, kerman, table)]
        for right in ("INSERT", "UPDATE", "DELETE"):
            assert not sql(f"SELECT has_table_privilege('{READER}', '{yazd}.units', '{right}')")
        register.revoke(READER)
        assert register.readers() == []
    assert not [table for table in metadata.tables if may_read(sql, yazd, table)]


def test_what_is_granted_is_enough_to_read_units_and_outcomes_and_too_little_for_all_else(provinces, own_rights):
    sql = own_rights
    yazd, _ = provinces
    private = ", ".join(f"{yazd}.{table}" for table in metadata.tables if table not in GRANTED)
    sql(f"REVOKE SELECT ON {private} FROM CURRENT_USER")
    try:
        with Register.of_office(POSTGRES, yazd) as office:
            assert office.units()["name"].tolist() == ["واحد yazd"]
            assert office.units(known_by="2025-02-01")["name"].tolist() == ["واحد yazd"]
            assert office.events()["jobs"].tolist() == [7]
            assert len(office.units.first_records()) == 1
            for closed in (office.people, office.keys, office.audit, office.agreements):
                with pytest.raises(EhyaError) as refused:
                    closed()
                assert refused.value.code == ErrorCode.DATABASE_FAILED
    finally:
        sql(f"GRANT SELECT ON {private} TO CURRENT_USER")


def test_an_office_is_read_and_never_written(provinces):
    yazd, _ = provinces
    with Register.of_office(POSTGRES, yazd) as office:
        with pytest.raises(EhyaError) as refused:
            office.events.add(seen_at_work(office, jobs=9))
        assert refused.value.code == ErrorCode.DATABASE_FAILED
        assert office.events()["jobs"].tolist() == [7]


@pytest.mark.parametrize("taken", ["USAGE ON SCHEMA {schema}", "SELECT ON {schema}.pins"])
def test_an_office_that_granted_nothing_is_in_no_list_and_opens_by_no_door(provinces, own_rights, taken):
    sql = own_rights
    yazd, kerman = provinces
    right = taken.format(schema=kerman)
    sql(f"REVOKE {right} FROM CURRENT_USER")
    try:
        assert yazd in Register.offices(POSTGRES)
        assert kerman not in Register.offices(POSTGRES)
        with pytest.raises(EhyaError) as refused:
            Register.of_office(POSTGRES, kerman)
        assert refused.value.code == ErrorCode.OFFICE_NOT_GRANTED
        assert kerman not in refused.value.facts["allowed"]
    finally:
        sql(f"GRANT {right} TO CURRENT_USER")


@pytest.mark.parametrize("name", ["public", 'x"; DROP SCHEMA yazd; --', "Ministry", "", "a b"])
def test_what_is_no_plain_name_reaches_no_statement(provinces, name):
    with Register.open(next(iter(provinces.values()))) as register:
        for act in (register.grant, register.revoke):
            with pytest.raises(EhyaError) as refused:
                act(name)
            assert refused.value.code == ErrorCode.NATIONAL_NAME_REFUSED
    with pytest.raises(EhyaError):
        founding([name])


def test_a_role_that_is_not_there_is_refused_and_sqlite_has_none(provinces, sqlite_url):
    with Register.open(next(iter(provinces.values()))) as register, pytest.raises(EhyaError) as refused:
        register.grant("nobody_of_that_name")
    assert refused.value.code == ErrorCode.NATIONAL_ROLE_UNKNOWN
    with Register.open(sqlite_url) as register, pytest.raises(EhyaError) as refused:
        register.grant(READER)
    assert refused.value.code == ErrorCode.NATIONAL_NEEDS_POSTGRES
    with pytest.raises(EhyaError):
        Register.offices(sqlite_url)


def test_roles_see_what_they_were_granted_where_the_server_lets_us_make_some(provinces, sql, given):
    """The whole of it, with roles: run where the tests' role may make roles."""
    if not sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        pytest.skip("the role of EHYA_TEST_POSTGRES may make no roles; the rights are held one by one above")
    names = [f"ehya_{name}_{os.getpid()}_r" for name in ("fars", "ministry")]
    address = make_url(POSTGRES)
    for line in founding(names[:1], names[1:]).splitlines()[1:]:
        sql(line)
    try:
        fars, ministry = (address.set(username=name).render_as_string(hide_password=False) for name in names)
        with Register.open(fars) as register:
            assert Register.offices(fars) == names[:1]
            assert Register.offices(ministry) == []
            register.grant(names[1])
        assert Register.offices(ministry) == names[:1]
        with Register.of_office(ministry, names[0]) as office:
            assert office.units().empty
            with pytest.raises(EhyaError):
                office.people()
    finally:
        for name in names:
            sql(f'DROP OWNED BY "{name}" CASCADE')
            sql(f'DROP ROLE "{name}"')
