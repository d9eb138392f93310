"""What a group's earlier rows had gone through by a day: its track record, as one could have known it then.

Of a lender: the charge-offs among the loans it had made before, against those that its exposure would have had at the
usual pace. Older loans count for less. A row is judged by rows that started before it and by events before it, so the
figure is free of its own outcome and of everything later, in training as in forecasting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

PRIOR_EVENTS = 2.0
"""Events of which the prior speaks for the usual pace; assumed."""


@dataclass(frozen=True)
class TrackRecords:
    """Starts and events by group.

    Parameters
    ----------
    groups
        Names of the groups.
    code
        Group of each row, a position in ``groups``.
    start, event, weights
        By row, years; ``event`` is NaN where there was none.
    until
        End of the evidence, years: later days know no more than this one.
    horizon
        Years that a row is watched for.
    half_life
        Years after which a row's past counts half.
    pace
        Events a year watched, over all groups and the whole time.
    """

    groups: pd.Index
    code: npt.NDArray[np.int64]
    start: Floats
    event: Floats
    weights: Floats
    until: float
    horizon: float
    half_life: float
    pace: float

    def log_ratio(self, group: pd.Series, time: Floats) -> Floats:
        """Log of events against those expected at the usual pace, zero for a group without a past.

        Parameters
        ----------
        group
            n names.
        time
            Shape (n,), years: only rows that started and events that happened before it count.

        Returns
        -------
        numpy.ndarray
            Shape (n,): ``log((events + k) / (expected + k))`` with ``k`` prior events.
        """
        # Decayed sums at a day are prefix sums of what does not depend on the day, times what does:
        # 2^-((day - start) / half-life) = 2^(start / half-life) x 2^(-day / half-life).
        day = np.minimum(time, self.until)
        code = self.groups.get_indexer(pd.Index(group))
        grown = self.weights * 2.0 ** ((self.start - self.until) / self.half_life)
        end = self.start + self.horizon
        counts = (self.event < self.until) & (self.event <= end)
        events = _before(self.code[counts], self.event[counts], grown[counts], code, day)
        # Years watched: those since the start, less those since the end of the watch.
        begun = _before(self.code, self.start, grown, code, day)
        begun_at = _before(self.code, self.start, grown * self.start, code, day)
        over = _before(self.code, end, grown, code, day)
        over_at = _before(self.code, end, grown * end, code, day)
        watched = np.maximum(day * (begun - over) - (begun_at - over_at), 0.0)
        fade = 2.0 ** ((self.until - day) / self.half_life)
        prior = PRIOR_EVENTS
        return np.asarray(np.log((events * fade + prior) / (watched * fade * self.pace + prior)))


def track_records(
    group: pd.Series,
    start: Floats,
    event: Floats,
    weights: Floats,
    *,
    until: float,
    horizon: float,
    half_life: float,
) -> TrackRecords:
    """Sort what is known.

    Parameters
    ----------
    group
        n names.
    start, event
        Shape (n,), years; ``event`` is NaN where there was none. Events on or after ``until`` are not read.
    weights
        Shape (n,), above zero, mean about one: the prior is counted in their unit.
    until, horizon, half_life
        As in :class:`TrackRecords`; ``horizon`` and ``half_life`` above zero.

    Examples
    --------
    One lender, a loan a year; the second is charged off after half a year. By year 3 it has one event in 3 + 2 + 1
    years, which is the pace, and the ratio is one. Before, it had none in one year of 1 / 6 expected:

    >>> lender, start = pd.Series(["a", "a", "a"]), np.array([0.0, 1.0, 2.0])
    >>> event = np.array([np.nan, 1.5, np.nan])
    >>> records = track_records(lender, start, event, np.ones(3), until=3.0, horizon=9.0, half_life=1e9)
    >>> records.log_ratio(pd.Series(["a", "a", "new"]), np.array([3.0, 1.0, 3.0])).round(4).tolist()
    [0.0, -0.08, 0.0]
    """
    code, groups = pd.factorize(group)
    end = start + horizon
    watched = weights @ np.maximum(np.minimum(end, until) - start, 0.0)
    happened = weights[(event < until) & (event <= end)].sum()
    pace = float(happened / watched) if watched > 0 else 0.0
    return TrackRecords(pd.Index(groups), code, start, event, weights, until, horizon, half_life, pace)


def _before(
    code: npt.NDArray[np.int64], time: Floats, value: Floats, asked: npt.NDArray[np.int64], day: Floats
) -> Floats:
    """Sum the values of a group's rows whose time lies before a day; zero for a group of -1."""
    order = np.lexsort((time, code))
    code, time = code[order], time[order]
    total = np.concatenate([[0.0], value[order].cumsum()])
    # One number for group and time, so that one search finds a place in both: times are made to fit into half a unit.
    low, span = min(time.min(initial=0.0), day.min(initial=0.0)), 2.0 * max(np.ptp(np.append(time, day)), 1e-9)
    place = np.searchsorted(code + (time - low) / span, asked + (day - low) / span, side="left")
    first = np.searchsorted(code, asked, side="left")
    return np.asarray(np.where(asked >= 0, total[np.maximum(place, first)] - total[first], 0.0))
