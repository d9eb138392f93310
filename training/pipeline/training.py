"""Train: from the register and the reported facts to a model file, judged, logged and registered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from engine import scoring
from engine.domain.reported import reported_units
from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.reference import table
from engine.scoring.artefact import Model, load, path_of, save
from engine.scoring.document import REPORTED, ReportedDocument, of_kind
from engine.settings import Settings
from engine.store import Register
from training.cohort.press_sample import Sample, sample
from training.evaluation import plots
from training.evaluation.candidate import ABCD, Candidate, press_evidence
from training.evaluation.evidence import keep
from training.evaluation.press_metrics import jobs_metrics, left_out_rates, sector_medians, status_metrics
from training.gates.card import card, markdown, official_counts
from training.gates.champion import Against, against, side_by_side
from training.gates.rules import Verdict
from training.gates.verdicts import groups, jobs_scores, judge, scores
from training.models.outcomes import LEAST_RESTARTS
from training.models.press import Fitted, Priors, fit
from training.pipeline.outcomes import outcomes_candidate
from training.priors.official_rates import capacity_rate, jobs_size, restart_rate
from training.registry.provenance import code_version, data_digest
from training.registry.tracking import log_training, register_model
from training.tuning.progress import USUAL, Effort, Progress, Stage, silent

TRIALS = 12
LEAST_UNITS = 60
LEAST_JOBS = 20


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
        What each gate found, against the champion of the day or the prior-only model.
    card
        Model card.
    run_id
        MLflow's id of the run; empty when nothing was logged.
    unchanged
        Equal data and seed gave a model that was put to work before: its file is as it was.
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

    @property
    def passed(self) -> bool:
        """Whether all gates opened."""
        return all(verdict.passed for verdict in self.gates)


def train(
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    origin: str = Origin.REGISTER.value,
    progress: Progress = silent,
) -> TrainingResult:
    """Train a model on what the register has learnt, or, where that is too little, on reported units under priors.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    settings
        Where the model file and MLflow's files go.
    as_of
        The last day whose facts may be seen.
    random_state
        Seed of everything drawn; same data and seed give the same version (with one worker).
    trials, timeout, workers
        As in ``Effort``.
    origin
        Whose outcomes to learn from: ``register`` or, only when somebody says so, ``synthetic``.
    progress
        Told what is being done.

    Returns
    -------
    TrainingResult
        Written, logged and registered as challenger, not promoted.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when fewer than ``LEAST_UNITS`` units have a known outcome by ``as_of``; ``too_few_outcomes``
        when units of another origin than the register's were asked for and have too few; ``unknown_option`` for an
        origin that there is none of.
    """
    if origin not in (Origin.REGISTER.value, Origin.SYNTHETIC.value):
        allowed = [Origin.REGISTER.value, Origin.SYNTHETIC.value]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--origin", given=origin, allowed=allowed)
    effort = Effort(trials, timeout, workers)
    progress(Stage.READING, 0.0)
    as_of = pd.Timestamp(as_of)
    units, events = register.units(known_by=as_of), register.events(known_by=as_of)
    progress(Stage.READING, 1.0)
    told: dict[str, Any] = {"as_of": as_of, "random_state": random_state, "effort": effort, "progress": progress}
    candidate = None
    if trials != 0:
        candidate = outcomes_candidate(register, settings, units, events, origin=origin, **told)
    if candidate is None and origin != Origin.REGISTER.value:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    if candidate is None:
        candidate = reported_candidate(units, events, **told)
    return judged_and_kept(candidate, register, settings, as_of=as_of, random_state=random_state, progress=progress)


def reported_candidate(
    units: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    effort: Effort = USUAL,
    progress: Progress = silent,
) -> Candidate:
    """Fit the first model: press reports and the register's ripe outcomes under official rates.

    Parameters
    ----------
    units, events
        Of the register, as known on the day.
    as_of, random_state, effort, progress
        As for ``train``.
    """
    seen = sample(reported_units(), units, events, as_of=as_of)
    trials = TRIALS if effort.trials is None else effort.trials
    fitted = fit_sample(seen, as_of=as_of, random_state=random_state, trials=trials, progress=progress)
    progress(Stage.JUDGING, 0.0)
    official = official_counts(table("revival_rates"), table("jobs_per_unit"))
    document = of_kind(fitted.model.document, ReportedDocument)
    document = document.changed(kind=REPORTED, origin=REPORTED, official=official)
    return Candidate(
        model=Model(fitted.model.heads, document),
        evidence=press_evidence(fitted, seen),
        label="reported_status",
        sample=_counts(seen),
        metrics=out_of_fold(fitted, seen, random_state=random_state),
        recipe={} if document.recipe is None else document.recipe.plain(),
        data_digest=data_digest(seen.units.assign(label=seen.label, jobs=seen.jobs, register=seen.register)),
        steps={
            "search.loss": [trial.loss for trial in fitted.trials],
            "search.penalty": [trial.recipe.penalty for trial in fitted.trials],
        },
    )


def judged_and_kept(
    candidate: Candidate,
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    progress: Progress = silent,
) -> TrainingResult:
    """Judge a candidate against the champion or the prior, write its file, log it, and register it as challenger.

    Parameters
    ----------
    candidate
        What was fitted.
    register, settings, as_of, random_state, progress
        As for ``train``.
    """
    before = against(candidate.model, register, settings, as_of=as_of)
    evidence = side_by_side(candidate.evidence, candidate.label, before, register, as_of=as_of)
    figures, jobs, parts = scores(evidence, random_state=random_state), jobs_scores(evidence), groups(evidence)
    made_by = code_version()
    written = card(
        candidate, scores=figures, jobs=jobs, groups=parts, change=_change(before, figures), code_version=made_by
    )
    gates = judge(
        evidence, champion=before.champion is not None, schema=candidate.model.schema, card=written,
        before=before.first, after=before.now_first, explained=before.explained, random_state=random_state,
    )  # fmt: skip
    metrics = {**candidate.metrics, "scores": figures, "jobs_scores": jobs}
    progress(Stage.JUDGING, 1.0)
    progress(Stage.LOGGING, 0.0)
    version, kind = candidate.model.version, candidate.model.kind
    path = path_of(settings.models, version)
    known = _kept_before(register, version, path)
    if known is not None:
        old = load(path, digest=known)
        progress(Stage.LOGGING, 1.0)
        return TrainingResult(version, path, known, kind, old.metrics, (), old.card, "", unchanged=True)
    document = candidate.model.document.changed(
        metrics=metrics,
        card=written,
        gates=[{"gate": verdict.gate.value, "passed": verdict.passed, **verdict.facts} for verdict in gates],
        judged=keep(path.parent, candidate.evidence),
    )
    digest = save(path, candidate.model.heads, document)
    run_id = log_training(
        settings,
        version=version,
        params={"as_of": as_of.date().isoformat(), **candidate.recipe, "sample": candidate.sample},
        metrics=metrics,
        steps=candidate.steps,
        files=[path],
        texts={
            **{name: json.dumps(text, ensure_ascii=False, indent=2) for name, text in candidate.texts.items()},
            "card.json": json.dumps(written, ensure_ascii=False, indent=2),
            "card.md": markdown(written),
        },
        plots=_plots(evidence.outcomes, evidence.jobs),
        tags={
            "ehya.kind": kind,
            "ehya.data_digest": candidate.data_digest,
            "ehya.schema_digest": _schema_digest(candidate.model),
            "ehya.code_version": made_by,
            "ehya.gates": ", ".join(f"{verdict.gate.value}: {verdict.passed}" for verdict in gates),
        },
    )
    told = {"ehya.kind": kind, "ehya.data_until": document.data_until, "ehya.origin": str(document.origin)}
    register_model(settings, version=version, digest=digest, run_id=run_id, tags=told)
    progress(Stage.LOGGING, 1.0)
    return TrainingResult(version, path, digest, kind, metrics, gates, written, run_id)


def fit_sample(
    seen: Sample,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int = TRIALS,
    progress: Progress = silent,
    rates: pd.DataFrame | None = None,
    averages: pd.DataFrame | None = None,
) -> Fitted:
    """Fit a sample under the priors of official counts, moved by what the register has seen.

    Parameters
    ----------
    seen
        Training sample.
    as_of, random_state, trials, progress
        As for ``train``.
    rates, averages
        Official counts; the tables ``revival_rates`` and ``jobs_per_unit`` when ``None``.

    Raises
    ------
    EhyaError
        ``too_few_rows``.
    """
    known_jobs = int((~np.isnan(seen.jobs)).sum())
    for known, least in ((len(seen), LEAST_UNITS), (known_jobs, LEAST_JOBS)):
        if known < least:
            raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=known, allowed=least)
    priors = Priors(restart=restart_rate(rates), capacity=capacity_rate(), size=jobs_size(averages))
    tell = lambda share: progress(Stage.FITTING, share)  # noqa: E731
    # Matrices of fifty columns: a second thread costs more than it brings, and far more on a busy machine.
    with threadpool_limits(limits=1):
        return fit(seen, priors, as_of=as_of, random_state=random_state, trials=trials, progress=tell)


def out_of_fold(fitted: Fitted, seen: Sample, *, random_state: int = 0) -> dict[str, Any]:
    """Judge a fitted model on units and provinces that its heads did not see, through the runtime of the service.

    Parameters
    ----------
    fitted
        What ``fit_sample`` returned for ``seen``.
    seen
        Training sample.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``reported_status`` (press units), ``jobs``, ``feasibility_prior``.
    """
    press = ~seen.register
    probability = scoring.reported_status(fitted.model, fitted.matrix)
    base = left_out_rates(seen.label[press], seen.group[press])
    known = ~np.isnan(seen.jobs)
    sector, median = _left_out_medians(seen, known)
    predicted = scoring.press_jobs(fitted.model, fitted.matrix)
    return {
        "reported_status": status_metrics(seen.label[press], probability[press], base, random_state=random_state),
        "jobs": jobs_metrics(seen.jobs[known], predicted[known], sector[known], median[known]),
        "feasibility_prior": feasibility_prior(fitted.model),
    }


def feasibility_prior(model: Model) -> dict[str, Any]:
    """The population rate that feasibility is moved to: 24-month restart probability with its 80 % interval."""
    restart = model.population.restart
    return {name: getattr(restart, name) for name in ("rate", "low", "high", "rows_used")}


def _left_out_medians(seen: Sample, known: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Any, Any]:
    sector, median = np.full(len(seen), np.nan), np.full(len(seen), np.nan)
    for group in np.unique(seen.group[known]):
        out = seen.group == group
        by_sector, overall = sector_medians(seen.jobs, seen.units["isic"].str[:2], known & ~out)
        sector[out], median[out] = by_sector[out], overall[out]
    return sector, median


def _kept_before(register: Register, version: str, path: Path) -> str | None:
    """Digest of a model that was put to work and whose file is still there: it must stay as it is."""
    recorded = [promotion.digest for promotion in register.promotions() if promotion.model_version == version]
    if not recorded or not path.is_file():
        return None
    return recorded[0]


def _change(before: Against, figures: Mapping[str, Any]) -> dict[str, Any]:
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


def _counts(seen: Sample) -> dict[str, Any]:
    return {
        "units": len(seen),
        "from_press": int((~seen.register).sum()),
        "from_register": int(seen.register.sum()),
        "revived_or_partly": int(seen.label.sum()),
        "with_jobs": int((~np.isnan(seen.jobs)).sum()),
        "outcomes_waiting": seen.waiting,
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
    from features.schema import FeatureSchema

    return FeatureSchema.from_json(model.schema).digest
