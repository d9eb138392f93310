"""The audit, whether it is whole, backups, and models side by side: over HTTP the same as at the terminal."""

import json

import pytest
from typer.testing import CliRunner

from engine.scoring.artefact import path_of, save
from serving.cli.app import app as terminal
from tests.serving.api.parties import at_work


@pytest.fixture
def asked(working, ask):
    app = working.app()

    def one(path, role="admin"):
        return ask(app, path, working.keys[role])

    return one


def ehya(settings, *words):
    env = {"EHYA_HOME": str(settings.home), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None}
    done = CliRunner().invoke(terminal, [*words, "--json"], env=env)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_audit_is_searched_page_by_page_as_at_the_terminal(asked, working):
    there = [one["id"] for one in ehya(working.settings, "audit", "list", "--newest", "500", "--act", "key_added")]
    found, address = [], "/v1/audit?act=key_added&limit=3"
    while address:
        said = asked(address).json()
        found, address = found + [one["id"] for one in said["lines"]], said["next"]
    assert found == there
    assert len(found) == said["total"] > 3
    assert asked("/v1/audit?words=fund").json()["total"] < asked("/v1/audit").json()["total"]
    assert asked("/v1/audit?until=1990-01-01").json()["lines"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("act=nothing", "unknown_option"),
        ("since=yesterday", "parameter_refused"),
        ("cursor=x", "parameter_refused"),
        ("word=a", "parameter_unknown"),
    ],
)
def test_what_cannot_be_searched_is_refused(asked, query, code):
    refused = asked(f"/v1/audit?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, code)


def test_the_chain_is_followed_and_a_hash_of_before_is_looked_for(asked, working):
    said = asked("/v1/audit/check").json()
    assert said == ehya(working.settings, "audit", "verify")
    assert asked(f"/v1/audit/check?head={said['head']}").json()["contains"] is True
    cut = asked("/v1/audit/check?head=cut-off").json()
    assert (cut["contains"], cut["sound"]) == (False, False)


def test_backups_are_listed_as_at_the_terminal(asked, working):
    ehya(working.settings, "backup")
    there = ehya(working.settings, "backups", "list")
    said = asked("/v1/backups").json()["backups"]
    assert [(one["name"], one["size_bytes"]) for one in said] == [(one["name"], one["size_bytes"]) for one in there]
    assert said[0]["counts"]["units"] == 60


@pytest.mark.parametrize("role", ["investor", "bank", "planner", "data_scientist", "service"])
def test_only_who_administers_reads_them(asked, role):
    for path in ("/v1/audit", "/v1/audit/check", "/v1/backups"):
        assert asked(path, role).json()["code"] == "role_refused"


def test_a_challenger_stands_beside_the_model_at_work_as_at_the_terminal(own_copy, first_day, ask):
    found = at_work(own_copy, first_day)
    alike = found.app(), "/v1/models/comparison", found.keys["data_scientist"]
    said = ask(*alike).json()
    assert (said["at_work"]["standing"], said["at_work"]["changes"], said["models"]) == ("at_work", None, [])
    card = {"scores": {"model": {"brier": 0.19}}, "recipe": {"rate": 0.03}}
    challenger = first_day.document.model_copy(update={"version": "newer", "data_until": "2026-03-01", "card": card})
    save(path_of(found.settings.models, "newer"), first_day.heads, challenger)
    (path_of(found.settings.models, "broken")).parent.mkdir()
    path_of(found.settings.models, "broken").write_bytes(b"no model")
    models = {one["version"]: one for one in ask(*alike).json()["models"]}
    assert models["newer"]["scores"] == {"brier": 0.19}
    assert models["newer"]["changes"] == ehya(found.settings, "models", "--changes", "newer")["changes"]
    assert models["newer"]["changes"]["recipe"]["rate"] == [None, 0.03]
    assert (models["broken"]["changes"], models["broken"]["problem"]) == (None, "not_a_model")
    assert ask(*alike[:2], found.keys["investor"]).json()["code"] == "role_refused"
