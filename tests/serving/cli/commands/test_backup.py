"""``ehya move``: a ranking is the same whichever database the register stands in."""

from __future__ import annotations

import json
import os

import pytest
from sqlalchemy import create_engine, make_url, text
from typer.testing import CliRunner

from serving.cli.app import app

POSTGRES = os.environ.get("EHYA_TEST_POSTGRES", "")


@pytest.fixture
def ehya(working):
    def run(*words, database="", code=0):
        stated = {"EHYA_HOME": str(working.settings.home), "COLUMNS": "150"}
        stated |= {"EHYA_DATABASE_URL": database or working.settings.database_url}
        result = CliRunner().invoke(app, [str(word) for word in words], env=stated)
        assert result.exit_code == code, result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture
def between(tmp_path):
    """Another database: PostgreSQL where one is at hand, else a file."""
    if not POSTGRES:
        yield f"sqlite:///{tmp_path / 'between.db'}"
        return
    schema, engine = f"ehya_move_{os.getpid()}", create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    place = make_url(POSTGRES).update_query_dict({"options": f"-csearch_path={schema}"})
    yield place.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def test_from_the_file_to_the_server_and_back_the_ranking_is_the_same(ehya, between, tmp_path):
    asked = ("rank", "--as-of", "2026-03-21", "--json")
    at_first = json.loads(ehya(*asked).stdout)
    assert at_first["units"]
    moved = json.loads(ehya("move", between, "--json").stdout)
    assert moved["counts"]["units"] > 0
    assert json.loads(ehya(*asked, database=between).stdout) == at_first
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert "EHYA_DATABASE_URL" in ehya("move", back, "--lang", "fa", database=between).stdout
    assert json.loads(ehya(*asked, database=back).stdout) == at_first
    refused = ehya("move", back, "--lang", "en", database=between, code=2).stderr
    assert "EHYA_DATABASE_URL" not in refused
    assert "empty" in refused


def test_an_address_that_cannot_be_read_is_refused_without_its_password(ehya):
    said = ehya("move", "postgresql://a:s@cret@h/x", "--lang", "en", code=2).stderr
    assert "cret" not in said
