"""Shards in, shards out: bytes, resumption, and what is refused before anything is written."""

from __future__ import annotations

import errno
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.locking import locked
from engine.shards import map_shards
from engine.shards.mapping import LOCK

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Twice:
    """Doubles a column; refuses a number, where it is told to."""

    refused: int = -1

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        if (rows["jobs"] == self.refused).any():
            raise EhyaError(ErrorCode.SHARD_NOT_UNITS, given="a row", why="refused")
        return pd.DataFrame({"jobs": rows["jobs"] * 2})


def shard(folder: Path, name: str, jobs: list[int], **more: object) -> Path:
    file = folder / f"{name}.parquet"
    pd.DataFrame({"jobs": pd.Series(jobs, dtype="int64")}).assign(**more).to_parquet(file)
    return file


@pytest.fixture
def shards(tmp_path: Path) -> list[Path]:
    return [shard(tmp_path, name, jobs) for name, jobs in {"a": [1, 2], "b": [], "c": [3]}.items()]


def contents(results: tuple[Path, ...]) -> list[bytes]:
    return [file.read_bytes() for file in results]


def refusal(*arguments: object, **more: object) -> EhyaError:
    with pytest.raises(EhyaError) as refused:
        map_shards(*arguments, identity="x", processes=1, **more)  # type: ignore[arg-type]
    return refused.value


def test_each_shard_has_a_result_of_its_name_and_an_empty_one_has_the_same_types(shards, tmp_path):
    done = map_shards(Twice(), shards, tmp_path / "out", identity="x", processes=1)
    assert [file.name for file in done.results] == ["a.parquet", "b.parquet", "c.parquet"]
    tables = [pd.read_parquet(file)["jobs"] for file in done.results]
    assert [table.tolist() for table in tables] == [[2, 4], [], [6]]
    assert {str(table.dtype) for table in tables} == {"int64"}
    assert (done.rows, done.kept) == (3, 0)


def test_two_processes_write_the_bytes_of_one(shards, tmp_path):
    one = map_shards(Twice(), shards, tmp_path / "one", identity="x", processes=1)
    two = map_shards(Twice(), shards, tmp_path / "two", identity="x", processes=2)
    assert contents(one.results) == contents(two.results)


def test_a_job_that_stopped_goes_on_where_it_was(shards, tmp_path):
    error = refusal(Twice(refused=3), shards, tmp_path / "out")
    assert error.code is ErrorCode.SHARD_NOT_UNITS
    told: list[int] = []
    done = map_shards(Twice(), shards, tmp_path / "out", identity="x", processes=1, told=told.append)
    assert (done.kept, done.rows, told) == (2, 3, [1, 2, 3])


def test_a_shard_that_was_changed_since_is_worked_on_again(shards, tmp_path):
    map_shards(Twice(), shards, tmp_path / "out", identity="x", processes=1)
    shard(tmp_path, "a", [7])
    done = map_shards(Twice(), shards, tmp_path / "out", identity="x", processes=1)
    assert (done.kept, pd.read_parquet(done.results[0])["jobs"].tolist()) == (2, [14])


def test_results_of_another_job_are_left_as_they_are(shards, tmp_path):
    done = map_shards(Twice(), shards, tmp_path / "out", identity="another model", processes=1)
    before = contents(done.results)
    assert refusal(Twice(), shards, tmp_path / "out").code is ErrorCode.SHARDS_OF_ANOTHER_JOB
    assert contents(done.results) == before


def test_two_jobs_do_not_share_a_folder_at_once(shards, tmp_path):
    with locked(tmp_path / "out" / LOCK):
        assert refusal(Twice(), shards, tmp_path / "out").code is ErrorCode.SHARDS_UNDER_WAY


def test_a_torn_shard_is_named_before_anything_is_written(shards, tmp_path):
    shards[2].write_bytes(shards[2].read_bytes()[:100])
    error = refusal(Twice(), shards, tmp_path / "out")
    assert (error.code, error.facts["given"]) == (ErrorCode.SHARD_TORN, str(shards[2]))
    assert not (tmp_path / "out").exists()


def test_a_shard_of_another_schema_is_named_with_its_columns(shards, tmp_path):
    other = shard(tmp_path, "d", [1], county="x")
    error = refusal(Twice(), [*shards, other], tmp_path / "out")
    assert error.code is ErrorCode.SHARD_OF_ANOTHER_SCHEMA
    assert (error.facts["given"], error.facts["columns"]) == (str(other), ["county"])


def test_rows_that_stand_in_two_shards_are_not_counted_twice(shards, tmp_path):
    again = shard(tmp_path, "d", [1, 2])
    error = refusal(Twice(), [*shards, again], tmp_path / "out")
    assert (error.code, error.facts["other"]) == (ErrorCode.SHARD_TWICE, str(shards[0]))
    assert not (tmp_path / "out" / "d.parquet").exists()


def test_a_folder_without_shards_is_no_job(tmp_path):
    assert refusal(Twice(), [], tmp_path / "out").code is ErrorCode.NO_SHARDS


def test_a_full_disk_leaves_nothing_half_written(shards, tmp_path, monkeypatch):
    def full(_table: object, place: Path) -> None:
        Path(place).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.shards.parquet.parquet.write_table", full)
    assert refusal(Twice(), shards, tmp_path / "out").code is ErrorCode.FILE_NOT_WRITTEN
    assert [file.name for file in (tmp_path / "out").iterdir()] == [LOCK]


def test_a_shard_whose_rows_are_torn_is_named_though_its_footer_is_whole(shards, tmp_path):
    content = bytearray(shards[0].read_bytes())
    content[4:40] = b"\xff" * 36
    shards[0].write_bytes(content)
    error = refusal(Twice(), shards, tmp_path / "out")
    assert (error.code, error.facts["given"]) == (ErrorCode.SHARD_TORN, str(shards[0]))


KILLED = """
import sys, time, os
from pathlib import Path
import pandas as pd
from engine.shards import map_shards

def slow(rows):
    Path(sys.argv[1], f"pid-{os.getpid()}").touch()
    time.sleep(300)
    return rows

if __name__ == "__main__":
    map_shards(slow, sorted(Path(sys.argv[1]).glob("*.parquet")), Path(sys.argv[1], "out"), identity="", processes=2)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_workers_end_with_a_job_that_is_killed(shards, tmp_path):
    home = shards[0].parent
    (tmp_path / "job.py").write_text(KILLED, encoding="utf-8")
    job = subprocess.Popen([sys.executable, tmp_path / "job.py", home], cwd=ROOT, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(found := [*home.glob("pid-*")]) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    job.kill()
    job.wait()
    assert len(found) == 2
    pids = [int(file.name.removeprefix("pid-")) for file in found]
    until = time.monotonic() + 20
    while (left := [pid for pid in pids if _works(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


def _works(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
