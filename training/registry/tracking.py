"""Log trainings to MLflow and keep its registry of models: the only importer of mlflow.

The records of a workspace lie in the workspace; a server of the team gets a copy of them
(``training.registry.delivery``). The registry knows names, digests and aliases. It is no boundary of trust: what is
served is the file in the workspace, opened only while its digest is the one that the register recorded at promotion.

Everything goes through a client with an address of its own: MLflow's global address belongs to whoever calls us.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version as installed
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import write_whole
from engine.settings import Settings, set_environment
from training.registry import pyfunc
from training.registry.provenance import PACKAGE

EXPERIMENT = "ehya"
REGISTERED = "ehya"
"""Name of the one registered model; its versions are the trained models."""

VERSION, DIGEST = "ehya.version", "ehya.digest"
MODEL_FOLDER = "model"

UNSETTLED = "ehya.unsettled"
"""Tag of a version whose alias does not point to it yet: whoever finds it later sets the alias."""

ARTIFACTS = "mlflow-artifacts:/"
"""Where MLflow believes the artefacts of runs to be: wherever its pages are pointed to. They are files that Ehya writes
into the workspace itself, so that a workspace that was copied never writes into the one it came from."""

KIND = {"mlflow.experimentKind": "custom_model_development"}
"""What MLflow's pages show of an experiment first: its runs, and not the traces of a language model."""

RUNS_PAGE = "#/experiments/{experiment}/runs?workflowType=machine_learning"
"""Address of the runs on MLflow's pages, in their view of training and not in that of language models."""

DIGEST_LETTERS = 32
"""Of a digest of data, as MLflow keeps it: it takes 36."""

