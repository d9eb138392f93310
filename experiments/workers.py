"""Where the provinces of a study are worked through: this machine's processors, or the workers of a Dask cluster."""

from __future__ import annotations

import argparse


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Give a study the option ``--cluster``, an address as `engine.shards.cluster.workers_at` takes it."""
    parser.add_argument(
        "--cluster", metavar="ADDRESS", help="Dask scheduler whose workers take the provinces; else this machine"
    )
