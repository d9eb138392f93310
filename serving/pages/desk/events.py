"""Events as the office prepares them: who is invited, what investors wish, what their lists show too much or never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd

from engine.matching.event import Event
from engine.store import StoredInvitation
from serving.desk.gathered import EventLine, Gathered
from serving.desk.invitations import MOST_DAYS, USUAL_DAYS
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import ADDRESSES, Frame, Place, page
from serving.pages.desk.words import day_said, name_of, unit_address

SHOWN = 15
"""Units of a table of exposure."""


def event_address(event: str) -> str:
    """Where the page of an event is.

    Examples
    --------
    >>> event_address("INVA 1405")
    '/desk/events/INVA%201405'
    """
    return f"{ADDRESSES[Place.EVENTS]}/{quote(event, safe='')}"


def mandate_address(event: str, owner: str = "", name: str = "") -> str:
    """Where the office states what an investor wishes: anew, or over what is saved.

    Examples
    --------
    >>> mandate_address("INVA", "fund", "food")
    '/desk/events/INVA/mandates/new?investor=fund&name=food'
    """
    query = f"?{urlencode({'investor': owner, 'name': name})}" if owner else ""
    return f"{event_address(event)}/mandates/new{query}"


def events_page(frame: Frame, found: Sequence[EventLine], *, problem: str = "", typed: str = "") -> str:
    """Write the page of events.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Events that are known.
    problem
        Why an event could not be begun.
    typed
        The name that was typed for it.
    """
    words = frame.speech
    rows = [
        {
            "name": one.name,
            "address": event_address(one.name),
            "packages": [(key, f"{ADDRESSES[Place.PACKAGES]}/{quote(key, safe='@')}") for key in one.packages],
            "invited": words.number(one.invited),
            "meetings": "" if one.meetings is None else words.text("event.version", version=one.meetings),
        }
        for one in found
    ]
    return page("events.html", frame, Place.EVENTS, rows=rows, problem=problem, typed=typed)


def event_page(
    frame: Frame,
    found: Gathered,
    names: pd.Series,
    now: datetime,
    *,
    link: str = "",
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    refused: Sequence[str] = (),
    waiting: str = "",
) -> str:
    """Write the page of one event.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What is known of it.
    names
        Name of each unit on offer, index ``unit_id``.
    now
        The moment.
    link
        The link of an invitation that was just made: nobody can read it later.
    typed
        What was typed and could not be taken.
    problem
        Why not.
    refused
        Rows of a workbook that state no mandate.
    waiting
        Where to ask how far a plan of meetings is that was asked for.
    """
    words = frame.speech
    return page(
        "event.html",
        frame,
        Place.EVENTS,
        event=found.event,
        address=event_address(found.event),
        problem=problem,
        refused=refused,
        link=link,
        typed=typed or {},
        days=USUAL_DAYS,
        most_days=MOST_DAYS,
        invitations=[_invitation(one, now, words) for one in found.invitations],
        agreements=[
            (str(one["investor"]), str(one["package"]), day_said(one["made_at"], words))
            for one in found.agreements.to_dict("records")
        ],
        mandates=_mandates(found, words),
        exposure=None if found.lists is None else _exposure(found.lists, names, words),
        plan=None if found.plan is None else words.text("event.version", version=found.plan.version),
        waiting=waiting,
    )


def _invitation(one: StoredInvitation, now: datetime, words: Speech) -> dict[str, Any]:
    if one.name is not None:
        state = "taken"
    elif one.ended_at is not None:
        state = "withdrawn"
    else:
        state = "open" if one.opens(now) else "expired"
    return {
        "id": one.invitation_id,
        "investor": one.investor,
        "state": state,
        "said": words.text(f"event.invitation_{state}"),
        "until": day_said(one.expires_at, words),
        "name": one.name or "",
    }


def _mandates(found: Gathered, words: Speech) -> list[dict[str, str]]:
    if found.lists is None:
        return []
    return [
        {
            "owner": saved.owner,
            "address": mandate_address(found.event, saved.owner, saved.name),
            "name": saved.name,
            "feasible": words.number(listed.feasible),
            "shown": words.number(len(listed)),
            "empty": "1" if not len(listed) else "",
        }
        for saved, listed in zip(found.mandates, found.lists.shortlists, strict=True)
    ]


def _exposure(found: Event, names: pd.Series, words: Speech) -> dict[str, Any]:
    """Which units stand on too many lists, which on none, and which nobody may be shown."""
    total, counts = len(found.shortlists), found.counts

    def unit(unit_id: object) -> tuple[str, str]:
        return unit_address(unit_id), name_of(names.get(unit_id), words)

    here = [frame[frame["unit_id"].isin(names.index)] for frame in (found.everyone, found.unshown, found.unmatched)]
    much, little, nobody = here
    return {
        "tiles": [
            (words.text("event.shown"), words.number(counts["shown"]), words.text("event.of_units", count=len(names))),
            (words.text("event.everyone"), words.number(len(much)), words.text("event.everyone_note")),
            (words.text("event.unshown"), words.number(len(little)), words.text("event.unshown_note")),
            (words.text("event.unmatched"), words.number(len(nobody)), words.text("event.unmatched_note")),
        ],
        "much": [
            (*unit(row["unit_id"]), words.number(row["shown"]), round(100 * row["shown"] / total, 1))
            for row in much.head(SHOWN).to_dict("records")
        ],
        "little": [
            (*unit(row["unit_id"]), words.number(row["feasible"]))
            for row in little.sort_values("feasible", ascending=False, kind="stable").head(SHOWN).to_dict("records")
        ],
        "nobody": [
            (*unit(row["unit_id"]), words.text(f"exclusion.{row['limit']}") if known(row["limit"]) else "")
            for row in nobody.head(SHOWN).to_dict("records")
        ],
    }
