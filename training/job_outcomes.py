"""What a register has counted: direct jobs of units that came back, once twelve months have passed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.dates import Precision
from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Status
from engine.errors import EhyaError, ErrorCode
from training.dataset import DURABLE_MONTHS, HALF_CAPACITY

COLUMNS = ("unit_id", "kind", "happened_on", "known_on", "capacity_share", "jobs")
"""Columns of an event table that are read; ``happened_precision`` is read where it is there."""

_RESTARTED, _OBSERVED = OutcomeKind.RESTARTED.value, OutcomeKind.OBSERVED.value
_STOPS = (OutcomeKind.STOPPED_AGAIN.value, OutcomeKind.LIQUIDATED.value, OutcomeKind.LICENCE_CANCELLED.value)
_LENGTHS = {Precision.YEAR.value: pd.DateOffset(years=1), Precision.MONTH.value: pd.DateOffset(months=1)}


def job_outcomes(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Direct jobs at month 12 of restarts, as they were known on a day.

    What counts: the first count of jobs twelve months or more after a restart, while that restart still ran, unless it
    found less than half the capacity in use. A restart that stopped before, or runs below half, is a failure of
    feasibility and no small number of jobs: expected jobs are the product of the two. A unit counts once, with its
    first restart that has a count. For a unit that worked below half its capacity the first observation at half or more
    is the restart. Of a restart known by its year or month alone the last day is taken, so that no count is too young.

    Parameters
    ----------
    units
        Unit table: which units, and their ``status`` before they came back.
    events
        Columns ``COLUMNS``. Events that happened or were known after ``as_of`` change nothing.
    as_of
        Day of the training.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``, in order; ``restarted_on, counted_on, known_on`` (when both were known), ``jobs`` (persons)
        and ``origin``: the last first day of a quarter before the restart, on which the unit is described.

    Raises
    ------
    EhyaError
        ``unknown_column`` when a column is missing.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> day = {"happened_on": pd.to_datetime(["2020-05-01", "2021-06-01"])}
    >>> events = pd.DataFrame({"unit_id": "a", "kind": ["restarted", "observed"], **day, "known_on": day["happened_on"],
    ...                        "capacity_share": [None, 0.7], "jobs": [None, 31]})
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "status": ["idle"]}))
    >>> job_outcomes(units, events, as_of=pd.Timestamp("2022-01-01"))["jobs"].to_dict()
    {'a': 31.0}
    """
    if missing := [name for name in COLUMNS if name not in events]:
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table="events", given=missing, allowed=list(COLUMNS))
    known = events[(events["known_on"] <= as_of) & (events["happened_on"] <= as_of)]
    known = known[known["unit_id"].isin(units.index)].sort_values("happened_on", kind="stable")
    came = _restarts(units, known)
    came = came[came["month_12"] <= as_of].sort_values("month_12", kind="stable")
    counted = known[(known["kind"] == _OBSERVED) & known["jobs"].notna()]
    counted = counted.assign(counted_on=counted["happened_on"], counted_known=counted["known_on"])
    counted = counted[["unit_id", "happened_on", "counted_on", "counted_known", "capacity_share", "jobs"]]
    found = pd.merge_asof(
        came, counted, left_on="month_12", right_on="happened_on", by="unit_id", direction="forward"
    ).dropna(subset=["counted_on"])
    ran = ~(found["ended_on"] <= found["counted_on"])
    found = found[ran & ~(found["capacity_share"].astype("float64") < HALF_CAPACITY)]
    first = found.sort_values("restarted_on", kind="stable").groupby("unit_id").first()
    before = first["restarted_on"] - pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "restarted_on": first["restarted_on"],
            "counted_on": first["counted_on"],
            "known_on": first[["known_on", "counted_known"]].max(axis=1),
            "jobs": first["jobs"].astype("float64"),
            "origin": before.dt.to_period("Q").dt.start_time.astype("datetime64[s]"),
        }
    ).sort_index()


def _restarts(units: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """All restarts: when they came, when twelve months had surely passed, when they ended (NaT while they run)."""
    below = units.index[units["status"] == Status.SEMI_ACTIVE.value]
    seen = known[(known["kind"] == _OBSERVED) & known["unit_id"].isin(below)]
    raised = seen[seen["capacity_share"].astype("float64") >= HALF_CAPACITY].drop_duplicates("unit_id")
    stated = known[known["kind"] == _RESTARTED]
    # A unit that has restarted before it was first seen at half or more came back then.
    earliest = stated.drop_duplicates("unit_id").set_index("unit_id")["happened_on"]
    raised = raised[~(earliest.reindex(raised["unit_id"]).to_numpy() <= raised["happened_on"].to_numpy())]
    came = pd.concat([stated, raised]).sort_values("happened_on", kind="stable")
    came = came.drop_duplicates(["unit_id", "happened_on"])
    frame = pd.DataFrame(
        {
            "unit_id": came["unit_id"],
            "restarted_on": came["happened_on"],
            "known_on": came["known_on"],
            "month_12": _surely(came) + pd.DateOffset(months=DURABLE_MONTHS),
        }
    )
    ends = pd.concat(
        [known.loc[known["kind"].isin(_STOPS), ["unit_id", "happened_on"]], came[["unit_id", "happened_on"]]]
    )
    ends = ends.sort_values("happened_on", kind="stable").assign(ended_on=lambda rows: rows["happened_on"])
    return pd.merge_asof(
        frame, ends, left_on="restarted_on", right_on="happened_on", by="unit_id", direction="forward",
        allow_exact_matches=False,
    ).drop(columns="happened_on")  # fmt: skip


def _surely(events: pd.DataFrame) -> pd.Series:
    """Last day that a date with its precision may mean."""
    day = events["happened_on"].copy()
    if "happened_precision" in events:
        for precision, length in _LENGTHS.items():
            loose = events["happened_precision"] == precision
            day[loose] = day[loose] + length - pd.Timedelta(days=1)
    return day


def set_aside(jobs: np.ndarray, units: pd.DataFrame, *, typical: float, times: float) -> np.ndarray:
    """Counts that cannot be right, shape (n,) bool: so many times what the unit had, promised, or is usual.

    Parameters
    ----------
    jobs
        Shape (n,), persons.
    units
        Unit table, rows in the same order; read are ``jobs_before_stop, jobs_promised``.
    typical
        Usual jobs of a revived unit, persons.
    times
        A count may be up to so many times the largest of the three.

    Examples
    --------
    >>> units = pd.DataFrame({"jobs_before_stop": [20, 20, None], "jobs_promised": [None, 30, None]})
    >>> set_aside(np.array([21_000.0, 2_900.0, 1_700.0]), units, typical=18.0, times=100.0).tolist()
    [True, False, False]
    """
    stated = [
        units[name].astype("float64").to_numpy() for name in ("jobs_before_stop", "jobs_promised") if name in units
    ]
    largest = np.fmax.reduce([np.full(len(jobs), typical), *stated])
    return np.asarray(jobs > times * largest)
