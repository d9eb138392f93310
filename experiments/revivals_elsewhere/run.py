"""Judge Ehya and plain learners on later years of a set, and prior effects on what the set shows."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from engine.domain.unit import unit_table
from engine.scoring.belief import Z80
from engine.scoring.jobs import jobs_quantiles
from experiments.revivals_elsewhere.learners import PEERS, Peer, hazards, horizon
from experiments.revivals_elsewhere.sets import SETS, Elsewhere
from training.models.belief import Source, updated
from training.models.jobs import JobsPrior, fit_jobs
from training.priors.official_rates import OfficialSize
from training.priors.prior_effects import Slopes
from training.statistics.reliability import calibration_error

Floats = npt.NDArray[np.float64]
Figures = dict[str, Any]

FEW = (50, 200)
FREE = 3.0
"""Standard deviation of a slope of which nothing is believed, for what a set shows by itself."""


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print tables, write JSON and predictions."""
    options = _options(arguments)
    whole = SETS[options.set](pd.concat([pd.read_parquet(file) for file in options.rows], ignore_index=True))
    results, forecast = study(
        whole, train_until=options.train_until, test_until=options.test_until, draws=options.draws
    )
    print(printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if options.predictions:
        forecast.to_parquet(options.predictions)
    return 0


def study(whole: Elsewhere, *, train_until: int, test_until: int, draws: int = 20) -> tuple[Figures, pd.DataFrame]:
    """Train on spells until a year, judge on those after it.

    Parameters
    ----------
    whole
        The set.
    train_until, test_until
        Last year of the spells that are learnt from, and of those that are judged.
    draws
        Samples of few outcomes.

    Returns
    -------
    results, predictions
        ``honest``, ``hindsight``: figures by learner; ``jobs``; ``at_50``, ``at_200``; ``effects``. And ``row_id, p,
        p_low, p_high`` of the honest learner with effects, with ``jobs_low, jobs_point, jobs_high``.
    """
    seen = whole.take(np.flatnonzero(whole.start <= train_until))
    asked = whole.take(np.flatnonzero((whole.start > train_until) & (whole.start <= test_until)))
    slopes = whole.slopes
    honest = {
        name: hazards(seen, asked, until=train_until, believed=believed)
        for name, believed in (("ehya", slopes), ("ehya_without_effects", None))
    }
    hindsight = {
        name: horizon(seen, asked, believed=believed)
        for name, believed in (("ehya", slopes), ("ehya_without_effects", None))
    }
    plain = {name: peer(seen, asked) for name, peer in PEERS.items()}
    known = seen.take(np.flatnonzero(_known(seen, train_until)))
    fair = {name: peer(known, asked) for name, peer in PEERS.items()}
    jobs, ends = _jobs(seen, asked)
    results = {
        "honest": {
            name: judged(asked, said, len(known.revived))
            for name, said in ({k: v[:, 1] for k, v in honest.items()} | fair).items()
        },
        "hindsight": {
            name: judged(asked, said, len(seen.revived))
            for name, said in ({k: v[:, 1] for k, v in hindsight.items()} | plain).items()
        },
        "jobs": jobs,
        **{f"at_{count}": at_few(seen, asked, count, draws) for count in FEW},
        "effects": checked(whole),
    }
    forecast = pd.DataFrame(honest["ehya"], columns=["p_low", "p", "p_high"], index=asked.matrix.index)
    return results, forecast.join(ends).rename_axis("row_id").reset_index()


def judged(asked: Elsewhere, chance: Floats, trained: int) -> Figures:
    """Figures of one learner."""
    label = asked.revived
    brier, base = ((label - chance) ** 2).mean(), ((label - label.mean()) ** 2).mean()
    return {
        "auc": float(roc_auc_score(label, chance)),
        "brier_skill": float(1 - brier / base),
        "ece": float(calibration_error(label, chance)),
        "n_train": trained,
        "n_test": len(label),
    }


def at_few(seen: Elsewhere, asked: Elsewhere, count: int, draws: int) -> Figures:
    """Mean figures of learners that see so many outcomes, or all there are, drawn at random."""
    learners: Mapping[str, Callable[[Elsewhere], Floats]] = {
        "ehya": lambda few: horizon(few, asked, believed=few.slopes, blend=False)[:, 1],
        "ehya_without_effects": lambda few: horizon(few, asked, believed=None, blend=False)[:, 1],
        **{name: partial(_asked_of, peer, asked) for name, peer in PEERS.items()},
    }
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in learners}
    for seed in range(draws):
        drawn = np.random.default_rng(seed).choice(len(seen.revived), min(count, len(seen.revived)), replace=False)
        few = seen.take(np.sort(drawn))
        if 0 < few.revived.mean() < 1:
            for name, learner in learners.items():
                found = judged(asked, learner(few), count)
                rows[name].append((found["auc"], found["brier_skill"]))
    means = {name: np.mean(values, axis=0) for name, values in rows.items()}
    return {name: {"auc": float(auc), "brier_skill": float(skill)} for name, (auc, skill) in means.items()}


