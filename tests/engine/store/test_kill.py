"""An import that is killed leaves the register as it was before or as it is after, never between."""

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
from pathlib import Path

import pytest

from engine.store import Register

MOMENTS = 20


class Importer:
    """The other process: starts imports, which can be killed."""

    def __init__(self):
        script = Path(__file__).with_name("importing_process.py")
        root = Path(__file__).parents[3]
        environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.heard() == "ready"

    def heard(self):
        return self.process.stdout.readline().strip()

    def start(self, path, name):
        """Begin an import; returns the number of the process that does it."""
        self.process.stdin.write(f"{path}\t{name}\n")
        self.process.stdin.flush()
        return int(self.heard())

    def run(self, path, name):
        """Let an import come to its end; returns the seconds it took."""
        self.start(path, name)
        began = time.perf_counter()
        self.collect()
        return time.perf_counter() - began

    def collect(self):
        """Wait for the end of the import that was begun."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.heard() == "ended"

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0


@pytest.fixture
def importer():
    with closing(Importer()) as process:
        yield process


def fingerprint(path):
    """Digest of everything the file holds, schema and triggers included."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return hashlib.sha256("\n".join(connection.iterdump()).encode()).hexdigest()


@pytest.mark.slow
def test_an_import_killed_at_any_moment_leaves_the_register_as_before_or_as_after(tmp_path, importer):
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    importer.run(first, "first")
    shutil.copy(first, second)
    seconds = importer.run(second, "second")
    before, after = fingerprint(first), fingerprint(second)
    assert before != after

    generator, left = random.Random(20), []
    for moment in range(MOMENTS):
        path = tmp_path / f"killed-{moment}.db"
        shutil.copy(first, path)
        number = importer.start(path, "second")
        time.sleep(generator.uniform(0, 1.1) * seconds)
        os.kill(number, signal.SIGKILL)
        importer.collect()
        left.append(fingerprint(path))
    assert set(left) <= {before, after}
    assert before in left  # else no import was killed in time and nothing was tried

    killed = tmp_path / f"killed-{left.index(before)}.db"
    with Register.open(f"sqlite:///{killed}") as register:
        assert register.check() == ()
    importer.run(killed, "second")
    assert fingerprint(killed) == after
