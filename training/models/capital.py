"""Stated capital is scale, not a dose: what a model may read beside it."""

from __future__ import annotations

from engine.domain.unit import Field
from features.catalogue import FULL_SCHEMA
from features.schema import FeatureSchema, FeatureSpec

CAPITAL = frozenset({Field.CAPITAL_NEEDED_RIAL.value, Field.WORKING_CAPITAL_NEEDED_RIAL.value})
"""Fields that state how much money is asked for. Who states more must not be told of more jobs: not of larger ones, and
not of likelier ones. Capital divides jobs in jobs per billion rial, and does nothing else."""


def rests_on_capital(spec: FeatureSpec) -> bool:
    """Whether a feature is computed from stated capital."""
    return bool(CAPITAL & set(spec.sources))


def without_capital(schema: FeatureSchema) -> FeatureSchema:
    """The schema less what rests on stated capital.

    Examples
    --------
    >>> from features.catalogue import FULL_SCHEMA
    >>> sorted(set(FULL_SCHEMA.names) - set(without_capital(FULL_SCHEMA).names))
    ['capital_needed_log', 'debt_to_capital']
    """
    return schema.subset(spec.name for spec in schema.features if not rests_on_capital(spec))


LEARNT = without_capital(FULL_SCHEMA)
"""What is learnt from: everything that is described but stated capital (decision 0010)."""
