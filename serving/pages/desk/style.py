"""The design system as a page: every part that pages are made of, as it looks in the reader's language and light."""

from __future__ import annotations

from serving.pages.desk.frame import Done, Frame, Place, page
from serving.pages.desk.words import Pages
from serving.reports.charts import TRIAGE_ORDER

COLOURS = ("ink", "soft", "line", "paper", "card", "brand", "gold", "warn", "note", "good")
HEATS = 6
SPACES = (4, 8, 12, 16, 24, 32)


def style_page(frame: Frame) -> str:
    """Write the page."""
    words = frame.speech
    return page(
        "style.html",
        frame,
        Place.STYLE,
        colours=COLOURS,
        heats=range(HEATS),
        spaces=SPACES,
        triage=TRIAGE_ORDER,
        shown=Done(words.text("done.outcome_recorded")),
        span={"start": 20, "at": 42, "end": 71},
        figure=(words.share(0.42), words.text("page.range", low=words.share(0.2), high=words.share(0.71))),
        parts=[
            {
                "name": words.text(f"part.{part}"),
                "value": words.number(size, 2),
                "length": 100 * size,
                "start": 100 - 100 * size if words.direction == "rtl" else 0,
            }
            for part, size in (("jobs", 0.62), ("finance", 0.24))
        ],
        number=words.number(1234567.8, 1),
        money=words.money(2_345_000_000_000),
        day=words.date("2026-11-30"),
        pages=Pages.of("/desk/style", {}, 50, 50, 120, words),
    )
