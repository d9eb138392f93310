"""People who may sign in: open an account, list and disable accounts, know a password again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.domain.allowed import refuse_longer
from engine.errors import EhyaError, ErrorCode, refuse_together
from engine.parsing.text import latin_digits
from engine.settings import Settings
from engine.store import Register, StoredPerson
from engine.store.people import kept_letters, name_key
from serving.desk.investors import investors, like
from serving.desk.keys import checked_role
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LONGEST_NAME = 80
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
SHORTEST, LONGEST = 12, 1_000
"""Characters of a password: length alone counts (NIST SP 800-63B, 3.1.1), and no hash is asked to take in a book."""


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What it costs to try one password (argon2id, RFC 9106; the defaults are its second recommendation).

    Parameters
    ----------
    rounds
        Passes over the memory.
    memory_kib
        Memory, KiB.
    lanes
        Threads.
    """

    rounds: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


def folded_name(given: str) -> str:
    r"""The name of an account as it is kept: one letter for one sound, whichever keyboard wrote it, and at its ends
    nothing that nobody sees.

    Examples
    --------
    >>> folded_name(" علي كريمي\u200c ")
    'علی کریمی'
    """
    name = kept_letters(given[: 2 * LONGEST_NAME])
    seen = [at for at, one in enumerate(name) if not one.isspace() and unicodedata.category(one) != "Cf"]
    return name[seen[0] : seen[-1] + 1] if seen else ""


def account_name(given: str) -> str:
    """The name that a new account bears.

    Raises
    ------
    EhyaError
        ``text_too_long`` beyond ``LONGEST_NAME``; ``value_unreadable`` for none, or one that holds signs nobody sees.
    """
    name = folded_name(given)
    seen = name.replace("\u200c", "")  # joins words in Persian, and is seen by what it keeps apart
    # what is much too long was not folded to its end
    refuse_longer("name", given if len(given) > 2 * LONGEST_NAME else name, LONGEST_NAME)
    if not seen or not seen.isprintable():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given=name[:40], allowed=[f"1..{LONGEST_NAME}"])
    return name


def add_person(
    settings: Settings,
    *,
    name: str,
    role: str,
    investor: str | None,
    password: str,
    made_at: datetime,
    actor: str,
    administers: bool = False,
    cost: PasswordCost | None = None,
    beside: Callable[[Register, StoredPerson], object] | None = None,
) -> StoredPerson:
    """Open an account.

    Parameters
    ----------
    settings
        The workspace.
    name
        Name of the account.
    role
        One of ``engine.domain.access.KEY_ROLES``.
    investor
        Whose account it is, for an investor's role; else ``None``.
    password
        What the person signs in with; only its hash is kept.
    made_at, actor
        Now, and who does it.
    administers
        Whether it looks after the accounts of others too.
    cost
        What it costs to try a password.
    beside
        What is written with it: both, or where it refuses neither.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``investor_missing``, ``password_refused``, ``person_exists``.
    """
    refuse_together(
        [
            lambda: checked_role(role, investor),
            lambda: account_name(name),
            lambda: _refuse_password(folded_name(name), password),
        ]
    )
    checked, name = checked_role(role, investor), account_name(name)
    hashed = _hashed(name, password, cost)
    with open_register(settings) as register, register.together():
        party = investor and (like(investor, investors(register)) or investor)
        person = register.people.add(
            name=name,
            role=checked.value,
            investor=party,
            password=hashed,
            made_at=made_at,
            actor=actor,
            administers=administers,
        )
        if beside is not None:
            beside(register, person)
    return person


def add_first_person(
    settings: Settings, *, name: str, password: str, made_at: datetime, actor: str, cost: PasswordCost | None = None
) -> StoredPerson:
    """Open the first account of a workspace: a planner who looks after the accounts that follow.

    Parameters
    ----------
    settings
        The workspace, in which there is no account yet.
    name, password
        What the person signs in with; of the password only its hash is kept.
    made_at, actor
        Now, and who does it.
    cost
        What it costs to try a password.

    Raises
    ------
    EhyaError
        ``password_refused``; ``person_exists`` where there is an account already.
    """
    name = account_name(name)
    hashed = _hashed(name, password, cost)
    with open_register(settings) as register:
        return register.people.add(
            name=name,
            role=CallerRole.PLANNER.value,
            investor=None,
            password=hashed,
            made_at=made_at,
            actor=actor,
            administers=True,
            first=True,
        )


