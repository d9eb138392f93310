"""Hazards of a restart and of an end for good, by period: from a model of outcomes to feasibility.

A unit that stands idle leaves that state in one of two ways. ``restart`` is P(restart in a period | idle at its start),
``end`` is P(liquidated or licence cancelled in it | idle at its start and not restarted in it): written one after the
other, the two can never sum to more than one, whatever fitted them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import beta

from engine.scoring.artefact import TREES, Model
from engine.scoring.design import Floats, clipped, design, levels_replaced
from engine.scoring.document import HazardsDocument, of_kind
from engine.scoring.sections import CapacityPrior, HazardLink, HazardPart, Hazards
from engine.scoring.unknown import added, unknown, widened

DRAWS = 200
"""Draws of every interval; draw k is the same bootstrap world for every unit and every head."""

LEARNER = "learner"
"""Head of a data scientist's own learner (``predict_proba`` over the matrix). Where a model has it, it gives the point
of feasibility; the draws of the hazards are moved there on the log-odds, since it has no bootstrap worlds."""

_SURE = 1e-6
"""Nearer to 0 or 1 no probability is moved on the log-odds."""

_STEP = 1e-3
"""Of a score, for what it moves."""

PERIODS, PERIOD_MONTHS = 4, 6
"""Four periods of six months: the horizon of feasibility is 24 months."""


def inverse_link(score: Floats, link: HazardLink | str) -> Floats:
    """Probability of a score.

    Examples
    --------
    >>> inverse_link(np.array([0.0]), HazardLink.LOGIT).tolist()
    [0.5]
    >>> inverse_link(np.array([0.0]), "cloglog").round(4).tolist()
    [0.6321]
    """
    if HazardLink(link) is HazardLink.LOGIT:
        return np.asarray(expit(score))
    return np.asarray(-np.expm1(-np.exp(np.minimum(score, 30.0))))


def incidence(restart: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Cumulative incidence of both ways out, period by period.

    Parameters
    ----------
    restart
        Shape (..., periods): P(restart in the period | idle at its start).
    end
        Shape (..., periods): P(end in the period | idle at its start, not restarted in it).

    Returns
    -------
    restarted, ended
        Shape (..., periods): probability that it happened by the end of each period. Both grow, and sum to one at most.
        With one unit and the shares of each period put in, this is the estimator of Aalen and Johansen (1978), "An
        empirical transition matrix for non-homogeneous Markov chains based on censored observations".

    Examples
    --------
    Half restart, half of the rest end for good, twice:

    >>> restarted, ended = incidence(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    >>> restarted.tolist(), ended.tolist()
    ([0.5, 0.625], [0.25, 0.3125])
    """
    waiting = np.cumprod((1 - restart) * (1 - end), axis=-1)
    at_start = np.concatenate([np.ones_like(waiting[..., :1]), waiting[..., :-1]], axis=-1)
    return np.cumsum(at_start * restart, axis=-1), np.cumsum(at_start * (1 - restart) * end, axis=-1)


def sifted(score: Floats, exposure: Floats) -> Floats:
    """Score of those who are still waiting, among units of like records that are not alike.

    Who would come back soon has come back; those who are left are the slower ones, and the more so the likelier a
    restart was by their records. With a factor on the hazard that has a gamma distribution of mean 1 and variance v,
    the hazard of those left after a cumulative hazard H is h / (1 + v H) (Vaupel, Manton and Stallard 1979, "The impact
    of heterogeneity in individual frailty on the dynamics of mortality", equation 6). So effects of records fade with
    time, though none of them changes.

    Parameters
    ----------
    score
        Shape (..., periods): logarithm of the hazard of a period, or log-odds of the event in it, of a unit that is
        tried for the first time.
    exposure
        v times the periods that a unit has been tried for by the middle of each, same shape or one that fits.

    Returns
    -------
    numpy.ndarray
        Grows with the score, falls with the exposure.

    Examples
    --------
    Hazards of .2 and .1 after five periods with a variance of one, .2 / (1 + 1) and .1 / (1 + .5):

    >>> np.exp(sifted(np.log([0.2, 0.1]), np.array([5.0, 5.0]))).round(4).tolist()
    [0.1, 0.0667]
    """
    return np.asarray(score - np.log1p(exposure * np.exp(np.minimum(score, 30.0))))


