"""Which units to offer, which to mend first, and in which order: the planner's ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from engine.ranking.selection import select
from engine.settings import Settings
from serving.desk.appraisal import Appraised, appraised
from serving.desk.economics import Choices, register_economics
from serving.desk.question import Question
from serving.desk.weighing import weighing
from serving.desk.why import Why, asked_of_the_register, why
from serving.desk.workspace import open_register


@dataclass(frozen=True, slots=True)
class RankingRequest:
    """What a planner asks of the ranking.

    Parameters
    ----------
    question
        Under which choices units are judged and ordered.
    wishes
        Filters by name, as `engine.ranking.select` takes them.
    top
        Units at most, from the best; all where ``None``.
    worth
        On what assumptions to say what each unit is worth; not said where ``None``.
    """

    question: Question
    wishes: Mapping[str, Any]
    top: int | None = None
    worth: Choices | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Ranking:
    """The answer.

    Parameters
    ----------
    appraised
        The whole appraisal.
    chosen
        The units that were asked for, best first.
    listed
        The first of them.
    weighing
        What each part of the score weighs and decides, over all units.
    wishes
        The filters by which ``chosen`` was asked for.
    """

    appraised: Appraised
    chosen: pd.DataFrame
    listed: pd.DataFrame
    weighing: pd.DataFrame
    wishes: Mapping[str, Any]


EXPLAINED = 500
"""Units of a list that a file explains."""


@dataclass(frozen=True, eq=False, slots=True)
class Behind:
    """What stands behind the figures of a list.

    Parameters
    ----------
    why
        Parts of the figures of its first ``EXPLAINED`` units, and what to ask of each.
    asked
        What to ask next over the whole register (`serving.desk.why.asked_of_the_register`).
    weighing
        What each part of the score weighs and decides (`serving.desk.weighing.weighing`).
    """

    why: Why
    asked: pd.DataFrame
    weighing: pd.DataFrame


@dataclass(frozen=True, eq=False, slots=True)
class Remarks:
    """What the register holds beside the units of a list.

    Parameters
    ----------
    extras
        ``unit_id, header, kind, value`` of columns that no field knows.
    conflicts, duplicates
        Fields on which sources contradict each other, and pairs that may be one unit.
    """

    extras: pd.DataFrame
    conflicts: pd.DataFrame
    duplicates: pd.DataFrame


def ranking(settings: Settings, request: RankingRequest) -> Ranking:
    """Rank the units of the register with all that the office knows.

    Raises
    ------
    EhyaError
        ``no_model``, ``place_unknown``, ``sector_unknown``, ``unknown_option``, ``influence_out_of_reach``,
        ``database_failed``, ``value_unreadable`` for assumptions.
    """
    return picked(appraised(settings, request.question), request)


def picked(whole: Appraised, request: RankingRequest) -> Ranking:
    """The units of an appraisal that a planner asks for.

    Parameters
    ----------
    whole
        All units, in the order of the request's question.
    request
        What is asked.

    Raises
    ------
    EhyaError
        ``place_unknown``, ``sector_unknown``, ``unknown_option``, ``value_unreadable`` for assumptions.
    """
    chosen = select(whole.table, **request.wishes)
    listed = chosen if request.top is None else chosen.head(request.top)
    if request.worth is not None:
        listed = listed.join(register_economics(whole, listed.index, request.worth))
    return Ranking(whole, chosen, listed, weighing(whole), request.wishes)


def behind(appraised: Appraised, listed: pd.DataFrame) -> Behind:
    """Gather what stands behind the figures of a list.

    Parameters
    ----------
    appraised
        The whole appraisal.
    listed
        Rows of its table, in the order in which they are shown.
    """
    told = why(appraised, list(listed.index[:EXPLAINED]))
    return Behind(told, asked_of_the_register(appraised), weighing(appraised))


def remarks(settings: Settings, units: pd.DataFrame) -> Remarks:
    """Gather what stands beside the units of a list."""
    with open_register(settings) as register:
        conflicts = register.decisions.conflicts().drop_duplicates(["unit_id", "field"])
        return Remarks(register.units.extras(list(units.index)), conflicts, register.decisions.duplicates())


def keep_predictions(settings: Settings, listed: pd.DataFrame, question: Question, *, made_at: datetime) -> None:
    """Keep the predictions of a list in the register, to be compared with what comes."""
    if listed.empty:
        return
    version = str(listed["model_version"].iloc[0])
    with open_register(settings) as register:
        register.predictions.save(listed, model_version=version, as_of=question.as_of, made_at=made_at)
