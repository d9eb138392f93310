"""What every address of the door declares and asks: who reads, for which investor, from which stock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request

from engine.store import Register
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import asked
from serving.api.gate import Pass
from serving.desk.callers import Caller
from serving.disclosure.levels import CallerRole, Level

INVESTOR = (CallerRole.INVESTOR,)


def read_here(*, rate: Rate = Rate.READS, level: Level = Level.PUBLIC) -> dict[str, Any]:
    """Who looks at a page of the door: investors who signed in, or whose key says so."""
    return open_to(INVESTOR, level=level, without_key=WithoutKey.NEVER, rate=rate, session=True)


def written_here() -> dict[str, Any]:
    """Who sends a form of the door."""
    return read_here(rate=Rate.WRITES)


def reader_of(request: Request) -> Caller:
    """Who reads."""
    passed: Pass = request.state.passed
    return passed.caller


def investor_of(request: Request) -> str:
    """For whom the reader acts: whose all that is kept here is."""
    caller = reader_of(request)
    return caller.investor or caller.actor


async def own(request: Request, ask: Callable[[Register, str], Any]) -> Any:
    """What the register answers of the reader's own, asked in a thread.

    Parameters
    ----------
    request
        The request.
    ask
        Called with the open register and the investor.
    """
    owner = investor_of(request)
    return await asked(request, lambda register: ask(register, owner))
