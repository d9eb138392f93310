"""The page of accounts: who may sign in, who is signed in where, and what was done lately."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from engine.store import StoredPerson, StoredSession
from serving.disclosure.levels import KEY_ROLES
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import actor_said, day_said, moment_said


def people_page(
    frame: Frame,
    people: Sequence[StoredPerson],
    sessions: Sequence[StoredSession],
    lines: pd.DataFrame,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    people, sessions
        Accounts, and the sessions that let somebody in now.
    lines
        Newest lines of the audit.
    typed
        What was written for a new account and could not be taken.
    problem
        Why not.
    """
    words = frame.speech
    return page(
        "people.html",
        frame,
        Place.PEOPLE,
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
            (
                moment_said(line["made_at"], words),
                actor_said(str(line["actor"])),
                words.text(f"act.{line['act']}"),
                str(line["subject"]),
                words.join(_facts(line["facts"])),
            )
            for line in lines.to_dict("records")
        ],
        roles=[(one.value, words.text(one)) for one in KEY_ROLES],
        typed=typed or {},
        problem=problem,
    )


def _facts(kept: str) -> Iterable[str]:
    return (f"{name}: {value}" for name, value in json.loads(kept).items() if value is not None)
