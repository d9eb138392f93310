"""The models of a workspace as their own files tell of them: MLflow is not asked, and nothing is trained.

A file that was never put to work has no digest in the register: it is shown, and what puts it to work checks it
against the digest that its training recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects
from engine.scoring.artefact import load, path_of
from engine.scoring.belief import Z80
from engine.scoring.document import Document, OutcomesDocument, ReportedDocument
from engine.scoring.first_day import Belief
from engine.scoring.points import bases
from engine.settings import Settings
from engine.store import Promotion
from serving.desk.workspace import open_register

_FILES = 64
"""Documents of files that are kept in memory: a file is read once until it changes."""


class ModelStanding(Code):
    """What a model of the workspace is to the office."""

    AT_WORK = "at_work"
    WAITS = "waits"
    EARLIER = "earlier"


@dataclass(frozen=True, eq=False, slots=True)
class KeptModel:
    """A model of the workspace.

    Parameters
    ----------
    version
        Its name.
    standing
        At work; trained and never put to work; or at work before.
    made_at
        When its file was written, UTC; ``None`` where it is gone.
    promoted_at, reason
        When it was put to work last, UTC, and why; ``None`` and empty where it never was.
    document
        What stands in its file; ``None`` where the file cannot be read.
    problem
        Code of what is wrong with the file, empty where nothing is.
    """

    version: str
    standing: ModelStanding
    made_at: datetime | None
    promoted_at: datetime | None = None
    reason: str = ""
    document: Document | None = None
    problem: str = ""

    @property
    def gates(self) -> tuple[dict[str, Any], ...]:
        """What each gate found when it was trained; none where its file cannot be read."""
        return () if self.document is None else self.document.gates


@dataclass(frozen=True, eq=False, slots=True)
class ModelRoom:
    """The models of a workspace, the newest first, and every time that one was put to work, the last first."""

    models: tuple[KeptModel, ...]
    history: tuple[Promotion, ...]

    @property
    def champion(self) -> KeptModel | None:
        """The model at work."""
        return next((one for one in self.models if one.standing is ModelStanding.AT_WORK), None)

    def named(self, version: str) -> KeptModel:
        """The model of a name.

        Raises
        ------
        EhyaError
            ``unknown_model``.
        """
        for one in self.models:
            if one.version == version:
                return one
        raise EhyaError(ErrorCode.UNKNOWN_MODEL, given=version, allowed=[one.version for one in self.models][:10])


@dataclass(frozen=True, slots=True)
class PriorEffect:
    """What was believed of a feature's effect on a restart before any outcome, and what a model makes of it.

    Parameters
    ----------
    feature, level
        What it is of; a level of a category has its name.
    prior, prior_low, prior_high
        Log-odds, with the 80 % interval; ``None`` where nothing was believed.
    effect, low, high
        The same as the model has it.
    learnt
        Share of the variance of what was believed that data took away, 0..1; ``None`` where nothing was believed.
    basis, source, why
        What the belief rests on, who says so, and why, in each language.
    overridden
        Whether a row of the workspace stands in place of the project's.
    """

    feature: str
    level: str | None
    prior: float | None
    prior_low: float | None
    prior_high: float | None
    effect: float
    low: float
    high: float
    learnt: float | None
    basis: str = ""
    source: str = ""
    why: Mapping[str, str] | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class ModelChanges:
    """What is different between two models.

    Parameters
    ----------
    counts, scores, recipe
        Name -> value before and after, of what differs: counts of the sample, figures of judgement, settings.
    data_until, kind
        Before and after.
    added, removed
        Features that only the later, or only the earlier, reads.
    """

    counts: Mapping[str, tuple[Any, Any]]
    scores: Mapping[str, tuple[Any, Any]]
    recipe: Mapping[str, tuple[Any, Any]]
    data_until: tuple[str, str]
    kind: tuple[str, str]
    added: tuple[str, ...]
    removed: tuple[str, ...]


SCORES = ("brier", "log_loss", "auc", "ece", "calibration_slope")
"""Figures of a judgement that two models are compared by."""


def model_room(settings: Settings) -> ModelRoom:
    """Look at the models of a workspace.

    Raises
    ------
    EhyaError
        ``database_failed``.
    """
    with open_register(settings) as register:
        history = register.promotions()
    files = {path.parent.name: path for path in settings.models.glob("*/model.ehya")}
    names = dict.fromkeys([*(one.model_version for one in history), *files])
    last: dict[str, Promotion] = {}
    for one in history:
        last.setdefault(one.model_version, one)
    at_work = history[0].model_version if history else None
    found = [_kept(settings, name, last.get(name), at_work=name == at_work) for name in names]
    beginning = datetime.min.replace(tzinfo=UTC)
    found.sort(key=lambda one: (one.made_at or beginning, one.version), reverse=True)
    return ModelRoom(tuple(found), history)


def prior_effects(settings: Settings, document: Document) -> tuple[PriorEffect, ...]:
    """Prior effects with their sources and what data made of each, the largest first.

    Parameters
    ----------
    settings
        The workspace, whose own table of effects stands in place of the rows that it names.
    document
        Of the model.
    """
    if isinstance(document, ReportedDocument):
        found = () if document.belief is None else _of_belief(document.belief)
    else:
        found = _of_line(document)
    rows = _believed(settings)
    return tuple(_sourced(one, rows) for one in found)


def changes_here(settings: Settings, version: str) -> tuple[str, ModelChanges]:
    """What is different between a model and the one at work, and the name of that one.

    Raises
    ------
    EhyaError
        ``unknown_model``, also where none is at work; ``not_a_model`` where the file of either cannot be read.
    """
    room = model_room(settings)
    later, at_work = room.named(version), room.champion
    if at_work is None:
        raise EhyaError(ErrorCode.UNKNOWN_MODEL, given="champion", allowed=[one.version for one in room.models][:10])
    if at_work.document is None or later.document is None:
        unread = at_work if at_work.document is None else later
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=path_of(settings.models, unread.version).name, place="document")
    return at_work.version, model_changes(at_work.document, later.document)


@dataclass(frozen=True, eq=False, slots=True)
class ComparedWithWork:
    """A model beside the one at work.

    Parameters
    ----------
    model
        The model.
    scores
        Figures of its judgement, by the names of `SCORES` and ``coverage_80``.
    changes
        What is different; ``None`` for the one at work, where none is, and where a file cannot be read.
    """

    model: KeptModel
    scores: Mapping[str, float]
    changes: ModelChanges | None


def models_compared(settings: Settings) -> tuple[ComparedWithWork, ...]:
    """Every model of a workspace beside the one at work, the newest first.

    Raises
    ------
    EhyaError
        ``database_failed``.
    """
    room = model_room(settings)
    at_work = None if room.champion is None else room.champion.document
    return tuple(_beside(one, at_work) for one in room.models)


def _beside(one: KeptModel, at_work: Document | None) -> ComparedWithWork:
    if one.document is None:
        return ComparedWithWork(one, {}, None)
    other = at_work is not None and one.standing is not ModelStanding.AT_WORK
    changes = model_changes(at_work, one.document) if other and at_work is not None else None
    return ComparedWithWork(one, _scores(one.document), changes)


def model_changes(before: Document, after: Document) -> ModelChanges:
    """What is different between two models: data, sample, judgement, settings, features."""
    return ModelChanges(
        counts=_differ(_counts(before), _counts(after)),
        scores=_differ(_scores(before), _scores(after)),
        recipe=_differ(_recipe(before), _recipe(after)),
        data_until=(before.data_until, after.data_until),
        kind=(before.kind, after.kind),
        added=tuple(name for name in after.features if name not in before.features),
        removed=tuple(name for name in before.features if name not in after.features),
    )


def own_share(document: Document) -> Mapping[str, float]:
    """Hazard -> share of its level that own records decide, 0..1; empty for a model of press reports."""
    return dict(document.own_share) if isinstance(document, OutcomesDocument) else {}


def _kept(settings: Settings, version: str, promotion: Promotion | None, *, at_work: bool) -> KeptModel:
    standing = ModelStanding.WAITS if promotion is None else ModelStanding.EARLIER
    path, document, problem, made_at = path_of(settings.models, version), None, "", None
    try:
        stat = path.stat()
        made_at = datetime.fromtimestamp(stat.st_mtime, UTC)
        document, digest = _read(path, (stat.st_mtime_ns, stat.st_size))
        if promotion is not None and promotion.digest != digest:
            document, problem = None, ErrorCode.MODEL_CHANGED.value
    except FileNotFoundError:
        problem = ErrorCode.MODEL_FILE_MISSING.value
    except OSError:
        problem = ErrorCode.NOT_A_MODEL.value
    except EhyaError as error:
        problem = error.code.value
    return KeptModel(
        version,
        ModelStanding.AT_WORK if at_work else standing,
        made_at,
        None if promotion is None else promotion.promoted_at,
        "" if promotion is None else promotion.reason,
        document,
        problem,
    )


@lru_cache(maxsize=_FILES)
def _read(path: Path, stamp: tuple[int, int]) -> tuple[Document, str]:
    """Document and digest of a file; ``stamp`` changes when the file does."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return load(path, digest=digest).document, digest


