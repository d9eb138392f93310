"""The study of the first day: its goals at a size that a test can pay for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.cold_start.learners import LEARNERS, ehya, oracle, prior_free
from experiments.cold_start.run import judged, main
from experiments.cold_start.world import Scenario, world

NOBODY = np.arange(0)
ASKED = np.arange(600)


@pytest.fixture(scope="module")
def as_table():
    return [world(Scenario.AS_TABLE, units=600, seed=seed) for seed in range(3)]


def mean(worlds, learner, name):
    return np.mean([judged(learner(made, NOBODY, ASKED), made, ASKED)[name] for made in worlds])


def test_without_outcomes_the_table_orders_units_and_a_flat_rate_does_not(as_table):
    assert mean(as_table, ehya, "auc") >= 0.6
    assert mean(as_table, LEARNERS["flat"], "auc") == pytest.approx(0.5)
    assert mean(as_table, prior_free, "auc") == pytest.approx(0.5)


def test_jobs_err_by_less_than_three_quarters_of_the_flat_error(as_table):
    assert mean(as_table, ehya, "jobs_mae_log") <= 0.75 * mean(as_table, LEARNERS["flat"], "jobs_mae_log")
    assert 0.74 <= mean(as_table, ehya, "jobs_coverage_80") <= 0.86


def test_the_oracle_is_the_truth(as_table):
    found = judged(oracle(as_table[0], NOBODY, ASKED), as_table[0], ASKED)
    assert found["top20_jobs_share_of_oracle"] == pytest.approx(1.0)
    assert found["jobs_mae_log"] == 0.0


def test_no_unit_that_is_judged_is_learnt_from_and_the_study_writes_its_figures(tmp_path, capsys):
    out = tmp_path / "cold.json"
    main(["--seeds", "1", "--outcomes", "0", "40", "--out", str(out)])
    written = json.loads(out.read_text("utf-8"))
    assert set(written) == {scenario.value for scenario in Scenario}
    assert set(written["half"]["40"]) == {"flat", "ehya", "prior_free", "oracle"}
    assert {"mean", "low", "high"} == set(written["none"]["0"]["ehya"]["auc"])
    assert "as_table" in capsys.readouterr().out
