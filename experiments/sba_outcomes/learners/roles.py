"""What the columns of a table are for, and how its numbers are made ready for a learner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.preprocessing import StandardScaler

from engine.errors import EhyaError, ErrorCode
from experiments.sba_outcomes.learners.encoding import Path
from features.schema import FeatureSchema

Floats = npt.NDArray[np.float64]

LEAST_KNOWN = 0.05
"""A number that fewer of the rows state says when they were written down, not what they are: it is left out."""

FAR = 4.0
"""Standard deviations at which the regressions stop believing a number: a flag that is rarely set, or a sum that is
suddenly a thousand times larger, would else speak with a weight that no penalty holds."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What the columns of a table are for.

    Parameters
    ----------
    numbers
        Columns of numbers and flags, NaN where not known.
    paths
        Nested categories to encode; the columns hold strings.
    crossed
        Columns of categories that the ridge regression knows one by one.
    words
        Columns of names that it knows by their words as well, so that an unseen name is not wholly strange.
    """

    numbers: tuple[str, ...]
    paths: tuple[Path, ...]
    crossed: tuple[str, ...]
    words: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        schema: FeatureSchema,
        *,
        paths: tuple[Path, ...],
        crossed: tuple[str, ...],
        words: tuple[str, ...] = (),
    ) -> Roles:
        """Roles of a schema's columns: all numbers and flags, and the categories as told.

        Raises
        ------
        EhyaError
            ``schema_mismatch`` with the names that are no categories of the schema.

        Examples
        --------
        >>> from features.schema import FeatureKind, FeatureSpec
        >>> kinds = {"size": FeatureKind.NUMBER, "county": FeatureKind.CATEGORY}
        >>> specs = [FeatureSpec(name, "unit", kind, "", name, "not known", (name,)) for name, kind in kinds.items()]
        >>> Roles.of(FeatureSchema(tuple(specs)), paths=(), crossed=("county",)).numbers
        ('size',)
        """
        named = {*crossed, *words, *(level for path in paths for level in path.levels)}
        if unknown := sorted(named - set(schema.categories)):
            raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=unknown, allowed=list(schema.categories))
        return cls(tuple(name for name in schema.names if name not in schema.categories), paths, crossed, words)


@dataclass(frozen=True)
class Numbers:
    """Columns of numbers, and what stands in for a number that is not known.

    Parameters
    ----------
    names
        Columns.
    means
        Shape (columns,), weighted mean of the known values.
    used
        Shape (columns,): whether enough values were known; the others stand at their mean.
    """

    names: tuple[str, ...]
    means: Floats
    used: npt.NDArray[np.bool_]

    def design(self, table: pd.DataFrame, years: Floats) -> Floats:
        """Numbers and time, shape (n, columns + 1), none missing."""
        values = table[list(self.names)].to_numpy(np.float64)
        return np.column_stack([np.where(np.isnan(values) | ~self.used, self.means, values), years])


def fit_numbers(table: pd.DataFrame, weights: Floats, roles: Roles) -> Numbers:
    """Find what stands in for unknown numbers: the weighted mean of the known ones, zero where none is known.

    Returns
    -------
    Numbers
        Columns of which less than ``LEAST_KNOWN`` is known are not used.

    Examples
    --------
    >>> known = pd.DataFrame({"size": [1.0, 4.0, np.nan], "age": np.nan})
    >>> numbers = fit_numbers(known, np.array([2.0, 1.0, 1.0]), Roles(("size", "age"), (), ()))
    >>> numbers.design(known, np.zeros(3)).tolist()
    [[1.0, 0.0, 0.0], [4.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
    """
    values = table[list(roles.numbers)].to_numpy(np.float64)
    heavy = np.where(np.isnan(values), 0.0, weights[:, None])
    total = heavy.sum(axis=0)
    sums = (heavy * np.nan_to_num(values)).sum(axis=0)
    means = np.divide(sums, total, out=np.zeros(len(total)), where=total > 0)
    return Numbers(roles.numbers, means, total >= LEAST_KNOWN * weights.sum())


def scaled(scaler: StandardScaler, design: Floats) -> Floats:
    """Standard scores, no further than ``FAR`` from zero."""
    return np.asarray(np.clip(scaler.transform(design), -FAR, FAR))
