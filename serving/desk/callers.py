"""Who is calling: the keys that stand, followed while a service runs, and what their bearers may do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from engine.errors import EhyaError
from engine.settings import Settings
from engine.store import StoredKey
from serving.desk.agreements import units_agreed
from serving.desk.keys import has_digest, key_id_of
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole, Level, level_of, relation_to

LONGEST_UNREAD = 60.0
"""Seconds after which keys that could not be read anew open nothing: one of them may have been revoked meanwhile."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling; never the key.

    Parameters
    ----------
    role
        What the caller is to the programme.
    actor
        How the audit names it: ``key:ID``, ``user:NAME``, or ``anyone``.
    investor
        The investor for whom it acts; ``None`` where for none.
    agreed
        Units that stand in packages whose secrecy the investor agreed to.
    administers
        Whether it looks after accounts beside what its role may do.
    """

    role: CallerRole = CallerRole.ANYONE
    actor: str = "anyone"
    investor: str | None = None
    agreed: frozenset[str] = field(default=frozenset(), repr=False)
    administers: bool = False

    def level(self, unit_id: str) -> Level:
        """The level at which it sees a unit.

        Examples
        --------
        >>> caller = Caller(CallerRole.INVESTOR, "key:1", "fund", frozenset({"a"}))
        >>> caller.level("a").value, caller.level("b").value
        ('under_nda', 'public')
        """
        return level_of(self.role, relation_to(unit_id, self.agreed))


ANYONE = Caller()


@dataclass(frozen=True, slots=True)
class _Standing:
    """Keys and agreements of one moment."""

    state: str
    keys: Mapping[str, StoredKey]
    agreed: Mapping[str, frozenset[str]]


class KeyRing:
    """The keys of a workspace, as they were at the last look.

    Parameters
    ----------
    settings
        The workspace.
    clock
        Gives the moment, UTC, by which keys expire.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._settings, self._clock = settings, clock
        self._standing = _Standing("", {}, {})
        self._read_at: float | None = None
        self._reading = threading.Lock()

    def now(self) -> datetime:
        """The moment, UTC, by which keys expire."""
        return self._clock()

    @property
    def unread(self) -> bool:
        """Whether the keys are older than may be relied on."""
        return self._read_at is None or monotonic() - self._read_at > LONGEST_UNREAD

    @property
    def age(self) -> float:
        """Seconds since the keys were read."""
        return float("inf") if self._read_at is None else monotonic() - self._read_at

    def any_opens(self) -> bool:
        """Whether there is a key that opens anything."""
        now = self._clock()
        return any(key.opens(now) for key in self._standing.keys.values())

    def refresh(self, *, older_than: float = 0.0) -> None:
        """Read keys and agreements anew where they changed; what fails leaves them as they were, and ageing.

        Parameters
        ----------
        older_than
            Seconds: what was read more lately, perhaps while we waited for who reads, is fresh enough.

        Raises
        ------
        EhyaError
            ``database_failed``, ``register_busy``.
        """
        with self._reading:
            if self.age >= older_than:
                self._read()

    def _read(self) -> None:
        with open_register(self._settings) as register:
            state = register.access_state()
            if state != self._standing.state:
                keys = {key.key_id: key for key in register.keys()}  # noqa: SIM118 (a repository, no mapping)
                investors = {key.investor for key in keys.values() if key.investor}
                agreed = {investor: units_agreed(register, investor) for investor in investors}
                self._standing = _Standing(state, keys, agreed)
            self._read_at = monotonic()

    def knows(self, given: str) -> bool:
        """Whether the open part of what was given names a key of the last look."""
        return key_id_of(given) in self._standing.keys

    def caller(self, given: str) -> Caller | None:
        """The bearer of a key; ``None`` where it opens nothing, in the time that a wrong one takes."""
        standing = self._standing
        key = standing.keys.get(key_id_of(given) or "")
        if not has_digest(given, None if key is None else key.digest) or key is None or not key.opens(self._clock()):
            return None
        agreed = standing.agreed.get(key.investor or "", frozenset())
        return Caller(CallerRole(key.role), f"key:{key.key_id}", key.investor, agreed)

    def try_refresh(self, older_than: float = 0.0) -> None:
        """Read anew, or go on with what there is: `unread` says when that is too old."""
        try:
            self.refresh(older_than=older_than)
        except EhyaError:
            return
