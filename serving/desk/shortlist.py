"""A shortlist for one investor, and that it was shown; the lists of an event: `serving.desk.event_lists`.

What an investor gets is computed with private fields unknown: by file, over HTTP and in the workbook of an event alike.
"""

from __future__ import annotations

from datetime import date

from engine.matching.shortlist import Shortlist
from engine.settings import Settings
from serving.desk.appraisal import appraised
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.desk.workspace import open_register
from serving.disclosure.masking import Audience


def stock(settings: Settings, question: Question, audience: Audience = Audience.PUBLIC) -> Stock:
    """The units of the register on offer to an audience.

    Parameters
    ----------
    settings
        Where things are kept.
    question, audience
        Under which choices, and for whom: the office may look at its own, fuller figures.

    Raises
    ------
    EhyaError
        ``register_empty``, ``no_model``, ``model_changed``, ``database_failed``.
    """
    return Stock.of(appraised(settings, question, audience))


def record_shown(settings: Settings, listed: Shortlist, *, shown_on: date) -> None:
    """Record that an investor was shown a list.

    The list leaves nothing to chance, so each unit on it came to be shown with probability 1.
    """
    frame = listed.table()[["unit_id", "position"]].assign(propensity=1.0)
    with open_register(settings) as register:
        register.showings.log(frame, run_id=listed.run_id, mandate_id=listed.mandate.id, shown_on=shown_on)
