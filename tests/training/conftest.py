"""Models and registers of the room, each made once for all workers: that takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from engine.domain.reported import reported_units
from engine.domain.standing import standing
from engine.domain.unit import unit_table
from engine.scoring.artefact import Model
from engine.scoring.sections import HazardPart
from engine.settings import Settings
from experiments.province_simulator.province import Province, simulate
from experiments.province_simulator.run import load_workspace
from features import FULL_SCHEMA
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.cohort.landmarks import Followed, follow
from training.cohort.press_sample import Sample, sample
from training.models.hazard_spec import HazardRecipe
from training.models.outcomes import fit_outcomes
from training.models.press import Fitted
from training.pipeline.press_fit import fit_sample
from training.pipeline.reported import out_of_fold
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

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


def press_model() -> tuple[Fitted, Sample, dict]:
    """A model of the press alone, its sample, its figures; seconds, so that it is made once."""
    seen = press_sample()
    fitted = fit_sample(seen, as_of=AS_OF, trials=4)
    return fitted, seen, out_of_fold(fitted, seen)


@pytest.fixture(scope="session")
def trained(once) -> Trained:
    return Trained(*once.value("press-model", press_model))


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


def learnt_province() -> tuple[Followed, pd.DataFrame, Province]:
    """A small practice province: what was followed, its units as they stand, and all of it."""
    province = simulate(2500, seed=3)
    followed = follow(known_by(province), province.events, FULL_SCHEMA, as_of=province.as_of)
    return followed, standing(province.units, province.events, as_of=province.as_of), province


def known_by(province: Province) -> Callable[[pd.Timestamp], pd.DataFrame]:
    """The units of a province as known on a day."""
    return lambda day: province.units[province.units["as_of"] <= day]


@pytest.fixture(scope="session")
def learnt(once) -> Learnt:
    followed, units, province = once.value("learnt", learnt_province)
    return Learnt(followed, units, province.events, known_by(province), province.as_of)


def outcomes_model(followed: Followed, recipe: HazardRecipe) -> Model:
    """A model of outcomes of the small practice province; its worlds are few, each taken twenty times."""
    model = fit_outcomes(followed, Priors(restart_rate(), capacity_rate(), jobs_size()), recipe=recipe, draws=10).model
    hazards = model.document.hazards
    many = {
        name: part.changed(refits=np.tile(part.refits, (20, 1)))
        for name in ("restart", "end", "capacity")
        if isinstance(part := getattr(hazards, name), HazardPart)
    }
    return Model(model.heads, model.document.changed(hazards=hazards.changed(**many)))


PRACTICE_UNITS = 1500


@pytest.fixture(scope="module")
def practice(once, empty_records, tmp_path_factory) -> Settings:
    """A workspace of its own with the register of a practice province, nothing trained yet."""
    loaded = once.folder("practice", lambda home: load_workspace(simulate(PRACTICE_UNITS, seed=4), home))
    home = tmp_path_factory.mktemp("province") / "home"
    shutil.copytree(loaded, home)
    shutil.copytree(empty_records, home, dirs_exist_ok=True)
    return Settings.from_environment({"EHYA_HOME": str(home)})


@pytest.fixture
def records(empty_records, tmp_path) -> Settings:
    """A workspace of its own that has MLflow's records, empty."""
    home = tmp_path / "records"
    shutil.copytree(empty_records, home)
    return Settings.from_environment({"EHYA_HOME": str(home)})
