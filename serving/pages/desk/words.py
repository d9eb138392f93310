"""Rows in words that several pages show: units, events, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd

from serving.desk.clock import day_of
from serving.disclosure.values import known
from serving.i18n import Speech


def unit_address(unit_id: object) -> str:
    """Where the page of a unit is.

    Examples
    --------
    >>> unit_address("a/b")
    '/desk/units/a%2Fb'
    """
    return f"/desk/units/{quote(str(unit_id), safe='')}"


def name_of(name: object, speech: Speech) -> str:
    """Name of a unit, or that it has none."""
    return str(name) if known(name) else speech.text("page.no_name")


def day_said(kept: datetime, speech: Speech) -> str:
    """The day of a moment of the register, as it was lived through where the computer stands."""
    return speech.date(day_of(kept)) if known(kept) else speech.date(None)


def moment_said(kept: datetime, speech: Speech) -> str:
    """A moment of the register, which keeps UTC without a zone, by the clock of this computer: day and minute."""
    at = pd.Timestamp(kept).to_pydatetime().replace(tzinfo=UTC).astimezone()
    return f"{day_said(kept, speech)} {speech.digits(at.strftime('%H:%M'))}"


def event_rows(events: pd.DataFrame, names: pd.Series, speech: Speech) -> list[dict[str, Any]]:
    """Events in words.

    Parameters
    ----------
    events
        As the register gives them, shape (n, columns).
    names
        Name of each unit, index ``unit_id``.
    speech
        Language.

    Returns
    -------
    list of dict
        ``number, address, unit, kind, on, details`` (words), ``code``.
    """
    return [
        {
            "number": int(event["id"]),
            "address": unit_address(event["unit_id"]),
            "unit": name_of(names.get(event["unit_id"]), speech),
            "code": str(event["kind"]),
            "kind": speech.text(f"outcome_kind.{event['kind']}"),
            "on": speech.date(event["happened_on"], event["happened_precision"]),
            "known_on": speech.date(event["known_on"]),
            "details": speech.join(_details(event, speech)),
        }
        for event in events.to_dict("records")
    ]


def _details(event: Mapping[Any, Any], speech: Speech) -> Iterable[str]:
    if known(event.get("jobs")):
        yield speech.text("desk.of_jobs", count=int(event["jobs"]))
    if known(event.get("capacity_share")):
        yield speech.text("desk.of_capacity", share=speech.share(event["capacity_share"]))
    if known(event.get("act")):
        yield speech.text(f"intervention_code.{event['act']}")
    if known(event.get("rial")):
        yield speech.money(event["rial"])
    for name in ("event", "source"):
        if known(event.get(name)):
            yield str(event[name])


def predicted(row: Mapping[Any, Any], speech: Speech) -> str:
    """What the model expects of a unit, with its intervals, as a line of a short list."""
    share = [row[f"feasibility_unit_{end}"] for end in ("low", "point", "high")]
    jobs = [row[f"jobs_expected_{end}"] for end in ("low", "point", "high")]
    said = {
        "feasibility": speech.interval(share[0], share[1], share[2], share=True),
        "jobs": speech.interval(jobs[0], jobs[1], jobs[2], 1),
    }
    return speech.text("desk.unit_line", **said)


def ends_summed(low: float, high: float, speech: Speech) -> str:
    """Sums of the low and of the high ends, which lie further from each other than an 80 % interval of the sum."""
    return speech.text("desk.sum_of_ends", low=speech.number(low), high=speech.number(high))


@dataclass(frozen=True, slots=True)
class Pages:
    """One page of many rows.

    Parameters
    ----------
    before, after
        Addresses of the pages beside it; empty where there is none.
    text
        Which rows these are.
    """

    before: str
    after: str
    text: str

    @property
    def several(self) -> bool:
        """Whether there is another."""
        return bool(self.before or self.after)

    @classmethod
    def of(cls, address: str, query: Mapping[str, str], start: int, length: int, total: int, speech: Speech) -> Pages:
        """The page that begins at a row.

        Parameters
        ----------
        address, query
            Path of the list, and what was asked of it.
        start, length, total
            First row (from 0), rows a page, rows in all.
        speech
            Language.

        Examples
        --------
        >>> from serving.i18n import speech
        >>> found = Pages.of("/desk/units", {"q": "a"}, 50, 50, 120, speech("en"))
        >>> found.before, found.after, found.text
        ('/desk/units?q=a', '/desk/units?q=a&start=100', '51 to 100 of 120')
        """
        rest = {name: value for name, value in query.items() if name != "start" and value}

        def at(row: int) -> str:
            asked = rest | ({"start": str(row)} if row else {})
            return f"{address}?{urlencode(asked)}" if asked else address

        return cls.at(at, start, length, total, speech)

    @classmethod
    def at(cls, at: Callable[[int], str], start: int, length: int, total: int, speech: Speech) -> Pages:
        """The page that begins at a row, where the address of each page is made by a function of its first row."""
        last = min(start + length, total)
        facts = {name: speech.number(count) for name, count in (("first", start + 1), ("last", last), ("total", total))}
        text = speech.text("desk.rows_of", **facts) if total else ""
        before = at(max(0, start - length)) if start else ""
        return cls(before, at(last) if last < total else "", text)
