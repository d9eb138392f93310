"""How the suite is shared out: two halves of it run at once, and a single file runs by itself, at once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

FEW_FILES = 3
"""Up to so many named files a second worker takes longer to start than it saves."""

YOUNG = 50_000
"""Objects after which the youngest are looked through, instead of 700: a table of pandas is made of some hundred."""

os.environ.setdefault("OMP_NUM_THREADS", "1")  # single-threaded numerics, so that figures repeat
# Else each worker, and each process that a test starts, compiles a thousand modules again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No workers for a few files; else a worker for each core."""
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    alone = len(set(named)) <= FEW_FILES and all(path.is_file() for path in named)
    return 0 if alone else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """What is collected stays to the end: to look through it for garbage, over and over, frees nothing."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with a test marked ``slow`` go first, so that no worker is left alone with one at the end."""
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    files.sort(key=lambda tests: not any(test.get_closest_marker("slow") for test in tests))
    items[:] = [test for tests in files for test in tests]
