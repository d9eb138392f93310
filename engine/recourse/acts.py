"""What each act would do for a unit: its cost, its months, and by how much it is believed to raise the chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.domain.intervention import CostBasis
from engine.domain.joined import SEPARATOR, joined_names
from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.reference.tables import table

Floats = npt.NDArray[np.float64]

FIXED_COST_YEAR = 1404
"""Jalali year of ``fixed_cost_rial`` of the table ``interventions``."""

COLUMNS = [
    "unit_id", "intervention", "removes", "family", "owner", "low_months", "months", "high_months", "cost_rial",
    "cost_gap", "effect", "effect_low", "effect_high", "basis",
]  # fmt: skip

_AMOUNT = {
    CostBasis.BANK_DEBT: Field.BANK_DEBT_RIAL,
    CostBasis.TAX_DEBT: Field.TAX_DEBT_RIAL,
    CostBasis.SOCIAL_SECURITY_DEBT: Field.SOCIAL_SECURITY_DEBT_RIAL,
    CostBasis.WORKING_CAPITAL_NEEDED: Field.WORKING_CAPITAL_NEEDED_RIAL,
    CostBasis.CAPITAL_NEEDED: Field.CAPITAL_NEEDED_RIAL,
}


class CostGap(Code):
    """Why the cost of an act is not known."""

    NO_FIGURE = "no_figure"
    AMOUNT_MISSING = "amount_missing"
    NOT_COMPARABLE = "not_comparable"


def acts_of(
    units: pd.DataFrame,
    findings: pd.DataFrame,
    effects: pd.DataFrame,
    *,
    rial: Floats | None = None,
    fixed_rial: float = 1.0,
    costs: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Acts that remove a barrier of each unit.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    findings
        ``unit_id, barrier``, as for ``engine.recourse.remedies.interventions``.
    effects
        Table ``effects``; its rows of output ``act`` are read.
    rial
        Rial of the common year for one rial of each record, shape (n,), NaN where it cannot be compared; by default 1.
    fixed_rial
        The same for the table's own fixed costs, which are of ``FIXED_COST_YEAR``.
    costs
        Act -> cost in rial of the common year that somebody states, in place of the table's.

    Returns
    -------
    pandas.DataFrame
        One row per (unit, act), units in the order of ``findings``. ``removes`` are the barriers of this unit that it
        removes, joined by ``;``; months as the table has them (``months`` the typical); ``cost_rial`` in rial of the
        common year, NaN where ``cost_gap`` (``CostGap``) says why; ``effect`` with its 80 % range in log-odds of a
        restart, and what that rests on.

    Raises
    ------
    EhyaError
        ``unknown_option`` for an act in ``costs`` that there is not.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.reference.effects import effects
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "bank_debt_rial": [50_000_000_000]}))
    >>> acts = acts_of(units, pd.DataFrame({"unit_id": ["a"], "barrier": ["bank_debt"]}), effects())
    >>> acts[["intervention", "months", "cost_rial", "effect"]].values.tolist()
    [['debt_rescheduling', 4, 5000000000.0, 0.5], ['new_partner', 8, nan, 0.5]]
    """
    listed = table("interventions")
    stated = dict(costs or {})
    if strange := sorted(set(stated) - set(listed["intervention"])):
        raise EhyaError(
            ErrorCode.UNKNOWN_OPTION, option="--cost", given=strange[0], allowed=listed["intervention"].tolist()
        )
    pairs = _pairs(findings)
    factor = pd.Series(np.ones(len(units)) if rial is None else rial, index=units.index)
    cost, gap = _costs(pairs, units, factor, fixed_rial)
    for act, given in stated.items():
        named = (pairs["intervention"] == act).to_numpy()
        cost[named], gap[named] = given, ""
    believed = effects[effects["output"] == "act"].set_index("feature")[["effect", "low", "high", "basis"]]
    found = believed.reindex(pairs["intervention"]).set_axis(pairs.index)
    return pairs.assign(
        cost_rial=cost,
        cost_gap=pd.Series(gap, index=pairs.index, dtype="str"),
        effect=found["effect"],
        effect_low=found["low"],
        effect_high=found["high"],
        basis=found["basis"].astype("str"),
    )[COLUMNS]


def removed_by(done: pd.DataFrame) -> pd.DataFrame:
    """Barriers that acts remove, whichever a unit has.

    Parameters
    ----------
    done
        ``unit_id, act``, shape (n, any).

    Returns
    -------
    pandas.DataFrame
        ``unit_id, barrier``, one row for each barrier of each act, in the order of ``done``.

    Examples
    --------
    >>> removed_by(pd.DataFrame({"unit_id": ["a"], "act": ["management_contract"]}))["barrier"].tolist()
    ['management', 'working_capital']
    """
    pairs = done[["unit_id", "act"]].reset_index(drop=True).assign(place=np.arange(len(done)))
    found = pairs.merge(_by_barrier(), left_on="act", right_on="intervention").sort_values("place", kind="stable")
    return found[["unit_id", "barrier"]].astype({"barrier": "str"}).reset_index(drop=True)


