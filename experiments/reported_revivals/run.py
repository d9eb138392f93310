"""Judge the first model on reported units, province out or on another file, with baselines and peers beside it."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine import scoring
from engine.domain.reported import reported_units
from engine.domain.unit import unit_table
from engine.reference import table
from engine.scoring.belief import Z80
from engine.scoring.document import ReportedDocument, of_kind
from engine.scoring.runtime import sector_shift
from engine.scoring.size import jobs as signs_of_size
from engine.settings import Settings
from experiments.reported_revivals.tables import read_aggregates, read_units
from features import Feature, matrix
from training.cohort.press_sample import Sample, sample
from training.evaluation.press_metrics import jobs_metrics, left_out_rates, sector_medians, status_metrics
from training.models.press import ALLOWED, DESCRIBED, Fitted
from training.pipeline.press_fit import TRIALS, fit_sample
from training.pipeline.reported import feasibility_prior, out_of_fold
from training.registry.runs import log_training

AS_OF = pd.Timestamp("2026-11-23")
"""Day of the study: all reports had appeared."""

LEVELS = [Feature.SECTOR_DIVISION.value, Feature.PROVINCE_LEVEL.value]
_READ = list(ALLOWED.names)
"""What press heads and their peers read; the other columns of the matrix follow the outcome or the press."""

Floats = npt.NDArray[np.float64]


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    options = _options(arguments)
    rows = table("reported_units") if options.units is None else read_units(options.units)
    rates, averages = (None, None) if options.aggregates is None else read_aggregates(options.aggregates)
    seen = _sample(rows)
    seed = options.random_state
    fitted = fit_sample(seen, as_of=AS_OF, random_state=seed, trials=options.trials, rates=rates, averages=averages)
    if options.test_units is None:
        results = out_of_fold(fitted, seen, random_state=seed)
        results["peers"] = _peers_left_out(fitted, seen)
        title = f"{len(seen)} units, every province left out in turn"
    else:
        results = _elsewhere(fitted, seen, _others(options.test_units), seed)
        title = f"trained on {len(seen)} units, judged on {results['reported_status']['n']} others"
    judged = seen if options.test_units is None else _others(options.test_units)
    results["jobs_known_size"] = _known_size(fitted, judged)
    results["horizon_months"] = 24
    print(_printed(title, results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.track:
        settings = Settings.from_environment()
        log_training(
            settings,
            version=f"reported_revivals {fitted.model.version}",
            params={"random_state": seed, "trials": options.trials, "units": len(seen)},
            metrics=results,
            steps={},
            files=[],
            texts={},
        )
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.reported_revivals", description=__doc__)
    parser.add_argument("--units", type=Path, metavar="FILE.csv", help="units to learn from; the project's own table")
    parser.add_argument("--aggregates", type=Path, metavar="FILE.csv", help="official counts; the project's own tables")
    parser.add_argument("--test-units", type=Path, metavar="FILE.csv", help="judge on these instead of province-out")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--trials", type=int, default=TRIALS, help="penalties that each search tries")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument("--no-track", dest="track", action="store_false", help="log nothing to MLflow")
    return parser.parse_args(arguments)


def press_sample() -> Sample:
    """Reported units of the project's own table."""
    return _sample(table("reported_units"))


def _sample(rows: pd.DataFrame) -> Sample:
    nothing = unit_table(pd.DataFrame({"unit_id": []}))
    columns = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}
    events = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    events["capacity_share"] = pd.Series(dtype="float64")
    # Every row of the file is judged, whenever it was reported.
    rows = rows.assign(report_date=rows["report_date"].where(rows["report_date"] <= AS_OF))
    return sample(reported_units(rows), nothing, events, as_of=AS_OF)


def _others(path: Path) -> Sample:
    """Units of another file, which may number them as the first does: here they are strangers all the same."""
    other = _sample(read_units(path))
    other = replace(other, units=other.units.set_axis([f"other-{name}" for name in other.units.index]))
    other.units.index.name = "unit_id"
    return other


def _known_size(fitted: Fitted, judged: Sample) -> dict[str, Any]:
    """Jobs of revived units whose former staff is known, by signs of size.

    The table's ratio of jobs after to before rests on mines and firms elsewhere and, in part, on these very units.
    """
    document = of_kind(fitted.model.document, ReportedDocument)
    rows = ~np.isnan(judged.jobs) & judged.units["jobs_before_stop"].notna().to_numpy()
    if document.size is None or not rows.any():
        return {"n": 0}
    X = matrix(judged.units, DESCRIBED, fitted.model.fitted, as_of=AS_OF)[rows]
    found = signs_of_size(document.size, X, sector_shift(document.promoted, X))
    predicted = np.exp(np.column_stack([found.at(at) for at in (-Z80, 0.0, Z80)]))
    sector, median = sector_medians(judged.jobs, judged.units["isic"].str[:2], ~np.isnan(judged.jobs))
    figures = jobs_metrics(judged.jobs[rows], predicted, sector[rows], median[rows])
    return {name: figures[name] for name in ("n", "mae_log", "mae_log_sector_median", "coverage_80")}


