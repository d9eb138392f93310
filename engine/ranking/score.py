"""Score and rank: a weighted sum of named parts, by which the units of each class of triage stand in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.diagnosis.joined import words_of
from engine.domain.persona import Persona
from engine.domain.prediction import Output, columns
from engine.domain.unit import Field
from engine.economics.prices import PriceBasis, PriceIndex
from engine.errors import EhyaError, ErrorCode
from engine.ranking.criteria import MISSING_VALUE, Array, Part, Values, values
from engine.ranking.money import money_factor
from engine.ranking.reasons import Triage

DEFAULT_WEIGHTS: Mapping[Part, float] = {
    Part.FEASIBILITY: 0.30,
    Part.JOBS: 0.25,
    Part.FINANCE: 0.20,
    Part.READINESS: 0.15,
    Part.FIT: 0.10,
}
"""A planner's weights: assumed."""
INVESTOR_WEIGHTS: Mapping[Part, float] = {
    Part.FINANCE: 0.35,
    Part.FEASIBILITY: 0.30,
    Part.FIT: 0.25,
    Part.JOBS: 0.10,
}
"""An investor's weights: assumed."""
BANK_WEIGHTS: Mapping[Part, float] = {
    Part.FINANCE: 0.40,
    Part.READINESS: 0.30,
    Part.FEASIBILITY: 0.25,
    Part.JOBS: 0.05,
}
"""A creditor's weights: assumed."""
GOVERNOR_WEIGHTS: Mapping[Part, float] = {
    Part.JOBS: 0.50,
    Part.FEASIBILITY: 0.30,
    Part.READINESS: 0.10,
    Part.FINANCE: 0.05,
    Part.FIT: 0.05,
}
"""Weights of a governor's office: assumed."""


PERSONA_WEIGHTS: Mapping[Persona, Mapping[Part, float]] = {
    Persona.PLANNER: DEFAULT_WEIGHTS,
    Persona.BANK: BANK_WEIGHTS,
    Persona.GOVERNOR: GOVERNOR_WEIGHTS,
    Persona.INVESTOR: INVESTOR_WEIGHTS,
}
"""The weights of each persona."""

_GRAIN = 2.0**40  # parts are multiples of 2^-40 (about 1e-12), so that their sum is exact in any order


def rank(
    appraisal: pd.DataFrame,
    *,
    weights: Mapping[Part, float] | Mapping[str, float] | None = None,
    price_year: int | None = None,
    priorities: Sequence[str] = (),
    missing_value: float = MISSING_VALUE,
    inflation: float | None = None,
    allow_proxy: bool | None = None,
    prices: PriceIndex | None = None,
) -> pd.DataFrame:
    """Score units and put them in order.

    The score is ``sum of weight x value`` over the parts (``engine.ranking.criteria``). Units are ranked by class of
    triage (``offer``, ``fix_first``, ``repurpose_or_sell``), then by score, then by ``unit_id``. A unit that cannot be
    judged, or has no feasibility, gets neither score nor rank: that would be an invented number.

    Parameters
    ----------
    appraisal
        Unit table with prediction columns and ``triage``, shape (n, any). Without ``triage`` all are one class.
    weights
        Weight of each part, not negative, ``DEFAULT_WEIGHTS`` by default; what is not named weighs nothing. They are
        brought to sum 1; see ``effective_weights``.
    price_year
        Jalali year in whose money capital is compared; by default the register's own (``engine.ranking.money``).
    priorities
        ISIC codes, of any level, of the sectors the planner wants. Without any, the weight of ``fit`` goes to
        the other parts.
    missing_value
        What a criterion that is not known counts, 0..1.
    inflation, allow_proxy, prices
        How money of different years is compared, see ``engine.ranking.money.money_factor``.

    Returns
    -------
    pandas.DataFrame
        Shape (n, any + 13): ``appraisal``, best first and units without a rank last, with the columns
        ``part_feasibility, part_jobs, part_finance, part_readiness, part_fit`` (weight x value; they add up to the
        score exactly), ``score`` (0..1), ``score_low`` and ``score_high`` (all predictions at the ends of their
        intervals, and all that is not known at worst and at best: an envelope, wider than an 80 % interval),
        ``uncertain_share`` (share of the weight that rests on what is not known), ``missing_parts`` (parts of which
        something is not known, joined by ``;``), ``money_comparable`` (boolean, missing without capital),
        ``money_basis`` (``PriceBasis`` of the record's money in the common year, missing without capital and debts)
        and ``rank`` (Int64, 1..m).

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative, all nil, or name no part; ``sector_unknown``.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> frame = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "title_deed": [False, True]}))
    >>> frame = frame.assign(feasibility_point=[0.4, 0.2], triage=["fix_first", "offer"])
    >>> ranked = rank(frame)
    >>> ranked["rank"].to_dict(), bool(ranked.loc["a", "score"] > ranked.loc["b", "score"])
    ({'b': 1, 'a': 2}, True)
    """
    ranked, _ = ranked_with_values(
        appraisal,
        weights=weights,
        price_year=price_year,
        priorities=priorities,
        missing_value=missing_value,
        inflation=inflation,
        allow_proxy=allow_proxy,
        prices=prices,
    )
    return ranked


