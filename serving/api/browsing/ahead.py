"""Looks ahead of a reader: units of the list that stands on the screen are looked into before one of them is opened."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from serving.api.browsing.answers import actor_of, question_of
from serving.desk.office import Office
from serving.desk.question import Question

PAUSE = 0.6
"""Seconds that a list stands before anybody is taken to read it: who types a search asks for one with each letter."""
REST = 1.0
"""Seconds between two steps through the rest of the register, in which nobody asked for a page."""
_FAILED = object()
_log = logging.getLogger(__name__)


class Ahead:
    """Looks into what each reader was listed last, one list at a time, and by and by into the rest of the register.

    Parameters
    ----------
    office
        Whom the pages ask.
    pause, rest
        Seconds that a list must stand, and those between two steps through the rest.
    """

    def __init__(self, office: Office, *, pause: float = PAUSE, rest: float = REST) -> None:
        self.office, self.pause, self.rest = office, pause, rest
        self._going_on: asyncio.Task[None] | None = None
        self._question: Question | None = None
        self._asked_at = float("-inf")
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def soon(self, reader: str, question: Question, units: list[str]) -> None:
        """Look into units in a moment, unless the same reader is listed others first."""
        self._question = question
        if (before := self._waiting.pop(reader, None)) is not None:
            before.cancel()
        self._waiting[reader] = asyncio.get_running_loop().create_task(self._look(reader, question, units))

    def asked(self) -> None:
        """Say that somebody asks for a page: the rest of the register waits until nobody does."""
        self._asked_at = time.monotonic()

    async def _look(self, reader: str, question: Question, units: list[str]) -> None:
        await asyncio.sleep(self.pause)
        async with self._turn:
            self._looking = self._waiting.pop(reader)  # from here on no other list of the reader ends it
            if await self._told(self.office.ready, question, units) is _FAILED:
                return
        if self._going_on is None or self._going_on.done():
            self._going_on = asyncio.get_running_loop().create_task(self._go_on())

    async def _go_on(self) -> None:
        """Look into the rest of the register, some units at a time; lists that are read come first.

        Each step asks the question that readers asked last: that of yesterday would call for its appraisal again.
        """
        more: object = True
        while more is True:
            await asyncio.sleep(self.rest)
            if time.monotonic() - self._asked_at < self.rest:
                continue
            async with self._turn:
                more = await self._told(self.office.ready_next, self._question)

    async def _told(self, act: Callable[..., object], *given: object) -> object:
        try:
            return await run_in_threadpool(act, *given)
        except EhyaError as error:  # whoever opens the unit is told
            _log.info("nothing was looked into ahead: %s", error.code.value)
        except Exception:
            _log.exception("nothing was looked into ahead")
        return _FAILED


def look_ahead(request: Request, units: Iterable[object]) -> None:
    """Say which units a list shows."""
    found: Ahead = request.app.state.ahead
    found.soon(actor_of(request), question_of(request), [str(unit) for unit in units])
