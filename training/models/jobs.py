"""Jobs at month 12 as a register's own counts tell them: any, how many, and how far off that may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression, Ridge

from engine.errors import EhyaError, ErrorCode
from engine.scoring.design import design
from engine.scoring.jobs import JobsHeads, JobsNote, promise_column
from engine.scoring.sections import Block, JobCounts, JobsPart, PromiseRatio
from engine.scoring.unknown import added, unknown
from features.catalogue import Feature
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.cohort.job_counts import set_aside
from training.models.capital import rests_on_capital
from training.priors.official_rates import OfficialSize
from training.priors.promise_realisation import realisation
from training.statistics.conformal import held_out
from training.statistics.design_blocks import LEAST_OF_LEVEL, LEVEL_PENALTY
from training.statistics.shrinkage import Before, Floats, Pooled, pooled_chance, pooled_line

READ = (Feature.SECTOR_DIVISION, Feature.COUNTY_LEVEL, Feature.JOBS_BEFORE_LOG)
"""What the heads read of Ehya's own features, beside the promise. Power, buildings and machinery tell little of size
that people before the stop do not, and with few counts they cost more than that. No money: see
``training.models.capital``."""

ANY_A, ANY_B = 9.0, 1.0
"""Beta prior of P(any direct job at month 12 | revived), mean .9. Assumed: reports tell no zeros."""

UNIT_SPREAD, UNIT_RECORDS = 1.0, 10.0
"""Standard deviation of the logarithm of a unit's jobs, and the records it counts for (assumed)."""

LEAST_COUNTS = 10
"""Counts above zero from which their own residuals make the intervals; with fewer the supposed spread does."""

IMPOSSIBLE_TIMES = 100.0
"""A count so many times what the unit had, what it promised and what is usual is set aside (assumed)."""

PROMISE = "realised_promise"
NUMBER_PENALTY = 4.0
"""Centre of the prior on the penalty of a number in units of its own spread: an effect of half a record's spread."""


@dataclass(frozen=True, slots=True)
class JobsPrior:
    """What is supposed of jobs before a register has counted any.

    Parameters
    ----------
    size
        Jobs per revived unit in official counts.
    any_a, any_b
        Beta distribution of P(any direct job | revived). Assumed: reports tell no zeros.
    unit_spread, unit_records
        Standard deviation of the logarithm of a unit's jobs, and the records it counts for. Assumed.
    """

    size: OfficialSize
    any_a: float = ANY_A
    any_b: float = ANY_B
    unit_spread: float = UNIT_SPREAD
    unit_records: float = UNIT_RECORDS

    @property
    def chance(self) -> float:
        """Mean of P(any)."""
        return self.any_a / (self.any_a + self.any_b)

    @property
    def level(self) -> float:
        """Mean of the logarithm of jobs given any: draws then average to what official counts say."""
        return self.size.log_mean - (self.unit_spread**2 + self.size.spread**2) / 2 - float(np.log(self.chance))

    def before(self) -> Before:
        """As ``training.statistics.shrinkage`` takes it: official averages count for (unit spread / their own spread)
        squared.
        """
        return Before(
            level=self.level,
            level_records=(self.unit_spread / self.size.spread) ** 2,
            spread=self.unit_spread,
            spread_records=self.unit_records,
            ratios=dict.fromkeys((Feature.SECTOR_DIVISION.value, Feature.COUNTY_LEVEL.value), LEVEL_PENALTY),
            ratio=NUMBER_PENALTY,
        )


@dataclass(frozen=True, slots=True)
class FittedJobs:
    """Heads and section ``jobs`` of a document, ready for ``engine.scoring.jobs``.

    Parameters
    ----------
    heads
        ``jobs_any`` and ``jobs_size``, scikit-learn estimators.
    section
        What the document holds of them.
    """

    heads: dict[str, Any]
    section: JobsPart

    @property
    def ready(self) -> JobsHeads:
        """Both heads, ready to forecast."""
        return JobsHeads(self.heads["jobs_any"], self.heads["jobs_size"], self.section)


