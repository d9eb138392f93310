"""A workspace of synthetic units with a model at work, and the service over it in a process of its own."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pandas as pd

from engine.packages.terms import PackageTerms
from engine.scoring.artefact import path_of, save
from engine.settings import Settings
from engine.store import Register
from experiments.bench.serving import model_of_the_first_day
from experiments.province_simulator.province import simulate
from experiments.province_simulator.register import taken
from serving.api.limits import ServiceLimits
from serving.api.server import serve
from serving.desk.keys import add_key
from serving.desk.package import freeze, solve_package
from serving.desk.question import Question
from serving.disclosure.levels import CallerRole

DAY = pd.Timestamp("2026-03-21")
PACKAGE = "inva"
_TERMS = {"name": PACKAGE, "count": 5, "verdicts": ["offer", "fix_first", "cannot_judge"], "publishable_only": False}
UNLIMITED = ServiceLimits(reads=10**9, lists=10**9, writes=10**9, wrong_keys=10**9)
_CLIENTS = (CallerRole.INVESTOR, CallerRole.BANK)


@dataclass(frozen=True, slots=True)
class ServedPlace:
    """A workspace.

    Parameters
    ----------
    settings
        Where it is.
    """

    settings: Settings

    @classmethod
    def make(
        cls, home: Path, *, units: int, random_state: int = 0, package: bool = False, database: str | None = None
    ) -> ServedPlace:
        """Make one: synthetic units, the model of the first day at work, a package that was signed off if wanted.

        Parameters
        ----------
        home
            Its folder.
        units
            How many.
        random_state
            Seed of the units.
        package
            Whether with a package.
        database
            Address of an empty database; without one the register is a SQLite file in the folder.

        Raises
        ------
        FileExistsError
            Where the database holds units already.
        """
        settings = Settings(home=home, database_url=database or f"sqlite:///{home / 'ehya.db'}", language="en")
        model, now = model_of_the_first_day(), datetime.now(UTC)
        document = model.document.model_copy(update={"card": {"version": model.version}, "metrics": {"rows": 1}})
        digest = save(path_of(settings.models, model.version), model.heads, document)
        with Register.open(settings.database_url) as register:
            if len(register.units()):
                raise FileExistsError(settings.database_url)
            made = simulate(units, seed=random_state).units.assign(origin="synthetic")
            register.imports.commit(taken(made), imported_at=now)
            put = {"model_version": model.version, "digest": digest, "promoted_at": now}
            register.promotions.record(**put, reason="first", metrics={"brier": 0.2})  # type: ignore[arg-type]
        if package:
            solve_package(settings, Question(as_of=DAY), PackageTerms.read(_TERMS), made_at=now)
            freeze(settings, f"{PACKAGE}@1", role="deputy", signed_on=DAY, note=None, made_at=now)
        return cls(settings)

    def key(self, role: CallerRole, name: str) -> str:
        """A new key of a role, for an investor or a bank of that name where the role acts for one."""
        owner = name if role in _CLIENTS else None
        made = {"made_at": datetime.now(UTC), "actor": "abuse"}
        return add_key(self.settings, name=name, role=role.value, investor=owner, **made).key  # type: ignore[arg-type]

    @contextmanager
    def served(self) -> Iterator[Served]:
        """The service over it in a process that was forked from this one, killed when the block ends."""
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = free.getsockname()[1]
        process = multiprocessing.get_context("fork").Process(target=_serve, args=(self.settings, port), daemon=True)
        process.start()
        found = Served(port, int(process.pid or 0))
        try:
            found.wait()
            yield found
        finally:
            found.kill()
            process.join()


@dataclass(frozen=True, slots=True)
class Served:
    """A service that runs.

    Parameters
    ----------
    port
        Where it listens on this computer.
    pid
        Number of its process.
    """

    port: int
    pid: int

    def wait(self, seconds: float = 120.0) -> None:
        """Wait until it answers.

        Raises
        ------
        TimeoutError
            When it does not.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/v1/health").status == 200:
                    return
            except (OSError, HTTPException):
                time.sleep(0.02)
        raise TimeoutError

    def kill(self) -> None:
        """End its process at once, wherever it is."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def ask(
        self,
        method: str,
        path: str,
        key: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answered:
        """Ask it once, over a connection of its own.

        Parameters
        ----------
        method, path, key, headers
            The request.
        body
            Bytes as they are, anything else as JSON.

        Raises
        ------
        OSError, http.client.HTTPException
            When no whole answer came.
        """
        given = dict(headers or {}) | ({} if key is None else {"authorization": f"Bearer {key}"})
        if body is not None and not isinstance(body, bytes):
            body, given["content-type"] = json.dumps(body).encode(), "application/json"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Answered(answer.status, answer.read(), answer.getheader("idempotent-replayed") == "true")


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer.

    Parameters
    ----------
    status
        HTTP status.
    body
        Its bytes.
    replayed
        Whether it says that it was given before.
    """

    status: int
    body: bytes
    replayed: bool

    @property
    def done(self) -> bool:
        """Whether what was asked was done."""
        return self.status in (200, 202)

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def _serve(settings: Settings, port: int) -> None:
    serve(settings, question=lambda: Question(as_of=DAY), port=port, limits=UNLIMITED)
