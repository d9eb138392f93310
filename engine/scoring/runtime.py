"""Run a promoted model over a matrix: the one runtime, in training and in service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.joined import joined_names
from engine.domain.prediction import BOUNDS, Output, columns
from engine.domain.scorable import not_scorable, scorable
from engine.errors import EhyaError, ErrorCode
from engine.scoring import belief, hazards
from engine.scoring import size as signs
from engine.scoring.artefact import Model
from engine.scoring.design import Floats, clipped, design
from engine.scoring.document import OUTCOMES, ReportedDocument, of_kind
from engine.scoring.figures import LEVELS, ends, job_figures
from engine.scoring.frailty import UNIT_SPREAD, around, unit_ends
from engine.scoring.hazards import feasibility
from engine.scoring.jobs import JobsHeads, jobs_at_month_12
from engine.scoring.press import Draws, Heads, UnitSize, head_point, outputs, status
from engine.scoring.sections import PressPair, Span

ROWS_AT_ONCE = 4096
"""Rows whose draws are held at once."""

CORES, MANY_CHUNKS = 2, 8
"""Threads that share a register, and chunks below which one does it alone: a single unit waits for no thread."""

UNITS_AT_ONCE = 65_536
"""Rows of which everything that a belief needs is held at once: some hundred megabytes."""


def predict(
    model: Model,
    matrix: pd.DataFrame,
    units: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    assumed_capital_rial: float | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Predict feasibility and jobs, each low, point and high.

    Parameters
    ----------
    model
        Promoted model.
    matrix
        Shape (n, features), index ``unit_id``: what ``features.matrix`` gives for the model's schema.
    units
        Unit table that holds at least the units of ``matrix``.
    as_of
        Day of the prediction.
    assumed_capital_rial
        Rial; stands in where a unit states no capital, and is flagged.
    random_state
        Seed of the draws. All units share the draws, so a unit's figures depend on no other unit.

    Returns
    -------
    pandas.DataFrame
        Prediction table, shape (n, 3 x outputs + 8), index of ``matrix``: probabilities in 0..1, jobs in persons, jobs
        per billion rial. Ends are the 10 % and 90 % quantiles of the draws. A unit that is not scorable has reasons and
        no figures. ``out_of_range`` names the features, joined by ``;``, that lie beyond what the model was fitted
        to: they counted as the farthest value that it knows. The interval of ``feasibility`` is that of the estimate,
        the one of ``feasibility_unit`` says how far the unit itself may lie (``engine.scoring.frailty``).

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the columns of ``matrix`` are not those of the model.
    """
    _check(model, matrix)
    known = units if units.index.equals(matrix.index) else units.loc[matrix.index]
    reasons = not_scorable(known, as_of)
    may = np.asarray(scorable(reasons), dtype=bool)
    size = UnitSize.of(known, assumed_capital_rial)
    if model.kind == OUTCOMES:
        figures, out_of_fold = _of_outcomes(model, matrix, known, may, size, random_state)
    else:
        figures, out_of_fold = _of_reports(model, matrix, may, size, random_state)
        _of_the_first_day(model, matrix, np.flatnonzero(may), size, figures)
    names = [name for output in Output for name in columns(output)]
    frame = pd.DataFrame(figures, index=matrix.index, columns=names)
    return frame.assign(
        scorable=may,
        not_scorable=reasons,
        prior_driven=model.document.prior_driven,
        out_of_fold=out_of_fold,
        capital_assumed=size.assumed & may,
        out_of_range=_outside(matrix, model.document.ranges),
        model_version=model.version,
        model_data_until=model.data_until.as_unit("s"),
    )


