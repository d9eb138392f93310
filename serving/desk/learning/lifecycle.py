"""The life of a model: train, judge, promote, roll back and watch it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act
from serving.desk.audit import TERMINAL
from serving.desk.kept_drift import keep_drift
from serving.desk.workspace import champion, open_register

if TYPE_CHECKING:
    from engine.scoring.artefact import Model
    from engine.store import Register
    from training import Challenge, Evaluation, Listed, PromotionResult, TrainingResult
    from training.monitoring.report import Drift
    from training.registry.delivery import Delivery


@dataclass(frozen=True, slots=True)
class TrainingRequest:
    """What a data scientist asks of a training.

    Parameters
    ----------
    as_of
        The last day whose facts may be seen.
    origin
        Whose outcomes to learn from: ``register`` or ``synthetic``.
    seed
        Equal data and seed give an equal model.
    trials, timeout, workers, cluster
        Settings that each search tries (its own number where ``None``), seconds it may take, searches side by side, and
        the Dask scheduler whose workers do them; empty for this machine.
    promote
        Whether the model is put to work if its gates open.
    reason
        Why it is put to work; kept with the model.
    force
        Put it to work although a gate is shut; needs a reason.
    learner
        ``module:Class`` of a learner that is judged in place of the model of outcomes; empty for none.
    actor
        Who asks, for the audit.
    """

    as_of: pd.Timestamp
    origin: str = "register"
    seed: int = 0
    trials: int | None = None
    timeout: float | None = None
    workers: int = 1
    cluster: str = ""
    promote: bool = True
    reason: str | None = None
    force: bool = False
    learner: str = ""
    actor: str = TERMINAL

    @property
    def options(self) -> dict[str, Any]:
        """The choices of the training itself, as ``training.train`` takes them."""
        chosen: dict[str, Any] = {
            "as_of": self.as_of,
            "origin": self.origin,
            "random_state": self.seed,
            "timeout": self.timeout,
            "workers": self.workers,
            "cluster": self.cluster,
        }
        return chosen if self.trials is None else chosen | {"trials": self.trials}


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished training.

    Parameters
    ----------
    result
        What was trained and measured.
    promoted
        Whether it was put to work.
    delivery
        What came of sending it to the MLflow of the team; ``None`` where there is none.
    challenge
        The learner that was judged, and whether it can be served; ``None`` where none was named.
    """

    result: TrainingResult
    promoted: bool
    delivery: Delivery | None = None
    challenge: Challenge | None = None


def train(
    settings: Settings,
    request: TrainingRequest,
    *,
    promoted_at: datetime,
    progress: Callable[..., None],
    finished: Callable[[TrainingResult], None] = lambda result: None,
) -> Trained:
    """Train a model, judge it, log it, and put it to work if that was asked for and its gates open.

    Parameters
    ----------
    settings
        The workspace.
    request
        What is asked.
    promoted_at
        The moment that is recorded.
    progress
        Called with a stage, the share done and the best loss so far.
    finished
        Called with the result before it is promoted, so that a shut gate hides no figure.

    Raises
    ------
    EhyaError
        ``reason_missing`` for ``force`` without a reason, ``gates_shut``, ``too_few_rows``, ``too_few_outcomes``.
    """
    import training

    if request.force and not (request.reason or "").strip():
        raise EhyaError(ErrorCode.REASON_MISSING, command="ehya train --force")
    with open_register(settings) as register:
        challenge = None
        if request.learner:
            challenge = _challenge(register, settings, request, progress)
            result = challenge.result
        else:
            result = training.train(register, settings, progress=progress, **request.options)
        finished(result)
        promotes = request.promote and not result.unchanged and (challenge is None or challenge.promotable)
        delivery = result.delivery
        if promotes:
            promotion = training.promote(
                register,
                settings,
                version=result.version,
                as_of=request.as_of,
                promoted_at=promoted_at,
                reason=request.reason,
                force=request.force,
                verdicts=result.gates,
            )
            _noted(register, Act.MODEL_PROMOTED, promotion, promoted_at, request.actor)
            delivery = promotion.delivery
    return Trained(result, promotes, delivery, challenge)


