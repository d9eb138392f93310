"""MLflow's own pages on a workspace, for this computer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

from engine.settings import Settings, set_environment
from training.registry.mlflow_store import ARTIFACTS, workspace

RUNS_PAGE = "#/experiments/{experiment}/runs?workflowType=machine_learning"
"""Address of the runs on MLflow's pages, in their view of training and not in that of language models."""

STOP_SECONDS = 4
"""Patience with a server that was asked to end."""


@dataclass(frozen=True, slots=True)
class MlflowPages:
    """MLflow's pages, running.

    Parameters
    ----------
    server
        The process, which leads a group of its own.
    address
        Where the runs are shown.
    """

    server: subprocess.Popen[bytes]
    address: str

    def stop(self) -> None:
        """End the server and the workers it started, by force where asking does not help."""
        for forced in (False, True):
            with suppress(ProcessLookupError):
                if hasattr(os, "killpg"):
                    os.killpg(self.server.pid, signal.SIGKILL if forced else signal.SIGTERM)
                elif forced:
                    self.server.kill()
                else:
                    self.server.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.server.wait(timeout=STOP_SECONDS)
                break
        if hasattr(os, "killpg"):  # a server that ends when asked may leave workers behind
            with suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)


def start_pages(settings: Settings, *, port: int, host: str = "127.0.0.1") -> MlflowPages:
    """Start MLflow's own pages on the workspace, for this computer only.

    Parameters
    ----------
    settings
        Where MLflow's files are; they are made where there are none.
    port
        Where it listens.
    host
        An address of this computer.

    Returns
    -------
    Pages
        Running; it answers after some seconds, and has to be stopped.
    """
    with workspace(settings) as store:  # makes or migrates the database before the server's workers race for it
        experiment = store.experiment
    command = [
        sys.executable, "-m", "mlflow", "server",
        "--backend-store-uri", settings.mlflow_url,
        "--default-artifact-root", ARTIFACTS,
        "--artifacts-destination", settings.mlflow_artifacts.as_uri(),
        "--host", host,
        "--port", str(port),
        "--workers", "1",
    ]  # fmt: skip
    # Eight more processes would wait, at a cost, for jobs that judge the answers of language models.
    set_environment(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]  # noqa: S603
    return MlflowPages(server, f"http://{host}:{port}/{RUNS_PAGE.format(experiment=experiment)}")
