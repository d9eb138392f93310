"""Looks ahead of a reader: units of the list that stands on the screen are looked into before one of them is opened."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from serving.api.browsing.answers import question_of
from serving.desk.office import Office
from serving.desk.question import Question

_PAUSE = 0.6
"""Seconds that a list stands before anybody is taken to read it: who types a search asks for one with each letter."""
_log = logging.getLogger(__name__)


class Ahead:
    """Looks into what was listed last, one list at a time.

    Parameters
    ----------
    office
        Whom the pages ask.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self._waiting: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    def soon(self, question: Question, units: list[str]) -> None:
        """Look into units in a moment, unless another list comes first; while one is looked into others are not."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().create_task(self._look(question, units))

    async def _look(self, question: Question, units: list[str]) -> None:
        await asyncio.sleep(_PAUSE)
        if self._looking is not None and not self._looking.done():
            return
        self._looking, self._waiting = self._waiting, None  # from here on no other list ends it
        try:
            await run_in_threadpool(self.office.ready, question, units)
        except EhyaError as error:  # whoever opens the unit is told
            _log.info("nothing was looked into ahead: %s", error.code.value)


def look_ahead(request: Request, units: Iterable[object]) -> None:
    """Say which units a list shows."""
    found: Ahead = request.app.state.ahead
    found.soon(question_of(request), [str(unit) for unit in units])
