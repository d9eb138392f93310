"""Plain rules that a model has to stand beside: liquidity only, and the four-criterion ABC(D) classes."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.diagnosis.joined import flags
from engine.domain.unit import Barrier

Floats = npt.NDArray[np.float64]

UNKNOWN = 0.5
"""What a criterion counts of which nothing is known, between met (1) and not met (0)."""

STRENGTH = 10.0
"""Outcomes that the overall rate counts for in the rate of a class (assumed)."""

FOLDS = 5
"""Folds of units: a rule's rates come from the others."""

OWNERSHIP = (Barrier.SEIZED_BY_BANK, Barrier.LEGAL_DISPUTE, Barrier.SHAREHOLDER_DISPUTE)
MARKET = (Barrier.MARKET_DEMAND, Barrier.IMPORTS_SMUGGLING, Barrier.RAW_MATERIAL, Barrier.MACHINERY_OBSOLETE)

LIQUIDITY, ABCD = "liquidity_only_probability", "abcd_probability"
"""Columns that the plain rules have in a judged table."""


class LiquidityClass(StrEnum):
    """Whether want of money is what stopped a unit."""

    ALONE = "alone"
    AMONG = "among"
    OTHER = "other"
    UNKNOWN = "unknown"


class AbcClass(StrEnum):
    """From A, which comes back by itself, to D, which does not."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"


def liquidity_only(units: pd.DataFrame) -> pd.Series:
    """The rule of revival programmes that lend working capital: want of money alone, among others, or no want of money.

    Parameters
    ----------
    units
        Unit table, shape (n, columns); reads ``stop_causes``.

    Returns
    -------
    pandas.Series
        ``LiquidityClass`` values, index of ``units``.

    Notes
    -----
    Some 57 % of 8,521 inactive units of estates stopped for want of money (iranstoneexpo.com, citing officials).

    Examples
    --------
    >>> liquidity_only(pd.DataFrame({"stop_causes": ["working_capital", "utilities;working_capital", "utilities", None]}
    ... ).astype("str")).tolist()
    ['alone', 'among', 'other', 'unknown']
    """
    causes = flags(units["stop_causes"], Barrier)
    known = causes.drop(columns=Barrier.UNKNOWN.value).sum(axis=1)
    money = causes[Barrier.WORKING_CAPITAL.value]
    chosen = np.select(
        [money & (known == 1), money, known > 0],
        [LiquidityClass.ALONE.value, LiquidityClass.AMONG.value, LiquidityClass.OTHER.value],
        default=LiquidityClass.UNKNOWN.value,
    )
    return pd.Series(chosen, index=units.index, dtype="str")


def abcd(units: pd.DataFrame) -> pd.Series:
    """Four criteria, three that papers tell and one that people judge, and a class by how many are met.

    The criteria: it stands in a serviced estate; power, gas or water is connected; ownership is uncomplicated (no
    seizure, no dispute, no court case, a deed where one is asked for); nothing is known to be wrong with market,
    material or machines. A criterion of which nothing is known counts half. A is 3 or more of 4, B 2, C 1, D less.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.Series
        ``AbcClass`` values, index of ``units``.

    Notes
    -----
    After the ABC(D) classes of the CABERNET network, judged by three objective criteria and one subjective one and
    verified three years later (doi:10.3390/su132011206). Which four are used here is our own choice (assumed): what
    TIMBRE's later checks found to matter (doi:10.2478/mgr-2013-0007) among the fields that a register has.

    Examples
    --------
    >>> table = pd.DataFrame({"estate": ["Urmia 1", None], "power_kw": [400.0, None], "gas_m3_per_hour": None,
    ...     "water_l_per_s": None, "title_deed": [True, None], "bank_owned": [False, True], "litigation_count": None,
    ...     "stop_causes": ["working_capital", "market_demand;seized_by_bank"]}, index=["u", "v"])
    >>> abcd(table).to_dict()
    {'u': 'a', 'v': 'c'}
    """
    causes = flags(units["stop_causes"], Barrier)
    stated = causes.drop(columns=Barrier.UNKNOWN.value).any(axis=1).to_numpy()
    estate = np.where(units["estate"].notna(), 1.0, UNKNOWN)
    supply = _columns(units, "power_kw", "gas_m3_per_hour", "water_l_per_s")
    connected = np.where((supply > 0).any(axis=1), 1.0, np.where((supply == 0).all(axis=1), 0.0, UNKNOWN))
    deed, bank, courts = _columns(units, "title_deed", "bank_owned", "litigation_count").T
    entangled = (deed == 0) | (bank == 1) | (courts > 0) | _any(causes, OWNERSHIP)
    clear = (deed == 1) | (bank == 0) | (courts == 0)
    owned = np.where(entangled, 0.0, np.where(clear, 1.0, UNKNOWN))
    market = np.where(_any(causes, MARKET), 0.0, np.where(stated, 1.0, UNKNOWN))
    met = estate + connected + owned + market
    chosen = np.select(
        [met >= 3, met >= 2, met >= 1], [AbcClass.A.value, AbcClass.B.value, AbcClass.C.value], AbcClass.D.value
    )
    return pd.Series(chosen, index=units.index, dtype="str")


def class_rates(label: Floats, classes: pd.Series, unit_id: pd.Series, weight: Floats) -> Floats:
    """What a rule says as a probability: the share of its class that came back, among units of other folds.

    Parameters
    ----------
    label, weight
        Shape (n,).
    classes, unit_id
        Shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,). The rate of the class among the units of the other ``FOLDS`` - 1 folds, drawn to their overall rate
        as if ``STRENGTH`` more of them were in the class. Leaving out one unit at a time would turn the order round:
        the rate of a class is lowest without one that came back.

    Examples
    --------
    The first unit's fold holds it and the sixth. Of the four others three are in its class, one of which came back; of
    all four two did: (1 + 10 / 2) / (3 + 10).

    >>> label, names = np.array([0.0, 1.0, 0.0, 0.0, 1.0, 1.0]), pd.Series(list("abcdef"))
    >>> rates = class_rates(label, pd.Series(["x", "x", "x", "x", "y", "x"]), names, np.ones(6))
    >>> round(float(rates[0]), 4), round(6 / 13, 4)
    (0.4615, 0.4615)
    """
    unit = pd.factorize(unit_id, sort=True)[0]
    code, names = pd.factorize(classes)
    fold = (unit % FOLDS).astype(np.intp)
    came, seen = np.zeros((FOLDS, len(names))), np.zeros((FOLDS, len(names)))
    np.add.at(came, (fold, code), weight * label)
    np.add.at(seen, (fold, code), weight)
    came, seen = came.sum(axis=0) - came, seen.sum(axis=0) - seen
    total = seen.sum(axis=1, keepdims=True)
    overall = np.divide(came.sum(axis=1, keepdims=True), total, out=np.full((FOLDS, 1), 0.5), where=total > 0)
    rates = (came + STRENGTH * overall) / (seen + STRENGTH)
    return np.asarray(rates[fold, code], dtype=np.float64)


def _columns(units: pd.DataFrame, *names: str) -> Floats:
    return np.column_stack([pd.to_numeric(units[name]).astype("float64").to_numpy(na_value=np.nan) for name in names])


def _any(causes: pd.DataFrame, wanted: tuple[Barrier, ...]) -> npt.NDArray[np.bool_]:
    return causes[[barrier.value for barrier in wanted]].any(axis=1).to_numpy()
