"""A register that has learnt enough trains on its own outcomes, through the same commands; a practice province does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

import training
from engine.domain.reported import reported_units
from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects
from engine.settings import Settings
from engine.store import Register
from experiments.province_simulator.province import AS_OF
from features import matrix
from serving.desk.appraisal import appraised
from serving.desk.question import Question
from serving.desk.workspace import champion
from training.evaluation.judged_table import LEFT_OUT
from training.gates.rules import Gate, shut_gates
from training.panel.answers import ANSWER_COLUMNS, QUESTION_COLUMNS
from training.panel.comparisons import Panel
from training.pipeline.ground import SEARCHED
from training.pipeline.grounding import ground_of
from training.pipeline.outcomes import SPACE, START, recipe_of
from training.pipeline.rival import rebuilt, rival
from training.registry.versions import registered

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 25)
NEXT = AS_OF + pd.DateOffset(months=3)


@pytest.fixture(scope="module", autouse=True)
def one_version_of_the_code():
    """A commit made while the tests run would name another search."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.pipeline.outcomes.code_version", lambda: "under test")
        yield


@pytest.fixture(scope="module")
def settings(practice) -> Settings:
    return practice


@pytest.fixture(scope="module")
def register(settings):
    with Register.open(settings.database_url) as register:
        yield register


@pytest.fixture(scope="module")
def trained(register, settings):
    told: list = []
    result = training.train(
        register, settings, as_of=AS_OF, trials=2, origin="synthetic",
        progress=lambda stage, share, best=None: told.append((stage, best)),
    )  # fmt: skip
    return result, told


def test_the_model_learns_from_the_log_and_says_that_it_is_synthetic(trained, register):
    result, told = trained
    assert result.kind == "outcomes"
    assert (result.card["origin"], result.card["kind"], result.card["label"]) == (
        "synthetic",
        "outcomes",
        "feasibility",
    )
    assert "synthetic" in result.card["limits"]
    assert result.card["sample"]["restarts"] >= 20
    assert set(result.metrics["scores"]) == {"model", "prior_only", "liquidity_only", "abcd"}
    assert result.metrics["scores"]["model"]["units"] >= 30
    assert [best for stage, best in told if stage is training.SearchStage.SEARCHING and best is not None]
    assert list(dict(told)) == list(training.SearchStage)


def test_settings_are_chosen_on_earlier_folds_than_those_it_is_judged_on(trained, register, settings):
    result, _ = trained
    journal = settings.search_journal.read_text("utf-8")
    assert result.version
    assert "outcomes-" in journal
    assert set(result.metrics["search"]["importances"]) <= set(SPACE)
    assert result.metrics["search"]["trials"] == 2
    search, recipe = result.metrics["search"], training.model_of(register, settings, result.version).document.recipe
    usual = recipe == recipe_of(START).settings(0)
    # What was there stays unless another recipe's loss was lower by more than the folds differ by themselves.
    assert search["tolerance"] > 0
    assert search["adds_nothing"] == (search["gain"] <= search["tolerance"]) == usual
    judged = pd.read_parquet(result.path.with_name("judged.parquet"))
    assert SEARCHED >= 1
    assert not judged.duplicated(["unit_id", "origin"]).any()
    assert judged["label"].isin([0.0, 1.0]).all()


def test_promotion_opens_or_names_the_gate_that_is_shut(trained, register, settings):
    result, _ = trained
    shut = set(shut_gates((verdict.gate, verdict.passed) for verdict in result.gates))
    if shut:
        with pytest.raises(EhyaError) as refused:
            training.promote(register, settings, as_of=AS_OF, promoted_at=AT, verdicts=result.gates)
        assert (refused.value.code, set(refused.value.facts["given"])) == (ErrorCode.GATES_SHUT, shut)
    training.promote(register, settings, as_of=AS_OF, promoted_at=AT, force=bool(shut), reason="a small test province")
    assert register.promotions.champion().model_version == result.version
    table = appraised(settings, Question(as_of=AS_OF)).table
    scorable = table["scorable"].astype(bool)
    assert scorable.sum() > 100
    assert table.loc[scorable, "feasibility_point"].between(0, 1).all()
    assert (table["origin"] == "synthetic").all()


