"""Follow the workspace: offer the public stock of today, anew whenever register, model or price index have changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.settings import Settings
from serving.desk.appraisal import Beside, current_units, judged
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience

if TYPE_CHECKING:
    from engine.store import Register


class Watch:
    """Whoever serves for long asks it for the latest stock.

    Parameters
    ----------
    settings
        The workspace.
    question
        Called for the choices of the moment; its day moves on at midnight.
    """

    def __init__(self, settings: Settings, question: Callable[[], Question]) -> None:
        self.settings, self.question = settings, question

    def latest(self, seen: str | None = None) -> tuple[str, Stock] | None:
        """The stock as it stands, with the state it was made of; ``None`` while that is still ``seen``.

        Raises
        ------
        EhyaError
            ``no_model``, ``model_changed``, ``database_failed``.
        """
        question = self.question()
        with open_register(self.settings) as register:
            state = state_of(register, self.settings, question)
            if state == seen:
                return None
            units, model = current_units(register, as_of=question.as_of), champion(register, self.settings)
            beside = Beside.of(register, self.settings)
        return state, Stock.of(judged(units, model, question, Audience.PUBLIC, beside))


def state_of(register: Register, settings: Settings, question: Question) -> str:
    """A short text that changes whenever what an appraisal rests on does: register, model, day, own tables."""
    own = " ".join(str(_written_at(file)) for file in (settings.price_index, settings.effects))
    return f"{register.revision()} {question.as_of.date()} {own}"


def _written_at(file: Path) -> int:
    """When a file was written, in nanoseconds; 0 where there is none."""
    return file.stat().st_mtime_ns if file.is_file() else 0
