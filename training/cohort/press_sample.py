"""What a training sees: units as they were on their own day, and what was known to have come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.domain.reported import REVIVED
from engine.domain.standing import DURABLE_MONTHS, ENDS, HALF_CAPACITY
from engine.domain.unit import Origin, Status

HORIZON_MONTHS = 24
"""A register unit's outcome is ripe when this much time has passed since its landmark."""

DAYS_OF_MONTH = 30.4375

NO_PROVINCE = "-"


@dataclass(frozen=True, slots=True)
class Sample:
    """Units with known outcomes.

    Parameters
    ----------
    units
        Unit table, shape (n, columns), each unit as it was at its own landmark; ``as_of`` is the training's day for all
        of them, so that idle time is not carried beyond the landmark.
    label
        Shape (n,): 1 revived, 0 not.
    register
        Shape (n,): sampled from the register (and not by the press).
    group
        Shape (n,): province, the unit of cross-validation.
    jobs
        Shape (n,), persons: direct jobs reported for revived units, else NaN.
    waiting
        Register units whose outcome is not ripe or was not observed: silence is neither success nor failure.
    durable
        Restarts old enough and observed, by province: (at half capacity or more, below).
    origin
        Shape (n,), day of the report or landmark; NaT where a page has no date.
    """

    units: pd.DataFrame
    label: npt.NDArray[np.float64]
    register: npt.NDArray[np.bool_]
    group: npt.NDArray[np.str_]
    jobs: npt.NDArray[np.float64]
    waiting: int = 0
    durable: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    origin: npt.NDArray[np.datetime64] | None = None

    def __len__(self) -> int:
        return len(self.units)


