"""What a workspace records reaches the MLflow of the team, or waits: judged against a real server."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pandas as pd
import pytest

import training
from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import path_of, save
from engine.settings import Settings
from engine.store import Register
from training.gates.rules import Gate, Verdict
from training.pipeline.promoting import promote
from training.registry import pages
from training.registry.mlflow_store import COMPARED, server
from training.registry.promotion import delivered
from training.registry.pyfunc import ServedModel, example
from training.registry.runs import Data, log_training
from training.registry.versions import Alias, register_model, registered

AS_OF = pd.Timestamp("2026-11-23")
AT = datetime(2026, 11, 23)
JUDGED = {"metrics": {"scores": {}}, "gates": [], "official": {"sources": []}}
NAMES = ("20261123-aaaaaaaa", "20261123-bbbbbbbb")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """An MLflow server of its own, with its artefacts behind it, as teams run it."""
    place = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{place / 'team.db'}", "--artifacts-destination", (place / "files").as_uri(),
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    unused = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    environment = {**os.environ, **unused}
    running = subprocess.Popen(command, env=environment, start_new_session=True, **quiet)
    found = pages.MlflowPages(running, f"http://127.0.0.1:{port}")
    for _ in range(400):
        try:
            if httpx.get(f"{found.address}/health", timeout=2).text == "OK":
                break
        except httpx.TransportError:
            time.sleep(0.3)
    yield found.address
    found.stop()


class Workspace:
    """A workspace with two models in its records, the first of them at work."""

    def __init__(self, home, address=""):
        self.settings = replace(Settings.from_environment({"EHYA_HOME": str(home)}), tracking_uri=address)
        self.register = Register.open(self.settings.database_url)

    def record(self, model, version, champion="none"):
        card = {"label": "reported_status", "change": {"champion": champion}}
        path = path_of(self.settings.models, version)
        digest = save(path, model.heads, model.document.changed(version=version, card=card, **JUDGED))
        table = pd.DataFrame({"label": [1.0], "county": ["Urmia"]})
        run_id = log_training(
            self.settings, version=version, params={"as_of": "2026-11-23"}, metrics={"scores": {"brier": 0.2}},
            steps={"search.loss": [0.3, 0.2]}, files=[], texts={"card.md": "# card"}, plots={"a.png": b"picture"},
            data=[Data.of(table, name="ehya-training", digest="0" * 64, context="training")],
        )  # fmt: skip
        register_model(self.settings, version=version, digest=digest, run_id=run_id, file=path)
        return digest

    def promote(self, version):
        open_ = [Verdict(Gate.CARD_COMPLETE, True, {})]
        return promote(
            self.register, self.settings, version=version, as_of=AS_OF, promoted_at=AT, verdicts=open_, reason="a test"
        )

    def deliver(self, address):
        self.settings = replace(self.settings, tracking_uri=address)
        return delivered(self.register, self.settings)

    @property
    def champion(self):
        return self.register.promotions.champion().model_version

    def aliases(self):
        return {each.version: each.aliases for each in registered(self.settings)}


@pytest.fixture(scope="module")
def recorded(trained, tmp_path_factory, empty_records):
    work = Workspace(shutil.copytree(empty_records, tmp_path_factory.mktemp("recorded"), dirs_exist_ok=True))
    work.record(trained.model, NAMES[0])
    work.promote(NAMES[0])
    work.record(trained.model, NAMES[1], NAMES[0])
    work.register.close()
    return work.settings.home


@pytest.fixture
def work(recorded, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(recorded, home)
    copy = Workspace(home)
    yield copy
    copy.register.close()


@pytest.fixture(scope="module")
def team(recorded, address, tmp_path_factory):
    """A workspace that has been sent, and what was said of it."""
    home = tmp_path_factory.mktemp("team") / "home"
    shutil.copytree(recorded, home)
    work = Workspace(home)
    work.said = work.deliver(address)
    yield work
    work.register.close()


def there(address):
    """Ehya's version -> number on a server, and its aliases."""
    with server(address) as store:
        return {each.tags["ehya.version"]: str(each.version) for each in store.versions()}, store.aliases()


