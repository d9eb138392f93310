"""The first run of a workspace: what it lacks, and a demonstration to look around in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act
from serving.desk.demonstration import write_register
from serving.desk.intake import RegisterReading, store_intake
from serving.desk.workspace import open_register

PROVINCE = "West Azerbaijan"


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a workspace has.

    Parameters
    ----------
    people
        Whether there is, or was, any account: the first is made once.
    units
        Units of the register.
    model
        Whether a model is at work.
    """

    people: bool
    units: int
    model: bool


def readiness(settings: Settings) -> Readiness:
    """Look what a workspace has."""
    with open_register(settings) as register:
        people = bool(register.people())
        return Readiness(people, len(register.units()), register.promotions.champion() is not None)


def peopled(settings: Settings) -> bool:
    """Whether anybody has an account; asked of each who comes to sign in, so that no unit is read for it."""
    with open_register(settings) as register:
        return bool(register.people())


def load_demonstration(settings: Settings, *, now: datetime, actor: str) -> int:
    """Take in a synthetic register, marked as such in every row; returns how many units it has.

    Parameters
    ----------
    settings
        The workspace; the workbook stays in its folder.
    now, actor
        UTC, and who asks.

    Raises
    ------
    EhyaError
        ``register_not_empty``: made-up units do not belong among real ones.
    """
    with open_register(settings) as register:
        if len(register.units()):
            raise EhyaError(ErrorCode.REGISTER_NOT_EMPTY)
    path = settings.home / "synthetic_register.xlsx"
    settings.home.mkdir(parents=True, exist_ok=True)
    write_register(path)
    reading = RegisterReading.plain(path, {"province": PROVINCE, "synthetic": True})
    intake = reading.intake()
    stored = store_intake(settings, reading, intake, imported_at=now)
    with open_register(settings) as register:
        register.audit.note(
            made_at=now, actor=actor, act=Act.REGISTER_READ, subject=path.name, number=stored.result.import_id
        )
    return len(intake.units)


def note_training(settings: Settings, *, now: datetime, actor: str) -> None:
    """Note in the audit who started a training from a page."""
    with open_register(settings) as register:
        register.audit.note(made_at=now, actor=actor, act=Act.TRAINING_STARTED, subject="model")
