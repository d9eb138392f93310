"""Judge a candidate against the champion or the prior, then keep, log and register it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from engine.scoring.artefact import Model, load, path_of, save
from engine.settings import Settings
from engine.store import Register
from features.schema import FeatureSchema
from training.evaluation import plots
from training.evaluation.baselines import ABCD
from training.evaluation.candidate import Candidate
from training.evaluation.evidence import JudgedTables, keep
from training.gates.card import card, markdown
from training.gates.champion import Opponent, against, at_work, newer, side_by_side
from training.gates.groups import group_losses, group_rows
from training.gates.rules import Verdict, shut_gates
from training.gates.verdicts import jobs_scores, judge, scores
from training.registry.delivery import Delivery, deliver
from training.registry.mlflow_store import COMPARED
from training.registry.provenance import code_version, data_digest
from training.registry.runs import Data, log_training
from training.registry.versions import register_model
from training.tuning.progress import Progress, SearchStage, silent


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A trained model that nobody has put to work yet.

    Parameters
    ----------
    version
        Its name.
    path, digest
        Its file, and the sha256 of it.
    kind
        ``reported`` or ``outcomes``.
    metrics
        Figures out of sample: those of its kind, ``scores`` (itself, champion, prior, plain rules), ``jobs_scores``.
    gates
        What each gate found, against the champion of the day or the prior-only model; empty where ``unchanged``.
    card
        Model card.
    run_id
        MLflow's id of the run; empty when nothing was logged.
    unchanged
        Equal data and seed gave a model that was put to work before: its file is as it was.
    delivery
        What came of sending the run to the MLflow of the team; ``None`` where there is none.
    """

    version: str
    path: Path
    digest: str
    kind: str
    metrics: dict[str, Any]
    gates: tuple[Verdict, ...]
    card: dict[str, Any]
    run_id: str
    unchanged: bool = False
    delivery: Delivery | None = None

    @property
    def passed(self) -> bool:
        """Whether all gates opened that had to; of the routes one is enough. False where none was asked."""
        return bool(self.gates) and not shut_gates((verdict.gate, verdict.passed) for verdict in self.gates)


def judged_and_kept(
    candidate: Candidate,
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    served: bool = True,
    progress: Progress = silent,
) -> TrainingResult:
    """Judge a candidate against the champion or the prior, write its file, log it, and register it as challenger.

    Parameters
    ----------
    candidate
        What was fitted.
    register, settings, as_of, random_state, progress
        Register, folders of the workspace, day of the judgement, seed, and who is called with what is done.
    served
        Whether the service could open it. One that it could not is judged and logged, without a file and without an
        entry in the registry.
    """
    judged = _judged(candidate, register, settings, as_of=as_of, random_state=random_state)
    progress(SearchStage.JUDGING, 1.0)
    progress(SearchStage.LOGGING, 0.0)
    result = (_kept if served else _compared)(candidate, judged, register, settings)
    progress(SearchStage.LOGGING, 1.0)
    return result


def _kept(candidate: Candidate, judged: _Judged, register: Register, settings: Settings) -> TrainingResult:
    version, kind = candidate.model.version, candidate.model.kind
    path = path_of(settings.models, version)
    known = _kept_before(register, version, path)
    if known is not None:
        old = load(path, digest=known)
        delivery = deliver(settings, at_work(register))
        return TrainingResult(
            version, path, known, kind, old.metrics, (), old.card, "", unchanged=True, delivery=delivery
        )
    document = candidate.model.document.changed(
        metrics=judged.metrics,
        card=judged.card,
        gates=[{"gate": verdict.gate.value, "passed": verdict.passed, **verdict.facts} for verdict in judged.gates],
        judged=keep(path.parent, judged.evidence),
    )
    digest = save(path, candidate.model.heads, document)
    run_id = _logged(candidate, judged, settings, {"ehya.kind": kind})
    told = {"ehya.kind": kind, "ehya.data_until": document.data_until, "ehya.origin": str(document.origin)}
    register_model(settings, version=version, digest=digest, run_id=run_id, file=path, tags=told)
    delivery = deliver(settings, at_work(register))
    return TrainingResult(
        version, path, digest, kind, judged.metrics, judged.gates, judged.card, run_id, delivery=delivery
    )


