"""One training of a workspace at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.locking import holder, locked


@contextmanager
def one_training(path: Path) -> Iterator[None]:
    """Refuse a second training of a workspace while one is under way: both would write the same records.

    Parameters
    ----------
    path
        ``settings.training_lock``.

    Raises
    ------
    EhyaError
        ``training_under_way`` with the process that trains.
    """
    with locked(path) as free:
        if not free:
            process, since = holder(path)
            raise EhyaError(ErrorCode.TRAINING_UNDER_WAY, given=process, since=since)
        yield
