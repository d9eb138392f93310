"""Send what the workspace recorded to the MLflow of the team: runs, data, models, aliases.

The workspace is written first, always. What it has and the server lacks is sent after each command, so that a server
that is away, breaks off midway or refuses costs a warning, and the next command sends what is missing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies

from engine.errors import EhyaError, ErrorCode
from engine.locking import locked
from engine.scoring.artefact import path_of
from engine.settings import Settings
from training.registry.mlflow_store import COMPARED, REGISTERED, VERSION, Store, server, workspace
from training.registry.pages import RUNS_PAGE
from training.registry.versions import DIGEST, MODEL_FOLDER, UNSETTLED, Alias, Registered, pack, registered

KNOCK_SECONDS = 3
"""Patience with a server that does not even accept a connection."""

SENT, POINTED = "ehya.sent.", "ehya.pointed."
"""Tags of the workspace's own records, ending in the key of a server: number of a version there, and its aliases."""

COPIED = "ehya.workspace_run"
"""Tag of a run on a server: the run of the workspace that it is a copy of."""

_PROMOTED = ("ehya.promoted_at", "ehya.reason")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending.

    Parameters
    ----------
    address
        The server, without user and password.
    sent
        Versions of the trainings that it did not have before.
    waiting
        How many trainings still wait in the workspace.
    problem
        Why; ``None`` where all went well.
    """

    address: str
    sent: tuple[str, ...] = ()
    waiting: int = 0
    problem: EhyaError | None = None

    def to_json(self) -> dict[str, Any]:
        """As canonical values."""
        problem = None if self.problem is None else self.problem.code.value
        return {"address": self.address, "sent": list(self.sent), "waiting": self.waiting, "problem": problem}


def deliver(settings: Settings, champion: str | None) -> Delivery | None:
    """Send to the server what it lacks, and let its aliases follow where this workspace moved them.

    Parameters
    ----------
    settings
        The workspace, and the address of the server.
    champion
        Version that is at work by the register.

    Returns
    -------
    Delivery or None
        ``None`` where there is no server, or another process is sending. No failure of the server is raised.
    """
    address = settings.tracking_uri
    if not address or address == settings.mlflow_url:
        return None
    shown = shown_address(address)
    sent: list[str] = []
    entries: tuple[Registered, ...] = ()
    compared: list[Any] = []
    with locked(settings.home / "delivery.lock") as free:
        if not free:
            return None
        try:
            entries = registered(settings)
            compared = _compared_runs(settings, address)
            if not entries and not compared:
                return Delivery(shown)
            _knock(address)
            with server(address) as there:
                for entry in reversed(entries):
                    if _sent_as(entry, address) is None and _send(settings, there, entry, address):
                        sent.append(entry.version)
                for run in compared:
                    _send_compared(settings, there, run, address)
                    sent.append(run.data.tags[VERSION])
                if entries:
                    _point(settings, there, address, champion)
        except Exception as error:  # a server may fail in any way, and no training may fail with it
            why = _plain(error, address)
            _log.info("tracking server %s: %s", shown, why)
            waiting = sum(_sent_as(entry, address) is None for entry in entries) + len(compared) - len(sent)
            problem = EhyaError(ErrorCode.TRACKING_UNREACHABLE, given=shown, why=why)
            return Delivery(shown, tuple(sent), waiting, problem)
    return Delivery(shown, tuple(sent))


def shown_address(address: str) -> str:
    """An address without user and password.

    Examples
    --------
    >>> shown_address("https://anna:secret@mlflow.example.org/team")
    'https://mlflow.example.org/team'
    """
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def runs_page(settings: Settings) -> str:
    """Address of the runs on the pages of the server.

    Raises
    ------
    EhyaError
        ``tracking_unreachable``.
    """
    address = settings.tracking_uri
    try:
        _knock(address)
        with server(address) as there:
            return f"{shown_address(address).rstrip('/')}/{RUNS_PAGE.format(experiment=there.experiment)}"
    except Exception as error:
        why = _plain(error, address)
        raise EhyaError(ErrorCode.TRACKING_UNREACHABLE, given=shown_address(address), why=why) from error


def _knock(address: str) -> None:
    """Fail soon where nobody listens; a proxy hides who does, and addresses of other kinds have no port."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.hostname is None or parts.scheme in getproxies():
        return
    port = parts.port or (443 if parts.scheme == "https" else 80)
    socket.create_connection((parts.hostname, port), timeout=KNOCK_SECONDS).close()


def _plain(error: Exception, address: str) -> str:
    """The first line of what a library says, without the password that it may repeat."""
    line = (str(error) or repr(error)).splitlines()[0][:300]
    secret = urlsplit(address).password
    return line.replace(secret, "***") if secret else line


def _key(address: str) -> str:
    return hashlib.sha256(shown_address(address).encode()).hexdigest()[:8]


def _sent_as(entry: Registered, address: str) -> str | None:
    return entry.tags.get(SENT + _key(address))


def _send(settings: Settings, there: Store, entry: Registered, address: str) -> bool:
    """Send one model with its run, or take note that the server has it; false where its file is gone."""
    file = path_of(settings.models, entry.version)
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != entry.digest:
        return False
    same = (each for each in there.versions() if each.tags.get(VERSION) == entry.version)
    number = next((each.version for each in same if each.tags.get(DIGEST) == entry.digest), None)
    if number is None:
        tags = {name: value for name, value in entry.tags.items() if _travels(name)}
        number = there.enter(**_sent_run(settings, there, entry, file, tags), tags=tags)
    with workspace(settings) as here:
        here.client.set_model_version_tag(REGISTERED, str(entry.number), SENT + _key(address), str(number))
    return True


