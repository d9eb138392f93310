"""The same door for work whose results are wanted here: a function over items, on this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from engine.shards.workers import here, on_cluster

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")


def each(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    client: Client | None = None,
    processes: int | None = None,
    told: Callable[[int], None] | None = None,
) -> list[R]:
    """Give each item to a function; what it returns comes back, in the order of the items.

    Parameters
    ----------
    function
        It can be pickled, and so can what it returns.
    items
        What it is given, one after the other.
    client
        A client of a Dask cluster; the function is sent there once. By default the work is done on this machine.
    processes
        On this machine: 1 is this process alone; by default one a processor.
    told
        Called with how many items are done.

    Raises
    ------
    EhyaError
        ``cluster_lost``; what the function raises.

    Examples
    --------
    >>> each(abs, [-1, 2, -3], processes=1)
    [1, 2, 3]
    """
    run = here(_called, function, items, processes) if client is None else on_cluster(_called, function, items, client)
    found: dict[int, R] = {}
    for place, result in run:
        found[place] = result
        if told is not None:
            told(len(found))
    return [found[place] for place in range(len(items))]


def _called(function: Callable[[T], R], item: T) -> R:
    return function(item)