def acts_among(events: pd.DataFrame) -> pd.DataFrame:
    """Acts that the log of events says were done: ``unit_id, act, happened_on``, the latest of each.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    >>> log = {"unit_id": ["a", "a", "b"], "kind": ["served", "served", "visited"], "act": ["diagnosis"] * 3}
    >>> acts_among(pd.DataFrame(log | {"happened_on": days})).to_numpy().tolist()
    [['a', 'diagnosis', Timestamp('2026-02-01 00:00:00')]]
    """
    served = events[(events["kind"] == OutcomeKind.SERVED.value) & events["act"].notna()]
    served = served[["unit_id", "act", "happened_on"]].sort_values("happened_on", kind="stable")
    return served.drop_duplicates(["unit_id", "act"], keep="last", ignore_index=True)


def since_records(done: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Acts that were done for some units, and whether the record of each is of that day or later.

    Parameters
    ----------
    done
        ``unit_id, act, happened_on``, of any units.
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        Those of the units, in the order of ``done``, with ``in_record``.

    Examples
    --------
    >>> done = pd.DataFrame({"unit_id": ["a"], "act": ["diagnosis"], "happened_on": [pd.Timestamp("2026-02-01")]})
    >>> units = pd.DataFrame({"as_of": [pd.Timestamp("2026-01-01")]}, index=["a"])
    >>> since_records(done, units)["in_record"].tolist()
    [False]
    """
    ours = done[done["unit_id"].isin(units.index)].reset_index(drop=True)
    recorded = units["as_of"].reindex(ours["unit_id"]).to_numpy()
    return ours.assign(in_record=ours["happened_on"].to_numpy() <= recorded)


def lifted(listed: pd.DataFrame, done: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which barriers stand in a record alone: an act that removes them was done after its day.

    Parameters
    ----------
    listed
        ``unit_id, barrier``, shape (n, any).
    done
        What `since_records` gives.

    Returns
    -------
    numpy.ndarray
        Shape (n,), bool.

    Examples
    --------
    >>> listed = pd.DataFrame({"unit_id": ["a", "a"], "barrier": ["management", "seized_by_bank"]})
    >>> lifted(listed, pd.DataFrame({"unit_id": ["a"], "act": ["management_contract"], "in_record": [False]})).tolist()
    [True, False]
    """
    since = done[~done["in_record"].to_numpy(dtype=bool)]
    if since.empty:
        return np.zeros(len(listed), dtype=bool)
    removed = removed_by(since)
    return np.asarray(_listed_pairs(listed).isin(_listed_pairs(removed)))


def _listed_pairs(listed: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(listed[["unit_id", "barrier"]])


def by_barrier() -> pd.DataFrame:
    """The table ``interventions`` with one row for each barrier that an act removes, column ``barrier``.

    Examples
    --------
    >>> rows = by_barrier().set_index("intervention")
    >>> rows.loc["market_plan", "barrier"].tolist()
    ['market_demand', 'imports_smuggling']
    """
    return _by_barrier().copy()


@cache
def _by_barrier() -> pd.DataFrame:
    listed = table("interventions")
    barriers = listed["removes"].str.split(SEPARATOR)
    return listed.drop(columns="removes").assign(barrier=barriers).explode("barrier").astype({"barrier": "str"})


def _pairs(findings: pd.DataFrame) -> pd.DataFrame:
    """One row per (unit, act), with the barriers of the unit that the act removes."""
    place = pd.Series(pd.factorize(findings["unit_id"])[0], index=findings.index)
    found = findings[["unit_id", "barrier"]].assign(place=place).merge(_by_barrier(), on="barrier")
    found = found.sort_values(["place", "months_typical", "intervention"], kind="stable", ignore_index=True)
    key = ["place", "unit_id", "intervention"]
    first = ~found.duplicated(key)
    names = sorted(found["barrier"].unique())
    marks = np.zeros((int(first.sum()), len(names)), dtype=bool)
    marks[first.cumsum() - 1, pd.Index(names).get_indexer(found["barrier"])] = True
    kept = found[first].drop(columns="barrier").reset_index(drop=True)
    months = {"months_low": "low_months", "months_typical": "months", "months_high": "high_months"}
    return kept.assign(removes=joined_names(marks, names, kept.index)).rename(columns=months)


def _costs(
    pairs: pd.DataFrame, units: pd.DataFrame, factor: pd.Series, fixed_rial: float
) -> tuple[Floats, npt.NDArray[np.object_]]:
    share = pairs["cost_share"].to_numpy(np.float64)
    fixed = pairs["fixed_cost_rial"].to_numpy(np.float64, na_value=np.nan) * fixed_rial
    amount = np.full(len(pairs), np.nan)
    at = units.index.get_indexer(pd.Index(pairs["unit_id"]))
    comparable = factor.to_numpy(np.float64)[at]
    for basis, field in _AMOUNT.items():
        told = units[field.value].to_numpy(np.float64, na_value=np.nan)[at]
        told = np.where(told > 0, told, np.nan)  # nothing owed is no cost of nothing: nobody knows what is asked then
        amount = np.where(pairs["cost_basis"].to_numpy() == basis.value, told, amount)
    cost = np.where(np.isnan(share), fixed, share * amount * comparable)
    gap = np.full(len(pairs), "", dtype=object)
    gap[np.isnan(cost)] = CostGap.NOT_COMPARABLE.value
    gap[np.isnan(cost) & np.isnan(amount)] = CostGap.AMOUNT_MISSING.value
    gap[np.isnan(cost) & np.isnan(share)] = CostGap.NO_FIGURE.value
    return cost, gap