def ranked_with_values(
    appraisal: pd.DataFrame,
    *,
    weights: Mapping[Part, float] | Mapping[str, float] | None = None,
    price_year: int | None = None,
    priorities: Sequence[str] = (),
    missing_value: float = MISSING_VALUE,
    inflation: float | None = None,
    allow_proxy: bool | None = None,
    prices: PriceIndex | None = None,
) -> tuple[pd.DataFrame, Values]:
    """As :func:`rank`, with the values of the parts that it weighed, in the order of its rows.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> frame = unit_table(pd.DataFrame({"unit_id": ["a", "b"]})).assign(feasibility_point=[0.18, 0.36])
    >>> ranked, found = ranked_with_values(frame)
    >>> list(ranked.index), found.point[:, 0].tolist()
    (['b', 'a'], [0.6, 0.3])
    """
    weight = effective_weights(weights, priorities)
    money = money_factor(appraisal, price_year, inflation=inflation, allow_proxy=allow_proxy, prices=prices)
    found = values(
        appraisal,
        money_factor=money.capital,
        debt_factor=money.debts,
        priorities=priorities,
        missing_value=missing_value,
    )
    scores = _scores(found, weight, _judged(appraisal))
    has_capital = appraisal[Field.CAPITAL_NEEDED_RIAL.value].notna()
    comparable = money.basis.ne(PriceBasis.NOT_COMPARABLE).astype("boolean").where(has_capital)
    scores["money_comparable"], scores["money_basis"] = comparable.to_numpy(), money.basis.to_numpy()
    scores["rank"] = _places(scores["score"], classes(appraisal), appraisal.index)
    kept = appraisal.drop(columns=[name for name in scores.columns if name in appraisal.columns])
    scores.index = kept.index
    order = np.lexsort((kept.index.astype("str"), classes(kept), scores["rank"].fillna(len(kept) + 1)))
    ordered = Values(found.low[order], found.point[order], found.high[order], found.unknown[order])
    return pd.concat([kept, scores], axis=1).iloc[order], ordered


def part_values(
    appraisal: pd.DataFrame,
    *,
    price_year: int | None = None,
    priorities: Sequence[str] = (),
    prices: PriceIndex | None = None,
) -> Array:
    """Values of all parts of the units that have a score, before any weight.

    Parameters
    ----------
    appraisal
        Unit table with prediction columns and ``triage``, shape (n, any).
    price_year
        Jalali year in whose money capital is compared; by default the register's own.
    priorities
        ISIC codes, of any level, of the sectors the planner wants.
    prices
        Price level of each Jalali year; the reference table's own where ``None``.

    Returns
    -------
    numpy.ndarray
        Shape (units with a score, 5), 0..1, columns in the order of ``Part``.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> frame = unit_table(pd.DataFrame({"unit_id": ["a", "b"]})).assign(feasibility_point=[0.24, None])
    >>> part_values(frame).tolist()
    [[0.4, 0.5, 0.5, 0.5, 0.5]]
    """
    judged = appraisal[_judged(appraisal)]
    money = money_factor(judged, price_year, prices=prices)
    found = values(judged, money_factor=money.capital, debt_factor=money.debts, priorities=priorities)
    return found.point


def effective_weights(
    weights: Mapping[Part, float] | Mapping[str, float] | None, priorities: Sequence[str] = ()
) -> Array:
    """Weights as they are used: in the order of ``Part``, without ``fit`` when no sector has priority, of sum 1.

    Examples
    --------
    >>> effective_weights(None).round(3).tolist()
    [0.333, 0.278, 0.222, 0.167, 0.0]
    """
    weights = DEFAULT_WEIGHTS if weights is None else weights
    unknown = [name for name in weights if str(name) not in {part.value for part in Part}]
    given = {Part(name): float(weight) for name, weight in weights.items() if name not in unknown}
    if not priorities:
        given[Part.FIT] = 0.0
    array = np.array([given.get(part, 0.0) for part in Part])
    if unknown or not np.isfinite(array).all() or (array < 0).any() or array.sum() == 0:
        raise EhyaError(
            ErrorCode.UNKNOWN_OPTION,
            option="weights",
            given={str(name): weight for name, weight in weights.items()},
            allowed=[part.value for part in Part],
        )
    return np.asarray(array / array.sum())


def classes(appraisal: pd.DataFrame) -> pd.Series:
    """Place of each unit's class of triage: 0 is offered first.

    Examples
    --------
    >>> classes(pd.DataFrame({"triage": ["fix_first", "offer"]})).tolist()
    [1, 0]
    """
    if "triage" not in appraisal.columns:
        return pd.Series(0, index=appraisal.index)
    order = {code.value: place for place, code in enumerate(Triage)}
    return appraisal["triage"].map(order).fillna(order[Triage.CANNOT_JUDGE.value]).astype("int64")


def _judged(appraisal: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a unit may have a score: it was judged, and a model said how feasible it is."""
    judged = classes(appraisal) < list(Triage).index(Triage.CANNOT_JUDGE)
    return (judged & appraisal[columns(Output.FEASIBILITY)[1]].notna()).to_numpy(dtype=bool)


def _scores(found: Values, weight: Array, judged: NDArray[np.bool_]) -> pd.DataFrame:
    parts = np.round(weight * found.point * _GRAIN) / _GRAIN
    score = parts.sum(axis=1)
    table = pd.DataFrame(parts, columns=[f"part_{part.value}" for part in Part])
    table["score"] = score
    table["score_low"] = np.minimum(found.low @ weight, score)
    table["score_high"] = np.maximum(found.high @ weight, score)
    table["uncertain_share"] = found.unknown @ weight
    table.loc[~judged] = np.nan
    lacking = (found.unknown > 0) & (weight > 0)
    table["missing_parts"] = pd.Series(words_of(lacking, [part.value for part in Part]), dtype="str")
    return table


def _places(score: pd.Series, group: pd.Series, units: pd.Index) -> pd.Series:
    """1..m by class, score and unit id; missing without a score."""
    best_first = np.lexsort((units.astype("str"), -score, group, score.isna()))[: int(score.notna().sum())]
    places = np.zeros(len(score), dtype=np.int64)
    places[best_first] = np.arange(1, len(best_first) + 1)
    return pd.Series(places, dtype="Int64").where(places > 0)
