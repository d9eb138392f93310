"""Make the folder of the laws importable; what is costly to make is made once for all workers of a run."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent / "laws"))

T = TypeVar("T")


class Once:
    """Files that all workers of a run share: the first who asks makes one, the others wait and read it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(exist_ok=True)

    def value(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` returns; everybody has a copy of it."""
        path = self.place / f"{name}.pickle"
        with self._alone(name):
            if not path.exists():
                path.write_bytes(pickle.dumps(make()))
        return pickle.loads(path.read_bytes())

    def folder(self, name: str, fill: Callable[[Path], object]) -> Path:
        """A folder that ``fill`` has filled: to be copied or read, not to be written to."""
        path = self.place / name
        with self._alone(name):
            if not path.exists():
                # A fill that fails leaves no half of a folder to those who wait.
                unfinished = self.place / f"{name}.{os.getpid()}"
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(path)
        return path

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        lock = self.place / f"{name}.lock"
        while True:
            try:
                lock.touch(exist_ok=False)
                break
            except FileExistsError:
                time.sleep(0.05)
        try:
            yield
        finally:
            lock.unlink()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    base = tmp_path_factory.getbasetemp()
    # A worker's folder lies in that of the run.
    return Once((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once")
