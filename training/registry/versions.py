"""MLflow's registry of models: which were trained, and the names that move from one to the next.

It knows names, digests and aliases, and is no boundary of trust: what is served is the file in the workspace, opened
only while its digest is the one that the register recorded at promotion.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version as installed
from pathlib import Path

from engine.settings import Settings
from training.registry import pyfunc
from training.registry.mlflow_store import REGISTERED, VERSION, Store, workspace
from training.registry.provenance import PACKAGE

DIGEST = "ehya.digest"

MODEL_FOLDER = "model"

UNSETTLED = "ehya.unsettled"
"""Tag of a version whose alias does not point to it yet: whoever finds it later sets the alias."""


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
    said += [types.ColSpec(types.DataType.double, name, required=False) for name in pyfunc.number_columns()]
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


def set_alias(settings: Settings, alias: Alias, version: str | None) -> None:
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
