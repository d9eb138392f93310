"""An investor's keys for programs: which there are, and one that was just made, shown this once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.store import StoredKey
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import day_said


def keys_page(
    frame: Frame,
    found: Sequence[StoredKey],
    now: datetime,
    *,
    made: str = "",
    name: str = "",
    problem: str = "",
    investor: str = "",
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Keys that act for the reader's investor, the newest first.
    now
        The moment.
    made
        A key that was just made: nobody can read it later.
    name
        What was typed, where no key could be made of it.
    problem
        Why not.
    investor
        For whom the keys act.
    """
    words = frame.speech
    rows = [
        {
            "id": one.key_id,
            "name": one.name.removeprefix(f"{investor} · "),
            "made_at": day_said(one.made_at, words),
            "until": "" if one.expires_at is None else day_said(one.expires_at, words),
            "opens": one.opens(now),
        }
        for one in found
    ]
    return page("door/keys.html", frame, Place.KEYS, rows=rows, made=made, typed=name, problem=problem)
