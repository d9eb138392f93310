"""Put a trained model to work: the gates decide, the register records the digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.artefact import load
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from training.tracking import tag_run
from training.training import TrainingResult

ALL_GATES_OPEN = "gates_open"
FORCED = "forced"


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model that was put to work.

    Parameters
    ----------
    version, digest, path
        Which file.
    reason
        Why: ``gates_open``, ``forced``, or the words of the person who promoted it.
    """

    version: str
    digest: str
    path: Path
    reason: str


def promote(
    result: TrainingResult,
    register: Register,
    settings: Settings,
    *,
    promoted_at: datetime,
    reason: str | None = None,
    force: bool = False,
) -> Promotion:
    """Make a trained model the champion.

    Parameters
    ----------
    result
        What ``train`` returned.
    register
        Records version, digest, reason and metrics; from then on the file opens only while its digest agrees.
    settings
        Where MLflow's files are.
    promoted_at
        The moment, UTC where it has no zone.
    reason
        Words of the person who promotes it.
    force
        Promote although a gate is shut.

    Raises
    ------
    EhyaError
        ``gates_shut`` with the gates that did not open; ``model_changed`` when the file is no longer the one trained.
    """
    if not result.passed and not force:
        shut = [verdict.gate.value for verdict in result.gates if not verdict.passed]
        raise EhyaError(ErrorCode.GATES_SHUT, given=shut, version=result.version)
    load(result.path, digest=result.digest)
    words = reason or (ALL_GATES_OPEN if result.passed else FORCED)
    register.record_promotion(
        model_version=result.version,
        digest=result.digest,
        promoted_at=promoted_at,
        reason=words,
        metrics=result.metrics,
    )
    tag_run(settings, result.run_id, {"ehya.promoted": "true", "ehya.reason": words})
    return Promotion(result.version, result.digest, result.path, words)