def waited(matrix: pd.DataFrame, since: str, periods: int) -> Floats:
    """Periods that each unit has been tried for by the middle of each of the next ones, shape (n, periods).

    Parameters
    ----------
    matrix
        Shape (n, features).
    since
        Feature that tells for how long, log10(1 + years); nobody has been tried where it is not there or not known.
    periods
        How many.

    Examples
    --------
    >>> waited(pd.DataFrame({"tried_log": [0.0, np.log10(2), None]}), "tried_log", 2).round(2).tolist()
    [[0.5, 1.5], [2.5, 3.5], [0.5, 1.5]]
    """
    ahead = np.arange(periods) + 0.5
    if since not in matrix.columns:
        return np.tile(ahead, (len(matrix), 1))
    years = 10 ** np.nan_to_num(matrix[since].to_numpy(np.float64)) - 1
    return np.asarray(years[:, None] * 12 / PERIOD_MONTHS + ahead)


@dataclass(frozen=True, slots=True)
class Head:
    """One fitted hazard.

    Parameters
    ----------
    line
        Shape (periods + columns): intercept of each period, then the slopes of the design.
    refits
        Shape (DRAWS, periods + columns): the same line in each bootstrap world.
    periods
        How many.
    link
        Scale of the score.
    share
        Share of the trees in the score, 0..1; the line has the rest.
    interval_inflation
        Factor on the distance of each refit from the line, so that intervals also cover the error of the boosting.
    trees
        Fitted boosting over the matrix and the number of the period, or ``None``.
    effects
        Category -> level -> effect: what the trees read in place of the number of a level.
    frailty, since
        Those of ``engine.scoring.sections.HazardPart``.
    """

    line: Floats
    refits: Floats
    periods: int
    link: HazardLink
    share: float
    interval_inflation: float
    trees: Any
    effects: Mapping[str, Mapping[str, float]]
    frailty: float = 0.0
    since: str = ""

    @classmethod
    def of(cls, model: Model, name: str) -> Head:
        """Read the head ``restart``, ``end`` or ``capacity`` of a model of outcomes.

        Raises
        ------
        TypeError
            When the model has no such head.
        """
        part = getattr(of_kind(model.document, HazardsDocument).hazards, name)
        if not isinstance(part, HazardPart):
            raise TypeError(f"no fitted hazard {name}")
        return cls.fitted(part, model.heads[name], model.heads.get(f"{name}{TREES}"))

    @classmethod
    def fitted(cls, part: HazardPart, line: Any, trees: Any) -> Head:
        """Put a section of the document and its estimators together."""
        return cls(
            line=np.asarray(line.coef_[0], dtype=np.float64),
            refits=part.refits,
            periods=part.periods,
            link=part.link,
            share=part.share if trees is not None else 0.0,
            interval_inflation=part.interval_inflation,
            trees=trees,
            effects=part.effects,
            frailty=part.frailty,
            since=part.since,
        )

    def score(self, columns: Floats, matrix: pd.DataFrame) -> Floats:
        """Score of each period, shape (n, periods).

        Parameters
        ----------
        columns
            Design, shape (n, columns).
        matrix
            Model matrix within the ranges of the model, shape (n, features).
        """
        trees = None if self.trees is None or self.share == 0 else self.tree_score(matrix)
        return self.blended(self.raw(columns), self.exposure(matrix), trees)

    def raw(self, columns: Floats) -> Floats:
        """What the line says of each period of a unit that is tried for the first time, shape (n, periods)."""
        return np.asarray((columns @ self.line[self.periods :])[:, None] + self.line[: self.periods])

    def exposure(self, matrix: pd.DataFrame) -> Floats | None:
        """What ``sifted`` asks for, shape (n, periods); ``None`` where all units of like records count as alike."""
        return self.frailty * waited(matrix, self.since, self.periods) if self.frailty else None

    def blended(self, raw: Floats, exposure: Floats | None, trees: Floats | None) -> Floats:
        """Score of each period of the line, sifted, and the trees together, shape (n, periods)."""
        line = raw if exposure is None else sifted(raw, exposure)
        return line if trees is None else np.asarray((1 - self.share) * line + self.share * trees)

    def tree_score(self, matrix: pd.DataFrame) -> Floats:
        """Score of the trees alone, shape (n, periods)."""
        ready = np.column_stack([levels_replaced(matrix, self.effects), np.empty(len(matrix))])
        scores = np.empty((len(matrix), self.periods))
        for period in range(self.periods if len(matrix) else 0):
            ready[:, -1] = period
            scores[:, period] = self.trees.decision_function(ready)
        return scores

    def moved(self, columns: Floats, matrix: pd.DataFrame) -> Floats:
        """By how much each bootstrap world moves the score, shape (n, DRAWS, periods)."""
        apart = self.interval_inflation * (self.refits - self.line)
        slopes = columns @ apart[:, self.periods :].T
        moves = np.asarray(slopes[:, :, None] + apart[:, : self.periods])
        if self.frailty:
            moves *= self.fading(columns, matrix)[:, None]
        return moves

    def fading(self, columns: Floats, matrix: pd.DataFrame) -> Floats:
        """By how much less the score of a later attempt moves than that of a first one, shape (n, periods).

        To the first order; one where all units of like records count as alike.
        """
        exposure = self.exposure(matrix)
        if exposure is None:
            return np.ones((len(columns), self.periods))
        return np.asarray(1 / (1 + exposure * np.exp(np.minimum(self.raw(columns), 30.0))))

    def probability(self, score: Floats) -> Floats:
        """Hazard of a score."""
        return inverse_link(score, self.link)


