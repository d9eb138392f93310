"""The cheapest plan of each unit: acts that together lift its chance, exact, for all units of a kind at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from engine.codes import Code
from engine.domain.joined import SEPARATOR, joined_names, names_in
from engine.recourse.order import waits

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_AT_ONCE = 2_000_000
"""Pairs of unit and combination that are weighed at a time."""
_SLACK = 1e-9
_MONTHS = ("low_months", "months", "high_months")


class PlanStatus(Code):
    """What a plan reaches."""

    NOTHING_TO_DO = "nothing_to_do"
    REACHED = "reached"
    OUT_OF_REACH = "out_of_reach"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What a plan is to reach, and what it may use.

    Parameters
    ----------
    threshold
        Feasibility to lift each unit to, 0..1; 0: only what must be removed counts.
    budget_rial
        The most that the acts of one unit may cost, rial of the common year; inf: no limit. An act of unknown cost
        never keeps within a budget.
    months
        The most that they may take, acts side by side where none waits for another; inf: no limit.
    """

    threshold: float = 0.0
    budget_rial: float = np.inf
    months: float = np.inf


@dataclass(frozen=True, eq=False, slots=True)
class Plans:
    """Plans of units.

    Parameters
    ----------
    table
        Index ``unit_id``: ``status`` (``PlanStatus``), ``acts`` (joined by ``;``, in order of their start),
        ``cost_rial`` (of the acts with a known cost: "at least" where there are others; missing where no act has one,
        0 where there is no act), ``unknown_costs`` (acts without one, joined), ``months`` with ``low_months`` and
        ``high_months`` (if every act takes as little or as long as it may), ``feasibility`` before,
        ``feasibility_after`` with ``after_low`` and ``after_high`` (80 %, from the doubt of what acts do alone),
        ``shortfall`` (of the threshold, 0 where it is reached) and ``standing`` (barriers that must be removed and are
        not, joined).
    steps
        ``unit_id, intervention, owner, family, start, low_months, months, high_months, cost_rial, cost_gap, effect,
        basis, lift``: one row an act of a plan, months from now; ``basis`` is what the effect rests on, ``lift`` the
        share of the act in what the plan adds to the feasibility.
    """

    table: pd.DataFrame
    steps: pd.DataFrame


