"""What stands around every page of the desk: who is there, where to go, what was just done and can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.codes import Code
from engine.settings import LANGUAGES
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
    PEOPLE = "people"
    STYLE = "style"


ADDRESSES: Mapping[Place, str] = {place: f"/desk/{place.value}" for place in Place} | {Place.TODAY: "/desk"}
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
    Place.PEOPLE: "l",
}
"""Letters that lead to a place after ``g``."""


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
    address: str = "/desk"
    done: Done | None = None

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """Of each place its code, address and letter."""
        shown = (place for place in KEYS if place is not Place.PEOPLE or self.administers)
        return [(place.value, ADDRESSES[place], KEYS[place]) for place in shown]

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