def test_a_server_gets_what_the_workspace_recorded(team, address):
    assert (team.said.sent, team.said.problem) == (NAMES, None)
    number, aliases = there(address)
    assert aliases == {"champion": number[NAMES[0]], "challenger": number[NAMES[1]]}
    with server(address) as store:
        version = store.client.get_model_version("ehya", number[NAMES[0]])
        run = store.client.get_run(version.run_id)
        history = store.client.get_metric_history(version.run_id, "search.loss")
        files = {each.path for each in store.client.list_artifacts(version.run_id)}
        kind = store.client.get_experiment(store.experiment).tags["mlflow.experimentKind"]
    assert len(run.outputs.model_outputs) == 1  # the page of the run names its model
    assert (run.info.status, run.data.params["as_of"]) == ("FINISHED", "2026-11-23")
    assert [(each.step, each.value) for each in history] == [(0, 0.3), (1, 0.2)]
    assert files >= {"card.md", "plots"}
    (table,) = run.inputs.dataset_inputs
    assert (table.dataset.name, table.dataset.digest) == ("ehya-training", "0" * 32)
    assert "Urmia" not in json.dumps(table.dataset.to_dictionary())  # its shape leaves, and no row
    assert version.tags["ehya.reason"] == "a test"
    assert kind == "custom_model_development"


def test_what_was_sent_is_not_sent_again(team, address):
    assert team.deliver(address).sent == ()
    assert set(there(address)[0]) == set(NAMES)


def test_the_registered_model_loads_from_the_server_with_signature_and_example(team, address):
    with server(address) as store:
        before = store.mlflow.get_tracking_uri()
        try:
            store.mlflow.set_tracking_uri(address)
            loaded = store.mlflow.pyfunc.load_model("models:/ehya@champion")
        finally:
            store.mlflow.set_tracking_uri(before)
            os.environ.pop("MLFLOW_TRACKING_URI", None)
    names = loaded.metadata.get_input_schema().input_names()
    assert {"unit_id", "county", "bank_debt_rial"} <= set(names)
    assert list(loaded.input_example["unit_id"]) == list(example()["unit_id"])
    said = loaded.predict(example(), params={"as_of": "2026-11-23"})
    own = ServedModel(training.model_of(team.register, team.settings, NAMES[0]))
    pd.testing.assert_frame_equal(said, own.predict(example(), {"as_of": "2026-11-23"}), check_dtype=False)


def test_aliases_of_the_server_follow_a_promotion_and_a_rollback(team, address):
    number, _ = there(address)
    assert team.promote(NAMES[1]).delivery.problem is None
    assert there(address)[1] == {"champion": number[NAMES[1]]}
    training.rollback(team.register, team.settings, reason="a test", promoted_at=AT)
    assert there(address)[1]["champion"] == number[NAMES[0]]


def test_the_run_of_a_learner_that_is_only_compared_reaches_the_server_once_and_without_a_model(work, address):
    learner = "20261123-eeeeeeee"
    log_training(
        work.settings, version=learner, params={"learner": "Mine"}, metrics={"brier": 0.3}, steps={}, files=[],
        texts={"card.md": "# card"}, tags={COMPARED: "true"},
    )  # fmt: skip
    assert learner in work.deliver(address).sent
    assert work.deliver(address).sent == ()
    with server(address) as store:
        (run,) = store.client.search_runs([store.experiment], f"tags.`ehya.version` = '{learner}'")
        files = {each.path for each in store.client.list_artifacts(run.info.run_id)}
    assert (run.info.status, run.data.params["learner"], files) == ("FINISHED", "Mine", {"card.md"})
    assert learner not in there(address)[0]


def test_a_refused_promotion_sends_what_waits(work, address):
    work.settings = replace(work.settings, tracking_uri=address)
    shut = [Verdict(Gate.CARD_COMPLETE, False, {})]
    with pytest.raises(EhyaError) as refused:
        promote(work.register, work.settings, version=NAMES[1], as_of=AS_OF, promoted_at=AT, verdicts=shut)
    assert refused.value.code is ErrorCode.GATES_SHUT
    assert work.deliver(address).sent == ()


def test_without_a_server_nothing_is_sent(work):
    assert work.deliver("") is None
    assert work.deliver(work.settings.mlflow_url) is None


def test_a_server_that_is_away_costs_a_warning_without_the_password(work):
    found = work.deliver("http://anna:secret@127.0.0.1:9")
    assert (found.problem.code, found.waiting) == (ErrorCode.TRACKING_UNREACHABLE, 2)
    assert "secret" not in str(found.problem)
    assert work.promote(NAMES[1]).delivery.problem is not None
    assert work.champion == NAMES[1]  # promoted all the same


