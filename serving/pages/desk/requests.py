"""The page of requests: what waits, the one that is due first at the head, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from engine.domain.request import LONGEST_TEXT
from engine.store import StoredRequest
from serving.desk.requests import FEWEST, RequestFigures, RequestList, days_between
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import Pages, moment_said, name_of, unit_address
from serving.reports.requests import time_left

PAGE = 50
"""Requests of a page that do not wait any more."""
MOST_OPEN = 100
"""Requests with a form that a page shows; the others follow as these are answered."""


def requests_page(
    frame: Frame, found: RequestList, start: int, *, problem: str = "", typed: Mapping[str, str] | None = None
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What is said.
    start
        First of the requests that do not wait, from 0.
    problem
        Why an answer could not be taken.
    typed
        That answer, by its request.
    """
    words, typed = frame.speech, typed or {}
    waiting = {one.request_id for one in found.open}
    total = len(found.open)
    return page(
        "requests.html",
        frame,
        Place.REQUESTS,
        tiles=list(_tiles(found.figures, words)),
        basis=_basis(found.figures, words),
        open=[
            _row(one, found.names, words) | _waits(one, found.now, words) | {"typed": typed.get(one.request_id, "")}
            for one in found.open[:MOST_OPEN]
        ],
        caption=words.text("requests.waiting_count", count=total),
        more=words.text("requests.more_wait", count=total - MOST_OPEN) if total > MOST_OPEN else "",
        done=[_row(one, found.names, words) | _ended(one, words) for one in found.done],
        pages=Pages.of("/desk/requests", {}, start, PAGE, found.done_count, words),
        longest=LONGEST_TEXT,
        problem=problem,
        lost="".join(text for one, text in typed.items() if one not in waiting),
    )


def _tiles(found: RequestFigures, words: Speech) -> Any:
    few = words.text("requests.too_few", count=FEWEST)
    yield words.text("requests.open"), words.number(found.open), "", ""
    yield words.text("requests.overdue"), words.number(found.overdue), "", "warn" if found.overdue else ""
    median = few if found.median_days is None else words.number(found.median_days, 1)
    yield words.text("requests.median_days"), median, words.text("requests.of_answered", count=found.answered), ""
    share = few if found.in_time is None else words.share(found.in_time)
    yield words.text("requests.in_time"), share, words.text("requests.of_due", count=found.due), ""


def _basis(found: RequestFigures, words: Speech) -> str:
    return words.text("requests.level_now", count=found.level.days, basis=found.level.basis)


def _row(one: StoredRequest, names: pd.Series, words: Speech) -> dict[str, Any]:
    return {
        "id": one.request_id,
        "address": unit_address(one.unit_id),
        "unit": name_of(names.get(one.unit_id), words),
        "owner": one.owner,
        "kind": words.text(one.kind),
        "text": one.text,
        "made_at": moment_said(one.made_at, words),
    }


def _waits(one: StoredRequest, now: datetime, words: Speech) -> dict[str, Any]:
    days = int(days_between(one.made_at, now))
    age = words.text("requests.age", count=days) if days > 0 else words.text("requests.new")
    return {"age": age, "overdue": one.overdue(now), "left": time_left(one.due_at, now, words)}


def _ended(one: StoredRequest, words: Speech) -> dict[str, Any]:
    ended = one.ended_at or one.made_at
    late = ended > one.due_at
    return {
        "state": words.join([words.text(one.state), *([words.text("requests.late")] if late else [])]),
        "ended_at": moment_said(ended, words),
        "took": words.text("requests.took", days=words.number(days_between(one.made_at, ended), 1)),
        "answer": one.answer or "",
        "late": late,
    }
