"""The smallest change of weights that would put one unit level with another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.desk.named import find_unit

if TYPE_CHECKING:
    from serving.desk.appraisal import Appraised


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two units and the weights at which they are level.

    Parameters
    ----------
    ahead, behind
        Ids of the units, the better one first.
    same_verdict
        Whether weights decide between them at all: a unit of a better verdict stands before in any case.
    before, after
        Weight of each part by name, as used and at the nearest point where both are level; ``after`` is empty where no
        weights do it.
    moved
        How much weight moves, 0..1; ``None`` likewise.
    """

    ahead: str
    behind: str
    same_verdict: bool
    before: dict[str, float]
    after: dict[str, float]
    moved: float | None


def swapped(appraised: Appraised, one: str, other: str) -> Swapped:
    """Find the weights nearest to those in use under which two units are level.

    Parameters
    ----------
    appraised
        The appraisal in which both stand.
    one, other
        Ids or names, in any order.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``; ``unknown_option`` where a unit has no score.
    """
    import numpy as np

    from engine.appraisal import settled
    from engine.errors import EhyaError, ErrorCode
    from engine.ranking.criteria import Part, values
    from engine.ranking.money import money_factor
    from engine.ranking.score import effective_weights
    from engine.ranking.swap import smallest_swap

    table = appraised.table
    terms = settled(table, appraised.terms)
    units = [find_unit(table, given) for given in (one, other)]
    for unit in units:
        if np.isnan(float(table.loc[unit, "score"])):  # type: ignore[arg-type]
            raise EhyaError(ErrorCode.UNIT_WITHOUT_SCORE, given=unit)
    ahead, behind = sorted(units, key=lambda unit: -float(table.loc[unit, "score"]))  # type: ignore[arg-type]
    money = money_factor(table, terms.price_year, prices=terms.prices)
    found = values(table, money_factor=money.capital, debt_factor=money.debts, priorities=terms.priorities)
    weights = effective_weights(terms.weights, terms.priorities)
    open_to = np.array([part is not Part.FIT or bool(terms.priorities) for part in Part])
    names = [part.value for part, kept in zip(Part, open_to, strict=True) if kept]
    rows = [found.point[table.index.get_loc(unit)][open_to] for unit in (ahead, behind)]
    classes = table["triage"].astype(object)
    nearest = smallest_swap(rows[0], rows[1], weights[open_to])
    return Swapped(
        ahead,
        behind,
        bool(classes[ahead] == classes[behind]),
        dict(zip(names, weights[open_to].tolist(), strict=True)),
        {} if nearest is None else dict(zip(names, nearest.weights.tolist(), strict=True)),
        None if nearest is None else nearest.moved,
    )
