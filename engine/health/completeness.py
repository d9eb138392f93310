"""How complete a record is, and whether it is complete enough to be shown to an investor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.domain.unit import FIELDS, Barrier, Field, Status

WEIGHTS: dict[Field, int] = {
    Field.ISIC: 3,
    Field.COUNTY: 3,
    Field.STATUS: 3,
    Field.IDLE_MONTHS: 3,  # or the date of the stop
    Field.JOBS_BEFORE_STOP: 2,
    Field.CAPITAL_NEEDED_RIAL: 2,
    Field.JOBS_NOW: 1,
    Field.STOP_CAUSES: 1,
    Field.BANK_DEBT_RIAL: 1,
    Field.BANK_OWNED: 1,
    Field.TITLE_DEED: 1,
    Field.LITIGATION_COUNT: 1,
    Field.MACHINERY_YEAR: 1,
    Field.POWER_KW: 1,
    Field.LAND_M2: 1,
    Field.DEAL_FORMS: 1,
}
"""How much scoring needs a field. 3: without it there is no prediction (`engine.domain.scorable`); 2: the size that
jobs and jobs per billion rial are counted in; 1: a barrier, a criterion of the score or a usual limit of an investor
rests on it. That these stand 3 : 2 : 1 is assumed."""

PUBLISHABLE = 0.65
"""Completeness in public fields from which a record is shown to investors: all that a prediction needs, one size and
a field more (15 of 23), or as much in other fields. Assumed; that interest follows completeness is what the India
Investment Grid tells its sellers (https://indiainvestmentgrid.gov.in/faqs)."""

_SAYS_NOTHING = {Field.STATUS: Status.UNKNOWN.value, Field.STOP_CAUSES: Barrier.UNKNOWN.value}


def known_fields(units: pd.DataFrame) -> pd.DataFrame:
    """Which of the weighed fields are known.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        bool, shape (n, len(WEIGHTS)). ``idle_months`` is known where a duration or the date of the stop is; a status or
        a cause that reads ``unknown`` is not.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "stopped_on": ["2020-01-01"], "status": ["unknown"]}))
    >>> known_fields(units)[["idle_months", "status"]].values.tolist()
    [[True, False]]
    """
    found = units[[field.value for field in WEIGHTS]].notna()
    found[Field.IDLE_MONTHS.value] |= units[Field.STOPPED_ON.value].notna()
    for field, nothing in _SAYS_NOTHING.items():
        found[field.value] &= units[field.value].ne(nothing).fillna(False).astype(bool)
    return found


def completeness(units: pd.DataFrame) -> pd.Series:
    """Share of what scoring needs of a record that is known, each field by its weight in ``WEIGHTS``.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.Series
        Share, 0..1, shape (n,).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "jobs_before_stop": [40]}))
    >>> completeness(units).round(3).tolist()  # 5 of 26
    [0.192]
    """
    return _share(units, WEIGHTS).rename("completeness")


def public_completeness(units: pd.DataFrame) -> pd.Series:
    """The same share over the public fields alone: who may be shown must not depend on what an investor may not see.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.Series
        Share, 0..1, shape (n,).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "bank_debt_rial": [5]}))
    >>> public_completeness(units).round(3).tolist()  # 3 of 23
    [0.13]
    """
    weights = {field: weight for field, weight in WEIGHTS.items() if FIELDS[field].public}
    return _share(units, weights).rename("public_completeness")


def _share(units: pd.DataFrame, weights: Mapping[Field, int]) -> pd.Series:
    weight = np.array(list(weights.values()), dtype=np.float64)
    found = known_fields(units)[[field.value for field in weights]].to_numpy(dtype=np.float64)
    return pd.Series(found @ weight / weight.sum(), index=units.index)


def publishable(units: pd.DataFrame, *, threshold: float = PUBLISHABLE) -> pd.Series:
    """Which records are complete enough to be shown to investors.

    Parameters
    ----------
    units
        Unit table, or an appraisal table with its column ``public_completeness``; shape (n, columns).
    threshold
        Least completeness in public fields, 0..1.

    Returns
    -------
    pandas.Series
        bool, shape (n,).

    Raises
    ------
    ValueError
        When ``threshold`` is no share.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"]}))
    >>> publishable(units).tolist(), publishable(units, threshold=0.1).tolist()
    ([False], [True])
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be a share of 0 to 1, not {threshold}")
    name = "public_completeness"
    share = units[name] if name in units.columns else public_completeness(units)
    # A sum of weights that equals the threshold must not fail by the last bit of a division.
    return (share >= threshold - 1e-12).rename("publishable")
