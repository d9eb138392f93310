"""The page of accounts: who may sign in, who is signed in where, and what was done lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.store import StoredPerson, StoredSession
from serving.desk.audit import AuditSeen
from serving.disclosure.levels import KEY_ROLES
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import day_said, moment_said
from serving.reports.audited import audit_said


def people_page(
    frame: Frame,
    people: Sequence[StoredPerson],
    sessions: Sequence[StoredSession],
    seen: AuditSeen,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    resetting: str = "",
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    people, sessions
        Accounts, and the sessions that let somebody in now.
    seen
        Newest lines of the audit.
    typed
        What was written for a new account and could not be taken.
    problem
        Why not.
    resetting
        The account for which a new password could not be taken.
    """
    words = frame.speech
    return page(
        "people.html",
        frame,
        Place.ADMIN,
        people=[
            {
                "account": one.name,
                "role": words.text(f"caller_role.{one.role}"),
                "administers": one.administers,
                "investor": one.investor or "",
                "made_at": day_said(one.made_at, words),
                "open": one.disabled_at is None,
                "self": one.name == frame.person,
            }
            for one in people
        ],
        sessions=[
            {
                "session": one.session_id,
                "account": one.name,
                "made_at": moment_said(one.made_at, words),
                "until": moment_said(one.expires_at, words),
            }
            for one in sessions
        ],
        lines=[
            (moment_said(line["made_at"], words), audit_said(line, seen.names, words))
            for line in seen.lines.to_dict("records")
        ],
        roles=[(one.value, words.text(one)) for one in KEY_ROLES],
        typed=typed or {},
        problem=problem,
        resetting=resetting,
    )
