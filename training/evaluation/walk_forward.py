"""Judge a way of fitting on outcomes that it did not see: later ones, other units, other counties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.jobs import JobsHeads, jobs_forecast
from engine.shards import each
from engine.shards.cluster import workers_at
from training.cohort.landmarks import (
    LEAST_RESTARTS,
    MATURE_MONTHS,
    Described,
    Followed,
    labelled,
    plants,
    weights_and_labels,
)
from training.cohort.spells import RESTARTED

FOLDS = 3

JOBS = ["low", "point", "high"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Split(StrEnum):
    """What the judged model did not see."""

    TIME = "time"  # anything known after its day of training
    UNIT = "unit"  # the judged units
    COUNTY = "county"  # the judged counties


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions beside what came of them.

    Parameters
    ----------
    outcomes
        One row per matured outcome: ``unit_id, origin, label`` (1: restarted within the horizon and at half capacity or
        more at month 12), ``probability, champion_probability, prior_probability, weight, county, sector, size``, and
        ``fold`` (day of the training, or number of the fold).
    jobs
        One row per matured restart whose jobs were counted: ``unit_id, origin, jobs, low, point, high, champion_low,
        champion_point, champion_high, zero_probability, fold``; persons.
    split
        What was held out.
    lost
        Landmarks old enough whose outcome nobody knows; those that are known speak for them (``weight``).
    """

    outcomes: pd.DataFrame
    jobs: pd.DataFrame
    split: Split
    lost: int


@dataclass(frozen=True, slots=True)
class FoldPlan:
    """Which rows each fold judges, and what its model may see.

    Parameters
    ----------
    whole
        Landmarks with what came of them, as known on the day of judgement.
    mature
        Shape (n,): old enough that the outcome is known whole.
    label, weight
        Shape (n,): outcome, NaN where nobody knows; by how much it speaks for those that nobody knows.
    folds
        Name, what the fold may see, and which rows of ``whole`` it holds out.
    """

    whole: Followed
    mature: Flags
    label: Floats
    weight: Floats
    folds: tuple[tuple[str, Followed, Flags], ...]

    def rows(self, fold: int) -> npt.NDArray[np.intp]:
        """Positions of the rows that a fold judges: those with a known outcome."""
        return np.flatnonzero(self.folds[fold][2] & ~np.isnan(self.label))


