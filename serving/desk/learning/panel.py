"""Hand pairs of units out to a panel of experts, take their answers in, and say how far they agree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk.appraisal import current_units
from serving.desk.workspace import alone, champion, open_register

if TYPE_CHECKING:
    from training.panel.agreement import QuestionAgreement


@dataclass(frozen=True, eq=False, slots=True)
class HandedOut:
    """Pairs of units for a panel of experts.

    Parameters
    ----------
    panel
        Name of the panel; equal pairs have equal names.
    pairs
        ``panel, number, first, second``.
    units
        Their rows of the unit table.
    """

    panel: str
    pairs: pd.DataFrame
    units: pd.DataFrame


@dataclass(frozen=True, slots=True)
class AnswersTaken:
    """Answers that were taken at once: their mark, the experts who gave them, and how many there are."""

    mark: str
    experts: tuple[str, ...]
    count: int


@dataclass(frozen=True, eq=False, slots=True)
class PanelRead:
    """What came back from a panel.

    Parameters
    ----------
    restart, jobs
        ``training.panel.agreement.QuestionAgreement`` of all answers that are kept now.
    answers
        All answers that are kept now, columns ``training.panel.answers.ANSWER_COLUMNS``.
    blank
        Questions of these files that were left blank.
    """

    restart: QuestionAgreement
    jobs: QuestionAgreement
    answers: pd.DataFrame
    blank: int


def hand_out_panel(settings: Settings, *, as_of: pd.Timestamp, pairs: int, seed: int = 0) -> HandedOut:
    """Choose pairs of the register's idle units that tell most about the effects, and keep what was asked.

    Raises
    ------
    EhyaError
        ``no_model``, ``panel_needs_first_day``, ``panel_too_few_units``, ``database_failed``.
    """
    from engine.domain.scorable import not_scorable, scorable
    from engine.domain.unit import Status
    from engine.scoring.document import ReportedDocument, of_kind
    from engine.scoring.reasons import first_day
    from features import matrix
    from training.panel import answers
    from training.panel.pairs import LEAST_UNITS, belief_inputs, choose

    with open_register(settings) as register:
        units, model = current_units(register, as_of=as_of), champion(register, settings)
    believed = first_day(model)
    if believed is None:
        raise EhyaError(ErrorCode.PANEL_NEEDS_FIRST_DAY)
    may = scorable(not_scorable(units, as_of)) & (units["status"] == Status.IDLE.value)
    units = units[may.fillna(False).to_numpy(dtype=bool)].sort_index()
    if len(units) < LEAST_UNITS:
        raise EhyaError(ErrorCode.PANEL_TOO_FEW_UNITS, given=len(units), allowed=LEAST_UNITS)
    described = matrix(units, model.schema, model.fitted, as_of=as_of)
    shown = belief_inputs(of_kind(model.document, ReportedDocument), believed[0], described)
    places = choose(believed[0], shown, pairs=pairs, random_state=seed)
    chosen = [(str(units.index[first]), str(units.index[second])) for first, second in places]
    panel = hashlib.sha256(repr(chosen).encode()).hexdigest()[:8]
    with alone(settings):
        made = answers.hand_out(settings.panel, panel, chosen)
    return HandedOut(panel, made, units.loc[sorted({unit for pair in chosen for unit in pair})])


def handed_out(settings: Settings, *, as_of: pd.Timestamp, panel: str | None = None) -> HandedOut | None:
    """A panel that was handed out, with the records as they stand; ``None`` where none was.

    Parameters
    ----------
    settings, as_of
        The workspace, and the day of the records.
    panel
        Its name; the last one where ``None``, or where there is none of that name.
    """
    from training.panel import answers

    asked = answers.questions(settings.panel)
    if asked.empty:
        return None
    if panel is None or panel not in set(asked["panel"]):
        panel = str(asked["panel"].iloc[-1])
    pairs = asked[asked["panel"] == panel]
    with open_register(settings) as register:
        units = current_units(register, as_of=as_of)
    there = pairs[pairs["first"].isin(units.index) & pairs["second"].isin(units.index)]
    return HandedOut(panel, pairs, units.loc[sorted({*there["first"], *there["second"]})])


def read_panel(settings: Settings, sheets: Mapping[str, pd.DataFrame]) -> PanelRead:
    """Take answers in, all files or none; the next training reads them.

    Parameters
    ----------
    settings
        The workspace.
    sheets
        Name of a file -> ``expert, panel, number, first, second, output, answer``, as
        `serving.reports.panel.read_panel_form` gives it.

    Raises
    ------
    EhyaError
        ``panel_expert_unreadable``, ``panel_unknown``, ``panel_pairs_missing``, ``panel_pair_unknown``,
        ``panel_pair_altered``, ``file_unreadable``, ``register_busy``.
    """
    from training.panel import answers
    from training.panel.agreement import agreement

    asked = answers.questions(settings.panel)
    for name, sheet in sheets.items():
        answers.check_sheet(asked, sheet, file=name)
    with alone(settings):
        kept = answers.keep(settings.panel, list(sheets.values()))
    blank = sum(int(sheet["answer"].isna().sum()) for sheet in sheets.values())
    restart, jobs = (agreement(kept, asked, output=output) for output in answers.OUTPUTS)
    return PanelRead(restart, jobs, kept, blank)


def panel_agreement(settings: Settings) -> tuple[QuestionAgreement, QuestionAgreement] | None:
    """How far the experts agree on restarts and on jobs, over all answers that are kept; ``None`` without any.

    Raises
    ------
    EhyaError
        ``file_unreadable``.
    """
    if not settings.panel.is_dir():  # loading what agrees takes seconds, and most workspaces asked nobody
        return None
    from training.panel import answers
    from training.panel.agreement import agreement

    kept = answers.answers(settings.panel)
    if kept.empty:
        return None
    asked = answers.questions(settings.panel)
    restart, jobs = (agreement(kept, asked, output=output) for output in answers.OUTPUTS)
    return restart, jobs


def last_answers(settings: Settings) -> AnswersTaken | None:
    """The answers that were taken last and can be taken back; ``None`` where there are none."""
    from training.panel import answers

    found = answers.last_kept(settings.panel)
    if found is None:
        return None
    mark, lines = found
    return AnswersTaken(mark, tuple(sorted(set(lines["expert"]))), len(lines))


def take_answers_back(settings: Settings, mark: str) -> bool:
    """Take the answers back that were taken last; answers that they replaced stand again.

    Parameters
    ----------
    settings
        The workspace.
    mark
        Which, as `last_answers` names them.

    Returns
    -------
    bool
        Whether they were the last still; otherwise nothing is done.

    Raises
    ------
    EhyaError
        ``file_unreadable``, ``register_busy``.
    """
    from training.panel import answers

    with alone(settings):
        return answers.take_back(settings.panel, mark) is not None
