"""Judge the forecasts beside those of peers and plain baselines, on the random part and with its weights."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from experiments.sba_outcomes.figures import jobs_figures, paired_gain, probability_figures, width_at_coverage
from experiments.sba_outcomes.forecast import (
    HORIZON,
    Forecaster,
    Progress,
    fit_forecaster,
    matured_labels,
    rows_per_second,
)
from experiments.sba_outcomes.learners.blend import Plan
from experiments.sba_outcomes.loans import Loans
from experiments.sba_outcomes.peers import baseline_jobs, baselines, peer_jobs, peer_probability, peers
from training.evaluation.judged_table import COLUMNS, GROUPS
from training.gates.groups import no_group_worse
from training.gates.rules import Verdict, better, intervals_hold

Floats = npt.NDArray[np.float64]


LABELS = {"hindsight": ("p", "p_recalibrated"), "honest": ("p_honest", "p_honest_recalibrated")}
"""Label -> its columns of the predictions file."""


def study(
    seen: Loans,
    ahead: Loans,
    *,
    until: float,
    rivals: bool = True,
    plans: tuple[Plan, Plan] | None = None,
    random_state: int = 0,
    progress: Progress = lambda what, share: None,
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Fit, forecast and judge.

    Parameters
    ----------
    seen, ahead
        Loans approved until train-until, and later ones.
    until
        Train-until, years since 1989.
    rivals
        Whether peers run too.
    plans
        Of the two status heads and of the count head; the study's own by default.
    random_state
        Seed.
    progress
        Called with what is being done and the share of it that is behind.

    Returns
    -------
    results, forecast
        The figures, and the columns of the predictions file for every loan of ``ahead``.
    """
    began = perf_counter()
    status_plan, jobs_plan = plans or (None, None)
    forecaster = fit_forecaster(
        seen, until=until, status_plan=status_plan, jobs_plan=jobs_plan, random_state=random_state, progress=progress
    )
    seconds = perf_counter() - began
    forecast = forecaster.predict(ahead)
    chosen = ahead.random & ~np.isnan(ahead.charged_off)
    judged, said = ahead.where(chosen), forecast[chosen].reset_index(drop=True)
    truth = {"hindsight": judged.charged_off, "honest": matured_labels(judged)}
    results: dict[str, Any] = {
        name: probability_figures(truth[name], said[raw].to_numpy(), said[moved].to_numpy(), judged.weights)
        | {"n_train": len(forecaster.seen), "n_test": len(judged)}
        for name, (raw, moved) in LABELS.items()
    }
    asked = ~np.isnan(judged.jobs)
    judges_jobs = forecaster.jobs is not None and bool(asked.any())
    results["jobs"] = (
        jobs_figures(judged.jobs[asked], said[asked], judged.weights[asked]) | {"n_train": forecaster.n_jobs}
        if judges_jobs
        else {}
    )
    results |= {"fit_seconds": seconds, "predict_rows_per_second": rows_per_second(forecaster, ahead)}
    results |= {"baselines": {}, "peers": {}, "gains": {}}
    _judge_probabilities(results, forecaster, judged, said, truth, until, rivals, progress)
    if judges_jobs:
        _judge_jobs(results, forecaster.seen, judged.where(asked), said[asked], rivals, progress)
    return results, forecast


def judged_table(judged: Loans, label: Floats, probability: Floats, prior: Floats) -> pd.DataFrame:
    """The table that the gates of a promotion read, with state, industry and amount for county, sector and size."""
    groups = dict(zip(GROUPS, ("state", "naics2", "amount_band"), strict=True))
    columns = {
        "unit_id": judged.key,
        "origin": judged.years,
        "label": label,
        "probability": probability,
        "champion_probability": np.nan,
        "prior_probability": prior,
        "weight": judged.weights,
        **{name: judged.table[column].to_numpy() for name, column in groups.items()},
    }
    return pd.DataFrame(columns)[list(COLUMNS)]


def _plain(*verdicts: Verdict) -> dict[str, Any]:
    return {str(verdict.gate): {"passed": verdict.passed, "facts": dict(verdict.facts)} for verdict in verdicts}