def _of_belief(belief: Belief) -> tuple[PriorEffect, ...]:
    table = bases(belief)
    before = Z80 * np.sqrt(np.asarray(belief.variances, dtype=float))
    after = Z80 * np.sqrt((np.asarray(belief.restart.doubt, dtype=float) ** 2).sum(axis=1))
    table = table.assign(
        prior_low=table["table"] - before,
        prior_high=table["table"] + before,
        low=table["effect"] - after,
        high=table["effect"] + after,
    )
    order = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    return tuple(
        PriorEffect(
            feature=str(name),
            level=None,
            prior=float(row["table"]),
            prior_low=float(row["prior_low"]),
            prior_high=float(row["prior_high"]),
            effect=float(row["effect"]),
            low=float(row["low"]),
            high=float(row["high"]),
            learnt=float(row["learnt"]),
            basis=str(row["basis"]),
            overridden=bool(row["overridden"]),
        )
        for name, row in table.loc[order].iterrows()
    )


def _of_line(document: Document) -> tuple[PriorEffect, ...]:
    lines = (document.metrics.get("drives") or {}).get("effects", ())
    return tuple(
        PriorEffect(
            feature=str(line["feature"]),
            level=line["level"],
            prior=line["prior"],
            prior_low=line["prior_low"],
            prior_high=line["prior_high"],
            effect=line["effect"],
            low=line["low"],
            high=line["high"],
            learnt=_taken(line),
        )
        for line in lines
    )


