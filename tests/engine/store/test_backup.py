"""A backup is trusted only when it is whole, and a restore leaves the old register or the new one."""

import hashlib
import json
import random
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy.engine import make_url

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from engine.store.backup import back_up
from engine.store.backup import restore as restore_at

NOON = datetime(2025, 1, 10, 12)
restore = partial(restore_at, made_at=NOON)
WEAVER = {"identity": "business:1", "name": "بافندگی", "jobs_now": 30}
MILL = {"identity": "name:mill", "name": "آسیاب", "land_m2": 1200.5}


@pytest.fixture
def path(sqlite_url):
    return Path(make_url(sqlite_url).database)


@pytest.fixture(scope="module")
def one_unit(given, tmp_path_factory):
    """A register of one unit and its backup, to be copied."""
    place = tmp_path_factory.mktemp("one-unit")
    url = f"sqlite:///{place / 'ehya.db'}"
    with Register.open(url) as register:
        register.imports.commit(given(WEAVER), imported_at=NOON)
    back_up(url, place / "ehya.zip", made_at=NOON)
    return place


@pytest.fixture
def backup(one_unit, path, tmp_path):
    """A backup of a register of one unit, which stands beside it."""
    shutil.copy(one_unit / "ehya.db", path)
    out = tmp_path / "copies" / "ehya.zip"
    out.parent.mkdir()
    shutil.copy(one_unit / "ehya.zip", out)
    return out


def refused(code, call, *args, **named):
    with pytest.raises(EhyaError) as refusal:
        call(*args, **named)
    assert refusal.value.code is code


def names(url):
    with Register.open(url) as register:
        assert register.check() == ()
        return sorted(register.units()["name"])


def test_a_backup_says_what_it_holds(backup, sqlite_url, tmp_path):
    manifest = back_up(sqlite_url, tmp_path / "again.zip", made_at=NOON)
    assert manifest.made_at == "2025-01-10T12:00:00"
    assert (manifest.counts["units"], manifest.problems) == (1, ())
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["sha256"] == manifest.sha256
    assert sorted(file.name for file in backup.parent.iterdir()) == ["ehya.zip"]


def test_a_restore_brings_the_register_back_and_can_be_undone(backup, sqlite_url, path, given):
    with Register.open(sqlite_url) as register:
        before = register.units()
        register.imports.commit(given(MILL), imported_at=NOON)
    done = restore(backup, sqlite_url)
    with Register.open(sqlite_url) as register:
        pd.testing.assert_frame_equal(before, register.units())
    assert done.replaced == Path(f"{path}.before-restore")
    assert done.manifest is not None
    restore(done.replaced, sqlite_url)
    assert names(sqlite_url) == ["آسیاب", "بافندگی"]
    restore(done.replaced, sqlite_url)
    assert names(sqlite_url) == ["بافندگی"]


def test_a_backup_can_be_taken_while_others_have_the_register_open(backup, sqlite_url, path, given, tmp_path):
    with Register.open(sqlite_url) as register:
        register.imports.commit(given(MILL), imported_at=NOON)
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM units WHERE 0")
        assert back_up(sqlite_url, tmp_path / "live.zip", made_at=NOON).counts["units"] == 2
        writer.execute("ROLLBACK")
        writer.close()


def test_a_register_that_somebody_has_open_is_not_replaced(backup, sqlite_url, given):
    with Register.open(sqlite_url) as register:
        register.imports.commit(given(MILL), imported_at=NOON)
        refused(ErrorCode.REGISTER_IN_USE, restore, backup, sqlite_url, busy_seconds=0.1)
        assert len(register.units()) == 2
    restore(backup, sqlite_url)
    assert names(sqlite_url) == ["بافندگی"]