def cheapest(acts: pd.DataFrame, feasibility: pd.Series, must: pd.Series, wish: PlanWish) -> Plans:
    """Find the cheapest plan of each unit, or the best that its limits allow.

    Parameters
    ----------
    acts
        What ``engine.recourse.acts.acts_of`` gives.
    feasibility
        Chance of each unit as it stands, index ``unit_id``, 0..1, NaN where it is not scored. All units asked for.
    must
        Barriers that must be removed, joined by ``;``, index of ``feasibility``.
    wish
        Threshold and limits.

    Returns
    -------
    Plans
        Of the combinations of acts of which no two remove one barrier, that remove what must be removed and reach the
        threshold within the limits: the one with the fewest acts of unknown cost, then the lowest cost, then the
        fewest months, then the fewest acts. Where none does, the one within the limits that leaves the fewest barriers
        of ``must``, then lifts most, then by the same order. Effects of acts add up in log-odds; what cannot change is
        never touched. Exact: all combinations are weighed.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.recourse.acts import acts_of
    >>> from engine.reference.effects import effects
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "tax_debt_rial": [10**10], "bank_debt_rial": [10**11]}))
    >>> found = pd.DataFrame({"unit_id": "a", "barrier": ["bank_debt", "tax_debt"]})
    >>> asked = pd.Series([0.2], index=["a"]), pd.Series([""], index=["a"])
    >>> plans = cheapest(acts_of(units, found, effects()), *asked, PlanWish(threshold=0.25))
    >>> plans.table.loc["a", ["status", "acts", "cost_rial"]].tolist()
    ['reached', 'tax_instalments', np.float64(1000000000.0)]
    """
    asked = pd.Index(feasibility.index)
    at = asked.get_indexer(pd.Index(acts["unit_id"]))
    names, distinct = pd.factorize(acts["intervention"] + ":" + acts["removes"], sort=True)
    of_nobody = (at < 0).sum()
    order = np.lexsort((names, at))[of_nobody:]
    own, at = acts.iloc[order].reset_index(drop=True), at[order]
    bounds = np.searchsorted(at, np.arange(len(asked) + 1))
    marks = np.zeros((len(asked), len(distinct)), dtype=bool)
    marks[at, names[order]] = True
    needed = must.reindex(asked).fillna("")
    kind = joined_names(marks, [str(name) for name in distinct], asked) + "#" + needed
    parts = []
    for _, members in pd.Series(np.arange(len(asked))).groupby(kind.to_numpy(), sort=False):
        places = members.to_numpy()
        first = places[0]
        width = bounds[first + 1] - bounds[first]
        rows = bounds[places][:, None] + np.arange(width)[None, :]
        must_go = str(needed.iloc[first])
        parts.append(_of_one_kind(own, rows, feasibility.iloc[places], must_go, wish))
    if not parts:
        nothing = np.zeros((0, 0), dtype=np.intp)
        return _of_one_kind(own, nothing, feasibility, "", wish)
    table = pd.concat([part.table for part in parts]).reindex(asked)
    steps = pd.concat([part.steps for part in parts], ignore_index=True)
    unit = asked.get_indexer(pd.Index(steps["unit_id"]))
    turn = np.lexsort((steps["start"], unit))
    return Plans(table, steps.iloc[turn].reset_index(drop=True))


def combinations(removes: list[int]) -> Flags:
    """All sets of acts of which no two remove one barrier, the empty one first.

    Parameters
    ----------
    removes
        Of each act the barriers it removes, as bits.

    Returns
    -------
    numpy.ndarray
        Shape (sets, acts).

    Examples
    --------
    >>> combinations([0b01, 0b10, 0b01]).astype(int).tolist()
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1]]
    """
    taken, chosen = np.zeros(1, dtype=np.int64), np.zeros((1, len(removes)), dtype=bool)
    for act, bits in enumerate(removes):
        free = (taken & bits) == 0
        more = chosen[free].copy()
        more[:, act] = True
        taken = np.concatenate([taken, taken[free] | bits])
        chosen = np.concatenate([chosen, more])
    return chosen


def starts(chosen: Flags, months: Floats, after: list[list[int]]) -> Floats:
    """Month in which each act of each set begins: as soon as those that it waits for are done.

    Parameters
    ----------
    chosen
        Shape (sets, acts).
    months
        Shape (acts,): how long each takes.
    after
        Of each act those that are done first, where a set holds both; acts stand after those they wait for.

    Returns
    -------
    numpy.ndarray
        Shape (sets, acts); 0 for an act that is not chosen.

    Examples
    --------
    >>> starts(np.array([[True, True], [False, True]]), np.array([3.0, 4.0]), [[], [0]]).tolist()
    [[0.0, 3.0], [0.0, 0.0]]
    """
    begun = np.zeros(chosen.shape)
    for act, others in enumerate(after):
        for other in others:
            ended = np.where(chosen[:, other], begun[:, other] + months[other], 0.0)
            begun[:, act] = np.maximum(begun[:, act], ended)
        begun[:, act] *= chosen[:, act]
    return begun


