"""Features in the measure that people read: logarithms taken back, money as the records state it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import FIELDS, Field
from features.batch import Floats
from features.schema import FeatureKind, FeatureSchema, FeatureSpec

_DIGITS = 6
_ONE_AND = "(1 + "
_OF_LOGS = {
    "cluster_units_log": "units",
    "county_population_log": "persons",
    "tried_log": "years",
    "capacity_tonnes_log": "tonnes a year",
}
"""Measure behind a logarithm of what no field states as a number."""


def plain_measure(spec: FeatureSpec) -> str:
    """Unit of measure of what :func:`readable_features` gives, ``flag`` for yes and no, empty for categories.

    Examples
    --------
    >>> from features.catalogue import FULL_SCHEMA
    >>> [plain_measure(one) for one in FULL_SCHEMA.subset(["land_log", "bank_debt_log", "idle_years"]).features]
    ['m2', 'rial', 'years']
    """
    if spec.kind is not FeatureKind.NUMBER:
        return "flag" if spec.kind is FeatureKind.FLAG else ""
    if not _logged(spec):
        return spec.measure
    return _OF_LOGS.get(spec.name) or FIELDS[Field(spec.sources[0])].measure


def readable_features(schema: FeatureSchema, matrix: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Features as people read them.

    Parameters
    ----------
    schema
        Of the matrix.
    matrix
        Shape (n, features).
    units
        Unit table with the rows of the matrix.

    Returns
    -------
    pandas.DataFrame
        Shape (n, features), in :func:`plain_measure`; NaN is "not known", and so is every category. Money is the sum
        of what the record states, in the record's own prices; the matrix holds it in those of the model.

    Examples
    --------
    >>> from features.catalogue import FULL_SCHEMA
    >>> schema = FULL_SCHEMA.subset(["jobs_before_log", "public_debt_log"])
    >>> matrix = pd.DataFrame({"jobs_before_log": [np.log10(21)], "public_debt_log": [0.3]})
    >>> units = pd.DataFrame({"tax_debt_rial": [2e9], "social_security_debt_rial": [np.nan]})
    >>> readable_features(schema, matrix, units).to_numpy().tolist()
    [[2000000000.0, 20.0]]
    """
    rows = units.loc[matrix.index]
    told = {spec.name: _plain(spec, matrix[spec.name].to_numpy(np.float64), rows) for spec in schema.features}
    return pd.DataFrame(told, index=matrix.index)


def _plain(spec: FeatureSpec, values: Floats, units: pd.DataFrame) -> Floats:
    if spec.kind is FeatureKind.CATEGORY:
        return np.full(len(values), np.nan)
    if not _logged(spec):
        return values
    if plain_measure(spec) == "rial":
        stated = units[[*spec.sources]].astype("float64").sum(axis=1, min_count=1).to_numpy()
        return np.where(np.isnan(values), np.nan, stated)
    return np.asarray(np.round(10**values - (_ONE_AND in spec.measure), _DIGITS))


def _logged(spec: FeatureSpec) -> bool:
    return spec.measure.startswith("log10(")