def _of_reports(
    model: Model, matrix: pd.DataFrame, may: npt.NDArray[np.bool_], size: UnitSize, random_state: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    figures = np.full((len(matrix), 3 * len(Output)), np.nan)
    out_of_fold = np.zeros(len(matrix), dtype=bool)
    # The reported status is the first output; a belief says the others.
    first_day = of_kind(model.document, ReportedDocument).belief is not None
    for pair, rows, held_out in by_pair(model, matrix.index, np.flatnonzero(may)):
        draws, heads = Draws.of(pair, random_state), Heads.of(model, pair, bool(held_out))
        out_of_fold[rows] = bool(held_out)

        def write(
            chunk: npt.NDArray[np.intp], pair: PressPair = pair, draws: Draws = draws, heads: Heads = heads
        ) -> None:
            columns = design(matrix.iloc[chunk], pair.design)
            if first_day:
                figures[chunk, : len(BOUNDS)] = status(heads, columns)
            else:
                figures[chunk] = outputs(heads, draws, columns, size.take(chunk), unit_spread(model))

        _on_cores(write, np.array_split(rows, max(1, -(-len(rows) // ROWS_AT_ONCE))))
    return figures, out_of_fold


def _on_cores(write: Callable[[npt.NDArray[np.intp]], None], chunks: Sequence[npt.NDArray[np.intp]]) -> None:
    """Do chunks of rows side by side where they are many; each writes rows of its own, so their order is irrelevant."""
    if len(chunks) < MANY_CHUNKS:
        for chunk in chunks:
            write(chunk)
        return
    with ThreadPoolExecutor(max_workers=CORES) as pool:
        for _ in pool.map(write, chunks):
            pass


def _of_the_first_day(
    model: Model, matrix: pd.DataFrame, rows: npt.NDArray[np.intp], size: UnitSize, figures: Floats
) -> None:
    """Write feasibility and jobs of prior effects and signs of size over those of press heads, where it has them."""
    document = of_kind(model.document, ReportedDocument)
    if document.belief is None or document.size is None:
        return
    belief_of, size_of = document.belief, document.size
    for pair, rows_of, province in by_pair(model, matrix.index, rows):

        def write(part: npt.NDArray[np.intp], pair: PressPair = pair, province: str = province) -> None:
            ready, _ = clipped(matrix.iloc[part], document.ranges)
            chance = belief.of_units(belief_of, ready, ranges={}, province=province)
            found = signs.jobs(size_of, ready, sector_shift(pair, ready))
            own = size.take(part)
            doubt = np.sqrt(chance.variance.sum(axis=1))
            by_output = {
                Output.FEASIBILITY: np.column_stack([chance.low, chance.point, chance.high]),
                Output.FEASIBILITY_UNIT: unit_ends(chance.point, doubt, unit_spread(model)),
                **signs.size_figures(chance, found, own.jobs_now, own.capital),
            }
            for place, output in enumerate(Output):
                if output in by_output:
                    figures[part, 3 * place : 3 * place + 3] = by_output[output]

        _on_cores(write, np.array_split(rows_of, max(1, -(-len(rows_of) // UNITS_AT_ONCE))))


def unit_spread(model: Model) -> float:
    """Standard deviation of the log-odds between units whose records read alike; older models do not hold it."""
    stated = model.document.unit_spread
    return UNIT_SPREAD if stated is None else stated


def sector_shift(pair: PressPair, matrix: pd.DataFrame) -> Floats:
    """How much larger units of a sector are than all, shape (n,), logarithms: the shrunken means of press units."""
    return np.asarray(design(matrix, pair.design)[:, pair.jobs_columns] @ pair.jobs.point[1:])


def _of_outcomes(
    model: Model,
    matrix: pd.DataFrame,
    units: pd.DataFrame,
    may: npt.NDArray[np.bool_],
    size: UnitSize,
    random_state: int,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    figures = np.full((len(matrix), 3 * len(Output)), np.nan)
    rows, jobs = np.flatnonzero(may), JobsHeads.of(model)
    for chunk in np.array_split(rows, max(1, -(-len(rows) // ROWS_AT_ONCE))):
        ready, _ = clipped(matrix.iloc[chunk], model.document.ranges)
        chance, draws = feasibility(model, ready, random_state=random_state)
        at_month_12 = jobs_at_month_12(jobs, ready, units.iloc[chunk], random_state=random_state)
        part, estimate = size.take(chunk), ends(draws, chance)
        by_output = {
            # Press reports have no say in this model: nothing is predicted of what a page would say.
            Output.REPORTED_STATUS: np.full((len(chunk), 3), np.nan),
            Output.FEASIBILITY: estimate,
            Output.FEASIBILITY_UNIT: around(estimate, unit_spread(model)),
            **job_figures(draws, at_month_12, part.jobs_now, part.capital),
        }
        figures[chunk] = np.hstack([by_output[output] for output in Output])
    return figures, np.zeros(len(matrix), dtype=bool)


def _outside(matrix: pd.DataFrame, ranges: Mapping[str, Span]) -> pd.Series:
    """Features, joined by ``;``, whose value lies beyond what the model was fitted to."""
    _, outside = clipped(matrix, ranges)
    return joined_names(outside, list(ranges), matrix.index)


def raw(model: Model, matrix: pd.DataFrame, *, head: str) -> Floats:
    """Point figures of one head, without draws: the path for a million rows.

    Parameters
    ----------
    model
        Promoted model.
    matrix
        Shape (n, features), columns of the model.
    head
        Name of the head. A classifier gives the probability of its second class, a regressor its value. A model of
        outcomes is asked for ``feasibility, restart, end`` (within the horizon) or ``capacity``.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the columns of ``matrix`` are not those of the model.
    """
    _check(model, matrix)
    if model.kind == OUTCOMES:
        return hazards.point(model, matrix, head=head)
    document = model.document
    if isinstance(document, ReportedDocument):
        return head_point(model.heads[head], design(matrix, document.promoted.design))
    return head_point(model.heads[head], matrix.to_numpy(np.float64))


def reported_status(model: Model, matrix: pd.DataFrame) -> Floats:
    """P(revived or partly at the report date) in the press sample, for every row, scorable or not.

    Parameters
    ----------
    model
        Promoted model.
    matrix
        Shape (n, features), index ``unit_id``.

    Returns
    -------
    numpy.ndarray
        Shape (n,). Units of the training table get the figure of the model that saw neither them nor their province.
    """
    _check(model, matrix)
    result = np.empty(len(matrix))
    for pair, rows, held_out in by_pair(model, matrix.index, np.arange(len(matrix))):
        columns = design(matrix.iloc[rows], pair.design)
        result[rows] = Heads.of(model, pair, bool(held_out)).probability(columns)
    return result


def press_jobs(model: Model, matrix: pd.DataFrame) -> Floats:
    """Direct jobs that a page would report for a revived unit: low, point, high of an 80 % CV+ interval.

    Parameters
    ----------
    model
        Promoted model.
    matrix
        Shape (n, features), index ``unit_id``.

    Returns
    -------
    numpy.ndarray
        Shape (n, 3), persons. The interval is that of Barber, Candès, Ramdas and Tibshirani (2021), "Predictive
        inference with the jackknife+", with provinces as folds.
    """
    _check(model, matrix)
    result = np.empty((len(matrix), 3))
    for pair, rows, held_out in by_pair(model, matrix.index, np.arange(len(matrix))):
        columns = design(matrix.iloc[rows], pair.design)
        heads = Heads.of(model, pair, bool(held_out))
        result[rows] = np.exp(np.column_stack(heads.cv_plus(columns, LEVELS[1] - LEVELS[0])))
    return result


def by_pair(
    model: Model, index: pd.Index, rows: npt.NDArray[np.intp]
) -> Iterator[tuple[PressPair, npt.NDArray[np.intp], str]]:
    """Rows by the heads that may speak of them: the pair, row numbers, province of a held-out pair (else empty)."""
    document = of_kind(model.document, ReportedDocument)
    fold_of = document.fold_of
    names = np.array([*fold_of.values(), ""])
    # A unit that is not there has position -1: the last name, which is empty.
    fold = names[pd.Index(list(fold_of), dtype="str").get_indexer(index[rows])]
    for name in pd.unique(fold):
        part = rows[fold == name]
        yield document.held_out[name] if name else document.promoted, part, str(name)


def _check(model: Model, matrix: pd.DataFrame) -> None:
    if tuple(matrix.columns) != model.features:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=list(matrix.columns), allowed=list(model.features))
