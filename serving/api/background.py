"""What the service does beside answering: read registers, plan meetings, tell webhooks of lists that changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import SystemRandom
from uuid import uuid4

from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from serving.api.imports import said_in_all_languages
from serving.api.shelf import Shelf
from serving.desk.incoming import read_next
from serving.desk.kept_meetings import plan_next
from serving.desk.posting import Reach
from serving.desk.webhooks import send_due, write_messages

EVERY_SECONDS = 1.0
"""Seconds between two looks at what waits."""

_DRAWS = SystemRandom()
_log = logging.getLogger(__name__)


@asynccontextmanager
async def working(*work: Callable[[], bool], every: float = EVERY_SECONDS) -> AsyncIterator[None]:
    """Do work in threads of their own until the block ends, each kind one after the other.

    Parameters
    ----------
    *work
        Each does the next thing of its kind, and says whether there was one.
    every
        Seconds to wait where there was none.
    """
    tasks = [asyncio.create_task(_work(one, every)) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def reader(settings: Settings) -> Callable[[], bool]:
    """Reads registers that were sent, as a worker unlike any other.

    Parameters
    ----------
    settings
        The workspace.
    """
    worker = uuid4().hex
    return lambda: read_next(settings, said_in_all_languages, worker=worker, clock=lambda: datetime.now(UTC))


def planner(settings: Settings, shelf: Shelf) -> Callable[[], bool]:
    """Plans meetings that were asked for, as a worker unlike any other.

    Parameters
    ----------
    settings
        The workspace.
    shelf
        What is on show to the public; while nothing is, they wait.
    """
    worker = uuid4().hex

    def plan() -> bool:
        if shelf.bare:
            return False
        stock = shelf.showing.stock
        return plan_next(settings, stock, said_in_all_languages, worker=worker, clock=lambda: datetime.now(UTC))

    return plan


def teller(settings: Settings, shelf: Shelf, reach: Reach) -> Callable[[], bool]:
    """Writes to webhooks whose list changed, and sends what is due.

    Parameters
    ----------
    settings
        The workspace.
    shelf
        What is on show to the public.
    reach
        Where messages may go.
    """

    def tell() -> bool:
        if shelf.bare:
            return False
        showing, now = shelf.showing, datetime.now(UTC)
        write_messages(settings, showing.stock, now=now, state=showing.state)
        return bool(send_due(settings, reach=reach, now=now, draw=_DRAWS.random()))

    return tell


async def _work(one: Callable[[], bool], every: float) -> None:
    while True:
        try:
            if await run_in_threadpool(one):
                continue
        except Exception:  # a failure of one look must not end the looking
            _log.exception("what waits could not be looked at")
        await asyncio.sleep(every)
