"""What an investor asked about units, and what the office answered, with the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from engine.store import StoredRequest
from serving.desk.requests import RequestFigures
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.door.words import request_line


def asked_page(
    frame: Frame, found: Sequence[StoredRequest], names: pd.Series, figures: RequestFigures, now: datetime
) -> str:
    """Write the page.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The reader's requests, the newest first.
    names
        Name of each unit asked about, index ``unit_id``.
    figures
        How soon the office answers others, as it is published.
    now
        The moment.
    """
    words = frame.speech
    rows = [request_line(one, names, now, words) for one in found]
    return page(
        "door/requests.html",
        frame,
        Place.ASKED,
        open=[row for row in rows if row["open"]],
        done=[row for row in rows if not row["open"]],
        level=words.text("requests.level_now", count=figures.level.days, basis=figures.level.basis),
        soon=_soon(figures, words),
    )


def _soon(found: RequestFigures, words: Speech) -> list[tuple[str, str, str]]:
    """Published figures; what is withheld, so that nobody learns of another, is not there."""
    lines = []
    if found.median_days is not None:
        of = words.text("requests.of_answered", count=found.answered)
        lines.append((words.text("requests.median_days"), words.number(found.median_days, 1), of))
    if found.in_time is not None:
        lines.append(
            (words.text("requests.in_time"), words.share(found.in_time), words.text("requests.of_due", count=found.due))
        )
    return lines
