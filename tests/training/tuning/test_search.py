"""The search: seeded, fold by fold, resumable, and never a trial that saw half of the folds as the best."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import optuna
import pytest

from engine.errors import EhyaError, ErrorCode
from training.tuning.search import LEAST_COMPLETE, Choice, Real, Whole, _settled, tune

SPACE = {"x": Real(-4.0, 4.0), "depth": Whole(1, 6), "kind": Choice(("flat", "steep"))}
HEAVY = (5.0, 1.0, 2.0)
"""Folds differ in difficulty far more than recipes do."""


def bowl(recipe, fold):
    slope = 3.0 if recipe["kind"] == "steep" else 1.0
    return HEAVY[fold] + slope * (recipe["x"] - 1.0) ** 2 + 0.1 * (recipe["depth"] - 3) ** 2


class Killed(BaseException):
    """Stands for a killed program: nothing in the search may catch it."""


def search(objective=bowl, **options):
    return tune(objective, SPACE, **{"folds": 3, "trials": 15, "random_state": 3, **options})


def test_the_best_recipe_is_near_the_bottom_and_equal_seeds_find_the_same():
    found = search(trials=40)
    assert found.recipe["x"] == pytest.approx(1.0, abs=0.6)
    assert found == search(trials=40)
    assert found.recipe != search(trials=40, random_state=4).recipe
    assert found.loss == pytest.approx(np.mean([bowl(found.recipe, fold) for fold in range(3)]))


def test_the_setting_that_moves_the_loss_is_the_important_one():
    found = search(trials=60)
    assert sum(found.importances.values()) == pytest.approx(1.0, abs=1e-3)
    assert next(iter(found.importances)) == "x"


def test_a_hopeless_trial_stops_early_and_is_never_the_best():
    asked = []
    found = search(lambda recipe, fold: asked.append(fold) or bowl(recipe, fold), trials=30)
    short = [trial for trial in found.trials if not trial.complete]
    assert short
    assert len(asked) == sum(len(trial.losses) for trial in found.trials) < 30 * 3
    complete = [trial.complete for trial in found.trials]
    assert complete == sorted(complete, reverse=True)
    assert found.trials[0].recipe == found.recipe


def test_a_trial_is_compared_with_others_on_the_same_folds():
    """By hand: four complete trials, then one worse than their median on the first fold, and one that is not."""
    losses = iter([(5, 1), (6, 2), (7, 3), (8, 4), (6.6, None), (6.4, 9)])
    row: list = []

    def told(recipe, fold):
        nonlocal row
        row = list(next(losses)) if fold == 0 else row
        return float(row[fold])

    found = tune(told, {"x": Real(0, 1)}, folds=2, trials=LEAST_COMPLETE + 2)
    assert [trial.losses for trial in found.trials] == [(5, 1), (6, 2), (7, 3), (8, 4), (6.4, 9), (6.6,)]


def test_a_killed_search_goes_on_where_it_was_and_ends_like_an_unbroken_one(tmp_path):
    journal, asked = tmp_path / "search.journal", []

    def dies(recipe, fold):
        asked.append(recipe)
        if len(asked) == 20:
            raise Killed
        return bowl(recipe, fold)

    with pytest.raises(Killed):
        search(dies, journal=journal)
    with journal.open("ab") as file:
        file.write(b'{"op_code": 6, "half a li')
    again: list = []
    found = search(lambda recipe, fold: again.append(recipe) or bowl(recipe, fold), journal=journal)
    unbroken = search()
    assert found.resumed >= 6
    assert len(again) < 45 - 18
    assert again[0] == asked[-1]
    assert (found.recipe, found.loss, found.trials) == (unbroken.recipe, unbroken.loss, unbroken.trials)


def test_a_finished_search_is_read_from_the_journal_and_other_ones_do_not_mix(tmp_path):
    journal = tmp_path / "search.journal"
    found = search(journal=journal)
    assert search(None, journal=journal).trials == found.trials  # no objective is asked
    assert search(None, journal=journal, trials=5).trials == search(trials=5).trials
    assert search(journal=journal, study="other data").resumed == 0
    assert search(journal=journal, random_state=5).resumed == 0


def test_time_runs_out_between_folds_but_one_trial_is_always_finished(tmp_path):
    times = iter(range(1000))
    options = {"journal": tmp_path / "search.journal", "clock": lambda: float(next(times))}
    found = search(timeout=0.5, **options)
    assert [trial.complete for trial in found.trials] == [True]
    later = search(timeout=14.0, **options)
    assert 1 < len(later.trials) < 15
    assert search(journal=options["journal"]).trials == search().trials


def test_starts_are_tried_first_also_when_the_search_dies_in_one(tmp_path):
    start, journal = {"x": 1.0, "depth": 3, "kind": "flat"}, tmp_path / "search.journal"

    def dies(recipe, fold):
        raise Killed

    with pytest.raises(Killed):
        search(dies, starts=[start], journal=journal)
    asked: list = []
    found = search(lambda recipe, fold: asked.append(recipe) or bowl(recipe, fold), starts=[start], journal=journal)
    assert asked[0] == start
    assert found.recipe == start


def test_several_workers_share_the_journal_and_try_as_many_recipes_as_asked(tmp_path):
    told = []
    found = search(workers=2, trials=6, journal=tmp_path / "s.journal", progress=lambda *now: told.append(now))
    assert len(found.trials) == 6
    assert len({json.dumps(trial.recipe) for trial in found.trials}) == 6
    assert told[-1] == (6, found.loss)
    assert not list(Path(tmp_path).glob("*.lock"))


def test_workers_of_a_cluster_try_as_many_recipes_and_keep_them_in_the_same_journal(tmp_path, workers):
    told = []
    how = {"trials": 6, "journal": tmp_path / "s.journal"}
    found = search(cluster=workers, progress=lambda *now: told.append(now), **how)
    assert len(found.trials) == 6
    assert told[-1] == (6, found.loss)
    assert search(**how).trials == found.trials  # read from the journal here, nothing is tried again


def test_a_search_on_a_cluster_ends_when_its_time_is_up(tmp_path, workers):
    found = search(cluster=workers, trials=400, timeout=0.0, journal=tmp_path / "s.journal")
    assert 1 <= len(found.trials) < 40


START = {"x": 1.0, "depth": 3, "kind": "flat"}


def test_a_search_that_adds_nothing_ends_early_says_so_and_keeps_what_was_there():
    """The start stands at the bottom. Folds of 5, 1 and 2 differ by 1.7, so that .085 would be a gain."""
    found = search(starts=[START], patience=5, trials=40)
    assert found.adds_nothing
    assert found.settled
    assert found.recipe == START
    assert len(found.trials) == 6
    assert (found.gain, found.tolerance) == (0.0, pytest.approx(0.05 * np.std(HEAVY)))
    whole = search(starts=[START], trials=40)
    assert (whole.gain, whole.settled, len(whole.trials)) == (None, False, 40)


def test_a_search_that_adds_something_goes_on_while_it_does():
    found = search(starts=[{**START, "x": -4.0}], patience=5, trials=40)
    assert not found.adds_nothing
    assert found.gain > 20
    assert found.recipe["x"] == pytest.approx(1.0, abs=0.9)


def test_a_search_that_settled_ends_at_the_same_trial_when_it_is_resumed(tmp_path):
    options = {"starts": [START], "patience": 5, "journal": tmp_path / "search.journal"}
    search(trials=3, **options)
    assert search(trials=40, **options).trials == search(trials=40, starts=[START], patience=5).trials


def test_what_is_no_gain_is_measured_at_the_incumbent_though_another_trial_was_done_before_it():
    """The first done has folds 10 apart, so that a twentieth of their spread is .25; the incumbent's are .02 apart."""

    def done(x, losses):
        ranges = {"x": optuna.distributions.FloatDistribution(-5, 5)}
        told = dict(enumerate(losses))
        return optuna.trial.create_trial(
            params={"x": x}, distributions=ranges, value=float(np.mean(losses)), intermediate_values=told
        )

    trials = [done(3.0, [0.0, 10.0]), done(1.0, [4.0, 4.02]), done(0.0, [3.9, 3.9])]
    assert not _settled(trials, 1, {"x": 1.0})
    assert _settled([*trials, done(0.5, [5.0, 5.0])], 1, {"x": 1.0})
    assert not _settled([*trials, done(0.5, [5.0, 5.0])], 1, {"x": 2.0})