@contextmanager
def between(address, *, requests=None, status=None):
    """A door before a server: it lets so many requests through, then drops them; or answers all with a status."""
    real, left = urlsplit(address), [10**9 if requests is None else requests]

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            left[0] -= 1
            if left[0] < 0:
                self.close_connection = True
                return
            if status is not None:
                self.send_error(status)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            ahead = http.client.HTTPConnection(real.hostname, real.port, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            ahead.request(self.command, self.path, body, kept)
            answer = ahead.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type") or "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *words):
            pass

    door = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=door.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.server_address[1]}", left
    finally:
        door.shutdown()
        door.server_close()


def test_a_server_that_answers_500_costs_a_warning(work, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with between("http://127.0.0.1:9", status=500) as (door, _):
        found = work.deliver(door)
    assert (found.problem.code, found.waiting) == (ErrorCode.TRACKING_UNREACHABLE, 2)
    assert "500" in found.problem.facts["why"]
    assert work.champion == NAMES[0]


def test_a_server_that_stops_midway_is_sent_the_rest_by_the_next_command(work, team, trained, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    late = "20261123-dddddddd"
    work.record(trained.model, late, NAMES[0])
    address, problems = team.settings.tracking_uri, []
    with between(address) as (door, left):
        for allowed in range(10, 200, 12):
            left[0] = allowed
            problems.append(work.deliver(door).problem)
            if problems[-1] is None:
                break
    assert problems[-1] is None
    assert len(problems) > 2  # at the registry, in the run, among the files
    with server(address) as store:
        found = [each for each in store.versions() if each.tags["ehya.version"] == late]
        runs = store.client.search_runs([store.experiment], f"tags.`ehya.version` = '{late}'")
    assert (len(found), [run.info.status for run in runs]) == (1, ["FINISHED"])
    assert work.champion == NAMES[0]


def test_records_of_a_newer_mlflow_are_a_sentence_before_anything_is_trained(work):
    with closing(sqlite3.connect(work.settings.mlflow_file)) as records, records:
        records.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    with pytest.raises(EhyaError) as refused:
        training.train(work.register, work.settings, as_of=AS_OF)
    assert refused.value.code is ErrorCode.TRACKING_NEWER
    assert work.champion == NAMES[0]


def test_a_kill_between_register_and_alias_is_mended_by_the_next_command(work, trained, monkeypatch):
    third = "20261123-cccccccc"

    def killed(*arguments):
        raise KeyboardInterrupt

    import mlflow

    with monkeypatch.context() as patched:
        patched.setattr(mlflow.MlflowClient, "set_registered_model_alias", killed)
        with pytest.raises(KeyboardInterrupt):
            work.record(trained.model, third)
    assert work.aliases()[third] == ()
    with monkeypatch.context() as patched:
        patched.setattr("training.registry.promotion.set_alias", killed)
        with pytest.raises(KeyboardInterrupt):
            work.promote(NAMES[1])
    assert work.champion == NAMES[1]
    training.models(work.register, work.settings)
    assert work.aliases() == {third: (Alias.CHALLENGER,), NAMES[1]: (Alias.CHAMPION,), NAMES[0]: ()}


def test_a_second_training_at_once_is_refused_and_names_the_first(work):
    from training.registry.lock import one_training

    with one_training(work.settings.training_lock), pytest.raises(EhyaError) as refused:
        training.train(work.register, work.settings, as_of=AS_OF)
    assert refused.value.code is ErrorCode.TRAINING_UNDER_WAY
    assert refused.value.facts["given"] == str(os.getpid())
    assert work.champion == NAMES[0]


def test_a_workspace_that_was_copied_while_it_trained_goes_on_with_its_champion(work, tmp_path):
    from training.registry.lock import one_training
    from training.registry.mlflow_store import workspace
    from training.registry.versions import settle

    with one_training(work.settings.training_lock), workspace(work.settings) as store:
        run = store.client.create_run(store.experiment, run_name="unfinished").info.run_id
        home = tmp_path / "copied"
        shutil.copytree(work.settings.home, home)
    copy = Workspace(home)
    with one_training(copy.settings.training_lock):  # the copy is not locked by who trains in the original
        settle(copy.settings, copy.champion, alone=True)
    assert copy.aliases() == work.aliases()
    with workspace(copy.settings) as store:
        assert store.client.get_run(run).info.status == "KILLED"
    assert training.model_of(copy.register, copy.settings, None).version == NAMES[0]
    copy.register.close()