def fit_jobs(
    matrix: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series, *, schema: FeatureSchema, prior: JobsPrior,
    features: Sequence[str] | None = None, weights: pd.Series | None = None, random_state: int = 0,
) -> FittedJobs:  # fmt: skip
    """Fit both heads, the realisation ratio and the residuals of the intervals.

    Parameters
    ----------
    matrix
        Model matrix, index ``unit_id``: at least the units of ``jobs``, each as it was before it came back.
    units
        Unit table of the same units on the same days; read are ``province, county, jobs_promised, jobs_before_stop``.
    jobs
        Index ``unit_id``, persons at month 12, see :func:`training.cohort.job_counts.job_outcomes`. It may be empty:
        then official averages speak alone, and the section says so.
    schema
        Of ``matrix``.
    prior
        What is supposed before.
    features
        Columns to read; ``READ`` as far as the schema has them when ``None``.
    weights
        Index ``unit_id``, records that a unit counts for (inverse propensities); one each when ``None``. They move the
        heads; intervals rank residuals by number.
    random_state
        Seed of the folds.

    Returns
    -------
    FittedJobs
        ``section`` also tells ``notes`` (codes of ``JobsNote``), ``counts`` (used, zeros, set aside) and ``priors``
        with those that are ``assumed``.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when a wanted column is missing or rests on stated capital, ``unknown_unit`` when a count
        belongs to no row, ``outcome_out_of_range`` when one is below zero or not a number.
    """
    specs = _wanted(schema, matrix, features)
    came, X, known = _rows(matrix, units, jobs)
    aside = set_aside(came, known, typical=float(np.exp(prior.size.log_mean)), times=IMPOSSIBLE_TIMES)
    came, X, known = came[~aside], X[~aside], known[~aside]
    own = np.ones(len(came)) if weights is None else weights.reindex(X.index).fillna(1.0).to_numpy(np.float64)
    own = own / own.mean() if len(own) else own
    some, before, promises = came > 0, prior.before(), realisation(known, came)
    # So few counts tell a level at most: no slope, which would carry far beyond them.
    enough = int(some.sum()) >= LEAST_COUNTS
    blocks, kinds = _blocks(X, matrix, specs) if enough else ([], [])
    centre, scale = _promise_scale(promises.left_out)
    promise = promise_column(np.log(promises.left_out), centre, scale)
    columns = np.column_stack([design(X, blocks), promise if enough else np.zeros(len(came))])
    kinds = [*kinds, PROMISE]
    line = pooled_line(columns[some], np.log(came[some]), kinds, before, own[some])
    # Curvature of so many records at the mean: about the Beta distribution itself.
    heavy = (prior.any_a + prior.any_b) * prior.chance * (1 - prior.chance)
    chance, penalty = pooled_chance(columns, some.astype(np.float64), float(logit(prior.chance)), heavy, own)
    chance, size = np.round(chance, 10), np.round(line.coefficients, 10)
    lacking = _unknown(size, blocks)
    wider = np.sqrt(1 + np.column_stack([unknown(X, blocks), np.isnan(promises.left_out)]) @ lacking / line.variance)
    section = JobsPart(
        design=blocks,
        ratio=promises.ratio,
        promise_centre=centre,
        promise_scale=scale,
        **_intervals(columns[some], np.log(came[some]), line, before, own[some], random_state, wider[some]),
        any_line=chance,
        size_line=size,
        penalties={**line.ratios, "any": penalty},
        spread=line.variance**0.5,
        unknown=lacking,
        counts=JobCounts(used=len(came), zero=int((~some).sum()), set_aside=int(aside.sum())),
        notes=_notes(came, aside, X, specs, promises.ratio),
        priors=_priors(prior),
    )
    return FittedJobs(_heads(chance, size), section)


def job_features(schema: FeatureSchema) -> tuple[str, ...]:
    """Columns of a schema that the heads may read: those of ``READ`` that it has.

    Examples
    --------
    >>> from features.catalogue import FULL_SCHEMA
    >>> len(job_features(FULL_SCHEMA)), "capital_needed_log" in job_features(FULL_SCHEMA)
    (3, False)
    """
    return tuple(feature.value for feature in READ if feature.value in schema.names)


def _wanted(schema: FeatureSchema, matrix: pd.DataFrame, features: Sequence[str] | None) -> list[FeatureSpec]:
    names = job_features(schema) if features is None else tuple(features)
    specs = list(schema.subset(names).features)
    if missing := [name for name in names if name not in matrix]:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=list(matrix.columns), allowed=missing)
    if dosed := [spec.name for spec in specs if rests_on_capital(spec)]:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=dosed, allowed=list(job_features(schema)))
    return specs


def _rows(matrix: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series) -> tuple[Floats, pd.DataFrame, pd.DataFrame]:
    # By name, so that the order in which a register lists its units moves no fold.
    jobs = jobs.sort_index()
    unknown = [str(name) for name in jobs.index if name not in matrix.index or name not in units.index]
    if unknown:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unknown[0])
    came = jobs.to_numpy(np.float64, na_value=np.nan)
    if not (np.isfinite(came) & (came >= 0)).all():
        wrong = came[~(np.isfinite(came) & (came >= 0))][0]
        raise EhyaError(ErrorCode.OUTCOME_OUT_OF_RANGE, field="jobs", given=float(wrong), allowed=[0, None])
    return came, matrix.loc[jobs.index], units.loc[jobs.index]


