"""One fitted model for all tests of the room: fitting takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from engine.domain.reported import reported_units
from engine.domain.standing import standing
from engine.domain.unit import unit_table
from engine.scoring.artefact import Model
from experiments.province_simulator.province import simulate
from features import FULL_SCHEMA
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.cohort.landmarks import Followed, follow
from training.cohort.press_sample import Sample, sample
from training.models.press import Fitted
from training.pipeline.reported import fit_sample, out_of_fold

AS_OF = pd.Timestamp("2026-11-23")
EVENT_TYPES = {
    "unit_id": "str",
    "kind": "str",
    "happened_on": "datetime64[s]",
    "known_on": "datetime64[s]",
    "capacity_share": "float64",
}


def events(*rows: tuple[str, str, str, str, float | None]) -> pd.DataFrame:
    """Event table of (unit, kind, happened_on, known_on, capacity share)."""
    return pd.DataFrame(list(rows), columns=list(EVENT_TYPES)).astype(EVENT_TYPES)


def press_sample(as_of: pd.Timestamp = AS_OF) -> Sample:
    """Reported units alone."""
    return sample(reported_units(), unit_table(pd.DataFrame({"unit_id": []})), events(), as_of=as_of)


@dataclass
class Trained:
    """A fitted model, its sample, its figures."""

    fitted: Fitted
    seen: Sample
    metrics: dict

    @property
    def model(self) -> Model:
        return self.fitted.model

    @property
    def stranger(self) -> Model:
        """The promoted heads for everybody: no unit is recognised as one of the training table."""
        return replace(self.model, document=self.model.document.changed(fold_of={}))


@pytest.fixture(scope="session")
def trained() -> Trained:
    seen = press_sample()
    fitted = fit_sample(seen, as_of=AS_OF, trials=4)
    return Trained(fitted, seen, out_of_fold(fitted, seen))


APPROACHED_SCHEMA = FeatureSchema(
    (
        FeatureSpec("size", "workforce", FeatureKind.NUMBER, "", "", "", ()),
        FeatureSpec("in_estate", "location", FeatureKind.FLAG, "", "", "", ()),
        FeatureSpec("county", "location", FeatureKind.CATEGORY, "", "", "", ()),
    )
)


def approached_world(n: int = 3000, seed: int = 0, *, estate: float = 0.0, size: float = 0.0):
    """Units recorded over four years, each approached at a constant hazard of its own; returns it as well."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "size": rng.standard_normal(n),
            "in_estate": rng.integers(0, 2, n) * 1.0,
            "county": rng.integers(0, 4, n) * 1.0,
        }
    )
    hazard = 0.08 * np.exp(estate * (X["in_estate"] - 0.5) + size * X["size"]).to_numpy()
    possible = rng.uniform(0, 16, n)
    waited = rng.exponential(1 / hazard)
    columns = {"approached": waited < possible, "quarters": np.minimum(waited, possible), "possible": possible}
    return X, pd.DataFrame(columns), hazard


@pytest.fixture(scope="session")
def schema() -> FeatureSchema:
    """Of the matrix of ``world``."""
    return APPROACHED_SCHEMA


@pytest.fixture(scope="session")
def world():
    """A register whose units are approached at known hazards: see ``approached_world``."""
    return approached_world


@dataclass
class Learnt:
    """What was followed of a small practice province, and its units as they stand on the last day."""

    followed: Followed
    units: pd.DataFrame
    events: pd.DataFrame
    at: Callable[[pd.Timestamp], pd.DataFrame]
    as_of: pd.Timestamp


@pytest.fixture(scope="session")
def learnt() -> Learnt:
    province = simulate(2500, seed=3)

    def at(day: pd.Timestamp) -> pd.DataFrame:
        return province.units[province.units["as_of"] <= day]

    followed = follow(at, province.events, FULL_SCHEMA, as_of=province.as_of)
    units = standing(province.units, province.events, as_of=province.as_of)
    return Learnt(followed, units, province.events, at, province.as_of)
