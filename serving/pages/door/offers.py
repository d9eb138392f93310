"""What is on offer: searched, on a map, and one unit as its reader may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from engine.domain.reaction import DeclineReason
from engine.domain.request import RequestKind
from engine.domain.unit import FIELDS, Field, Kind, Status
from engine.ranking.reasons import Triage
from engine.store import StoredList, StoredRequest
from serving.desk.door import ON_OFFER, counties_on_offer
from serving.desk.opportunity import Opportunity
from serving.desk.units import PAGE, UnitList
from serving.desk.why import Why
from serving.disclosure.levels import UNDER_NDA, Level
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.map import counties_shown, locator
from serving.pages.desk.unit import outputs_said
from serving.pages.desk.words import Pages
from serving.pages.door.words import below, offer_address, request_line, unit_line
from serving.reports.legend import banners
from serving.reports.opportunity import sheet_document
from serving.reports.reasons import unit_reasons
from serving.reports.words import field_on_paper

SORTS = ("rank", "-feasibility_unit_point", "-jobs_expected_point", "capital_needed_rial", "name")
FILTERS = ("triage", "status", "county", "sector")
_ADDRESS = below("offers")


def offers_page(
    frame: Frame, found: UnitList, among: pd.DataFrame, query: Mapping[str, str], *, problem: str = ""
) -> str:
    """Write the page of what is on offer.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The units that are shown.
    among
        All that were asked for but for the county: the map counts them.
    query
        What was asked, as the address has it.
    problem
        What is wrong with it.
    """
    words, total = frame.speech, len(found.chosen)

    def where(county: str) -> str:
        return f"{_ADDRESS}?{urlencode({**query, 'county': county, 'start': ''})}"

    counties = counties_on_offer(among)
    return page(
        "door/offers.html",
        frame,
        Place.OFFERS,
        query=query,
        problem=problem,
        banners=banners(found.rows, words) if total else [],
        caption=words.text("desk.units_found", count=total),
        rows=[unit_line(row, words) for row in found.rows.reset_index().to_dict("records")],
        pages=Pages.of(_ADDRESS, query, found.request.start, PAGE, total, words),
        verdicts=[(one.value, words.text(one)) for one in Triage if one.value in ON_OFFER],
        statuses=[(one.value, words.text(one)) for one in Status],
        counties=sorted(((one, words.place(one)) for one in counties), key=lambda pair: pair[1]),
        sorts=[(one, words.text(f"door.sort_{one.removeprefix('-')}")) for one in SORTS],
        drawn=counties_shown(counties, words, where),
    )


@dataclass(frozen=True, eq=False, slots=True)
class OfferShown:
    """One unit as its reader may see it.

    Parameters
    ----------
    found
        Its public record and worth.
    why
        What adds up to its public figures.
    level
        The reader's.
    private
        What the reader sees beside the public record: at most one row.
    now
        The moment.
    packages
        Packages on offer that hold it: key, and whether the reader agreed to its secrecy.
    listed
        The reader's newest list that has shown it; ``None`` where none has.
    said
        What the reader said to it last: kind and reason.
    requests
        What the reader asked about it.
    typed
        What was typed into its form and could not be taken.
    """

    found: Opportunity
    why: Why
    level: Level
    private: pd.DataFrame
    now: datetime
    packages: Sequence[tuple[str, bool]] = ()
    listed: StoredList | None = None
    said: tuple[str, str | None] | None = None
    requests: Sequence[StoredRequest] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def offer_page(frame: Frame, shown: OfferShown, *, problem: str = "") -> str:
    """Write the page of one unit.

    Parameters
    ----------
    frame
        What stands around it.
    shown
        What it shows.
    problem
        Why something could not be taken; what was typed stands in ``shown``.
    """
    words, row = frame.speech, shown.found.row
    unit_id = str(row.name)
    line: Mapping[Any, Any] = row.to_dict() | {"unit_id": unit_id}
    names = pd.Series({unit_id: row["name"]})
    said = shown.said
    return page(
        "door/offer.html",
        frame,
        Place.OFFERS,
        unit=unit_line(line, words),
        unit_id=unit_id,
        address=offer_address(unit_id),
        problem=problem,
        banners=banners(row.to_frame().T, words),
        outputs=outputs_said(line, words) if row["scorable"] else [],
        reasons=unit_reasons(shown.why, unit_id, words),
        sections=sheet_document(shown.found, words)["sections"],
        notes=sheet_document(shown.found, words)["notes"],
        locator=locator(row["province"], row["county"], words),
        private=_private(shown.private, words),
        opens=opened_by_agreement(words) if shown.level is Level.PUBLIC else [],
        packages=[(key, below("packages", key), agreed) for key, agreed in shown.packages],
        listed="" if shown.listed is None else shown.listed.list_id,
        list_address="" if shown.listed is None else below("lists", shown.listed.list_id),
        said=None if said is None else (said[0], reaction_said(said, words)),
        requests=[request_line(one, names, shown.now, words) for one in shown.requests],
        kinds=[(one.value, words.text(one)) for one in RequestKind],
        declines=[(one.value, words.text(one)) for one in DeclineReason],
        typed=shown.typed,
    )


def reaction_said(said: tuple[str, str | None], words: Speech) -> str:
    """What was said to a unit, with the reason where it was declined."""
    kind, reason = said
    why = [] if reason is None else [words.text(f"decline_reason.{reason}")]
    return words.join([words.text(f"reaction_kind.{kind}"), *why])


def opened_by_agreement(words: Speech) -> list[str]:
    """Names of the fields that an agreement not to disclose opens, in the order of a record."""
    return [words.text(one) for one in Field if one in UNDER_NDA]


def _private(found: pd.DataFrame, words: Speech) -> list[tuple[str, str]]:
    """Private fields in words; what is not known is said to be so, since it was asked for."""
    lines = []
    for row in found.to_dict("records"):
        for name in found.columns:
            one = Field(name)
            flag = FIELDS[one].kind is Kind.FLAG and known(row[name])
            said = words.text(f"flag.{'yes' if row[name] else 'no'}") if flag else field_on_paper(one, row, words)
            lines.append((words.text(one), said or words.fact(None)))
    return lines
