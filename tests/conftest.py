"""Make the folder of the laws importable; what is costly to make is made once for all workers of a run.

How the suite is kept fast, with figures: docs/decisions/0039-a-fast-suite.md.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest
import typer.testing

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent / "laws"))
# Typer reads all commands anew for each line that a test types, as each process of a person must: .07 s a line.
typer.testing._get_command = cache(typer.testing._get_command)

# How long an example takes says how busy a machine is; speed is measured in experiments/bench.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

T = TypeVar("T")

LONGEST = (
    "tests/training/pipeline/test_outcomes.py",
    "tests/engine/intake/test_untidy.py",
    "tests/serving/api/browsing/test_browser.py",
    "tests/serving/api/browsing/test_rooms_browser.py",
    "tests/serving/api/door/test_browser.py",
    "tests/engine/store/test_kill.py",
    "tests/engine/store/test_undoing.py",
    "tests/serving/cli/test_commands.py",
    "tests/training/monitoring/test_fresh_outcomes.py",
    "tests/training/test_tutorial.py",
    "tests/serving/test_doors.py",
    "tests/training/pipeline/test_challenge.py",
    "tests/serving/cli/commands/test_models.py",
    "tests/engine/intake/test_mutants.py",
    "tests/experiments/test_province_recovery.py",
    "tests/training/monitoring/test_report.py",
    "tests/experiments/test_reported_revivals.py",
    "tests/engine/store/test_writers.py",
    "tests/serving/disclosure/test_byte_law.py",
    "tests/training/models/test_maturing.py",
    "tests/engine/matching/test_laws.py",
)
"""Files of forty processor seconds or more, the longest first. A worker takes whole files in the order of collection,
so that a long one at the end leaves the other workers idle."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files."""
    place = {config.rootpath / path: at for at, path in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))  # stable: the others keep their order


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


@pytest.fixture(scope="session")
def empty_records(once: Once) -> Path:
    """A folder, to be copied, with MLflow's records as a first training makes them: its migrations take seconds."""

    def made(home: Path) -> None:
        from engine.settings import Settings
        from training.registry.mlflow_store import workspace

        with workspace(Settings.from_environment({"EHYA_HOME": str(home)})):
            pass

    return once.folder("mlflow-records", made)


@pytest.fixture(scope="session")
def workers() -> Iterator[str]:
    """Address of a Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as found:
        yield found.scheduler_address
