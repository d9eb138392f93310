"""What happened to a unit: age, idle years, earlier revivals and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from engine.domain.intervention import ServiceFamily
from engine.domain.standing import FIRST_LOOK
from engine.domain.unit import Barrier, Field, Status
from engine.reference.tables import table
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


def tried_log(batch: Batch) -> Floats:
    """Years since the first look at each unit, on a log scale; 0 where the log knows of none, NaN without a log.

    Examples
    --------
    >>> import pandas as pd
    >>> looks = pd.DataFrame({"first_look_on": pd.to_datetime(["2016-01-01", None])})
    >>> tried_log(Batch(looks, {}, pd.Timestamp("2025-01-01"))).round(2).tolist()
    [1.0, 0.0]
    """
    if FIRST_LOOK not in batch.units:
        return batch.number(FIRST_LOOK)
    return np.asarray(np.log10(1 + np.nan_to_num(batch.years_before(FIRST_LOOK))))


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
    Feature.TRIED_LOG: tried_log,
    **{feature: caused_by(families) for feature, families in CAUSE_FAMILIES.items()},
}
