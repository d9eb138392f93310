"""A model's life: trained, judged, put to work, replaced, put back; and what is said when a file is not what it was."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

import training
from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import MODEL, path_of
from engine.settings import Settings
from engine.store import Register
from training.gates.rules import shut_gates
from training.registry.versions import Alias, registered

AS_OF = pd.Timestamp("2026-11-23")
AT = datetime(2026, 11, 23)


class Workspace:
    """A workspace with its register open, and short names for what a person does in it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings.from_environment({"EHYA_HOME": str(home)})
        self.register = Register.open(self.settings.database_url)

    def train(self, **options):
        return training.train(self.register, self.settings, **{"as_of": AS_OF, "trials": 2, **options})

    def promote(self, **options):
        return training.promote(self.register, self.settings, as_of=AS_OF, promoted_at=AT, **options)

    def rollback(self, **options):
        return training.rollback(self.register, self.settings, promoted_at=AT, **{"reason": "a test", **options})

    def file(self, version):
        return path_of(self.settings.models, version)

    def refused(self, what, code, **options):
        with pytest.raises(EhyaError) as error:
            what(**options)
        assert error.value.code is code
        return error.value.facts


@pytest.fixture(scope="module")
def lived(tmp_path_factory, empty_records):
    """First model at work, then the prior-only model as its challenger."""
    work = Workspace(shutil.copytree(empty_records, tmp_path_factory.mktemp("lived"), dirs_exist_ok=True))
    work.first = work.train()
    work.first_promotion = work.promote()
    work.second = work.train(trials=0)
    yield work
    work.register.close()


@pytest.fixture
def work(lived, tmp_path):
    """A copy, so that each test may spoil its own."""
    home = tmp_path / "home"
    shutil.copytree(lived.settings.home, home)
    copy = Workspace(home)
    copy.first, copy.second = lived.first, lived.second
    yield copy
    copy.register.close()


def test_a_workspace_without_models_says_so(tmp_path):
    work = Workspace(tmp_path)
    assert training.models(work.register, work.settings) == ()
    work.refused(work.promote, ErrorCode.NO_CHALLENGER)
    work.refused(work.rollback, ErrorCode.NO_EARLIER_CHAMPION)
    work.register.close()


def test_training_registers_a_challenger_and_promotion_makes_it_the_champion(lived):
    assert lived.first_promotion.version == lived.first.version
    assert lived.first_promotion.reason == "gates_open"
    first, second = (
        {each.version: each for each in registered(lived.settings)}[m.version] for m in (lived.first, lived.second)
    )
    assert (first.aliases, second.aliases) == ((Alias.CHAMPION,), (Alias.CHALLENGER,))
    assert first.digest == lived.first.digest
    listed = training.models(lived.register, lived.settings)
    assert [(each.version, each.aliases) for each in listed] == [
        (lived.second.version, ("challenger",)),
        (lived.first.version, ("champion",)),
    ]
    assert all(each.metrics["scores"]["model"]["brier"] > 0 and len(each.gates) >= 6 for each in listed)


def test_a_run_names_its_data_schema_code_and_gates(lived):
    from training.registry.mlflow_store import workspace

    with workspace(lived.settings) as store:
        run = store.client.get_run(lived.first.run_id)
    tags, metrics = run.data.tags, run.data.metrics
    assert len(tags["ehya.data_digest"]) == len(tags["ehya.schema_digest"]) == 64
    assert tags["ehya.code_version"]
    assert "better_than_opponent: True" in tags["ehya.gates"]
    names = {
        "scores.model.brier",
        "scores.model.brier_low",
        "scores.abcd.gain_high",
        "jobs_scores.model.coverage_80_low",
    }
    assert names <= set(metrics)


def test_promoting_the_champion_again_does_nothing(work):
    again = work.promote(version=work.first.version)
    assert again.already
    assert len(work.register.promotions()) == 1
    # without a name and without a challenger it is the champion that is meant
    from training.registry.versions import set_alias

    set_alias(work.settings, Alias.CHALLENGER, None)
    assert work.promote().already


