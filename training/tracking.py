"""Log a training to MLflow: the only importer of mlflow."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.settings import Settings, set_environment

EXPERIMENT = "ehya"
_LOUD = ("mlflow", "alembic")


def log_training(
    settings: Settings,
    *,
    version: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    steps: Mapping[str, list[float]],
    files: list[Path],
    texts: Mapping[str, str],
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

    Returns
    -------
    str
        MLflow's id of the run.
    """
    with _mlflow(settings) as mlflow, mlflow.start_run(run_name=version) as run:
        mlflow.set_tag("ehya.version", version)
        mlflow.log_params(_flat(params))
        mlflow.log_metrics({name: value for name, value in _flat(metrics).items() if isinstance(value, (int, float))})
        for name, values in steps.items():
            for step, value in enumerate(values):
                mlflow.log_metric(name, value, step=step)
        for file in files:
            mlflow.log_artifact(str(file))
        for name, text in texts.items():
            mlflow.log_text(text, name)
        return str(run.info.run_id)


def tag_run(settings: Settings, run_id: str, tags: Mapping[str, str]) -> None:
    """Set tags of a run that was logged before."""
    with _mlflow(settings) as mlflow:
        client = mlflow.MlflowClient()
        for name, value in tags.items():
            client.set_tag(run_id, name, value)


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
        mlflow.set_tracking_uri(settings.mlflow_url)
        if mlflow.get_experiment_by_name(EXPERIMENT) is None:
            mlflow.create_experiment(EXPERIMENT, artifact_location=settings.mlflow_artifacts.as_uri())
        mlflow.set_experiment(EXPERIMENT)
        try:
            yield mlflow
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
