"""Partial pooling over provinces: from their summaries to what each should believe before its own outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.reference.tables import table
from engine.scoring.belief import Z80
from training.priors.pool_files import (
    CountryPool,
    PooledEffect,
    ProvinceSummary,
    StartingEffect,
    ToldProvince,
    table_digest,
)
from training.priors.prior_effects import Slopes, slopes
from training.statistics.partial_pooling import PooledEffects, pooled_effects

Floats = npt.NDArray[np.float64]

BETWEEN_SHARE = 0.5
"""What provinces differ by, as a share of what the table doubts of an effect in a province (assumed). The rest of that
doubt is about the country's effect: where nobody spoke, a province believes what the table says, as sure as it."""

OWN_FILE = "pool"
"""Begins the source of rows that came from a pool, so that they can be told from a person's."""

_NARROWEST = 1e-3
"""Width of an interval below which three decimals would close it."""


def country_pool(summaries: Sequence[ProvinceSummary]) -> CountryPool:
    """Pool summaries of provinces.

    Parameters
    ----------
    summaries
        One a province, at least one with an effect.

    Raises
    ------
    EhyaError
        ``pool_twice`` for two of one province, ``pool_of_another_table`` for figures beside other beliefs,
        ``pool_of_another_origin`` for synthetic beside real outcomes, ``pool_nothing_told`` when no summary holds an
        effect.
    """
    _refuse(summaries)
    believed = slopes(table("effects"), "restart")
    estimates, errors = _matrices(summaries, believed)
    whole = _pooled(estimates, errors, believed)
    priors = {
        summary.province: tuple(_prior(_pooled(*_without(estimates, errors, place), believed), believed))
        for place, summary in enumerate(summaries)
    }
    return CountryPool(
        origin=summaries[0].origin,
        table=summaries[0].table,
        summaries=tuple(
            ToldProvince(province=each.province, as_of=each.as_of, outcomes=each.outcomes, restarted=each.restarted)
            for each in summaries
        ),
        effects=tuple(_country(whole, believed)),
        priors=priors,
        elsewhere=tuple(_prior(whole, believed)),
    )


def own_effects(pool: CountryPool, province: str) -> pd.DataFrame:
    """Rows that stand instead of the table's, for a workspace of one province.

    Parameters
    ----------
    pool
        The country's.
    province
        Whose; one that told nothing takes the country's.

    Returns
    -------
    pandas.DataFrame
        Columns of a user's own file of effects (``engine.reference.effects``).
    """
    others = [each.province for each in pool.summaries if each.province != province]
    source = f"{OWN_FILE}: {len(others)} x ehya pool summary, {pool.as_of.isoformat()}"
    rows = pool.prior_of(province)
    return pd.DataFrame(
        {
            "output": "restart",
            "feature": [each.feature for each in rows],
            "effect": [each.effect for each in rows],
            "low": [each.low for each in rows],
            "high": [each.high for each in rows],
            "basis": "computed",
            "population": "; ".join(others),
            "why_fa": "از پیامدهای استان‌های دیگر، با خلاصه‌هایی که ردیفی در آن‌ها نیست، و آنچه جدول پیش‌تر می‌گفت",
            "why_en": "From outcomes of other provinces, by summaries without a row, and what the table said before",
            "source": source,
            "as_of": pool.as_of.isoformat()[:7],
        }
    )


def _refuse(summaries: Sequence[ProvinceSummary]) -> None:
    counts = Counter(each.province for each in summaries)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise EhyaError(ErrorCode.POOL_TWICE, given=twice[0])
    here, origin = table_digest(), summaries[0].origin
    for each in summaries:
        if each.table != here:
            raise EhyaError(ErrorCode.POOL_OF_ANOTHER_TABLE, given=each.province)
        if each.origin != origin:
            raise EhyaError(ErrorCode.POOL_OF_ANOTHER_ORIGIN, given=each.province, other=summaries[0].province)
    if not any(each.effects for each in summaries):
        raise EhyaError(ErrorCode.POOL_NOTHING_TOLD)


def _matrices(summaries: Sequence[ProvinceSummary], believed: Slopes) -> tuple[Floats, Floats]:
    """Shape (provinces, effects) each, NaN where a province does not speak; a feature that nobody knows is refused."""
    place = {feature: at for at, feature in enumerate(believed.features)}
    estimates = np.full((len(summaries), len(place)), np.nan)
    errors = estimates.copy()
    for row, summary in enumerate(summaries):
        for told in summary.effects:
            if told.feature not in place:
                raise EhyaError(ErrorCode.POOL_OF_ANOTHER_TABLE, given=summary.province)
            estimates[row, place[told.feature]], errors[row, place[told.feature]] = told.estimate, told.error
    return estimates, errors


def _without(estimates: Floats, errors: Floats, place: int) -> tuple[Floats, Floats]:
    return np.delete(estimates, place, axis=0), np.delete(errors, place, axis=0)


def _pooled(estimates: Floats, errors: Floats, believed: Slopes) -> PooledEffects:
    spread = np.sqrt(np.diag(believed.covariance))
    # A column that an output does not read is nil without doubt; it stays so.
    wide = np.where(spread > 0, spread, 1.0)
    country = np.sqrt(1 - BETWEEN_SHARE**2) * wide
    return pooled_effects(estimates, errors, before=believed.mean, before_spread=country, between=BETWEEN_SHARE * wide)


def _country(found: PooledEffects, believed: Slopes) -> Iterator[PooledEffect]:
    for at, feature in enumerate(believed.features):
        if found.provinces[at]:
            effect, low, high = _interval(found.mean[at], found.spread[at], int(believed.signs[at]))
            yield PooledEffect(
                feature=feature, effect=effect, low=low, high=high, between=max(_short(found.between[at]), _NARROWEST),
                provinces=int(found.provinces[at]),
            )  # fmt: skip


def _prior(found: PooledEffects, believed: Slopes) -> Iterator[StartingEffect]:
    for at, feature in enumerate(believed.features):
        if found.provinces[at]:
            effect, low, high = _interval(found.mean[at], found.next_spread[at], int(believed.signs[at]))
            yield StartingEffect(feature=feature, effect=effect, low=low, high=high)


def _interval(mean: float, spread: float, sign: int) -> tuple[float, float, float]:
    """Mean and 80 % interval, moved but not narrowed where it would leave the direction that the schema holds."""
    reach = max(Z80 * spread, _NARROWEST)
    effect = 0.0 if mean * sign < 0 else mean
    low, high = effect - reach, effect + reach
    if sign > 0 and low < 0:
        low, high = 0.0, 2 * reach
    elif sign < 0 and high > 0:
        low, high = -2 * reach, 0.0
    return _short(effect), min(_short(low), _short(effect)), max(_short(high), _short(effect))


def _short(value: float) -> float:
    return round(float(value), 4)
