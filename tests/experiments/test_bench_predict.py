"""The synthetic register of the prediction bench fills every feature that the bench times."""

from __future__ import annotations

import numpy as np

from experiments.bench.predict import AS_OF, COLUMNS, synthetic_units
from features import FULL_SCHEMA, fit, matrix


def test_every_timed_feature_has_values_and_gaps_are_real():
    units = synthetic_units(2000, random_state=0)
    schema = FULL_SCHEMA.subset(FULL_SCHEMA.names[:COLUMNS])
    described = matrix(units, schema, fit(units, schema, as_of=AS_OF), as_of=AS_OF)
    known = described.notna().mean()
    assert len(described.columns) == COLUMNS
    assert (known > 0.0).all(), known[known == 0.0].index.tolist()
    assert np.isclose(known["idle_years"], 0.8, atol=0.05)


def test_the_same_seed_makes_the_same_units():
    assert synthetic_units(50, random_state=3).equals(synthetic_units(50, random_state=3))
