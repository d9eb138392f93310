"""Train, judge, promote, roll back and watch models: the one module of serving that reaches ``training``.

``training`` is imported inside the functions, so that serving starts without it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.places import place
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act
from serving.desk.appraisal import current_units
from serving.desk.audit import TERMINAL
from serving.desk.kept_drift import keep_drift
from serving.desk.workspace import alone, champion, open_register

if TYPE_CHECKING:
    from engine.scoring.artefact import Model
    from engine.store import Register
    from training import Challenge, Evaluation, Listed, PromotionResult, TrainingResult
    from training.monitoring.report import Drift
    from training.panel.agreement import QuestionAgreement
    from training.priors.pool_files import CountryPool, ProvinceSummary
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
    trials, timeout, workers
        Settings that each search tries (its own number where ``None``), seconds it may take, searches side by side.
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


@dataclass(frozen=True, slots=True)
class PoolUsed:
    """What a workspace took over from the country.

    Parameters
    ----------
    province
        Whose workspace it is.
    others
        Provinces that its beliefs now rest on.
    told
        Whether this province is among the summaries; what it takes over never rests on itself.
    effects
        How many effects were taken over.
    kept
        ``output.feature`` of rows that a person has written here: they stay.
    """

    province: str
    others: tuple[str, ...]
    told: bool
    effects: int
    kept: tuple[str, ...]


def write_pool_summary(
    settings: Settings, out: Path, *, as_of: pd.Timestamp, province: str | None = None, origin: str = "register"
) -> ProvinceSummary:
    """Write what this register's outcomes tell the country: effects with errors and rounded counts, never a row.

    Parameters
    ----------
    settings
        The workspace; it remembers which units a summary spoke of.
    out
        File to write.
    as_of
        The last day whose facts may be seen.
    province
        Whose outcomes, by any of its names; that of the register where it holds one alone.
    origin
        ``register`` or ``synthetic``.

    Raises
    ------
    EhyaError
        ``pool_too_few``, ``pool_too_alike``, ``pool_province_unclear``, ``place_unknown``, ``file_not_written``.
    """
    from training.pipeline.province_summary import province_summary, remember
    from training.priors.pool_files import write_pool

    with open_register(settings) as register, register.together():
        name = _province(register, province)
        made = province_summary(register, province=name, as_of=as_of, origin=origin, told=settings.pool_memory)
        remember(made, settings.pool_memory)
        write_pool(out, made.summary)
    return made.summary


def combine_pool(files: Sequence[Path], out: Path) -> CountryPool:
    """Pool summaries of provinces into what the country, and each province, should believe.

    Parameters
    ----------
    files
        What `write_pool_summary` wrote, one a province.
    out
        File to write.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``pool_file_refused``, ``pool_twice``, ``pool_of_another_table``,
        ``pool_of_another_origin``, ``pool_nothing_told``, ``file_not_written``.
    """
    from training.priors.country_pool import country_pool
    from training.priors.pool_files import ProvinceSummary, write_pool

    found = country_pool([ProvinceSummary.load(file) for file in files])
    write_pool(out, found)
    return found


def use_pool(settings: Settings, file: Path, *, province: str | None = None) -> PoolUsed:
    """Take over what other provinces' outcomes say, as this workspace's own effects: the next training reads them.

    Parameters
    ----------
    settings
        The workspace.
    file
        What `combine_pool` wrote.
    province
        Whose workspace this is; as in `write_pool_summary`.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``pool_file_refused``, ``pool_of_another_table``, ``pool_province_unclear``.
    """
    from engine.reference.own_effects import put_rows
    from training.priors.country_pool import OWN_FILE, own_effects
    from training.priors.pool_files import CountryPool, table_digest

    pool = CountryPool.load(file)
    if pool.table != table_digest():
        raise EhyaError(ErrorCode.POOL_OF_ANOTHER_TABLE, given=file.name)
    with open_register(settings) as register, register.together():
        name = _province(register, province)
        rows = own_effects(pool, name)
        kept = put_rows(settings.effects, rows, OWN_FILE)
    others = tuple(each.province for each in pool.summaries if each.province != name)
    return PoolUsed(name, others, name in pool.priors, len(rows) - len(kept), tuple(kept))


def leave_pool(settings: Settings) -> int:
    """Take back what `use_pool` took over, and say how many effects that were; a person's own rows stay."""
    from engine.reference.own_effects import drop_rows
    from training.priors.country_pool import OWN_FILE

    with alone(settings):
        return drop_rows(settings.effects, OWN_FILE)


def _province(register: Register, stated: str | None) -> str:
    if stated:
        return place(stated, "province").province
    found = sorted(register.units()["province"].dropna().unique())
    if len(found) != 1:
        raise EhyaError(ErrorCode.POOL_PROVINCE_UNCLEAR, allowed=found)
    return str(found[0])
