"""What the service holds: the stock of the moment, swapped whole when register or model change, and written answers."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic

from cachetools import LRUCache

from engine.errors import EhyaError, ErrorCode
from serving.api.reply import Reply
from serving.desk.question import Question
from serving.desk.stock import Stock

PREPARED_BYTES = 64 * 2**20
"""Memory for written answers; beyond it the one asked for longest ago is dropped."""
ORDERS = 8
"""Orders under other weights that are kept beside the usual one."""

Latest = Callable[[str | None], tuple[str, Stock] | None]

_log = logging.getLogger(__name__)


class Prepared:
    """Written answers by what was asked of one stock; the stock never changes, so they stay right.

    Parameters
    ----------
    limit
        Bytes to keep at most, as they are and compressed.

    Examples
    --------
    >>> prepared = Prepared(limit=4)
    >>> prepared.answer("a", lambda: b"123").body, prepared.answer("a", lambda: b"never asked again").body
    (b'123', b'123')
    >>> prepared.answer("b", lambda: b"45").body, prepared.answer("a", lambda: b"new").body
    (b'45', b'new')
    """

    def __init__(self, limit: int = PREPARED_BYTES) -> None:
        self._kept: LRUCache[bytes, Reply] = LRUCache(limit, getsizeof=len)
        self._lock = threading.Lock()

    def find(self, asked: Hashable) -> Reply | None:
        """The answer kept for a question, if there is one."""
        with self._lock:
            return self._kept.get(_key(asked))

    def answer(self, asked: Hashable, write: Callable[[], bytes]) -> Reply:
        """The answer kept for a question, or a new one."""
        found = self.find(asked)
        if found is not None:
            return found
        reply = Reply(write())
        with self._lock:
            if len(reply) <= self._kept.maxsize:
                self._kept[_key(asked)] = reply
        return reply


def _key(asked: Hashable) -> bytes:
    # A question may be much longer than its answer, and its length is the asker's choice.
    return hashlib.sha256(repr(asked).encode(errors="backslashreplace")).digest()


@dataclass(frozen=True, eq=False, slots=True)
class Showing:
    """One stock on show: a request takes it once and is answered from it whole.

    Parameters
    ----------
    stock
        The units on offer.
    state
        State of the workspace that it was made of.
    since
        Seconds of a steady clock when it was put on show.
    prepared
        Answers already written from it.
    orders
        The same stock under other weights.
    """

    stock: Stock
    state: str | None
    since: float
    prepared: Prepared = field(default_factory=Prepared)
    orders: LRUCache[str, Stock] = field(default_factory=lambda: LRUCache(ORDERS))

    def under(self, question: Question) -> Stock:
        """The stock in the order of other weights and priorities."""
        key = repr(question)
        found = self.orders.get(key)
        if found is None:
            found = self.orders[key] = self.stock.under(question)
        return found


class Shelf:
    """The showing of the moment, and how to come by the next.

    Parameters
    ----------
    stock
        The first stock; with ``latest`` it may be left out until :meth:`refresh` is called.
    latest
        Gives the latest stock with the state it was made of, ``None`` while that state is the one it is given
        (`serving.desk.watch.Watch.latest`); without it the first stock stays.
    """

    def __init__(self, stock: Stock | None = None, *, latest: Latest | None = None) -> None:
        self._latest = latest
        self._refreshing = threading.Lock()
        self._showing = None if stock is None else Showing(stock, None, monotonic())
        self.checked = monotonic()
        self.failure: ErrorCode | None = None

    @property
    def bare(self) -> bool:
        """Whether nothing was ever on show."""
        return self._showing is None

    @property
    def showing(self) -> Showing:
        """What is on show now.

        Raises
        ------
        EhyaError
            ``no_model`` before anything was ever shown.
        """
        if self._showing is None:
            raise EhyaError(ErrorCode.NO_MODEL)
        return self._showing

    def try_refresh(self) -> bool:
        """Refresh, or go on with what there is; a workspace that is not ready yet has nothing to show."""
        try:
            return self.refresh()
        except EhyaError as error:
            _log.info("nothing is on show: %s", error.code.value)
            return False

    def refresh(self) -> bool:
        """Ask for the latest stock, build it aside and swap it whole; readers never wait.

        Returns
        -------
        bool
            Whether something else is on show now. A stock with equal content leaves the old one in its place.

        Raises
        ------
        EhyaError
            What ``latest`` raises, while nothing is on show; later the last good stock stays.
        """
        if self._latest is None:
            return False
        with self._refreshing:
            before = self._showing
            try:
                found = self._latest(None if before is None else before.state)
            except EhyaError as error:
                self.failure = error.code
                if before is None:
                    raise
                _log.warning("the last stock stays on show: %s", error)
                return False
            self.checked, self.failure = monotonic(), None
            if found is None:
                return False
            state, stock = found
            if before is not None and before.stock.version == stock.version:
                self._showing = Showing(before.stock, state, before.since, before.prepared, before.orders)
                return False
            self._showing = Showing(stock, state, monotonic())
            return True
