"""A training in a process of its own, started from a service: how far it is, and how it ended."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk import learning
from serving.desk.learning import TrainingRequest

Finished = Callable[[], None]


class RunState(Code):
    """How a training that was started stands."""

    RUNNING = "running"
    PROMOTED = "promoted"
    WAITS = "waits"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A training that was started.

    Parameters
    ----------
    state
        How it stands; ``waits``: it is trained, and nothing put it to work.
    started_at
        UTC.
    stage, share
        What it does, as `training` names it, and the share of that which is done.
    code, facts
        Why it was refused.
    version
        The model, once there is one.
    """

    state: RunState
    started_at: datetime
    stage: str = ""
    share: float = 0.0
    code: ErrorCode | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None


class TrainingRuns:
    """Starts trainings, one at a time, and tells how the last one stands.

    Parameters
    ----------
    settings
        The workspace.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._status: RunStatus | None = None

    @property
    def status(self) -> RunStatus | None:
        """The last training; ``None`` where none was started."""
        return self._status

    def start(self, request: TrainingRequest, *, now: datetime, finished: Finished = lambda: None) -> bool:
        """Start a training; ``False`` where one runs already.

        Parameters
        ----------
        request
            What is asked of it.
        now
            UTC.
        finished
            Called when it has ended, in a thread of its own.
        """
        with self._lock:
            if self._status is not None and self._status.state is RunState.RUNNING:
                return False
            context = multiprocessing.get_context("spawn")  # a fork would take the locks of our threads along
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(self._settings, request, now, theirs), daemon=True)
            process.start()
            theirs.close()
            begun = self._status = RunStatus(RunState.RUNNING, now)
        threading.Thread(target=self._follow, args=(ours, process, begun, finished), daemon=True).start()
        return True

    def _follow(self, ours: Connection, process: Any, begun: RunStatus, finished: Finished) -> None:
        last = begun
        try:
            while True:
                last = self._now(last, RunStatus(started_at=begun.started_at, **ours.recv()))
        except (EOFError, OSError):
            process.join()
        if last.state is RunState.RUNNING:  # it ended without a word
            self._now(last, RunStatus(RunState.FAILED, begun.started_at))
        finished()

    def _now(self, before: RunStatus, status: RunStatus) -> RunStatus:
        """Let a status stand in the place of the one before it; a later run's is left alone."""
        with self._lock:
            if self._status is before:
                self._status = status
        return status


def _work(settings: Settings, request: TrainingRequest, now: datetime, theirs: Connection) -> None:
    def progress(stage: object, share: float = 0.0, *_: object) -> None:
        theirs.send({"state": RunState.RUNNING, "stage": str(getattr(stage, "value", stage)), "share": float(share)})

    try:
        done = learning.train(settings, request, promoted_at=now, progress=progress)
    except EhyaError as error:
        plain = {name: str(value) for name, value in error.facts.items()}
        theirs.send({"state": RunState.REFUSED, "code": error.code, "facts": plain})
    else:
        state = RunState.PROMOTED if done.promoted else RunState.WAITS
        theirs.send({"state": state, "version": done.result.version})
    finally:
        theirs.close()
