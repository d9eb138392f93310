"""MLflow, opened: the records of a workspace or a server of the team. The only importer of mlflow.

Everything goes through a client with an address of its own: MLflow's global address belongs to whoever calls us.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings, set_environment

EXPERIMENT = "ehya"

REGISTERED = "ehya"
"""Name of the one registered model; its versions are the trained models."""

VERSION = "ehya.version"

COMPARED = "ehya.compared_only"
"""Tag of the run of a learner that the service cannot open: there is no model to it."""

ARTIFACTS = "mlflow-artifacts:/"
"""Where MLflow believes the artefacts of runs to be: wherever its pages are pointed to. They are files that Ehya writes
into the workspace itself, so that a workspace that was copied never writes into the one it came from."""

KIND = {"mlflow.experimentKind": "custom_model_development"}
"""What MLflow's pages show of an experiment first: its runs, and not the traces of a language model."""

_LOUD = ("mlflow", "alembic")

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Its own patience, 120 seconds seven times over, would make a training wait for a server that is away.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}

_NEWER = ("out-of-date database schema", "Can't locate revision")

_BATCH = 100
"""Entries that MLflow takes in one request."""


@dataclass(frozen=True, slots=True)
class Store:
    """An MLflow that is open: the records of the workspace, or a server.

    Parameters
    ----------
    mlflow
        The library, for its classes.
    client
        ``mlflow.MlflowClient`` of the address.
    experiment
        Id of the experiment that holds the trainings.
    """

    mlflow: ModuleType
    client: Any
    experiment: str

    def versions(self) -> list[Any]:
        """Versions of the registered model, newest first; none where there is no such model yet."""
        if not self.client.search_registered_models(f"name='{REGISTERED}'"):
            return []
        return sorted(self.client.search_model_versions(f"name='{REGISTERED}'"), key=lambda each: -int(each.version))

    def aliases(self) -> dict[str, str]:
        """Alias -> number of the version it points to."""
        if not self.client.search_registered_models(f"name='{REGISTERED}'"):
            return {}
        # A database gives numbers, a server texts.
        aliases = self.client.get_registered_model(REGISTERED).aliases
        return {str(alias): str(number) for alias, number in aliases.items()}

    def enter(self, source: str, *, run_id: str, tags: Mapping[str, str], model_id: str | None = None) -> str:
        """Make a version of the registered model; returns its number."""
        if not self.client.search_registered_models(f"name='{REGISTERED}'"):
            self.client.create_registered_model(
                REGISTERED, description="Models of feasibility and jobs; files of Ehya."
            )
        entered = self.client.create_model_version(
            REGISTERED, source=source, run_id=run_id, tags=dict(tags), model_id=model_id, await_creation_for=0
        )
        return str(entered.version)

    def write(
        self,
        run_id: str,
        params: Mapping[str, Any],
        metrics: Sequence[tuple[str, float, int, int]],
        data: Sequence[Any],
    ) -> None:
        """Write what a run knows, in portions that MLflow takes.

        Parameters
        ----------
        run_id
            Which run.
        params
            Name -> value.
        metrics
            Name, value, milliseconds since 1970 and step of each.
        data
            ``mlflow.entities.DatasetInput`` of the tables that were read.
        """
        entities = self.mlflow.entities
        lines = [entities.Param(name, str(value)) for name, value in params.items()]
        for start in range(0, len(lines), _BATCH):
            self.client.log_batch(run_id, params=lines[start : start + _BATCH])
        points = [entities.Metric(*point) for point in metrics]
        for start in range(0, len(points), _BATCH):
            self.client.log_batch(run_id, metrics=points[start : start + _BATCH])
        if data:
            self.client.log_inputs(run_id, datasets=list(data))


@contextmanager
def workspace(settings: Settings) -> Iterator[Store]:
    """Open the records of the workspace; they are made where there are none.

    Raises
    ------
    EhyaError
        ``tracking_failed`` when they cannot be used; ``tracking_newer`` when a newer MLflow wrote them.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with _quietly() as mlflow:
        try:
            if not settings.mlflow_file.exists():
                _made_whole(mlflow, settings.mlflow_file)
            store = _opened(mlflow, settings.mlflow_url, ARTIFACTS)
        except Exception as error:  # a damaged database raises whatever its library does
            raise _failed(settings, error) from error
        try:
            yield store
        except mlflow.MlflowException as error:
            raise _failed(settings, error) from error


@contextmanager
def server(address: str) -> Iterator[Store]:
    """Open an MLflow of the team; whatever goes wrong with it is raised as it comes.

    Parameters
    ----------
    address
        What ``MLFLOW_TRACKING_URI`` names.
    """
    with _quietly() as mlflow:
        yield _opened(mlflow, address, None)


@contextmanager
def _quietly() -> Iterator[ModuleType]:
    set_environment(**_QUIET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow
        import mlflow.pyfunc

        levels = {name: logging.getLogger(name).level for name in _LOUD}
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            yield mlflow
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def _made_whole(mlflow: ModuleType, file: Path) -> None:
    """Make the records aside and put them in their place when they are whole.

    Making them takes MLflow seconds and many steps; whoever kills or copies it in between would be left with records
    that can neither be read nor made anew.
    """
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".records-", ignore_cleanup_errors=True) as made_at:
        aside, whole = Path(made_at) / "made.db", Path(made_at) / file.name
        address = f"sqlite:///{aside.as_posix()}"
        mlflow.MlflowClient(address, address).search_experiments()
        # A copy, since MLflow keeps what it made open.
        with closing(sqlite3.connect(aside)) as made, closing(sqlite3.connect(whole)) as copied:
            made.backup(copied)
        if not file.exists():  # another process was quicker
            os.replace(whole, file)


def _opened(mlflow: ModuleType, address: str, artifacts: str | None) -> Store:
    """Find Ehya's experiment, or make it.

    In a workspace its artefacts have no fixed place. An experiment of an earlier Ehya, or one that somebody tampered
    with, names a folder as that place, and MLflow has no way to change it: it stands aside under another name.
    """
    client = mlflow.MlflowClient(address, address)
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is not None and found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    if found is not None and artifacts is not None and found.artifact_location != artifacts:
        client.rename_experiment(found.experiment_id, f"{EXPERIMENT} (earlier, {found.experiment_id})")
        found = None
    if found is None:
        return Store(mlflow, client, client.create_experiment(EXPERIMENT, artifacts, tags=dict(KIND)))
    for name, value in KIND.items():
        if found.tags.get(name) != value:
            client.set_experiment_tag(found.experiment_id, name, value)
    return Store(mlflow, client, found.experiment_id)


def _failed(settings: Settings, error: Exception) -> EhyaError:
    why = (str(error) or repr(error)).splitlines()[0]
    newer = any(words in str(error) for words in _NEWER)
    code = ErrorCode.TRACKING_NEWER if newer else ErrorCode.TRACKING_FAILED
    return EhyaError(code, given=str(settings.mlflow_file), why=why)