def _blocks(X: pd.DataFrame, everyone: pd.DataFrame, specs: Sequence[FeatureSpec]) -> tuple[list[Block], list[str]]:
    """Blocks of ``engine.scoring.design``, and the kind of every column: levels of counted units, the scale of all
    units.
    """
    blocks: list[Block] = []
    kinds: list[str] = []
    for spec in specs:
        known = everyone[spec.name].dropna()
        if spec.kind is FeatureKind.CATEGORY:
            counts = X[spec.name].value_counts()
            levels = sorted(counts[counts >= LEAST_OF_LEVEL].index)
            if len(levels) > 1:
                listed = X[spec.name][X[spec.name].isin(levels)]
                centre = [float((listed == level).mean()) for level in levels]
                blocks.append(Block(column=spec.name, levels=levels, centre=centre, scale=1.0))
                kinds += [spec.name] * len(levels)
        elif X[spec.name].count() >= LEAST_OF_LEVEL and known.min() < known.max():
            scale = 1.0 if spec.kind is FeatureKind.FLAG else float(known.std(ddof=0))
            block = Block(column=spec.name, levels=None, centre=[float(known.mean())], scale=scale, log=False)
            blocks.append(block)
            kinds.append(spec.name)
    return blocks, kinds


def _unknown(size: Floats, blocks: Sequence[Block]) -> Floats:
    """What each block, and last the promise, adds to the variance of the logarithm where it is not known."""
    of_blocks = added([size[1:-1]], [np.zeros((0, len(size) - 2))], blocks)[:, 0, 0]
    return np.round(np.append(of_blocks, size[-1] ** 2), 10)


def _promise_scale(left_out: Floats) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of realised promises."""
    logs = np.log(left_out[~np.isnan(left_out)])
    spread = float(logs.std()) if len(logs) >= LEAST_OF_LEVEL else 0.0
    return float(logs.mean()) if len(logs) else 0.0, spread or 1.0


def _intervals(
    columns: Floats,
    logs: Floats,
    line: Pooled,
    before: Before,
    weights: Floats,
    random_state: int,
    wider: Floats,
) -> dict[str, Any]:
    """Residuals of counts that no fit had seen, as if all had been known of their units."""
    if len(logs) >= LEAST_COUNTS:
        return held_out(
            columns, logs, line.coefficients, before.level, line.penalties, weights, wider=wider,
            random_state=random_state,
        ).rounded()  # fmt: skip
    # Spread of a unit, with what is not known of the level, evenly over a normal distribution.
    spread = (line.variance * (1 + 1 / (line.records + before.level_records))) ** 0.5
    residuals = spread * norm.ppf(np.arange(1, 200) / 200)
    return {
        "method": "prior",
        "refits": np.round(line.coefficients, 10)[None],
        "refit_of": np.zeros(len(residuals), dtype=np.intp),
        "residuals": np.round(residuals, 10),
        "group": np.zeros(len(residuals), dtype=np.intp),
        "cuts": np.empty(0),
    }


def _notes(
    came: Floats, aside: np.ndarray, X: pd.DataFrame, specs: Sequence[FeatureSpec], ratio: PromiseRatio
) -> list[str]:
    sector = Feature.SECTOR_DIVISION.value
    alone = sector in {spec.name for spec in specs} and len(X) > 0 and X[sector].nunique() < 2
    holds = {
        JobsNote.TOO_FEW_COUNTS: (came > 0).sum() < LEAST_COUNTS,
        JobsNote.NO_JOBS_COUNTED: len(came) > 0 and not came.any(),
        JobsNote.ONE_SECTOR: alone,
        JobsNote.COUNTS_SET_ASIDE: aside.any(),
        JobsNote.RATIO_ASSUMED: ratio.assumed,
    }
    return [note.value for note, true in holds.items() if true]


def _priors(prior: JobsPrior) -> dict[str, Any]:
    return {
        "official_average": float(np.exp(prior.size.log_mean)),
        "official_spread": prior.size.spread,
        "rows_used": prior.size.rows_used,
        "any": {"a": prior.any_a, "b": prior.any_b},
        "unit_spread": prior.unit_spread,
        "assumed": ["any", "unit_spread", "ratio"],
    }


def _heads(chance: Floats, size: Floats) -> dict[str, Any]:
    """Estimators with the fitted coefficients in place; fitting on two rows only makes them whole."""
    rows = np.vstack([np.zeros(len(size) - 1), np.ones(len(size) - 1)])
    classifier = LogisticRegression().fit(rows, [0, 1])
    classifier.coef_, classifier.intercept_ = chance[None, 1:], chance[:1]
    regressor = Ridge(solver="cholesky").fit(rows, [0.0, 1.0])
    regressor.coef_, regressor.intercept_ = size[1:], float(size[0])
    return {"jobs_any": classifier, "jobs_size": regressor}