def _taken(line: Mapping[str, Any]) -> float | None:
    """Share of the variance believed that is gone, from the widths of two intervals of one level."""
    if line["prior_low"] is None or line["prior_high"] <= line["prior_low"]:
        return None
    left = (line["high"] - line["low"]) / (line["prior_high"] - line["prior_low"])
    return float(np.clip(1 - left**2, 0, 1))


def _believed(settings: Settings) -> pd.DataFrame:
    try:
        rows = effects(settings.effects)
    except EhyaError:  # the doctor says what is wrong with the workspace's own table
        rows = effects()
    return rows[rows["output"] == "restart"].drop_duplicates("feature").set_index("feature")


def _sourced(one: PriorEffect, rows: pd.DataFrame) -> PriorEffect:
    if one.feature not in rows.index or one.prior is None:
        return one
    row = rows.loc[one.feature]
    why = {language: str(row[f"why_{language}"]) for language in ("fa", "en") if pd.notna(row[f"why_{language}"])}
    return PriorEffect(
        one.feature, one.level, one.prior, one.prior_low, one.prior_high, one.effect, one.low, one.high, one.learnt,
        one.basis or str(row["basis"]), str(row["source"]), why, one.overridden or bool(row["overridden"]),
    )  # fmt: skip


def _counts(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.sample.items() if type(value) is int}


def _scores(document: Document) -> dict[str, Any]:
    found = (document.card.get("scores") or {}).get("model") or {}
    jobs = (document.card.get("jobs_scores") or {}).get("model") or {}
    scores = {name: found[name] for name in SCORES if found.get(name) is not None}
    return scores | ({"coverage_80": jobs["coverage_80"]} if jobs.get("units") else {})


def _recipe(document: Document) -> dict[str, Any]:
    found = document.card.get("recipe") or {}
    return {name: value for name, value in found.items() if isinstance(value, (int, float, str, bool))}


def _differ(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = dict.fromkeys([*before, *after])
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