def test_a_challenger_that_is_no_better_is_refused_by_name_and_forced_only_with_a_reason(work):
    facts = work.refused(work.promote, ErrorCode.GATES_SHUT)
    assert training.Gate.BETTER_THAN_OPPONENT in facts["given"]
    assert work.register.promotions.champion().model_version == work.first.version
    work.refused(work.promote, ErrorCode.GATES_SHUT, reason="words open no gate but one")
    work.refused(work.promote, ErrorCode.REASON_MISSING, force=True)
    forced = work.promote(force=True, reason="to see what it says")
    assert forced.reason == "forced: to see what it says"
    assert work.register.promotions.champion().reason == forced.reason
    tags = {each.version: each for each in registered(work.settings)}[work.second.version].tags
    assert tags["ehya.reason"] == forced.reason


def test_the_verdicts_of_a_training_need_not_be_asked_again(work):
    shut = [replace(verdict, passed=False) for verdict in work.first.gates[:1]]
    facts = work.refused(work.promote, ErrorCode.GATES_SHUT, verdicts=shut)
    assert facts["given"] == [training.Gate.BETTER_THAN_OPPONENT]


def test_verdicts_of_nobody_open_no_gate(work):
    """A training that gives a file of before asks no gate; after a rollback the gates are asked of it anew."""
    work.promote(force=True, reason="a trial")
    work.rollback()
    facts = work.refused(work.promote, ErrorCode.GATES_SHUT, version=work.second.version, verdicts=())
    assert training.Gate.BETTER_THAN_OPPONENT in facts["given"]


def test_equal_data_and_seed_leave_the_model_at_work_untouched(work):
    before = work.file(work.first.version).read_bytes()
    again = work.train()
    assert again.unchanged
    assert not again.passed  # no gate was asked of it
    assert (again.version, again.digest, again.metrics) == (work.first.version, work.first.digest, work.first.metrics)
    assert work.file(work.first.version).read_bytes() == before
    assert len(registered(work.settings)) == 2


def test_equal_data_and_seed_give_the_same_file_byte_for_byte(work):
    """The challenger is trained anew where it was: nothing of the clock or of places in memory is in its file."""
    folder = work.file(work.second.version).parent
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    again = work.train(trials=0)
    assert (again.version, again.digest, again.unchanged) == (work.second.version, work.second.digest, False)
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


def test_after_a_refusal_it_is_said_that_a_model_waits(tmp_path, lived):
    from serving.desk.doctor import Checkup, examine
    from serving.desk.workspace import champion

    home = tmp_path / "refused"
    shutil.copytree(lived.settings.models, home / "models")
    work = Workspace(home)
    facts = work.refused(lambda: champion(work.register, work.settings), ErrorCode.MODEL_WAITS)
    assert facts["given"] == lived.second.version
    found = [each for each in examine(work.settings) if each.checkup is Checkup.MODEL_WAITS]
    assert [each.facts for each in found] == [{"given": lived.second.version}]
    work.register.close()


def test_rolling_back_puts_the_earlier_champion_to_work_and_says_why(work):
    work.promote(force=True, reason="a trial")
    back = work.rollback(reason="the trial is over")
    assert back.version == work.first.version
    assert work.register.promotions.champion().reason == "rollback: the trial is over"
    assert work.register.promotions.champion().digest == work.first.digest
    listed = {each.version: each for each in training.models(work.register, work.settings)}
    assert listed[work.first.version].aliases == ("champion",)
    assert work.rollback(version=work.first.version).already
    work.refused(work.rollback, ErrorCode.REASON_MISSING, reason=" ")
    assert work.rollback().version == work.second.version  # the one that was at work before


def test_there_is_no_going_back_to_what_was_never_at_work(work):
    work.refused(work.rollback, ErrorCode.NO_EARLIER_CHAMPION)
    facts = work.refused(work.rollback, ErrorCode.NEVER_PROMOTED, version=work.second.version)
    assert facts["given"] == work.second.version


def test_a_changed_file_is_neither_promoted_nor_rolled_back_to(work):
    path = work.file(work.second.version)
    path.write_bytes(path.read_bytes() + b" ")
    work.refused(work.promote, ErrorCode.MODEL_CHANGED, force=True, reason="whatever")
    first = work.file(work.first.version)
    first.write_bytes(first.read_bytes()[:-1])
    work.refused(work.rollback, ErrorCode.MODEL_CHANGED, version=work.first.version)
    problems = {each.version: each.problem for each in training.models(work.register, work.settings)}
    assert problems == dict.fromkeys(problems, "model_changed")


