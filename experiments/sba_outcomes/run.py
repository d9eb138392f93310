"""Learn from loans approved until a day, forecast those approved later, judge beside peers and baselines."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.settings import Settings
from experiments.sba_outcomes import forecast as heads
from experiments.sba_outcomes.judging import study
from experiments.sba_outcomes.learners.blend import Plan
from experiments.sba_outcomes.loans import KEY, Loans, read_loans, years_since
from experiments.sba_outcomes.schema import SCHEMA
from experiments.sba_outcomes.search import search_plans
from training.registry.runs import log_training
from training.tuning.search import Tuned

HELP = """
Fields known at approval only: neither the term, which is rewritten when a loan ends early, nor what came later.
hindsight: status as of 2014, the published convention; it sees the future of the training loans.
honest:    charge-off within 36 months of approval, learnt from what had happened by --train-until.
jobs:      jobs that the borrower stated (not realised ones): whether any, and how many, with 80 % intervals.
Figures are weighted by w_pop on the random part. What the columns of the table say:
  AUC, PR-AUC, Brier, skill (1 - Brier / that of the test period's own base rate), ECE (ten bins),
  recal. (ECE after recalibration per approval quarter from events of the training loans before that quarter).

example:
  python -m experiments.sba_outcomes --loans loans_1989_2005.parquet --train-until 2002-12-31 \\
      --test-until 2005-12-31 --out figures.json --predictions forecasts.parquet
Several files are joined; a loan that stands in two counts once. LightGBM and CatBoost come with the extra `peers`.
"""


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON and predictions."""
    options = _options(arguments)
    until, last = (float(years_since(pd.Series([day]))[0]) for day in (options.train_until, options.test_until))
    loans = read_loans(options.loans)
    seen = loans.where(loans.years <= until)
    ahead = loans.where((loans.years > until) & (loans.years <= last))
    _check(seen, ahead, until, options)
    plans, tuned = (heads.STATUS_PLAN, heads.JOBS_PLAN), dict[str, Tuned]()
    if options.trials:
        plans, tuned = _searched(seen, until, options)
    if not _both_kinds(ahead):
        how: dict[str, Any] = {"status_plan": plans[0], "jobs_plan": plans[1], "random_state": options.random_state}
        forecast = heads.fit_forecaster(seen, until=until, progress=_say, **how).predict(ahead)
        print(f"{len(forecast)} loans forecast; nothing to judge by: the random part has not both kinds of status")
        if options.predictions:
            forecast.to_parquet(options.predictions, index=False)
        return 0
    results, forecast = study(
        seen, ahead, until=until, rivals=options.peers, plans=plans, random_state=options.random_state, progress=_say
    )
    results["train_until"], results["test_until"] = (
        str(day.date()) for day in (options.train_until, options.test_until)
    )
    results["schema"] = SCHEMA.digest
    results["plans"] = {name: asdict(plan) for name, plan in zip(("status", "jobs"), plans, strict=True)}
    if tuned:
        results["search"] = {name: each.to_json() for name, each in tuned.items()}
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if options.predictions:
        forecast.to_parquet(options.predictions, index=False)
    if options.track:
        _log(results, tuned, options)
    return 0


def _check(seen: Loans, ahead: Loans, until: float, options: argparse.Namespace) -> None:
    if not _both_kinds(seen):
        raise SystemExit(
            f"nothing to learn from: of the {len(seen)} loans approved until {options.train_until.date()} not both "
            "kinds of status are known in the random part"
        )
    if not len(ahead):
        raise SystemExit(
            f"nothing to forecast: no loan was approved after {options.train_until.date()} and until "
            f"{options.test_until.date()}"
        )
    events = seen.random & (seen.charge_off < until) & (seen.charge_off - seen.years <= heads.HORIZON)
    if not events.any():
        raise SystemExit(
            f"the honest label has nothing to learn from: no loan of the random part was charged off within "
            f"{heads.HORIZON:.0f} years of its approval and before {options.train_until.date()}"
        )


def _both_kinds(loans: Loans) -> bool:
    return len(np.unique(loans.charged_off[loans.random & ~np.isnan(loans.charged_off)])) == 2


def _searched(seen: Loans, until: float, options: argparse.Namespace) -> tuple[tuple[Plan, Plan], dict[str, Tuned]]:
    def said(done: int, best: float | None) -> None:
        _say(f"search, best loss {'-' if best is None else format(best, '.4f')}", done / options.trials)

    found = search_plans(seen, until=until, trials=options.trials, random_state=options.random_state, progress=said)
    (status, first), (jobs, second) = found["hindsight"], found["jobs"]
    tuned = {"hindsight": first, "jobs": second}
    return (status, jobs), {name: each for name, each in tuned.items() if each is not None}


def _log(results: dict[str, Any], tuned: dict[str, Tuned], options: argparse.Namespace) -> None:
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in options.loans}
    log_training(
        Settings.from_environment(),
        version=f"sba_outcomes {results['train_until']}",
        params={
            "random_state": options.random_state,
            "train_until": results["train_until"],
            "test_until": results["test_until"],
            "schema": results["schema"],
            "plan": results["plans"],
            "sha256": hashes,
        },
        metrics={name: value for name, value in results.items() if name not in {"plans", "search", "gates"}},
        steps={f"search.{name}": [trial.loss for trial in each.trials] for name, each in tuned.items()},
        files=[file for file in (options.out, options.predictions) if file],
        texts={"table.txt": printed(results) + "\n"},
    )


