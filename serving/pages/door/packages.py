"""Packages that were signed off, and the agreement that shows more of their units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from engine.packages.standing import Loss
from serving.desk.offered import Offered
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.door.offers import opened_by_agreement
from serving.pages.door.words import below, unit_line
from serving.reports.legend import banners


def offered_page(frame: Frame, found: Sequence[Offered]) -> str:
    """Write the page of packages.

    Parameters
    ----------
    frame
        What stands around it.
    found
        Packages on offer, the newest first.
    """
    words = frame.speech
    rows = [
        {
            "address": below("packages", one.package.key),
            "key": one.package.key,
            "event": one.package.event,
            "signed": words.date(pd.Timestamp(str(one.package.signed_on))),
            "units": words.number(len(one.units)),
            "agreed": one.agreed,
            "confirmed": one.confirmed,
        }
        for one in found
    ]
    return page("door/packages.html", frame, Place.OFFERED, rows=rows)


def package_page(
    frame: Frame, one: Offered, units: pd.DataFrame, lost: Mapping[str, Loss], *, problem: str = ""
) -> str:
    """Write the page of one package.

    Parameters
    ----------
    frame
        What stands around it.
    one
        The package.
    units
        Public table of what is on offer now.
    lost
        Its units that can be offered no more, and why.
    problem
        Why the agreement was not taken.
    """
    words = frame.speech
    there = [unit for unit in one.units if unit in units.index and unit not in lost]
    table = units.loc[there]
    return page(
        "door/package.html",
        frame,
        Place.OFFERED,
        key=one.package.key,
        address=below("packages", one.package.key),
        event=one.package.event or one.package.name,
        signed=words.date(pd.Timestamp(str(one.package.signed_on))),
        problem=problem,
        agreed=one.agreed,
        confirmed=one.confirmed,
        opens=opened_by_agreement(words),
        banners=banners(table, words) if there else [],
        units=[unit_line(row, words) for row in table.reset_index().to_dict("records")],
        lost=words.text("door.lost", count=len(one.units) - len(there)) if len(there) < len(one.units) else "",
    )
