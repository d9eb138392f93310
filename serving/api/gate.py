"""Who may pass: the bearer of a key, held to what the address declares and to the limits of its caller."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from math import ceil
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from serving.api.access import Access, Rate, WithoutKey, declared
from serving.api.browsing.visits import SignInNeededError, visit_of
from serving.api.forms import Form, read_form, require_same_origin, require_token
from serving.api.limits import ServiceLimits
from serving.api.problems import HttpProblem, RequestRefusedError
from serving.desk.callers import ANYONE, Caller, KeyRing
from serving.desk.sessions import Visit
from serving.disclosure.levels import CallerRole

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

_BEARER = re.compile(r"bearer +([\x21-\x7e]+)", re.IGNORECASE)
_CHALLENGE = {"www-authenticate": 'Bearer realm="ehya"'}
_FRESH = 0.5  # seconds within which a key that nobody knows does not send us to the register again


@dataclass(frozen=True, slots=True)
class Pass:
    """What the gate found: who is calling, and what is left to the caller for the minute.

    Parameters
    ----------
    caller
        Who.
    limit, remaining
        Requests a minute, and how many are left; ``None`` where nothing is counted.
    visit
        The session of the browser, where one asks.
    form
        What its form brought.
    """

    caller: Caller
    limit: int | None = None
    remaining: int | None = None
    visit: Visit | None = None
    form: Form = field(default_factory=Form)


class AccessGate:
    """Lets callers pass.

    Parameters
    ----------
    ring
        The keys of the workspace; ``None`` for a service that knows no callers.
    limits
        How often one caller may ask.
    open_without_keys
        Whether anybody may read what is public while no key opens anything: on this computer alone.
    """

    def __init__(
        self, ring: KeyRing | None = None, *, limits: ServiceLimits | None = None, open_without_keys: bool = True
    ) -> None:
        self.ring, self.limits, self.open_without_keys = ring, limits or ServiceLimits(), open_without_keys
        self._storage: MemoryStorage | None = None
        self._trying = asyncio.Lock()

    @property
    def keyed(self) -> bool:
        """Whether callers need a key."""
        return not self.open_without_keys or (self.ring is not None and self.ring.any_opens())

    async def admit(self, request: Request) -> Pass:
        """Find out who is calling, and refuse who may not ask this address now.

        Raises
        ------
        RequestRefusedError
            ``key_missing``, ``key_refused`` (401), ``role_refused`` (403), ``keys_tried``, ``too_many_requests`` (429),
            ``keys_unread`` (503).
        LookupError
            When the address declares nothing.
        """
        access = declared(request.scope.get("route"))
        address = neighbourhood(request.client.host if request.client else "")
        given = _given(request.headers)
        if access.session and given is None:
            return await self._visitor(request, access, address)
        if given is None:
            self._anyone(access)
            return self._counted(ANYONE, f"from:{address}", access.rate) if self.keyed else Pass(ANYONE)
        caller = await self._bearer(given, address)
        if caller.role not in access.roles or access.administers:  # who looks after accounts is a person, never a key
            roles = [role for role in CallerRole if role in access.roles]
            raise RequestRefusedError(HttpProblem.ROLE_REFUSED, given=caller.role, allowed=roles)
        found = self._counted(caller, caller.actor, access.rate)
        return replace(found, form=await _form(request, access)) if access.session else found

    def now(self) -> datetime:
        """The moment, UTC, by which keys and sessions end."""
        return datetime.now(UTC) if self.ring is None else self.ring.now()

    async def _visitor(self, request: Request, access: Access, address: str) -> Pass:
        """The person at a browser; a form counts only where one of our own pages sent it."""
        found, free = await visit_of(request), access.without_key is WithoutKey.ALWAYS
        if found is None and not free:
            self._counted(ANYONE, f"from:{address}", access.rate)
            raise SignInNeededError
        if request.method != "GET":
            require_same_origin(request)
        caller = ANYONE if found is None else found.caller
        who = f"from:{address}" if found is None else caller.actor
        passed = replace(self._counted(caller, who, access.rate), visit=found)
        if not free and not self._may(caller, access):
            roles = [role for role in CallerRole if role in access.roles]
            raise RequestRefusedError(HttpProblem.ROLE_REFUSED, given=caller.role, allowed=roles)
        if request.method == "GET":
            return passed
        form = await _form(request, access)
        if found is not None and not free:
            require_token(request, form, found.form_token)
        return replace(passed, form=form)

    @staticmethod
    def _may(caller: Caller, access: Access) -> bool:
        return caller.role in access.roles or (access.administers and caller.administers)

    async def look_again(self) -> None:
        """Read keys and agreements anew, beside the event loop."""
        if self.ring is not None:
            await run_in_threadpool(self.ring.try_refresh)

    def _anyone(self, access: Access) -> None:
        free = access.without_key is WithoutKey.WHILE_NO_KEYS and not self.keyed
        if access.without_key is not WithoutKey.ALWAYS and not free:
            raise RequestRefusedError(HttpProblem.KEY_MISSING, headers=_CHALLENGE)

    async def _bearer(self, given: str, address: str) -> Caller:
        """The caller that a key names; where too many wrong ones came from, none is tried."""
        self.refuse_guessing(address)
        if self.ring is None:
            raise self._wrong(address)
        if self.ring.unread or (not self.ring.knows(given) and self.ring.age > _FRESH):
            await run_in_threadpool(self.ring.try_refresh, _FRESH)
        if self.ring.unread:
            raise RequestRefusedError(HttpProblem.KEYS_UNREAD)
        caller = self.ring.caller(given)
        if caller is None:
            raise self._wrong(address)
        return caller

    @asynccontextmanager
    async def trying(self, *guessers: str) -> AsyncGenerator[None]:
        """Let one password be tried, after those that came before it were counted.

        Trying one takes a while and much memory on purpose: whoever sends many at once would have them all tried before
        the first counts, and the service out of memory.

        Parameters
        ----------
        *guessers
            The address that it comes from, and the account.

        Raises
        ------
        RequestRefusedError
            ``keys_tried``.
        """
        async with self._trying:
            for guesser in guessers:
                self.refuse_guessing(guesser)
            yield

    def wrong_password(self, address: str) -> None:
        """Count a wrong password, or a name that there is not, as a wrong key is counted."""
        _moving(self.storage).hit(_a_minute(self.limits.wrong_keys), "wrong", address)

    def _wrong(self, address: str) -> RequestRefusedError:
        _moving(self.storage).hit(_a_minute(self.limits.wrong_keys), "wrong", address)
        return RequestRefusedError(HttpProblem.KEY_REFUSED, headers=_CHALLENGE | {"connection": "close"})

    def refuse_guessing(self, address: str) -> None:
        """Refuse an address from which too many wrong keys or passwords came.

        Raises
        ------
        RequestRefusedError
            ``keys_tried``.
        """
        item, window = _a_minute(self.limits.wrong_keys), _moving(self.storage)
        if not window.test(item, "wrong", address):
            seconds = _until(window.get_window_stats(item, "wrong", address).reset_time)
            raise RequestRefusedError(
                HttpProblem.KEYS_TRIED,
                headers={"retry-after": str(seconds)},
                allowed=self.limits.wrong_keys,
                seconds=seconds,
            )

    def _counted(self, caller: Caller, who: str, rate: Rate) -> Pass:
        from limits.strategies import SlidingWindowCounterRateLimiter

        allowed = int(getattr(self.limits, rate.value))
        item, window = _a_minute(allowed), SlidingWindowCounterRateLimiter(self.storage)
        passes = window.hit(item, rate.value, who)
        stats = window.get_window_stats(item, rate.value, who)
        if not passes:
            seconds = _until(stats.reset_time)
            raise RequestRefusedError(
                HttpProblem.TOO_MANY_REQUESTS, headers={"retry-after": str(seconds)}, allowed=allowed, seconds=seconds
            )
        return Pass(caller, allowed, stats.remaining)

    @property
    def storage(self) -> MemoryStorage:
        """Where requests are counted: in memory, so that each process counts its own."""
        if self._storage is None:
            from limits.storage import MemoryStorage

            self._storage = MemoryStorage()
        return self._storage


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the first half, since whoever has one has all that begin so.

    Examples
    --------
    >>> neighbourhood("192.0.2.7"), neighbourhood("2001:db8:1:2:3:4:5:6"), neighbourhood("testclient")
    ('192.0.2.7', '2001:db8:1:2::', 'testclient')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ip_network((found, 64), strict=False).network_address)


def _given(headers: Headers) -> str | None:
    """What a request gives for a key; ``None`` where it gives nothing at all.

    Two keys in one request are none: which of them counts would be a matter of who reads it.
    """
    found = headers.getlist("authorization")
    if not found:
        return None
    bearer = _BEARER.fullmatch(found[0].strip()) if len(found) == 1 else None
    return bearer[1] if bearer else ""


async def _form(request: Request, access: Access) -> Form:
    return Form() if request.method == "GET" else await read_form(request, file=access.file)


def _moving(storage: MemoryStorage) -> MovingWindowRateLimiter:
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(storage)


def _a_minute(count: int) -> RateLimitItem:
    from limits import RateLimitItemPerMinute

    return RateLimitItemPerMinute(count)


def _until(moment: float) -> int:
    return max(1, ceil(moment - time.time()))


async def admitted(request: Request) -> Pass:
    """The pass of a request; every address depends on it, so that none answers before it was asked.

    Raises
    ------
    RequestRefusedError
        As `AccessGate.admit`.
    """
    gate: AccessGate = request.app.state.gate
    request.state.address = getattr(request.scope.get("route"), "path", "")
    found = await gate.admit(request)
    request.state.passed = found
    return found


def caller_of(request: Request) -> Caller:
    """Who is calling."""
    passed: Pass = request.state.passed
    return passed.caller
