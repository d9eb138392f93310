"""Keys for programs: make one, which is shown once; list them; revoke one; and know the bearer of one again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.domain.allowed import refuse_longer
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register, StoredKey
from engine.store.clock import utc
from serving.desk.clock import day_of
from serving.desk.investors import investors, like
from serving.desk.workspace import open_register
from serving.disclosure.levels import KEY_ROLES, CallerRole

PREFIX = "ehya"
"""How a key begins, so that one that leaked is found by whoever searches for it."""
_ID_BYTES, _SECRET_BYTES = 6, 32
LONGEST_INVESTOR, LONGEST_OWN = 200, 80
"""Characters of the name of an investor, and of what it calls a key of its own."""
LONGEST_NAME = LONGEST_INVESTOR + 3 + LONGEST_OWN
"""Characters of the name of a key: one that an investor makes begins with the name of the investor."""
LONGEST = 200
"""Characters beyond which nothing is taken for a key."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made: the one moment at which it can be read.

    Parameters
    ----------
    key
        The key itself, for its bearer.
    stored
        What is kept of it.
    """

    key: str = field(repr=False)
    stored: StoredKey


def add_key(
    settings: Settings,
    *,
    name: str,
    role: str,
    investor: str | None,
    made_at: datetime,
    expires_at: datetime | None = None,
    actor: str,
) -> NewKey:
    """Make a key.

    Parameters
    ----------
    settings
        The workspace.
    name
        What it is for.
    role
        One of `serving.disclosure.levels.KEY_ROLES`.
    investor
        The investor whose lists and mandates it reaches; an investor's key must name one. Spelt otherwise than
        before, it is the one that was named before.
    made_at, expires_at
        Now, and when it opens nothing any more; ``None`` for never.
    actor
        Who makes it.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a role or an end that cannot be, ``investor_missing``, ``key_named``, ``text_too_long``.
    """
    refuse_longer("name", name, LONGEST_NAME)
    refuse_longer("investor", investor or "", LONGEST_INVESTOR)
    checked = checked_role(role, investor)
    if expires_at is not None and utc(expires_at) <= utc(made_at):
        raise EhyaError(
            ErrorCode.UNKNOWN_OPTION, option="--until", given=day_of(expires_at - timedelta(seconds=1)), allowed=[]
        )
    key_id = secrets.token_hex(_ID_BYTES)
    key = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    with open_register(settings) as register:
        stored = register.keys.add(
            key_id=key_id,
            name=name,
            role=checked.value,
            investor=investor and (like(investor, investors(register)) or investor),
            digest=key_digest(key),
            made_at=made_at,
            expires_at=expires_at,
            actor=actor,
        )
    return NewKey(key, stored)


def keys(settings: Settings) -> tuple[StoredKey, ...]:
    """All keys, the newest first; what is kept of a key does not open anything."""
    with open_register(settings) as register:
        return register.keys()


def owners_let_in(register: Register, now: datetime) -> frozenset[str]:
    """Owners of what is kept who have a key that opens at a moment, UTC; nobody else is sent anything."""
    found = register.keys()
    return frozenset(key.owner for key in found if key.opens(now))


def revoke_key(settings: Settings, given: str, *, made_at: datetime, actor: str) -> StoredKey:
    """Let a key, by id or name, open nothing any more.

    Raises
    ------
    EhyaError
        ``key_unknown``, ``key_revoked``.
    """
    with open_register(settings) as register:
        return register.keys.revoke(given, made_at=made_at, actor=actor)


def key_digest(key: str) -> str:
    """What is kept of a key: 256 random bits need no slow hash to withstand guessing.

    Examples
    --------
    >>> len(key_digest("ehya_0a_b")), "ehya" in key_digest("ehya_0a_b")
    (64, False)
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def key_id_of(given: str) -> str | None:
    """The open part of what a caller gave for a key; ``None`` where it has not the form of one.

    Examples
    --------
    >>> key_id_of("ehya_0a1b_secret_with_lines"), key_id_of("other_0a1b_x"), key_id_of("")
    ('0a1b', None, None)
    """
    parts = given.split("_", 2) if len(given) <= LONGEST else []
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else None


def has_digest(given: str, digest: str | None) -> bool:
    """Whether a key has a digest, in a time that tells nothing of either; of no digest, never.

    Examples
    --------
    >>> has_digest("ehya_0a_b", key_digest("ehya_0a_b")), has_digest("ehya_0a_b", None)
    (True, False)
    """
    equal = hmac.compare_digest(key_digest(given), digest or "0" * 64)
    return equal and digest is not None


def checked_role(role: str, investor: str | None) -> CallerRole:
    """A role that a key or an account may have.

    Raises
    ------
    EhyaError
        ``unknown_option`` where there is no such role, ``investor_missing`` for an investor's without the investor.
    """
    if role not in KEY_ROLES:
        allowed = [one.value for one in KEY_ROLES]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--role", given=role, allowed=allowed)
    if role == CallerRole.INVESTOR and not investor:
        raise EhyaError(ErrorCode.INVESTOR_MISSING, role=CallerRole.INVESTOR)
    if investor and (":" in investor or investor != investor.strip()):
        # so that no name is that of a key, which owns what it keeps for nobody
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--investor", given=investor, allowed=[])
    return CallerRole(role)
