"""What an act does is found again in simulated outcomes, with an interval that holds as often as it says."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from engine.recourse.learnt import LEARNT, LEAST, learnt_effects, overlap_weights
from engine.reference.effects import effects

ACT = "tax_instalments"
NORMAL_80 = 1.2815515655446004


def simulated(effect, units, seed, *, confounded=1.0):
    """Cases of one act: who is likelier to come back is likelier to be served, and nobody records why but a column."""
    rng = np.random.default_rng(seed)
    pull = rng.normal(size=units)
    done = rng.random(units) < expit(-0.4 + confounded * pull)
    chance = expit(-1.0 + 0.4 * rng.normal(size=units))
    back = rng.random(units) < expit(logit(chance) + 0.6 * confounded * pull + effect * done)
    return pd.DataFrame(
        {
            "unit_id": np.arange(units), "intervention": ACT, "done": done, "returned": back, "chance": chance,
            "others": 0.0, "pull": pull,
        }
    )  # fmt: skip


def row_of(found):
    return found.set_index("feature").loc[ACT]


def assumed():
    return row_of(effects()[lambda rows: rows["output"] == "act"])


def test_a_known_effect_is_found_again_though_the_likelier_units_are_served():
    cases = simulated(0.8, 30_000, seed=1)
    found = row_of(learnt_effects(cases, effects(), ["pull"]))
    assert found["effect"] == pytest.approx(0.8, abs=0.1)
    assert found["low"] < found["effect"] < found["high"]
    assert (found["basis"], found["served"] + found["unserved"]) == (LEARNT, 30_000)
    naive = row_of(learnt_effects(cases, effects(), []))
    assert naive["effect"] > 1.1  # without the column the pull of the likelier units is taken for the act


def test_four_of_five_intervals_hold_the_effect_that_was_drawn_from_what_is_assumed():
    prior = assumed()
    width = (prior["high"] - prior["low"]) / (2 * NORMAL_80)
    middle, rng = prior["effect"], np.random.default_rng(5)
    within = []
    for seed, effect in enumerate(rng.normal(middle, width, 120)):
        found = row_of(learnt_effects(simulated(effect, 500, seed, confounded=0.5), effects(), ["pull"]))
        within.append(found["low"] <= effect <= found["high"])
    assert 0.70 <= np.mean(within) <= 0.90


def test_few_units_leave_it_near_what_was_assumed_and_many_move_it():
    prior = assumed()
    few, many = (row_of(learnt_effects(simulated(1.5, n, seed=2), effects(), ["pull"])) for n in (300, 20_000))
    assert prior["effect"] < few["effect"] < many["effect"]
    assert many["high"] - many["low"] < few["high"] - few["low"] < prior["high"] - prior["low"]


def test_an_act_with_too_few_on_either_side_stays_as_it_was_assumed_and_says_how_many_there_are():
    cases = simulated(0.8, 2000, seed=3)
    rare = pd.concat([cases[cases["done"]].head(LEAST - 1), cases[~cases["done"]]])
    found, before = row_of(learnt_effects(rare, effects(), ["pull"])), assumed()
    assert found[["effect", "low", "high", "basis"]].tolist() == before[["effect", "low", "high", "basis"]].tolist()
    assert found["served"] == LEAST - 1


def test_acts_that_nobody_recorded_stay_and_strange_ones_are_passed_over():
    cases = simulated(0.8, 1000, seed=4).assign(intervention="prayer")
    found = learnt_effects(cases, effects(), ["pull"])
    pd.testing.assert_frame_equal(found[effects().columns], effects(), check_dtype=False)
    nobody = learnt_effects(cases.iloc[:0], effects(), ["pull"])
    assert (nobody["served"] == 0).all()


def test_a_hidden_chance_is_left_out_and_what_other_acts_add_is_taken_off():
    cases = simulated(0.0, 20_000, seed=6, confounded=0.0)
    lifted = cases.assign(others=np.where(cases["done"], 0.5, 0.0))
    found = row_of(learnt_effects(lifted, effects(), []))
    assert found["effect"] == pytest.approx(-0.5, abs=0.12)  # another act was said to add .5, and nothing came of it
    unscored = cases.assign(chance=cases["chance"].where(cases.index < 500))
    assert row_of(learnt_effects(unscored, effects(), []))[["served", "unserved"]].sum() == 500


def test_weights_make_both_sides_alike_on_average():
    cases = simulated(0.8, 5000, seed=7)
    done, pull = cases["done"].to_numpy(), cases[["pull"]].to_numpy()
    weights = overlap_weights(done, pull)
    served, others = (np.average(pull[side, 0], weights=weights[side]) for side in (done, ~done))
    assert served == pytest.approx(others, abs=1e-5)  # exact for a logistic chance: Li, Morgan, Zaslavsky, theorem 3
    peer = LogisticRegression(C=np.inf, tol=1e-10).fit(pull, done).predict_proba(pull)[:, 1]
    raw = np.where(done, 1 - peer, peer)
    assert weights == pytest.approx(raw * raw.sum() / (raw**2).sum(), rel=1e-4)
