"""Fit a hazard: a pooled line, boosting beside it, and the same line in two hundred bootstrap worlds.

Generic over the matrix and its schema. With four periods it is a discrete-time hazard (Tutz and Schmid 2016, "Modeling
discrete time-to-event data"); with one period it is a plain classifier of "within the horizon", for data that hold no
times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from engine.scoring.artefact import TREES
from engine.scoring.hazards import DRAWS, waited
from engine.scoring.sections import Block, HazardLink, HazardPart
from features.schema import FeatureSchema
from training.models.hazard_spec import FittedHead, HazardLevel, HazardRecipe, HeadKind, Observed
from training.models.hazard_trees import (
    LEAST_EVENTS_OF_TREES,
    boosted,
    crossed_effects,
    distinct_events,
    interval_inflation,
    rows_of,
)
from training.models.slope_priors import TABLE, SlopePriors, slope_priors
from training.priors.prior_effects import Slopes
from training.statistics.binomial import Prior, Rows, derivatives, fit_rows, information_of, unit_scores
from training.statistics.bootstrap import bootstrap_counts
from training.statistics.design_blocks import first_precision, group_of, nine_digits

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]

PROFILE_SPREAD = 0.5
"""Standard deviation of a period's own intercept around the level of all, on the scale of the score; assumed."""

POOLING_ROUNDS = 6
POOLING_EVIDENCE = 1.0
"""Slopes that the first guess of a group's precision counts for, beside those of the group (assumed)."""

FULL_REFITS = 5e6
"""Rows times squared columns up to which every bootstrap world is fitted to its end; above, it takes one step."""

_NEARLY_ALL = 0.9
"""Of a level that sifting would take away altogether, no more than this is put back."""

PINNED = 1e10
"""Precision that holds a slope at zero."""

_STREAM = 13


def fit_head(
    seen: Observed,
    level: HazardLevel | None,
    blocks: Sequence[Block],
    schema: FeatureSchema,
    *,
    recipe: HazardRecipe,
    random_state: int,
    signs: Mapping[str, int] | None = None,
    believed: Slopes | None = None,
    since: str | None = None,
    draws: int = DRAWS,
) -> FittedHead:
    """Fit one hazard.

    Parameters
    ----------
    seen
        Rows; none at all gives the prior.
    level
        Prior of the level; ``None`` for next to none.
    blocks
        Of the design.
    schema
        Kinds and order of the features.
    recipe
        How.
    random_state
        Seed of the bootstrap, the folds and the boosting.
    signs
        Expected directions of features, which line and boosting keep; none when ``None``. A slope that would go the
        other way is held at zero.
    believed
        Prior effects: slopes that they name are pulled towards them instead of towards zero, each by its own spread.
    since
        Feature that tells for how long a unit has been tried: who is left then has been sifted
        (``engine.scoring.hazards.sifted``), by as much as the recipe says. Nobody is sifted where ``None``.
    draws
        Bootstrap worlds.

    Returns
    -------
    FittedHead
        The line is the mode under a normal prior: the level is pulled towards the prior's, each slope towards zero,
        those of one group (the counties, the sectors, the numbers, the flags) by a precision that the data settle
        (MacKay 1992, "Bayesian interpolation"). Each bootstrap world draws units with replacement, and its level and
        effects from the prior, so that without records the draws are the prior's and with many the data's.
    """
    told = slope_priors(believed, blocks, seen.matrix, seen.columns)
    groups = np.where(told.known, TABLE, group_of(blocks, schema))
    periods = seen.at_risk.shape[1]
    frailty = 0.0 if since is None else recipe.frailty
    if frailty:
        seen = replace(seen, exposure=frailty * waited(seen.matrix, since or "", periods))
    prior, centres = _prior(level, periods, groups, told, recipe, draws, random_state, frailty)
    expected = np.array([(signs or {}).get(block.column, 0) for block in blocks for _ in range(block.width)])
    line, prior, precisions = _pooled(rows_of(seen), prior, groups, recipe)
    line, prior = _directed(rows_of(seen), prior, line, expected, recipe)
    worlds = _worlds(seen, prior, centres, line, recipe.link, random_state)
    estimators: dict[str, Any] = {"": _line_estimator(line)}
    boosting: dict[str, Any] = {"share": 0.0, "interval_inflation": 1.0, "effects": {}}
    enough = seen.event.any(axis=1).sum() and distinct_events(seen) >= LEAST_EVENTS_OF_TREES
    if recipe.learner is HeadKind.BLEND and enough:
        effects, replaced = crossed_effects(seen, prior, blocks, schema, line, recipe, random_state)
        trees = boosted(seen, replaced, schema, recipe, signs or {}, seen.weights, random_state)
        inflation = interval_inflation(seen, replaced, schema, recipe, signs or {}, line, worlds, random_state)
        boosting = {"share": recipe.share, "interval_inflation": inflation, "effects": effects}
        estimators[TREES] = trees
    part = HazardPart(
        periods=periods, link=recipe.link, refits=nine_digits(worlds), frailty=frailty,
        since=since if since and frailty else "", **boosting,
    )  # fmt: skip
    return FittedHead(
        estimators, part, own_share(rows_of(seen), prior, line, recipe.link), rows_of(seen).events, precisions
    )


