"""Heads over any schema: pooling, bootstrap, boosting with expected directions, and what too little gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from engine.errors import EhyaError
from engine.scoring import hazards
from engine.scoring.design import design
from engine.scoring.hazards import HazardLink, Head
from experiments.horizon import fit_horizon
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.models import hazard as training_hazards
from training.models.hazard import fit_head
from training.models.hazard_spec import HazardLevel, HazardRecipe, HeadKind, Observed
from training.statistics.design_blocks import line_blocks
from training.statistics.reliability import calibration_slope

KINDS = {"size": (FeatureKind.NUMBER, 1), "age": (FeatureKind.NUMBER, 0), "place": (FeatureKind.CATEGORY, 0)}
SCHEMA = FeatureSchema(
    tuple(FeatureSpec(name, "any", kind, "", "", "", (), sign) for name, (kind, sign) in KINDS.items())
)


def world(n: int = 3000, seed: int = 0, places: int = 8) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    X = pd.DataFrame(
        {"size": draw.normal(size=n), "age": draw.normal(size=n), "place": draw.integers(0, places, n).astype(float)}
    )
    effect = 0.6 * draw.normal(size=places)
    chance = expit(-1.0 + 0.8 * X["size"] + effect[X["place"].astype(int)])
    return X, (draw.random(n) < chance).astype(float).to_numpy(), chance.to_numpy()


def observed(X: pd.DataFrame, label: np.ndarray, unit: np.ndarray | None = None) -> tuple[Observed, list]:
    blocks = line_blocks(X, SCHEMA)
    event = (label == 1)[:, None]
    units = np.arange(len(X)) if unit is None else unit
    return Observed(X, design(X, blocks), np.ones_like(event), event, np.ones(len(X)), units), blocks


LEVEL = HazardLevel(np.array([0.3]), 0.5)


def test_a_line_finds_what_made_the_outcomes():
    X, label, chance = world(20_000)
    model = fit_horizon(X, label, SCHEMA, draws=5)
    found = hazards.point(model, X, head="restart")
    assert np.abs(logit(found) - logit(chance)).mean() < 0.06
    assert hazards.feasibility(model, X)[0] == pytest.approx(found)


TRIED = FeatureSchema(
    tuple(
        FeatureSpec(name, "any", FeatureKind.NUMBER, "", "", "", (), sign)
        for name, sign in (("size", 1), ("tried", -1))
    )
)
UNLIKE = 1.5


def waiting(n: int = 12_000) -> Observed:
    """Units unlike by a gamma factor, tried for the first time and, those still waiting, two years later."""
    draw = np.random.default_rng(7)
    size, factor = draw.normal(size=n), draw.gamma(1 / UNLIKE, UNLIKE, n)
    within = -np.expm1(-0.12 * np.exp(0.8 * size) * factor)
    came = draw.geometric(np.maximum(within, 1e-9)) - 1
    parts = []
    for begin in (0, 4):
        here = came >= begin
        time = came[here, None] - begin
        X = pd.DataFrame({"size": size[here], "tried": np.log10(1 + begin / 2)})
        parts.append((X, time >= np.arange(4), time == np.arange(4), np.flatnonzero(here)))
    X = pd.concat([part[0] for part in parts], ignore_index=True)
    at_risk, event, unit = (np.concatenate([part[place] for part in parts]) for place in (1, 2, 3))
    return Observed(X, design(X, line_blocks(X, TRIED)), at_risk, event, np.ones(len(X)), unit)


def test_effects_of_records_fade_with_the_time_since_the_first_attempt():
    """A line that never fades says too little of the first attempt and too much of the later ones."""
    seen = waiting()
    blocks = line_blocks(seen.matrix, TRIED)
    late = seen.matrix["tried"].to_numpy() > 0

    def fitted(frailty):
        recipe = HazardRecipe(link=HazardLink.CLOGLOG, frailty=frailty)
        head = fit_head(
            seen, None, blocks, TRIED, recipe=recipe, random_state=0, signs={"size": 1, "tried": -1}, since="tried",
            draws=2,
        ).head  # fmt: skip
        said = head.probability(head.score(seen.columns, seen.matrix))[late, 0]
        slope, _ = calibration_slope(seen.event[late, 0] * 1.0, said, np.ones(late.sum()), np.arange(late.sum()))
        return head.line[4] / blocks[0].scale, slope

    first, later = fitted(UNLIKE)
    assert first == pytest.approx(0.8, abs=0.05)
    assert later == pytest.approx(1.0, abs=0.15)
    first, later = fitted(0.0)
    assert first < 0.65
    assert later < 0.85


def test_a_level_that_is_believed_is_that_of_all_who_wait_whatever_fades():
    X, label, _ = world(50)
    seen, blocks = observed(X, label)
    four = replace(seen.where(np.zeros(50, dtype=bool)), at_risk=np.ones((0, 4), bool), event=np.ones((0, 4), bool))
    level = HazardLevel(np.full(4, 0.07), 0.5)
    head = fit_head(
        four, level, blocks, SCHEMA, recipe=HazardRecipe(frailty=1.0), random_state=0, since="tried", draws=5
    ).head  # fmt: skip
    said = head.probability(head.score(np.zeros((1, head.line.size - 4)), X.iloc[:1]))
    assert said == pytest.approx(np.full((1, 4), 0.07), abs=1e-9)


def test_levels_are_pooled_towards_each_other_the_more_the_fewer_rows_they_have():
    """Two places with the same share of events, one with 6 rows and one with 1500."""
    draw = np.random.default_rng(1)
    place = np.concatenate([np.zeros(6), np.ones(1500), draw.integers(2, 8, 3000)])
    label = np.concatenate([[1] * 5 + [0], np.arange(1500) % 6 > 0, draw.random(3000) < 0.3]).astype(float)
    X = pd.DataFrame({"size": draw.normal(size=len(place)), "age": 0.0, "place": place})
    model = fit_horizon(X, label, SCHEMA, draws=2)
    few, many, none = hazards.point(model, X.iloc[:3].assign(size=0.0, place=[0.0, 1.0, np.nan]), head="restart")
    assert none < few < many
    assert many == pytest.approx(5 / 6, abs=0.02)


def test_places_that_do_not_differ_are_pooled_into_one():
    draw = np.random.default_rng(2)
    X = pd.DataFrame({"size": 0.0, "age": 0.0, "place": draw.integers(0, 30, 3000).astype(float)})
    label = (draw.random(3000) < 0.3).astype(float)
    found = hazards.point(fit_horizon(X, label, SCHEMA, draws=2), X, head="restart")
    raw = pd.Series(label).groupby(X["place"]).mean()
    assert found.std() < 0.35 * raw.std()


def test_one_step_of_the_bootstrap_spreads_as_full_refits_do(monkeypatch):
    X, label, _ = world(1500)
    unit = np.arange(1500) // 3
    seen, blocks = observed(X, label, unit)
    full = np.array(fit_head(seen, LEVEL, blocks, SCHEMA, recipe=HazardRecipe(), random_state=0).part.refits)
    monkeypatch.setattr(training_hazards, "FULL_REFITS", 0)
    step = np.array(fit_head(seen, LEVEL, blocks, SCHEMA, recipe=HazardRecipe(), random_state=0).part.refits)
    assert np.allclose(step.std(axis=0), full.std(axis=0), rtol=0.15)
    assert np.abs(step.mean(axis=0) - full.mean(axis=0)).max() < 0.05


def test_the_bootstrap_draws_units_and_not_rows():
    """Each row ten times over, as ten landmarks of one unit would be: intervals must not shrink."""
    X, label, _ = world(400)
    once, blocks = observed(X, label)
    rows = np.repeat(np.arange(400), 10)
    ten, _ = observed(X.iloc[rows], label[rows], rows)
    ten = Observed(ten.matrix, once.columns[rows], ten.at_risk, ten.event, np.full(4000, 0.1), rows)
    spreads = [
        np.array(fit_head(each, LEVEL, blocks, SCHEMA, recipe=HazardRecipe(), random_state=0).part.refits).std(axis=0)
        for each in (once, ten)
    ]
    assert np.allclose(*spreads, rtol=1e-6)


def test_intervals_cover_the_truth_of_the_line_about_as_often_as_they_say():
    """Forty worlds of 300 rows without places: the 80 % interval of the probability of ten strangers."""
    ahead = pd.DataFrame({"size": np.linspace(-1.5, 1.5, 10), "age": 0.0, "place": np.nan})
    truth = expit(-1.0 + 0.8 * ahead["size"]).to_numpy()
    covered = []
    for seed in range(40):
        draw = np.random.default_rng(seed)
        X = pd.DataFrame({"size": draw.normal(size=300), "age": draw.normal(size=300), "place": np.nan})
        label = (draw.random(300) < expit(-1.0 + 0.8 * X["size"])).to_numpy(float)
        _, draws = hazards.feasibility(fit_horizon(X, label, SCHEMA), ahead)
        low, high = np.quantile(draws, [0.1, 0.9], axis=1)
        covered.append((low <= truth) & (truth <= high))
    assert 0.72 < np.mean(covered) < 0.88


def test_boosting_keeps_the_expected_direction_and_the_blend_lies_between_its_parts():
    X, label, _ = world(4000)
    model = fit_horizon(X, label, SCHEMA, recipe=HazardRecipe(learner=HeadKind.BLEND, iterations=40), draws=5)
    head = Head.of(model, "restart")
    steps = [X.iloc[:100].assign(size=value) for value in np.linspace(-3, 3, 13)]
    scores = np.array([head.tree_score(each)[:, 0] for each in steps])
    assert (np.diff(scores, axis=0) >= -1e-12).all()
    line = (design(X, model.document.design) @ head.line[1:] + head.line[0])[:, None]
    trees = head.tree_score(X)
    blended = head.score(design(X, model.document.design), X)
    assert ((blended >= np.minimum(line, trees) - 1e-12) & (blended <= np.maximum(line, trees) + 1e-12)).all()
    assert model.document.hazards.restart.interval_inflation >= 1


def test_a_slope_that_goes_against_its_expected_direction_is_held_at_zero():
    X, label, _ = world(2000)
    against = fit_horizon(X.assign(size=-X["size"]), label, SCHEMA, draws=5)
    head = Head.of(against, "restart")
    assert against.document.design[0].column == "size"
    assert head.line[1] == 0
    assert np.abs(head.refits[:, 1]).max() < 1e-6
    without = fit_horizon(X.assign(size=np.nan), label, SCHEMA, draws=5)
    found = [hazards.point(each, X, head="restart") for each in (against, without)]
    assert np.abs(found[0] - found[1]).max() < 0.01


def test_with_few_events_a_blend_is_its_line():
    X, label, _ = world(300)
    few = np.where(np.cumsum(label) <= 50, label, 0.0)
    blend = fit_horizon(X, few, SCHEMA, recipe=HazardRecipe(learner=HeadKind.BLEND), draws=5)
    assert set(blend.heads) == {"restart"}
    line = fit_horizon(X, few, SCHEMA, draws=5)
    assert np.array_equal(*(hazards.point(each, X, head="restart") for each in (blend, line)))


def test_without_records_the_prior_speaks_and_with_many_the_data():
    X, label, _ = world(4000)
    empty, blocks = observed(X.iloc[:0], label[:0])
    none = fit_head(empty, LEVEL, [], SCHEMA, recipe=HazardRecipe(), random_state=0)
    assert expit(none.estimators[""].coef_[0]) == pytest.approx([0.3])
    assert none.own_share == 0
    seen, blocks = observed(X, label)
    many = fit_head(seen, LEVEL, blocks, SCHEMA, recipe=HazardRecipe(), random_state=0)
    assert many.own_share > 0.98
    assert expit(many.estimators[""].coef_[0, 0]) == pytest.approx(0.27, abs=0.04)


@pytest.mark.parametrize("link", list(HazardLink))
def test_either_link_predicts_much_the_same(link):
    X, label, chance = world(8000)
    found = hazards.point(fit_horizon(X, label, SCHEMA, recipe=HazardRecipe(link=link), draws=2), X, head="restart")
    assert np.abs(found - chance).mean() < 0.03


def test_what_a_horizon_head_cannot_use_is_refused():
    X, label, _ = world(50)
    with pytest.raises(EhyaError, match="schema_mismatch"):
        fit_horizon(X[["age", "size", "place"]], label, SCHEMA)
    with pytest.raises(EhyaError, match="too_few_rows"):
        fit_horizon(X.iloc[:0], label[:0], SCHEMA)
    with pytest.raises(EhyaError, match="outcome_out_of_range"):
        fit_horizon(X, label + 0.5, SCHEMA)
