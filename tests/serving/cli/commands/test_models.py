"""The life of a model from the command line: both languages, JSON, exit codes, and never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.cli.app import app

ROOT = Path(__file__).parents[4]
COMMANDS = ("train", "evaluate", "promote", "models", "rollback", "mlflow")


@pytest.fixture(scope="module")
def home(tmp_path_factory, empty_records) -> Path:
    return Path(shutil.copytree(empty_records, tmp_path_factory.mktemp("home"), dirs_exist_ok=True))


@pytest.fixture(scope="module")
def ehya(home):
    def run(*words, code=0, at=home):
        result = CliRunner().invoke(app, [str(word) for word in words], env={"EHYA_HOME": str(at), "COLUMNS": "150"})
        assert code is None or result.exit_code == code, result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture(scope="module")
def first(ehya):
    return json.loads(ehya("train", "--trials", "1", "--no-promote", "--json").stdout)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_help_teaches_with_an_example(ehya, command, language):
    shown = ehya("--lang", language, command, "-h").stdout
    assert f"ehya {command}" in shown
    assert ("Example" if language == "en" else "نمونه") in shown


def test_a_fresh_workspace_says_what_to_do_first(ehya, tmp_path):
    assert "ehya train" in ehya("evaluate", "--lang", "en", code=2, at=tmp_path).stderr
    assert "ehya train" in ehya("promote", code=2, at=tmp_path).stderr
    assert "ehya train" in ehya("models", "--lang", "en", at=tmp_path).stdout
    assert ehya("rollback", "--reason", "x", "--lang", "en", code=2, at=tmp_path).stderr


def test_train_evaluate_and_promote_follow_one_another(ehya, first):
    assert not first["promoted"]
    assert "challenger" in ehya("models", "--lang", "en").stdout
    judged = json.loads(ehya("evaluate", "--json").stdout)
    assert (judged["version"], judged["champion"], judged["at_work"]) == (first["version"], None, False)
    assert {"model", "prior_only", "liquidity_only", "abcd"} == set(judged["scores"])
    shown = ehya("evaluate", "--lang", "en").stdout
    for words in ("base rate", "liquidity-only rule", "ABC(D)", "out of sample", "Next: ehya promote"):
        assert words in shown
    assert "قاعدهٔ چهارمعیاری" in ehya("evaluate", "--lang", "fa").stdout
    promoted = json.loads(ehya("promote", "--json").stdout)
    assert (promoted["version"], promoted["already"]) == (first["version"], False)
    assert len(promoted["gates"]) == 7
    assert json.loads(ehya("promote", "--json").stdout)["already"]
    assert "at work already" in ehya("promote", "--lang", "en").stdout
    assert "nothing was done" in ehya("promote", first["version"], "--lang", "en").stdout


def test_a_shut_gate_is_named_and_is_exit_code_3(ehya, first):
    ehya("promote")
    refused = ehya("train", "--trials", "0", "--lang", "en", code=3)
    assert "better than the opponent's" in refused.stderr
    assert "not passed" in refused.stdout
    assert "بهتر است" in ehya("promote", "--lang", "fa", code=3).stderr
    assert "--reason" in ehya("promote", "--force", "--lang", "en", code=2).stderr
    assert "--reason" in ehya("train", "--force", "--lang", "en", code=2).stderr
    forced = json.loads(ehya("promote", "--force", "--reason", "a trial", "--json").stdout)
    assert forced["reason"] == "forced: a trial"
    shown = ehya("models", "--lang", "en").stdout
    assert "forced: a trial" in shown
    back = json.loads(ehya("rollback", "--reason", "over", "--json").stdout)
    assert back["version"] == first["version"]
    assert first["version"] in ehya("models", "--lang", "fa").stdout
    listed = json.loads(ehya("models", "--json").stdout)
    assert {line["version"]: line["aliases"] for line in listed}[first["version"]] == ["champion"]


def test_the_card_is_written_as_page_text_and_json_in_both_languages(ehya, first, tmp_path):
    ehya("promote", first["version"], "--force", "--reason", "for its card")
    for language, direction, word in (("fa", "rtl", "شناسنامهٔ مدل"), ("en", "ltr", "Model card")):
        page = tmp_path / f"{language}.html"
        ehya("models", "--card", first["version"], "--out", page, "--lang", language)
        text = page.read_text("utf-8")
        assert f'dir="{direction}"' in text
        assert word in text
        assert "<script" not in text
        assert text.count("<circle") >= 5
        ehya("models", "--out", tmp_path / "card.md", "--lang", language)
        assert (tmp_path / "card.md").read_text("utf-8").startswith(f"# {word}")
    ehya("models", "--card", "champion", "--out", tmp_path / "card.json")
    assert json.loads((tmp_path / "card.json").read_text("utf-8"))["version"] == first["version"]
    assert ".html" in ehya("models", "--out", tmp_path / "card.docx", "--lang", "en", code=2).stderr
    assert "Model card" in ehya("models", "--card", "champion", "--lang", "en").stdout


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_reason_steers_no_terminal_and_writes_no_markup_into_the_card(ehya, first, tmp_path, language):
    ehya("promote", first["version"], "--force", "--reason", "back to the first")
    back = ehya("promote", "--force", "--reason", "\x1b[2J\x00<script>alert(1)</script>", "--lang", language, code=None)
    listed = ehya("models", "--lang", language)
    for told in (back, listed):
        assert not set("\x1b\x00\u202e") & set(told.stdout + told.stderr)
    ehya("models", "--out", tmp_path / "card.html", "--lang", language)
    assert "<script" not in (tmp_path / "card.html").read_text("utf-8")


def test_a_gate_that_found_rows_without_a_probability_says_so_in_both_languages():
    from serving.i18n import speech
    from serving.reports.gates import gate_facts

    facts = {"opponent": "prior_only", "unanswered": 3}
    assert "3" in gate_facts("better_than_opponent", facts, speech("en"))
    assert "۳" in gate_facts("better_than_opponent", facts, speech("fa"))


def test_a_version_that_there_is_none_of_is_refused(ehya, first):
    for command in (("promote", "x"), ("evaluate", "x"), ("models", "--card", "x"), ("promote", "../../etc")):
        assert first["version"] in ehya(*command, "--lang", "en", code=2).stderr


def test_what_cannot_be_asked_of_a_training_is_refused(ehya):
    assert "synthetic" in ehya("train", "--origin", "reported", "--lang", "en", code=2).stderr
    assert "20" in ehya("train", "--origin", "synthetic", "--lang", "en", code=2).stderr


@pytest.mark.parametrize(("language", "word"), [("en", "is no learner"), ("fa", "یادگیرنده‌ای نیست")])
def test_a_learner_that_cannot_be_imported_is_said_in_both_languages(ehya, language, word, tmp_path):
    refused = ehya("train", "--learner", "nowhere:X", "--lang", language, code=2, at=tmp_path)
    assert word in refused.stderr
    assert "nowhere" in refused.stderr


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_register_without_outcomes_gives_no_table(ehya, language, tmp_path):
    refused = ehya("data", "--out", tmp_path / "data", "--lang", language, code=2, at=tmp_path / "home")
    assert "20" in refused.stderr.translate(str.maketrans("۰۲", "02"))
    assert not (tmp_path / "data").exists()


def test_a_tracking_server_that_is_away_is_a_warning_in_both_languages_and_no_failure(ehya, first):
    for language, word in (("en", "did not take the records"), ("fa", "نپذیرفت")):
        listed = ehya("--tracking-uri", "http://127.0.0.1:9", "models", "--lang", language)
        assert word in listed.stderr
        assert first["version"] in listed.stdout
    assert "127.0.0.1:9" in ehya("--tracking-uri", "http://127.0.0.1:9", "mlflow", "--lang", "en", code=2).stderr


def test_a_port_that_is_taken_is_said(ehya):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in ehya("mlflow", "--port", port, "--lang", "en", code=2).stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="groups of processes are of POSIX")
def test_mlflows_pages_answer_on_this_computer_only_and_leave_no_process_behind(ehya, first, home):
    import socket

    import httpx

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "EHYA_HOME": str(home), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "serving.cli.app", "mlflow", "--port", str(port), "--json"]
    running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        told = ""
        while "}" not in told:
            told += running.stdout.readline()
        said = json.loads(told)
        assert said["url"].startswith(f"http://127.0.0.1:{port}/")
        for _ in range(240):
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).text == "OK"
                break
            except httpx.TransportError:
                time.sleep(0.5)
        found = httpx.get(
            f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow/registered-models/get", params={"name": "ehya"}, timeout=30
        )
        assert found.json()["registered_model"]["name"] == "ehya"
        run = found.json()["registered_model"]["latest_versions"][0]["run_id"]
        shown = httpx.get(
            f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow/artifacts/list", params={"run_id": run}, timeout=30
        )
        assert "card.md" in {each["path"] for each in shown.json()["files"]}
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=60)
        running.stdout.close()
    for _ in range(40):
        if not alive(said["pid"]):
            break
        time.sleep(0.25)
    assert alive(said["pid"]) == []


def alive(group):
    """Processes of a group that still run; one that ended and that nobody has asked about does not count."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            state, _, own = entry.read_text().rpartition(")")[2].split()[:3]
            if own == str(group) and state != "Z":
                found.append(entry.parent.name)
    return found
