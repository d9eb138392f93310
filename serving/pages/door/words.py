"""Rows in words that several pages of the door show: units, places of a list, requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pandas as pd

from engine.domain.prediction import Output
from engine.domain.unit import Field
from engine.store import StoredRequest
from serving.desk.requests import days_between
from serving.disclosure.values import codes, known
from serving.i18n import Speech
from serving.pages.desk.words import moment_said, name_of
from serving.reports.ranked import place_line
from serving.reports.requests import time_left
from serving.reports.words import interval_said

ROOT = "/desk/door"
_FIGURES = (Output.FEASIBILITY_UNIT, Output.JOBS_IF_REVIVED)
"""What a line tells of a unit; its page tells the rest."""


def below(*parts: object) -> str:
    """An address of the door.

    Examples
    --------
    >>> below("offers", "a/b"), below()
    ('/desk/door/offers/a%2Fb', '/desk/door')
    """
    return "/".join([ROOT, *(quote(str(part), safe="") for part in parts)])


def offer_address(unit_id: object) -> str:
    """Where an investor reads of a unit."""
    return below("offers", unit_id)


def unit_line(row: Mapping[Any, Any], words: Speech) -> dict[str, Any]:
    """A unit of a public table in words: who it is, what is expected of it, what is flagged and what is not known."""
    return {
        "id": str(row["unit_id"]),
        "address": offer_address(row["unit_id"]),
        "name": name_of(row["name"], words),
        "place": place_line(words, row["province"], row["county"]),
        "sector": words.sector(row["isic"]) if known(row["isic"]) else words.fact(row["sector_text"]),
        "triage": str(row["triage"]),
        "synthetic": row["origin"] == "synthetic",
        "figures": [
            (words.text(output), said)
            for output in _FIGURES
            if row["scorable"] and (said := interval_said(row, output, words)) != words.number(None)
        ],
        "capital": words.money(row[Field.CAPITAL_NEEDED_RIAL.value]),
        "flags": [words.text(f"red_flag.{code}") for code in codes(row["red_flags"])],
        "missing": [words.text(f"field.{code}") for code in codes(row["missing"])],
    }


def request_line(one: StoredRequest, names: pd.Series, now: datetime, words: Speech) -> dict[str, Any]:
    """A request of the reader with its clock."""
    ended = one.ended_at
    return {
        "id": one.request_id,
        "address": offer_address(one.unit_id),
        "unit": name_of(names.get(one.unit_id), words),
        "kind": words.text(one.kind),
        "text": one.text,
        "made_at": moment_said(one.made_at, words),
        "open": ended is None,
        "overdue": one.overdue(now),
        "left": time_left(one.due_at, now, words) if ended is None else "",
        "state": words.text(one.state),
        "ended_at": "" if ended is None else moment_said(ended, words),
        "took": "" if ended is None else _took(one.made_at, ended, words),
        "answer": one.answer or "",
    }


def _took(asked: datetime, ended: datetime, words: Speech) -> str:
    return words.text("requests.took", days=words.number(days_between(asked, ended), 1))
