"""The table of rules: which field, measured how, means which barrier from which level on.

Every level is a named constant. *Assumed* marks one that has no published source yet; a planner may disagree with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.diagnosis.evidence import Evidence
from engine.diagnosis.joined import flags
from engine.domain.unit import Barrier, Field

STATED_SEVERITY: dict[Barrier, int] = {
    Barrier.SEIZED_BY_BANK: 3,  # the counterpart is the bank; 42 % of such units run (Iranian press, 1,793 units, 1400)
    Barrier.SHAREHOLDER_DISPUTE: 3,  # assumed: while shareholders quarrel nobody can sign
}
"""Severity of a cause that the register states."""
STATED_SEVERITY_OTHERWISE = 2  # assumed: it was enough to stop the unit, how hard it is to remove is not said

BANK_DEBT_LEVELS = (
    0.25,
    0.5,
    1.0,
)  # of the usual capital; .5 by analogy with the RBI's sickness line, the others assumed
PUBLIC_DEBT_LEVELS = (0.05, 0.15, 0.3)  # of the usual capital, tax and social security: assumed
WORKING_CAPITAL_LEVELS = (0.5, 0.8)  # of the usual capital: assumed
COURT_CASE_LEVELS = (1, 3, 6)  # cases: assumed
MACHINERY_AGE_LEVELS = (12, 20, 30)  # years; 20 is the renovation line of Iranian authorities, the others assumed

DEBT_CAUSES: dict[Barrier, Field] = {
    Barrier.BANK_DEBT: Field.BANK_DEBT_RIAL,
    Barrier.TAX_DEBT: Field.TAX_DEBT_RIAL,
    Barrier.SOCIAL_SECURITY_DEBT: Field.SOCIAL_SECURITY_DEBT_RIAL,
}
"""Causes that are debts, with the field that says how much is owed today."""

Measure = Callable[[pd.DataFrame, pd.Timestamp, pd.Series], pd.Series]
"""Units (n rows), the day of judgement and what a revival of their size usually takes (rial, shape (n,)) ->
float, shape (n,), missing where it cannot be judged."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to find one barrier.

    Parameters
    ----------
    evidence
        Name of the rule.
    barrier
        What it finds.
    fields
        What it reads; those that are empty are the reason when it cannot judge.
    measure
        The figure that is compared.
    levels
        ``(at least, severity)`` pairs, lowest first; below the first nothing is found.

    Examples
    --------
    >>> [rule.levels for rule in RULES if rule.evidence is Evidence.MACHINERY_AGE]
    [((12, 1), (20, 2), (30, 3))]
    """

    evidence: Evidence
    barrier: Barrier
    fields: tuple[Field, ...]
    measure: Measure
    levels: tuple[tuple[float, int], ...]


def stated_causes(units: pd.DataFrame) -> pd.DataFrame:
    """Causes of the stop that the register states, as flags.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        Shape (n, barriers without ``unknown``), bool.

    Examples
    --------
    >>> causes = stated_causes(pd.DataFrame({"stop_causes": ["bank_debt;utilities", "unknown"]}))
    >>> causes.sum(axis=1).tolist()
    [2, 0]
    """
    return flags(units[Field.STOP_CAUSES.value], [code for code in Barrier if code is not Barrier.UNKNOWN])


def standing_causes(units: pd.DataFrame) -> pd.DataFrame:
    """Stated causes without debts of which the record says that nothing is owed any more.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        As of `stated_causes`.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "stop_causes": ["bank_debt"] * 2, "bank_debt_rial": [0, None]}
    >>> standing_causes(unit_table(pd.DataFrame(rows)))["bank_debt"].tolist()
    [False, True]
    """
    causes = stated_causes(units)
    for barrier, field in DEBT_CAUSES.items():
        causes[barrier.value] &= ~units[field.value].eq(0).fillna(False).to_numpy(dtype=bool)
    return causes


def _number(field: Field) -> Measure:
    return lambda units, as_of, usual: units[field.value].astype("float64")


def _absent(field: Field) -> Measure:
    """1 where the field says "none" or "no", 0 where it says otherwise."""
    return lambda units, as_of, usual: (
        (units[field.value].astype("float64") == 0).astype("float64").where(units[field.value].notna())
    )


def _of_capital(field: Field) -> Measure:
    """Money against what a revival of that size usually takes: what is asked for makes no debt lighter."""

    def ratio(units: pd.DataFrame, as_of: pd.Timestamp, usual: pd.Series) -> pd.Series:
        money = units[field.value].astype("float64")
        return (money / usual).mask(money == 0, 0.0)

    return ratio


def _unweighed(field: Field) -> Measure:
    """1 where something is owed and no size is known to weigh it against."""

    def owed(units: pd.DataFrame, as_of: pd.Timestamp, usual: pd.Series) -> pd.Series:
        money = units[field.value].astype("float64")
        return ((money > 0) & ~(usual > 0)).astype("float64").where(money.notna())

    return owed


def _age(units: pd.DataFrame, as_of: pd.Timestamp, usual: pd.Series) -> pd.Series:
    years = as_of.year - units[Field.MACHINERY_YEAR.value].astype("float64")
    return years.where(years >= 0)


def _levels(limits: tuple[float, ...]) -> tuple[tuple[float, int], ...]:
    return tuple((limit, severity) for severity, limit in enumerate(limits, start=1))


def _debt_rules(field: Field, barrier: Barrier, limits: tuple[float, ...]) -> tuple[Rule, Rule]:
    size = Field.JOBS_BEFORE_STOP
    weighed, unweighed = Evidence(f"{barrier}_against_capital"), Evidence(f"{barrier}_unweighed")
    return (
        Rule(weighed, barrier, (field, size), _of_capital(field), _levels(limits)),
        Rule(unweighed, barrier, (field,), _unweighed(field), ((1, 1),)),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        Evidence.BANK_OWNS_UNIT,
        Barrier.SEIZED_BY_BANK,
        (Field.BANK_OWNED,),
        _number(Field.BANK_OWNED),
        ((1, 3),),
    ),
    *_debt_rules(Field.BANK_DEBT_RIAL, Barrier.BANK_DEBT, BANK_DEBT_LEVELS),
    *_debt_rules(Field.TAX_DEBT_RIAL, Barrier.TAX_DEBT, PUBLIC_DEBT_LEVELS),
    *_debt_rules(Field.SOCIAL_SECURITY_DEBT_RIAL, Barrier.SOCIAL_SECURITY_DEBT, PUBLIC_DEBT_LEVELS),
    Rule(
        Evidence.WORKING_CAPITAL_SHARE,
        Barrier.WORKING_CAPITAL,
        (Field.WORKING_CAPITAL_NEEDED_RIAL, Field.JOBS_BEFORE_STOP),
        _of_capital(Field.WORKING_CAPITAL_NEEDED_RIAL),
        _levels(WORKING_CAPITAL_LEVELS),
    ),
    Rule(
        Evidence.COURT_CASES,
        Barrier.LEGAL_DISPUTE,
        (Field.LITIGATION_COUNT,),
        _number(Field.LITIGATION_COUNT),
        _levels(COURT_CASE_LEVELS),
    ),
    Rule(
        # 30 % of West Azerbaijan's estate units had no deed (press, 1,324 of them had): common, and it can be mended
        Evidence.NO_TITLE_DEED,
        Barrier.LEGAL_DISPUTE,
        (Field.TITLE_DEED,),
        _absent(Field.TITLE_DEED),
        ((1, 1),),
    ),
    Rule(
        Evidence.MACHINERY_AGE,
        Barrier.MACHINERY_OBSOLETE,
        (Field.MACHINERY_YEAR,),
        _age,
        _levels(MACHINERY_AGE_LEVELS),
    ),
    Rule(Evidence.NO_POWER, Barrier.UTILITIES, (Field.POWER_KW,), _absent(Field.POWER_KW), ((1, 3),)),
    Rule(Evidence.NO_GAS, Barrier.UTILITIES, (Field.GAS_M3_PER_HOUR,), _absent(Field.GAS_M3_PER_HOUR), ((1, 1),)),
    Rule(Evidence.NO_WATER, Barrier.UTILITIES, (Field.WATER_L_PER_S,), _absent(Field.WATER_L_PER_S), ((1, 1),)),
)


def severity(rule: Rule, measured: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Severity that a rule gives to measured figures.

    Parameters
    ----------
    rule
        The rule.
    measured
        Float, shape (n,).

    Returns
    -------
    numpy.ndarray
        int8, shape (n,): 0 nothing found (also where nothing was measured), else 1..3.

    Examples
    --------
    >>> age = next(rule for rule in RULES if rule.evidence is Evidence.MACHINERY_AGE)
    >>> severity(age, pd.Series([11.0, 12.0, 40.0, float("nan")])).tolist()
    [0, 1, 3, 0]
    """
    limits = np.array([limit for limit, _ in rule.levels])
    grades = np.array([0, *(grade for _, grade in rule.levels)], dtype=np.int8)
    # a missing figure sorts above every limit
    place = np.where(measured.isna(), 0, np.searchsorted(limits, measured.to_numpy(dtype=float), side="right"))
    found: np.ndarray[tuple[int], np.dtype[np.int8]] = grades[place]
    return found
