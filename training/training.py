"""Train: from the register and the reported facts to a model file, judged and logged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from engine import scoring
from engine.artefact import Model, path_of, save
from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.reference import table
from engine.reference.reported import reported_units
from engine.settings import Settings
from engine.store import Register
from training.card import card, markdown
from training.dataset import Sample, sample
from training.evaluate import jobs_metrics, left_out_rates, sector_medians, status_metrics
from training.fitting import Fitted, Priors, fit
from training.gates import Verdict, judge
from training.population import capacity_rate, jobs_size, restart_rate
from training.tracking import log_training

TRIALS = 12
LEAST_UNITS = 60
LEAST_JOBS = 20


class Stage(Code):
    """What a training is doing."""

    READING = "reading"
    FITTING = "fitting"
    JUDGING = "judging"
    LOGGING = "logging"


Progress = Callable[[Stage, float], None]
"""Called with the stage and the share of it that is done, 0..1."""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A trained model that nobody has put to work yet.

    Parameters
    ----------
    version
        Its name.
    path, digest
        Its file, and the sha256 of it.
    metrics
        Figures out of fold by province: ``reported_status``, ``jobs``, ``feasibility_prior``.
    gates
        What each gate found.
    card
        Model card.
    run_id
        MLflow's id of the run.
    """

    version: str
    path: Path
    digest: str
    metrics: dict[str, Any]
    gates: tuple[Verdict, ...]
    card: dict[str, Any]
    run_id: str

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
    trials: int = TRIALS,
    progress: Progress = lambda stage, share: None,
) -> TrainingResult:
    """Train the first model on reported units and on what the register has learnt since.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    settings
        Where the model file and MLflow's files go.
    as_of
        The last day whose facts may be seen.
    random_state
        Seed of everything drawn; same data and seed give the same version.
    trials
        Penalties that each search tries.
    progress
        Told what is being done.

    Returns
    -------
    TrainingResult
        Written and logged, not promoted.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when fewer than ``LEAST_UNITS`` units have a known outcome by ``as_of``.
    """
    progress(Stage.READING, 0.0)
    as_of = pd.Timestamp(as_of)
    units = register.units(known_by=as_of)
    seen = sample(reported_units(), units, register.events(known_by=as_of), as_of=as_of)
    progress(Stage.READING, 1.0)
    fitted = fit_sample(seen, as_of=as_of, random_state=random_state, trials=trials, progress=progress)
    progress(Stage.JUDGING, 0.0)
    metrics = out_of_fold(fitted, seen, random_state=random_state)
    written = card(fitted.model.document, metrics, seen, table("revival_rates"), table("jobs_per_unit"))
    document = {**fitted.model.document, "metrics": metrics, "card": written}
    gates = judge(metrics, written)
    progress(Stage.JUDGING, 1.0)
    progress(Stage.LOGGING, 0.0)
    path = path_of(settings.models, fitted.model.version)
    digest = save(path, fitted.model.heads, document)
    run_id = log_training(
        settings,
        version=fitted.model.version,
        params={"as_of": as_of.date().isoformat(), **document["recipe"], "sample": written["sample"]},
        metrics=metrics,
        steps={"search.loss": [trial.loss for trial in fitted.trials], "search.penalty": _penalties(fitted)},
        files=[path],
        texts={"card.json": json.dumps(written, ensure_ascii=False, indent=2), "card.md": markdown(written)},
    )
    progress(Stage.LOGGING, 1.0)
    return TrainingResult(fitted.model.version, path, digest, metrics, gates, written, run_id)


def fit_sample(
    seen: Sample,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int = TRIALS,
    progress: Progress = lambda stage, share: None,
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
    if len(seen) < LEAST_UNITS or known_jobs < LEAST_JOBS:
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=min(len(seen), known_jobs), allowed=LEAST_UNITS)
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
    restart = model.document["population"]["restart"]
    return {name: restart[name] for name in ("rate", "low", "high", "rows_used")}


def _left_out_medians(seen: Sample, known: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[Any, Any]:
    sector, median = np.full(len(seen), np.nan), np.full(len(seen), np.nan)
    for group in np.unique(seen.group[known]):
        out = seen.group == group
        by_sector, overall = sector_medians(seen.jobs, seen.units["isic"].str[:2], known & ~out)
        sector[out], median[out] = by_sector[out], overall[out]
    return sector, median


def _penalties(fitted: Fitted) -> list[float]:
    return [trial.recipe.penalty for trial in fitted.trials]
