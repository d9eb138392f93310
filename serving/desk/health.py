"""How complete, fresh and free of contradiction the register is."""

from __future__ import annotations

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.health.assessment import GROUPS, Health, health
from engine.settings import Settings
from serving.desk.appraisal import appraised, current_units
from serving.desk.question import Question
from serving.desk.why import REGISTER_QUESTIONS, asked_of_the_register
from serving.desk.workspace import open_register

_NOBODY_TO_ASK = (
    ErrorCode.NO_MODEL,
    ErrorCode.MODEL_WAITS,
    ErrorCode.MODEL_FILE_MISSING,
    ErrorCode.REGISTER_EMPTY,
)


def register_questions(settings: Settings, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """What to ask next over all units, with all that the office knows.

    Parameters
    ----------
    settings
        Where things are kept.
    as_of
        The day of judgement.

    Returns
    -------
    pandas.DataFrame
        What `serving.desk.why.asked_of_the_register` gives; empty without a model, or without units.

    Raises
    ------
    EhyaError
        ``model_changed``, ``database_failed``.
    """
    try:
        found = appraised(settings, Question(as_of=as_of))
    except EhyaError as error:
        if error.code not in _NOBODY_TO_ASK:
            raise
        return pd.DataFrame(columns=REGISTER_QUESTIONS)
    return asked_of_the_register(found)


def register_health(settings: Settings, *, as_of: pd.Timestamp, by: str = "county") -> Health:
    """Look the register over.

    Parameters
    ----------
    settings
        Where things are kept.
    as_of
        The day on which ages are counted.
    by
        By which parts of the register it will be shown; checked here, so that a misspelt one costs no reading.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``database_failed``.
    """
    if by not in GROUPS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--by", given=by, allowed=list(GROUPS))
    with open_register(settings) as register:
        conflicts = register.decisions.conflicts().drop_duplicates(["unit_id", "field"])
        pairs = register.decisions.duplicates()
        earlier = register.units.earlier()
        units = current_units(register, as_of=as_of)
        return health(units, as_of=as_of, conflicts=conflicts, duplicates=pairs, earlier=earlier)