STOP_SECONDS = 4
"""Patience with a server that was asked to end."""

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
    number
        MLflow's number of it.
    """

    version: str
    digest: str
    run_id: str
    registered_at: datetime
    aliases: tuple[Alias, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Data:
    """A table that a training read, as MLflow is told of it: its shape and digest, never its rows.

    Parameters
    ----------
    name
        What it is.
    digest
        SHA-256 of its content, or the beginning of it.
    rows
        How many.
    columns
        Name -> ``double`` or ``string``.
    context
        ``training`` or ``evaluation``.
    """

    name: str
    digest: str
    rows: int
    columns: Mapping[str, str]
    context: str

    @classmethod
    def of(cls, table: pd.DataFrame, *, name: str, digest: str, context: str) -> Data:
        """A table's name, shape and digest.

        Examples
        --------
        >>> Data.of(pd.DataFrame({"a": [1], "b": ["x"]}), name="t", digest="0", context="training").columns
        {'a': 'double', 'b': 'string'}
        """
        numbers = {str(column): pd.api.types.is_numeric_dtype(table[column]) for column in table.columns}
        columns = {column: "double" if number else "string" for column, number in numbers.items()}
        return cls(name, digest, len(table), columns, context)


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
        return dict(self.client.get_registered_model(REGISTERED).aliases)

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
    data: Sequence[Data] = (),
) -> str:
    """Record one training in the workspace.

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
        Files to keep beside the model; none for a learner whose model is only compared.
    texts
        File name -> text to keep.
    plots
        File name -> picture to keep.
    tags
        Name -> what to say of the run.
    data
        Tables that were read.

    Returns
    -------
    str
        MLflow's id of the run.
    """
    with workspace(settings) as store:
        said = {VERSION: version, "mlflow.source.name": "ehya train", "mlflow.user": _user(), **(tags or {})}
        run = store.client.create_run(store.experiment, run_name=version, tags=said)
        run_id, ended = str(run.info.run_id), "KILLED"
        try:
            now = run.info.start_time
            numbers = {name: value for name, value in _flat(metrics).items() if isinstance(value, (int, float))}
            points = [(name, float(value), now, 0) for name, value in numbers.items()]
            points += [(name, value, now, step) for name, values in steps.items() for step, value in enumerate(values)]
            store.write(run_id, _flat(params), points, [_input(store, each) for each in data])
            folder = settings.mlflow_artifacts / run_id / "artifacts"
            for file in files:
                write_whole(folder / file.name, file.read_bytes())
            for name, text in texts.items():
                write_whole(folder / name, text.encode())
            for name, picture in (plots or {}).items():
                write_whole(folder / "plots" / name, picture)
            ended = "FINISHED"
        finally:
            store.client.set_terminated(run_id, status=ended)
        return run_id


def pack(store: Store, folder: Path, file: Path, *, digest: str, tags: Mapping[str, str]) -> None:
    """Write a model as MLflow loads it, with signature and input example: our file, and the name of what reads it.

    Parameters
    ----------
    store
        An MLflow that is open.
    folder
        Where to; it must not exist.
    file
        The model's file.
    digest
        sha256 of it.
    tags
        What to say of the model.
    """
    types = store.mlflow.types
    kinds = {name: types.DataType[kind] for name, kind in pyfunc.inputs().items()}
    given = [types.ColSpec(types.DataType.string, "unit_id")]
    given += [types.ColSpec(kind, name, required=False) for name, kind in kinds.items()]
    said = [types.ColSpec(types.DataType.string, "unit_id")]
    said += [types.ColSpec(types.DataType.double, name, required=False) for name in pyfunc.figures()]
    said += [types.ColSpec(types.DataType.string, name) for name in ("not_scorable", "model_version")]
    signature = store.mlflow.models.ModelSignature(
        inputs=types.Schema(given),
        outputs=types.Schema(said),
        params=types.ParamSchema([types.ParamSpec("as_of", types.DataType.string, "")]),
    )
    with tempfile.TemporaryDirectory() as made:
        data = Path(made) / "ehya"
        data.mkdir()
        shutil.copyfile(file, data / pyfunc.FILE)
        (data / pyfunc.DIGEST_FILE).write_text(f"{digest}\n", "ascii")
        store.mlflow.pyfunc.save_model(
            str(folder), loader_module=pyfunc.__name__, data_path=str(data), signature=signature,
            input_example=pyfunc.example(), pip_requirements=[f"{PACKAGE}=={installed(PACKAGE)}"], metadata=dict(tags),
        )  # fmt: skip


def register_model(
    settings: Settings,
    *,
    version: str,
    digest: str,
    run_id: str,
    file: Path,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Enter a trained model in the registry of the workspace; from now on it is the challenger.

    Parameters
    ----------
    settings
        Where MLflow's files are.
    version, digest, run_id
        Which model, the sha256 of its file, and the run that made it.
    file
        Its file.
    tags
        Name -> what to say of it.
    """
    said = {VERSION: version, DIGEST: digest, **(tags or {})}
    with workspace(settings) as store:
        folder = settings.mlflow_artifacts / run_id / "artifacts" / MODEL_FOLDER
        pack(store, folder, file, digest=digest, tags=said)
        number = store.enter(
            f"runs:/{run_id}/{MODEL_FOLDER}", run_id=run_id, tags={**said, UNSETTLED: Alias.CHALLENGER.value}
        )
        store.client.set_registered_model_alias(REGISTERED, Alias.CHALLENGER.value, number)
        store.client.delete_model_version_tag(REGISTERED, number, UNSETTLED)