def _of_one_kind(
    acts: pd.DataFrame, rows: npt.NDArray[np.intp], feasibility: pd.Series, must: str, wish: PlanWish
) -> Plans:
    """Plans of units that have equal acts and barriers; they differ in costs and in their chance as it stands."""
    order, names = waits(), feasibility.index
    now = feasibility.to_numpy(np.float64)
    turn = list(order)
    sample = acts.iloc[rows[0]] if rows.size else acts.iloc[:0]
    place = np.argsort([turn.index(str(act)) for act in sample["intervention"]], kind="stable")
    sample = sample.iloc[place]
    rows = rows[:, place] if rows.size else rows.reshape(len(names), 0)
    acts = acts.iloc[rows.ravel()]
    rows = np.arange(rows.size, dtype=np.intp).reshape(rows.shape)
    codes = [str(code) for code in sample["intervention"]]
    after = [[codes.index(other) for other in order[code] if other in codes] for code in codes]
    removes = [names_in(cell) for cell in sample["removes"]]
    barriers = sorted({name for cell in removes for name in cell} | set(names_in(must)))
    bits = [sum(1 << barriers.index(name) for name in cell) for cell in removes]
    needed = [barriers.index(name) for name in names_in(must)]

    chosen = combinations(bits)
    months = sample["months"].to_numpy(np.float64)
    begun = starts(chosen, months, after)
    lasts = _lasts(chosen, months, after)
    gain = chosen @ sample["effect"].to_numpy(np.float64)
    removed = np.array([[bool(each >> at & 1) for each in bits] for at in needed], dtype=bool)
    removed = removed.reshape(len(needed), len(bits))
    gone = (chosen[:, None, :] & removed[None, :, :]).any(axis=2)
    left = len(needed) - gone.sum(axis=1)

    cost = acts["cost_rial"].to_numpy(np.float64)[rows] if rows.size else np.zeros((len(names), 0))
    best = np.zeros(len(names), dtype=np.intp)
    reached = np.zeros(len(names), dtype=bool)
    step = max(1, _AT_ONCE // max(len(chosen), 1))
    for begin in range(0, len(names), step):
        part = slice(begin, begin + step)
        best[part], reached[part] = _best(cost[part], now[part], chosen, gain, lasts, left, wish)
    sets, at = np.unique(best, return_inverse=True)  # each set is written once, whatever the number of its units
    ends = {name: _lasts(chosen[sets], sample[name].to_numpy(np.float64), after)[at] for name in _MONTHS}
    written = _in_turn(chosen[sets], begun[sets], codes)[at]
    return _described(acts, rows, names, now, reached, wish, chosen[best], begun[best], gain[best], ends, written,
                      [barriers[at] for at in needed], removed)  # fmt: skip


def _lasts(chosen: Flags, months: Floats, after: list[list[int]]) -> Floats:
    """Months until the last act of each set is done."""
    ends = np.where(chosen, starts(chosen, months, after) + months, 0.0)
    lasts: Floats = ends.max(axis=1, initial=0.0)
    return lasts


def _best(
    cost: Floats, now: Floats, chosen: Flags, gain: Floats, lasts: Floats, left: npt.NDArray[np.int64], wish: PlanWish
) -> tuple[npt.NDArray[np.intp], Flags]:
    """Number of the best combination for each unit, and whether it reaches what is asked; sets in columns."""
    unknown = np.isnan(cost).astype(np.float64) @ chosen.T
    money = np.nan_to_num(cost) @ chosen.T
    in_time = lasts <= wish.months + _SLACK
    payable = money <= wish.budget_rial * (1 + _SLACK)
    within = in_time[None, :] & payable
    within &= (unknown == 0) | np.isinf(wish.budget_rial)
    lifted = _after(now[:, None], gain[None, :])
    high = (lifted >= wish.threshold - _SLACK) | (wish.threshold <= 0)
    enough = high & (left == 0)[None, :] & within
    reached = enough.any(axis=1)
    count = chosen.sum(axis=1)
    keys = [unknown, money, np.broadcast_to(lasts, money.shape), np.broadcast_to(count, money.shape)]
    short = [np.broadcast_to(left, money.shape), -np.nan_to_num(lifted)]
    allowed = np.where(reached[:, None], enough, within)
    # One key after the other keeps those that tie on it: lexicographic without sorting.
    for key in [np.where(reached[:, None], 0.0, one) for one in short] + keys:
        shown = np.where(allowed, key, np.inf)
        least = shown.min(axis=1, keepdims=True)
        allowed &= shown <= least * (1 + np.sign(least) * 1e-12)
    return allowed.argmax(axis=1), reached


def _after(now: Floats, gain: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        lifted: Floats = expit(logit(now) + gain)
    return lifted


def _described(
    acts: pd.DataFrame, rows: npt.NDArray[np.intp], names: pd.Index, now: Floats, reached: Flags, wish: PlanWish,
    chosen: Flags, begun: Floats, gain: Floats, ends: dict[str, Floats], written: npt.NDArray[np.object_],
    needed: list[str], removed: Flags,
) -> Plans:  # fmt: skip
    """The chosen combinations as tables."""
    column = {name: acts[name].to_numpy()[rows] for name in acts.columns if name != "unit_id"}
    effect = np.where(chosen, column["effect"].astype(np.float64), 0.0)
    worse = np.where(chosen, effect - column["effect_low"].astype(np.float64), 0.0)
    better = np.where(chosen, column["effect_high"].astype(np.float64) - effect, 0.0)
    down = np.sqrt((worse**2).sum(axis=1))
    up = np.sqrt((better**2).sum(axis=1))
    after = _after(now, gain)
    cost = column["cost_rial"].astype(np.float64)
    priced = chosen & ~np.isnan(cost)
    unpriced = chosen & np.isnan(cost)
    known = np.where(priced, np.nan_to_num(cost), 0.0).sum(axis=1)
    without_price = unpriced.any(axis=1) & ~priced.any(axis=1)
    codes = [str(code) for code in column["intervention"][0]] if rows.size else []
    gone: Flags = np.asarray((chosen[:, None, :] & removed[None, :, :]).any(axis=2))
    status = np.where(reached, PlanStatus.REACHED.value, PlanStatus.OUT_OF_REACH.value).astype(object)
    status[reached & ~chosen.any(axis=1)] = PlanStatus.NOTHING_TO_DO.value
    status[np.isnan(now)] = PlanStatus.NOT_SCORED.value
    described = pd.DataFrame(
        {
            "status": pd.Series(status, index=names, dtype="str"),
            "acts": pd.Series(written, index=names, dtype="str"),
            "cost_rial": np.where(without_price, np.nan, known),
            "unknown_costs": joined_names(unpriced, codes, names),
            **ends,
            "feasibility": now,
            "feasibility_after": after,
            "after_low": _after(now, gain - down),
            "after_high": _after(now, gain + up),
            "shortfall": np.maximum(wish.threshold - after, 0.0),
            "standing": joined_names(np.logical_not(gone), needed, names),
        },
        index=names,
    )
    unit, act = np.nonzero(chosen)
    share = effect[unit, act] / np.where(gain[unit] > 0, gain[unit], 1.0)
    steps = pd.DataFrame(
        {
            "unit_id": names.to_numpy()[unit],
            **{name: column[name][unit, act] for name in ("intervention", "owner", "family")},
            "start": begun[unit, act],
            **{name: column[name][unit, act].astype(np.float64) for name in _MONTHS},
            "cost_rial": cost[unit, act],
            **{name: column[name][unit, act] for name in ("cost_gap", "effect", "basis")},
            "lift": share * (after - now)[unit],
        }
    )
    return Plans(described, steps)


def _in_turn(chosen: Flags, begun: Floats, codes: list[str]) -> npt.NDArray[np.object_]:
    """Acts of each set in the order of their start, joined."""
    turn = np.argsort(np.where(chosen, begun, np.inf), axis=1, kind="stable")
    many = chosen.sum(axis=1)
    rows = zip(turn, many, strict=True)
    return np.array([SEPARATOR.join(codes[at] for at in row[:count]) for row, count in rows], dtype=object)