def checked(whole: Elsewhere) -> list[Figures]:
    """Effects that are believed from elsewhere, beside what the set itself shows.

    Returns
    -------
    list of dict
        ``feature, row, source``; ``believed, low, high`` and ``found, found_low, found_high`` (log-odds for each unit,
        80 %); ``verdict``: ``fails`` where the set is sure of the other direction, ``holds`` where both ranges meet and
        the direction agrees, else ``open``.
    """
    numbers = [spec.name for spec in whole.schema.features if spec.kind.value != "category"]
    values = whole.matrix[numbers].to_numpy(np.float64)
    away = np.nan_to_num(values - np.nanmean(values, axis=0))
    scale = np.maximum(away.std(axis=0), 1e-9)
    flat = Slopes(
        tuple(numbers), ("as_stated",) * len(numbers), np.zeros(len(numbers)), np.diag((FREE / scale) ** 2),
        np.zeros(len(numbers), dtype=np.intp),
    )  # fmt: skip
    found = updated(flat, Source(whole.name, away, whole.revived, np.ones(len(away))))
    spread = Z80 * np.sqrt(np.diag(found.covariance))
    rows = []
    for one in whole.believed:
        at = numbers.index(one.feature)
        middle, reach = float(found.mean[at]), float(spread[at])
        rows.append(
            {
                "feature": one.feature,
                "row": one.row,
                "source": one.source,
                "believed": one.effect,
                "low": one.low,
                "high": one.high,
                "found": middle,
                "found_low": middle - reach,
                "found_high": middle + reach,
                "verdict": verdict(one.effect, one.low, one.high, middle, reach),
            }
        )
    return rows


def verdict(effect: float, low: float, high: float, found: float, reach: float) -> str:
    """What a set says of an effect.

    Examples
    --------
    >>> verdict(0.3, 0.0, 0.6, 0.2, 0.1), verdict(0.3, 0.0, 0.6, -0.2, 0.1), verdict(0.3, 0.0, 0.6, -0.1, 0.2)
    ('holds', 'fails', 'open')
    """
    if abs(found) > reach and found * effect < 0:
        return "fails"
    meets = found - reach <= high and found + reach >= low
    return "holds" if meets and found * effect > 0 else "open"


