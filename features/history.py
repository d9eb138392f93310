"""What happened to a unit: age, idle years, earlier revivals and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from engine.domain.intervention import ServiceFamily
from engine.domain.unit import Barrier, Field, Status
from engine.reference import table
from features.arithmetic import stated
from features.batch import Batch, Floats
from features.catalogue import Feature

CAUSE_FAMILIES: dict[Feature, frozenset[str]] = {
    Feature.CAUSE_FINANCIAL: frozenset({ServiceFamily.FINANCIAL}),
    Feature.CAUSE_LEGAL: frozenset({ServiceFamily.LEGAL}),
    Feature.CAUSE_MARKET: frozenset({ServiceFamily.MARKETING}),
    Feature.CAUSE_TECHNICAL: frozenset(
        {ServiceFamily.PRODUCT_TECHNOLOGY, ServiceFamily.INFRASTRUCTURE, ServiceFamily.MANAGEMENT}
    ),
}
"""Families of barriers (reference table ``barriers``) that each cause feature gathers."""


def idle_years(batch: Batch) -> Floats:
    """Years without work at ``as_of``."""
    return batch.idle_years()


def age_years(batch: Batch) -> Floats:
    """Years since establishment at ``as_of``."""
    return batch.years_before(Field.ESTABLISHED_ON.value)


def semi_active(batch: Batch) -> Floats:
    """1 for a semi-active unit, 0 for an idle one."""
    flags = {Status.SEMI_ACTIVE.value: 1.0, Status.IDLE.value: 0.0}
    return batch.lookup(Field.STATUS.value, lambda status: flags.get(status, np.nan))


def caused_by(families: frozenset[str]) -> Callable[[Batch], Floats]:
    """Make the feature that says whether a cause of these families is among the stated ones.

    Examples
    --------
    >>> import pandas as pd
    >>> units = pd.DataFrame({"stop_causes": ["bank_debt;utilities", "utilities", "unknown", None]})
    >>> caused_by(CAUSE_FAMILIES[Feature.CAUSE_FINANCIAL])(Batch(units, {}, pd.Timestamp("2025-01-01"))).tolist()
    [1.0, 0.0, nan, nan]
    """

    def meaning(joined: str) -> float:
        causes = set(joined.split(";")) & set(_family_of_barrier()) - {Barrier.UNKNOWN.value}
        return float(any(_family_of_barrier()[cause] in families for cause in causes)) if causes else np.nan

    def column(batch: Batch) -> Floats:
        return batch.lookup(Field.STOP_CAUSES.value, meaning)

    return column


@cache
def _family_of_barrier() -> dict[str, str]:
    return dict(table("barriers").set_index("barrier")["family"])


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.IDLE_YEARS: idle_years,
    Feature.AGE_YEARS: age_years,
    Feature.REVIVALS_BEFORE: stated(Field.PRIOR_REVIVALS),
    Feature.EXPORTED_SHARE: stated(Field.EXPORT_SHARE),
    Feature.SEMI_ACTIVE: semi_active,
    **{feature: caused_by(families) for feature, families in CAUSE_FAMILIES.items()},
}
