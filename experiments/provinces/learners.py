"""Who foretells restarts in a province: its own outcomes, with summaries of the others before them, or all rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError
from engine.scoring.belief import Z80, Standing
from experiments.provinces.world import Country, ProvinceWorld
from training.models.belief import Source, restart_line, updated
from training.pipeline.province_summary import summary_of
from training.priors.country_pool import country_pool
from training.priors.official_rates import restart_rate
from training.priors.pool_files import ProvinceSummary
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]
Learner = Callable[[Country, int, int, Standing], Floats]
"""Country, place of the province in it, outcomes known in each, units asked for -> chance of a restart."""

_DAY = pd.Timestamp("2026-03-21")


def table_alone(country: Country, place: int, known: int, asked: Standing) -> Floats:
    """The table and the province's own level; its outcomes move no effect."""
    return _foretold(country.belief, country.provinces[place], known, asked)


def own(country: Country, place: int, known: int, asked: Standing) -> Floats:
    """The table, then the province's own outcomes: what a workspace does by itself."""
    province = country.provinces[place]
    return _foretold(_moved(country.belief, province, known), province, known, asked)


def pooled(country: Country, place: int, known: int, asked: Standing) -> Floats:
    """What summaries of the other provinces say, then the province's own outcomes."""
    province = country.provinces[place]
    others = [each for at, each in enumerate(country.provinces) if at != place]
    return _foretold(_moved(started(country, others, known), province, known), province, known, asked)


def rows_shared(country: Country, place: int, known: int, asked: Standing) -> Floats:
    """All rows as if they were of one province: what summaries are measured by."""
    belief = country.belief
    for each in country.provinces:
        belief = _moved(belief, each, known)
    return _foretold(belief, country.provinces[place], known, asked)


LEARNERS: dict[str, Learner] = {"table": table_alone, "own": own, "pooled": pooled, "rows shared": rows_shared}


def started(country: Country, others: list[ProvinceWorld], known: int) -> Slopes:
    """The belief that a province begins with, by the files that travel: rounded, with figures withheld."""
    try:
        pool = country_pool([_summary(country.belief, each, known) for each in others])
    except EhyaError:  # too few outcomes for any summary: the table, as in a workspace
        return country.belief
    given = {each.feature: each for each in pool.elsewhere}
    mean, variance = country.belief.mean.copy(), np.diag(country.belief.covariance).copy()
    for at, feature in enumerate(country.belief.features):
        if feature in given:
            mean[at] = given[feature].effect
            variance[at] = ((given[feature].high - given[feature].low) / (2 * Z80)) ** 2
    return country.belief.moved(mean, np.diag(variance))


def _summary(belief: Slopes, province: ProvinceWorld, known: int) -> ProvinceSummary:
    seen, label = province.first(known)
    return summary_of(belief, seen, label, province=province.name, as_of=_DAY, origin="synthetic")


def _moved(belief: Slopes, province: ProvinceWorld, known: int) -> Slopes:
    seen, label = province.first(known)
    return updated(belief, Source("register", seen.away, label, np.ones(len(label))))


def _foretold(belief: Slopes, province: ProvinceWorld, known: int, asked: Standing) -> Floats:
    came = int(province.label[:known].sum())
    line = restart_line(belief, restart_rate().updated(came, known - came), province.seen)
    score = line.intercept + asked.away @ line.slopes
    return np.asarray(1 / (1 + np.exp(-score)))
