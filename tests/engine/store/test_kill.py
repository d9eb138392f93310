"""Whatever is killed at any moment: nothing acknowledged is lost and nothing is half done.

Import, merge and restore are each killed at 70 moments, 210 in all; ``EHYA_TEST_KILL_MOMENTS=200 uv run pytest
tests/engine/store/test_kill.py`` kills each at 200.
"""

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from engine.store import Register
from engine.store.backup import back_up

_SPEC = spec_from_file_location("working_process", Path(__file__).with_name("working_process.py"))
working = module_from_spec(_SPEC)
sys.modules[_SPEC.name] = working  # dataclasses look their module up
_SPEC.loader.exec_module(working)
MOMENTS = int(os.environ.get("EHYA_TEST_KILL_MOMENTS", "70"))


class Worker:
    """The other process: works on registers, and can be killed at it."""

    def __init__(self):
        script = Path(working.__file__)
        root = Path(__file__).parents[3]
        environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.heard() == "ready"

    def heard(self):
        return self.process.stdout.readline().strip()

    def start(self, path, name):
        """Begin; returns the number of the process that works."""
        self.process.stdin.write(f"{path}\t{name}\n")
        self.process.stdin.flush()
        return int(self.heard())

    def run(self, path, name):
        """Let it come to its end; returns the seconds it took."""
        self.start(path, name)
        began = time.perf_counter()
        self.collect()
        return time.perf_counter() - began

    def collect(self):
        """Wait for the end of what was begun; returns how many acts were acknowledged."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        done = 0
        while (word := self.heard()) == "done":
            done += 1
        assert word == "ended"
        return done

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def worker():
    with closing(Worker()) as process:
        yield process


def killed(worker, path, name, moments):
    """Kill at that many random moments, each time on a copy; yields the copy and how many acts were acknowledged."""
    trial = path.with_name(f"{name}.db")
    shutil.copy(path, trial)
    seconds = worker.run(trial, name)
    generator = random.Random(20)
    for moment in range(moments):
        copy = path.with_name(f"killed-{moment}.db")
        shutil.copy(path, copy)
        number = worker.start(copy, name)
        time.sleep(generator.uniform(0, 1.1) * seconds)
        os.kill(number, signal.SIGKILL)
        yield copy, worker.collect()
        for file in path.parent.glob(f"{copy.name}*"):
            file.unlink()


def fingerprint(path):
    """Digest of everything the file holds, schema and triggers included."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


@pytest.fixture
def first(tmp_path, worker):
    """A register after its first import, closed."""
    path = tmp_path / "first.db"
    worker.run(path, "first")
    return path


@pytest.mark.slow
def test_a_killed_import_leaves_the_register_as_before_or_as_after(first, worker):
    second = first.with_name("whole.db")
    shutil.copy(first, second)
    worker.run(second, "second")
    before, after = fingerprint(first), fingerprint(second)
    assert before != after
    left = []
    for path, done in killed(worker, first, "second", MOMENTS):
        left.append(fingerprint(path))
        assert left[-1] in ({after} if done else {before, after})
        if left.count(before) == 1 and left[-1] == before:
            with Register.open(f"sqlite:///{path}") as register:
                assert register.check() == ()
            worker.run(path, "second")
            assert fingerprint(path) == after
    assert before in left  # else nothing was killed in time and nothing was tried


@pytest.mark.slow
def test_killed_merges_are_whole_and_those_acknowledged_are_there(first, worker):
    @cache
    def merged(count):
        path = first.with_name(f"merged-{count}.db")
        shutil.copy(first, path)
        with Register.open(f"sqlite:///{path}") as register:
            assert len(list(working.merge(register, count))) == count
        return fingerprint(path)

    counts = []
    for path, done in killed(worker, first, "merge", MOMENTS):
        with Register.open(f"sqlite:///{path}") as register:
            counts.append(register.counts()["merges"])
        assert done <= counts[-1] <= done + 1
        assert fingerprint(path) == merged(counts[-1])
    assert min(counts) < working.MERGES


@pytest.mark.slow
def test_a_killed_restore_leaves_the_old_register_or_the_new_one(first, worker):
    newer = first.with_name("newer.db")
    shutil.copy(first, newer)
    worker.run(newer, "second")
    back_up(f"sqlite:///{newer}", first.with_name(working.BACKUP), made_at=working.NOON)
    old, new = fingerprint(first), fingerprint(newer)
    left = []
    for path, done in killed(worker, first, "restore", MOMENTS):
        left.append(fingerprint(path))
        assert left[-1] in ({new} if done else {old, new})
        if left[-1] == new:
            assert fingerprint(f"{path}.before-restore") == old
    assert old in left
