"""What stands around every page of the desk: who is there, where to go, what was just done and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.codes import Code
from engine.settings import LANGUAGES
from serving.disclosure.levels import CallerRole
from serving.html.template import render
from serving.i18n import Speech
from serving.i18n.speech import MONEY
from serving.pages.desk.look import THEMES, Look


class Place(Code):
    """Where a person is, as the navigation names it."""

    TODAY = "today"
    UNITS = "units"
    RANKING = "ranking"
    MAP = "map"
    PACKAGES = "packages"
    OUTCOMES = "outcomes"
    REQUESTS = "requests"
    IMPORTS = "imports"
    DECISIONS = "decisions"
    PANEL = "panel"
    EVENTS = "events"
    REPORT = "report"
    MODELS = "models"
    BANK = "bank"
    ADMIN = "admin"
    STYLE = "style"
    DOOR = "door"
    OFFERS = "offers"
    MANDATES = "mandates"
    LISTS = "lists"
    OFFERED = "offered"
    ASKED = "asked"
    MEETINGS = "meetings"
    KEYS = "keys"


DOOR: Mapping[Place, str] = {
    Place.DOOR: "/desk/door",
    Place.OFFERS: "/desk/door/offers",
    Place.MANDATES: "/desk/door/mandates",
    Place.LISTS: "/desk/door/lists",
    Place.OFFERED: "/desk/door/packages",
    Place.ASKED: "/desk/door/requests",
    Place.MEETINGS: "/desk/door/meetings",
    Place.KEYS: "/desk/door/keys",
}
"""Places of an investor, and where they are."""
_OWN = {place: f"/desk/{place.value}" for place in Place} | {Place.TODAY: "/desk"}
ADDRESSES: Mapping[Place, str] = _OWN | dict(DOOR)
DOOR_KEYS: Mapping[Place, str] = dict(zip(DOOR, "dumlpqtk", strict=True))
"""Letters that lead an investor to a place after ``g``."""
KEYS: Mapping[Place, str] = {
    Place.TODAY: "t",
    Place.UNITS: "u",
    Place.RANKING: "r",
    Place.MAP: "m",
    Place.PACKAGES: "k",
    Place.OUTCOMES: "o",
    Place.REQUESTS: "q",
    Place.IMPORTS: "i",
    Place.DECISIONS: "d",
    Place.PANEL: "p",
    Place.EVENTS: "v",
    Place.REPORT: "a",
    Place.MODELS: "e",
    Place.BANK: "b",
    Place.ADMIN: "l",
}
"""Letters that lead to a place after ``g``."""

_OF_PLANNERS = tuple(place for place in KEYS if place not in (Place.BANK, Place.ADMIN))
PLACES_OF: Mapping[CallerRole, tuple[Place, ...]] = {
    CallerRole.PLANNER: _OF_PLANNERS,
    CallerRole.DATA_SCIENTIST: (Place.MODELS,),
    CallerRole.ADMIN: (Place.MODELS, Place.ADMIN),
    CallerRole.BANK: (Place.BANK,),
}
"""Places that the navigation shows to a role; administration also to whoever looks after accounts."""


HOMES: Mapping[CallerRole, Place] = {
    CallerRole.INVESTOR: Place.DOOR,
    CallerRole.DATA_SCIENTIST: Place.MODELS,
    CallerRole.ADMIN: Place.ADMIN,
    CallerRole.BANK: Place.BANK,
}
"""Where people of a role begin, who have no first page of planners."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was just done.

    Parameters
    ----------
    text
        The sentence about it.
    undo
        Address and fields of the form that takes it back; ``None`` where nothing can.
    """

    text: str
    undo: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page.

    Parameters
    ----------
    speech, look
        How it is written.
    person
        Name of the account; empty where nobody is signed in.
    token
        What forms carry.
    administers
        Whether the person looks after accounts.
    role
        What the person is to the programme.
    address
        Path and query of the page, to come back to.
    done
        What was just done.
    """

    speech: Speech
    look: Look = field(default_factory=Look)
    person: str = ""
    token: str = field(default="", repr=False)
    administers: bool = False
    role: CallerRole = CallerRole.ANYONE
    address: str = "/desk"
    done: Done | None = None

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """Of each place its code, address and letter."""
        if self.role is CallerRole.INVESTOR:
            return [(place.value, ADDRESSES[place], key) for place, key in DOOR_KEYS.items()]
        own = PLACES_OF.get(self.role, ())
        shown = (place for place in KEYS if place in own or (place is Place.ADMIN and self.administers))
        return [(place.value, ADDRESSES[place], KEYS[place]) for place in shown]

    @property
    def home(self) -> tuple[str, str]:
        """Where the person begins: the code of the place, and its address."""
        place = HOMES.get(self.role, Place.TODAY)
        return place.value, ADDRESSES[place]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that pages are written in."""
        return LANGUAGES

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """What a person may choose of the look."""
        return {"digits": ("own", "latin"), "money": MONEY, "theme": THEMES}


def page(name: str, frame: Frame, place: Place | None = None, **facts: Any) -> str:
    """Fill a template of the desk.

    Parameters
    ----------
    name
        File name in ``serving/html/templates/desk``.
    frame
        What stands around it.
    place
        Where the person is.
    **facts
        What the template names; a name that is missing is an error, never an empty place.
    """
    return render(f"desk/{name}", frame.speech, frame=frame, place="" if place is None else place.value, **facts)