def printed(results: Figures) -> str:
    """Print results as tables."""
    lines = []
    for part in ("honest", "hindsight", *(f"at_{count}" for count in FEW)):
        lines += ["", f"{part:<24}{'auc':>8}{'skill':>8}{'ece':>8}{'rows':>8}"]
        for name, found in results[part].items():
            ece = f"{found['ece']:>8.3f}{found['n_train']:>8}" if "ece" in found else ""
            lines.append(f"{name:<24}{found['auc']:>8.3f}{found['brier_skill']:>8.3f}{ece}")
    lines += ["", "jobs  " + "  ".join(f"{name} {value:.3f}" for name, value in results["jobs"].items())]
    lines += ["", f"{'effect':<18}{'row of the table':<28}{'believed':>24}{'found':>24}  verdict"]
    for one in results["effects"]:
        believed, found = (
            f"{one[middle]:.2f} ({one[low]:.2f} to {one[high]:.2f})"
            for middle, low, high in (("believed", "low", "high"), ("found", "found_low", "found_high"))
        )
        lines.append(f"{one['feature']:<18}{one['row']:<28}{believed:>24}{found:>24}  {one['verdict']}")
    return "\n".join(lines)


def _known(seen: Elsewhere, until: int) -> npt.NDArray[np.bool_]:
    """Rows whose outcome would be known by the end of a year, whichever it is; where both ways out have a day, those
    that had left.
    """
    settled = np.minimum(seen.years, seen.periods) if seen.ends else np.full(len(seen.years), float(seen.periods))
    return np.asarray(seen.start + settled <= until + 1, dtype=bool)


def _asked_of(peer: Peer, asked: Elsewhere, few: Elsewhere) -> Floats:
    return peer(few, asked)


def _jobs(seen: Elsewhere, asked: Elsewhere) -> tuple[Figures, pd.DataFrame]:
    """Staff after a revival, by Ehya's jobs head and by former staff times the median ratio."""
    sizes = {"coal": ("size_log", "left_share", "hours_log"), "large": ("staff_log", "assets_log")}
    names = sizes.get(seen.name)
    if names is None:
        return {}, pd.DataFrame(index=asked.matrix.index)
    came, later = ((each.after > 0) & (each.before > 0) & (each.revived == 1) for each in (seen, asked))
    learnt = seen.take(np.flatnonzero(came))
    counted = pd.Series(learnt.after, index=learnt.matrix.index)
    units = [
        unit_table(pd.DataFrame({"unit_id": each.matrix.index, "jobs_before_stop": np.rint(each.before)}))
        for each in (learnt, asked)
    ]
    logs = np.log(learnt.after)
    usual = OfficialSize(log_mean=float(logs.mean()), spread=float(logs.std()), rows_used=len(logs))
    fitted = fit_jobs(learnt.matrix, units[0], counted, schema=seen.schema, prior=JobsPrior(usual), features=names)
    said = jobs_quantiles(fitted.ready, asked.matrix, units[1], np.array([0.1, 0.5, 0.9]))
    ratio = np.median(np.log(learnt.after / learnt.before))
    true, former, own = np.log(asked.after[later]), np.log(asked.before[later]), np.log(np.maximum(said[later], 1.0))
    figures = {
        "mae_log": float(np.abs(true - own[:, 1]).mean()),
        "mae_log_size_median": float(np.abs(true - former - ratio).mean()),
        "coverage_80": float(((own[:, 0] <= true) & (true <= own[:, 2])).mean()),
        "mean_width_log": float((own[:, 2] - own[:, 0]).mean()),
        "n_train": int(came.sum()),
        "n_test": int(later.sum()),
    }
    return figures, pd.DataFrame(said, columns=["jobs_low", "jobs_point", "jobs_high"], index=asked.matrix.index)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.revivals_elsewhere", description=__doc__)
    parser.add_argument("--set", choices=sorted(SETS), required=True, help="which set the rows are of")
    parser.add_argument("--rows", type=Path, nargs="+", required=True, metavar="F.parquet", help="files of the set")
    parser.add_argument("--train-until", type=int, required=True, metavar="YEAR", help="last year that is learnt from")
    parser.add_argument("--test-until", type=int, required=True, metavar="YEAR", help="last year that is judged")
    parser.add_argument("--draws", type=int, default=20, help="samples of 50 and 200 outcomes")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--predictions", type=Path, metavar="F.parquet", help="write the predictions here")
    return parser.parse_args(arguments)
