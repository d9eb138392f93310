"""Invitations of investors: one link, for one investor and one event, that opens one account until a moment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.domain.allowed import refuse_longer
from engine.errors import EhyaError, ErrorCode, refuse_together
from engine.settings import Settings
from engine.store import StoredInvitation, StoredPerson
from engine.store.clock import utc
from serving.desk.investors import investors, investors_wishing, like
from serving.desk.keys import LONGEST_INVESTOR, checked_role
from serving.desk.people import PasswordCost, add_person
from serving.desk.sessions import token_digest
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole

USUAL_DAYS, MOST_DAYS = 14, 90
"""Days that an invitation is open where the office says nothing, and at most (assumed)."""
LONGEST_EVENT = 200
"""Characters."""
_TOKEN_BYTES, _ID_BYTES = 32, 9


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation that was made: the one moment at which its link can be read.

    Parameters
    ----------
    token
        What the link holds.
    stored
        What is kept of it.
    """

    token: str = field(repr=False)
    stored: StoredInvitation


def invite(
    settings: Settings, investor: str, event: str, *, days: int = USUAL_DAYS, made_at: datetime, actor: str
) -> NewInvitation:
    """Invite an investor to an event.

    Parameters
    ----------
    settings
        The workspace.
    investor
        Who, as keys and accounts are to name it; another spelling of one that is there already is that one.
    event
        The event, or a package as name@version.
    days
        How long the link opens an account, 1 to `MOST_DAYS`.
    made_at, actor
        Now, and who invites.

    Raises
    ------
    EhyaError
        ``text_too_long``; ``value_unreadable`` for no name, or other days; ``unknown_option`` for a name that no
        account can act for.
    """
    named, what = " ".join(investor.split()), " ".join(event.split())
    refuse_together(
        [
            lambda: _refuse_name("investor", named, LONGEST_INVESTOR),
            lambda: _refuse_name("event", what, LONGEST_EVENT),
            lambda: _refuse_days(days),
        ]
    )
    checked_role(CallerRole.INVESTOR, named)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with open_register(settings) as register:
        party = like(named, (*investors(register), *investors_wishing(register))) or named
        stored = register.invitations.add(
            secrets.token_urlsafe(_ID_BYTES),
            token_digest(token),
            investor=party,
            event=what,
            made_at=made_at,
            expires_at=utc(made_at) + timedelta(days=days),
            actor=actor,
        )
    return NewInvitation(token, stored)


def _refuse_name(option: str, given: str, longest: int) -> None:
    refuse_longer(option, given, longest)
    if not given or not given.isprintable():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=["..."])


def _refuse_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="days", given=str(days), allowed=[f"1..{MOST_DAYS}"])


def partners(settings: Settings, investor: str) -> int:
    """How many people have an account, that still opens, and act for an investor."""
    with open_register(settings) as register:
        return sum(one.investor == investor and one.disabled_at is None for one in register.people())


def invitations(settings: Settings) -> tuple[StoredInvitation, ...]:
    """All invitations, the newest first."""
    with open_register(settings) as register:
        return register.invitations()


def withdraw_invitation(settings: Settings, invitation_id: str, *, made_at: datetime, actor: str) -> StoredInvitation:
    """Let nobody open an account by an invitation any more; the account that was opened stays.

    Raises
    ------
    EhyaError
        ``invitation_unknown``, ``invitation_ended``.
    """
    with open_register(settings) as register:
        return register.invitations.withdraw(invitation_id, made_at=made_at, actor=actor)


def invited(settings: Settings, token: str, *, now: datetime) -> StoredInvitation:
    """The invitation whose link this is, while it opens an account.

    Raises
    ------
    EhyaError
        ``invitation_unknown`` for any other, whether it never was, has expired, or was taken or withdrawn: who holds
        a link that is not theirs learns nothing of it.
    """
    with open_register(settings) as register:
        found = register.invitations.find(token_digest(token))
    if found is None or not found.opens(now):
        raise EhyaError(ErrorCode.INVITATION_UNKNOWN, given="")
    return found


def take_invitation(
    settings: Settings,
    token: str,
    *,
    name: str,
    password: str,
    now: datetime,
    cost: PasswordCost | None = None,
) -> StoredPerson:
    """Open the account of an invitation; of two who hold the link, the second finds it taken.

    Parameters
    ----------
    settings, token
        The workspace, and what the link holds.
    name, password
        What the person signs in with from now on.
    now
        The moment, UTC.
    cost
        What it costs to try the password.

    Raises
    ------
    EhyaError
        ``invitation_unknown``; ``value_unreadable`` for the name, ``password_refused``, ``person_exists``.
    """
    found, digest = invited(settings, token, now=now), token_digest(token)
    return add_person(
        settings,
        name=name,
        role=CallerRole.INVESTOR.value,
        investor=found.investor,
        password=password,
        made_at=now,
        actor=f"invitation:{found.invitation_id}",
        cost=cost,
        beside=lambda register, person: register.invitations.take(digest, name=person.name, made_at=now),
    )
