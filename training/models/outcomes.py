"""Fit the model of outcomes: what a register's own log says of restarts, held near official counts while short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import polygamma
from scipy.stats import beta
from threadpoolctl import threadpool_limits

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import Model
from engine.scoring.design import clipped, design
from engine.scoring.document import OutcomesDocument
from engine.scoring.frailty import UNIT_SPREAD
from engine.scoring.hazards import DRAWS
from engine.scoring.sections import (
    BetaPrior,
    Block,
    CapacityPrior,
    DriftReference,
    HazardPart,
    Hazards,
    OfficialJobs,
    Population,
    Recalibration,
)
from features.catalogue import Feature
from training.cohort.landmarks import LEAST_RESTARTS, Followed, plants
from training.cohort.spells import ENDED, RESTARTED
from training.models.hazard import fit_head
from training.models.hazard_prior import end_level, restart_level
from training.models.hazard_spec import FittedHead, HazardLevel, HazardRecipe, HeadKind, Observed
from training.models.jobs import FittedJobs, JobsPrior, fit_jobs, job_features
from training.models.maturing import followed
from training.priors.official_rates import Priors, official_rate
from training.priors.prior_effects import Slopes, slopes
from training.statistics.design_blocks import line_blocks, ranges
from training.statistics.feature_shift import reference

Floats = npt.NDArray[np.float64]

LEAST_JUDGED = 10
"""Restarts judged a year on below which the capacity factor is its prior."""

CAPACITY = "capacity"

CAPACITY_FACTOR = 3.0
"""Slopes of the capacity are held nearer to zero by this factor than those of the hazards: they learn from the judged
restarts alone, and in practice provinces were said twice as large as they were (decision 0037)."""

TRIED = Feature.TRIED_LOG.value
"""What tells for how long a unit has been tried."""


@dataclass(frozen=True, slots=True)
class FittedOutcomes:
    """A fitted model of outcomes, not yet judged.

    Parameters
    ----------
    model
        Ready to score; without metrics and card.
    heads
        ``restart``, ``end`` and, where it was fitted, ``capacity``.
    followed
        What it was fitted to.
    """

    model: Model
    heads: Mapping[str, FittedHead]
    followed: Followed


def fit_outcomes(
    seen: Followed,
    priors: Priors,
    *,
    as_of: pd.Timestamp | None = None,
    recipe: HazardRecipe = HazardRecipe(),  # noqa: B008 - frozen
    weights: pd.Series | None = None,
    random_state: int = 0,
    least_restarts: int = LEAST_RESTARTS,
    draws: int = DRAWS,
    origin: str | None = None,
    effects: pd.DataFrame | None = None,
    present: pd.DataFrame | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> FittedOutcomes:
    """Fit restart, end and capacity to followed units.

    Parameters
    ----------
    seen
        What ``training.cohort.landmarks.follow`` gives.
    priors
        Official counts.
    as_of
        The last day whose facts may be seen; that of ``seen`` when ``None``.
    recipe
        How the two hazards are fitted. The capacity is always a line, held nearer to zero than theirs: it learns from
        fewer rows than they do.
    weights
        Weight of each unit, index ``unit_id`` (inverse propensities of having been approached, for one); ones where
        ``None``, and for a unit that is not there. They are brought to a mean of one.
    random_state
        Seed of bootstrap, folds and boosting.
    least_restarts
        Fewer restarts are refused.
    draws
        Bootstrap worlds.
    origin
        Origin of the units, written into the document: a model of synthetic units says so.
    effects
        Prior effects (``engine.reference.effects.effects``) that slopes of restart and capacity are pulled towards;
        towards zero where ``None``.
    present
        Model matrix of the units that stand idle on the day, by the tables of ``seen.fitted``: what a later register is
        compared with (``training.statistics.feature_shift``). The landmarks of ``seen`` where ``None``; they lie in the
        past, when the register was smaller.
    progress
        Called with the share done, 0..1.

    Returns
    -------
    FittedOutcomes
        The document's ``prior_driven`` is true where the prior decides more than half of the level of restarts, or the
        whole of the capacity factor.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when fewer than ``least_restarts`` restarts can be learnt from; ``schema_mismatch`` when the
        matrix does not have the columns of the schema.
    """
    if seen.restarted < least_restarts:
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=seen.restarted, allowed=least_restarts)
    schema = seen.schema
    if tuple(seen.matrix.columns) != schema.names:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=list(seen.matrix.columns), allowed=list(schema.names))
    day = seen.as_of if as_of is None else pd.Timestamp(as_of)
    of_unit = _unit_weights(seen, weights)
    limits = ranges(seen.matrix, schema)
    held, _ = clipped(seen.matrix, limits)
    # A unit that waited long has many landmarks: centres are taken over the last of each.
    blocks = line_blocks(held.iloc[_last_of_each(seen)], schema)
    spread = design(held, blocks)
    with threadpool_limits(limits=1):
        believed = {name: None if effects is None else slopes(effects, name) for name in ("restart", "durable")}
        heads = _hazards(
            seen, priors, held, spread, of_unit, blocks, recipe, random_state, draws, progress, believed["restart"]
        )
        shift = Recalibration()
        if recipe.follow > 0:

            def refit(rows: npt.NDArray[np.bool_]) -> dict[str, FittedHead]:
                return _hazards(
                    seen.where(rows), priors, held[rows], spread[rows], of_unit[rows], blocks,
                    replace(recipe, learner=HeadKind.LINE), random_state, 2, lambda share: None, believed["restart"],
                )  # fmt: skip

            heads["restart"], shift = followed(
                heads, refit, seen, held, spread, of_unit, share=recipe.follow, random_state=random_state
            )
        capacity, part = _capacity(
            seen,
            priors,
            held,
            spread,
            of_unit,
            blocks,
            CAPACITY_FACTOR * recipe.precision_factor,
            random_state,
            draws,
            believed["durable"],
        )
        jobs = _jobs(seen, priors, held, weights, random_state)
    progress(1.0)
    if capacity is not None:
        heads[CAPACITY] = capacity
    own = {name: head.own_share for name, head in heads.items()}
    document = OutcomesDocument(
        kind="outcomes",
        feature_schema=schema.to_json(),
        features=schema.names,
        fitted=dict(seen.fitted),
        ranges=limits,
        design=blocks,
        hazards=Hazards(restart=heads["restart"].part, end=heads["end"].part, capacity=part),
        population=population(priors),
        jobs=jobs.section,
        prior_driven=own["restart"] < 0.5 or capacity is None,
        own_share=own,
        data_until=day.date().isoformat(),
        recipe=recipe.settings(random_state),
        recalibration=shift,
        sample=sample_counts(seen, weights is not None),
        origin=origin,
        drift_reference=_reference(seen, present),
        unit_spread=UNIT_SPREAD,
        fold_of={},
    )
    document = document.changed(version=document.name_of(day))
    return FittedOutcomes(Model({**_estimators(heads), **jobs.heads}, document), heads, seen)


def point_fit(
    priors: Priors,
    *,
    recipe: HazardRecipe = HazardRecipe(),  # noqa: B008 - frozen
    weights: pd.Series | None = None,
    random_state: int = 0,
    least_restarts: int = LEAST_RESTARTS,
    effects: pd.DataFrame | None = None,
) -> Callable[[Followed], Model]:
    """A way of fitting whose points alone are read, as judging and search want it: two bootstrap worlds do.

    Parameters
    ----------
    priors, recipe, weights, random_state, least_restarts, effects
        Those of ``fit_outcomes``.
    """
    return lambda seen: (
        fit_outcomes(
            seen,
            priors,
            recipe=recipe,
            weights=weights,
            random_state=random_state,
            least_restarts=least_restarts,
            effects=effects,
            draws=2,
        ).model
    )


def population(priors: Priors) -> Population:
    """Official counts, as the document holds them."""
    size = priors.size
    return Population(
        restart=official_rate(priors.restart),
        capacity=official_rate(priors.capacity),
        jobs=OfficialJobs(
            log_mean=size.log_mean,
            spread=size.spread,
            rows_used=size.rows_used,
            official_average=float(np.exp(size.log_mean)),
        ),
    )


def sample_counts(seen: Followed, weighted: bool = False) -> dict[str, Any]:
    """What a model was fitted to, in numbers."""
    known = seen.restarts["held"].notna()
    return {
        "units": int(seen.rows["unit_id"].nunique()),
        "landmarks": len(seen),
        "restarts": seen.restarted,
        "ends": seen.ended,
        "judged_at_month_12": int(known.sum()),
        "held_half_capacity": int(seen.restarts.loc[known, "held"].sum()),
        "jobs_counted": int((seen.restarts["jobs"].notna() & (seen.restarts["held"] != 0)).sum()),
        "settled": seen.settled.date().isoformat(),
        "left_out": dict(seen.left_out),
        "weighted": weighted,
    }


def _reference(seen: Followed, present: pd.DataFrame | None) -> DriftReference:
    if present is None:
        return reference(seen.matrix, seen.schema, units=seen.rows["unit_id"])
    return reference(present, seen.schema)


def _hazards(
    seen: Followed, priors: Priors, held: pd.DataFrame, spread: Floats, of_unit: Floats, blocks: Sequence[Block],
    recipe: HazardRecipe, random_state: int, draws: int, progress: Callable[[float], None], believed: Slopes | None,
) -> dict[str, FittedHead]:  # fmt: skip
    restarted, ended, at_risk = seen.event(RESTARTED), seen.event(ENDED), seen.at_risk
    weights = of_unit * seen.counted_once
    signs = dict(zip(seen.schema.names, seen.schema.signs, strict=True))
    levels = {
        "restart": restart_level(priors.restart, draws, random_state=random_state),
        "end": end_level(priors.restart, draws, random_state=random_state),
    }
    # What makes a restart likelier is expected to make an end for good less likely.
    against = {name: -sign for name, sign in signs.items()}
    risk = {"restart": (at_risk, restarted, signs), "end": (at_risk & ~restarted, ended, against)}
    heads = {}
    for done, (name, (at, event, expected)) in enumerate(risk.items()):
        observed = Observed(held, spread, at, event, weights, seen.unit)
        heads[name] = fit_head(
            observed, levels[name], blocks, seen.schema, recipe=recipe, random_state=random_state, signs=expected,
            draws=draws, believed=believed if name == "restart" else None, since=TRIED if name == "restart" else None,
        )  # fmt: skip
        progress((done + 1) / 3)
    return heads


def _capacity(
    seen: Followed, priors: Priors, held: pd.DataFrame, spread: Floats, of_unit: Floats, blocks: Sequence[Block],
    factor: float, random_state: int, draws: int, believed: Slopes | None,
) -> tuple[FittedHead | None, HazardPart | CapacityPrior]:  # fmt: skip
    judged = seen.restarts[seen.restarts["held"].notna()]
    rate = priors.capacity
    if len(judged) < LEAST_JUDGED:
        holding = int(judged["held"].sum())
        moved = rate.updated(holding, len(judged) - holding)
        return None, CapacityPrior(prior=BetaPrior(a=moved.a, b=moved.b, rows_used=moved.rows_used))
    row = judged["row"].to_numpy(np.intp)
    unit = np.asarray(pd.factorize(judged["unit_id"], sort=True)[0], dtype=np.intp)
    observed = Observed(
        held.iloc[row], spread[row], np.ones((len(row), 1), dtype=bool), (judged["held"] == 1).to_numpy()[:, None],
        of_unit[row] * seen_weights(seen.restarts), unit,
    )  # fmt: skip
    even = (np.random.default_rng(random_state + 2).permutation(draws) + 0.5) / draws
    level = HazardLevel(
        np.array([rate.rate]),
        float(np.sqrt(polygamma(1, rate.a) + polygamma(1, rate.b))),
        beta.ppf(even, rate.a, rate.b)[:, None],
    )
    head = fit_head(
        observed, level, blocks, seen.schema, recipe=HazardRecipe(precision_factor=factor), random_state=random_state,
        draws=draws, signs=dict(zip(seen.schema.names, seen.schema.signs, strict=True)), believed=believed,
    )  # fmt: skip
    return head, head.part


def _jobs(
    seen: Followed, priors: Priors, held: pd.DataFrame, weights: pd.Series | None, random_state: int
) -> FittedJobs:
    """Jobs heads: the first count of each unit, described on the last landmark before it came back."""
    counted = seen.restarts[seen.restarts["jobs"].notna() & (seen.restarts["held"] != 0)]
    counted = counted.sort_values(["unit_id", "restarted_on"], kind="stable").drop_duplicates("unit_id")
    row, names = counted["row"].to_numpy(np.intp), pd.Index(counted["unit_id"], name="unit_id")
    units = plants(seen.rows.iloc[row]).set_axis(names)
    return fit_jobs(
        held.iloc[row].set_axis(names), units, counted["jobs"].set_axis(names), schema=seen.schema,
        prior=JobsPrior(priors.size), features=job_features(seen.schema), weights=weights, random_state=random_state,
    )  # fmt: skip


def seen_weights(restarts: pd.DataFrame) -> Floats:
    """Weights of the judged restarts: those that ran speak for the others that ran and that nobody looked at.

    That a unit stopped again is known without a visit; that it ran at month 12 only where somebody looked.

    Examples
    --------
    Two ran and were seen, two ran unseen, one had stopped:

    >>> seen_weights(pd.DataFrame({"held": [1.0, 0.0, None, None, 0.0], "capacity_share": [0.7, 0.3, None, None, 0.0]}))
    array([2., 2., 1.])
    """
    fallen = (restarts["held"] == 0) & (restarts["capacity_share"] == 0)
    ran, known = ~fallen, restarts["held"].notna()
    factor = float(ran.sum() / max(int((ran & known).sum()), 1))
    return np.where(fallen, 1.0, factor)[known.to_numpy()]


def _unit_weights(seen: Followed, weights: pd.Series | None) -> Floats:
    if weights is None:
        return np.ones(len(seen))
    own = weights.reindex(seen.rows["unit_id"]).fillna(1.0).to_numpy(np.float64)
    if not np.isfinite(own).all() or (own < 0).any() or not own.any():
        raise EhyaError(ErrorCode.OUTCOME_OUT_OF_RANGE, field="weights", given=float(own.min()), allowed=[0, "inf"])
    return np.asarray(own / own[_last_of_each(seen)].mean())


def _last_of_each(seen: Followed) -> npt.NDArray[np.intp]:
    """Last landmark of each unit, whatever the order of the rows."""
    ordered = seen.rows.reset_index(drop=True).sort_values(["unit_id", "origin"], kind="stable")
    return np.asarray(ordered.index[~ordered.duplicated("unit_id", keep="last").to_numpy()], dtype=np.intp)


def _estimators(heads: Mapping[str, FittedHead]) -> dict[str, Any]:
    return {f"{name}{suffix}": each for name, head in heads.items() for suffix, each in head.estimators.items()}