@dataclass(frozen=True, slots=True)
class Incidence:
    """What a model of outcomes says of some units.

    Parameters
    ----------
    restarted, ended
        Shape (n, periods): probability by the end of each period.
    half
        Shape (n,): P(half of nominal capacity or more at month 12 | restart).
    restarted_draws
        Shape (n, DRAWS): probability of a restart within the horizon in each bootstrap world.
    half_draws
        Shape (n, DRAWS).
    """

    restarted: Floats
    ended: Floats
    half: Floats
    restarted_draws: Floats
    half_draws: Floats

    @property
    def feasibility(self) -> Floats:
        """P(restart within the horizon) x P(half capacity or more at month 12 | restart), shape (n,)."""
        return np.asarray(self.restarted[:, -1] * self.half)

    @property
    def feasibility_draws(self) -> Floats:
        """The same in each bootstrap world, shape (n, DRAWS)."""
        return np.asarray(self.restarted_draws * self.half_draws)


def feasibility(model: Model, matrix: pd.DataFrame, *, random_state: int = 0) -> tuple[Floats, Floats]:
    """Feasibility of units, and its draws.

    Parameters
    ----------
    model
        Promoted model of kind ``outcomes``.
    matrix
        Shape (n, features), columns of the model.
    random_state
        Seed: moves the draws of a capacity that rests on its prior, since all other draws were made in training.

    Returns
    -------
    point, draws
        Shape (n,) and (n, DRAWS), probabilities. A unit's figures depend on no other unit.
    """
    found = incidences(model, matrix, random_state=random_state)
    chance = _learnt(model, matrix)
    away = _log_odds(found.feasibility_draws) - _log_odds(found.feasibility)[:, None]
    away = widened(away, unknown_variance(model, matrix))
    chance = found.feasibility if chance is None else chance
    return chance, np.asarray(expit(_log_odds(chance)[:, None] + away))


def unknown_variance(model: Model, matrix: pd.DataFrame) -> Floats:
    """Variance of the log-odds of feasibility that comes of what is not known of a unit, shape (n,).

    Parameters
    ----------
    model, matrix
        Model of kind ``outcomes``, rows of its matrix.
    """
    return np.asarray(unknown_parts(model, matrix).sum(axis=1))


