"""Keep a shelf fresh beside the event loop."""

from __future__ import annotations

import asyncio
import ctypes
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from starlette.concurrency import run_in_threadpool

from serving.api.shelf import Shelf
from serving.desk.callers import KeyRing

EVERY_SECONDS = 2.0
"""Seconds between two looks at the workspace."""
GIVEN_BACK = 30
"""Looks after which memory that nothing holds any more is given back: about a minute's."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def kept_fresh(shelf: Shelf, ring: KeyRing | None = None, *, every: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Refresh a shelf in a thread of its own until the block ends.

    Parameters
    ----------
    shelf
        What to refresh.
    ring
        Keys to read anew with it, where the service knows any.
    every
        Seconds between two looks.
    """
    task = asyncio.create_task(_refresh(shelf, ring, every))
    try:
        yield
    finally:
        task.cancel()


async def _refresh(shelf: Shelf, ring: KeyRing | None, every: float) -> None:
    for look in count(1):
        await asyncio.sleep(every)
        if look % GIVEN_BACK == 0:
            await run_in_threadpool(give_back)
        if ring is not None:  # first: one of the keys may have been revoked
            await _looked(ring.try_refresh)
        if await _looked(shelf.try_refresh):  # whatever became of the keys, so that health says how old the stock is
            _log.info("a new stock is on show")


def give_back() -> bool:
    """Give memory that was freed back to the system.

    Each appraisal takes and frees much; the C library keeps what lies between pieces that are still held, so that a
    service whose objects no longer grow goes on growing for half an hour.

    Returns
    -------
    bool
        Whether there was any; ``False`` too where the C library cannot do it.
    """
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (AttributeError, OSError, TypeError):  # only glibc can
        return False


async def _looked(look: Callable[[], bool | None]) -> bool:
    """What a look at the workspace found; one that fails must not end the looking, nor keep another from its own."""
    try:
        return bool(await run_in_threadpool(look))
    except Exception:
        _log.exception("the workspace could not be looked at")
        return False