def plan(
    described: Described,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    split: Split = Split.TIME,
    folds: int = FOLDS,
    random_state: int = 0,
    least_restarts: int = LEAST_RESTARTS,
) -> FoldPlan:
    """Draw the folds of a walk forward.

    Parameters
    ----------
    described, events, as_of, split, folds, random_state, least_restarts
        Those of ``walk_forward``.
    """
    as_of = pd.Timestamp(as_of).as_unit("s")
    whole = labelled(described, events, as_of=as_of, least_periods=0)
    mature = (whole.rows["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= as_of).to_numpy()
    weight, label = weights_and_labels(whole, mature)
    drawn = _folds(described, events, whole, mature, as_of, split, folds, least_restarts, random_state)
    return FoldPlan(whole, mature, label, weight, tuple(drawn))


def walk_forward(
    described: Described,
    events: pd.DataFrame,
    fit: Callable[[Followed], Model],
    *,
    as_of: pd.Timestamp,
    prior_probability: float,
    split: Split = Split.TIME,
    folds: int = FOLDS,
    random_state: int = 0,
    least_restarts: int = LEAST_RESTARTS,
    progress: Callable[[float], None] = lambda share: None,
) -> Judged:
    """Fit on what a fold may see, predict what it may not.

    Parameters
    ----------
    described
        What ``training.cohort.landmarks.describe`` gives for ``as_of``.
    events
        Event table.
    fit
        Fits a model of kind ``outcomes`` to what a fold may see, for one ``training.models.outcomes.point_fit``.
    as_of
        Day of knowledge of the labels.
    prior_probability
        Feasibility of every unit by official counts alone, 0..1.
    split
        What to hold out. By time, a model of an earlier day judges the landmarks from that day to the next fold's; of
        a unit one landmark in each fold, its first.
    folds
        How many.
    random_state
        Seed of folds by unit and by county.
    least_restarts
        Restarts that a fold needs to learn from.
    progress
        Called with the share done, 0..1.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when no fold has both enough restarts to learn from and a matured outcome to judge.
    """
    drawn = plan(
        described, events, as_of=as_of, split=split, folds=folds, random_state=random_state,
        least_restarts=least_restarts,
    )  # fmt: skip
    which = range(len(drawn.folds))
    return judge_folds(
        drawn, fit, prior_probability=prior_probability, which=which, split=split, progress=progress
    )  # fmt: skip


def judge_folds(
    drawn: FoldPlan,
    fit: Callable[[Followed], Model],
    *,
    prior_probability: float,
    which: Sequence[int],
    split: Split = Split.TIME,
    progress: Callable[[float], None] = lambda share: None,
) -> Judged:
    """As ``walk_forward``, of folds that were drawn before, or of some of them.

    Parameters
    ----------
    drawn
        The folds.
    fit, prior_probability, split, progress
        Those of ``walk_forward``.
    which
        Numbers of the folds.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when there is nothing to judge.
    """
    outcomes, jobs = [], []
    for done, fold in enumerate(which):
        answered, counted = forecasts(drawn, fold, fit(drawn.folds[fold][1]), prior_probability=prior_probability)
        outcomes.append(answered)
        jobs.append(counted)
        progress((done + 1) / len(which))
    if not outcomes or not sum(map(len, outcomes)):
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=0, allowed=1)
    lost = int((drawn.mature & np.isnan(drawn.label)).sum())
    table = pd.concat(outcomes, ignore_index=True)
    return Judged(table, pd.concat(jobs, ignore_index=True), split, lost)


def fold_models(
    drawn: FoldPlan,
    fit: Callable[[Followed], Model],
    which: Sequence[int],
    *,
    workers: int = 1,
    cluster: str = "",
    progress: Callable[[float], None] = lambda share: None,
) -> list[Model]:
    """A model of each fold, fitted to what the fold may see; side by side they are those of one after the other.

    Parameters
    ----------
    drawn
        The folds.
    fit
        Fits a model; with several workers it travels to other processes.
    which
        Numbers of the folds.
    workers
        Processes that fit at the same time.
    cluster
        Address of a Dask scheduler whose workers fit instead; empty for this machine.
    progress
        Called with the share done, 0..1.
    """
    seen = [drawn.folds[fold][1] for fold in which]
    with workers_at(cluster) as client:
        return each(fit, seen, client=client, processes=workers, told=lambda done: progress(done / len(seen)))


def forecasts(
    drawn: FoldPlan, fold: int, model: Model, *, prior_probability: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a model says of the rows that a fold judges, beside what came of them.

    Parameters
    ----------
    drawn
        The folds.
    fold
        Which one.
    model
        Of kind ``outcomes``; that it saw nothing of the fold is the caller's business.
    prior_probability
        Feasibility of every unit by official counts alone, 0..1.

    Returns
    -------
    tuple of pandas.DataFrame
        Rows of ``Judged.outcomes`` and of ``Judged.jobs``.
    """
    name, _, held = drawn.folds[fold]
    rows = drawn.rows(fold)
    answered = drawn.whole.rows.iloc[rows][["unit_id", "origin", "county", "sector", "size"]].assign(
        label=drawn.label[rows],
        probability=hazards.point(model, drawn.whole.matrix.iloc[rows], head="feasibility"),
        champion_probability=np.nan,
        prior_probability=prior_probability,
        weight=drawn.weight[rows],
        fold=name,
    )
    return answered, _jobs(drawn.whole, held, model).assign(fold=name)


def _folds(
    described: Described, events: pd.DataFrame, whole: Followed, mature: Flags, as_of: pd.Timestamp, split: Split,
    folds: int, least_restarts: int, random_state: int,
) -> Iterator[tuple[str, Followed, Flags]]:  # fmt: skip
    """Name of each fold, what it may see, and which rows of ``whole`` it judges."""
    if split is Split.TIME:
        yield from _later(described, events, whole, mature, folds, least_restarts)
        return
    key = whole.rows["unit_id" if split is Split.UNIT else "county"]
    codes, names = pd.factorize(key, sort=True)
    fold_of = (np.random.default_rng(random_state).permutation(len(names)) % folds)[codes]
    learnt = labelled(described, events, as_of=as_of)
    fold_of_name = dict(zip(key, fold_of, strict=True))
    own = learnt.rows["unit_id" if split is Split.UNIT else "county"].map(fold_of_name).to_numpy()
    for fold in range(folds):
        seen = learnt.where(own != fold)
        held = _first_of_each(whole.rows, mature & (fold_of == fold))
        if seen.restarted >= least_restarts and held.any():
            yield str(fold), seen, held


def _later(
    described: Described, events: pd.DataFrame, whole: Followed, mature: Flags, folds: int, least_restarts: int
) -> Iterator[tuple[str, Followed, Flags]]:
    days = pd.DatetimeIndex(np.unique(whole.rows["origin"][mature])).as_unit("s")
    # The first day on which enough had been learnt, by bisection: knowledge grows.
    low, high = 0, len(days)
    while low < high:
        middle = (low + high) // 2
        enough = labelled(described, events, as_of=days[middle]).restarted >= least_restarts
        low, high = (low, middle) if enough else (middle + 1, high)
    days = days[low:]
    starts = days[np.unique(np.linspace(0, len(days), folds, endpoint=False).astype(int))] if len(days) else days
    for number, start in enumerate(starts):
        until = starts[number + 1] if number + 1 < len(starts) else days[-1] + pd.Timedelta(days=1)
        inside = ((whole.rows["origin"] >= start) & (whole.rows["origin"] < until)).to_numpy()
        yield str(start.date()), labelled(described, events, as_of=start), _first_of_each(whole.rows, mature & inside)


def _first_of_each(rows: pd.DataFrame, kept: Flags) -> Flags:
    """Of each unit the first row that is kept."""
    some = rows.loc[kept, ["unit_id", "origin"]].sort_values(["unit_id", "origin"], kind="stable")
    first = np.zeros(len(rows), dtype=bool)
    first[some.index[~some.duplicated("unit_id").to_numpy()]] = True
    return first


def _jobs(whole: Followed, held: Flags, model: Model) -> pd.DataFrame:
    """Forecasts of jobs on the judged landmarks, where the unit came back and was counted."""
    rows, came = whole.rows, counted_jobs(whole)
    chosen = np.flatnonzero(held & ~np.isnan(came))
    X, units = whole.matrix.iloc[chosen], plants(rows.iloc[chosen])
    frame = rows.iloc[chosen][["unit_id", "origin"]].assign(jobs=came[chosen])
    X, units = X.set_axis(frame.index), units.set_axis(frame.index)
    forecast = jobs_forecast(JobsHeads.of(model), X, units)
    rival = pd.DataFrame(np.nan, index=frame.index, columns=JOBS).add_prefix("champion_")
    return frame.join(forecast[[*JOBS, "zero_probability"]]).join(rival)


def counted_jobs(whole: Followed) -> Floats:
    """Jobs counted a year after the restart that followed each landmark within the horizon, shape (n,); else NaN."""
    rows = whole.rows
    counted = whole.restarts[whole.restarts["jobs"].notna() & (whole.restarts["held"] != 0)]
    jobs = counted.assign(spell=rows["spell"].to_numpy()[counted["row"].to_numpy(np.intp)]).set_index("spell")["jobs"]
    came = jobs.reindex(rows["spell"]).to_numpy(np.float64)
    return np.where(rows["outcome"] == RESTARTED, came, np.nan)
