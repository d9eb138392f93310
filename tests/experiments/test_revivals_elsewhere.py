"""Revivals elsewhere: nothing of the future is seen, and a wrong effect is found out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.revivals_elsewhere.learners import hazards, horizon
from experiments.revivals_elsewhere.run import checked, judged, main
from experiments.revivals_elsewhere.sets import NEVER, Believed, Elsewhere, coal
from features.schema import FeatureKind, FeatureSchema, FeatureSpec

EFFECT = 1.2


def made(count: int = 400, seed: int = 0) -> Elsewhere:
    """Stops of 2001 to 2008, three years each; one number moves the chance, one says nothing."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((count, 2))
    hazard = 1 / (1 + np.exp(2.0 - EFFECT * x[:, 0]))
    years = np.full(count, NEVER)
    for year in (3.0, 2.0, 1.0):
        years = np.where(rng.random(count) < hazard, year, years)
    specs = [FeatureSpec(name, "any", FeatureKind.NUMBER, "", name, "", ()) for name in ("strong", "idle")]
    none = np.full(count, np.nan)
    return Elsewhere(
        name="made", matrix=pd.DataFrame(x, columns=["strong", "idle"], index=[f"r{n}" for n in range(count)]),
        schema=FeatureSchema(tuple(specs)), start=rng.integers(2001, 2009, count).astype(float),
        revived=(years < NEVER).astype(float), years=years, periods=3, ends=False, before=none, after=none,
        believed=(
            Believed("strong", "restart.strong", 1.0, 0.5, 1.5, "made"),
            Believed("idle", "restart.idle", -2.0, -2.3, -1.7, "made"),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole() -> Elsewhere:
    return made()


def test_what_came_after_the_day_of_training_moves_nothing(whole):
    seen, asked = whole.take(np.flatnonzero(whole.start <= 2005)), whole.take(np.flatnonzero(whole.start > 2005))
    later = (seen.start + seen.years > 2006) & (seen.years < NEVER)
    assert later.any()
    forgotten = replace(seen, years=np.where(later, NEVER, seen.years), revived=np.where(later, 0.0, seen.revived))
    one, other = (hazards(each, asked, until=2005, believed=None, worlds=4) for each in (seen, forgotten))
    assert np.array_equal(one, other)


def test_few_outcomes_gain_from_an_effect_that_is_right_and_lose_by_one_that_is_not(whole):
    few, asked = made(40, seed=1), made(1500, seed=2)
    right, wrong = whole.believed
    chances = [
        horizon(few, asked, believed=None if told is None else replace(few, believed=told).slopes, blend=False)[:, 1]
        for told in ((right,), None, (wrong,))
    ]
    found = [judged(asked, chance, len(few.revived))["brier_skill"] for chance in chances]
    assert found[0] > found[2]
    assert found[1] > found[2]


def test_an_effect_that_the_set_contradicts_is_marked(whole):
    wrong = replace(whole.believed[0], effect=-1.0, low=-1.5, high=-0.5)
    rows = checked(replace(whole, believed=(whole.believed[0], wrong)))
    assert [row["verdict"] for row in rows] == ["holds", "fails"]
    assert rows[0]["found_low"] < EFFECT + 0.6


def test_a_file_of_the_set_goes_all_the_way(tmp_path, capsys):
    rng = np.random.default_rng(4)
    count = 240
    reopened = rng.random(count) < 0.3
    rows = pd.DataFrame(
        {
            "row_id": [f"m{n}" for n in range(count)], "idle_year": rng.integers(2001, 2009, count),
            "state": rng.choice(["Alabama", "Ohio"], count), "county": "x",
            "type": rng.choice(["Surface", "Underground"], count), "company_type": "Contractor",
            "operation": "Mine only", "stop_status": rng.choice(["Temporarily closed", "absent from file"], count),
            "hours_in_stop_year": 100.0, "emp_peak3": rng.lognormal(3, 1, count), "tons_per_hour_last": 3.0,
            "decline": rng.random(count), "years_seen_active": 3, "prior_idle_years": rng.integers(0, 2, count),
            "county_active_mines": rng.integers(1, 9, count), "county_active_chg": 1.0, "operator_active_after": 0,
            "reopened_3y": reopened.astype(int), "years_to_reopen": np.where(reopened, 1.0, np.nan),
        }
    )  # fmt: skip
    rows["emp_reopen_y0"] = np.where(reopened, rows["emp_peak3"] * 0.6, np.nan)
    rows.to_parquet(tmp_path / "coal.parquet")
    assert len(coal(rows).revived) == count
    files = ["--out", str(tmp_path / "o.json"), "--predictions", str(tmp_path / "p.parquet"), "--draws", "1"]
    known = ["--set", "coal", "--rows", str(tmp_path / "coal.parquet"), "--train-until", "2006", "--test-until", "2008"]
    assert main([*known, *files]) == 0
    found = json.loads((tmp_path / "o.json").read_text())
    assert {"honest", "hindsight", "jobs", "at_50", "at_200", "effects"} <= set(found)
    assert found["jobs"]["n_test"] > 0
    said = pd.read_parquet(tmp_path / "p.parquet")
    assert (said["p_low"] <= said["p"]).all()
    assert (said["p"] <= said["p_high"]).all()
    assert {"row_id", "jobs_low", "jobs_point", "jobs_high"} <= set(said)
    assert "verdict" in capsys.readouterr().out
