"""Learners that misbehave have a name for it, and those that behave are asked as they were fitted."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.errors import EhyaError, ErrorCode
from training.dataset.table import Landmarks
from training.learners.guarded import Guarded, peeks
from training.learners.promotable import strange
from training.learners.protocol import learner_named

N = 300


def landmarks(seed=0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.standard_normal((N, 4)), columns=list("abcd"))
    y = pd.Series((rng.random(N) < 1 / (1 + np.exp(-1.2 * X["a"]))).astype(float))
    X.loc[::7, "b"] = np.nan
    X["nobody_stated"] = np.nan
    groups = pd.DataFrame({"unit_id": [str(row) for row in range(N)], "county": "", "sector": "", "size": ""})
    dates = pd.Series(pd.Timestamp("2020-01-01"), index=X.index)
    return Landmarks(X, y, pd.Series(1.0, index=X.index), groups, dates, {})


SEEN, LATER = landmarks(0), landmarks(1)
LINE = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression())


class Own:
    """A learner that says whatever it is made to say."""

    def __init__(self, says=None, fails=None, waits=0.0):
        self.says, self.fails, self.waits = says, fails, waits

    def fit_landmarks(self, X, y, *, weights, dates, groups):
        time.sleep(self.waits)
        if self.fails is not None:
            raise self.fails
        return self

    def feasibility(self, X):
        return self.says(X)


def rows(value):
    return lambda X: np.full(len(X), value)


@pytest.mark.parametrize(
    ("learner", "code"),
    [
        (Own(fails=ValueError("no column x")), ErrorCode.LEARNER_FAILED),
        (Own(fails=SystemExit(3)), ErrorCode.LEARNER_FAILED),
        (Own(says=lambda X: 1 / 0), ErrorCode.LEARNER_FAILED),
        (Own(says=rows(np.nan)), ErrorCode.LEARNER_PROBABILITY),
        (Own(says=rows(1.2)), ErrorCode.LEARNER_PROBABILITY),
        (Own(says=rows(-0.1)), ErrorCode.LEARNER_PROBABILITY),
        (Own(says=lambda X: np.full(3, 0.5)), ErrorCode.LEARNER_LENGTH),
        (Own(says=lambda X: np.full((len(X), 3), 0.5)), ErrorCode.LEARNER_LENGTH),
        (Own(says=rows(0.5), waits=30), ErrorCode.LEARNER_SLOW),
    ],
)
def test_a_learner_that_misbehaves_is_refused_by_name(learner, code):
    from serving.i18n import speech

    with pytest.raises(EhyaError) as refused:
        Guarded(learner, seconds=0.5).fit(SEEN).predict_proba(LATER.X)
    assert refused.value.code is code
    for language in ("fa", "en"):
        assert "Own" in speech(language).text(refused.value.code, **refused.value.facts)


def test_a_learner_that_raises_is_told_where_in_its_own_file(tmp_path, monkeypatch):
    (tmp_path / "raising_of_the_test.py").write_text(
        "import json\n\n\nclass Raises:\n    def fit_landmarks(self, X, y, *, weights, dates, groups):\n"
        "        return json.loads('{')\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EhyaError) as refused:
        Guarded(learner_named("raising_of_the_test:Raises")).fit(SEEN)
    assert refused.value.facts["why"].endswith("(raising_of_the_test.py, 6)")  # and not where json stopped


def test_a_fit_that_gives_nothing_to_ask_says_what_it_lacks():
    class Forgets(Own):
        def fit_landmarks(self, X, y, *, weights, dates, groups):
            pass

    with pytest.raises(EhyaError) as refused:
        Guarded(Forgets()).fit(SEEN)
    assert refused.value.code is ErrorCode.LEARNER_UNKNOWN
    assert "NoneType, which has neither feasibility(X)" in refused.value.facts["why"]


def test_half_years_that_each_may_bring_it_give_the_chance_of_any():
    fitted = Guarded(Own(says=lambda X: np.full((len(X), 4), 0.5))).fit(SEEN)
    assert fitted.predict_proba(LATER.X)[:, 1] == pytest.approx(1 - 0.5**4)


@pytest.mark.parametrize("learner", [LINE, HistGradientBoostingClassifier(max_iter=5)])
def test_a_classifier_of_scikit_learn_is_a_learner_as_it_is(learner):
    guard = Guarded(learner)
    said = guard.fit(SEEN).predict_proba(LATER.X)[:, 1]
    assert np.corrcoef(said, LATER.X["a"])[0, 1] > 0.6
    assert not hasattr(learner, "classes_")  # a copy was fitted
    weights = SEEN.weights.where(SEEN.y == 0, 5.0)
    heavier = Guarded(learner).fit(Landmarks(SEEN.X, SEEN.y, weights, SEEN.groups, SEEN.dates, {}))
    assert heavier.predict_proba(LATER.X)[:, 1].mean() > said.mean() + 0.1


class Peeking(Own):
    """Has the outcomes of the later units from elsewhere, and sells them as its own."""

    def __init__(self):
        super().__init__(says=lambda X: np.where(LATER.y == 1, 0.8, 0.3))


def test_a_learner_that_knows_what_it_was_not_shown_is_found_by_scrambling():
    rival = Guarded(LINE).fit(SEEN).predict_proba(LATER.X)[:, 1]
    label = LATER.y.to_numpy()
    assert peeks(Guarded(Peeking()), SEEN, LATER.X, label, rival, random_state=0)
    honest = [
        LINE,
        HistGradientBoostingClassifier(max_iter=20),
        Own(says=rows(0.4)),
        Own(says=lambda X: X["a"].rank() / N),  # a rule that needs no outcome
    ]
    found = [peeks(Guarded(each), SEEN, LATER.X, label, rival, random_state=seed) for each in honest for seed in (0, 1)]
    assert not any(found)


def test_scrambling_gives_a_unit_the_labels_of_one_other_unit_and_never_a_mixture():
    """Ten quarters of each of thirty units, which end alike: by row nearly every unit would get both labels."""
    unit = np.repeat(np.arange(30), 10)
    y = pd.Series((unit % 3 == 0).astype(float))
    seen = Landmarks(
        pd.DataFrame({"a": unit.astype(float)}), y, pd.Series(1.0, index=y.index),
        pd.DataFrame({"unit_id": unit.astype(str), "county": "", "sector": "", "size": ""}),
        pd.Series(pd.Timestamp("2020-01-01"), index=y.index), {},
    )  # fmt: skip
    shown = []

    class Watching(Own):
        def __deepcopy__(self, memo):
            return self

        def fit_landmarks(self, X, y, *, weights, dates, groups):
            shown.append(pd.Series(y).groupby(groups["unit_id"].to_numpy()).agg(["min", "max", "mean"]))
            return self

    # What knows the outcomes from elsewhere is asked a second time.
    learner = Watching(says=lambda X: np.where(LATER.y == 1, 0.9, 0.1))
    assert peeks(Guarded(learner), seen, LATER.X, LATER.y.to_numpy(), np.full(N, 0.5), random_state=0)
    assert len(shown) == 2
    assert all((each["min"] == each["max"]).all() and each["mean"].sum() == 10 for each in shown)
    assert not shown[0].equals(shown[1])


def test_an_interval_of_its_own_must_hold_its_ends_in_order():
    learner = Own(says=rows(0.5))
    fitted = Guarded(learner).fit(SEEN)
    assert fitted.interval(LATER.X) is None
    fitted.fitted.interval = lambda X: np.tile([0.6, 0.4], (len(X), 1))
    with pytest.raises(EhyaError) as refused:
        fitted.interval(LATER.X)
    assert refused.value.code is ErrorCode.LEARNER_PROBABILITY


def test_our_list_of_types_decides_what_the_service_loads():
    for learner in (LINE, HistGradientBoostingClassifier(max_iter=3)):
        assert strange(Guarded(learner).fit(SEEN).fitted) == ()
    assert strange(Own()) == (f"{Own.__module__}.Own",)


@pytest.mark.parametrize("words", ["", "nowhere:X", "sklearn.linear_model:Nobody", "math:pi", "json:JSONDecoder"])
def test_what_is_no_learner_is_refused_with_the_reason(words):
    with pytest.raises(EhyaError) as refused:
        learner_named(words)
    assert refused.value.code is ErrorCode.LEARNER_UNKNOWN


def test_a_learner_is_named_from_the_folder_one_stands_in(tmp_path, monkeypatch):
    (tmp_path / "mine_of_the_test.py").write_text("class Mine:\n    def fit_landmarks(self): pass\n")
    monkeypatch.chdir(tmp_path)
    assert type(learner_named("mine_of_the_test:Mine")).__name__ == "Mine"
