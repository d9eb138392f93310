"""Learn from loans approved until a day, forecast those approved later, judge beside peers and baselines."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from engine.settings import Settings
from experiments.sba_outcomes.figures import jobs_figures, paired_gain, probability_figures
from experiments.sba_outcomes.forecast import HORIZON, fit_forecaster, matured_labels, rows_per_second
from experiments.sba_outcomes.loans import KEY, Loans, read_loans, years_since
from experiments.sba_outcomes.peers import baselines, peer_jobs, peer_probability, peers
from training.tracking import log_training

Floats = npt.NDArray[np.float64]


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON and predictions."""
    options = _options(arguments)
    until, last = (float(years_since(pd.Series([day]))[0]) for day in (options.train_until, options.test_until))
    loans = read_loans(options.loans)
    seen = loans.where(loans.years <= until)
    ahead = loans.where((loans.years > until) & (loans.years <= last))
    results, forecast = study(seen, ahead, until=until, rivals=options.peers, random_state=options.random_state)
    results["train_until"], results["test_until"] = (
        str(day.date()) for day in (options.train_until, options.test_until)
    )
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if options.predictions:
        forecast.to_parquet(options.predictions, index=False)
    if options.track:
        log_training(
            Settings.from_environment(),
            version=f"sba_outcomes {results['train_until']}",
            params={"random_state": options.random_state, "train_until": results["train_until"]},
            metrics=results,
            steps={},
            files=[],
            texts={},
        )
    return 0


