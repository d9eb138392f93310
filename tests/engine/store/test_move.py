"""A register moves to another database whole or not at all, and goes on there as if nothing had happened."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from engine.errors import EhyaError, ErrorCode
from engine.store import Act, Register
from engine.store.move import move

NOON = datetime(2026, 1, 2, 12)
ROOT = Path(__file__).resolve().parents[3]
ROWS = [{"identity": f"business:{number}", "name": f"واحد {number}", "jobs_now": number} for number in range(30)]


@pytest.fixture
def source(tmp_path, given) -> str:
    address = f"sqlite:///{tmp_path / 'source' / 'ehya.db'}"
    with Register.open(address) as register:
        register.imports.commit(given(*ROWS), imported_at=NOON)
        register.audit.note(made_at=NOON, actor="terminal", act=Act.DECIDED, subject="جفت", text="«نقل»")
    return address


def carry(source: str, target: str, **more):
    return move(source, target, made_at=NOON, actor="terminal", **more)


def refusal(source: str, target: str) -> ErrorCode:
    with pytest.raises(EhyaError) as refused:
        carry(source, target)
    return refused.value.code


def test_all_that_a_register_holds_comes_along_and_more_can_be_written(source, url, given, tmp_path):
    seen: list[tuple[int, int]] = []
    moved = carry(source, url, told=lambda _, done, rows: seen.append((done, rows)))
    assert seen[-1] == (sum(moved.counts.values()),) * 2
    back = f"sqlite:///{tmp_path / 'back.db'}"
    carry(url, back)
    with Register.open(source) as old, Register.open(url) as new, Register.open(back) as third:
        for register, moves in ((new, 1), (third, 2)):
            pd.testing.assert_frame_equal(register.units(), old.units())
            assert register.counts() == old.counts() | {"audit": 1 + moves}
            assert register.audit.verify(head=moved.audit_head).sound
            assert register.check() == ()
        more = given({"identity": "business:99", "name": "تازه"}, source="next.xlsx", as_of="2025-03-21")
        assert new.imports.commit(more, imported_at=NOON).import_id == 2  # its numbers go on


def test_a_register_that_is_there_is_never_mixed_with_another(source, url, given):
    with Register.open(url) as there:
        there.imports.commit(given(ROWS[0]), imported_at=NOON)
        before = there.counts()
        assert refusal(source, url) is ErrorCode.MOVE_TARGET_NOT_EMPTY
        assert there.counts() == before
    assert refusal(source, source) is ErrorCode.MOVE_TARGET_NOT_EMPTY


def test_a_database_of_another_program_is_left_alone(source, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(other)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE songs (x)"))
    engine.dispose()
    assert refusal(source, other) is ErrorCode.DATABASE_FOREIGN


def test_without_a_register_there_is_nothing_to_move_and_no_file_is_made(tmp_path):
    source, target = tmp_path / "none.db", tmp_path / "target.db"
    assert refusal(f"sqlite:///{source}", f"sqlite:///{target}") is ErrorCode.FILE_NOT_FOUND
    assert not source.exists()
    assert not target.exists()


def test_a_move_that_fails_on_the_way_leaves_the_target_as_it_was(source, url):
    def fail(name: str, _done: int, _rows: int) -> None:
        if name == "sightings":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry(source, url, told=fail)
    assert carry(source, url).counts["units"] == len(ROWS)


def test_a_move_that_is_killed_leaves_nothing_half_written(source, url):
    code = (
        "import os, sys; from datetime import datetime; from engine.store.move import move\n"
        "told = lambda name, done, rows: name == 'sightings' and os.kill(os.getpid(), 9)\n"
        "move(sys.argv[1], sys.argv[2], made_at=datetime(2026, 1, 2), actor='terminal', told=told)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, source, url], cwd=ROOT, env=os.environ, check=False, timeout=120)
    assert done.returncode == -9
    assert carry(source, url).counts["units"] == len(ROWS)
