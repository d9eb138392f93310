"""What a register's log holds for learning on a day: landmarks, folds by time, weights of who was approached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from training.cohort.landmarks import Described, Followed, describe, labelled
from training.evaluation.judged_table import LEAST_OUTCOMES
from training.models.capital import LEARNT
from training.propensity.correction import approach_weights


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """What is learnt from, on a day.

    Parameters
    ----------
    units, events
        Of the origin, as known on the day.
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
    described: Described
    seen: Followed
    weights: pd.Series | None
    approached: dict[str, Any]


def ground(register: Register, *, as_of: pd.Timestamp, origin: str, random_state: int = 0) -> Ground | None:
    """Read what can be learnt from a register.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    as_of
        The last day whose facts may be seen.
    origin
        Only units of this origin are learnt from.
    random_state
        Seed of the weights.

    Returns
    -------
    Ground or None
        ``None`` when fewer than ``LEAST_OUTCOMES`` units have an event.

    Raises
    ------
    EhyaError
        ``unknown_option`` for an origin that there is none of.
    """
    check_origin(origin)
    as_of = pd.Timestamp(as_of).as_unit("s")
    key = (register.revision(), *register.counts().values(), as_of, origin, random_state)
    last = _LAST.get(register)
    if last is None or last[0] != key:
        last = key, _read(register, as_of=as_of, origin=origin, random_state=random_state)
        _LAST[register] = last
    return last[1]


_LAST: WeakKeyDictionary[Register, tuple[tuple[Any, ...], Ground | None]] = WeakKeyDictionary()
"""The ground that was read last of each open register. It is asked for its units on every quarter, which takes longer
than fitting a learner to them; whoever tries several learners on a day reads it once. Nobody changes its tables."""


def _read(register: Register, *, as_of: pd.Timestamp, origin: str, random_state: int) -> Ground | None:
    units, events = register.units(known_by=as_of), register.events(known_by=as_of)
    chosen = units[units["origin"] == origin]
    log = events[events["unit_id"].isin(chosen.index)]
    if log["unit_id"].nunique() < LEAST_OUTCOMES:
        return None
    described = describe(units_at(register, origin), log, LEARNT, as_of=as_of)
    weights, approached = approach_weights(register, log, origin, as_of=as_of, random_state=random_state)
    return Ground(chosen, log, described, labelled(described, log, as_of=as_of), weights, approached)


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


def units_at(register: Register, origin: str) -> Callable[[pd.Timestamp], pd.DataFrame]:
    """Units of an origin as the register knew them at the end of a day."""
    return lambda day: register.units({"origin": origin}, known_by=day)