def _elsewhere(fitted: Fitted, seen: Sample, other: Sample, seed: int) -> dict[str, Any]:
    X = matrix(other.units, DESCRIBED, fitted.model.fitted, as_of=AS_OF)
    base = np.full(len(other), seen.label.mean())
    known, learnt = ~np.isnan(other.jobs), ~np.isnan(seen.jobs)
    jobs = np.concatenate([seen.jobs, other.jobs])
    sectors = pd.concat([seen.units["isic"], other.units["isic"]]).str[:2]
    own = np.concatenate([learnt, np.zeros(len(other), dtype=bool)])
    sector, median = (each[len(seen) :] for each in sector_medians(jobs, sectors, own))
    probability, predicted = scoring.reported_status(fitted.model, X), scoring.press_jobs(fitted.model, X)
    peers = {
        name: status_metrics(
            other.label, peer.fit(fitted.matrix[_READ], seen.label).predict_proba(X[_READ])[:, 1], base
        )
        for name, peer in _peers().items()
    }
    return {
        "reported_status": status_metrics(other.label, probability, base, random_state=seed),
        "jobs": jobs_metrics(other.jobs[known], predicted[known], sector[known], median[known]) if known.any() else {},
        "feasibility_prior": feasibility_prior(fitted.model),
        "peers": peers,
    }


def _peers() -> dict[str, Any]:
    """Plain scikit-learn on the same columns, mean-imputed: what one would do without thought."""
    numbers = [name for name in ALLOWED.names if name not in LEVELS]
    ready = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), LEVELS),
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
    )
    return {
        "logistic": make_pipeline(ready, LogisticRegression(max_iter=2000)),
        "boosting": make_pipeline(SimpleImputer(), HistGradientBoostingClassifier(max_iter=50, random_state=0)),
    }


def _peers_left_out(fitted: Fitted, seen: Sample) -> dict[str, Any]:
    base = left_out_rates(seen.label, seen.group)
    probability = {name: np.empty(len(seen)) for name in _peers()}
    for group in np.unique(seen.group):
        out = seen.group == group
        for name, peer in _peers().items():
            peer.fit(fitted.matrix.loc[~out, _READ], seen.label[~out])
            probability[name][out] = peer.predict_proba(fitted.matrix.loc[out, _READ])[:, 1]
    return {name: status_metrics(seen.label, each, base) for name, each in probability.items()}


def _printed(title: str, results: dict[str, Any]) -> str:
    status, jobs, prior = results["reported_status"], results["jobs"], results["feasibility_prior"]
    lines = [title, "", f"{'reported status':<24}{'log loss':>10}{'AUC':>8}{'ECE':>8}"]
    lines.append(f"{'Ehya':<24}{status['log_loss']:>10.4f}{_text(status['auc']):>8}{status['ece']:>8.3f}")
    lines.append(f"{'base rate':<24}{status['log_loss_base_rate']:>10.4f}")
    for name, peer in results["peers"].items():
        lines.append(f"{name:<24}{peer['log_loss']:>10.4f}{_text(peer['auc']):>8}{peer['ece']:>8.3f}")
    low, high = status["log_loss_gain_low"], status["log_loss_gain_high"]
    lines.append(f"gain over the base rate {status['log_loss_gain']:.4f}, 80 % bootstrap {low:.4f} to {high:.4f}")
    if jobs:
        lines += ["", f"{'jobs at press size':<24}{'MAE log':>10}"]
        keys = {"Ehya": "mae_log", "sector median": "mae_log_sector_median", "median": "mae_log_median"}
        lines += [f"{name:<24}{jobs[key]:>10.4f}" for name, key in keys.items()]
        lines.append(f"80 % interval covers {jobs['coverage_80']:.3f} of {jobs['n']}")
    if (sized := results["jobs_known_size"])["n"]:
        errors = f"MAE log {sized['mae_log']:.3f}, sector median {sized['mae_log_sector_median']:.3f}"
        lines.append(f"former staff known, {sized['n']} units: {errors}, 80 % covers {sized['coverage_80']:.3f}")
    ends = f"80 % interval {prior['low']:.3f} to {prior['high']:.3f}"
    lines += ["", f"restart within 24 months, population: {prior['rate']:.3f}, {ends}, {prior['rows_used']} rows"]
    return "\n".join(lines)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
