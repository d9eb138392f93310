"""Do the intervals of jobs hold where every restart's jobs are known? Over many small provinces, baselines beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.standing import HALF_CAPACITY
from engine.scoring.sections import JobsPart
from experiments.province_simulator.judged_jobs import jobs_figures, judged_jobs, poisson_explained, rank_correlation
from experiments.province_simulator.province import AS_OF, Province, simulate
from experiments.province_simulator.truth import Bias, Floats
from features import fit, matrix
from features.catalogue import FULL_SCHEMA
from training.cohort.job_counts import job_outcomes
from training.models.jobs import JobsPrior, fit_jobs
from training.priors.official_rates import jobs_size
from training.priors.promise_realisation import ASSUMED_RATIO

PROVINCES = 200
SIZES = (200, 600, 2000)
"""Units of a province: they leave some 15, 50 and 170 counts to learn from."""

QUANTILES = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class JobsStudy:
    """What many provinces of one size gave.

    Parameters
    ----------
    units, provinces
        Size of a province, and how many had a restart to judge.
    counts
        Mean number of counts learnt from.
    methods
        How many provinces each kind of interval was used in.
    figures
        Mean over provinces of ``experiments.province_simulator.judged_jobs.jobs_figures``.
    coverage_range
        5 and 95 % quantile over provinces of the coverage.
    pooled
        Baseline -> ``d2_poisson, spearman`` over the restarts of all provinces together; Ehya among them.
    """

    units: int
    provinces: int
    counts: float
    methods: dict[str, int]
    figures: dict[str, float]
    coverage_range: tuple[float, float]
    pooled: dict[str, dict[str, float | None]]


def study(
    units: int, *, provinces: int = PROVINCES, bias: Bias | str = Bias.NONE, as_of: pd.Timestamp | str = AS_OF,
    first_seed: int = 0, progress: Callable[[float], None] = lambda share: None,
) -> JobsStudy:  # fmt: skip
    """Learn jobs from the log of each province and judge the restarts that the log does not count.

    Judged is the first restart of every unit that was at half its capacity or more at month 12 and whose count is not
    in the log (nobody approached it, or nobody looked): the model saw nothing of these units but their fields. Their
    jobs at month 12 are those that the simulation drew.

    Parameters
    ----------
    units
        Registered units of a province.
    provinces
        How many, with seeds one after the other.
    bias
        What decides who is approached.
    as_of
        The last day of each province.
    first_seed
        Seed of the first province.
    progress
        Called with the share done.
    """
    judged, methods, counts = [], [], []
    for number in range(provinces):
        province = simulate(units, seed=first_seed + number, approach_bias=bias, as_of=as_of)
        table, section = _judged(province, first_seed + number)
        if len(table):
            judged.append(table.assign(province=number))
            methods.append(section.method)
            counts.append(section.counts.used if section.counts else 0)
        progress((number + 1) / provinces)
    each = pd.DataFrame([jobs_figures(table) for table in judged]).astype("float64")
    together = pd.concat(judged, ignore_index=True)
    low, high = each["coverage_80"].quantile(QUANTILES)
    return JobsStudy(
        units=units,
        provinces=len(judged),
        counts=float(np.mean(counts)),
        methods=dict(sorted(Counter(methods).items())),
        figures={str(name): float(value) for name, value in each.mean().items()},
        coverage_range=(float(low), float(high)),
        pooled={name: _pooled(together, name) for name in ("mean", *_BASELINES)},
    )


def printed(found: list[JobsStudy], bias: Bias | str) -> str:
    """Print studies as two tables."""
    lines = [f"SYNTHETIC: jobs at month 12 of restarts that the log does not count, approach bias {Bias(bias).value}"]
    lines.append(
        f"{'units':>6}{'provinces':>11}{'counts':>8}{'covered':>9}{'5-95 % of provinces':>22}",
    )
    lines[-1] += f"{'if any':>8}{'0 cut wrongly':>15}{'width':>7}  intervals"
    for one in found:
        rate, (low, high) = one.figures, one.coverage_range
        methods = ", ".join(f"{name} {count}" for name, count in one.methods.items())
        lines.append(
            f"{one.units:>6}{one.provinces:>11}{one.counts:>8.0f}{rate['coverage_80']:>9.3f}"
            f"{f'{low:.2f} to {high:.2f}':>22}{rate['coverage_80_if_any']:>8.3f}"
            f"{rate['zero_excluded_wrongly_share']:>15.3f}{rate['mean_width_80']:>7.1f}  {methods}"
        )
    lines += [
        "",
        f"{'share of Poisson deviance explained, rank correlation':<56}" + "".join(f"{one.units:>16}" for one in found),
    ]
    for name in found[0].pooled:
        figures = [one.pooled[name] for one in found]
        lines.append(f"  {_NAMES[name]:<54}" + "".join(_cell(each) for each in figures))
    return "\n".join(lines)


def plain(found: list[JobsStudy]) -> dict[str, Any]:
    """JSON-able form, by size of a province."""
    return {
        str(one.units): {
            "provinces": one.provinces,
            "counts": one.counts,
            "methods": one.methods,
            **one.figures,
            "coverage_80_range": list(one.coverage_range),
            "baselines": one.pooled,
        }
        for one in found
    }


def _judged(province: Province, random_state: int) -> tuple[pd.DataFrame, JobsPart]:
    units, prior = province.units, JobsPrior(jobs_size())
    known = job_outcomes(units, province.events, as_of=province.as_of)
    fitted = fit(units, FULL_SCHEMA, as_of=province.as_of)
    ready = matrix(units, FULL_SCHEMA, fitted, as_of=province.as_of)
    learnt = fit_jobs(ready, units, known["jobs"], schema=FULL_SCHEMA, prior=prior, random_state=random_state)
    ran = province.restarts[province.restarts["capacity_share"] >= HALF_CAPACITY].drop_duplicates("unit_id")
    ran = ran[~ran["unit_id"].isin(known.index)].set_index("unit_id").assign(origin=lambda rows: rows["restarted_on"])
    table = judged_jobs(learnt.ready, ready, units, ran)
    mine = units.loc[table["unit_id"]]
    baselines = {name: baseline(mine, units, known["jobs"]) for name, baseline in _BASELINES.items()}
    return table.assign(**baselines), learnt.section


def _sector_median(mine: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series) -> Floats:
    sector = units["isic"].str[:2]
    medians = jobs.groupby(sector.reindex(jobs.index)).median()
    return mine["isic"].str[:2].map(medians).fillna(_level(jobs)).to_numpy(np.float64)


def _median(mine: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series) -> Floats:
    return np.full(len(mine), _level(jobs))


def _promised(mine: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series) -> Floats:
    promised = mine["jobs_promised"].astype("float64") * ASSUMED_RATIO
    return np.asarray(promised.fillna(_level(jobs)), dtype=np.float64)


def _official(mine: pd.DataFrame, units: pd.DataFrame, jobs: pd.Series) -> Floats:
    return np.full(len(mine), float(np.exp(jobs_size().log_mean)))


def _level(jobs: pd.Series) -> float:
    return float(jobs.median()) if len(jobs) else float(np.exp(jobs_size().log_mean))


_BASELINES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, pd.Series], Floats]] = {
    "sector_median": _sector_median,
    "median": _median,
    "promised": _promised,
    "official": _official,
}
_NAMES = {
    "mean": "Ehya",
    "sector_median": "median of the sector's counts",
    "median": "median of all counts",
    "promised": f"promised x {ASSUMED_RATIO} (assumed), else the median",
    "official": "official average",
}


def _pooled(together: pd.DataFrame, name: str) -> dict[str, float | None]:
    jobs, forecast = together["jobs"].to_numpy(np.float64), together[name].to_numpy(np.float64)
    return {"d2_poisson": poisson_explained(jobs, forecast), "spearman": rank_correlation(jobs, forecast)}


def _cell(figures: Mapping[str, float | None]) -> str:
    rank = figures["spearman"]
    return f"{figures['d2_poisson']:>9.3f}{'' if rank is None else f'{rank:.3f}':>7}"
