"""The one door to work on shards: on this machine, or on a cluster that others run.

A job is a function and a folder of Parquet files. Each result has its shard's name and is written beside its place and
renamed, so that a job that was killed goes on where it was: what is there, made by the same job of the same bytes, is
kept. The bytes of a result depend on the function and on its shard, never on who worked on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.locking import holder, locked
from engine.shards.parquet import made_by, read, row_count, schema_of, write
from engine.shards.workers import here, on_cluster

if TYPE_CHECKING:
    from distributed import Client

Function = Callable[[pd.DataFrame], pd.DataFrame]
LOCK = ".ehya-job.lock"


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a job did.

    Parameters
    ----------
    results
        Files, in the order of their shards.
    rows
        Rows of all results together.
    kept
        How many results an earlier run of the same job had made already.
    """

    results: tuple[Path, ...]
    rows: int
    kept: int


@dataclass(frozen=True, slots=True)
class Task:
    """One shard of a job.

    Parameters
    ----------
    shard, place
        Where rows come from, and where the result goes.
    job
        Identity of the job.
    """

    shard: Path
    place: Path
    job: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A shard that was worked on: its digest, rows of its result, and whether an earlier run had made it."""

    digest: str
    rows: int
    kept: bool


def map_shards(
    function: Function,
    shards: Sequence[Path],
    out: Path,
    *,
    identity: str,
    client: Client | None = None,
    processes: int | None = None,
    told: Callable[[int], None] | None = None,
) -> Mapped:
    """Give each shard to a function and keep what it returns.

    Parameters
    ----------
    function
        From a frame to a frame; it can be pickled. A shard without rows gives what it returns for an empty frame, so
        that the columns and types of all results are one.
    shards
        Parquet files of one schema, their names unlike each other.
    out
        Folder of the results; it is made.
    identity
        What a result depends on beside its shard (a model's digest, the day). Results of another identity are refused.
    client
        A client of a Dask cluster, whose workers see the same folders; the function is sent there once. By default
        the work is done on this machine.
    processes
        On this machine: 1 is this process alone; by default one a processor.
    told
        Called with how many shards are done.

    Returns
    -------
    Mapped

    Raises
    ------
    EhyaError
        ``no_shards``, ``shard_torn``, ``shard_of_another_schema``, ``shard_twice``, ``shards_of_another_job``,
        ``shards_under_way``, ``file_not_written``, ``cluster_lost``; what the function raises. Results that were made
        stay, and the next run goes on from them.

    Examples
    --------
    >>> import tempfile
    >>> home = Path(tempfile.mkdtemp())
    >>> for name, jobs in {"a": [1, 2], "b": []}.items():
    ...     pd.DataFrame({"jobs": pd.Series(jobs, dtype="int64")}).to_parquet(home / f"{name}.parquet")
    >>> done = map_shards(lambda rows: rows * 2, sorted(home.glob("*.parquet")), home / "out", identity="", processes=1)
    >>> done.rows, [pd.read_parquet(file)["jobs"].tolist() for file in done.results]
    (2, [[2, 4], []])
    """
    _one_schema(shards)
    tasks = [Task(shard, out / shard.name, _identity(identity)) for shard in shards]
    out.mkdir(parents=True, exist_ok=True)
    with alone(out):
        _of_this_job(out, tasks)
        run = here(_work, function, tasks, processes) if client is None else on_cluster(_work, function, tasks, client)
        found = _counted(run, told or (lambda _: None))
    done = [found[place] for place in range(len(tasks))]
    _each_once(tasks, done)
    return Mapped(
        results=tuple(task.place for task in tasks),
        rows=sum(one.rows for one in done),
        kept=sum(one.kept for one in done),
    )


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """A folder in which no other job works while a block runs.

    Parameters
    ----------
    out
        It is there.

    Raises
    ------
    EhyaError
        ``shards_under_way``.
    """
    with locked(out / LOCK) as free:
        if not free:
            process, since = holder(out / LOCK)
            raise EhyaError(ErrorCode.SHARDS_UNDER_WAY, given=str(out), process=process, since=since)
        yield


def _work(function: Function, task: Task) -> Worked:
    rows, digest = read(task.shard)
    if task.place.exists() and made_by(task.place) == (task.job, digest):
        return Worked(digest, row_count(task.place), kept=True)
    result = function(rows)
    write(task.place, result, job=task.job, mark=digest)
    return Worked(digest, len(result), kept=False)


def _counted(run: Iterable[tuple[int, Worked]], told: Callable[[int], None]) -> dict[int, Worked]:
    found: dict[int, Worked] = {}
    for place, done in run:
        found[place] = done
        told(len(found))
    return found


def _identity(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()


def _one_schema(shards: Sequence[Path]) -> None:
    if not shards:
        raise EhyaError(ErrorCode.NO_SHARDS)
    names = [shard.name for shard in shards]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise EhyaError(ErrorCode.SHARD_TWICE, given=twice[0], other=twice[0])
    first = _columns(shards[0])
    for shard in shards[1:]:
        if (found := _columns(shard)) != first:
            unlike = sorted(name for name, _ in set(first.items()) ^ set(found.items()))
            raise EhyaError(ErrorCode.SHARD_OF_ANOTHER_SCHEMA, given=str(shard), other=str(shards[0]), columns=unlike)


def _columns(shard: Path) -> dict[str, str]:
    return {field.name: str(field.type) for field in schema_of(shard)}


def _of_this_job(out: Path, tasks: Sequence[Task]) -> None:
    """Nobody's results are overwritten and none of another job stand among ours."""
    for file in sorted(out.glob("*.parquet")):
        if made_by(file)[0] != tasks[0].job:
            raise EhyaError(ErrorCode.SHARDS_OF_ANOTHER_JOB, given=str(out), file=file.name)


def _each_once(tasks: Sequence[Task], done: Sequence[Worked]) -> None:
    """A shard that stands twice under two names would count its units twice: both results go."""
    first: dict[str, Task] = {}
    for task, one in zip(tasks, done, strict=True):
        other = first.setdefault(one.digest, task)
        if other is not task and one.rows:
            task.place.unlink(missing_ok=True)
            raise EhyaError(ErrorCode.SHARD_TWICE, given=str(task.shard), other=str(other.shard))
