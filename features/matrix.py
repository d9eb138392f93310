"""From a unit table to the model matrix: one fit, one pure entry, the same code in training and in serving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from features import debt, equipment, history, location, sector, utilities, workforce
from features.batch import DIVISIONS, Batch, Floats
from features.catalogue import Feature
from features.places import counties
from features.schema import FeatureSchema

COLUMNS: Mapping[str, Callable[[Batch], Floats]] = {
    feature.value: column
    for family in (sector, location, equipment, debt, workforce, utilities, history)
    for feature, column in family.COLUMNS.items()
}
"""What computes each feature."""


def fit(units: pd.DataFrame, schema: FeatureSchema, *, as_of: pd.Timestamp) -> dict[str, Any]:
    """Learn the small tables that features look things up in.

    Parameters
    ----------
    units
        Unit table, shape (n, columns). Rows whose record is dated after ``as_of`` are left out.
    schema
        Features wanted.
    as_of
        The last day that may be known.

    Returns
    -------
    dict
        JSON-able. ``levels`` (category feature -> sorted names), ``county_units`` and ``county_division_units``
        (counts by ``Province/County`` and ``Province/County/division``), ``price_year`` (Jalali; the commonest, the
        later of equals; ``None`` where no record states one), ``medians`` (feature -> median of the known values,
        ``None`` where there are none, and for categories), ``units`` (rows used), ``as_of``, ``schema`` (digest).

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the schema names a feature that no family computes.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from features.catalogue import FULL_SCHEMA
    >>> rows = pd.DataFrame({"unit_id": ["a", "b"], "province": "West Azerbaijan", "county": ["Urmia", "Khoy"]})
    >>> fit(unit_table(rows), FULL_SCHEMA, as_of=pd.Timestamp("2025-01-01"))["levels"]["county_level"]
    ['West Azerbaijan/Khoy', 'West Azerbaijan/Urmia']
    """
    _check(schema)
    known = units
    if "as_of" in units:
        known = units[~(units["as_of"] > as_of)]
    batch = Batch(known, {}, as_of)
    fitted: dict[str, Any] = {
        "levels": _levels(batch),
        **_counts(batch),
        "price_year": _commonest(batch.number("price_year")),
        "units": len(known),
        "as_of": as_of.date().isoformat(),
        "schema": schema.digest,
    }
    return fitted | {"medians": _medians(matrix(known, schema, fitted, as_of=as_of), schema)}


def matrix(
    units: pd.DataFrame,
    schema: FeatureSchema | Mapping[str, Any],
    fitted: Mapping[str, Any],
    *,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Describe units to a model.

    Parameters
    ----------
    units
        Unit table, shape (n, columns); an absent column reads as missing. String columns may be categorical.
    schema
        The features wanted, or their plain form out of an artefact.
    fitted
        What :func:`fit` returned.
    as_of
        The day the features describe: dates after it are not known, gates opened after it do not count.

    Returns
    -------
    pandas.DataFrame
        Shape (n, features), float64, columns in the schema's order, index of ``units``, stored by columns. NaN is "not
        known". A row depends on its own unit and on ``fitted`` only, so any batch gives the same rows.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the schema names a feature that no family computes.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from features.catalogue import FULL_SCHEMA
    >>> day = pd.Timestamp("2025-01-01")
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["1030"], "stopped_on": ["2020-01-01"]}))
    >>> X = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=day), as_of=day)
    >>> X.loc["a", ["sector_food", "idle_years", "gate_km"]].round(2).tolist()
    [1.0, 5.0, nan]
    """
    if not isinstance(schema, FeatureSchema):
        schema = FeatureSchema.from_json(schema)
    _check(schema)
    batch = Batch(units, fitted, as_of)
    values = np.empty((len(units), len(schema.names)), order="F")
    for position, name in enumerate(schema.names):
        values[:, position] = COLUMNS[name](batch)
    return pd.DataFrame(values, index=units.index, columns=list(schema.names), copy=False)


def _check(schema: FeatureSchema) -> None:
    if unknown := [name for name in schema.names if name not in COLUMNS]:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=unknown, allowed=sorted(COLUMNS))


def _levels(batch: Batch) -> dict[str, list[str]]:
    provinces, keys = list(counties().province_numbers), counties().keys
    return {
        Feature.SECTOR_DIVISION.value: [f"{division:02d}" for division in _met(batch.divisions)],
        Feature.PROVINCE_LEVEL.value: sorted(provinces[number] for number in _met(batch.provinces)),
        Feature.COUNTY_LEVEL.value: sorted(keys[number] for number in _met(batch.counties)),
    }


def _counts(batch: Batch) -> dict[str, dict[str, int]]:
    keys = counties().keys
    placed = batch.counties >= 0
    both = placed & (batch.divisions >= 0)
    units = np.bincount(batch.counties[placed], minlength=len(keys))
    cells = np.bincount(batch.counties[both] * DIVISIONS + batch.divisions[both])
    return {
        "county_units": {keys[number]: int(units[number]) for number in np.flatnonzero(units)},
        "county_division_units": {
            f"{keys[cell // DIVISIONS]}/{cell % DIVISIONS:02d}": int(cells[cell]) for cell in np.flatnonzero(cells)
        },
    }


def _met(numbers: np.ndarray[Any, np.dtype[np.intp]]) -> list[int]:
    return [int(number) for number in np.unique(numbers) if number >= 0]


def _commonest(years: Floats) -> int | None:
    values, counts = np.unique(years[~np.isnan(years)], return_counts=True)
    return int(values[counts == counts.max()][-1]) if len(values) else None


def _medians(X: pd.DataFrame, schema: FeatureSchema) -> dict[str, float | None]:
    medians = X.median()
    numeric = {name: float(medians[name]) for name in schema.names if name not in schema.categories}
    return {name: None if np.isnan(numeric.get(name, np.nan)) else numeric[name] for name in schema.names}
