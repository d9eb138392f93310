"""What a feature is, and the ordered table of features that a model was made with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from engine.errors import EhyaError, ErrorCode


class FeatureKind(StrEnum):
    """How the numbers of a column are to be read."""

    NUMBER = "number"
    FLAG = "flag"  # 0 or 1
    CATEGORY = "category"  # index into the levels found by fit


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One feature: a column of the model matrix.

    Parameters
    ----------
    name
        Column of the matrix.
    family
        Family whose module computes it.
    kind
        How its numbers are to be read.
    measure
        Unit of measure, empty for flags and categories.
    meaning
        What it says, in English, for the data dictionary.
    missing
        What NaN says. A missing value is never hidden behind a zero, and no column tells that another is missing.
    sources
        Fields of the unit that it is computed from.
    sign
        Expected direction of its effect on feasibility: -1, 0 (none assumed) or 1. An assumption of the field, offered
        to training as a monotone constraint.
    """

    name: str
    family: str
    kind: FeatureKind
    measure: str
    meaning: str
    missing: str
    sources: tuple[str, ...]
    sign: int = 0


@dataclass(frozen=True)
class FeatureSchema:
    """An ordered table of features.

    Parameters
    ----------
    features
        In the order of the columns of the matrix; names are unique.

    Examples
    --------
    >>> spec = FeatureSpec("age_years", "history", FeatureKind.NUMBER, "years", "age", "not known", ("established_on",))
    >>> schema = FeatureSchema((spec,))
    >>> schema.names, FeatureSchema.from_json(schema.to_json()) == schema
    (('age_years',), True)
    """

    features: tuple[FeatureSpec, ...]

    def __post_init__(self) -> None:
        """Refuse a name that stands twice."""
        repeated = sorted({name for name in self.names if self.names.count(name) > 1})
        if repeated:
            raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=repeated)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(spec.name for spec in self.features)

    @cached_property
    def signs(self) -> tuple[int, ...]:
        """Expected directions, in the order of the columns."""
        return tuple(spec.sign for spec in self.features)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Names of the columns that hold indices of levels."""
        return tuple(spec.name for spec in self.features if spec.kind is FeatureKind.CATEGORY)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the JSON form: two schemas with one digest describe the same columns."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def subset(self, names: Iterable[str]) -> Self:
        """Only the named features, in this schema's order.

        Raises
        ------
        EhyaError
            ``schema_mismatch`` with the names that this schema does not have.
        """
        wanted = set(names)
        if unknown := sorted(wanted - set(self.names)):
            raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=unknown, allowed=list(self.names))
        return type(self)(tuple(spec for spec in self.features if spec.name in wanted))

    def to_json(self) -> dict[str, Any]:
        """Plain form for an artefact's JSON."""
        return {"features": [asdict(spec) | {"sources": list(spec.sources)} for spec in self.features]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read the plain form back.

        Raises
        ------
        EhyaError
            ``schema_mismatch`` when the document is not what :meth:`to_json` writes.
        """
        try:
            return cls(
                tuple(
                    FeatureSpec(**{**entry, "kind": FeatureKind(entry["kind"]), "sources": tuple(entry["sources"])})
                    for entry in document["features"]
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=str(error)) from error
