"""Log trainings to MLflow and keep its registry of models: the only importer of mlflow.

The registry knows names, digests and aliases. It is no boundary of trust: what is served is the file in the workspace,
opened only while its digest is the one that the register recorded at promotion.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import write_whole
from engine.settings import Settings, set_environment

EXPERIMENT = "ehya"
REGISTERED = "ehya"
"""Name of the one registered model; its versions are the trained models."""

VERSION, DIGEST = "ehya.version", "ehya.digest"
MODEL_FOLDER = "model"

ARTIFACTS = "mlflow-artifacts:/"
"""Where MLflow believes the artefacts of runs to be: wherever its pages are pointed to. They are files that Ehya writes
into the workspace itself, so that a workspace that was copied never writes into the one it came from."""

_KIND = {"mlflow.experimentKind": "custom_model_development"}
"""What MLflow's pages show of an experiment first: its runs, and not the traces of a language model."""

STOP_SECONDS = 4
"""Patience with a server that was asked to end."""

_LOUD = ("mlflow", "alembic")


class Alias(StrEnum):
    """Names in the registry that move from model to model."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class Registered:
    """A model in the registry.

    Parameters
    ----------
    version
        Ehya's name of it.
    digest
        sha256 of its file when it was registered.
    run_id
        MLflow's id of its training.
    registered_at
        When, UTC.
    aliases
        Which names point to it.
    tags
        Everything else that was said of it.
    """

    version: str
    digest: str
    run_id: str
    registered_at: datetime
    aliases: tuple[Alias, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def log_training(
    settings: Settings,
    *,
    version: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    steps: Mapping[str, list[float]],
    files: list[Path],
    texts: Mapping[str, str],
    plots: Mapping[str, bytes] | None = None,
    tags: Mapping[str, str] | None = None,
) -> str:
    """Record one training.

    Parameters
    ----------
    settings
        Names the SQLite file and the folder of artefacts.
    version
        Version of the model, the name of the run.
    params, metrics
        Nested mappings are joined by a dot; metrics that are no number are left out.
    steps
        Metric -> values in the order of the search's trials, best first.
    files
        Files to keep.
    texts
        File name -> text to keep.
    plots
        File name -> picture to keep.
    tags
        Name -> what to say of the run.

    Returns
    -------
    str
        MLflow's id of the run.
    """
    with _mlflow(settings) as mlflow, mlflow.start_run(run_name=version) as run:
        mlflow.set_tags({VERSION: version, **(tags or {})})
        mlflow.log_params(_flat(params))
        mlflow.log_metrics({name: value for name, value in _flat(metrics).items() if isinstance(value, (int, float))})
        for name, values in steps.items():
            for step, value in enumerate(values):
                mlflow.log_metric(name, value, step=step)
        run_id = str(run.info.run_id)
        folder = settings.mlflow_artifacts / run_id / "artifacts"
        for file in files:
            write_whole(folder / MODEL_FOLDER / file.name, file.read_bytes())
        for name, text in texts.items():
            write_whole(folder / name, text.encode())
        for name, picture in (plots or {}).items():
            write_whole(folder / "plots" / name, picture)
        return run_id


def register_model(
    settings: Settings, *, version: str, digest: str, run_id: str, tags: Mapping[str, str] | None = None
) -> None:
    """Enter a trained model in the registry; from now on it is the challenger.

    Parameters
    ----------
    settings
        Where MLflow's files are.
    version, digest, run_id
        Which model, the sha256 of its file, and the run that made it.
    tags
        Name -> what to say of it.
    """
    with _mlflow(settings) as mlflow:
        client = mlflow.MlflowClient()
        if not client.search_registered_models(f"name='{REGISTERED}'"):
            client.create_registered_model(REGISTERED, description="Models of feasibility and jobs; files of Ehya.")
        entered = client.create_model_version(
            REGISTERED,
            source=f"runs:/{run_id}/{MODEL_FOLDER}",
            run_id=run_id,
            tags={VERSION: version, DIGEST: digest, **(tags or {})},
        )
        client.set_registered_model_alias(REGISTERED, Alias.CHALLENGER.value, entered.version)


def registered(settings: Settings) -> tuple[Registered, ...]:
    """All models of the registry, newest first; one that was entered twice shows as it was entered last."""
    if not settings.mlflow_file.is_file():
        return ()
    with _mlflow(settings) as mlflow:
        client = mlflow.MlflowClient()
        if not client.search_registered_models(f"name='{REGISTERED}'"):
            return ()
        alias_of: dict[int, list[Alias]] = {}
        for alias, number in client.get_registered_model(REGISTERED).aliases.items():
            if alias in set(Alias):
                alias_of.setdefault(int(number), []).append(Alias(alias))
        entries = sorted(client.search_model_versions(f"name='{REGISTERED}'"), key=lambda each: -int(each.version))
        found: dict[str, Registered] = {}
        for entry in entries:
            name = entry.tags.get(VERSION, "")
            aliases = tuple(sorted(alias_of.get(int(entry.version), [])))
            if name in found:
                before = found[name]
                found[name] = Registered(
                    name, before.digest, before.run_id, before.registered_at, (*before.aliases, *aliases), before.tags
                )
            elif name:
                at = datetime.fromtimestamp(entry.creation_timestamp / 1000, tz=UTC)
                digest, run_id = entry.tags.get(DIGEST, ""), entry.run_id or ""
                found[name] = Registered(name, digest, run_id, at, aliases, dict(entry.tags))
        return tuple(found.values())


def point(settings: Settings, alias: Alias, version: str | None) -> None:
    """Let an alias point to a model, or to none.

    Parameters
    ----------
    settings
        Where MLflow's files are.
    alias
        Which one.
    version
        Ehya's name of the model; ``None``, or a model that the registry does not know, leaves the alias pointing to
        nothing.
    """
    with _mlflow(settings) as mlflow:
        client = mlflow.MlflowClient()
        if not client.search_registered_models(f"name='{REGISTERED}'"):
            return
        entries = client.search_model_versions(f"name='{REGISTERED}'")
        numbers = [int(entry.version) for entry in entries if entry.tags.get(VERSION) == version]
        if numbers:
            client.set_registered_model_alias(REGISTERED, alias.value, str(max(numbers)))
        elif alias.value in client.get_registered_model(REGISTERED).aliases:
            client.delete_registered_model_alias(REGISTERED, alias.value)


def tag_model(settings: Settings, version: str, tags: Mapping[str, str]) -> None:
    """Say something more of a model in the registry; one that it does not know is passed over."""
    with _mlflow(settings) as mlflow:
        client = mlflow.MlflowClient()
        entries = client.search_model_versions(f"name='{REGISTERED}'")
        for entry in entries:
            if entry.tags.get(VERSION) == version:
                for name, value in tags.items():
                    client.set_model_version_tag(REGISTERED, entry.version, name, value)


@dataclass(frozen=True, slots=True)
class Pages:
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


def start_pages(settings: Settings, *, port: int, host: str = "127.0.0.1") -> Pages:
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
    with _mlflow(settings) as mlflow:  # makes or migrates the database before the server's workers race for it
        experiment = mlflow.get_experiment_by_name(EXPERIMENT).experiment_id
    command = [
        sys.executable, "-m", "mlflow", "server",
        "--backend-store-uri", settings.mlflow_url,
        "--default-artifact-root", ARTIFACTS,
        "--artifacts-destination", settings.mlflow_artifacts.as_uri(),
        "--host", host,
        "--port", str(port),
        "--workers", "1",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]  # noqa: S603
    return Pages(server, f"http://{host}:{port}/#/experiments/{experiment}/runs")


@contextmanager
def _mlflow(settings: Settings) -> Iterator[ModuleType]:
    settings.home.mkdir(parents=True, exist_ok=True)
    set_environment(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        levels = {name: logging.getLogger(name).level for name in _LOUD}
        for name in _LOUD:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            try:
                _open_experiment(mlflow, settings)
            except Exception as error:  # a damaged database raises whatever its library does
                raise _failed(settings, error) from error
            try:
                yield mlflow
            except mlflow.MlflowException as error:
                raise _failed(settings, error) from error
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def _open_experiment(mlflow: ModuleType, settings: Settings) -> None:
    """Make Ehya's experiment the one that runs are logged to, and see to it that its artefacts have no fixed place.

    An experiment of an earlier Ehya, or one that somebody tampered with, names a folder as the place of its artefacts,
    and MLflow has no way to change it: it stands aside under another name.
    """
    mlflow.set_tracking_uri(settings.mlflow_url)
    client, found = mlflow.MlflowClient(), mlflow.get_experiment_by_name(EXPERIMENT)
    if found is not None and found.artifact_location != ARTIFACTS:
        client.rename_experiment(found.experiment_id, f"{EXPERIMENT} (earlier, {found.experiment_id})")
        found = None
    if found is None:
        mlflow.create_experiment(EXPERIMENT, artifact_location=ARTIFACTS, tags=dict(_KIND))
    mlflow.set_experiment(EXPERIMENT)


def _failed(settings: Settings, error: Exception) -> EhyaError:
    why = (str(error) or repr(error)).splitlines()[0]
    return EhyaError(ErrorCode.TRACKING_FAILED, given=str(settings.mlflow_file), why=why)


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