def test_a_restore_where_nothing_was_makes_the_register(backup, tmp_path):
    url = f"sqlite:///{tmp_path / 'new' / 'ehya.db'}"
    assert restore(backup, url).replaced is None
    assert names(url) == ["بافندگی"]


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 500])
def test_a_register_beyond_repair_can_be_replaced_and_its_log_is_not_played_into_the_new_one(
    backup, sqlite_url, path, damage
):
    path.write_bytes(damage)
    Path(f"{path}-wal").write_bytes(b"x" * 5000)
    restore(backup, sqlite_url)
    assert names(sqlite_url) == ["بافندگی"]
    assert Path(f"{path}.before-restore").read_bytes() == damage


def test_one_changed_byte_is_noticed(backup, sqlite_url, path, tmp_path):
    with zipfile.ZipFile(backup) as archive:
        manifest, database = archive.read("manifest.json"), bytearray(archive.read("ehya.db"))
    database[5000] ^= 1
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("ehya.db", bytes(database))
    before = path.read_bytes()
    refused(ErrorCode.BACKUP_DAMAGED, restore, tmp_path / "bad.zip", sqlite_url)
    assert path.read_bytes() == before


def test_more_than_was_announced_is_not_unpacked(backup, sqlite_url, tmp_path):
    with zipfile.ZipFile(backup) as archive:
        manifest, database = archive.read("manifest.json"), archive.read("ehya.db")
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("ehya.db", database + bytes(10**7))
    refused(ErrorCode.BACKUP_DAMAGED, restore, tmp_path / "big.zip", sqlite_url)


@pytest.mark.parametrize("seed", range(60))
def test_a_backup_that_was_cut_or_scratched_anywhere_is_called_damaged_and_changes_nothing(
    backup, sqlite_url, path, tmp_path, seed
):
    dice, content = random.Random(seed), bytearray(backup.read_bytes())
    if seed % 3 == 0:
        content = content[: dice.randrange(1_000, len(content))]
    elif seed % 3 == 1:
        content[dice.randrange(1_000, len(content) - 300)] ^= 1 << dice.randrange(8)
    else:  # the table of contents
        content[-dice.randrange(1, 240)] ^= 1 << dice.randrange(8)
    (tmp_path / "bad.zip").write_bytes(content)
    before = path.read_bytes()
    refusal = None
    try:
        restore(tmp_path / "bad.zip", sqlite_url)  # the scratch may be in a date
    except EhyaError as error:
        refusal = error.code
    assert refusal in (None, ErrorCode.BACKUP_DAMAGED)
    assert refusal is None or path.read_bytes() == before
    assert names(sqlite_url) == ["بافندگی"]


@pytest.mark.parametrize("kind", ["text", "zip", "database"])
def test_a_foreign_file_is_refused(backup, sqlite_url, tmp_path, kind):
    foreign = tmp_path / "foreign"
    if kind == "text":
        foreign.write_text("یادداشت")
    elif kind == "zip":
        with zipfile.ZipFile(foreign, "w") as archive:
            archive.writestr("a.txt", "a")
    else:
        with closing(sqlite3.connect(foreign)) as connection:
            connection.execute("CREATE TABLE units (x)")
    refused(ErrorCode.NOT_A_BACKUP, restore, foreign, sqlite_url)
    assert names(sqlite_url) == ["بافندگی"]


def test_a_backup_of_a_later_version_is_refused(sqlite_url, path, backup, tmp_path):
    later = tmp_path / "later.db"
    restore(backup, f"sqlite:///{later}")
    with sqlite3.connect(later) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused(ErrorCode.DATABASE_NEWER, restore, later, sqlite_url)


