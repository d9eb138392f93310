"""What a province's register tells the country of its outcomes: effects with their errors, never a row."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.reference.tables import table
from engine.scoring.belief import Standing, stand
from engine.store import Register
from features import fit, matrix
from training.cohort.press_sample import ripe_units
from training.dataset.learnable import check_origin
from training.models.belief import belief_columns, widened_slopes
from training.models.press import DESCRIBED
from training.models.province_effects import LEAST_OF_A_FIGURE, contribution
from training.priors.pool_files import ProvinceSummary, ToldEffect, table_digest
from training.priors.prior_effects import Slopes, slopes

Floats = npt.NDArray[np.float64]

ROUNDED_TO = 5
"""Counts leave rounded down to a multiple of this."""

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Summarised:
    """A summary that may leave, and by which it will be remembered.

    Parameters
    ----------
    summary
        What leaves.
    units
        Digest of each unit's id -> digest of what is known of it; stays in the workspace.
    """

    summary: ProvinceSummary
    units: dict[str, str]


def province_summary(register: Register, *, province: str, as_of: pd.Timestamp, origin: str, told: Path) -> Summarised:
    """Summarise what ripe outcomes of a province say of effects on restarts.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    province
        English name; only its units speak.
    as_of
        The last day whose facts may be seen.
    origin
        Whose outcomes: ``register`` or, only when somebody says so, ``synthetic``.
    told
        File of the workspace that remembers which units earlier summaries spoke of (:func:`remember`).

    Raises
    ------
    EhyaError
        ``pool_too_few`` when fewer than ten units restarted, or fewer than ten did not; ``pool_too_alike`` when fewer
        than ten units differ from those of an earlier summary, since the difference of the two would tell of them;
        ``unknown_option`` for an origin that there is none of.
    """
    check_origin(origin)
    belief, described, label = _outcomes(register, province, pd.Timestamp(as_of).as_unit("s"), origin)
    digests = _digests(described.matrix, label)
    if (alike := _least_difference(digests, told, province, origin)) is not None:
        raise EhyaError(ErrorCode.POOL_TOO_ALIKE, given=alike[0], day=alike[1], allowed=LEAST_OF_A_FIGURE)
    found = summary_of(belief, described.seen, label, province=province, as_of=as_of, origin=origin)
    return Summarised(found, digests)


def remember(made: Summarised, told: Path) -> None:
    """Note which units a summary that leaves has spoken of: digests, no ids.

    Parameters
    ----------
    made
        What :func:`province_summary` gave.
    told
        File of the workspace.

    Raises
    ------
    EhyaError
        ``file_not_written``; ``file_unreadable`` when what is there was damaged.
    """
    one, before = made.summary, _told(told)
    entry = {
        "province": one.province,
        "origin": one.origin,
        "as_of": one.as_of.isoformat(),
        "units": made.units,
    }
    with replacing(told, private=True) as beside:
        beside.write_text(json.dumps([*before, entry], indent=1), encoding="utf-8")


def summary_of(
    belief: Slopes, seen: Standing, label: Floats, *, province: str, as_of: pd.Timestamp, origin: str
) -> ProvinceSummary:
    """The same of units that stand in no register.

    Parameters
    ----------
    belief
        The table's slopes of restarts over the columns of ``seen``.
    seen
        Units with a ripe outcome.
    label
        Shape (n,), 1 restarted, 0 not.
    province, as_of, origin
        Those of :func:`province_summary`.
    """
    _refuse_few(label, province)
    said = contribution(belief, seen, label)
    read = np.diag(belief.covariance) > 0
    names = np.array(belief.features)
    return ProvinceSummary(
        province=province,
        origin=origin,
        as_of=as_of.date(),
        table=table_digest(),
        outcomes=_rounded(len(label)),
        restarted=_rounded(int(label.sum())),
        least=LEAST_OF_A_FIGURE,
        effects=tuple(
            ToldEffect(feature=names[at], estimate=round(said.estimate[at], _DIGITS), error=_short(said.error[at]))
            for at in np.flatnonzero(read & ~np.isnan(said.estimate) & (abs(said.estimate) < _FAR))
        ),
        withheld=tuple(names[read & said.few]),
    )


_FAR = 50.0
"""Beyond it an estimate has no bearing: hardly anything was added to the belief."""


@dataclass(frozen=True, slots=True)
class _Described:
    matrix: pd.DataFrame
    seen: Standing


def _outcomes(register: Register, province: str, day: pd.Timestamp, origin: str) -> tuple[Slopes, _Described, Floats]:
    units, events = register.units(known_by=day), register.events(known_by=day)
    own = units[(units["province"] == province) & (units["origin"] == origin)]
    known = events[(events["known_on"] <= day) & (events["happened_on"] <= day)]
    ripe, outcomes = ripe_units(own, known, as_of=day)
    label = outcomes["restarted"].to_numpy(np.float64)
    _refuse_few(label, province)
    rows, fitted = table("effects"), fit(own, DESCRIBED, as_of=day)
    described = belief_columns(rows, matrix(own, DESCRIBED, fitted, as_of=day))
    X = matrix(ripe, DESCRIBED, fitted, as_of=day)
    return widened_slopes(slopes(rows, "restart"), described), _Described(X, stand(described, X)), label


def _refuse_few(label: Floats, province: str) -> None:
    restarted = int(label.sum())
    if min(restarted, len(label) - restarted) < LEAST_OF_A_FIGURE:
        raise EhyaError(
            ErrorCode.POOL_TOO_FEW, given=len(label), restarted=restarted, province=province, allowed=LEAST_OF_A_FIGURE
        )


def _digests(described: pd.DataFrame, label: Floats) -> dict[str, str]:
    """Digest of each unit's id -> digest of what is known of it."""
    rows = pd.util.hash_pandas_object(described.assign(label=label), index=False)
    return {_digest(unit): f"{value:016x}" for unit, value in zip(described.index, rows, strict=True)}


def _digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()[:16]


def _least_difference(units: dict[str, str], told: Path, province: str, origin: str) -> tuple[int, str] | None:
    """Fewest units by which an earlier summary differs, with its day, where they are too few and not none."""
    for earlier in _told(told):
        if (earlier["province"], earlier["origin"]) != (province, origin):
            continue
        before = earlier["units"]
        differ = sum(before.get(unit) != units.get(unit) for unit in before.keys() | units.keys())
        if 0 < differ < LEAST_OF_A_FIGURE:
            return differ, str(earlier["as_of"])
    return None


def _told(path: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(path.read_text("utf-8"))) if path.is_file() else []
    except (OSError, ValueError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(path)) from error


def _rounded(count: int) -> int:
    return count - count % ROUNDED_TO


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