def own_share(rows: Rows, prior: Prior, line: Floats, link: HazardLink) -> float:
    """Share of the level that own records decide: their information on it, of theirs and the prior's together."""
    periods = rows.at_risk.shape[1]
    own = float(information_of(rows, line, link)[:periods, :periods].sum())
    believed = float(np.ones(periods) @ prior.precision[:periods, :periods] @ np.ones(periods))
    return own / (own + believed) if own + believed > 0 else 0.0


def _prior(
    level: HazardLevel | None,
    periods: int,
    groups: npt.NDArray[np.str_],
    told: SlopePriors,
    recipe: HazardRecipe,
    draws: int,
    random_state: int,
    frailty: float = 0.0,
) -> tuple[Prior, Floats]:
    """Prior of the parameters, and its centre in each world, shape (draws, periods + columns).

    The level that is believed is that of all units over the periods to come, those who are left by then among them.
    """
    ahead = np.asarray(frailty * (np.arange(periods) + 0.5), dtype=np.float64)
    slopes = np.ones(len(groups))
    slopes[~told.known] = recipe.precision_factor * first_precision(groups[~told.known])
    slopes[told.known] = told.spread[told.known] ** -2.0
    if level is None:
        level = HazardLevel(np.full(periods, 0.5), 1e4, np.full((draws, periods), 0.5))
        profile = 1e4
    else:
        profile = PROFILE_SPREAD
    covariance = level.spread**2 * np.ones((periods, periods)) + profile**2 * np.eye(periods)
    precision = np.zeros((periods + len(slopes),) * 2)
    precision[:periods, :periods] = np.linalg.inv(covariance)
    precision[range(periods, periods + len(slopes)), range(periods, periods + len(slopes))] = slopes
    effects = np.where(told.known, told.centre, 0.0)
    centre = np.concatenate([_first(_link(level.probability, recipe.link), ahead), effects])
    if level.draws is None:
        moved = level.spread * np.random.default_rng(random_state).standard_normal(draws)
        believed = centre[:periods] + moved[:, None]
    else:
        believed = _first(_link(level.draws, recipe.link), ahead)
    moved = np.random.default_rng([_STREAM, random_state]).standard_normal((draws, len(slopes)))
    worlds = effects + np.where(told.known, told.spread, 0.0) * moved
    return Prior(centre, precision), np.hstack([believed, worlds])


def _first(score: Floats, exposure: Floats) -> Floats:
    """Score of a first attempt of which ``sifted`` makes the one given."""
    taken = np.minimum(exposure * np.exp(score), _NEARLY_ALL)
    return np.asarray(score - np.log1p(-taken))


