"""An investor's mandates: those that are saved, and the form that says at once what still fits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.domain.mandate import FitPart, RiskAppetite
from engine.domain.partner import CapitalForm, Currency, ImpactGoal, PartnerKind, Stage
from engine.domain.unit import Confidence, DealForm, Field, Status
from serving.desk.door import DoorStanding, Fits
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import day_said
from serving.pages.door.wishes import CODES, DEAL, FLAGS, KINDS, SHARES, SITE, YEARS, carried_on, wishes_boxes
from serving.pages.door.words import below
from serving.reports.limits import opening_in_words

_COSTS = 6
"""Wishes whose price is shown."""


@dataclass(frozen=True, slots=True)
class WishForm:
    """Where the form of a mandate stands.

    Parameters
    ----------
    address
        Where it is sent.
    fits
        Where it is asked what fits, as it is filled in.
    back
        Where to go instead.
    event
        The event for which the office states it; empty at the door of its investor, who may have a list made at once.
    """

    address: str
    fits: str
    back: str
    event: str = ""


def mandates_page(frame: Frame, found: Sequence[DoorStanding]) -> str:
    """Write the page of saved mandates.

    Parameters
    ----------
    frame
        What stands around it.
    found
        How each stands today.
    """
    return page("door/mandates.html", frame, Place.MANDATES, rows=[standing_row(one, frame.speech) for one in found])


def standing_row(one: DoorStanding, words: Speech) -> dict[str, Any]:
    """A saved mandate in words: how much fits today, and what is new since its last list."""
    return {
        "name": one.saved.name,
        "version": one.saved.version,
        "address": below("mandates", one.saved.name),
        "made_at": day_said(one.saved.made_at, words),
        "fitting": "" if one.fitting is None else words.text("door.fitting", count=one.fitting),
        "last": "" if one.last is None else below("lists", one.last.list_id),
        "last_on": "" if one.last is None else day_said(one.last.made_at, words),
        "new": words.text("door.new_since", count=one.new) if one.new else "",
        "opening": "" if one.opening is None else opening_in_words(one.opening, words),
    }


def mandate_page(
    frame: Frame,
    at: WishForm,
    document: Mapping[str, Any],
    fits: Fits | None,
    sectors: Sequence[tuple[str, str]],
    *,
    version: int | None = None,
    boxes: Mapping[str, Any] | None = None,
    problem: str = "",
) -> str:
    """Write the form of a mandate.

    Parameters
    ----------
    frame
        What stands around it.
    at
        Where it stands.
    document
        The mandate as it is saved; empty for a new one.
    fits
        What it finds; ``None`` where it cannot be read.
    sectors
        Sectors on offer: code, and its name.
    version
        The version that is changed; ``None`` for a new one.
    boxes
        What was typed, where it is not what is saved.
    problem
        Why it could not be taken.
    """
    words = frame.speech
    shown = dict.fromkeys(wishes_boxes({}, words), "") | dict(boxes or wishes_boxes(document, words))
    name = str(document.get("id", "")) if version is not None else ""
    return page(
        "door/mandate.html",
        frame,
        Place.EVENTS if at.event else Place.MANDATES,
        title=words.text("door.mandate_of", given=name) if name else words.text("door.new_mandate"),
        named=name,
        at=at,
        version=version or "",
        carried=json.dumps(carried_on(document), ensure_ascii=False),
        more=[str(key) for key in carried_on(document)],
        boxes=shown,
        problem=problem,
        fits=None if fits is None else fits_said(fits, words),
        sectors=sectors,
        appetites=[(one.value, words.text(one)) for one in RiskAppetite],
        confidences=[(one.value, words.text(one)) for one in Confidence],
        forms=[(one.value, words.text(one)) for one in DealForm],
        currencies=[(one.value, words.text(one)) for one in Currency],
        ticked=[
            (name, [(one.value, words.text(one)) for one in family])
            for name, family in zip(CODES[1:], (PartnerKind, CapitalForm, Stage, ImpactGoal), strict=True)
        ],
        flags=[name for name in FLAGS if name != "offer_fix_first"],
        shares=SHARES,
        years=YEARS,
        site=SITE,
        kinds=KINDS,
        deal_kinds=DEAL,
        statuses=[(one.value, words.text(one)) for one in Status],
        weights=[(f"weight_{part.value}", words.text(part)) for part in FitPart],
    )


def fits_said(found: Fits, words: Speech) -> dict[str, Any]:
    """How many units still fit, and what each wish costs, the dearest first."""
    dearest = next((one for one in found.costs if one.alone), None)
    return {
        "figure": words.number(found.fitting),
        "of": words.text("door.fit_of", count=found.units),
        "none": not found.fitting,
        "dearest": ""
        if dearest is None
        else words.text("door.dearest", limit=words.text(dearest.code), count=dearest.alone),
        "opening": "" if found.opening is None else opening_in_words(found.opening, words),
        "costs": [
            (words.text(one.code), words.number(one.alone), words.number(one.keeps_out)) for one in found.costs[:_COSTS]
        ],
    }


def sectors_on_offer(units: pd.DataFrame, words: Speech) -> list[tuple[str, str]]:
    """Divisions of the units on offer: code, and its name."""
    codes = units[Field.ISIC.value].str[:2].dropna().unique()
    return [(str(code), words.sector(code)) for code in sorted(codes)]
