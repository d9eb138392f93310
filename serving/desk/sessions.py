"""Sign people in and out: what a browser shows to be let in again, and whom that lets in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.settings import Settings
from engine.store import StoredPerson, StoredSession
from serving.desk.agreements import units_agreed
from serving.desk.callers import Caller
from serving.desk.people import PasswordCost, signed_in
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole

LASTS = timedelta(hours=12)
"""How long a session lets its browser in: a working day."""

_TOKEN_BYTES = 32
_ID_BYTES = 9


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that just began.

    Parameters
    ----------
    token
        What the browser is to show; nobody can read it again.
    name
        The account.
    expires_at
        UTC.
    """

    token: str = field(repr=False)
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that was let in.

    Parameters
    ----------
    caller
        Who is at it.
    session
        Its session.
    form_token
        What its forms carry, so that no page of others can send one in its name.
    """

    caller: Caller
    session: StoredSession
    form_token: str = field(repr=False)


def sign_in(
    settings: Settings, name: str, password: str, *, now: datetime, cost: PasswordCost | None = None
) -> Begun | None:
    """Begin a session; ``None`` where name and password open no account.

    Parameters
    ----------
    settings
        The workspace.
    name, password
        What the person gave.
    now
        UTC.
    cost
        What trying a password of no account costs, so that the time does not tell which accounts there are.
    """
    found = signed_in(settings, name.strip(), password, cost=cost)
    return None if found is None else begin(settings, found, now=now)


def begin(settings: Settings, person: StoredPerson, *, now: datetime) -> Begun | None:
    """Begin a session for an account whose owner is known; ``None`` where its password was changed meanwhile."""
    token, until = secrets.token_urlsafe(_TOKEN_BYTES), now + LASTS
    with open_register(settings) as register:
        begun = register.sessions.begin(
            secrets.token_urlsafe(_ID_BYTES),
            person.name,
            token_digest(token),
            made_at=now,
            expires_at=until,
            actor=f"user:{person.name}",
            password=person.password,
        )
    return Begun(token, person.name, until) if begun else None


def visit(settings: Settings, token: str, *, now: datetime) -> Visit | None:
    """Whom a browser lets in that shows this; ``None`` where nobody."""
    with open_register(settings) as register:
        found = register.sessions.find(token_digest(token))
        if found is None or not found.opens(now):
            return None
        agreed = frozenset[str]() if found.investor is None else units_agreed(register, found.investor)
    caller = Caller(CallerRole(found.role), f"user:{found.name}", found.investor, agreed, found.administers)
    return Visit(caller, found, form_token_of(token))


def sign_out(settings: Settings, session: StoredSession, *, now: datetime) -> None:
    """End a session from its own browser."""
    with open_register(settings) as register:
        register.sessions.end(session.session_id, made_at=now, actor=f"user:{session.name}")


def end_session(settings: Settings, session_id: str, *, now: datetime, actor: str) -> None:
    """End any session.

    Raises
    ------
    EhyaError
        ``session_unknown``.
    """
    with open_register(settings) as register:
        register.sessions.end(session_id, made_at=now, actor=actor)


def sessions(settings: Settings) -> tuple[StoredSession, ...]:
    """Sessions of all accounts, the newest first."""
    with open_register(settings) as register:
        return register.sessions()


def token_digest(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so that a fast hash cannot be turned back.

    Examples
    --------
    >>> len(token_digest("x")), token_digest("x") == token_digest("y")
    (64, False)
    """
    return hashlib.sha256(token.encode()).hexdigest()


def form_token_of(token: str) -> str:
    """What the forms of a session carry; who knows it does not know the token.

    Examples
    --------
    >>> form_token_of("x") == form_token_of("x"), form_token_of("x") == token_digest("x")
    (True, False)
    """
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()
