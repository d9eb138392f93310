"""The sheet on which a unit is presented as an opportunity: public facts and public worth, one unit a sheet."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.economics import Choices, Economics, economics_of
from serving.desk.named import find_unit
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience


@dataclass(frozen=True, eq=False, slots=True)
class Opportunity:
    """A unit as investors may see it.

    Parameters
    ----------
    row
        Its public columns.
    worth
        What it is worth, computed with private fields unknown.
    as_of
        The day of judgement.
    """

    row: pd.Series
    worth: Economics
    as_of: pd.Timestamp


def unit_opportunity(settings: Settings, question: Question, given: str) -> Opportunity:
    """Gather the sheet of the unit with this id or name.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``no_model``; ``not_publishable`` where its record is too incomplete to
        be shown to investors.
    """
    return opportunity_of(appraised(settings, question, Audience.PUBLIC), given)


def opportunity_of(found: Appraised, given: str) -> Opportunity:
    """The sheet of a unit of an appraisal that was made for the public; see `unit_opportunity`."""
    unit_id, shown = find_unit(found.table, given), Stock.of(found).units
    if unit_id not in shown.index:
        raise EhyaError(ErrorCode.NOT_PUBLISHABLE, given=unit_id)
    row: pd.Series = shown[shown.index == unit_id].iloc[0]
    return Opportunity(row, economics_of(found, unit_id, Choices()), found.question.as_of)
