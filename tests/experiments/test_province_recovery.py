"""The recovery study: what it compares, and what it says of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from experiments.province_simulator import simulate
from experiments.province_simulator.recovery import (
    BEFORE,
    COMPARED,
    CORRECTED,
    KNOWABLE,
    UNCORRECTED,
    UNTOLD,
    UNWEIGHTED,
    Recovered,
    Recovery,
    ratios,
    recover,
)
from experiments.province_simulator.run import main
from training.models.capital import LEARNT


def way(name, rmse, bias=0.01):
    return Recovery(name, rmse, rmse, rmse, bias, 0.5, 0.2)


def recovered(*pairs):
    return [Recovered([way(UNCORRECTED, u), way(CORRECTED, c)], 10, None, None) for u, c in pairs]


def test_the_ratio_over_provinces_is_that_of_root_mean_squares():
    found = ratios(recovered((0.2, 0.1), (0.1, 0.1)))["rmse"]
    assert found["ratio"] == pytest.approx(np.sqrt((0.01 + 0.01) / (0.04 + 0.01)))
    assert found["low"] < found["ratio"] < found["high"]


def test_one_province_gives_no_interval_and_equal_ones_a_narrow_one():
    assert ratios(recovered((0.2, 0.1)))["rmse"] == {"ratio": pytest.approx(0.5), "low": None, "high": None}
    same = ratios(recovered(*[(0.2, 0.1)] * 4))["rmse"]
    assert (same["low"], same["high"]) == (pytest.approx(0.5), pytest.approx(0.5))


def test_what_is_called_uncorrected_lacks_the_field_that_decides_and_nothing_else():
    assert set(LEARNT.names) - set(BEFORE.names) == {"in_estate"}


def test_parts_of_the_correction_are_compared_as_named():
    ways = [way(UNCORRECTED, 0.2), way(UNTOLD, 0.18), way(UNWEIGHTED, 0.16), way(CORRECTED, 0.1)]
    one = [Recovered(ways, 10, None, None)]
    found = {name: ratios(one, over, of)["rmse"]["ratio"] for name, (of, over) in COMPARED.items()}
    assert found == pytest.approx(
        {"to_uncorrected": 0.5, "to_unweighted": 0.625, "field_alone": 0.8, "weights_alone": 0.9}
    )


@pytest.fixture(scope="module")
def small():
    return recover(simulate(1200, seed=1, approach_bias="observed"), others=6000)


def test_the_truth_comes_back_in_part_and_nothing_beats_what_is_knowable_by_much(small):
    learnt, flat = small.of(UNWEIGHTED), small.ways[0]
    assert learnt.correlation > 0.3
    assert learnt.rmse < 1.05 * flat.rmse
    assert small.of(KNOWABLE).rmse_knowable == 0
    assert flat.bias == pytest.approx(0)


def test_the_estate_is_found_to_decide_who_is_approached(small):
    field, factor = small.approached.benchmark
    assert field == "in_estate"
    assert factor > 1.5


@pytest.mark.slow
def test_the_command_writes_figures_under_the_names_that_others_read(tmp_path, capsys):
    path = tmp_path / "recovery.json"
    arguments = ["--units", "700", "--approach-bias", "hidden", "--seeds", "2", "--figures", str(path)]
    arguments += ["--set", "restart.unobserved=-0.8", "--others", "3000"]
    assert main(arguments) == 0
    document = json.loads(path.read_text("utf-8"))
    assert document["synthetic"] is True
    assert (document["units"], document["seeds"], document["bias"]) == (700, 2, "hidden")
    assert document["feasibility_rmse_corrected"] > 0
    assert document["feasibility_rmse_uncorrected"] > document["recoverable_rmse_uncorrected"] > 0
    assert document["feasibility_rmse_knowable"] > 0
    assert document["recoverable_rmse_corrected"] > 0
    assert set(document["ratios"]["to_uncorrected"]) == {"rmse", "rmse_knowable", "rmse_counties", "error_of_mean"}
    assert document["provinces"][0]["sensitivity"]["bounds"][0]["gamma"] == 1
    shown = capsys.readouterr().out
    assert "corrected / uncorrected" in shown
    assert set(document["ratios"]) == set(COMPARED)
    assert document["changes"] == {"approach.strength": 1, "restart.unobserved": -0.8}
    assert "warns:" in shown