def _say(what: str, share: float) -> None:
    print(f"  {what} {share:.0%}", file=sys.stderr, flush=True)


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
        for name, figures in ({"Ehya": results} | results["peers"] | results["baselines"]).items():
            lines.append(f"{name:<36}" + "".join(_cell(figures["jobs"].get(key)) for key in keys))
        lines += [
            f"over {name}: Poisson deviance {_gain(gain['poisson_deviance'])}"
            + (
                f", width {gain['width_ratio']:.2f} of its at equal coverage of jobs > 0"
                if gain.get("width_ratio")
                else ""
            )
            for name, gain in results["gains"].get("jobs", {}).items()
        ]
    shut = [
        f"{label}: {name}"
        for label, verdicts in results["gates"].items()
        for name, verdict in verdicts.items()
        if not verdict["passed"]
    ]
    lines += ["", f"gates against the base rate that stay shut: {', '.join(shut) or 'none'}"]
    lines += [f"fit {results['fit_seconds']:.1f} s, {results['predict_rows_per_second']:.0f} forecasts a second"]
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return f"{'':>8}" if value is None else f"{value:>8.3f}"


def _gain(gain: dict[str, float]) -> str:
    return f"{gain['gain']:+.4f} [{gain['low']:+.4f}, {gain['high']:+.4f}]"


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.sba_outcomes",
        description=__doc__,
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--loans", type=Path, nargs="+", required=True, metavar="FILE.parquet", help="loans in the publisher's columns"
    )
    parser.add_argument(
        "--train-until", type=pd.Timestamp, required=True, metavar="DATE", help="last approval to learn from"
    )
    parser.add_argument(
        "--test-until", type=pd.Timestamp, required=True, metavar="DATE", help="last approval to judge on"
    )
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--predictions", type=Path, metavar="FILE.parquet", help=f"write forecasts by {KEY} here")
    parser.add_argument(
        "--trials",
        type=int,
        default=0,
        metavar="N",
        help="plans to try by walk-forward before --train-until, for each head; 0 (default) keeps the chosen plans",
    )
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="skip LightGBM and the like")
    parser.add_argument("--no-track", dest="track", action="store_false", help="log nothing to MLflow")
    parser.add_argument("--random-state", type=int, default=0, metavar="SEED", help="seed of folds and trees")
    return parser.parse_args(arguments)
