"""A candidate of kind reported: press reports and the register's ripe outcomes, under official rates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.domain.reported import reported_units
from engine.reference.tables import table
from engine.scoring import runtime
from engine.scoring.artefact import Model
from engine.scoring.document import REPORTED, ReportedDocument, of_kind
from training.cohort.press_sample import Sample, sample
from training.evaluation.candidate import Candidate, group_names, with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS
from training.evaluation.press_metrics import jobs_metrics, left_out_rates, sector_medians, status_metrics
from training.models.press import Fitted
from training.panel.comparisons import Panel
from training.pipeline.press_fit import TRIALS, fit_sample
from training.priors.official_rates import official_counts
from training.registry.provenance import data_digest
from training.tuning.progress import USUAL, Effort, Progress, SearchStage, silent


def reported_candidate(
    units: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    effort: Effort = USUAL,
    effects: pd.DataFrame | None = None,
    panel: Panel | None = None,
    progress: Progress = silent,
) -> Candidate:
    """Fit the first model: prior effects, press reports and the register's ripe outcomes under official rates.

    Parameters
    ----------
    units, events
        Of the register, as known on the day.
    as_of, random_state, effort, progress
        Last day whose facts may be seen, seed, limits of the search, and who is called with what is done.
    effects
        Prior effects; those of the table when ``None``.
    panel
        What experts said of pairs of units; their answers move the slopes as a source of their own.
    """
    seen = sample(reported_units(), units, events, as_of=as_of)
    trials = TRIALS if effort.trials is None else effort.trials
    fitted = fit_sample(
        seen,
        as_of=as_of,
        random_state=random_state,
        trials=trials,
        progress=progress,
        register=units,
        effects=effects,
        panel=panel,
    )
    progress(SearchStage.JUDGING, 0.0)
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


def press_evidence(fitted: Fitted, seen: Sample) -> JudgedTables:
    """Judged tables of the first model: units that its heads did not see, each province left out in turn.

    Parameters
    ----------
    fitted
        What ``fit_sample`` returned for ``seen``.
    seen
        Training sample.
    """
    groups = group_names(seen.units)
    origin = np.full(len(seen), np.datetime64("NaT", "s")) if seen.origin is None else seen.origin
    prior = np.full(len(seen), float(seen.label.mean()))
    for mine in (~seen.register, seen.register):
        # The prior-only model of a sample knows one thing: the rate of that sample's other provinces.
        if len(set(seen.group[mine])) > 1:
            prior[mine] = left_out_rates(seen.label[mine], seen.group[mine])
    outcomes = pd.DataFrame(
        {
            "unit_id": seen.units.index.astype("str"),
            "origin": pd.Series(origin).fillna(pd.Timestamp(0)).to_numpy("datetime64[s]"),
            "label": seen.label,
            "probability": runtime.reported_status(fitted.model, fitted.matrix),
            "champion_probability": np.nan,
            "prior_probability": prior,
            "weight": 1.0,
            **{name: groups[name].to_numpy() for name in groups.columns},
        }
    )[list(COLUMNS)]
    ends = runtime.press_jobs(fitted.model, fitted.matrix)
    jobs = outcomes[["unit_id", "origin"]].assign(
        jobs=seen.jobs, low=ends[:, 0], point=ends[:, 1], high=ends[:, 2],
        champion_low=np.nan, champion_point=np.nan, champion_high=np.nan, zero_probability=0.0,
    )  # fmt: skip
    return JudgedTables(with_rules(outcomes, seen.units), jobs.loc[~np.isnan(seen.jobs), list(JOBS_COLUMNS)])


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
    probability = runtime.reported_status(fitted.model, fitted.matrix)
    base = left_out_rates(seen.label[press], seen.group[press])
    known = ~np.isnan(seen.jobs)
    sector, median = _left_out_medians(seen, known)
    predicted = runtime.press_jobs(fitted.model, fitted.matrix)
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


def _counts(seen: Sample) -> dict[str, Any]:
    return {
        "units": len(seen),
        "from_press": int((~seen.register).sum()),
        "from_register": int(seen.register.sum()),
        "revived_or_partly": int(seen.label.sum()),
        "with_jobs": int((~np.isnan(seen.jobs)).sum()),
        "outcomes_waiting": seen.waiting,
    }
