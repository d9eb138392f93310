"""Who may read a register, and reading one where nobody may write."""

import os
import stat
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.backup import back_up, restore

NOON = datetime(2025, 1, 10, 12)
WEAVER = {"identity": "business:1", "name": "بافندگی", "jobs_now": 30}
NOBODY = 65534


@pytest.fixture
def path(sqlite_url):
    return Path(make_url(sqlite_url).database)


@pytest.fixture
def filled(sqlite_url, given):
    with Register.open(sqlite_url) as register:
        register.imports.commit(given(WEAVER), imported_at=NOON)
    return sqlite_url


@contextmanager
def read_only(folder):
    """Nobody may write to a folder nor to the files in it; root, who may everything, reads as somebody else."""
    files = [entry for entry in folder.iterdir() if entry.is_file()]
    kept = {place: stat.S_IMODE(place.stat().st_mode) for place in (*files, folder, *_reached(folder))}
    root = os.geteuid() == 0
    for place in kept:
        place.chmod(0o444 if place in files else 0o555)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for place, mode in kept.items():
            if place.exists():
                place.chmod(mode)


def _reached(folder):
    """Folders above that only their owner may pass, where that is root."""
    return [above for above in folder.parents if os.geteuid() == 0 and not above.stat().st_mode & 0o001]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_register_is_read_by_its_owner_alone_from_its_first_moment(filled, path, given):
    with Register.open(filled) as register:
        register.imports.commit(given(WEAVER | {"jobs_now": 31}, as_of="2025-01-01"), imported_at=NOON)
        assert {mode(entry) for entry in path.parent.iterdir() if entry.name.startswith("ehya.db")} == {0o600}


def test_a_register_that_others_could_read_is_closed_to_them_when_it_is_opened(filled, path):
    path.chmod(0o644)
    with Register.open(filled):
        assert mode(path) == 0o600


def test_a_backup_and_what_is_restored_of_it_are_read_by_their_owner_alone(filled, path, tmp_path):
    backup = tmp_path / "out" / "register.zip"
    back_up(filled, backup, made_at=NOON)
    restored = restore(backup, filled, made_at=NOON)
    assert mode(backup) == mode(path) == mode(restored.replaced) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of this system are others")
class TestReadOnly:
    def test_a_workspace_that_nobody_may_write_to_can_be_read(self, filled, path):
        with Register.open(filled) as register:
            shown, history = register.units(), register.units.history(register.units().index[0])
        with read_only(path.parent), Register.open(filled) as register:
            assert register.units().equals(shown)
            assert register.units.history(shown.index[0]).equals(history)
            assert register.check() == ()

    def test_writing_to_it_is_refused_and_changes_nothing(self, filled, path, given):
        before = path.read_bytes()
        with read_only(path.parent), Register.open(filled) as register, pytest.raises(EhyaError) as refusal:
            register.imports.commit(given(WEAVER | {"jobs_now": 31}, as_of="2025-01-01"), imported_at=NOON)
        assert refusal.value.code is ErrorCode.DATABASE_FAILED
        assert "readonly" in str(refusal.value)
        assert path.read_bytes() == before

    def test_a_register_of_a_name_full_of_signs_is_read_too(self, tmp_path, given):
        place = tmp_path / "100% واحد?#" / "ehya.db"
        url = make_url("sqlite://").set(database=str(place))
        with Register.open(url) as register:
            register.imports.commit(given(WEAVER), imported_at=NOON)
        with read_only(place.parent), Register.open(url) as register:
            assert len(register.units()) == 1