def settle(settings: Settings, champion: str | None, *, alone: bool = False) -> None:
    """Bring the aliases to what they should be, where a command was killed before it could.

    Parameters
    ----------
    settings
        Where MLflow's files are.
    champion
        What the register says is at work: the alias follows.
    alone
        Whether no training is under way: runs that are still open then were killed, and are marked so.
    """
    if not settings.mlflow_file.is_file():
        return
    with workspace(settings) as store:
        entries, aliases = store.versions(), store.aliases()
        at_work = next((each.version for each in entries if each.tags.get(VERSION) == champion), None)
        unsettled = [each for each in entries if UNSETTLED in each.tags]
        if unsettled and unsettled[0].tags.get(VERSION) != champion:
            aliases[Alias.CHALLENGER] = str(unsettled[0].version)
            store.client.set_registered_model_alias(REGISTERED, Alias.CHALLENGER.value, unsettled[0].version)
        for each in unsettled:
            store.client.delete_model_version_tag(REGISTERED, each.version, UNSETTLED)
        if at_work is not None and aliases.get(Alias.CHAMPION) != str(at_work):
            store.client.set_registered_model_alias(REGISTERED, Alias.CHAMPION.value, at_work)
        waiting = next((each for each in entries if str(each.version) == aliases.get(Alias.CHALLENGER)), None)
        if waiting is not None and waiting.tags.get(VERSION) == champion:
            store.client.delete_registered_model_alias(REGISTERED, Alias.CHALLENGER.value)
        if alone:
            for run in store.client.search_runs([store.experiment], "attributes.status = 'RUNNING'"):
                store.client.set_terminated(run.info.run_id, status="KILLED")


def registered(settings: Settings) -> tuple[Registered, ...]:
    """All models of the registry, newest first; one that was entered twice shows as it was entered last."""
    if not settings.mlflow_file.is_file():
        return ()
    with workspace(settings) as store:
        alias_of: dict[int, list[Alias]] = {}
        for alias, number in store.aliases().items():
            if alias in set(Alias):
                alias_of.setdefault(int(number), []).append(Alias(alias))
        found: dict[str, Registered] = {}
        for entry in store.versions():
            name = entry.tags.get(VERSION, "")
            aliases = tuple(sorted(alias_of.get(int(entry.version), [])))
            if name in found:
                before = found[name]
                found[name] = replace(before, aliases=(*before.aliases, *aliases))
            elif name:
                at = datetime.fromtimestamp(entry.creation_timestamp / 1000, tz=UTC)
                digest, run_id = entry.tags.get(DIGEST, ""), entry.run_id or ""
                found[name] = Registered(name, digest, run_id, at, aliases, dict(entry.tags), int(entry.version))
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
    with workspace(settings) as store:
        numbers = [int(entry.version) for entry in store.versions() if entry.tags.get(VERSION) == version]
        if numbers:
            store.client.set_registered_model_alias(REGISTERED, alias.value, str(max(numbers)))
        elif alias.value in store.aliases():
            store.client.delete_registered_model_alias(REGISTERED, alias.value)


def tag_model(settings: Settings, version: str, tags: Mapping[str, str]) -> None:
    """Say something more of a model in the registry; one that it does not know is passed over."""
    with workspace(settings) as store:
        for entry in store.versions():
            if entry.tags.get(VERSION) == version:
                for name, value in tags.items():
                    store.client.set_model_version_tag(REGISTERED, entry.version, name, value)


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
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]  # noqa: S603
    return Pages(server, f"http://{host}:{port}/{RUNS_PAGE.format(experiment=experiment)}")


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


def _input(store: Store, data: Data) -> Any:
    entities = store.mlflow.entities
    columns = [{"type": kind, "name": name, "required": True} for name, kind in data.columns.items()]
    described = entities.Dataset(
        name=data.name,
        digest=data.digest[:DIGEST_LETTERS],
        source_type="code",
        source=json.dumps({"tags": {"mlflow.source.name": "ehya"}}),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps({"num_rows": data.rows}),
    )
    return entities.DatasetInput(described, [entities.InputTag("mlflow.data.context", data.context)])


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without an entry for its user
        return "unknown"


def _failed(settings: Settings, error: Exception) -> EhyaError:
    why = (str(error) or repr(error)).splitlines()[0]
    newer = any(words in str(error) for words in _NEWER)
    code = ErrorCode.TRACKING_NEWER if newer else ErrorCode.TRACKING_FAILED
    return EhyaError(code, given=str(settings.mlflow_file), why=why)


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