def test_a_register_that_strayed_is_backed_up_with_a_word_and_refused_without_one(sqlite_url, path, backup, tmp_path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE units SET jobs_now = 31")
    connection.close()
    manifest = back_up(sqlite_url, tmp_path / "strayed.zip", made_at=NOON)
    assert manifest.problems == ("units_differ_from_history",)
    restore(tmp_path / "strayed.zip", sqlite_url)
    refused(ErrorCode.REGISTER_UNSOUND, restore, Path(f"{path}.before-restore"), sqlite_url)


def test_no_backup_is_made_of_nothing_nor_of_a_damaged_file(sqlite_url, path, tmp_path):
    refused(ErrorCode.FILE_NOT_FOUND, back_up, sqlite_url, tmp_path / "x.zip", made_at=NOON)
    path.write_text("no database" * 1000)
    refused(ErrorCode.REGISTER_UNSOUND, back_up, sqlite_url, tmp_path / "x.zip", made_at=NOON)
    assert not (tmp_path / "x.zip").exists()


@pytest.mark.parametrize("url", ["postgresql://localhost/ehya", "sqlite://"])
def test_another_database_is_left_to_its_own_tool(url, tmp_path):
    refused(ErrorCode.BACKUP_ELSEWHERE, back_up, url, tmp_path / "x.zip", made_at=NOON)
    refused(ErrorCode.BACKUP_ELSEWHERE, restore, tmp_path / "x.zip", url)


def test_what_persons_made_by_hand_goes_with_the_register_and_comes_back(backup, sqlite_url, path, tmp_path):
    home = path.parent
    (home / "panel").mkdir()
    (home / "panel" / "p1.json").write_text("asked", "utf-8")
    (home / "panel" / "پاسخ‌های گروه (2).xlsx").write_text("answers", "utf-8")
    (home / "panel" / "~$answers.xlsx").write_text("open in Excel", "utf-8")
    (home / "effects.csv").write_text("mine", "utf-8")
    settings = Settings(home=home, database_url=sqlite_url)
    manifest = back_up(sqlite_url, tmp_path / "all.zip", made_at=NOON, beside=settings.made_by_hand)
    assert set(manifest.files) == {"panel/p1.json", "panel/پاسخ‌های گروه (2).xlsx", "effects.csv"}
    (home / "panel" / "p1.json").unlink()
    (home / "effects.csv").write_text("other", "utf-8")
    done = restore(tmp_path / "all.zip", sqlite_url, home=home)
    assert set(done.files) == set(manifest.files)
    assert (home / "panel" / "p1.json").read_text("utf-8") == "asked"
    assert (home / "effects.csv").read_text("utf-8") == "mine"
    assert (home / "effects.csv.before-restore").read_text("utf-8") == "other"
    assert restore(backup, sqlite_url, home=home).files == ()  # one without further files touches none


@pytest.mark.parametrize("name", ["../x.csv", "panel/../../x", "panel/..", "panel/~$p1.xlsx", "ehya.db", "effects.csv"])
def test_a_further_file_that_leads_elsewhere_or_is_another_is_refused(backup, sqlite_url, tmp_path, name):
    bad, content = tmp_path / "bad.zip", b"mine"
    digest = hashlib.sha256(b"another" if name == "effects.csv" else content).hexdigest()
    with zipfile.ZipFile(backup) as whole, zipfile.ZipFile(bad, "w") as archive:
        manifest = json.loads(whole.read("manifest.json"))
        archive.writestr("manifest.json", json.dumps(manifest | {"files": {name: digest}}))
        archive.writestr("ehya.db", whole.read("ehya.db"))
        if name != "ehya.db":
            archive.writestr(name, content)
    refused(ErrorCode.BACKUP_DAMAGED, restore, bad, sqlite_url, home=tmp_path)
    assert names(sqlite_url) == [WEAVER["name"]]


BY = {"made_at": NOON, "actor": "terminal"}


@pytest.fixture
def shared(sqlite_url, tmp_path):
    """A register with two keys, an account and an agreement, open all of them when its backup was made."""
    with Register.open(sqlite_url) as register:
        key = {"role": "bank", "investor": None, "expires_at": None, **BY}
        for name in ("leaked", "good"):
            register.keys.add(key_id=f"id-{name}", name=name, digest=name, **key)
        register.people.add(name="left", role="bank", investor=None, password="$argon2id$", **BY)
        made = {"event": "INVA", "as_of": NOON, "model_version": None, "made_at": NOON}
        register.packages.add(name="inva", **made, document={}, inputs={})
        register.packages.freeze("inva", 1, role="deputy", signed_on=NOON, note=None, made_at=NOON)
        register.agreements.accept("fund", "inva", 1, confirmed=True, **BY)
        for name in ("ended", "standing"):
            hook = {"webhook_id": name, "address": "https://example.org/", "secret": "whsec_a", "seen": {}}
            register.webhooks.add("fund", "food", **hook, **BY)
            register.webhooks.say(name, f"to-{name}", "{}", seen={}, now=NOON)
    back_up(sqlite_url, tmp_path / "shared.zip", made_at=NOON)
    return tmp_path / "shared.zip"


def close_all(url):
    with Register.open(url) as register:
        register.keys.revoke("leaked", **BY)
        register.people.disable("left", **BY)
        register.agreements.end("fund", "inva", 1, **BY)
        register.webhooks.end("fund", "ended", **BY)


def standing(url):
    with Register.open(url) as register:
        keys = [key.name for key in register.keys() if key.revoked_at is None]  # noqa: SIM118 (a repository, no mapping)
        people = [one.name for one in register.people() if one.disabled_at is None]
        return keys, people, register.agreements()["ended_at"].isna().sum()


def test_a_password_that_was_given_up_since_the_backup_opens_nothing_again(shared, sqlite_url):
    with Register.open(sqlite_url) as register:
        register.people.set_password("left", "$argon2id$given-up", **BY)
        register.people.set_password("left", "$argon2id$new", **BY)
    assert restore(shared, sqlite_url).closed.passwords == ("left",)
    with Register.open(sqlite_url) as register:
        assert [one.password for one in register.people()] == ["$argon2id$new"]
        assert "password_changed" in register.audit()["act"].tolist()


def test_what_was_closed_since_the_backup_stays_closed_and_the_audit_says_why(shared, sqlite_url):
    close_all(sqlite_url)
    with Register.open(sqlite_url) as register:
        before, state = register.audit.verify(), register.access_state()
    closed = restore(shared, sqlite_url).closed
    assert (closed.keys, closed.people, closed.agreements) == (("leaked",), ("left",), ("fund inva@1",))
    assert closed.webhooks == ("ended",)
    assert standing(sqlite_url) == (["good"], [], 0)
    with Register.open(sqlite_url) as register:
        assert register.audit.verify().sound
        assert register.check() == ()
        assert [one.webhook_id for one in register.webhooks()] == ["standing"]
        due = register.webhooks.due(now=NOON, busy_until=NOON)
        assert [message.message_id for message, _ in due] == ["to-standing"]
        acts = register.audit()["act"].head(5).tolist()
        assert acts == ["agreement_ended", "webhook_ended", "person_disabled", "key_revoked", "register_restored"]
        assert before.head in register.audit()["facts"].iloc[4]
        assert register.access_state() == state  # nothing to learn for a service that runs


def test_a_service_that_runs_learns_of_another_register_with_as_many_keys(shared, sqlite_url):
    later = BY | {"made_at": datetime(2025, 1, 11)}
    made = {"role": "bank", "investor": None, "digest": "x", "expires_at": None}
    with Register.open(sqlite_url) as register:
        register.keys.add(key_id="id-new", name="new", **made, **later)
        state = register.access_state()
    restore(shared, sqlite_url)
    with Register.open(sqlite_url) as register:
        register.keys.add(key_id="id-other", name="other", **made, **BY | {"made_at": datetime(2025, 1, 12)})
        assert register.access_state() != state


def test_where_the_register_of_before_cannot_be_read_it_is_said(shared, sqlite_url, path):
    close_all(sqlite_url)
    path.write_bytes(b"broken " * 400)
    assert restore(shared, sqlite_url).closed is None
    assert standing(sqlite_url) == (["good", "leaked"], ["left"], 1)
