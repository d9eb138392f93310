"""A real Dask cluster of three worker processes: one killed midway, the same bytes; clusters that cannot be used."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.shards import map_shards, workers
from engine.shards.cluster import cluster
from engine.shards.mapping import LOCK

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of a library and of workers that are killed

SHARDS = 24


@dataclass(frozen=True)
class Slowly:
    """Doubles a column after a while, so that a worker can be killed while it works."""

    seconds: float = 0.0

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        time.sleep(self.seconds)
        return rows * 2


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as found:
        yield found


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "in"
    folder.mkdir()
    files = [folder / f"{number:02d}.parquet" for number in range(SHARDS)]
    for number, file in enumerate(files):
        pd.DataFrame({"jobs": [number] * (number % 5)}, dtype="int64").to_parquet(file)
    return files


def test_a_cluster_writes_the_bytes_of_one_process_though_a_worker_is_killed(running, shards, tmp_path):
    alone = map_shards(Slowly(), shards, tmp_path / "alone", identity="x", processes=1)
    killed: list[int] = []

    def kill(done: int) -> None:
        if done == 3 and not killed:
            killed.append(running.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    with cluster(running.scheduler_address) as client:
        together = map_shards(Slowly(0.1), shards, tmp_path / "all", identity="x", client=client, told=kill)
    assert killed
    assert [file.read_bytes() for file in together.results] == [file.read_bytes() for file in alone.results]
    assert together.rows == alone.rows


def test_a_scheduler_remembers_a_few_tasks_however_many_follow(running, shards, tmp_path):
    most: list[int] = []
    with cluster(running.scheduler_address) as client:

        def count(_: int) -> None:
            most.append(len(running.scheduler.tasks))

        map_shards(Slowly(), shards, tmp_path / "out", identity="x", client=client, told=count)
    # Three workers of one thread; the function; and one that ended, which the scheduler forgets a moment later.
    assert max(most) <= workers.AHEAD * 3 + 2 < SHARDS


def test_what_a_function_refuses_on_a_worker_is_told_here(running, shards, tmp_path):
    with cluster(running.scheduler_address) as client, pytest.raises(EhyaError) as refused:
        map_shards(_refusing, shards, tmp_path / "out", identity="x", client=client)
    assert refused.value.facts == {"given": "there"}


def test_an_address_where_nobody_answers_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(EhyaError) as refused, cluster(address, seconds=0.5):
            pass
    assert (refused.value.code, refused.value.facts["given"]) == (ErrorCode.CLUSTER_UNREACHABLE, address)


@pytest.mark.parametrize(
    "given",
    ["nonsense", "http://10.0.0.5:8786", "tcp://10.0.0.5", "", "10.0.0.5:8786:1", "tcp://127.0.0.1:99999"],
)
def test_what_is_no_address_is_refused_at_once_and_quietly(given, capfd):
    with pytest.raises(EhyaError) as refused, cluster(given):
        pass
    gc.collect()
    assert (refused.value.code, refused.value.facts["given"]) == (ErrorCode.CLUSTER_UNREACHABLE, given)
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_on_one_worker_is_named_and_what_others_made_stays_whole(running, shards, tmp_path):
    with cluster(running.scheduler_address) as client:
        full = next(iter(client.nthreads()))
        client.run(_files_of_at_most, 64, workers=[full])
        try:
            with pytest.raises(EhyaError) as refused:
                map_shards(Slowly(0.05), shards, tmp_path / "out", identity="x", client=client)
        finally:
            client.run(_files_of_at_most, -1, workers=[full])
        assert refused.value.code is ErrorCode.FILE_NOT_WRITTEN
        done = map_shards(Slowly(0.05), shards, tmp_path / "out", identity="x", client=client)
    assert done.rows == sum(number % 5 for number in range(SHARDS))
    assert sorted(file.name for file in (tmp_path / "out").iterdir() if file.name != LOCK) == [s.name for s in shards]


def _files_of_at_most(size: int) -> None:
    import resource

    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (most if size < 0 else size, most))


def test_workers_of_other_versions_are_refused(running, monkeypatch):
    monkeypatch.setattr("engine.shards.cluster.version", lambda _: "0.1")  # here; what workers say stays as it is
    with pytest.raises(EhyaError) as refused, cluster(running.scheduler_address):
        pass
    assert refused.value.code is ErrorCode.CLUSTER_OF_OTHER_VERSIONS


@dataclass(frozen=True)
class Unknown:
    """Cannot be loaded by a worker: as code that is not the same there."""

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows

    def __reduce__(self) -> tuple[Any, ...]:
        return _elsewhere, (os.getpid(),)


def _elsewhere(here: int) -> Unknown:
    if os.getpid() != here:
        raise ImportError("cannot import name 'point'")
    return Unknown()


def test_a_worker_that_cannot_load_the_function_has_other_code(running, shards, tmp_path):
    with cluster(running.scheduler_address) as client, pytest.raises(EhyaError) as refused:
        map_shards(Unknown(), shards, tmp_path / "out", identity="x", client=client)
    assert refused.value.code is ErrorCode.CLUSTER_OF_OTHER_VERSIONS
    assert "point" in str(refused.value.facts["unlike"])


def test_a_cluster_that_loses_all_workers_is_given_up_and_what_was_made_stays(running, shards, tmp_path, monkeypatch):
    """The last of this file: the cluster is gone after it."""
    monkeypatch.setattr(workers, "PATIENCE", 1.0)

    def leave(done: int) -> None:
        if done == 2:
            running.scale(0)

    with cluster(running.scheduler_address) as client, pytest.raises(EhyaError) as refused:
        map_shards(Slowly(0.1), shards, tmp_path / "out", identity="x", client=client, told=leave)
    assert refused.value.code is ErrorCode.CLUSTER_LOST
    again = map_shards(Slowly(), shards, tmp_path / "out", identity="x", processes=1)
    assert again.kept >= 2


def _refusing(_: pd.DataFrame) -> pd.DataFrame:
    raise EhyaError(ErrorCode.SHARD_NOT_UNITS, given="there")