def unknown_parts(model: Model, matrix: pd.DataFrame) -> Floats:
    """What each block of the design that is not known adds to the variance of the log-odds of feasibility.

    Parameters
    ----------
    model, matrix
        Model of kind ``outcomes``, rows of its matrix.

    Returns
    -------
    numpy.ndarray
        Shape (n, blocks), by the delta method: what a value may be, times what it moves in both ways out and in the
        capacity. The line speaks for the trees too, which learnt of the same rows.
    """
    document = of_kind(model.document, HazardsDocument)
    within, columns = _ready(model, matrix)
    heads = fitted_heads(model)
    lacks = unknown(within, document.design)
    if not lacks.any():
        return np.zeros(lacks.shape)
    slopes = [head.line[head.periods :] for head in heads.values()]
    doubts = [
        head.interval_inflation * (head.refits[:, head.periods :] - head.line[head.periods :])
        for head in heads.values()
    ]
    each = added(slopes, doubts, document.design)
    push = _pushes(model, heads, columns, within)
    return np.asarray(lacks * np.einsum("ni,bij,nj->nb", push, each, push))


def fitted_heads(model: Model) -> dict[str, Head]:
    """Heads of a model of outcomes that were fitted: ``restart``, and ``end`` and ``capacity`` where they were."""
    parts = of_kind(model.document, HazardsDocument).hazards
    there = {name: getattr(parts, name) for name in ("restart", "end", "capacity")}
    return {name: Head.of(model, name) for name, part in there.items() if isinstance(part, HazardPart)}


def doubts(model: Model, matrix: pd.DataFrame, *, random_state: int = 0) -> Floats:
    """Variance of the log-odds of feasibility by where it comes from.

    Parameters
    ----------
    model, matrix, random_state
        As :func:`feasibility` takes them.

    Returns
    -------
    numpy.ndarray
        Shape (n, 3): of the effects, of the level, and of what is not known of the unit. The first two are what the
        bootstrap worlds differ by: the level is what they do when only their intercepts move, and no more than all.
    """
    found = incidences(model, matrix, random_state=random_state)
    total = _variance(found.feasibility_draws, found.feasibility)
    level = np.minimum(_variance(_level_draws(model, matrix, random_state), found.feasibility), total)
    return np.column_stack([total - level, level, unknown_variance(model, matrix)])


def _variance(draws: Floats, point: Floats) -> Floats:
    return np.asarray(((_log_odds(draws) - _log_odds(point)[:, None]) ** 2).mean(axis=1))


def _level_draws(model: Model, matrix: pd.DataFrame, random_state: int) -> Floats:
    """Feasibility in each bootstrap world whose effects are those of the line, shape (n, DRAWS)."""
    within, columns = _ready(model, matrix)
    heads = {name: replace(head, refits=_level_moved(head)) for name, head in fitted_heads(model).items()}
    restart = _worlds(heads["restart"], columns, within)
    end = _worlds(heads["end"], columns, within) if "end" in heads else np.zeros_like(restart)
    if "capacity" in heads:
        half = _worlds(heads["capacity"], columns, within)[..., 0]
    else:
        half = _half(model, columns, within, restart.shape[1], random_state)[1]
    return np.asarray(incidence(restart, end)[0][..., -1] * half)


def _level_moved(head: Head) -> Floats:
    """The refits with the slopes of the line: their intercepts alone move."""
    moved = head.refits.copy()
    moved[:, head.periods :] = head.line[head.periods :]
    return moved


def _pushes(model: Model, heads: Mapping[str, Head], columns: Floats, within: pd.DataFrame) -> Floats:
    """Change of the log-odds of feasibility with the score of each head's line, shape (n, heads)."""
    scores = {name: head.score(columns, within) for name, head in heads.items()}
    fixed = _half_point(model, columns, within)

    def log_odds(moved: str) -> Floats:
        chances = {}
        for name, head in heads.items():
            step = _STEP * head.fading(columns, within) if name == moved else 0.0
            chances[name] = head.probability(scores[name] + step)
        end = chances.get("end", np.zeros_like(chances["restart"]))
        half = chances["capacity"][:, 0] if "capacity" in chances else fixed
        return _log_odds(incidence(chances["restart"], end)[0][:, -1] * half)

    still = log_odds("")
    return np.column_stack([(log_odds(name) - still) / _STEP for name in heads])


