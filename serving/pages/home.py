"""The front page: what is here, and the first units of the ranking."""

from __future__ import annotations

import pandas as pd

from serving.html.template import render
from serving.i18n import Speech
from serving.reports.legend import banners
from serving.reports.ranked import isolated, rows

SHOWN = 20


def home_page(units: pd.DataFrame, speech: Speech, *, as_of: pd.Timestamp, model_version: str | None) -> str:
    """Write the front page.

    Parameters
    ----------
    units
        Public table of the units, best first.
    speech
        Language.
    as_of
        The day that is shown.
    model_version
        Version of the model behind the predictions, where there is one.
    """
    best = units[units["rank"].notna()].head(SHOWN)
    facts = [speech.text("page.as_of", date=as_of)]
    if model_version:
        facts.append(speech.text("page.model", version=isolated(model_version)))
    return render(
        "home.html",
        speech,
        facts=[speech.text("page.unit_count", count=speech.number(len(units))), *facts],
        banners=[*banners(units, speech), {"kind": "note", "title": speech.text("legend.public"), "text": ""}],
        rows=rows(best, speech),
        caption=speech.text("page.ranking_top", count=speech.number(len(best)), total=speech.number(len(units))),
        heading=speech.text("page.home_top", count=speech.number(len(best))),
    )
