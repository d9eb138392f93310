"""The study of three provinces, at a size that a test can pay for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.provinces.learners import own, pooled, started
from experiments.provinces.run import main
from experiments.provinces.world import country

ASKED = 300


@pytest.fixture(scope="module")
def countries():
    return [country(0.25, units=300 + ASKED, seed=seed) for seed in range(3)]


def error(learner, made, known):
    return np.mean(
        [
            ((learner(made, place, known, province.first(ASKED)[0]) - province.chance[:ASKED]) ** 2).mean()
            for place, province in enumerate(made.provinces)
        ]
    )


def test_summaries_of_the_others_make_a_province_surer_where_provinces_are_alike(countries):
    assert np.mean([error(own, made, 300) - error(pooled, made, 300) for made in countries]) > 0


def test_provinces_with_too_few_outcomes_leave_the_table_as_it_is(countries):
    made = countries[0]
    begun = started(made, list(made.provinces[1:]), 12)
    assert begun.mean.tolist() == made.belief.mean.tolist()
    assert np.diag(begun.covariance).tolist() == np.diag(made.belief.covariance).tolist()


def test_the_study_writes_its_figures(tmp_path, capsys):
    out = tmp_path / "provinces.json"
    main(["--seeds", "2", "--outcomes", "40", "--asked", "60", "--out", str(out)])
    written = json.loads(out.read_text("utf-8"))
    assert set(written) == {"0.25", "0.5", "1"}
    assert set(written["0.5"]["40"]) == {"table", "own", "pooled", "rows shared"}
    assert {"error", "auc", "better", "low", "high"} == set(written["1"]["40"]["own"])
    assert "between provinces" in capsys.readouterr().out