def study(
    seen: Loans, ahead: Loans, *, until: float, rivals: bool = True, random_state: int = 0
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Fit, forecast and judge.

    Returns
    -------
    results, forecast
        The figures, and the columns of the predictions file for every loan of ``ahead``.
    """
    began = perf_counter()
    forecaster = fit_forecaster(seen, until=until, random_state=random_state)
    seconds = perf_counter() - began
    forecast = forecaster.predict(ahead)
    chosen = ahead.random & ~np.isnan(ahead.charged_off)
    judged, said = ahead.where(chosen), forecast[chosen].reset_index(drop=True)
    truth = {"hindsight": judged.charged_off, "honest": matured_labels(judged)}
    ours = {"hindsight": ("p", "p_recalibrated"), "honest": ("p_honest", "p_honest_recalibrated")}
    results: dict[str, Any] = {
        name: probability_figures(truth[name], said[raw].to_numpy(), said[moved].to_numpy(), judged.weights)
        | {"n_train": len(forecaster.seen), "n_test": len(judged)}
        for name, (raw, moved) in ours.items()
    }
    asked = ~np.isnan(judged.jobs)
    judges_jobs = forecaster.jobs is not None and bool(asked.any())
    results["jobs"] = (
        jobs_figures(judged.jobs[asked], said[asked], judged.weights[asked]) | {"n_train": forecaster.n_jobs}
        if judges_jobs
        else {}
    )
    results |= {"fit_seconds": seconds, "predict_rows_per_second": rows_per_second(forecaster, ahead)}
    learnt = {"hindsight": forecaster.seen, "honest": _matured(forecaster.seen, until)}
    labels = {"hindsight": learnt["hindsight"].charged_off, "honest": matured_labels(learnt["honest"])}
    plain: dict[str, Any] = {}
    for label, rows in learnt.items():
        for name, p in baselines(rows, labels[label], judged, until=until).items():
            plain.setdefault(name, {})[label] = _sized(truth[label], p, judged.weights, rows)
    results["baselines"] = plain
    results["peers"], results["gains"] = {}, {}
    if rivals:
        said_by_peers = _peer_probabilities(learnt, labels, judged)
        for name, by_label in said_by_peers.items():
            results["peers"][name] = {
                label: _sized(truth[label], p, judged.weights, learnt[label]) for label, p in by_label.items()
            }
        for label, (raw, _) in ours.items():
            results["gains"][label] = _gains(truth[label], said[raw].to_numpy(), said_by_peers, label, judged.weights)
        if judges_jobs:
            _judge_jobs(results, forecaster.seen, judged, said, asked)
    return results, forecast


def _matured(seen: Loans, until: float) -> Loans:
    # What one does without a method for censored loans: leave the young ones out.
    return seen.where(seen.years <= until - HORIZON)


def _sized(truth: Floats, probability: Floats, weights: Floats, learnt: Loans) -> dict[str, Any]:
    return probability_figures(truth, probability, None, weights) | {"n_train": len(learnt), "n_test": len(truth)}


def _peer_probabilities(
    learnt: dict[str, Loans], labels: dict[str, Floats], judged: Loans
) -> dict[str, dict[str, Floats]]:
    return {
        name: {label: peer_probability(name, peer, rows, labels[label], judged) for label, rows in learnt.items()}
        for name, peer in peers().items()
    }


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
    results: dict[str, Any], seen: Loans, judged: Loans, said: pd.DataFrame, asked: npt.NDArray[np.bool_]
) -> None:
    learnt, target = seen.where(~np.isnan(seen.jobs)), judged.where(asked)
    ours = said["jobs_point"].to_numpy()[asked]
    results["gains"]["jobs"] = {}
    for name, peer in peers().items():
        forecast = peer_jobs(name, peer, learnt, target)
        results["peers"][name]["jobs"] = jobs_figures(target.jobs, forecast, target.weights)
        better = target.weights * (
            _deviance(target.jobs, forecast["jobs_point"].to_numpy()) - _deviance(target.jobs, ours)
        )

        def gain(rows: npt.NDArray[np.int64], better: Floats = better) -> float:
            return float(better[rows].sum() / target.weights[rows].sum())

        results["gains"]["jobs"][name] = {"poisson_deviance": paired_gain(gain, len(target))}


def _deviance(count: Floats, mean: Floats) -> Floats:
    mean = np.maximum(mean, 1e-6)
    ratio = np.where(count > 0, count, 1.0) / mean
    return np.asarray(2 * (np.where(count > 0, count * np.log(ratio), 0.0) - count + mean))


def printed(results: dict[str, Any]) -> str:
    """The table."""
    lines = [f"trained until {results['train_until']}, judged until {results['test_until']}"]
    for label in ("hindsight", "honest"):
        own = results[label]
        lines += ["", f"{label + ', ' + str(own['n_train']) + ' -> ' + str(own['n_test']):<36}{'AUC':>8}{'PR-AUC':>8}"
                  f"{'Brier':>8}{'skill':>8}{'ECE':>8}{'recal.':>8}"]  # fmt: skip
        rivals = {"Ehya": results} | results["peers"] | results["baselines"]
        for name, figures in rivals.items():
            row = figures[label]
            keys: tuple[str, ...] = ("auc", "pr_auc_charge_off", "brier", "brier_skill", "ece", "ece_recalibrated")
            lines.append(f"{name:<36}" + "".join(_cell(row[key]) for key in keys))
        lines.append(f"base rate {own['base_rate']:.3f}, mean forecast {own['mean_p']:.3f}")
        lines += [
            f"over {name}: AUC {_gain(gain['auc'])}, Brier {_gain(gain['brier'])}"
            for name, gain in results["gains"].get(label, {}).items()
        ]
    if results["jobs"]:
        keys = ("d2_poisson", "spearman", "any_brier_skill", "any_ece", "coverage_80_if_any", "coverage_80",
                "coverage_80_of_non_zero", "zero_excluded_wrongly_share", "mean_width_80")  # fmt: skip
        titles = ("D2", "ranks", "any", "any ECE", "if any", "cover", "c. > 0", "0 lost", "width")
        lines += ["", f"{'jobs stated':<36}" + "".join(f"{title:>8}" for title in titles)]
        for name, figures in ({"Ehya": results} | results["peers"]).items():
            lines.append(f"{name:<36}" + "".join(_cell(figures["jobs"].get(key)) for key in keys))
        lines += [
            f"over {name}: Poisson deviance {_gain(gain['poisson_deviance'])}"
            for name, gain in results["gains"].get("jobs", {}).items()
        ]
    lines += ["", f"fit {results['fit_seconds']:.1f} s, {results['predict_rows_per_second']:.0f} forecasts a second"]
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return f"{'':>8}" if value is None else f"{value:>8.3f}"


def _gain(gain: dict[str, float]) -> str:
    return f"{gain['gain']:+.4f} [{gain['low']:+.4f}, {gain['high']:+.4f}]"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.sba_outcomes", description=__doc__)
    parser.add_argument("--loans", type=Path, nargs="+", required=True, metavar="FILE.parquet")
    parser.add_argument(
        "--train-until", type=pd.Timestamp, required=True, metavar="DATE", help="last approval to learn from"
    )
    parser.add_argument(
        "--test-until", type=pd.Timestamp, required=True, metavar="DATE", help="last approval to judge on"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--predictions", type=Path, metavar="FILE.parquet", help=f"write forecasts by {KEY} here")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="skip LightGBM and the like")
    parser.add_argument("--no-track", dest="track", action="store_false", help="log nothing to MLflow")
    parser.add_argument("--random-state", type=int, default=0)
    return parser.parse_args(arguments)
