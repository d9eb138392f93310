"""What a model of kind ``reported`` says of feasibility and jobs: a belief, signs of size, and ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.domain.unit import Origin, Status
from engine.scoring.belief import Standing, stand
from engine.scoring.first_day import Belief, HeldOutLine, SizeSigns
from engine.scoring.sections import OfficialRate, Population
from training.cohort.press_sample import Sample
from training.models.belief import (
    PRESS_WEIGHT,
    Source,
    belief_columns,
    durable_line,
    plain_line,
    press_rows,
    restart_line,
    trust,
    updated,
    widened_slopes,
)
from training.models.size import size_signs
from training.priors.official_rates import BetaRate, OfficialSize
from training.priors.prior_effects import Slopes, slopes

LEAST_POPULATION = 30
"""Idle units of a register below which press units stand in for the population of the official rate."""

ROOM = 1.0
"""By how many widths of what is usual a number may lie beyond either end before it counts as a slip of the pen."""


@dataclass(frozen=True, slots=True)
class FirstDay:
    """Sections of a document."""

    belief: Belief
    size: SizeSigns
    ranges: dict[str, tuple[float, float]]


def first_day(
    rows: pd.DataFrame,
    sample: Sample,
    matrix: pd.DataFrame,
    population: pd.DataFrame,
    *,
    allowed: Sequence[str],
    official: Population,
    size: OfficialSize,
    unit_spread: float,
    further: Sequence[Source] = (),
) -> FirstDay:
    """Bring table, press units and ripe outcomes together.

    Parameters
    ----------
    rows
        Prior effects, as ``engine.reference.effects.effects`` gives them.
    sample
        Press units and ripe outcomes of the register, n of them.
    matrix
        Their model matrix, shape (n, features).
    population
        Model matrix of the units that the official rate speaks of.
    allowed
        Features that press units may speak of.
    official
        Official rates, moved by what the register saw.
    size
        Official jobs per revived unit.
    unit_spread
        Standard deviation of the logarithm of size from unit to unit.
    further
        Sources beside press and register, a panel for one, about the centres of ``columns(rows, population)``.
    """
    described = belief_columns(rows, population)
    seen, everywhere = stand(described, matrix), stand(described, population)
    restart, capacity = _rate(official.restart), _rate(official.capacity)
    prior = widened_slopes(slopes(rows, "restart"), described)
    press, register = _sources(seen, prior, sample, allowed)
    spoken = updated(prior, press)
    trusted = {source.name: trust(spoken, source, register) for source in further}
    further = [source.weighed(trusted[source.name]) for source in further]
    # Everybody's own province is left out of what is said of a press unit.
    held_out = {}
    for name in sorted(set(sample.group[~sample.register].tolist())):
        others = sample.group != name
        belief = _moved(prior, [press.where(others[~sample.register]), register.where(others[sample.register])])
        without = restart_line(_moved(belief, further), restart, everywhere)
        held_out[name] = HeldOutLine(intercept=without.intercept, slopes=without.slopes)
    belief = _moved(prior, [press, register, *further])
    line = restart_line(belief, restart, everywhere)
    durable = durable_line(widened_slopes(slopes(rows, "durable"), described), capacity, everywhere, line)
    return FirstDay(
        belief=Belief(
            columns=tuple(described),
            restart=plain_line(line),
            durable=plain_line(durable),
            held_out=held_out,
            table=prior.mean,
            variances=np.diag(prior.covariance),
            basis=_bases(rows, prior.features),
            sources={source.name: _rows(source) for source in (press, register, *further)},
            trust=trusted,
            population=len(population),
            overridden=_overridden(rows),
        ),
        size=size_signs(rows, population, size, unit_spread=unit_spread),
        ranges=_ranges(rows, population),
    )


def official_population(not_revived: pd.DataFrame, register: pd.DataFrame | None) -> pd.DataFrame:
    """Units that the official rate speaks of: the register's idle ones, or press units that did not come back.

    Parameters
    ----------
    not_revived
        Unit table of press units: they stand in while a register has fewer than ``LEAST_POPULATION`` idle units.
    register
        Unit table, or ``None``.
    """
    if register is not None:
        idle = register[(register["status"] == Status.IDLE.value) & (register["origin"] != Origin.REPORTED.value)]
        if len(idle) >= LEAST_POPULATION:
            return idle
    return not_revived


def _rows(source: Source) -> int:
    """Outcomes, or comparisons: each of these is a share of a win and a share of a loss, in two rows."""
    return len(source.label) if source.intercept else len(source.label) // 2


def _moved(belief: Slopes, sources: Sequence[Source]) -> Slopes:
    for source in sources:
        belief = updated(belief, source)
    return belief


def _sources(seen: Standing, prior: Slopes, sample: Sample, allowed: Sequence[str]) -> tuple[Source, Source]:
    own = sample.register
    press = Standing(seen.away[~own], seen.missing[~own], seen.spread)
    return (
        Source(
            "press",
            press_rows(press, prior.features, allowed),
            sample.label[~own],
            np.full(int((~own).sum()), PRESS_WEIGHT),
        ),
        Source("register", seen.away[own], sample.label[own], np.ones(int(own.sum()))),
    )


def _rate(part: OfficialRate) -> BetaRate:
    return BetaRate(part.a, part.b, part.rows_used)


def _bases(rows: pd.DataFrame, features: Sequence[str]) -> tuple[str, ...]:
    restart = rows[rows["output"] == "restart"].set_index("feature")["basis"]
    others = rows[rows["output"] == "durable"].set_index("feature")["basis"]
    return tuple(str(restart.get(name, others.get(name, "none"))) for name in features)


def _overridden(rows: pd.DataFrame) -> tuple[str, ...]:
    changed = rows[rows["overridden"]] if "overridden" in rows else rows.iloc[:0]
    return tuple(f"{output}.{feature}" for output, feature in zip(changed["output"], changed["feature"], strict=True))


def _ranges(rows: pd.DataFrame, population: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Of every number a range that holds what is usual and what the population shows, with room at both ends."""
    usual = rows[rows["usual_low"].notna()].drop_duplicates("feature").set_index("feature")
    found = {}
    for feature, low, high in zip(usual.index, usual["usual_low"], usual["usual_high"], strict=True):
        room = ROOM * float(high - low)
        known = population[feature].dropna()
        ends = [float(low) - room, float(high) + room]
        if len(known):
            ends = [min(ends[0], float(known.min())), max(ends[1], float(known.max()))]
        found[str(feature)] = (max(ends[0], 0.0) if low >= 0 else ends[0], ends[1])
    return found