def _pooled(
    rows: Rows, prior: Prior, groups: npt.NDArray[np.str_], recipe: HazardRecipe
) -> tuple[Floats, Prior, dict[str, float]]:
    """Fit, and settle by how much the slopes of each group are pulled towards zero."""
    line = fit_rows(rows, prior, link=recipe.link)
    periods = rows.at_risk.shape[1]
    # What the table says keeps its own spread; the others settle theirs.
    slopes = np.flatnonzero(groups != TABLE)
    groups = groups[slopes]
    names, member = np.unique(groups, return_inverse=True)
    guess = recipe.precision_factor * first_precision(groups)
    for _ in range(POOLING_ROUNDS if len(groups) else 0):
        _, information = derivatives(rows, prior, line, recipe.link)
        variance = np.diag(np.linalg.inv(information))[periods + slopes]
        now = prior.precision[periods + slopes, periods + slopes]
        told = np.bincount(member, np.clip(1 - now * variance, 0, 1))
        size = np.bincount(member, line[periods + slopes] ** 2)
        first = np.array([guess[member == which][0] for which in range(len(names))])
        settled = (told + POOLING_EVIDENCE) / (size + POOLING_EVIDENCE / first)
        precision = prior.precision.copy()
        precision[periods + slopes, periods + slopes] = settled[member]
        prior = Prior(prior.centre, precision)
        line = fit_rows(rows, prior, link=recipe.link, start=line)
    held = prior.precision[periods + slopes, periods + slopes]
    return line, prior, {str(name): float(held[member == which][0]) for which, name in enumerate(names)}


def _directed(rows: Rows, prior: Prior, line: Floats, expected: Numbers, recipe: HazardRecipe) -> tuple[Floats, Prior]:
    """Hold at zero every slope that goes against its expected direction, and fit the others anew."""
    periods = rows.at_risk.shape[1]
    pinned = np.zeros(len(expected), dtype=bool)
    while (wrong := ~pinned & (expected * line[periods:] < 0)).any():
        pinned |= wrong
        precision = prior.precision.copy()
        at = periods + np.flatnonzero(pinned)
        precision[at, at] = PINNED
        centre = prior.centre.copy()
        centre[at] = 0.0
        prior = Prior(centre, precision)
        line = fit_rows(rows, prior, link=recipe.link, start=line)
        line[at] = 0.0
    return line, prior


def _worlds(seen: Observed, prior: Prior, centres: Floats, line: Floats, link: HazardLink, random_state: int) -> Floats:
    """The line in each bootstrap world, shape (draws, periods + columns)."""
    draws = len(centres)
    if not len(seen.unit):
        return centres
    counts = bootstrap_counts(np.ones(seen.units, dtype=bool), refits=draws, random_state=random_state)
    if seen.columns.size * seen.columns.shape[1] > FULL_REFITS:
        return _one_step(seen, prior, centres, line, link, counts)
    found = np.empty_like(centres)
    for world in range(draws):
        drawn = replace(rows_of(seen), weights=seen.weights * counts[world][seen.unit])
        found[world] = fit_rows(drawn, Prior(centres[world], prior.precision), link=link, start=line)
    return found


def _one_step(seen: Observed, prior: Prior, centres: Floats, line: Floats, link: HazardLink, counts: Floats) -> Floats:
    # One Newton step from the mode with the mode's own curvature: the score bootstrap of Kline and Santos (2012), "A
    # score based approach to wild bootstrap inference", with resampled units for its weights.
    scores = unit_scores(rows_of(seen), line, seen.unit, seen.units, link=link)
    _, information = derivatives(rows_of(seen), prior, line, link)
    pushed = (counts - 1) @ scores + (centres - prior.centre) @ prior.precision
    return np.asarray(line + np.linalg.solve(information, pushed.T).T)


def _line_estimator(line: Floats) -> LogisticRegression:
    """A scikit-learn estimator that holds the line: a column for each period, then the design, no intercept."""
    held = LogisticRegression(fit_intercept=False)
    held.classes_ = np.array([0, 1])
    held.coef_, held.intercept_ = line[None].copy(), np.zeros(1)
    held.n_features_in_, held.n_iter_ = len(line), np.array([0], dtype=np.int32)
    return held


def _link(probability: Floats, link: HazardLink) -> Floats:
    if link is HazardLink.LOGIT:
        return np.asarray(logit(probability))
    return np.asarray(np.log(-np.log1p(-probability)))
