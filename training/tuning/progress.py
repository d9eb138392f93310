"""What a training is told: how hard to search, and whom to tell how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engine.codes import Code


class SearchStage(Code):
    """What a training is doing."""

    READING = "reading"
    DESCRIBING = "describing"
    SEARCHING = "searching"
    FITTING = "fitting"
    JUDGING = "judging"
    LOGGING = "logging"


class Progress(Protocol):
    """Called with the stage, the share of it that is done (0..1) and, in a search, the best loss so far."""

    def __call__(self, stage: SearchStage, share: float, best: float | None = None) -> None:
        """Hear how far it is."""


def silent(stage: SearchStage, share: float, best: float | None = None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard a training searches for settings.

    Parameters
    ----------
    trials
        Recipes that each search tries; ``None`` leaves it to the kind of model, 0 gives the prior-only model, which
        claims nothing beyond the base rate.
    timeout
        Seconds after which the search of the model of outcomes stops.
    workers
        Processes it uses, for recipes and for models of the judged folds; several make it quicker and what the search
        finds no longer equal from run to run.
    cluster
        Address of a Dask scheduler whose workers do that instead; they read and write the workspace's folder. Empty for
        this machine.
    """

    trials: int | None = None
    timeout: float | None = None
    workers: int = 1
    cluster: str = ""


USUAL = Effort()
