"""An investor's lists: reasons, flags and unknowns, what was said to their units, why another is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.domain.mandate import FitPart
from engine.domain.reaction import DeclineReason
from engine.matching.opening import Opening
from engine.matching.reasons import WhyNot
from engine.store import StoredList
from serving.desk.mandates import ListChange
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, day_said, name_of
from serving.pages.door.offers import reaction_said
from serving.pages.door.words import below, offer_address, unit_line
from serving.reports.legend import banners
from serving.reports.limits import limit_in_words, opening_in_words

PAGE = 10
"""Places of a page: what it shows is logged as shown."""
NEWEST = 50
"""Lists that are listed."""


def lists_page(frame: Frame, found: Sequence[StoredList]) -> str:
    """Write the page of lists.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Lists of the reader, the newest first.
    """
    words = frame.speech
    rows = [
        {
            "address": below("lists", one.list_id),
            "mandate": one.mandate,
            "made_at": day_said(one.made_at, words),
            "places": words.number(len(one.places)),
            "feasible": words.number(one.feasible) if one.feasible is not None else words.fact(None),
            "shown": words.number(len(one.shown)),
        }
        for one in found[:NEWEST]
    ]
    return page("door/lists.html", frame, Place.LISTS, rows=rows)


@dataclass(frozen=True, eq=False, slots=True)
class ListShown:
    """A page of a list.

    Parameters
    ----------
    kept
        The list, with these places shown.
    start
        The first place, from 0.
    units
        Public table of what is on offer now.
    change
        What changed since the list before it.
    said
        What its reader said to units last: kind and reason by unit.
    asked
        A unit that was asked why it is not there, as it was written.
    why
        The answer; ``None`` where nothing was asked.
    standing
        Whether the mandate is in force still.
    opening
        Of an empty list: the one limit that, loosened, would let in most units now; else ``None``.
    """

    kept: StoredList
    start: int
    units: pd.DataFrame
    change: ListChange
    said: Mapping[str, tuple[str, str | None]]
    asked: str = ""
    why: WhyNot | None = None
    standing: bool = True
    opening: Opening | None = None


def list_page(frame: Frame, shown: ListShown, *, problem: str = "") -> str:
    """Write a page of a list.

    Parameters
    ----------
    frame
        What stands around it.
    shown
        What it shows.
    problem
        Why something could not be taken.
    """
    words, kept = frame.speech, shown.kept
    places = kept.places[shown.start : shown.start + PAGE]
    standing = [place["unit_id"] for place in places if place["unit_id"] in shown.units.index]
    table = shown.units.loc[standing]
    lines = {str(row["unit_id"]): unit_line(row, words) for row in table.reset_index().to_dict("records")}
    address = below("lists", kept.list_id)
    return page(
        "door/list.html",
        frame,
        Place.LISTS,
        title=words.text("door.list_of", given=kept.mandate),
        address=address,
        list_id=kept.list_id,
        mandate=kept.mandate,
        mandate_address=below("mandates", kept.mandate),
        standing=shown.standing,
        problem=problem,
        banners=banners(table, words) if len(table) else [],
        line=words.text(
            "door.list_line",
            places=len(kept.places),
            feasible=len(kept.places) if kept.feasible is None else kept.feasible,
            date=day_said(kept.made_at, words),
        ),
        weights=_weights(kept, words),
        change=_change(shown, words),
        places=[_place(place, lines.get(str(place["unit_id"])), shown, words) for place in places],
        pages=Pages.of(address, {}, shown.start, PAGE, len(kept.places), words),
        opening="" if shown.opening is None else opening_in_words(shown.opening, words),
        declines=[(one.value, words.text(one)) for one in DeclineReason],
        asked=shown.asked,
        why=None if shown.why is None else why_said(shown.why, shown.units, words),
    )


def _place(place: Mapping[str, Any], unit: Mapping[str, Any] | None, shown: ListShown, words: Speech) -> dict[str, Any]:
    unit_id = str(place["unit_id"])
    said = shown.said.get(unit_id)
    parts = [(part, float(place["parts"][part.value])) for part in FitPart if part.value in place.get("parts", {})]
    sizes = [(part, size) for part, size in parts if size > 0]
    return {
        "unit_id": unit_id,
        "position": words.number(place["position"]),
        "unit": unit,  # None where it is shown no more
        "fit": words.number(place.get("fit"), 2),
        "parts": [_part(part, size, words) for part, size in sorted(sizes, key=lambda one: -one[1])],
        "reasons": [words.text(f"fit_reason.{code}") for code in place.get("reasons", ())],
        "against": [words.text(f"side_reason.{code}") for code in place.get("against", ())],
        "stepped_back": words.text(f"step_back.{place['stepped_back']}") if place.get("stepped_back") else "",
        "unknown": [words.text(f"exclusion.{code}") for code in place.get("unknown", ())],
        "said": None if said is None else (said[0], reaction_said(said, words)),
    }


def _part(part: FitPart, size: float, words: Speech) -> dict[str, Any]:
    length = round(100 * min(size, 1.0), 1)
    start = round(100 - length, 1) if words.direction == "rtl" else 0
    return {"name": words.text(part), "value": words.number(size, 2), "length": length, "start": start}


def _weights(kept: StoredList, words: Speech) -> str:
    if not kept.weights:
        return ""
    sizes = sorted(kept.weights.items(), key=lambda one: -one[1])
    return words.join(f"{words.text(f'fit_part.{part}')} {words.share(size)}" for part, size in sizes if size > 0)


def _change(shown: ListShown, words: Speech) -> dict[str, Any] | None:
    change = shown.change
    if change.before is None or not (change.entered or change.left or change.moved):
        return None

    def named(units: Sequence[str]) -> list[tuple[str, str]]:
        names = shown.units["name"].reindex(list(units))
        return [(offer_address(unit), name_of(name, words)) for unit, name in names.items()]

    return {
        "before": below("lists", change.before.list_id),
        "on": day_said(change.before.made_at, words),
        "entered": named(change.entered),
        "left": named(change.left),
        "moved": words.text("door.moved", count=len(change.moved)) if change.moved else "",
    }


def why_said(found: WhyNot, units: pd.DataFrame, words: Speech) -> dict[str, Any]:
    """Why a unit is not on a list, or where it stands."""
    sizes = sorted(found.parts.items(), key=lambda one: -one[1])
    place = ""
    if found.position is not None:
        fit = words.number(found.fit, 2)
        place = words.text("cli.why_not_shown", position=found.position, feasible=found.feasible, fit=fit)
    return {
        "name": name_of(units["name"].get(found.unit_id), words),
        "address": offer_address(found.unit_id),
        "place": place,
        "limits": [limit_in_words(one, words) for one in found.excluded_by],
        "parts": [_part(part, size, words) for part, size in sizes if size > 0],
        "unknown": [words.text(one) for one in found.unknown],
    }