def people(settings: Settings) -> tuple[StoredPerson, ...]:
    """All accounts by name."""
    with open_register(settings) as register:
        return register.people()


def set_password(
    settings: Settings, name: str, password: str, *, made_at: datetime, actor: str, cost: PasswordCost | None = None
) -> int:
    """Give an account another password, as for somebody who forgot theirs; all its sessions end.

    Parameters
    ----------
    settings
        The workspace.
    name
        The account.
    password
        What the person signs in with from now on; only its hash is kept.
    made_at, actor
        Now, and who does it.
    cost
        What it costs to try a password.

    Returns
    -------
    int
        Sessions that ended.

    Raises
    ------
    EhyaError
        ``password_refused``, ``person_unknown``, ``person_disabled``.
    """
    hashed = _hashed(name, password, cost)
    with open_register(settings) as register:
        return register.people.set_password(name, hashed, made_at=made_at, actor=actor) or 0


def change_password(
    settings: Settings,
    name: str,
    old: str,
    new: str,
    *,
    session: str,
    made_at: datetime,
    cost: PasswordCost | None = None,
) -> int | None:
    """Change one's own password; the sessions of other browsers end.

    Parameters
    ----------
    settings
        The workspace.
    name
        The account.
    old, new
        What opens it now, and from now on.
    session
        The session from which it is changed.
    made_at
        Now.
    cost
        What it costs to try a password.

    Returns
    -------
    int or None
        Sessions that ended; ``None`` where the old password is another, also since a moment ago.

    Raises
    ------
    EhyaError
        ``password_refused``, which is said to nobody who does not know the old one.
    """
    found = signed_in(settings, name, old, cost=cost)
    if found is None:
        return None
    hashed = _hashed(name, new, cost)
    with open_register(settings) as register:
        return register.people.set_password(
            name, hashed, made_at=made_at, actor=f"user:{name}", keep_session=session, old=found.password
        )


def disable_person(settings: Settings, name: str, *, made_at: datetime, actor: str) -> StoredPerson:
    """Let nobody sign in with an account any more.

    Raises
    ------
    EhyaError
        ``person_unknown``, ``person_disabled``.
    """
    with open_register(settings) as register:
        return register.people.disable(name, made_at=made_at, actor=actor)


def signed_in(settings: Settings, name: str, password: str, *, cost: PasswordCost | None = None) -> StoredPerson | None:
    """The account that a name and a password open; ``None`` for any other, in the time that a wrong password takes.

    Parameters
    ----------
    settings
        The workspace.
    name, password
        What the person gave.
    cost
        What trying a password of no account costs, so that the time does not tell which accounts there are.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    wanted, exactly = name_key(name[: 2 * LONGEST_NAME]), folded_name(name)
    alike = [one for one in people(settings) if name_key(one.name) == wanted]
    # Registers of before may hold two that look the same: each is found by its own name.
    own = (one for typed in (name, exactly) for one in alike if one.name == typed)
    found = next(own, alike[0] if alike else None)
    hasher, tried = _hasher(cost or PasswordCost()), _spellings(password[: LONGEST + 1])
    if found is None:
        for one in tried:
            hasher.hash(one)  # as slow as a comparison
        return None
    for one in tried:
        try:
            hasher.verify(found.password, one)
        except (VerificationError, InvalidHashError):
            continue
        return found if found.disabled_at is None else None
    return None


def _spellings(password: str) -> list[str]:
    """A password as it was typed, and with the digits of the other keyboards: who types it sees none of them.

    Examples
    --------
    >>> _spellings("plum ۷7"), _spellings("plum")
    (['plum ۷7', 'plum 77', 'plum ۷۷'], ['plum'])
    """
    latin = latin_digits(password)
    return list(dict.fromkeys((password, latin, latin.translate(_PERSIAN))))


def _refuse_password(name: str, password: str) -> None:
    fits, repeated = SHORTEST <= len(password) <= LONGEST, len(set(password.casefold())) == 1
    if not fits or repeated or (name and name.casefold() in password.casefold()):
        raise EhyaError(ErrorCode.PASSWORD_REFUSED, low=SHORTEST, high=LONGEST)


def _hashed(name: str, password: str, cost: PasswordCost | None) -> str:
    _refuse_password(name, password)
    return _hasher(cost or PasswordCost()).hash(password)


def _hasher(cost: PasswordCost) -> PasswordHasher:
    # Loaded by those who sign people in only: opening a register needs no hash of passwords.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=cost.lanes)
