"""A package as plain JSON, and the table it was computed from: what is kept, shown and compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.prediction import Output, columns
from engine.packages.answers import Inside, Outside
from engine.packages.candidates import Array, Candidates
from engine.packages.conflict import Conflict, Loosening
from engine.packages.exploration import Lot
from engine.packages.package import INTERVAL, Package, package
from engine.packages.rules import PackageRule
from engine.packages.terms import PackageTerms

_DIGITS = 12  # of figures in a document: what follows is rounding of the machine


def package_document(found: Package) -> dict[str, Any]:
    """Everything that is said of a package.

    Examples
    --------
    >>> sorted(conflict_document(Conflict(("count",), (), {}, ()), []))
    ['all_ways', 'conflict', 'fewest', 'healed', 'rules', 'seconds', 'together']
    """
    ids = list(found.candidates.units.index)
    drawn = {lot.place: lot for lot in found.lots}
    best = found.best
    return repeatable(
        {
            "terms": found.terms.document,
            "worlds": found.candidates.draws.worlds,
            "packages": found.robust.packages,
            "objective": {"value": best.value, "bound": best.bound, "gap": best.gap},
            "figures": found.figures(),
            "units": [_unit(found, place, drawn.get(place), ids) for place in found.places],
            "displaced_by_lot": [ids[lot.instead] for lot in found.lots if lot.instead != lot.place],
            "term_prices": found.prices,
            # said only where it is so: a package of before has no such line and repeats all the same
            **({"unfinished": True} if found.unfinished else {}),
            "binding": [
                {**rule_document(one.rule, ids), "total": one.total, "step": one.step, "value": one.value}
                for one in found.bindings
            ],
            "options": [{"unit_id": ids[place], "core_index": found.robust.share[place]} for place in _options(found)],
        }
    )


def conflict_document(found: Conflict, ids: list[str]) -> dict[str, Any]:
    """Terms in conflict, and what heals them."""
    return repeatable(
        {
            "conflict": list(found.terms),
            "rules": [rule_document(rule, ids) for rule in found.rules],
            "healed": {term: [loosening_document(one, ids) for one in gave] for term, gave in found.healed.items()},
            "together": [loosening_document(one, ids) for one in found.together],
            "seconds": found.seconds,
            "fewest": found.fewest,
            "all_ways": found.all_ways,
        }
    )


def inside_document(said: Inside, ids: list[str]) -> dict[str, Any]:
    """Why a unit is in."""
    return repeatable(
        {
            "gain": said.gain,
            "displaced": [ids[place] for place in said.displaced],
            "leaving": [ids[place] for place in said.leaving],
            **({} if said.finished else {"finished": False}),
        }
    )


def outside_document(said: Outside, ids: list[str]) -> dict[str, Any]:
    """Why a unit is out."""
    return repeatable(
        {
            "unit_id": ids[said.place],
            "barriers": [rule_document(rule, ids) for rule in said.barriers],
            "price": said.price,
            "leaving": [ids[place] for place in said.leaving],
            "entering": [ids[place] for place in said.entering],
            "changes": [loosening_document(one, ids) for one in said.changes],
            "cheaper": [{**rule_document(one.rule, ids), "amount": one.amount} for one in said.cheaper],
            **({} if said.finished else {"finished": False}),
        }
    )


def rule_document(rule: PackageRule, ids: list[str]) -> dict[str, Any]:
    """A rule with its limits; it names its units where they are few."""
    return {
        "term": rule.term,
        "kind": rule.kind.value,
        "low": rule.low,
        "high": rule.high,
        "units": len(rule.rows),
        **rule.facts,
    }


def loosening_document(one: Loosening, ids: list[str]) -> dict[str, Any]:
    """How far a rule gives way."""
    return {**rule_document(one.rule, ids), "amount": one.amount, "limit": one.limit}


def inputs_document(candidates: Candidates) -> dict[str, Any]:
    """The table of candidates as JSON, exactly: `inputs_table` gives the same table back."""
    table = candidates.units.reset_index()
    return {name: [_exact(value) for value in table[name].tolist()] for name in table.columns}


def inputs_table(document: Mapping[str, Any]) -> pd.DataFrame:
    """The table of candidates of a stored package.

    Examples
    --------
    >>> table = inputs_table({"unit_id": ["a"], "name": [None], "known": [True], "capital": [1.5]})
    >>> table["capital"].tolist(), table["name"].dtype == "str"
    ([1.5], True)
    """
    columns = {name: _column(name, values) for name, values in document.items()}
    return pd.DataFrame(columns).set_index("unit_id")


def solved_again(document: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Compute a stored package once more from its own inputs; equal to ``document`` bit for bit while it is sound.

    Parameters
    ----------
    document, inputs
        Of the stored package.
    """
    terms = PackageTerms.read(document["terms"])
    candidates = Candidates.of(inputs_table(inputs), worlds=document["worlds"], seed=terms.seed)
    found = package(candidates, terms, packages=document["packages"])
    assert isinstance(found, Package)
    return package_document(found)


