"""Log trainings to MLflow: what was learnt from, settings, figures, pictures.

The records of a workspace lie in the workspace; a server of the team gets a copy of them
(``training.registry.delivery``).
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from engine.scoring.artefact import write_whole
from engine.settings import Settings
from training.registry.mlflow_store import VERSION, Store, workspace

DIGEST_LETTERS = 32
"""Of a digest of data, as MLflow keeps it: it takes 36."""


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


def _flat(nested: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