def _compared(candidate: Candidate, judged: _Judged, register: Register, settings: Settings) -> TrainingResult:
    version, kind = candidate.model.version, candidate.model.kind
    run_id = _logged(candidate, judged, settings, {"ehya.kind": kind, COMPARED: "true"})
    delivery = deliver(settings, at_work(register))
    path = path_of(settings.models, version)
    return TrainingResult(
        version, path, "", kind, judged.metrics, judged.gates, judged.card, run_id, delivery=delivery
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    """Evidence beside the champion, and what came of it."""

    as_of: pd.Timestamp
    evidence: JudgedTables
    metrics: dict[str, Any]
    card: dict[str, Any]
    gates: tuple[Verdict, ...]
    made_by: str


def _judged(
    candidate: Candidate,
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int,
) -> _Judged:
    """Set a candidate against the champion or the prior."""
    before = against(candidate.model, register, settings, as_of=as_of)
    champion = before.champion
    theirs = None if champion is None or candidate.rival is None else candidate.rival(champion)
    evidence = side_by_side(candidate.evidence, candidate.label, before, register, as_of=as_of, rival=theirs)
    figures, jobs = scores(evidence, random_state=random_state), jobs_scores(evidence)
    parts = group_losses(evidence.outcomes, random_state=random_state)
    made_by = code_version()
    written = card(
        candidate,
        scores=figures,
        jobs=jobs,
        groups=group_rows(parts),
        change=_change(before, figures),
        code_version=made_by,
    )
    gates = judge(
        evidence, champion=champion is not None, schema=candidate.model.schema, card=written, before=before.first,
        after=before.now_first, explained=before.explained, since=before.since,
        newer=newer(before, candidate.model, candidate.data_digest), groups=parts, random_state=random_state,
    )  # fmt: skip
    metrics = {**candidate.metrics, "scores": figures, "jobs_scores": jobs}
    return _Judged(as_of, evidence, metrics, written, gates, made_by)


def _logged(candidate: Candidate, judged: _Judged, settings: Settings, tags: Mapping[str, str]) -> str:
    """Record the training; returns MLflow's id of the run."""
    return log_training(
        settings,
        version=candidate.model.version,
        params={"as_of": judged.as_of.date().isoformat(), **candidate.recipe, "sample": candidate.sample},
        metrics=judged.metrics,
        steps=candidate.steps,
        files=[],
        texts={
            **{name: json.dumps(text, ensure_ascii=False, indent=2) for name, text in candidate.texts.items()},
            "card.json": json.dumps(judged.card, ensure_ascii=False, indent=2),
            "card.md": markdown(judged.card),
        },
        plots=_plots(judged.evidence.outcomes, judged.evidence.jobs),
        tags={
            **tags,
            "ehya.data_digest": candidate.data_digest,
            "ehya.schema_digest": _schema_digest(candidate.model),
            "ehya.code_version": judged.made_by,
            "ehya.gates": ", ".join(f"{verdict.gate.value}: {verdict.passed}" for verdict in judged.gates),
        },
        data=_data(candidate),
    )


def _data(candidate: Candidate) -> list[Data]:
    """What was learnt from and what it was judged on, by name, shape and digest."""
    rows = int(candidate.sample.get("landmarks", candidate.sample.get("units", 0)))
    learnt = dict.fromkeys(candidate.model.features, "double")
    judged = candidate.evidence.outcomes
    return [
        Data("ehya-training", candidate.data_digest, rows, learnt, "training"),
        Data.of(judged, name="ehya-judged", digest=data_digest(judged), context="evaluation"),
    ]


def _kept_before(register: Register, version: str, path: Path) -> str | None:
    """Digest of a model that was put to work and whose file is still there: it must stay as it is."""
    recorded = [promotion.digest for promotion in register.promotions() if promotion.model_version == version]
    if not recorded or not path.is_file():
        return None
    return recorded[0]


def _change(before: Opponent, figures: Mapping[str, Any]) -> dict[str, Any]:
    if before.champion is None:
        return {"champion": "none"}
    old = before.champion
    facts: dict[str, Any] = {
        "champion": old.version,
        "champion_kind": old.kind,
        "champion_data_until": old.document.data_until,
        "top": len(before.now_first),
        "top_changed": len(set(before.now_first) - set(before.first)) if before.first else 0,
    }
    return facts | {
        name: figures["champion"][name] for name in ("gain", "gain_low", "gain_high") if "champion" in figures
    }


def _plots(outcomes: pd.DataFrame, jobs: pd.DataFrame) -> dict[str, bytes]:
    curves = {"model": "probability", "champion": "champion_probability", "ABC(D) rule": ABCD}
    curves = {name: column for name, column in curves.items() if outcomes[column].notna().any()}
    sector = jobs["unit_id"].map(outcomes.drop_duplicates("unit_id").set_index("unit_id")["sector"])
    drawn = {"reliability.png": plots.picture(plots.reliability(outcomes, curves))}
    if jobs["jobs"].notna().any():
        drawn["coverage.png"] = plots.picture(plots.coverage(jobs, sector))
    return drawn


def _schema_digest(model: Model) -> str:
    return FeatureSchema.from_json(model.schema).digest
