"""Keys, accounts, agreements and the audit, as an administrator types them."""

import json
from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from engine.store import Register
from serving.cli.app import app
from serving.desk.clock import day_of

NOON = datetime(2026, 11, 30, 12)


@pytest.fixture
def ehya(tmp_path):
    def run(*words, code=0, language="en", typed=None):
        env = {"EHYA_HOME": str(tmp_path), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env, input=typed)
        assert found.exit_code == code, found.output
        assert "Traceback" not in found.output
        return found

    return run


@pytest.mark.parametrize(
    ("language", "once", "closed"), [("en", "shown this once", "closed"), ("fa", "یک بار", "بسته")]
)
def test_a_key_is_shown_once_listed_without_itself_and_revoked(ehya, tmp_path, language, once, closed):
    made = ehya("keys", "add", "food-fund", "--role", "investor", "--investor", "food-fund", language=language).stdout
    key = next(word for word in made.split() if word.startswith("ehya_"))
    assert once in made
    listed = ehya("keys", "list", language=language).stdout
    assert "food-fund" in listed
    assert key.split("_")[1] in listed
    ehya("keys", "revoke", "food-fund", language=language)
    assert closed in ehya("keys", "list", language=language).stdout
    everything = listed + ehya("audit", "list", "--json").stdout + ehya("keys", "list", "--json").stdout
    assert key.split("_", 2)[2] not in everything
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and key.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    ("until", "day"), [("2090-02", "2090-02-28"), ("1469", "2091-03-20"), ("2090-02-03", "2090-02-03")]
)
def test_a_key_opens_to_the_end_of_the_last_day_that_was_named(ehya, until, day):
    made = json.loads(ehya("keys", "add", "k", "--role", "bank", "--until", until, "--json").stdout)
    over = datetime.fromisoformat(made["expires_at"])
    assert day_of(over - timedelta(seconds=1)).isoformat() == day
    assert day_of(over).isoformat() > day


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["keys", "add", "x", "--role", "king"], "planner"),
        (["keys", "add", "x", "--role", "investor"], "--investor"),
        (["keys", "add", "x", "--role", "bank", "--until", "2020-01-01"], "2020-01-01"),
        (["keys", "revoke", "x"], "no key"),
        (["user", "disable", "x"], "no account"),
        (["nda", "accept", "fund", "inva"], "inva@1"),
        (["nda", "accept", "fund", "inva@1"], "No key and no account"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(ehya, words, said):
    assert said in ehya(*words, code=2).stderr


def test_an_account_is_opened_with_a_password_that_is_read_and_never_shown(ehya):
    password = "five words in a row"
    add = ["user", "add", "office", "--role", "planner"]
    for bad in ("short", "my office password"):
        assert bad not in ehya(*add, code=2, typed=f"{bad}\n").output
    said = ehya(*add, typed=f"{password}\n").output + ehya("user", "list", "--json").output
    assert password not in said
    assert "argon2" not in said
    assert "exists" not in said
    ehya(*add, code=2, typed=f"{password}\n")
    ehya("user", "password", "office", code=2, typed="short\n")
    another = "six other words in one row"
    assert another not in ehya("user", "password", "office", typed=f"{another}\n").output
    assert json.loads(ehya("audit", "list", "--json").stdout)[0]["act"] == "password_changed"
    ehya("user", "disable", "office")
    ehya("user", "password", "office", code=2, typed=f"{another}\n")
    assert json.loads(ehya("user", "list", "--json").stdout)[0]["disabled_at"]


def test_a_restored_backup_says_whose_password_stays_changed(ehya, tmp_path):
    ehya("user", "add", "office", "--role", "planner", typed="five words in a row\n")
    ehya("backup", "--out", tmp_path / "copy.zip")
    ehya("user", "password", "office", typed="six other words in one row\n")
    said = ehya("restore", tmp_path / "copy.zip").output
    assert "stay changed: office" in said
    assert "closed still" not in said


def test_an_agreement_is_recorded_and_taken_back_and_the_audit_knows(ehya, tmp_path):
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        made = {"event": "INVA", "as_of": "2026-11-29", "model_version": None, "made_at": NOON}
        register.packages.add(name="inva", **made, document={"units": []}, inputs={})
        register.packages.freeze("inva", 1, role="deputy", signed_on=NOON, note=None, made_at=NOON)
    ehya("keys", "add", "fund", "--role", "investor", "--investor", "صندوق کاوه")
    ehya("keys", "add", "again", "--role", "investor", "--investor", "صندوق  كاوه")
    assert {one["investor"] for one in json.loads(ehya("keys", "list", "--json").stdout)} == {"صندوق کاوه"}
    assert "No key" in ehya("nda", "accept", "صندوق دیگر", "inva@1", code=2).stderr
    ehya("nda", "accept", "صندوق كاوه", "inva@1")
    ehya("nda", "end", "صندوق کاوه", "inva@1", language="fa")
    assert json.loads(ehya("nda", "list", "--json").stdout)[0]["ended_at"]
    acts = [line["act"] for line in json.loads(ehya("audit", "list", "--json").stdout)]
    assert acts == ["agreement_ended", "agreement_confirmed", "agreed", "key_added", "key_added"]
    assert "5 lines" in ehya("audit", "verify").stdout
    head = json.loads(ehya("audit", "verify", "--json").stdout)["head"]
    ehya("audit", "verify", "--head", head)
    assert "cut off" in ehya("audit", "verify", "--head", "ab", code=1).stderr
