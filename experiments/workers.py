"""Where the provinces of a study are worked through: this machine's processors, or the workers of a Dask cluster."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.shards.cluster import cluster

if TYPE_CHECKING:
    from distributed import Client


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Give a study the option ``--cluster``."""
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler whose workers take the provinces; else this machine"
    )


@contextmanager
def workers_at(address: str | None) -> Iterator[Client | None]:
    """A client of the cluster at an address; ``None``, which is this machine, without one.

    Raises
    ------
    EhyaError
        What `engine.shards.cluster.cluster` raises.

    Examples
    --------
    >>> with workers_at(None) as client:
    ...     client is None
    True
    """
    if address is None:
        yield None
        return
    with cluster(address) as client:
        yield client
