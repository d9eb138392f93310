"""Landmarks and periods: what was known of each unit on each quarter's first day, and what came of it after.

A landmark is a day on which a unit could have been judged: its features are those known on that day, its outcome is
what happened in the four periods of six months that follow, as far as anybody saw. Landmarks stand on the first day of
each calendar quarter, whenever the training is held: a later training sees the same ones, and more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.as_of import row_as_of
from engine.domain.scorable import not_scorable, scorable
from engine.domain.standing import DURABLE_MONTHS, standing
from engine.domain.unit import Status
from engine.scoring.hazards import PERIOD_MONTHS, PERIODS
from features import Feature, matrix
from features import fit as fit_features
from features.schema import FeatureSchema
from training.cohort.spells import ENDED, OPEN, RESTARTED, Spells, month_12, spells, usable

LANDMARK_MONTHS = 3

SETTLED_MONTHS = 14
"""Labels end so long before the day of training. A restart is reported at once, that a unit still stands idle only at
the next yearly visit: the last months of a log hold the restarts and lack the others, and would flatter."""

MATURE_MONTHS = PERIODS * PERIOD_MONTHS + max(SETTLED_MONTHS, DURABLE_MONTHS + 3)
"""Age at which a landmark's outcome is known whole: the horizon, and the capacity of a restart at its very end."""

FRESH_MONTHS = 24
"""Where no feature tells since when a unit was tried, landmarks count so long after a spell has begun. Who has been
followed for longer without a result has been sifted by causes that no field tells; as landmarks they would speak for
units that nobody has tried yet, and they are many: in the practice province they moved the feasibility of the latter by
-.03. Where ``tried_log`` tells, all landmarks count, and what was tried in vain has an effect of its own."""

SMALL, LARGE = 10, 50
"""Jobs before the stop below which a unit is small, and from which it is large."""

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

_ORIGIN_COUNTS = ("county_units", "county_division_units")

LEAST_RESTARTS = 20
"""Restarts below which a log teaches nothing that official counts do not say better."""


@dataclass(frozen=True, slots=True)
class Described:
    """Units on their landmarks, as they were believed to stand on that day.

    Parameters
    ----------
    rows
        Columns ``unit_id, origin, county, sector, size`` (names of groups), ``half_active`` (bool), ``jobs_promised``,
        ``jobs_before_stop`` (persons, as stated on the day); one row per unit and landmark on which it was believed to
        stand idle, and could be scored. Sorted by unit and day.
    matrix
        Shape (n, features): model matrix of the rows.
    schema, fitted
        The features, and their tables on the last day.
    left_out
        Reason -> how many rows.
    """

    rows: pd.DataFrame
    matrix: pd.DataFrame
    schema: FeatureSchema
    fitted: Mapping[str, Any]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Followed:
    """Landmarks with what came of them.

    Parameters
    ----------
    rows
        As in ``Described``, with ``spell`` (row of ``spells``), ``periods`` (how many periods were seen to their end,
        at least one) and ``outcome`` (of the last of them: ``OPEN, RESTARTED, ENDED``).
    matrix, schema, fitted
        As in ``Described``, for these rows.
    spells
        All spells, as in ``training.cohort.spells.Spells``.
    restarts
        One row per restart that is old enough and has a landmark before it: ``unit_id, row`` (its last landmark before
        the restart, a position in ``rows``), ``restarted_on, held, capacity_share, jobs``.
    as_of, settled
        Day of knowledge, and day up to which periods count.
    left_out
        Reason -> how many events or rows were not used.
    """

    rows: pd.DataFrame
    matrix: pd.DataFrame
    schema: FeatureSchema
    fitted: Mapping[str, Any]
    spells: pd.DataFrame
    restarts: pd.DataFrame
    as_of: pd.Timestamp
    settled: pd.Timestamp
    left_out: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def at_risk(self) -> Flags:
        """Shape (n, PERIODS): periods in which a row was at risk and seen to the end."""
        return np.asarray(np.arange(PERIODS) < self.rows["periods"].to_numpy()[:, None])

    def event(self, outcome: int) -> Flags:
        """Shape (n, PERIODS): periods in which a row had this outcome."""
        last = np.arange(PERIODS) == self.rows["periods"].to_numpy()[:, None] - 1
        return np.asarray(last & (self.rows["outcome"].to_numpy() == outcome)[:, None])

    @property
    def unit(self) -> Numbers:
        """Number of each row's unit, shape (n,); the same for the same unit."""
        return np.asarray(pd.factorize(self.rows["unit_id"], sort=True)[0], dtype=np.intp)

    @property
    def counted_once(self) -> float:
        """Weight at which the rows together count every month of standing idle once: landmarks overlap."""
        if not len(self):
            return 1.0
        months = PERIOD_MONTHS * self.rows["periods"].to_numpy()
        start = self.rows["origin"].to_numpy().astype("datetime64[M]").astype(np.int64)
        span = pd.DataFrame({"spell": self.rows["spell"], "start": start, "end": start + months}).groupby("spell")
        return float((span["end"].max() - span["start"].min()).sum() / months.sum())

    @property
    def restarted(self) -> int:
        """Restarts that are learnt from, each once."""
        return int(self.rows.loc[self.rows["outcome"] == RESTARTED, "spell"].nunique())

    @property
    def ended(self) -> int:
        """Ends for good that are learnt from, each once."""
        return int(self.rows.loc[self.rows["outcome"] == ENDED, "spell"].nunique())

    def where(self, kept: Flags) -> Followed:
        """Only some rows; restarts whose landmark is not among them go as well."""
        place = np.where(kept, np.cumsum(kept) - 1, -1)
        restarts = self.restarts.assign(row=place[self.restarts["row"].to_numpy(np.intp)])
        rows = self.rows[kept].reset_index(drop=True)
        return replace(self, rows=rows, matrix=self.matrix[kept], restarts=restarts[restarts["row"] >= 0])