def incidences(model: Model, matrix: pd.DataFrame, *, random_state: int = 0) -> Incidence:
    """Both ways out and the capacity of units, with their draws.

    Parameters
    ----------
    model, matrix, random_state
        Model of kind ``outcomes``, rows of its matrix, seed of the draws of a capacity that rests on its prior.
    """
    within, columns = _ready(model, matrix)
    restarted, ended, draws = _ways_out(model, columns, within)
    half, half_draws = _half(model, columns, within, draws.shape[1], random_state)
    return Incidence(restarted, ended, half, draws, half_draws)


def point(model: Model, matrix: pd.DataFrame, *, head: str) -> Floats:
    """Point figures without draws, shape (n,): the path for a million rows.

    Parameters
    ----------
    model, matrix
        Model of kind ``outcomes``, and rows of its matrix.
    head
        ``feasibility``; ``restart`` or ``end``: probability of that way out within the horizon; ``capacity``: P(half of
        nominal capacity or more at month 12 | restart).
    """
    chance = _learnt(model, matrix) if head == "feasibility" else None
    if chance is not None:
        return chance
    within, columns = _ready(model, matrix)
    if head == "capacity":
        return _half_point(model, columns, within)
    restarted, ended = (way[:, -1] for way in incidence(*_hazards(model, columns, within)))
    if head == "end":
        return np.asarray(ended)
    return np.asarray(restarted if head == "restart" else restarted * _half_point(model, columns, within))


def _learnt(model: Model, matrix: pd.DataFrame) -> Floats | None:
    """Feasibility by a learner of a data scientist's, shape (n,); ``None`` where the model has none."""
    if LEARNER not in model.heads:
        return None
    within, _ = clipped(matrix, of_kind(model.document, HazardsDocument).ranges)
    return np.asarray(model.heads[LEARNER].predict_proba(within)[:, 1], dtype=np.float64)


def _log_odds(probability: Floats) -> Floats:
    return np.asarray(logit(np.clip(probability, _SURE, 1 - _SURE)))


def _ready(model: Model, matrix: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """The matrix within the ranges of the model, and its design."""
    document = of_kind(model.document, HazardsDocument)
    within, _ = clipped(matrix, document.ranges)
    return within, design(within, document.design)


def _parts(model: Model) -> Hazards:
    return of_kind(model.document, HazardsDocument).hazards


def _hazards(model: Model, columns: Floats, within: pd.DataFrame) -> tuple[Floats, Floats]:
    """Hazards of both ways out, shape (n, periods) each; without a second head nothing competes."""
    restart = Head.of(model, "restart")
    first = restart.probability(restart.score(columns, within))
    if _parts(model).end is None:
        return first, np.zeros_like(first)
    end = Head.of(model, "end")
    return first, end.probability(end.score(columns, within))


def _ways_out(model: Model, columns: Floats, within: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    restarted, ended = incidence(*_hazards(model, columns, within))
    restart = _worlds(Head.of(model, "restart"), columns, within)
    end = np.zeros_like(restart) if _parts(model).end is None else _worlds(Head.of(model, "end"), columns, within)
    return restarted, ended, incidence(restart, end)[0][..., -1]


def _worlds(head: Head, columns: Floats, within: pd.DataFrame) -> Floats:
    """Hazard in each bootstrap world, shape (n, DRAWS, periods)."""
    return head.probability(head.score(columns, within)[:, None] + head.moved(columns, within))


def _half_point(model: Model, columns: Floats, within: pd.DataFrame) -> Floats:
    part = _parts(model).capacity
    if part is None:
        return np.ones(len(columns))
    if isinstance(part, CapacityPrior):
        return np.full(len(columns), part.prior.a / (part.prior.a + part.prior.b))
    head = Head.of(model, "capacity")
    return np.asarray(head.probability(head.score(columns, within))[:, 0])


def _half(model: Model, columns: Floats, within: pd.DataFrame, worlds: int, random_state: int) -> tuple[Floats, Floats]:
    part, half = _parts(model).capacity, _half_point(model, columns, within)
    if part is None:
        return half, np.ones((len(columns), worlds))
    if isinstance(part, CapacityPrior):
        even = (np.random.default_rng(random_state).permutation(worlds) + 0.5) / worlds
        return half, np.tile(beta.ppf(even, part.prior.a, part.prior.b), (len(columns), 1))
    return half, _worlds(Head.of(model, "capacity"), columns, within)[..., 0]