def _challenge(
    register: Register, settings: Settings, request: TrainingRequest, progress: Callable[..., None]
) -> Challenge:
    import training
    from training.learners.protocol import learner_named

    limit = {} if request.timeout is None else {"seconds": request.timeout}
    return training.challenge(
        register, settings, learner_named(request.learner), as_of=request.as_of, origin=request.origin,
        random_state=request.seed, progress=progress, **limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataWritten:
    """A table to learn from, in a folder.

    Parameters
    ----------
    folder
        Where.
    digests
        Name of each file -> sha256.
    datasheet
        What the table is.
    """

    folder: Path
    digests: dict[str, str]
    datasheet: dict[str, Any]


def write_data(settings: Settings, folder: Path, *, as_of: pd.Timestamp, origin: str) -> DataWritten:
    """Write what the register teaches as Parquet, with its schema, its datasheet and digests.

    Raises
    ------
    EhyaError
        ``too_few_outcomes``, ``unknown_option``, ``file_not_written``.
    """
    import training
    from training.dataset.folder import write_folder

    with open_register(settings) as register:
        found = training.data(register, as_of=as_of, origin=origin)
    return DataWritten(folder, write_folder(folder, found), found.datasheet)


def evaluate(settings: Settings, *, as_of: pd.Timestamp, version: str | None = None) -> Evaluation:
    """Judge a model on matured outcomes: the challenger, else the champion, where no version is named."""
    import training

    with open_register(settings) as register:
        return training.evaluate(register, settings, as_of=as_of, version=version)


def promote(
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    promoted_at: datetime,
    version: str | None = None,
    reason: str | None = None,
    force: bool = False,
    over: str | None = None,
    actor: str = TERMINAL,
) -> PromotionResult:
    """Put a trained model to work: the challenger where no version is named.

    Parameters
    ----------
    settings, as_of, promoted_at
        The workspace, the day of judgement, and the moment that is recorded.
    version, reason, force
        Which model, why (kept with it), and whether a shut gate counts.
    over
        The champion that whoever asks has seen, empty for none: where another is at work by now, nothing is done.
    actor
        Who asks, for the audit.

    Raises
    ------
    EhyaError
        ``gates_shut``, ``unknown_version``, ``reason_missing``, ``champion_changed``.
    """
    import training

    with open_register(settings) as register:
        refuse_other_champion(register, over)
        done = training.promote(
            register, settings, version=version, as_of=as_of, promoted_at=promoted_at, reason=reason, force=force
        )
        _noted(register, Act.MODEL_PROMOTED, done, promoted_at, actor)
    return done


def rollback(
    settings: Settings,
    *,
    reason: str,
    promoted_at: datetime,
    version: str | None = None,
    over: str | None = None,
    actor: str = TERMINAL,
) -> PromotionResult:
    """Put an earlier champion back to work.

    Parameters
    ----------
    settings, reason, promoted_at
        The workspace, why (kept with the model), and the moment that is recorded.
    version
        Which earlier champion; the last one before the present where ``None``.
    over, actor
        The champion that was seen, empty for none, and who asks.

    Raises
    ------
    EhyaError
        ``reason_missing``, ``unknown_version``, ``model_changed``, ``champion_changed``.
    """
    import training

    with open_register(settings) as register:
        refuse_other_champion(register, over)
        done = training.rollback(register, settings, version=version, reason=reason, promoted_at=promoted_at)
        _noted(register, Act.MODEL_ROLLED_BACK, done, promoted_at, actor)
    return done


def refuse_other_champion(register: Register, over: str | None) -> None:
    """Refuse what was decided in view of another champion than the one at work.

    Raises
    ------
    EhyaError
        ``champion_changed`` with the one at work, and why it is.
    """
    now = register.promotions.champion()
    if over is not None and over != ("" if now is None else now.model_version):
        at_work = "" if now is None else now.model_version
        raise EhyaError(ErrorCode.CHAMPION_CHANGED, given=over, version=at_work)


def _noted(register: Register, act: Act, done: PromotionResult, now: datetime, actor: str) -> None:
    if not done.already:
        register.audit.note(made_at=now, actor=actor, act=act, subject=done.version, reason=done.reason[:200])


def models(settings: Settings) -> Sequence[Listed]:
    """The trained models, newest first."""
    import training

    with open_register(settings) as register:
        return training.models(register, settings)


def deliver(settings: Settings) -> Delivery | None:
    """Send what waits to the MLflow of the team; ``None`` where there is none, and no failure of it is raised."""
    from training.registry.promotion import delivered

    if not settings.tracking_uri:
        return None
    with open_register(settings) as register:
        return delivered(register, settings)


def model(settings: Settings, version: str | None = None) -> Model:
    """A trained model; the champion where no version is named.

    Raises
    ------
    EhyaError
        ``no_model``, ``unknown_version``, ``model_changed``.
    """
    import training

    with open_register(settings) as register:
        return training.model_of(register, settings, version)


def drift(settings: Settings, *, as_of: pd.Timestamp) -> Drift:
    """Whether the model at work still fits the register; what is found is kept beside the model.

    Raises
    ------
    EhyaError
        ``no_model``, ``model_changed``.
    """
    from training.monitoring.report import drift as found_drift

    with open_register(settings) as register:
        found = found_drift(register, champion(register, settings), as_of=as_of)
    keep_drift(settings, found.to_json())
    return found


def tracking_address(settings: Settings) -> str | None:
    """Where the MLflow of the team shows the trainings of this workspace; ``None`` where there is no such server.

    Raises
    ------
    EhyaError
        ``tracking_unreachable``.
    """
    from training.registry.delivery import runs_page

    return runs_page(settings) if settings.tracking_uri.startswith(("http://", "https://")) else None


def tracking_pages(settings: Settings, *, port: int) -> Any:
    """Start MLflow's pages on the workspace, on this computer only."""
    import training

    return training.start_pages(settings, port=port)