def test_the_same_training_again_changes_nothing_and_asks_no_recipe_twice(trained, register, settings):
    result, _ = trained
    size = settings.search_journal.stat().st_size
    again = training.train(register, settings, as_of=AS_OF, trials=2, origin="synthetic")
    assert (again.version, again.digest) == (result.version, result.digest)
    assert again.unchanged
    assert settings.search_journal.stat().st_size - size < 2000
    assert len(registered(settings)) == 1


@pytest.fixture(scope="module")
def later(trained, register, settings):
    """A training of the next quarter, whose search settles on the champion's recipe or on another."""
    return training.train(register, settings, as_of=NEXT, trials=1, origin="synthetic")


def test_a_later_training_meets_the_champion_on_every_outcome(later, register, settings):
    judged = pd.read_parquet(later.path.with_name("judged.parquet"))
    met = judged["champion_probability"].notna()
    assert met.sum() > 30
    newer = next(verdict for verdict in later.gates if verdict.gate is Gate.NOT_WORSE_AND_NEWER)
    assert newer.facts["units"] == judged.loc[met, "unit_id"].nunique()
    assert newer.facts["newer"]
    assert newer.facts["since"] == AS_OF.date().isoformat()
    found = training.evaluate(register, settings, as_of=NEXT, version=later.version)
    assert {each.gate: each.passed for each in found.gates} == {each.gate: each.passed for each in later.gates}
    assert found.scores["champion"]["brier"] == pytest.approx(later.metrics["scores"]["champion"]["brier"])


@pytest.fixture(scope="module")
def ground(register):
    found = ground_of(register, as_of=AS_OF, origin="synthetic", effects=effects())
    assert found is not None
    return found


def said_by(ground, champion, challenger=None, **changes):
    changed = replace(champion, document=champion.document.changed(**changes))
    return rival(changed, champion.document if challenger is None else challenger, ground)


def test_one_recipe_is_compared_by_how_much_less_the_champion_had_learnt(trained, ground, register, settings):
    """A champion of the same day leaves nothing out, and says the same. One that is two years older knows less."""
    result, _ = trained
    model = training.model_of(register, settings, result.version)
    judged = pd.read_parquet(result.path.with_name("judged.parquet")).set_index(["unit_id", "origin"])["probability"]
    equal, older = (
        said_by(ground, model, **changes).outcomes.set_index(["unit_id", "origin"])["probability"]
        for changes in ({}, {"data_until": "2024-03-21"})
    )
    assert np.allclose(equal.reindex(judged.index), judged)
    assert len(older) == len(equal)
    assert not np.allclose(older, judged.reindex(older.index), atol=1e-3)


def test_a_champion_of_another_recipe_is_fitted_by_it_to_all_that_a_fold_could_see(trained, ground, register, settings):
    model = training.model_of(register, settings, trained[0].version)
    other = recipe_of({**START, "precision_factor": 90.0})
    old, young = (
        said_by(
            ground, model, model.document.changed(recipe=recipe_of(START).settings(0)), recipe=other.settings(0),
            data_until=day,
        )
        for day in ("2024-03-21", "2026-03-21")
    )  # fmt: skip
    assert old.outcomes.drop(columns=LEFT_OUT).equals(young.outcomes.drop(columns=LEFT_OUT))
    # Fitted to all that the champion knew but for the unit's part: what it knew follows its own last day.
    assert old.outcomes[LEFT_OUT].notna().all()
    assert not np.allclose(old.outcomes[LEFT_OUT], young.outcomes[LEFT_OUT], atol=1e-3)
    assert len(old.jobs) > 0
    assert said_by(ground, model, origin="register") is None


@pytest.fixture(scope="module")
def press(trained, register, settings):
    """A model of press reports, trained after that of outcomes."""
    return training.train(register, settings, as_of=AS_OF, trials=1)


def test_a_model_of_press_reports_cannot_take_the_place_of_one_it_was_never_set_against(press, register, settings):
    assert press.kind == "reported"
    better = next(verdict for verdict in press.gates if verdict.gate is Gate.BETTER_THAN_OPPONENT)
    assert not better.passed
    assert better.facts["opponent"] == "champion"
    assert better.facts["units"] == 0
    with pytest.raises(EhyaError) as refused:
        training.promote(register, settings, as_of=AS_OF, promoted_at=AT)
    assert Gate.BETTER_THAN_OPPONENT in refused.value.facts["given"]


