"""The one appraisal of a register on a day: triage, completeness, score, rank and stability of every unit.

Command line, HTTP, reports and the gates of a training all read this table, so that they cannot disagree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from engine.diagnosis.findings import diagnose
from engine.economics.prices import PriceIndex, levels_of
from engine.errors import EhyaError, ErrorCode
from engine.health.completeness import completeness, public_completeness
from engine.health.plausibility import implausible
from engine.ranking.acceptability import stability
from engine.ranking.classes import triage
from engine.ranking.criteria import Part
from engine.ranking.flags import with_doubts
from engine.ranking.influence import influence, weights_for
from engine.ranking.score import DEFAULT_WEIGHTS, effective_weights, part_values, rank, ranked_with_values
from engine.ranking.terms import Terms


def appraise(
    units: pd.DataFrame,
    predictions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    terms: Terms | None = None,
    duplicates: pd.DataFrame | None = None,
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Join prediction, triage, completeness, score and rank to each unit.

    Parameters
    ----------
    units
        Unit table of the units as they stand on the day (`engine.domain.standing`), shape (n, columns); a further
        column ``withdrawn`` marks those that are off the list.
    predictions
        Prediction table of the same units, index ``unit_id``.
    as_of
        The day of judgement.
    terms
        Weights, priorities and price year; the defaults where ``None``.
    duplicates
        Pairs that may be one unit and that nobody decided, ``unit_id, other_id``: both are flagged.
    earlier
        Figures of an earlier import, as ``engine.health.plausibility.implausible`` takes them.

    Returns
    -------
    pandas.DataFrame
        Shape (n, unit columns + prediction, triage, ``completeness``, ``public_completeness``, score and stability
        columns), index ``unit_id``, best first; units without a rank last.

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative or name no part, ``sector_unknown`` for a priority.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["10", "20"]}))
    >>> predictions = pd.DataFrame({"feasibility_low": [0.1, 0.1], "feasibility_point": [0.2, 0.4],
    ...     "feasibility_high": [0.3, 0.6], "scorable": True, "not_scorable": ""}, index=units.index)
    >>> appraise(units, predictions, as_of=pd.Timestamp("2026-11-23"))["rank"].tolist()
    [1, 2]
    """
    terms = terms or Terms()
    judged = judge(units, predictions, as_of=as_of, prices=terms.prices, duplicates=duplicates, earlier=earlier)
    return order(judged, terms)


def judge(
    units: pd.DataFrame,
    predictions: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    prices: PriceIndex | None = None,
    duplicates: pd.DataFrame | None = None,
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What `appraise` says of each unit by itself, before the units are put in order: nothing rests on the others.

    Parameters
    ----------
    units, predictions
        Unit table of the units as they stand, ``withdrawn`` beside it, and the prediction table of the same units.
    as_of
        The day of judgement.
    prices
        Price index; that of the reference table where ``None``.
    duplicates, earlier
        Pairs of units that nobody decided, and figures of an earlier import: they are flagged.

    Returns
    -------
    pandas.DataFrame
        Shape (n, unit columns + prediction, triage, ``completeness``, ``public_completeness``), in the order given.
    """
    levels = levels_of(prices)
    findings = diagnose(units, as_of=as_of, levels=levels)
    classes = triage(units, findings, predictions, as_of=as_of, levels=levels)
    units = units.drop(columns="withdrawn", errors="ignore")
    judged = units.join(predictions).join(classes)
    odd = implausible(units, earlier=earlier)
    judged["red_flags"] = with_doubts(judged["red_flags"], implausible=odd, duplicates=duplicates)
    judged["completeness"] = completeness(units)
    judged["public_completeness"] = public_completeness(units)
    return judged


def order(judged: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Put judged units in order under other choices; prediction and triage stay as they are.

    Parameters
    ----------
    judged
        Table with prediction and triage, such as ``appraise`` returns; shape (n, columns).
    terms
        Weights, priorities, price year.

    Returns
    -------
    pandas.DataFrame
        The same units with score, rank and stability under ``terms``, best first.

    Raises
    ------
    EhyaError
        What ``appraise`` raises of weights and priorities.
    """
    chosen = _chosen(settled(judged, terms))
    ranked, found = ranked_with_values(judged, **chosen)
    firm = stability(ranked, top_k=terms.top, random_state=terms.random_state, found=found, **chosen)
    return ranked.drop(columns=[name for name in firm.columns if name in ranked.columns]).join(firm)


def order_alone(judged: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """As :func:`order`, without the draws that say how firm a place is: a fifth of the time.

    Parameters
    ----------
    judged
        Units with their prediction and ``triage``, as ``appraise`` returns them; shape (n, columns).
    terms
        Weights, priorities, price year.

    Returns
    -------
    pandas.DataFrame
        The same order; columns of stability are left out.

    Raises
    ------
    EhyaError
        As :func:`order`.
    """
    ranked = rank(judged, **_chosen(settled(judged, terms)))
    return ranked.drop(columns=["top_share", "stability", "rank_low", "rank_high"], errors="ignore")


def _chosen(terms: Terms) -> dict[str, Any]:
    """The choices as rank and stability take them."""
    return {
        "weights": DEFAULT_WEIGHTS if terms.weights is None else terms.weights,
        "price_year": terms.price_year,
        "priorities": terms.priorities,
        "prices": terms.prices,
    }


def settled(judged: pd.DataFrame, terms: Terms) -> Terms:
    """The same terms with weights in place of a wanted influence.

    Parameters
    ----------
    judged
        Table with prediction and triage, shape (n, columns).
    terms
        What was chosen.

    Raises
    ------
    EhyaError
        ``influence_out_of_reach``, with the names of the parts.
    """
    if terms.influence is None:
        return terms
    wanted = np.array([terms.influence.get(part, 0.0) for part in Part])
    found = part_values(judged, price_year=terms.price_year, priorities=terms.priorities, prices=terms.prices)
    if not terms.priorities:
        found[:, list(Part).index(Part.FIT)] = 0.0  # without priorities it weighs nothing, and can decide nothing
    try:
        weights = weights_for(wanted, found)
    except EhyaError as error:
        parts = [list(Part)[at].value for at in error.facts["given"]]  # type: ignore[attr-defined]
        raise EhyaError(ErrorCode.INFLUENCE_OUT_OF_REACH, given=parts) from error
    return replace(terms, weights=dict(zip(Part, weights.tolist(), strict=True)), influence=None)


def weighing(ranked: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """What each part weighs, and how much of the differences between scores it makes.

    Parameters
    ----------
    ranked
        Appraisal table, shape (n, columns).
    terms
        Under which it was ordered.

    Returns
    -------
    pandas.DataFrame
        Index ``part`` (:class:`Part`): ``weight`` (sum one) and ``influence`` (share in the variance of the score over
        the units that have one; sum one, all nil where no two scores differ).

    Examples
    --------
    >>> parts = {"part_feasibility": [0.1, 0.3], "part_jobs": [0.2, 0.2], "part_finance": 0.1, "part_readiness": 0.1}
    >>> table = pd.DataFrame(parts | {"part_fit": 0.0, "score": [0.5, 0.7]})
    >>> weighing(table, Terms())["influence"].tolist()
    [1.0, 0.0, 0.0, 0.0, 0.0]
    """
    chosen = settled(ranked, terms)
    columns = [f"part_{part.value}" for part in Part]
    weighed = ranked.loc[ranked["score"].notna(), columns].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "weight": effective_weights(chosen.weights, chosen.priorities),
            "influence": influence(weighed, np.ones(len(columns))),
        },
        index=pd.Index([part.value for part in Part], name="part"),
    )