def repeatable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and lists as JSON has them, floats rounded to what the machine can repeat, infinite ends as ``None``.

    Examples
    --------
    >>> repeatable({"a": np.float64(1 / 3), "b": (np.inf, np.int64(2))})
    {'a': 0.333333333333, 'b': [None, 2]}
    """
    return {str(key): _plain(value) for key, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return repeatable(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{float(value):.{_DIGITS}g}") if np.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)


def _unit(found: Package, place: int, lot: Lot | None, ids: list[str]) -> dict[str, Any]:
    candidates, said = found.candidates, found.inside.get(place)
    row = candidates.units.iloc[place]
    drawn = candidates.draws
    reasons = {one.unit: one for one in found.terms.pinned}
    pinned = reasons.get(ids[place])
    return {
        "unit_id": ids[place],
        **{name: _text(row[name]) for name in ("name", "province", "county", "estate", "isic", "status", "size")},
        "deal_forms": _text(row["deal_forms"]),
        "origin": _text(row["origin"]),
        "verdict": _text(row["triage"]),
        "role": found.role(place).value,
        "core_index": found.robust.share[place],
        # the very prediction that every other door shows; the package itself counts its draws
        **dict(zip(("chance_low", "chance", "chance_high"), row[shown_chance(row)], strict=True)),
        **_interval("jobs_expected", drawn.chance[:, place] * drawn.jobs[:, place] * candidates.net[place]),
        **_interval("jobs_if_revived", drawn.jobs[:, place] * candidates.net[place]),
        "capital_rial": candidates.capital[place],
        "capital_estimated": bool(row["capital_estimated"]),
        "npv_billion_rial": None if candidates.npv is None else candidates.npv[place],
        "debt_rial": candidates.debt[place],
        "pinned": None if pinned is None else {"reason": pinned.reason, "by": pinned.by},
        "lot": None if lot is None else {"probability": lot.probability, "pool": lot.pool, "instead": ids[lot.instead]},
        **({"gain": None, "displaced": [], "leaving": []} if said is None else inside_document(said, ids)),
    }


def shown_chance(row: pd.Series) -> list[str]:
    """Columns of the chance that persons see: how far the unit itself may lie; a package of before has none of it."""
    unit = list(columns(Output.FEASIBILITY_UNIT))
    return unit if set(unit) <= set(row.index) else list(columns(Output.FEASIBILITY))


def _interval(name: str, drawn: Array) -> dict[str, float]:
    """Mean of the draws of a unit and the ends between which 80 % of them lie."""
    low, high = np.quantile(drawn, INTERVAL)
    return {f"{name}_low": float(low), name: float(drawn.mean()), f"{name}_high": float(high)}


def _options(found: Package, most: int = 10) -> list[int]:
    """Units that are out and that came in under other weights or effects, the surest first."""
    share = np.where(found.chosen, 0.0, found.robust.share)
    order = np.lexsort((np.arange(len(share)), -share))[:most]
    return [int(place) for place in order if share[place] > 0]


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _exact(value: Any) -> Any:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return None if pd.isna(value) else value


def _column(name: str, values: list[Any]) -> pd.Series:
    if all(isinstance(value, bool) for value in values):
        return pd.Series(values, dtype=bool)
    if any(isinstance(value, str) for value in values) or name in ("name", "estate", "deal_forms", "size", "origin"):
        return pd.Series(values, dtype="str")
    return pd.Series(values, dtype="float64")