def test_a_model_of_outcomes_meets_a_press_champion_on_its_own_outcomes(trained, press, register, settings):
    """The press model answers for each unit as it was known on the day of each outcome."""
    result, _ = trained
    training.promote(
        register, settings, version=press.version, as_of=AS_OF, promoted_at=AT, force=True, reason="to be met"
    )
    found = training.evaluate(register, settings, as_of=AS_OF, version=result.version)
    assert found.champion == press.version
    assert found.scores["champion"]["rows"] == found.scores["model"]["rows"]
    judged = pd.read_parquet(result.path.with_name("judged.parquet")).iloc[[0]]
    day = judged["origin"].iloc[0]
    units = register.units(known_by=day).loc[judged["unit_id"]]
    model = champion(register, settings)
    from engine.domain.standing import standing
    from engine.scoring.runtime import predict
    from training.evaluation.evidence import kept
    from training.gates.champion import against, side_by_side

    units = standing(units, register.events(known_by=AS_OF), as_of=day)
    by_hand = predict(model, matrix(units, model.schema, model.fitted, as_of=day), units, as_of=day)
    own = training.model_of(register, settings, result.version)
    evidence = kept(result.path.parent, own.document.judged)
    beside = side_by_side(
        evidence, "feasibility", against(own, register, settings, as_of=AS_OF), register, as_of=AS_OF
    ).outcomes
    assert np.isclose(beside["champion_probability"].iloc[0], by_hand["feasibility_point"].iloc[0])
    moved = next(verdict for verdict in found.gates if verdict.gate is Gate.TOP_STAYS)
    assert moved.passed
    assert set(moved.facts["explained"].values()) <= {"other_kind"} or moved.facts["explained"]


def test_a_press_model_is_rebuilt_as_of_the_fold_and_with_what_the_experts_said(ground):
    """Nothing later than the fold's day is seen, no page of the press either; the panel moves its beliefs."""
    day = ground.folds.folds[0][1].as_of
    units = ground.units_at(day)
    some = sorted(units.index)[:20]
    pairs = list(zip(some[:10], some[10:], strict=True))
    questions = pd.DataFrame(
        [("p", number, *pair) for number, pair in enumerate(pairs, start=1)], columns=QUESTION_COLUMNS
    )
    answers = pd.DataFrame(
        [("A1", "p", number, "restart", "first_much") for number in range(1, 11)], columns=ANSWER_COLUMNS
    )
    alone, asked = rebuilt(ground, day), rebuilt(ground, day, Panel(questions, answers))
    assert alone.document.data_until == asked.document.data_until == day.date().isoformat()
    pages = reported_units()
    late = pages.index[pages["as_of"] > day]
    assert alone.document.fold_of
    assert not set(alone.document.fold_of) & set(late)
    first, second = (model.document.belief.plain() for model in (alone, asked))
    assert first != second


@pytest.mark.parametrize(
    ("origin", "trials", "code"),
    [
        ("synthetic", None, ErrorCode.TOO_FEW_OUTCOMES),
        ("synthetic", 0, ErrorCode.PRIOR_ONLY_OF_UNITS),
        ("x", None, ErrorCode.UNKNOWN_OPTION),
    ],
)
def test_an_origin_that_nothing_can_be_learnt_from_is_refused_by_its_cause(tmp_path, origin, trials, code):
    settings = Settings.from_environment({"EHYA_HOME": str(tmp_path)})
    with Register.open(settings.database_url) as empty, pytest.raises(EhyaError) as refused:
        training.train(empty, settings, as_of=AS_OF, origin=origin, trials=trials)
    assert refused.value.code is code


def test_a_recipe_of_the_search_is_one_of_the_model():
    chosen = recipe_of({"learner": "blend", "precision_factor": 12.345678, "share": 0.3, "follow": 0.5, "frailty": 2.0})
    assert (chosen.learner.value, chosen.precision_factor, chosen.share) == ("blend", 12.3457, 0.3)
    assert chosen.follow == 0.5