def _sent_run(
    settings: Settings, there: Store, entry: Registered, file: Path, tags: Mapping[str, str]
) -> dict[str, str]:
    """Make the run and its model on the server."""
    with _copied_run(settings, there, entry.run_id, entry.version) as run_id, tempfile.TemporaryDirectory() as made_at:
        folder = Path(made_at) / MODEL_FOLDER
        pack(there, folder, file, digest=entry.digest, tags=tags)
        model = there.client.create_logged_model(
            there.experiment, name=MODEL_FOLDER, source_run_id=run_id, tags=dict(tags)
        )
        there.client.log_model_artifacts(model.model_id, str(folder))
        there.client.finalize_logged_model(model.model_id, "READY")
        there.client.log_outputs(run_id, [there.mlflow.entities.LoggedModelOutput(model.model_id, 0)])
    return {"source": f"models:/{model.model_id}", "run_id": run_id, "model_id": model.model_id}


@contextmanager
def _copied_run(settings: Settings, there: Store, run_id: str, version: str) -> Iterator[str]:
    """Copy a run and let what belongs to it be added; what an earlier attempt left unfinished is removed."""
    name = f"tags.`{VERSION}` = '{version}' and attributes.status = 'RUNNING'"
    for left in there.client.search_runs([there.experiment], name):
        there.client.delete_run(left.info.run_id)
    with workspace(settings) as here:
        run = here.client.get_run(run_id)
        points = [
            (each.key, each.value, each.timestamp, each.step)
            for metric in run.data.metrics
            for each in here.client.get_metric_history(run_id, metric)
        ]
    tags = {tag: value for tag, value in run.data.tags.items() if _travels(tag)}
    made = there.client.create_run(
        there.experiment, start_time=run.info.start_time, run_name=version, tags={**tags, COPIED: run_id}
    )
    there.write(made.info.run_id, run.data.params, points, run.inputs.dataset_inputs)
    for part in sorted((settings.mlflow_artifacts / run_id / "artifacts").glob("*")):
        if part.is_dir() and part.name != MODEL_FOLDER:
            there.client.log_artifacts(made.info.run_id, str(part), part.name)
        elif part.is_file():
            there.client.log_artifact(made.info.run_id, str(part))
    yield str(made.info.run_id)
    there.client.set_terminated(made.info.run_id, status="FINISHED", end_time=run.info.end_time)


def _compared_runs(settings: Settings, address: str) -> list[Any]:
    """Runs of learners that can only be compared, which the server has not got yet: no version speaks of them."""
    with workspace(settings) as here:
        finished = f"tags.`{COMPARED}` = 'true' and attributes.status = 'FINISHED'"
        runs = here.client.search_runs([here.experiment], finished)
    return [run for run in reversed(runs) if SENT + _key(address) not in run.data.tags]


def _send_compared(settings: Settings, there: Store, run: Any, address: str) -> None:
    """Send a run without a model, or take note that the server has it."""
    run_id = run.info.run_id
    known = f"tags.`{COPIED}` = '{run_id}' and attributes.status = 'FINISHED'"
    same = there.client.search_runs([there.experiment], known)
    if same:
        sent_as = same[0].info.run_id
    else:
        with _copied_run(settings, there, run_id, run.data.tags[VERSION]) as sent_as:
            pass
    with workspace(settings) as here:
        here.client.set_tag(run_id, SENT + _key(address), sent_as)


def _travels(tag: str) -> bool:
    return tag != UNSETTLED and not tag.startswith((SENT, POINTED))


def _point(settings: Settings, there: Store, address: str, champion: str | None) -> None:
    """Move the aliases of the server where those of this workspace have moved since; others may use the server too."""
    entries = registered(settings)
    number = {entry.version: _sent_as(entry, address) for entry in entries}
    challenger = next((entry.version for entry in entries if Alias.CHALLENGER in entry.aliases), None)
    wanted = {Alias.CHAMPION.value: number.get(champion or ""), Alias.CHALLENGER.value: number.get(challenger or "")}
    said = {name: value for entry in entries if entry.version == champion for name, value in entry.tags.items()}
    promoted = {name: said[name] for name in _PROMOTED if name in said}
    state = hashlib.sha256(json.dumps([wanted, promoted]).encode()).hexdigest()
    with workspace(settings) as here:
        before = here.client.get_registered_model(REGISTERED).tags.get(POINTED + _key(address))
        if before == state:
            return
        pointed = there.aliases()
        for alias, wish in wanted.items():
            if wish is not None:
                there.client.set_registered_model_alias(REGISTERED, alias, wish)
            elif pointed.get(alias) in number.values():
                there.client.delete_registered_model_alias(REGISTERED, alias)
        if wanted[Alias.CHAMPION.value] is not None:
            for name, value in promoted.items():
                there.client.set_model_version_tag(REGISTERED, wanted[Alias.CHAMPION.value], name, value)
        here.client.set_registered_model_tag(REGISTERED, POINTED + _key(address), state)
