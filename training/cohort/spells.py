"""From a log of events to spells of standing idle: when each began, how it ended, and how long anybody looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.as_of import row_as_of
from engine.domain.outcome import OutcomeKind
from engine.domain.standing import DURABLE_MONTHS, ENDS, HALF_CAPACITY
from engine.parsing.dates import Precision

OPEN, RESTARTED, ENDED = 0, 1, 2
"""How a spell ended, if it did."""

_WIDTH = {Precision.DAY.value: 0, Precision.MONTH.value: 30, Precision.YEAR.value: 365}
_DAY = "datetime64[D]"

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Spells:
    """Times in which units stood idle (or below half their capacity) while somebody followed them.

    Parameters
    ----------
    table
        One row per spell, sorted by unit and day: ``unit_id, began, known_on`` (of the first look that found the unit
        in it), ``until`` (day of its end, or the last day on which an event shows the unit still in it), ``outcome``
        (``OPEN, RESTARTED, ENDED``), ``again`` (day of the stop after it).
    left_out
        Reason -> how many events were not used.
    """

    table: pd.DataFrame
    left_out: Mapping[str, int]


def usable(events: pd.DataFrame, *, as_of: pd.Timestamp) -> tuple[pd.DataFrame, dict[str, int]]:
    """Events known on a day, each once, each on the likeliest day.

    Parameters
    ----------
    events
        Columns ``unit_id, kind, happened_on, known_on, capacity_share`` and perhaps ``jobs, happened_precision``.
    as_of
        The day.

    Returns
    -------
    events, left_out
        ``day`` is added: the middle of the month or year where no more is known of ``happened_on``, never after
        ``known_on``. ``left_out`` counts ``duplicated_events``: same unit, kind and day, of which the first known (then
        the one with most figures) is kept.

    Examples
    --------
    >>> row = {"unit_id": "a", "kind": "restarted", "happened_on": pd.Timestamp("2024-01-01"), "capacity_share": None}
    >>> twice = pd.DataFrame([row | {"known_on": pd.Timestamp(day)} for day in ("2024-02-01", "2024-03-01")])
    >>> kept, left_out = usable(twice, as_of=pd.Timestamp("2025-01-01"))
    >>> len(kept), left_out
    (1, {'duplicated_events': 1})
    """
    known = events[(events["known_on"] <= as_of) & (events["happened_on"] <= as_of)]
    # A course or a hearing says nothing of whether a unit stands: it is no look.
    known = known[known["kind"] != OutcomeKind.SERVED.value]
    jobs = known["jobs"].astype("float64") if "jobs" in known else pd.Series(np.nan, index=known.index)
    share = known["capacity_share"].astype("float64")
    precision = known["happened_precision"] if "happened_precision" in known else pd.Series("day", index=known.index)
    width = precision.map(_WIDTH).fillna(0).to_numpy(np.int64)
    happened, learnt = (known[name].to_numpy().astype(_DAY) for name in ("happened_on", "known_on"))
    ready = pd.DataFrame(
        {
            "unit_id": known["unit_id"].to_numpy(),
            "kind": known["kind"].astype("str").to_numpy(),
            "day": np.minimum(happened + width // 2, learnt),
            "known_on": learnt,
            "capacity_share": share.to_numpy(),
            "jobs": jobs.to_numpy(),
            "blank": share.isna().to_numpy().astype(int) + jobs.isna().to_numpy(),
        }
    )
    # Sorted by everything that can differ, so that the order of the rows in the log decides nothing.
    ready = ready.sort_values(["unit_id", "day", "kind", "known_on", "blank", "capacity_share", "jobs"], kind="stable")
    kept = ready.drop_duplicates(["unit_id", "kind", "day"]).drop(columns="blank").reset_index(drop=True)
    return kept, {"duplicated_events": len(ready) - len(kept)}


def spells(events: pd.DataFrame, half_active: pd.Index) -> Spells:
    """Cut the log of each unit into spells.

    Parameters
    ----------
    events
        What ``usable`` gives.
    half_active
        Units that worked below half their capacity when their first spell began: they restart on the first observation
        at half or more, whatever else is written of a restart.

    Returns
    -------
    Spells
        A unit is followed from its first event that is no outcome (an approach, a visit, an observation): what happened
        before cannot have been missed by a look that found nothing, so an outcome without one is left out and counted
        (``outcomes_before_exposure``). ``stopped_again`` begins a new spell, which is followed from the next look: of
        units that nobody visits after a stop only those that came back are heard of again, and they alone would say
        that nearly all do. Nothing follows an end for good (``events_after_end``).
    """
    kind, share = events["kind"].to_numpy(), events["capacity_share"].to_numpy()
    at_work = (kind == OutcomeKind.OBSERVED.value) & (share >= HALF_CAPACITY)
    stopped = kind == OutcomeKind.STOPPED_AGAIN.value
    half = pd.Index(events["unit_id"]).isin(half_active) & (_so_far(events["unit_id"], stopped) == 0)
    restart = (kind == OutcomeKind.RESTARTED.value) & ~half
    ended = np.isin(kind, ENDS)
    leaves = restart | at_work | ended
    gone = _so_far(events["unit_id"], ended) - ended > 0
    unsure = (kind == OutcomeKind.RESTARTED.value) & half
    frame = events.assign(leaves=leaves, ended=ended, stopped=stopped)[~gone & ~unsure]
    # Before the first look nothing counts; a look is anything that is no outcome, or a stop.
    looked = _so_far(frame["unit_id"], (~frame["leaves"]).to_numpy()) > 0
    early = int((~looked).sum())
    frame = frame[looked]
    # A spell begins with the first look, and with a stop that follows a leaving; it ends with the first leaving.
    before = frame.groupby("unit_id").cumcount() > 0
    turns = frame[~before | frame["leaves"] | frame["stopped"]]
    same = turns["leaves"].eq(turns.groupby("unit_id")["leaves"].shift())
    turns = turns[~same]
    begins = turns[~turns["leaves"]]
    after = turns.groupby("unit_id").shift(-1).loc[begins.index]
    following = turns.groupby("unit_id").shift(-2).loc[begins.index]
    outcome = np.where(after["day"].isna(), OPEN, np.where(after["ended"].eq(True), ENDED, RESTARTED))
    until = after["day"].fillna(_last_seen(frame).reindex(begins["unit_id"]).set_axis(begins.index))
    began, known_on = _first_look(frame, turns, begins)
    silent, left = began.isna(), outcome > 0
    table = pd.DataFrame(
        {
            "unit_id": begins["unit_id"],
            # Nothing of a spell that nobody looked into lies before its end; what a restart was worth is counted.
            "began": began.fillna(until),
            "known_on": known_on.fillna(begins["known_on"]),
            "until": until,
            "outcome": outcome.astype(np.int8),
            "again": following["day"],
        }
    )[~silent | left]
    early += int((silent & left).sum())
    left_out = {"outcomes_before_exposure": early, "events_after_end": int(gone.sum())}
    return Spells(table.reset_index(drop=True), left_out)


def month_12(found: Spells, events: pd.DataFrame, *, as_of: pd.Timestamp, grace_months: int = 3) -> pd.DataFrame:
    """What was seen of restarts a year on.

    Parameters
    ----------
    found
        Spells.
    events
        What ``usable`` gives.
    as_of
        The day of knowledge.
    grace_months
        A restart is judged this long after its month 12: until then a stop is known, but not yet that it runs.

    Returns
    -------
    pandas.DataFrame
        One row per spell that ended in a restart old enough, index: row of the spell; ``restarted_on``, ``held`` (1.0
        at half of nominal capacity or more in the first observation from month 12 on, 0.0 below it or stopped again by
        then, NaN where nobody looked), ``capacity_share``, ``jobs`` (NaN where nobody counted; 0 where it had stopped
        by month 12).
    """
    spell = found.table[found.table["outcome"] == RESTARTED]
    due = _months_later(spell["until"], DURABLE_MONTHS)
    ripe = (_months_later(spell["until"], DURABLE_MONTHS + grace_months) <= as_of).to_numpy()
    spell, due = spell[ripe], due[ripe]
    again = _stopped(spell, events)
    fallen = (again <= due).to_numpy()
    looks = events[(events["kind"] == OutcomeKind.OBSERVED.value).to_numpy()]
    at = row_as_of(spell["unit_id"], spell["until"], looks["unit_id"], looks["day"])
    seen = (at >= 0) & (looks["day"].to_numpy() >= due.to_numpy()[at]) if len(spell) else np.zeros(len(looks), bool)
    stopped = again.to_numpy()[at] if len(spell) else np.full(len(looks), np.datetime64("NaT"))
    seen &= ~(looks["day"].to_numpy() >= stopped)
    looks, at = looks[seen], at[seen]
    first = looks.assign(at=at).sort_values("day", kind="stable").groupby("at")[["capacity_share", "jobs"]].first()
    first = first.reindex(range(len(spell)))
    share, jobs = first["capacity_share"].to_numpy(), first["jobs"].to_numpy()
    held = np.where(np.isnan(share), np.nan, share >= HALF_CAPACITY)
    return pd.DataFrame(
        {
            "restarted_on": spell["until"].to_numpy(),
            "held": np.where(fallen, 0.0, held),
            "capacity_share": np.where(fallen, 0.0, share),
            "jobs": np.where(fallen, 0.0, jobs),
        },
        index=spell.index,
    )


def _stopped(spell: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Day on which each restart was over: stopped again, liquidated or without licence; NaT while it runs."""
    gone = events[events["kind"].isin(ENDS)].groupby("unit_id")["day"].min()
    gone = gone.reindex(spell["unit_id"]).set_axis(spell.index)
    return pd.concat([spell["again"], gone.where(gone > spell["until"])], axis=1).min(axis=1)


def _so_far(unit: pd.Series, flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many flags each row's unit had up to and with the row."""
    counted = pd.Series(flags.astype(np.int64), index=unit.index).groupby(unit, sort=False).cumsum()
    return np.asarray(counted, dtype=np.int64)


def _first_look(frame: pd.DataFrame, turns: pd.DataFrame, begins: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Day of the first look into each spell and the day on which it was known; missing where nobody looked."""
    spell = frame.index.isin(turns.index).cumsum()
    looks = frame[~frame["leaves"] & ~frame["stopped"]].assign(
        spell=lambda kept: spell[frame.index.get_indexer(kept.index)]
    )
    first = looks.drop_duplicates("spell").set_index("spell").reindex(spell[frame.index.get_indexer(begins.index)])
    return first["day"].set_axis(begins.index), first["known_on"].set_axis(begins.index)


def _last_seen(frame: pd.DataFrame) -> pd.Series:
    """Last day on which an event shows a unit still idle."""
    return frame.loc[~frame["leaves"]].groupby("unit_id")["day"].max()


def _months_later(days: pd.Series, months: int) -> pd.Series:
    return pd.Series(days.to_numpy(), index=days.index) + pd.DateOffset(months=months)
