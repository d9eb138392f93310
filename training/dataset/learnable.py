"""What a log holds for learning on a day: landmarks with what came of them, and weights of who was approached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from training.cohort.landmarks import Described, Followed


@dataclass(frozen=True, eq=False, slots=True)
class Learnable:
    """What is learnt from, on a day.

    Parameters
    ----------
    units, events
        Of the origin, as known on the day.
    everything
        Event table of all origins.
    described
        Units on their landmarks.
    seen
        Landmarks with what came of them.
    weights
        Weight of each approached unit; ``None`` where nearly nobody or nearly everybody was approached.
    approached
        What was found of who is approached, plain values.
    """

    units: pd.DataFrame
    events: pd.DataFrame
    everything: pd.DataFrame
    described: Described
    seen: Followed
    weights: pd.Series | None
    approached: dict[str, Any]


def check_origin(origin: str) -> None:
    """Refuse an origin that there is none of.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    allowed = [Origin.REGISTER.value, Origin.SYNTHETIC.value]
    if origin not in allowed:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--origin", given=origin, allowed=allowed)
