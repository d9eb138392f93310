"""The first page of an investor: what waits, what fits, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from engine.store import StoredInvitation, StoredRequest
from serving.desk.door import DoorStanding
from serving.desk.kept_meetings import OwnVersion
from serving.desk.offered import Offered
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.door.mandates import standing_row
from serving.pages.door.meetings import day_row
from serving.pages.door.words import below, request_line


@dataclass(frozen=True, eq=False, slots=True)
class Home:
    """What the page shows.

    Parameters
    ----------
    investor
        Who reads.
    offered_count
        Units on offer.
    mandates
        How the reader's mandates stand today.
    requests, names
        The reader's requests that wait, the one that is due first at the head; name of each unit asked about.
    packages
        Packages on offer, the newest first.
    days
        The reader's days of meetings, the latest first.
    invitations
        Invitations that the reader took.
    now
        The moment.
    people
        People who act for this investor, the reader among them.
    """

    investor: str
    offered_count: int
    mandates: Sequence[DoorStanding]
    requests: Sequence[StoredRequest]
    names: pd.Series
    packages: Sequence[Offered]
    days: Sequence[OwnVersion]
    invitations: Sequence[StoredInvitation]
    now: datetime
    people: int = 1


def home_page(frame: Frame, found: Home) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What it shows.
    """
    words = frame.speech
    invited = {one.event for one in found.invitations}
    packages = [
        {
            "key": one.package.key,
            "address": below("packages", one.package.key),
            "event": one.package.event,
            "units": words.text("page.unit_count", count=len(one.units)),
            "agreed": one.agreed,
            "confirmed": one.confirmed,
            "invited": bool({one.package.key, one.package.event, one.package.name} & invited),
        }
        for one in found.packages
    ]
    packages.sort(key=lambda one: not one["invited"])
    return page(
        "door/home.html",
        frame,
        Place.DOOR,
        people=words.text("door.people_share", count=found.people, investor=found.investor) if found.people > 1 else "",
        title=words.text("door.welcome", given=found.investor),
        offered=words.number(found.offered_count),
        mandates=[standing_row(one, words) for one in found.mandates],
        requests=[request_line(one, found.names, found.now, words) for one in found.requests],
        packages=packages,
        days=[day_row(one, words) for one in found.days],
    )
