"""The study of what explainability costs runs from its command line and judges every learner on the same outcomes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from experiments.explainability.run import PAIRS, RECIPES, main, small_firms
from experiments.sba_outcomes.loans import Loans


@pytest.mark.slow
def test_the_command_writes_a_figure_for_every_learner_and_pair(tmp_path, capsys):
    out = tmp_path / "found.json"
    assert main(["--units", "1500", "--seeds", "1", "--out", str(out)]) == 0
    (found,) = json.loads(out.read_text("utf-8")).values()
    assert set(found["learners"]) == set(RECIPES)
    assert len(found["gains"]) == len(PAIRS)
    assert found["rows"] > 100
    assert "SYNTHETIC" in capsys.readouterr().out


def test_free_boosting_wins_where_two_features_count_only_together():
    draw = np.random.default_rng(0)
    n = 4000
    numbers = pd.DataFrame({"a": draw.normal(size=n), "b": draw.normal(size=n)})
    levels = {name: np.array(["x", "y"])[draw.integers(0, 2, n)] for name in ("bank", "bank_state", "state", "naics2")}
    table = numbers.assign(**levels, product="p").astype(dict.fromkeys([*levels, "product"], object))
    both = (numbers["a"] > 0) == (numbers["b"] > 0)
    label = (draw.random(n) < np.where(both, 0.8, 0.2)).astype(float)
    years, ones = np.linspace(0, 2, n), np.ones(n)
    loans = Loans(np.arange(n), table, years, years, ones, ones.astype(bool), label, np.full(n, np.nan), ones)
    gains = small_firms(loans, 1.0, 2.0)["gains"]
    assert gains["free over additive"]["low"] > 0.05
