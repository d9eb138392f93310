"""Who works in a unit, and who did. Promised jobs are no feature: a promise is not a job."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.domain.unit import Field
from features.arithmetic import log_of, ratio
from features.batch import Batch, Floats
from features.catalogue import Feature


def jobs_kept_share(batch: Batch) -> Floats:
    """Persons employed now for each employed before the stop, at most 1."""
    kept = ratio(batch.number(Field.JOBS_NOW.value), batch.number(Field.JOBS_BEFORE_STOP.value))
    return np.minimum(kept, 1.0)


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.JOBS_BEFORE_LOG: log_of(Field.JOBS_BEFORE_STOP),
    Feature.JOBS_NOW_LOG: log_of(Field.JOBS_NOW),
    Feature.JOBS_KEPT_SHARE: jobs_kept_share,
}
