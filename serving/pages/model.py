"""The page of the model at work: its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.html.template import render
from serving.i18n import Speech
from serving.reports.card_page import card_parts


def model_page(card: Mapping[str, Any], speech: Speech) -> str:
    """Write the page.

    Parameters
    ----------
    card
        Public card; an empty one gives a page that says so.
    speech
        Language.
    """
    return render("model.html", speech, card=card_parts(card, speech) if card else None)
