"""Fit the first model to a sample: the promoted pair of heads, and one pair for each province left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.design import design
from engine.scoring.document import ReportedDocument
from engine.scoring.frailty import UNIT_SPREAD
from engine.scoring.sections import Block, PressJobsLevel, PressPair, PressPopulation, PressSettings
from features import fit as fit_features
from features import matrix
from features.catalogue import FULL_SCHEMA, Feature
from features.schema import FeatureKind, FeatureSchema
from training.cohort.press_sample import Sample
from training.models.capital import without_capital
from training.models.press_heads import blocks, heads, jobs_head, press_size, status_columns, status_head
from training.models.press_penalty import PressRecipe, Trial, search
from training.priors.official_rates import Priors, official_rate
from training.statistics.bootstrap import HELD_OUT_REFITS, REFITS, bootstrap_counts
from training.statistics.feature_shift import reference

ALLOWED: FeatureSchema = FULL_SCHEMA.subset(
    feature.value
    for feature in (
        Feature.SECTOR_DIVISION,
        Feature.SECTOR_FOOD,
        Feature.SECTOR_TEXTILE,
        Feature.SECTOR_CHEMICAL,
        Feature.SECTOR_MINERAL,
        Feature.SECTOR_METAL,
        Feature.SECTOR_MACHINERY,
        Feature.PROVINCE_LEVEL,
        Feature.IDLE_YEARS,
        Feature.CAUSE_FINANCIAL,
        Feature.CAUSE_LEGAL,
        Feature.CAUSE_MARKET,
        Feature.CAUSE_TECHNICAL,
    )
)
"""Sector, place, idle years, causes. Everything else that pages tell follows the outcome or the press."""

DESCRIBED: FeatureSchema = without_capital(FULL_SCHEMA)
"""What units are described by: prior effects read all of it but stated capital, press heads only ``ALLOWED``."""

_KINDS = {FeatureKind.CATEGORY: "level", FeatureKind.FLAG: "flag", FeatureKind.NUMBER: "duration"}
_CLAIMS = (Feature.CAUSE_FINANCIAL, Feature.CAUSE_LEGAL, Feature.CAUSE_MARKET, Feature.CAUSE_TECHNICAL)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model with what its evaluation needs.

    Parameters
    ----------
    model
        Ready to score; not yet judged, so without metrics and card.
    matrix
        Model matrix of the sample, shape (n, features).
    trials
        What the search tried for the promoted heads, best first.
    """

    model: Model
    matrix: pd.DataFrame
    trials: list[Trial]


def fit(
    sample: Sample,
    priors: Priors,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int = 12,
    register: pd.DataFrame | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Fitted:
    """Fit the promoted heads and the held-out ones.

    Parameters
    ----------
    sample
        Units with known outcomes.
    priors
        Population rate, capacity rate and official size, as official counts have them: what the register saw of
        restarts is added here, for each held-out pair without its own province.
    as_of
        Day of the training.
    random_state
        Seed of folds, sampler and bootstrap.
    trials
        Penalties tried by each search; the search is repeated within every province left out.
    register
        Unit table of the register, whatever its origin: its units are the neighbours that features count.
    progress
        Called with the share done, 0..1.
    """
    fitted = fit_features(everybody(sample.units, register), DESCRIBED, as_of=as_of)
    X = matrix(sample.units, DESCRIBED, fitted, as_of=as_of)
    kinds = {spec.name: _KINDS[spec.kind] for spec in ALLOWED.features} | {claim.value: "claim" for claim in _CLAIMS}
    folds = sorted(set(sample.group))
    held_out = {}
    for done, fold in enumerate(folds):
        pair, _, _ = _pair(sample, X, kinds, priors, sample.group != fold, trials, random_state)
        held_out[fold] = pair
        progress((done + 1) / (len(folds) + 1))
    everyone = np.ones(len(sample), dtype=bool)
    promoted, recipe, tried = _pair(sample, X, kinds, priors, everyone, trials, random_state)
    progress(1.0)
    document = ReportedDocument(
        feature_schema=DESCRIBED.to_json(),
        features=DESCRIBED.names,
        fitted=fitted,
        promoted=promoted,
        held_out=held_out,
        fold_of=dict(zip(sample.units.index, sample.group.tolist(), strict=True)),
        population=promoted.population,
        prior_driven=True,
        drift_reference=reference(X[list(ALLOWED.names)], ALLOWED),
        unit_spread=UNIT_SPREAD,
        data_until=as_of.date().isoformat(),
        recipe=PressSettings(penalty=recipe.penalty, share=recipe.share, random_state=random_state, trials=trials),
    )
    document = document.changed(version=document.name_of(as_of))
    ready = heads(sample, design(X, promoted.design), promoted, penalty=recipe.penalty)
    return Fitted(Model(ready, document), X, tried)


def everybody(sample: pd.DataFrame, register: pd.DataFrame | None) -> pd.DataFrame:
    """Units that features are fitted to: the sample, and the register's others, whose counties have neighbours."""
    if register is None or register.empty:
        return sample
    others = register[~register.index.isin(sample.index)]
    return pd.concat([sample, others.reindex(columns=sample.columns).astype(sample.dtypes)])


def _pair(
    sample: Sample,
    X: pd.DataFrame,
    kinds: Mapping[str, str],
    priors: Priors,
    rows: npt.NDArray[np.bool_],
    trials: int,
    random_state: int,
) -> tuple[PressPair, PressRecipe, list[Trial]]:
    # Centres, levels and official rates too are settled without the rows held out.
    described = blocks(X[rows], kinds)
    columns, sectors = design(X, described), _sector_columns(described)
    ready = status_columns(sample, columns)
    tried = search(ready, sample.label, sample.group, rows, trials=trials, random_state=random_state)
    refits = REFITS if rows.all() else HELD_OUT_REFITS
    weights = bootstrap_counts(rows, refits=refits, random_state=random_state)
    recipe, jobs = tried[0].recipe, jobs_head(sample, columns[:, sectors], rows)
    population = _population(priors, sample, rows, press_size(jobs, columns[:, sectors], sample, rows))
    pair = PressPair(
        design=described,
        jobs_columns=sectors,
        population=population,
        jobs=jobs,
        **status_head(sample, ready, rows, weights, penalty=recipe.penalty, share=recipe.share),
    )
    return pair, recipe, tried


def _sector_columns(described: Sequence[Block]) -> list[int]:
    widths = [block.width for block in described]
    starts = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(int)
    return [
        int(start) + step
        for block, start, width in zip(described, starts, widths, strict=True)
        if block.column == Feature.SECTOR_DIVISION.value
        for step in range(width)
    ]


def _population(priors: Priors, sample: Sample, rows: npt.NDArray[np.bool_], press: float) -> PressPopulation:
    own = sample.label[rows & sample.register]
    left_out = set(sample.group[~rows])
    durable = [counts for province, counts in sample.durable.items() if province not in left_out]
    held, below = (sum(counts[place] for counts in durable) for place in (0, 1))
    return PressPopulation(
        restart=official_rate(priors.restart.updated(int(own.sum()), int((1 - own).sum()))),
        capacity=official_rate(priors.capacity.updated(held, below)),
        jobs=PressJobsLevel(
            # A log-normal spread has the mean exp(spread^2 / 2): less that, the draws average what was counted.
            shift=priors.size.log_mean - float(np.log(press)) - priors.size.spread**2 / 2,
            spread=priors.size.spread,
            official_average=float(np.exp(priors.size.log_mean)),
            press_average=press,
            rows_used=priors.size.rows_used,
        ),
    )