def landmarks(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """First days of quarters from ``first`` to ``last``, both included.

    Examples
    --------
    >>> [str(day.date()) for day in landmarks(pd.Timestamp("2023-11-20"), pd.Timestamp("2024-04-01"))]
    ['2024-01-01', '2024-04-01']
    """
    return pd.date_range(first, last, freq="QS").as_unit("s")


def follow(
    units_at: Callable[[pd.Timestamp], pd.DataFrame],
    events: pd.DataFrame,
    schema: FeatureSchema,
    *,
    as_of: pd.Timestamp,
    settled_months: int = SETTLED_MONTHS,
) -> Followed:
    """Read a log and the registers of its time: landmarks with features and outcomes.

    Parameters
    ----------
    units_at
        Unit table as the register showed it at the end of a day (``lambda day: register.units(known_by=day)``).
    events
        Columns ``unit_id, kind, happened_on, known_on, capacity_share`` and perhaps ``jobs, happened_precision``.
    schema
        Features wanted.
    as_of
        The day of training; nothing known later is looked at.
    settled_months
        How long before ``as_of`` labels end.

    Returns
    -------
    Followed
        Features of a landmark know only what was known on its day, labels what was known by ``as_of``.
    """
    return labelled(describe(units_at, events, schema, as_of=as_of), events, as_of=as_of, settled_months=settled_months)


def describe(
    units_at: Callable[[pd.Timestamp], pd.DataFrame],
    events: pd.DataFrame,
    schema: FeatureSchema,
    *,
    as_of: pd.Timestamp,
) -> Described:
    """Describe every followed unit on every landmark up to a day.

    Parameters
    ----------
    units_at, events, schema, as_of
        Function from a day to the units as they were known on it, event table, schema of the matrix, and
        day of knowledge.
    """
    as_of = pd.Timestamp(as_of).as_unit("s")
    known = events[(events["known_on"] <= as_of) & (events["happened_on"] <= as_of)]
    now = units_at(as_of)
    fitted = fit_features(now, schema, as_of=as_of)
    met = known.groupby("unit_id")["known_on"].min()
    days = landmarks(met.min(), as_of) if len(met) else landmarks(as_of, as_of - pd.Timedelta(days=1))
    groups, matrices, unscorable = (
        [_groups(now.iloc[:0], as_of)],
        [matrix(now.iloc[:0], schema, fitted, as_of=as_of)],
        0,
    )
    for day in days:
        units = units_at(day)
        mine = standing(units[units.index.isin(met.index[met <= day])], known, as_of=day)
        mine = mine[mine["status"].isin([Status.IDLE.value, Status.SEMI_ACTIVE.value])]
        may = scorable(not_scorable(mine, day)).to_numpy(dtype=bool)
        unscorable += int((~may).sum())
        counts = fit_features(units, schema, as_of=day)
        own = {**fitted, **{name: counts[name] for name in _ORIGIN_COUNTS}}
        groups.append(_groups(mine[may], day))
        matrices.append(matrix(mine[may], schema, own, as_of=day))
    rows, X = pd.concat(groups, ignore_index=True), pd.concat(matrices)
    order = rows.sort_values(["unit_id", "origin"], kind="stable").index
    X = X.iloc[order]
    return Described(rows.loc[order].reset_index(drop=True), X, schema, fitted, {"landmarks_not_scorable": unscorable})


def labelled(
    described: Described,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    settled_months: int = SETTLED_MONTHS,
    fresh_months: int | None = None,
    least_periods: int = 1,
) -> Followed:
    """Say of each landmark what came of it, as far as it was known on a day.

    Parameters
    ----------
    described
        Landmarks; those after ``as_of`` are left out.
    events, as_of, settled_months
        Event table, day of knowledge, months before it at which labels end. Back-tests reuse features with an
        earlier label cut-off: an earlier ``as_of`` than the description's.
    fresh_months
        Landmarks later than this after their spell has begun are left out; ``FRESH_MONTHS`` where ``None``, and none
        at all where the schema has ``tried_log``.
    least_periods
        Periods that must have been seen; with none, a landmark after which nobody looked again is kept as well.
    """
    as_of = pd.Timestamp(as_of).as_unit("s")
    settled = as_of - pd.DateOffset(months=settled_months)
    log, repeated = usable(events, as_of=as_of)
    rows = described.rows
    first = rows.drop_duplicates("unit_id")
    found = spells(log, pd.Index(first.loc[first["half_active"], "unit_id"]))
    spell = _spell_of(rows, found)
    periods, outcome = _outcomes(rows, found, spell, settled)
    kept = (spell >= 0) & (periods >= least_periods) & (rows["origin"] <= as_of).to_numpy()
    if fresh_months is None and Feature.TRIED_LOG.value not in described.schema.names:
        fresh_months = FRESH_MONTHS
    if fresh_months is not None:
        kept &= _fresh(rows, found, spell, fresh_months)
    told = rows.assign(spell=spell, periods=periods, outcome=outcome)[kept].reset_index(drop=True)
    return Followed(
        rows=told,
        matrix=described.matrix[kept],
        schema=described.schema,
        fitted=described.fitted,
        spells=found.table,
        restarts=_restarts(told, found, month_12(found, log, as_of=as_of)),
        as_of=as_of,
        settled=settled,
        left_out={**repeated, **found.left_out, **described.left_out},
    )


def standing_idle(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Units that stand idle or half-active on a day and can be scored: whom a model is asked about.

    Parameters
    ----------
    units
        Unit table as known on the day.
    events
        Event table.
    as_of
        The day.
    """
    here = standing(units, events, as_of=as_of)
    here = here[here["status"].isin([Status.IDLE.value, Status.SEMI_ACTIVE.value])]
    return here[np.asarray(scorable(not_scorable(here, as_of)), dtype=bool)]


def plants(rows: pd.DataFrame) -> pd.DataFrame:
    """What the jobs heads read of a unit beside its features: ``province, county, jobs_promised, jobs_before_stop``.

    Parameters
    ----------
    rows
        Rows of ``Followed``.
    """
    place = rows["county"].str.split("/", n=1)
    return rows[["jobs_promised", "jobs_before_stop"]].assign(province=place.str[0], county=place.str[-1])


def weights_and_labels(whole: Followed, mature: Flags) -> tuple[Floats, Floats]:
    """By how much each row speaks for those of which nobody knows, and its label (NaN where nobody knows).

    Parameters
    ----------
    whole
        Landmarks with what came of them, those included of which no period was seen.
    mature
        Shape (n,): old enough that the outcome is known whole.
    """
    rows = whole.rows
    periods, outcome = rows["periods"].to_numpy(), rows["outcome"].to_numpy()
    by_spell = whole.restarts.assign(spell=rows["spell"].to_numpy()[whole.restarts["row"].to_numpy(np.intp)])
    by_spell = by_spell.set_index("spell")
    held = by_spell["held"].reindex(rows["spell"]).to_numpy(np.float64)
    label = np.where(outcome == RESTARTED, held, 0.0)
    label[(outcome == OPEN) & (periods < PERIODS)] = np.nan
    # Inverse probability of censoring (Graf, Schmoor, Sauerbrei and Schumacher 1999), by period: P(seen to its end).
    lost = mature & (outcome == OPEN)
    kept = np.ones(PERIODS + 1)
    for period in range(PERIODS):
        here = mature & (periods >= period) & ~((periods == period) & (outcome > 0))
        left = lost & (periods == period)
        kept[period + 1] = kept[period] * (1 - left.sum() / max(here.sum(), 1))
    weight = 1 / np.maximum(kept[periods], 1e-3)
    # That a restart ran at month 12 is known only where somebody looked, that it had stopped is known anyway.
    ran = mature & (outcome == RESTARTED) & ~(by_spell["capacity_share"].reindex(rows["spell"]).to_numpy() == 0)
    looked = ran & ~np.isnan(held)
    weight = np.where(looked, weight * ran.sum() / max(looked.sum(), 1), weight)
    return weight, label


def _groups(units: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    jobs = units["jobs_before_stop"].astype("float64").to_numpy()
    size = np.select([np.isnan(jobs), jobs < SMALL, jobs < LARGE], ["unknown", "small", "medium"], "large")
    return pd.DataFrame(
        {
            "unit_id": units.index.astype("str"),
            "origin": pd.Series(day, index=range(len(units)), dtype="datetime64[s]"),
            "county": (units["province"] + "/" + units["county"]).fillna("-").astype("str").to_numpy(),
            "sector": units["isic"].str[:2].fillna("-").astype("str").to_numpy(),
            "size": pd.Series(size, dtype="str"),
            "half_active": (units["status"] == Status.SEMI_ACTIVE.value).to_numpy(dtype=bool),
            "jobs_promised": units["jobs_promised"].astype("float64").to_numpy(),
            "jobs_before_stop": jobs,
        }
    )


def _spell_of(rows: pd.DataFrame, found: Spells) -> Numbers:
    """Row of the spell that each landmark lies in, -1 for one outside or one that was not known of on the day."""
    table = found.table
    at = row_as_of(table["unit_id"], table["began"], rows["unit_id"], rows["origin"])
    if not len(table):
        return at
    origin = rows["origin"].to_numpy()
    held = np.maximum(at, 0)
    left = (table["outcome"].to_numpy()[held] > 0) & (table["until"].to_numpy()[held] <= origin)
    unknown = table["known_on"].to_numpy()[held] > origin
    return np.where((at >= 0) & ~left & ~unknown, at, -1)


def _outcomes(
    rows: pd.DataFrame, found: Spells, spell: Numbers, settled: pd.Timestamp
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Periods seen to their end and the outcome in the last of them."""
    ends = _period_ends(rows["origin"])
    closed = ends <= np.datetime64(settled)
    if not len(found.table):
        return np.zeros(len(rows), np.int8), np.zeros(len(rows), np.int8)
    held = np.maximum(spell, 0)
    until = found.table["until"].to_numpy()[held][:, None]
    outcome = found.table["outcome"].to_numpy()[held]
    left = outcome > 0
    quiet = (closed & (ends < until)).sum(axis=1) + ((closed & (ends == until)).sum(axis=1)) * ~left
    reached = np.take_along_axis(closed, np.minimum(quiet, PERIODS - 1)[:, None], axis=1)[:, 0] & (quiet < PERIODS)
    happened = left & reached
    return (quiet + happened).astype(np.int8), np.where(happened, outcome, 0).astype(np.int8)


def _fresh(rows: pd.DataFrame, found: Spells, spell: Numbers, fresh_months: int) -> Flags:
    if not len(found.table):
        return np.zeros(len(rows), dtype=bool)
    stale = (found.table["began"] + pd.DateOffset(months=fresh_months)).to_numpy()
    return np.asarray(rows["origin"].to_numpy() < stale[np.maximum(spell, 0)])


def _period_ends(origin: pd.Series) -> npt.NDArray[np.datetime64]:
    """Days on which the periods of each landmark end, shape (n, PERIODS)."""
    days, place = np.unique(origin.to_numpy(), return_inverse=True)
    ends = [
        [pd.Timestamp(day) + pd.DateOffset(months=PERIOD_MONTHS * period) for period in range(1, PERIODS + 1)]
        for day in days
    ]
    return np.array(ends, dtype="datetime64[s]").reshape(len(days), PERIODS)[place]


def _restarts(rows: pd.DataFrame, found: Spells, judged: pd.DataFrame) -> pd.DataFrame:
    last = pd.Series(np.arange(len(rows)), index=rows["spell"]).groupby(level=0).max()
    row = last.reindex(judged.index)
    told = judged.assign(unit_id=found.table.loc[judged.index, "unit_id"], row=row)[row.notna()]
    columns = ["unit_id", "row", "restarted_on", "held", "capacity_share", "jobs"]
    return told[columns].astype({"row": "int64"}).reset_index(drop=True)
