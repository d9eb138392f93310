"""Acts of a data scientist in a process of its own, started from a service: how far one is, and how it ended."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk import learning
from serving.desk.audit import TERMINAL
from serving.desk.learning import TrainingRequest

Finished = Callable[[], None]


class RunKind(Code):
    """What is done."""

    TRAIN = "train"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    DRIFT = "drift"


class RunState(Code):
    """How an act that was started stands."""

    RUNNING = "running"
    PROMOTED = "promoted"
    WAITS = "waits"
    UNCHANGED = "unchanged"
    ALREADY = "already"
    LOOKED = "looked"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PromotionRequest:
    """Put a trained model to work, or an earlier one back.

    Parameters
    ----------
    version
        Which.
    as_of
        Day of the judgement.
    reason
        Why; kept with the model.
    over
        The champion that was seen by whoever asks, empty for none.
    force
        Put it to work although a gate is shut.
    back
        An earlier champion is put back: no gate is asked.
    actor
        Who asks, for the audit.
    """

    version: str
    as_of: pd.Timestamp
    reason: str = ""
    over: str | None = None
    force: bool = False
    back: bool = False
    actor: str = TERMINAL


@dataclass(frozen=True, slots=True)
class DriftRequest:
    """Look whether the model at work still fits the register of a day."""

    as_of: pd.Timestamp


Asked = TrainingRequest | PromotionRequest | DriftRequest


def run_kind(asked: Asked) -> RunKind:
    """What is asked.

    Examples
    --------
    >>> run_kind(PromotionRequest("v1", pd.Timestamp("2026-03-21"), back=True)).value
    'roll_back'
    """
    if isinstance(asked, PromotionRequest):
        return RunKind.ROLL_BACK if asked.back else RunKind.PROMOTE
    return RunKind.TRAIN if isinstance(asked, TrainingRequest) else RunKind.DRIFT


@dataclass(frozen=True, slots=True)
class RunStatus:
    """An act that was started.

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
    kind
        What was asked.
    reason
        Words of the person who asked.
    """

    state: RunState
    started_at: datetime
    stage: str = ""
    share: float = 0.0
    code: ErrorCode | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None
    kind: RunKind = RunKind.TRAIN
    reason: str = ""

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state is RunState.RUNNING


class TrainingRuns:
    """Starts acts, one at a time, and tells how the last one stands.

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
        """The last act; ``None`` where none was started."""
        return self._status

    def start(self, request: Asked, *, now: datetime, finished: Finished = lambda: None) -> bool:
        """Start an act; ``False`` where one runs already.

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
            reason = "" if isinstance(request, DriftRequest) else request.reason or ""
            begun = self._status = RunStatus(RunState.RUNNING, now, kind=run_kind(request), reason=reason)
        threading.Thread(target=self._follow, args=(ours, process, begun, finished), daemon=True).start()
        return True

    def _follow(self, ours: Connection, process: Any, begun: RunStatus, finished: Finished) -> None:
        last = begun
        try:
            while True:
                last = self._now(last, replace(begun, **ours.recv()))
        except (EOFError, OSError):
            process.join()
        if last.state is RunState.RUNNING:  # it ended without a word
            self._now(last, replace(begun, state=RunState.FAILED))
        finished()

    def _now(self, before: RunStatus, status: RunStatus) -> RunStatus:
        """Let a status stand in the place of the one before it; a later run's is left alone."""
        with self._lock:
            if self._status is before:
                self._status = status
        return status


def _work(settings: Settings, request: Asked, now: datetime, theirs: Connection) -> None:
    def progress(stage: object, share: float = 0.0, *_: object) -> None:
        theirs.send({"state": RunState.RUNNING, "stage": str(getattr(stage, "value", stage)), "share": float(share)})

    try:
        state, version = _done(settings, request, now, progress)
    except EhyaError as error:
        plain = {name: _plain(value) for name, value in error.facts.items()}
        theirs.send({"state": RunState.REFUSED, "code": error.code, "facts": plain})
    else:
        theirs.send({"state": state, "version": version})
    finally:
        theirs.close()


def _done(
    settings: Settings, request: Asked, now: datetime, progress: Callable[..., None]
) -> tuple[RunState, str | None]:
    """Do what is asked: how it ended, and of which model."""
    if isinstance(request, TrainingRequest):
        done = learning.train(settings, request, promoted_at=now, progress=progress)
        if done.result.unchanged:
            return RunState.UNCHANGED, done.result.version
        return RunState.PROMOTED if done.promoted else RunState.WAITS, done.result.version
    if isinstance(request, DriftRequest):
        return RunState.LOOKED, learning.drift(settings, as_of=request.as_of).model_version
    asked: dict[str, Any] = {
        "version": request.version,
        "reason": request.reason,
        "promoted_at": now,
        "over": request.over,
        "actor": request.actor,
    }
    if request.back:
        found = learning.rollback(settings, **asked)
    else:
        found = learning.promote(settings, as_of=request.as_of, force=request.force, **asked)
    return RunState.ALREADY if found.already else RunState.PROMOTED, found.version


def _plain(value: Any) -> Any:
    """A fact as a pipe carries it: lists of codes stay lists, so that they are said in words."""
    return [str(each) for each in value] if isinstance(value, list | tuple) else str(value)