def _judge_probabilities(
    results: dict[str, Any],
    forecaster: Forecaster,
    judged: Loans,
    said: pd.DataFrame,
    truth: dict[str, Floats],
    until: float,
    rivals: bool,
    progress: Progress,
) -> None:
    learnt = {"hindsight": forecaster.seen, "honest": _matured(forecaster.seen, until)}
    labels = {"hindsight": learnt["hindsight"].charged_off, "honest": matured_labels(learnt["honest"])}
    results["gates"] = {}
    for label, rows in learnt.items():
        plain = baselines(rows, labels[label], judged, until=until)
        for name, p in plain.items():
            results["baselines"].setdefault(name, {})[label] = _sized(truth[label], p, judged.weights, rows)
        table = judged_table(judged, truth[label], said[LABELS[label][0]].to_numpy(), plain["base_rate"])
        results["gates"][label] = _plain(better(table), no_group_worse(table))
    theirs: dict[str, dict[str, Floats]] = {}
    for number, (name, peer) in enumerate(peers().items() if rivals else ()):
        progress(name, number / len(peers()))
        theirs[name] = {
            label: peer_probability(name, peer, rows, labels[label], judged) for label, rows in learnt.items()
        }
        results["peers"][name] = {
            label: _sized(truth[label], p, judged.weights, learnt[label]) for label, p in theirs[name].items()
        }
    for label, (raw, _) in LABELS.items():
        if theirs:
            results["gains"][label] = _gains(truth[label], said[raw].to_numpy(), theirs, label, judged.weights)


def _matured(seen: Loans, until: float) -> Loans:
    # What one does without a method for censored loans: leave the young ones out.
    return seen.where(seen.years <= until - HORIZON)


def _sized(truth: Floats, probability: Floats, weights: Floats, learnt: Loans) -> dict[str, Any]:
    return probability_figures(truth, probability, None, weights) | {"n_train": len(learnt), "n_test": len(truth)}


def _gains(
    truth: Floats, ours: Floats, theirs: dict[str, dict[str, Floats]], label: str, weights: Floats
) -> dict[str, Any]:
    gains: dict[str, Any] = {}
    for name, by_label in theirs.items():
        other = by_label[label]
        better = weights * ((other - truth) ** 2 - (ours - truth) ** 2)

        def brier(rows: npt.NDArray[np.int64], better: Floats = better) -> float:
            return float(better[rows].sum() / weights[rows].sum())

        def auc(rows: npt.NDArray[np.int64], other: Floats = other) -> float:
            own, his = (roc_auc_score(truth[rows], p[rows], sample_weight=weights[rows]) for p in (ours, other))
            return float(own - his)

        gains[name] = {"auc": paired_gain(auc, len(truth)), "brier": paired_gain(brier, len(truth))}
    return gains


def _judge_jobs(
    results: dict[str, Any], seen: Loans, target: Loans, said: pd.DataFrame, rivals: bool, progress: Progress
) -> None:
    learnt = seen.where(~np.isnan(seen.jobs))
    intervals = {end: said[f"jobs_{end}"].to_numpy() for end in ("low", "point", "high")}
    table = pd.DataFrame({"unit_id": target.key, "origin": target.years, "jobs": target.jobs, **intervals})
    results["gates"]["jobs"] = _plain(intervals_hold(table))
    for name, forecast in baseline_jobs(learnt, target).items():
        results["baselines"][name]["jobs"] = jobs_figures(target.jobs, forecast, target.weights)
    if not rivals:
        return
    ours = said["jobs_point"].to_numpy()
    covered = results["jobs"]["coverage_80_of_non_zero"]
    results["gains"]["jobs"] = {}
    for number, (name, peer) in enumerate(peers().items()):
        progress(f"{name}, jobs", number / len(peers()))
        forecast = peer_jobs(name, peer, learnt, target)
        results["peers"][name]["jobs"] = jobs_figures(target.jobs, forecast, target.weights)
        better = target.weights * (
            _deviance(target.jobs, forecast["jobs_point"].to_numpy()) - _deviance(target.jobs, ours)
        )

        def gain(rows: npt.NDArray[np.int64], better: Floats = better) -> float:
            return float(better[rows].sum() / target.weights[rows].sum())

        found: dict[str, Any] = {"poisson_deviance": paired_gain(gain, len(target))}
        if "jobs_low" in forecast:
            theirs = width_at_coverage(
                target.jobs, forecast["jobs_low"], forecast["jobs_high"], target.weights, covered
            )
            found["width_at_equal_coverage"] = theirs
            found["width_ratio"] = results["jobs"]["mean_width_80"] / theirs if theirs else None
        results["gains"]["jobs"][name] = found


def _deviance(count: Floats, mean: Floats) -> Floats:
    mean = np.maximum(mean, 1e-6)
    ratio = np.where(count > 0, count, 1.0) / mean
    return np.asarray(2 * (np.where(count > 0, count * np.log(ratio), 0.0) - count + mean))
