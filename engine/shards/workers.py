"""Who works on the tasks of a job: processes of this machine (joblib), or the workers of a Dask cluster."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from joblib import Parallel, delayed

from engine.errors import EhyaError, ErrorCode

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")
Work = Callable[[Any, T], R]

AHEAD = 4
"""Tasks for each thread of a cluster that are under way at once: its scheduler remembers these, however many follow."""

PATIENCE = 30.0
"""Seconds that a cluster may stand without any worker."""

WATCH = 1.0
"""Seconds after which a process of this machine looks whether the one that gave it work is still there."""


def here(work: Work[T, R], function: Any, tasks: Sequence[T], processes: int | None = None) -> Iterator[tuple[int, R]]:
    """Results as they come, each with the place of its task: a process on each processor.

    Parameters
    ----------
    work
        Called with the function and a task.
    function
        Sent along with each task.
    tasks
        What is done.
    processes
        1 is this process; by default one a processor.
    """
    many = min(processes or os.cpu_count() or 1, len(tasks))
    if many <= 1:
        yield from ((place, work(function, task)) for place, task in enumerate(tasks))
        return
    run = Parallel(n_jobs=many, return_as="generator_unordered", mmap_mode=None)
    boss = os.getpid()
    yield from run(delayed(_placed)(work, function, place, task, boss) for place, task in enumerate(tasks))


def on_cluster(work: Work[T, R], function: Any, tasks: Sequence[T], client: Client) -> Iterator[tuple[int, R]]:
    """Results as they come, of a few tasks at a time; a task of a worker that is lost is done by another.

    Parameters
    ----------
    work, function, tasks
        As for :func:`here`; the function is sent to the cluster once.
    client
        Of the cluster.

    Raises
    ------
    EhyaError
        ``cluster_of_other_versions`` where a worker cannot load the function;
        ``cluster_lost`` when no worker is there for ``PATIENCE`` seconds, or a task took several workers with it.
    """
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError, FuturesCancelledError

    try:
        with client.as_current():
            sent = _sent(function, client)
            yield from _all(work, sent, iter(enumerate(tasks)), client)
    except (KilledWorker, FutureCancelledError, FuturesCancelledError, TimeoutError, OSError) as error:
        raise EhyaError(ErrorCode.CLUSTER_LOST, given=client.scheduler.address if client.scheduler else "?") from error


def _sent(function: Any, client: Client) -> Future[Any]:
    """The function on every worker; one that cannot load it has other code, whatever version it names."""
    try:
        sent: Future[Any] = client.scatter(function, broadcast=True, hash=False)
    except (OSError, TimeoutError):
        raise
    except Exception as error:  # distributed tells no more than the words of what happened there
        address = client.scheduler.address if client.scheduler else "?"
        raise EhyaError(ErrorCode.CLUSTER_OF_OTHER_VERSIONS, given=address, worker="?", unlike=[str(error)]) from error
    return sent


def _all(
    work: Work[T, R], sent: Future[Any], waiting: Iterator[tuple[int, T]], client: Client
) -> Iterator[tuple[int, R]]:
    under_way: dict[Future[R], int] = {}
    while True:
        for place, task in _some(waiting, AHEAD * _threads(client) - len(under_way)):
            under_way[client.submit(work, sent, task, pure=False)] = place
        if not under_way:
            return
        for future in _ended(client, list(under_way)):
            yield under_way.pop(future), future.result()


def _placed(work: Work[T, R], function: Any, place: int, task: T, boss: int) -> tuple[int, R]:
    _end_with(boss)
    return place, work(function, task)


@cache
def _end_with(boss: int) -> None:
    """End this process soon after the one that gave it work: one that is killed cannot tell its workers."""

    def watch() -> None:
        while os.getppid() == boss:
            time.sleep(WATCH)
        os._exit(1)

    if os.getppid() == boss:
        threading.Thread(target=watch, name="ends-with-boss", daemon=True).start()


def _some(tasks: Iterator[tuple[int, T]], count: int) -> Iterator[tuple[int, T]]:
    for _ in range(count):
        if (task := next(tasks, None)) is None:
            return
        yield task


def _threads(client: Client) -> int:
    return max(1, sum(int(threads) for threads in client.nthreads().values()))


def _ended(client: Client, futures: list[Future[Any]]) -> list[Future[Any]]:
    """Futures that ended, one at least; a cluster without workers is waited for, but not for ever."""
    from distributed import wait

    without = 0.0
    while without < PATIENCE:
        try:
            return list(wait(futures, timeout=1.0, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            without = 0.0 if client.nthreads() else without + 1.0
    raise TimeoutError
