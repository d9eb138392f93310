"""MLflow's registry of models by Ehya's names: aliases move, one version in two entries is one model."""

from __future__ import annotations

from training.registry.mlflow_store import VERSION, workspace
from training.registry.versions import DIGEST, Alias, registered, set_alias, settle, tag_model

NAMES = ("20261123-aaaaaaaa", "20261124-bbbbbbbb")


def enter(settings, name):
    with workspace(settings) as store:
        run = store.client.create_run(store.experiment, run_name=name)
        return store.enter("runs:/none/model", run_id=run.info.run_id, tags={VERSION: name, DIGEST: "d" * 64})


def test_an_alias_moves_leaves_nothing_behind_and_points_to_nothing_that_is_not_known(records):
    assert registered(records) == ()
    for name in NAMES:
        enter(records, name)
    set_alias(records, Alias.CHAMPION, NAMES[0])
    set_alias(records, Alias.CHAMPION, NAMES[1])
    assert {each.version: each.aliases for each in registered(records)} == {NAMES[1]: (Alias.CHAMPION,), NAMES[0]: ()}
    set_alias(records, Alias.CHAMPION, "20260101-cccccccc")
    assert [each.aliases for each in registered(records)] == [(), ()]


def test_a_model_that_was_entered_twice_is_one_with_the_aliases_of_both_and_takes_what_is_said_of_it(records):
    enter(records, NAMES[0])
    set_alias(records, Alias.CHALLENGER, NAMES[0])
    number = enter(records, NAMES[0])
    tag_model(records, NAMES[0], {"seen": "yes"})
    (found,) = registered(records)
    assert (str(found.number), found.aliases, found.digest) == (number, (Alias.CHALLENGER,), "d" * 64)
    assert found.tags["seen"] == "yes"


def test_settling_follows_the_register_and_a_champion_waits_no_longer(records):
    for name in NAMES:
        enter(records, name)
    set_alias(records, Alias.CHALLENGER, NAMES[1])
    settle(records, NAMES[1], alone=True)
    assert {each.version: each.aliases for each in registered(records)} == {NAMES[1]: (Alias.CHAMPION,), NAMES[0]: ()}
    with workspace(records) as store:
        assert {run.info.status for run in store.client.search_runs([store.experiment])} == {"KILLED"}
