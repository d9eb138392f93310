"""Run the rules over a table of units.

Three answers are given for each unit and rule: found (``diagnose``), could not judge (``unjudged``, with the fields
that were empty), and not found (neither).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.diagnosis.evidence import Evidence
from engine.diagnosis.joined import words_of
from engine.diagnosis.rules import (
    RULES,
    STATED_SEVERITY,
    STATED_SEVERITY_OTHERWISE,
    Rule,
    severity,
    standing_causes,
    stated_causes,
)
from engine.domain.unit import Barrier, Confidence, Field
from engine.domain.usual_capital import usual_capital


def diagnose(units: pd.DataFrame, *, as_of: pd.Timestamp, levels: pd.Series | None = None) -> pd.DataFrame:
    """Find the barriers of each unit.

    Parameters
    ----------
    units
        Unit table, shape (n, columns), as ``engine.domain.unit.unit_table`` makes it.
    as_of
        The day of judgement (the age of machinery counts to it).
    levels
        Price level of each Jalali year, as for `engine.domain.usual_capital.usual_capital`.

    Returns
    -------
    pandas.DataFrame
        One row per (unit, barrier) found, in the order of the units, then of ``Barrier``. Columns ``unit_id``,
        ``barrier``, ``severity`` (1 can be worked with, 2 must be answered in the plan, 3 must be removed first; the
        worst of the evidence), ``evidence`` (all that points to it, codes joined by ``;``) and ``confidence`` (of the
        record).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "stop_causes": ["bank_debt"], "machinery_year": [1990]}))
    >>> diagnose(units, as_of=pd.Timestamp("2026-01-01"))[["barrier", "severity", "evidence"]].values.tolist()
    [['bank_debt', 2, 'stated_cause'], ['machinery_obsolete', 3, 'machinery_age']]
    """
    graded = _graded(units, as_of, usual_capital(units, levels))
    pieces = [_of_one_barrier(barrier, graded[barrier]) for barrier in Barrier if barrier in graded]
    table = _in_order_of_units(pieces, units)
    confidence = units["confidence"].fillna(Confidence.MISSING.value).to_numpy()[table.pop("place")]
    return table.assign(confidence=confidence).astype({"severity": "int64", "confidence": "str"})


def unjudged(units: pd.DataFrame, *, as_of: pd.Timestamp, levels: pd.Series | None = None) -> pd.DataFrame:
    """Say what could not be judged, and for want of which fields.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    as_of
        The day of judgement.
    levels
        Price level of each Jalali year; those of the reference table where ``None``.

    Returns
    -------
    pandas.DataFrame
        One row per (unit, rule) that could not judge: columns ``unit_id``, ``barrier`` (what it would have found;
        ``unknown`` for causes that nobody stated), ``evidence`` (the rule) and ``missing`` (fields joined by ``;``).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "stop_causes": ["bank_debt"], "power_kw": [0]}))
    >>> rows = unjudged(units, as_of=pd.Timestamp("2026-01-01")).set_index("evidence")
    >>> "no_power" in rows.index, rows.loc["machinery_age", "missing"]
    (False, 'machinery_year')
    """
    usual = usual_capital(units, levels)
    pieces = [_nothing_stated(units), *(_blind(rule, units, as_of, usual) for rule in RULES)]
    return _in_order_of_units(pieces, units).drop(columns="place")


def barriers_of(found: pd.DataFrame, blind: pd.DataFrame) -> pd.DataFrame:
    """What acts have to remove: the barriers found, and of a unit without any that nobody knows what stopped it.

    Parameters
    ----------
    found
        As `diagnose` gives it.
    blind
        As `unjudged` gives it, of the same units on the same day.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, barrier``: those found as `diagnose` orders them, then ``unknown`` of the units that have none and
        state no cause.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "stop_causes": ["bank_debt", None]}))
    >>> day = pd.Timestamp("2026-01-01")
    >>> barriers_of(diagnose(units, as_of=day), unjudged(units, as_of=day)).values.tolist()
    [['a', 'bank_debt'], ['b', 'unknown']]
    """
    unknown = blind[(blind["barrier"] == Barrier.UNKNOWN.value) & ~blind["unit_id"].isin(found["unit_id"])]
    return pd.concat([found[["unit_id", "barrier"]], unknown[["unit_id", "barrier"]]], ignore_index=True)


_Graded = dict[str, np.ndarray]  # evidence -> severities, n of them, 0 = not found
_Piece = dict[str, np.ndarray]  # column -> values; "place" is the row in the unit table


def _graded(units: pd.DataFrame, as_of: pd.Timestamp, usual: pd.Series) -> dict[Barrier, _Graded]:
    stated = standing_causes(units)
    columns: dict[Barrier, _Graded] = {}
    for name in stated.columns:
        grade = STATED_SEVERITY.get(Barrier(name), STATED_SEVERITY_OTHERWISE)
        columns[Barrier(name)] = {Evidence.STATED_CAUSE.value: stated[name].to_numpy() * np.int8(grade)}
    for rule in RULES:
        columns[rule.barrier][rule.evidence.value] = severity(rule, rule.measure(units, as_of, usual))
    return columns


def _of_one_barrier(barrier: Barrier, graded: _Graded) -> _Piece:
    severities = np.column_stack(list(graded.values()))
    worst = severities.max(axis=1)
    place = np.flatnonzero(worst)
    return {
        "place": place,
        "barrier": np.full(len(place), barrier.value, dtype=object),
        "severity": worst[place],
        "evidence": words_of(severities[place] > 0, list(graded)),
    }


def _blind(rule: Rule, units: pd.DataFrame, as_of: pd.Timestamp, usual: pd.Series) -> _Piece:
    place = np.flatnonzero(rule.measure(units, as_of, usual).isna().to_numpy())
    names = [field.value for field in rule.fields]
    empty = np.column_stack([units[name].isna().to_numpy()[place] for name in names])
    # a figure that is there and still no use (0 former workers, a year to come) is as good as missing
    empty[~empty.any(axis=1), -1] = True
    return _blind_piece(place, rule.barrier, rule.evidence, words_of(empty, names))


def _nothing_stated(units: pd.DataFrame) -> _Piece:
    place = np.flatnonzero(~stated_causes(units).to_numpy().any(axis=1))
    missing = np.full(len(place), Field.STOP_CAUSES.value, dtype=object)
    return _blind_piece(place, Barrier.UNKNOWN, Evidence.STATED_CAUSE, missing)


def _blind_piece(place: np.ndarray, barrier: Barrier, evidence: Evidence, missing: np.ndarray) -> _Piece:
    return {
        "place": place,
        "barrier": np.full(len(place), barrier.value, dtype=object),
        "evidence": np.full(len(place), evidence.value, dtype=object),
        "missing": missing,
    }


def _in_order_of_units(pieces: list[_Piece], units: pd.DataFrame) -> pd.DataFrame:
    columns = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    order = np.argsort(columns["place"], kind="stable")
    table = pd.DataFrame({name: values[order] for name, values in columns.items()})
    table.insert(0, "unit_id", units.index.to_numpy()[table["place"].to_numpy()])
    words = {"unit_id", "barrier", "evidence", "missing"} & set(table.columns)
    return table.astype(dict.fromkeys(words, "str"))