def test_an_alias_that_points_to_a_missing_file_is_named(work):
    work.file(work.second.version).unlink()
    facts = work.refused(work.promote, ErrorCode.MODEL_FILE_MISSING)
    assert facts["version"] == work.second.version
    problems = {each.version: each.problem for each in training.models(work.register, work.settings)}
    assert problems == {work.second.version: "model_file_missing", work.first.version: ""}


def test_outcomes_that_were_changed_after_the_training_are_not_judged_by(work):
    table = work.file(work.second.version).with_name("judged.parquet")
    frame = pd.read_parquet(table)
    frame.assign(label=1.0).to_parquet(table, index=False)
    work.refused(work.promote, ErrorCode.MODEL_CHANGED)
    table.unlink()
    work.refused(work.promote, ErrorCode.NOTHING_JUDGED)


@pytest.mark.parametrize(("format_", "code"), [(1, ErrorCode.MODEL_FORMAT_OTHER), ("x", ErrorCode.NOT_A_MODEL)])
def test_a_file_of_another_format_is_named_as_such(work, format_, code):
    from hashlib import sha256

    from engine.scoring.artefact import load

    path = work.file(work.second.version)
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[MODEL] = json.dumps({**json.loads(content[MODEL]), "format": format_}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    with pytest.raises(EhyaError) as error:
        load(path, digest=sha256(path.read_bytes()).hexdigest())
    assert error.value.code is code


def test_a_training_that_was_killed_leaves_the_champion_at_work_and_can_be_held_again(work, monkeypatch):
    def killed(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("training.pipeline.judging.log_training", killed)
        with pytest.raises(KeyboardInterrupt):
            work.train(random_state=7, trials=0)
    assert work.register.promotions.champion().model_version == work.first.version
    assert len(registered(work.settings)) == 2
    again = work.train(random_state=7, trials=0)
    assert {each.version: each for each in registered(work.settings)}[again.version].aliases == (Alias.CHALLENGER,)


def test_a_damaged_tracking_file_is_a_sentence_and_leaves_the_model_at_work(work):
    work.settings.mlflow_file.write_bytes(b"no database at all, but long enough to look at" * 100)
    work.refused(work.promote, ErrorCode.TRACKING_FAILED)
    assert training.model_of(work.register, work.settings, None).version == work.first.version


def test_the_prior_only_model_goes_to_work_where_nothing_else_is(work):
    with Register.open("sqlite://") as empty:
        verdicts = training.evaluate(empty, work.settings, as_of=AS_OF, version=work.second.version).gates
    assert shut_gates((verdict.gate, verdict.passed) for verdict in verdicts) == ()
    assert training.Gate.FIRST_AND_NOT_WORSE in {verdict.gate for verdict in verdicts if verdict.passed}
    assert training.Gate.BETTER_THAN_OPPONENT not in {verdict.gate for verdict in verdicts if verdict.passed}


def test_an_evaluation_sets_challenger_and_champion_side_by_side(work):
    found = training.evaluate(work.register, work.settings, as_of=AS_OF)
    assert (found.version, found.champion, found.at_work) == (work.second.version, work.first.version, False)
    assert set(found.scores) == {"model", "champion", "prior_only", "liquidity_only", "abcd"}
    assert found.scores["champion"]["brier"] == pytest.approx(work.first.metrics["scores"]["model"]["brier"])
    assert found.scores["champion"]["gain"] < 0
    itself = training.evaluate(work.register, work.settings, as_of=AS_OF, version=work.first.version)
    assert (itself.at_work, itself.champion) == (True, None)
    assert "champion" not in itself.scores


def test_an_unknown_version_is_refused_with_those_that_are_known(work):
    facts = work.refused(work.promote, ErrorCode.UNKNOWN_MODEL, version="20200101-00000000")
    assert set(facts["allowed"]) == {work.first.version, work.second.version}


STEERING = "\x1b[31mthe law\x1b[0m\nchanged\x00 <script>alert(1)</script>\u202e"


def test_a_reason_is_kept_as_one_line_that_steers_no_terminal(work):
    forced = work.promote(force=True, reason=STEERING)
    assert forced.reason == "forced: the law changed <script>alert(1)</script>"
    assert work.register.promotions.champion().reason == forced.reason
    tags = {each.version: each for each in registered(work.settings)}[work.second.version].tags
    assert tags["ehya.reason"] == forced.reason
    assert work.rollback(reason="\x1b]0;title\x07over").reason == "rollback: over"


@pytest.mark.parametrize("blank", ["\x1b[31m\x00 \n", "\u202e", "  "])
def test_a_reason_of_nothing_that_can_be_read_is_none(work, blank):
    work.refused(work.promote, ErrorCode.REASON_MISSING, force=True, reason=blank)
    work.refused(work.rollback, ErrorCode.REASON_MISSING, reason=blank)
    work.refused(work.promote, ErrorCode.GATES_SHUT, reason=blank)


@pytest.mark.parametrize("borrowed", ["gates_open", "forced: by the manager", "rollback"])
def test_a_persons_words_cannot_pass_for_what_the_gates_said(work, borrowed):
    kept = work.promote(force=True, reason=borrowed).reason
    assert kept == f'forced: "{borrowed}"'


def test_blank_words_excuse_no_changed_top(work):
    from training.gates.rules import top_stays

    moved = [top_stays(["a", "b"], ["c", "d"], {})]
    work.refused(work.promote, ErrorCode.GATES_SHUT, verdicts=moved, reason=" \x00 ")
    assert work.promote(verdicts=moved, reason="new debts").reason == "new debts"


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_model_file_that_is_a_link_is_named_and_serves_nobody(work, tmp_path):
    from serving.desk.workspace import champion

    path = work.file(work.first.version)
    elsewhere = tmp_path / "elsewhere.ehya"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    problems = {each.version: each.problem for each in training.models(work.register, work.settings)}
    assert problems == {work.first.version: "model_is_link", work.second.version: ""}
    work.refused(lambda: champion(work.register, work.settings), ErrorCode.MODEL_IS_LINK)
    work.refused(work.rollback, ErrorCode.MODEL_IS_LINK, version=work.first.version)


def files(folder):
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def test_a_copied_workspace_keeps_its_runs_to_itself(lived, work):
    """The artefacts of runs are files of the workspace that logs them; a copy must not write into its origin."""
    before = files(lived.settings.home)
    again = work.train(random_state=11, trials=0)
    assert files(lived.settings.home) == before
    written = {name for name in files(work.settings.mlflow_artifacts) if name.startswith(again.run_id)}
    assert f"{again.run_id}/artifacts/card.md" in written


def test_artefacts_go_nowhere_but_into_the_workspace_whatever_the_registry_says(work, tmp_path):
    import sqlite3
    from contextlib import closing

    from training.registry.mlflow_store import workspace

    outside = tmp_path / "outside"
    with closing(sqlite3.connect(work.settings.mlflow_file)) as database, database:
        database.execute("UPDATE experiments SET artifact_location = ?", (outside.as_uri(),))
        database.execute("UPDATE runs SET artifact_uri = 'file:///etc'")
        database.execute("UPDATE model_versions SET source = 'file:///etc', storage_location = 'file:///etc'")
    again = work.train(random_state=12, trials=0)
    assert not outside.exists()
    for run_id in (again.run_id, work.first.run_id):
        assert (work.settings.mlflow_artifacts / run_id / "artifacts" / "card.md").is_file()
    with workspace(work.settings) as store:
        assert store.client.get_run(again.run_id).info.artifact_uri == f"mlflow-artifacts:/{again.run_id}/artifacts"
    # what is put to work is the file in the workspace, not what the registry points to
    assert work.promote(version=work.second.version, force=True, reason="a test").path == work.file(work.second.version)


@pytest.mark.parametrize("name", ["../../outside", "/etc", "..", "a/../b", "a\\b"])
def test_an_entry_of_the_registry_whose_name_leads_out_of_the_workspace_is_refused(work, name):
    from training.registry.mlflow_store import VERSION
    from training.registry.versions import tag_model

    tag_model(work.settings, work.second.version, {VERSION: name})
    work.refused(work.promote, ErrorCode.NO_MODEL)
    problems = {each.version: each.problem for each in training.models(work.register, work.settings)}
    assert problems[name] == "no_model"


def test_a_digest_that_the_registry_was_made_to_say_opens_no_other_file(work):
    from training.registry.versions import DIGEST, tag_model

    tag_model(work.settings, work.second.version, {DIGEST: "0" * 64})
    work.refused(work.promote, ErrorCode.MODEL_CHANGED, force=True, reason="whatever")
