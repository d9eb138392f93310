"""What a unit may draw from the networks."""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.unit import Field
from features.arithmetic import log_of
from features.batch import Batch, Floats
from features.catalogue import Feature

COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.POWER_LOG: log_of(Field.POWER_KW),
    Feature.GAS_LOG: log_of(Field.GAS_M3_PER_HOUR),
    Feature.WATER_LOG: log_of(Field.WATER_L_PER_S),
}
