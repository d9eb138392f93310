"""Run a promoted model over a matrix: the one runtime, in training and in service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import beta, norm

from engine.artefact import Model
from engine.design import design
from engine.domain.prediction import NotScorable, Output, columns
from engine.domain.unit import Status, idle_months
from engine.errors import EhyaError, ErrorCode

Floats = npt.NDArray[np.float64]

LEVELS = (0.1, 0.9)
"""Ends of the 80 % interval."""

ROWS_AT_ONCE = 4096
RIAL_PER_BILLION = 1e9
FORBID = (
    NotScorable.NO_SECTOR,
    NotScorable.NO_PLACE,
    NotScorable.NO_STATUS,
    NotScorable.NO_IDLE_TIME,
    NotScorable.NOT_IDLE,
)


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
        Prediction table, shape (n, 3 x outputs + 7), index of ``matrix``: probabilities in 0..1, jobs in persons, jobs
        per billion rial. Ends are the 10 % and 90 % quantiles of the draws. A unit that is not scorable has reasons and
        no figures.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the columns of ``matrix`` are not those of the model.
    """
    _check(model, matrix)
    known = units.loc[matrix.index]
    reasons = not_scorable(known, as_of)
    scorable = _scorable(reasons)
    outputs = np.full((len(matrix), 3 * len(Output)), np.nan)
    size = _Size.of(known, assumed_capital_rial)
    out_of_fold = np.zeros(len(matrix), dtype=bool)
    for parameters, rows, held_out in _parts(model, matrix.index, np.flatnonzero(scorable)):
        draws = _Draws.of(parameters, model.document["population"], random_state)
        out_of_fold[rows] = held_out
        for chunk in np.array_split(rows, max(1, -(-len(rows) // ROWS_AT_ONCE))):
            spread = design(matrix.iloc[chunk], model.document["design"])
            outputs[chunk] = _outputs(_Heads.of(model, parameters, held_out), draws, spread, size.take(chunk))
    names = [name for output in Output for name in columns(output)]
    frame = pd.DataFrame(outputs, index=matrix.index, columns=names)
    return frame.assign(
        scorable=scorable,
        not_scorable=reasons,
        prior_driven=bool(model.document["prior_driven"]),
        out_of_fold=out_of_fold,
        capital_assumed=size.assumed & scorable,
        model_version=model.version,
        model_data_until=model.data_until.as_unit("s"),
    )


def not_scorable(units: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Why units get no prediction.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    as_of
        Day to which idle time is counted.

    Returns
    -------
    pandas.Series
        Codes of ``NotScorable`` joined by ``;``, empty where nothing is in the way. ``no_jobs_now`` only withholds jobs.
    """
    status = units["status"]
    unknown = status.isna() | (status == Status.UNKNOWN.value)
    masks = {
        NotScorable.NO_SECTOR: units["isic"].isna(),
        NotScorable.NO_PLACE: units["county"].isna(),
        NotScorable.NO_STATUS: unknown,
        NotScorable.NO_IDLE_TIME: idle_months(units, as_of).isna(),
        NotScorable.NOT_IDLE: status.isin([Status.OPERATING.value, Status.LIQUIDATED.value]),
        NotScorable.NO_JOBS_NOW: (status == Status.SEMI_ACTIVE.value) & units["jobs_now"].isna(),
    }
    codes = pd.Series("", index=units.index, dtype="str")
    for code, mask in masks.items():
        codes = codes.where(~mask.fillna(False), codes + ";" + code.value)
    return codes.str.lstrip(";")


def raw(model: Model, matrix: pd.DataFrame, *, head: str) -> Floats:
    """Point figures of one head, without draws: the path for a million rows.

    Parameters
    ----------
    model
        Promoted model.
    matrix
        Shape (n, features), columns of the model.
    head
        Name of the head. A classifier gives the probability of its second class, a regressor its value.

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
    blocks = model.document.get("design")
    ready = matrix.to_numpy(np.float64) if blocks is None else design(matrix, blocks)
    return _point(model.heads[head], ready)


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
    for parameters, rows, held_out in _parts(model, matrix.index, np.arange(len(matrix))):
        spread = design(matrix.iloc[rows], model.document["design"])
        result[rows] = _Heads.of(model, parameters, held_out).probability(spread)
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
    for parameters, rows, held_out in _parts(model, matrix.index, np.arange(len(matrix))):
        spread = design(matrix.iloc[rows], model.document["design"])
        heads = _Heads.of(model, parameters, held_out)
        result[rows] = np.exp(np.column_stack(heads.cv_plus(spread, LEVELS[1] - LEVELS[0])))
    return result


@dataclass(frozen=True, slots=True)
class _Size:
    """Jobs now and capital of units, shape (n,) each."""

    jobs_now: Floats
    capital: Floats
    assumed: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, units: pd.DataFrame, assumed_capital_rial: float | None) -> _Size:
        jobs_now = units["jobs_now"].astype("float64")
        # An idle unit stands still by definition; a half-active one of unknown workforce stays unknown.
        jobs_now = jobs_now.where(jobs_now.notna() | (units["status"] != Status.IDLE.value), 0.0)
        capital = units["capital_needed_rial"].astype("float64")
        capital = capital.where(capital > 0)
        assumed = capital.isna().to_numpy() & (assumed_capital_rial is not None)
        filled = capital if assumed_capital_rial is None else capital.fillna(assumed_capital_rial)
        return cls(jobs_now.to_numpy(), filled.to_numpy() / RIAL_PER_BILLION, assumed)

    def take(self, rows: npt.NDArray[np.intp]) -> _Size:
        return _Size(self.jobs_now[rows], self.capital[rows], self.assumed[rows])


@dataclass(frozen=True, slots=True)
class _Draws:
    """What is uncertain beside a unit's own features; shape (draws,) each, the same for all units."""

    offset: Floats
    capacity: Floats
    shift: Floats
    residual: npt.NDArray[np.intp]
    sign: Floats

    @classmethod
    def of(cls, parameters: Mapping[str, Any], population: Mapping[str, Any], random_state: int) -> _Draws:
        sample = np.asarray(parameters["sample_rates"])
        count = len(sample)
        generator = np.random.default_rng(random_state)

        def even() -> Floats:
            return (generator.permutation(count) + 0.5) / count

        rate = beta.ppf(even(), population["restart"]["a"], population["restart"]["b"])
        capacity = beta.ppf(even(), population["capacity"]["a"], population["capacity"]["b"])
        shift = population["jobs"]["shift"] + population["jobs"]["spread"] * norm.ppf(even())
        pick = (even() * 2 * len(parameters["jobs"]["residuals"])).astype(np.intp)
        return cls(logit(rate) - logit(sample), capacity, shift, pick // 2, np.where(pick % 2, 1.0, -1.0))


@dataclass(frozen=True, slots=True)
class _Heads:
    """One fitted pair of heads with its refits: the promoted pair, or the pair that saw nothing of one province."""

    status: Floats
    status_refits: Floats
    jobs: Floats
    jobs_refits: Floats
    jobs_columns: npt.NDArray[np.intp]
    residuals: Floats
    refit_of: npt.NDArray[np.intp]
    offset: float
    classifier: Any
    regressor: Any

    @classmethod
    def of(cls, model: Model, parameters: Mapping[str, Any], held_out: bool) -> _Heads:
        jobs = parameters["jobs"]
        return cls(
            status=np.asarray(parameters["status"]),
            status_refits=np.asarray(parameters["status_refits"]),
            jobs=np.asarray(jobs["point"]),
            jobs_refits=np.asarray(jobs["refits"]),
            jobs_columns=np.asarray(model.document["jobs_columns"], dtype=np.intp),
            residuals=np.asarray(jobs["residuals"]),
            refit_of=np.asarray(jobs["refit_of"], dtype=np.intp),
            offset=float(logit(model.document["population"]["restart"]["rate"]) - logit(parameters["sample_rate"])),
            classifier=None if held_out else model.heads["reported_status"],
            regressor=None if held_out else model.heads["jobs"],
        )

    def probability(self, spread: Floats) -> Floats:
        """Press probability, shape (n,)."""
        return expit(_linear(spread, self.status)) if self.classifier is None else _point(self.classifier, spread)

    def log_jobs(self, spread: Floats) -> Floats:
        """Logarithm of jobs at press size, shape (n,)."""
        narrow = spread[:, self.jobs_columns]
        return _linear(narrow, self.jobs) if self.regressor is None else _point(self.regressor, narrow)

    def refitted_log_jobs(self, spread: Floats) -> Floats:
        """Logarithm of jobs by the refit that left out each residual's own province, shape (n, residuals)."""
        narrow = spread[:, self.jobs_columns]
        return (self.jobs_refits[:, 0] + narrow @ self.jobs_refits[:, 1:].T)[:, self.refit_of]

    def cv_plus(self, spread: Floats, coverage: float) -> tuple[Floats, Floats, Floats]:
        """Low, point, high of the CV+ interval in logarithms, shape (n,) each."""
        centre, margin = self.refitted_log_jobs(spread), np.abs(self.residuals)
        count = len(margin)
        high = min(int(np.ceil(coverage * (count + 1))), count) - 1
        low = max(int(np.floor((1 - coverage) * (count + 1))), 1) - 1
        point = self.log_jobs(spread)
        lows = np.sort(centre - margin, axis=1)[:, low]
        highs = np.sort(centre + margin, axis=1)[:, high]
        return np.minimum(lows, point), point, np.maximum(highs, point)


def _outputs(heads: _Heads, draws: _Draws, spread: Floats, size: _Size) -> Floats:
    """All outputs of some rows, shape (n, 3 x outputs), in the order of ``Output``."""
    refits = heads.status_refits[:, 0] + spread @ heads.status_refits[:, 1:].T
    probability = heads.probability(spread)
    feasibility = expit(refits + draws.offset) * draws.capacity
    centre = heads.refitted_log_jobs(spread)[:, draws.residual]
    at_month_12 = np.exp(centre + draws.sign * np.abs(heads.residuals[draws.residual]) + draws.shift)
    # Bringing a unit back takes no job away, so what it adds is never below zero.
    added = np.maximum(at_month_12 - size.jobs_now[:, None], 0.0)
    expected = feasibility * added
    capital = size.capital[:, None]
    moved = expit(logit(probability) + heads.offset) * draws.capacity.mean()
    by_output = {
        Output.REPORTED_STATUS: _ends(expit(refits), probability),
        Output.FEASIBILITY: _ends(feasibility, moved),
        Output.JOBS_IF_REVIVED: _ends(added, np.median(added, axis=1)),
        Output.JOBS_EXPECTED: _ends(expected, expected.mean(axis=1)),
        Output.JOBS_PER_BILLION_RIAL: _ends(added / capital, np.median(added / capital, axis=1)),
        Output.JOBS_EXPECTED_PER_BILLION_RIAL: _ends(expected / capital, (expected / capital).mean(axis=1)),
    }
    return np.hstack([by_output[output] for output in Output])


def _ends(draws: Floats, point: Floats) -> Floats:
    low, high = np.quantile(draws, LEVELS, axis=1)
    return np.column_stack([np.minimum(low, point), point, np.maximum(high, point)])


def _parts(
    model: Model, index: pd.Index, rows: npt.NDArray[np.intp]
) -> Iterator[tuple[Mapping[str, Any], npt.NDArray[np.intp], bool]]:
    """Rows by the heads that may speak of them: parameters, row numbers, whether they are held-out heads."""
    fold_of = pd.Series(model.document["fold_of"], dtype="str")
    fold = index[rows].map(fold_of).fillna("") if len(fold_of) else pd.Index([""] * len(rows))
    for name in pd.unique(fold):
        part = rows[fold == name]
        yield (model.document["held_out"][name], part, True) if name else (model.document["promoted"], part, False)


def _scorable(reasons: pd.Series) -> npt.NDArray[np.bool_]:
    allowed = reasons.isin(["", NotScorable.NO_JOBS_NOW.value])
    return np.asarray(allowed, dtype=bool)


def _check(model: Model, matrix: pd.DataFrame) -> None:
    if tuple(matrix.columns) != model.features:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=list(matrix.columns), allowed=list(model.features))


def _point(head: Any, ready: Floats) -> Floats:
    if hasattr(head, "predict_proba"):
        return np.asarray(head.predict_proba(ready)[:, 1], dtype=np.float64)
    return np.asarray(head.predict(ready), dtype=np.float64)


def _linear(spread: Floats, coefficients: Floats) -> Floats:
    return np.asarray(coefficients[0] + spread @ coefficients[1:], dtype=np.float64)