def sample(reported: pd.DataFrame, units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> Sample:
    """Join what the press reported with what the register knows by ``as_of``.

    Parameters
    ----------
    reported
        Unit table with outcome columns (``engine.domain.reported.reported_units``).
    units
        Unit table of the register; reported and synthetic records in it are left out.
    events
        Columns ``unit_id, kind, happened_on, known_on, capacity_share``. An event known after ``as_of`` changes
        nothing.
    as_of
        Day of the training.

    Returns
    -------
    Sample
        Press units first. A register unit joins when ``HORIZON_MONTHS`` have passed since its landmark (its first
        event, or the day of its record if that is earlier) and its outcome is known: it restarted within them, it ended
        for good within them, or a later event found it not restarted.
    """
    press = _press(reported, as_of)
    known = events[(events["known_on"] <= as_of) & (events["happened_on"] <= as_of)]
    own = units[units["origin"] == Origin.REGISTER.value] if len(units) else units
    joined, outcomes = ripe_units(own, known, as_of=as_of)
    return Sample(
        units=pd.concat([press, joined.reindex(columns=press.columns).astype(press.dtypes)]),
        label=np.concatenate([press["reported_status"].isin(REVIVED), outcomes["restarted"]]).astype(np.float64),
        register=np.repeat([False, True], [len(press), len(joined)]),
        group=np.concatenate([_province(press), _province(joined)]),
        jobs=np.concatenate([_jobs(press), np.full(len(joined), np.nan)]),
        waiting=int(known["unit_id"].isin(own.index).groupby(known["unit_id"]).any().sum()) - len(joined),
        durable=_by_province(durable_restarts(known[known["unit_id"].isin(own.index)], as_of=as_of), own),
        origin=np.concatenate(
            [
                reported.loc[press.index, "as_of"].to_numpy("datetime64[s]"),
                outcomes["landmark"].to_numpy("datetime64[s]"),
            ]
        ),
    )


def ripe_units(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Register units whose outcome may be learnt from, each as it was at its landmark, and their outcomes.

    Parameters
    ----------
    units, events, as_of
        Those of ``ripe_outcomes``.

    Returns
    -------
    units, outcomes
        Unit table, and what ``ripe_outcomes`` gives, with the same index.
    """
    outcomes = ripe_outcomes(units, events, as_of=as_of)
    return _at_landmark(units.loc[outcomes.index], outcomes["landmark"], as_of), outcomes


def ripe_outcomes(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Outcomes of register units that may be learnt from.

    Parameters
    ----------
    units
        Unit table of the register.
    events
        Events already known by ``as_of``.
    as_of
        Day of the training.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``, columns ``landmark`` (timestamp) and ``restarted`` (bool): ripe and known outcomes only.
    """
    mine = events[events["unit_id"].isin(units.index)]
    first = mine.groupby("unit_id")["happened_on"].min()
    landmark = pd.concat([first, units["as_of"].reindex(first.index)], axis=1).min(axis=1)
    end = landmark + pd.DateOffset(months=HORIZON_MONTHS)
    restart = _first(mine, (OutcomeKind.RESTARTED.value,)).reindex(first.index)
    ended = _first(mine, ENDS).reindex(first.index)
    last = mine.groupby("unit_id")["happened_on"].max()
    restarted = restart.le(end) & ~ended.lt(restart)
    known = restarted | ended.le(end) | last.ge(end)
    frame = pd.DataFrame({"landmark": landmark, "restarted": restarted})
    return frame[known & end.le(as_of)].sort_index()


def durable_restarts(events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.Series:
    """Restarts at least twelve months old with an observed capacity: index ``unit_id``, whether at half of it or more.

    Parameters
    ----------
    events
        Events already known by ``as_of``.
    as_of
        Day of the training.
    """
    restart = _first(events, (OutcomeKind.RESTARTED.value,))
    month_12 = restart + pd.DateOffset(months=DURABLE_MONTHS)
    month_12 = month_12[month_12 <= as_of]
    seen = events[(events["kind"] == OutcomeKind.OBSERVED.value) & events["capacity_share"].notna()]
    due = month_12.reindex(seen["unit_id"]).to_numpy()
    seen = seen[seen["happened_on"].to_numpy() >= due].sort_values("happened_on")
    share = seen.groupby("unit_id")["capacity_share"].first()
    stopped = _first(events, (OutcomeKind.STOPPED_AGAIN.value,)).reindex(month_12.index)
    fallen = stopped[stopped.le(month_12)].index
    held = share.drop(fallen, errors="ignore").ge(HALF_CAPACITY)
    return pd.concat([held, pd.Series(False, index=fallen)]).astype(bool)


def _by_province(held: pd.Series, units: pd.DataFrame) -> dict[str, tuple[int, int]]:
    province = _province(units.loc[held.index])
    return {
        str(name): (int(mine.sum()), int((~mine).sum()))
        for name in np.unique(province)
        for mine in [held.to_numpy()[province == name]]
    }


def _first(events: pd.DataFrame, kinds: tuple[str, ...]) -> pd.Series:
    return events[events["kind"].isin(kinds)].groupby("unit_id")["happened_on"].min()


def _press(reported: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    early = reported["as_of"].isna() | (reported["as_of"] <= as_of)
    return reported[early].assign(as_of=as_of.as_unit("s"))


def _at_landmark(units: pd.DataFrame, landmark: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    since_stop = (landmark - units["stopped_on"]).dt.days / DAYS_OF_MONTH
    # A record may be younger than the landmark: what a unit stood idle since then would tell that it stayed idle.
    carried = units["idle_months"] + ((landmark - units["as_of"]).dt.days / DAYS_OF_MONTH).fillna(0)
    months = since_stop.where(units["stopped_on"].notna(), carried)
    return units.assign(
        status=Status.IDLE.value,
        stopped_on=pd.Series(pd.NaT, index=units.index, dtype="datetime64[s]"),
        idle_months=months.where(months >= 0),
        as_of=as_of.as_unit("s"),
    )


def _province(units: pd.DataFrame) -> npt.NDArray[np.str_]:
    return units["province"].fillna(NO_PROVINCE).to_numpy(dtype=np.str_)


def _jobs(press: pd.DataFrame) -> npt.NDArray[np.float64]:
    jobs = press["reported_jobs_direct"].astype("float64")
    reported = jobs.where(press["reported_status"].isin(REVIVED) & (jobs > 0))
    return np.asarray(reported, dtype=np.float64)
