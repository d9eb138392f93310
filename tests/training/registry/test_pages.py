"""MLflow's pages end with all that they started, whether they listen or not."""

from __future__ import annotations

import signal
import subprocess
import sys

from training.registry import pages
from training.registry.pages import MlflowPages

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"


def started(code):
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    with server.stdout as said:
        said.readline()
    return MlflowPages(server, "http://127.0.0.1")


def test_a_server_that_listens_is_asked_to_end():
    listening = started("import time; print('ready', flush=True); time.sleep(60)")
    listening.stop()
    assert listening.server.returncode == -signal.SIGTERM


def test_a_server_that_is_deaf_is_ended_and_a_second_time_is_no_error(monkeypatch):
    monkeypatch.setattr(pages, "STOP_SECONDS", 0.3)
    deaf = started(DEAF)
    deaf.stop()
    assert deaf.server.returncode == -signal.SIGKILL
    deaf.stop()
