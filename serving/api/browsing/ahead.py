"""Looks ahead of a reader: units of the list that stands on the screen are looked into before one of them is opened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from serving.api.browsing.answers import actor_of, question_of
from serving.desk.office import Office
from serving.desk.question import Question

PAUSE = 0.6
"""Seconds that a list stands before anybody is taken to read it: who types a search asks for one with each letter."""
_log = logging.getLogger(__name__)


class Ahead:
    """Looks into what each reader was listed last, one list at a time.

    Parameters
    ----------
    office
        Whom the pages ask.
    pause
        Seconds that a list must stand.
    """

    def __init__(self, office: Office, *, pause: float = PAUSE) -> None:
        self.office, self.pause = office, pause
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def soon(self, reader: str, question: Question, units: list[str]) -> None:
        """Look into units in a moment, unless the same reader is listed others first."""
        if (before := self._waiting.pop(reader, None)) is not None:
            before.cancel()
        self._waiting[reader] = asyncio.get_running_loop().create_task(self._look(reader, question, units))

    async def _look(self, reader: str, question: Question, units: list[str]) -> None:
        await asyncio.sleep(self.pause)
        async with self._turn:
            self._looking = self._waiting.pop(reader)  # from here on no other list of the reader ends it
            try:
                await run_in_threadpool(self.office.ready, question, units)
            except EhyaError as error:  # whoever opens the unit is told
                _log.info("nothing was looked into ahead: %s", error.code.value)
            except Exception:
                _log.exception("nothing was looked into ahead")


def look_ahead(request: Request, units: Iterable[object]) -> None:
    """Say which units a list shows."""
    found: Ahead = request.app.state.ahead
    found.soon(actor_of(request), question_of(request), [str(unit) for unit in units])
