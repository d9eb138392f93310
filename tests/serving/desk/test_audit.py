"""The audit names units in one reading, however many it speaks of."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

import engine.store.units
from engine.settings import Settings
from engine.store import Act
from engine.store.audit import Audit
from serving.cli.app import app
from serving.desk.audit import audit_seen
from serving.desk.imports import import_seen, imports_seen, undo_import
from serving.desk.intake import RegisterReading, store_intake
from serving.desk.workspace import open_register

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BY = {"made_at": NOON, "actor": "user:sara"}
TEXT = "Unit name,County,Status\nZagros,Khoy,idle\nSahand,Khoy,idle\nSabalan,Salmas,idle\n"


@pytest.fixture
def settings(tmp_path):
    found = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")
    path = tmp_path / "list.csv"
    path.write_text(TEXT, encoding="utf-8")
    reading = RegisterReading.plain(path, {})
    store_intake(found, reading, reading.intake(), imported_at=NOON)
    with open_register(found) as register:
        for unit_id in register.units().index:
            register.audit.note(**BY, act=Act.UNIT_EDITED, subject=unit_id, fields="name", number=1)
        register.audit.note(**BY, act=Act.REGISTER_READ, subject="list.csv", number=1)
    return found


@pytest.fixture
def counted(monkeypatch):
    """How often merges, and the audit, are read."""
    read = {"roots": 0, "audit": 0}
    roots, lines = engine.store.units.roots, Audit.__call__

    def count(name, act):
        def counts(*given, **more):
            read[name] += 1
            return act(*given, **more)

        return counts

    monkeypatch.setattr(engine.store.units, "roots", count("roots", roots))
    monkeypatch.setattr(Audit, "__call__", count("audit", lines))
    return read


def test_units_are_named_in_one_reading(settings, counted):
    assert len(audit_seen(settings, newest=2).names) == 1
    once = counted["roots"]
    assert sorted(audit_seen(settings, newest=10).names) == ["Sabalan", "Sahand", "Zagros"]
    assert counted["roots"] == 2 * once


def test_names_are_read_only_where_words_are_wanted(settings, counted):
    env = {"EHYA_HOME": str(settings.home), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
    found = CliRunner().invoke(app, ["audit", "list", "--json"], env=env)
    assert [one["act"] for one in json.loads(found.stdout)] == ["register_read", *["unit_edited"] * 3]
    assert counted["roots"] == 0
    assert "Zagros" in CliRunner().invoke(app, ["audit", "list"], env=env).stdout


def test_who_read_and_who_took_back_is_one_reading_of_the_audit(settings, counted):
    undo_import(settings, 1, made_at=NOON, actor="user:reza")
    seen = imports_seen(settings)
    assert (dict(seen.readers), dict(seen.undoers)) == ({1: "user:sara"}, {1: "user:reza"})
    assert counted["audit"] == 1
    one = import_seen(settings, 1)
    assert (one.reader, one.undoer) == ("user:sara", "user:reza")
    assert counted["audit"] == 2