def test_only_settings_that_act_in_the_chosen_recipe_have_an_importance():
    found = search(trials=30, acting=lambda recipe: {"x", "kind"})
    assert set(found.importances) == {"x", "kind"}
    assert sum(found.importances.values()) == pytest.approx(1.0, abs=1e-3)


def test_progress_tells_the_best_so_far():
    told: list = []
    found = search(progress=lambda done, best: told.append((done, best)))
    assert [done for done, _ in told] == list(range(1, 16))
    bests = [best for _, best in told]
    assert bests == sorted(bests, reverse=True)
    assert bests[-1] == found.loss


def test_a_recipe_without_a_finite_loss_is_passed_over_and_a_space_of_them_is_an_error():
    found = search(lambda recipe, fold: bowl(recipe, fold) if recipe["kind"] == "flat" else float("nan"))
    assert {trial.recipe["kind"] for trial in found.trials} == {"flat"}
    with pytest.raises(EhyaError) as refused:
        search(lambda recipe, fold: float("inf"))
    assert refused.value.code is ErrorCode.SEARCH_FOUND_NOTHING


@pytest.mark.parametrize("content", [b"hello\n", b"hello", b'{"op_code": 0}\n[1]\n', b"\x00\xff\n"])
def test_a_journal_that_is_none_is_a_clear_error(tmp_path, content):
    journal = tmp_path / "search.journal"
    journal.write_bytes(content)
    with pytest.raises(EhyaError) as refused:
        search(journal=journal)
    assert refused.value.code is ErrorCode.JOURNAL_UNREADABLE
    assert journal.read_bytes() == content


def test_what_an_objective_raises_is_not_disguised(tmp_path):
    def fails(recipe, fold):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        search(fails, journal=tmp_path / "search.journal")
