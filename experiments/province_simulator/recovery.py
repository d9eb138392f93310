"""How much of the truth comes back: feasibility of the units that stand idle, learnt from the log, beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine import scoring
from engine.domain.outcome import OutcomeKind
from engine.domain.standing import DURABLE_MONTHS, FIRST_LOOK, HALF_CAPACITY
from engine.domain.unit import Status
from experiments.province_simulator.province import Province, simulate
from experiments.province_simulator.register import standing
from experiments.province_simulator.truth import Floats
from features import Feature, fit, matrix
from features.catalogue import FULL_SCHEMA
from features.schema import FeatureSchema
from training.cohort.landmarks import Followed, follow
from training.cohort.press_sample import DAYS_OF_MONTH, HORIZON_MONTHS
from training.models.capital import LEARNT
from training.models.outcomes import fit_outcomes
from training.pipeline.outcomes import START, recipe_of
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.propensity.correction import Approach, approach, hidden_cause
from training.propensity.sensitivity import Sensitivity
from training.propensity.weights import LARGEST

GRACE_MONTHS = 14
"""A restart is known at once, standing idle only from the next yearly visit: younger outcomes would flatter."""

OTHERS = 40_000
"""Units of the same province, beyond those learnt from, whose truth says what the fields can tell at all."""

DRAWS = 4
"""Bootstrap worlds of a fit: only its point figures are judged here."""

UNCORRECTED = "Ehya, estate not told, unweighted"
UNTOLD = "Ehya, estate not told, weighted"
UNWEIGHTED = "Ehya, all fields, unweighted"
CORRECTED = "Ehya, all fields, weighted"
KNOWABLE = "knowable: fitted to the truth"
BEFORE: FeatureSchema = LEARNT.subset([name for name in LEARNT.names if name != Feature.IN_ESTATE.value])
"""What the features told before one told of the estate: it moves approach and restart."""

COMPARED = {
    "to_uncorrected": (CORRECTED, UNCORRECTED),
    "to_unweighted": (CORRECTED, UNWEIGHTED),
    "field_alone": (UNWEIGHTED, UNCORRECTED),
    "weights_alone": (UNTOLD, UNCORRECTED),
}
"""Ratios of errors: the whole correction, its weights where the field is told, and each of its parts alone."""

_SAID = {
    "to_uncorrected": "corrected / uncorrected",
    "to_unweighted": "weights, where the estate is told",
    "field_alone": "the estate told, no weights",
    "weights_alone": "weights, where the estate is not told",
}

MEASURES = ("rmse", "rmse_knowable", "rmse_counties", "error_of_mean")

_LEVELS = [Feature.SECTOR_DIVISION.value, Feature.COUNTY_LEVEL.value]
_ENDED = [OutcomeKind.LIQUIDATED.value, OutcomeKind.LICENCE_CANCELLED.value]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How near one way of learning comes to the truth.

    Parameters
    ----------
    name
        The way.
    rmse, bias
        Root mean square and mean of (learnt - true) feasibility over the judged units, in probability.
    rmse_knowable
        Root mean square of (learnt - knowable): what better learning could still win.
    rmse_counties
        Root mean square over judged units of (mean learnt - mean true) in the unit's county.
    correlation
        Of learnt and true, by rank; missing where all are judged alike.
    mean
        Mean of what was learnt.
    """

    name: str
    rmse: float
    rmse_knowable: float
    rmse_counties: float
    bias: float
    correlation: float
    mean: float

    @property
    def error_of_mean(self) -> float:
        """Distance of the mean from the true one."""
        return abs(self.bias)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was learnt of one province.

    Parameters
    ----------
    ways
        Each way of learning.
    judged
        How many units were judged.
    approached
        Who was approached: propensities, weights, overlap.
    hidden
        How far a hidden cause would move the mean, and whether there is a sign of one.
    """

    ways: list[Recovery]
    judged: int
    approached: Approach
    hidden: Sensitivity

    def of(self, name: str) -> Recovery:
        """One way."""
        return next(each for each in self.ways if each.name == name)

    def to_json(self) -> dict[str, Any]:
        """Plain figures."""
        return {
            "judged": self.judged,
            "feasibility_rmse_uncorrected": self.of(UNCORRECTED).rmse,
            "feasibility_rmse_corrected": self.of(CORRECTED).rmse,
            "feasibility_rmse_knowable": self.of(KNOWABLE).rmse,
            "recoverable_rmse_uncorrected": self.of(UNCORRECTED).rmse_knowable,
            "recoverable_rmse_corrected": self.of(CORRECTED).rmse_knowable,
            "ways": [asdict(each) for each in self.ways],
            "overlap": self.approached.to_json(),
            "sensitivity": self.hidden.to_json(),
        }


def recover(province: Province, *, random_state: int = 0, others: int = OTHERS) -> Recovered:
    """Learn feasibility from the log in several ways and compare with the truth.

    Judged are the units that nobody approached yet: an approach that came to nothing tells something that no feature
    holds. ``Ehya`` is ``training.models.outcomes.fit_outcomes`` on followed landmarks, with the features and settings
    that ``ehya train`` starts from. *Uncorrected* it sees neither the field that decides most of who is approached (the
    estate) nor weights; *corrected* both it and the weights of ``training.propensity.correction``. Each of the two is
    given alone as well: the field shows what telling it is worth, the weights what they mend where it is not told.
    Beside it stand plain logistic regressions from the day of the approach, with weights of the true propensity too,
    which nobody has. ``knowable`` is boosting fitted to the truth itself, of further units of the same province: what
    the features can tell at all.

    Parameters
    ----------
    province
        Simulated province.
    random_state
        Seed of Ehya's training.
    others
        How many further units of the province are drawn for ``knowable``.
    """
    now, truth, day = standing(province), province.truth, province.as_of
    waiting = truth.index[truth["feasibility_now"].notna() & ~truth["approached"]]
    # Nobody looked at them yet.
    now[FIRST_LOOK] = pd.Series(pd.NaT, index=now.index, dtype="datetime64[s]")
    idle, known = now.loc[waiting], province.events[province.events["known_on"] <= day]
    true = truth.loc[waiting, "feasibility_now"].to_numpy()
    found = approach(province.units.assign(known_on=province.units["as_of"]), known, FULL_SCHEMA, as_of=day)
    seen = follow(lambda at: province.units[province.units["as_of"] <= at], known, LEARNT, as_of=day)
    before = replace(seen, matrix=seen.matrix[list(BEFORE.names)], schema=BEFORE)
    priors, recipe = Priors(restart_rate(), capacity_rate(), jobs_size()), recipe_of(START)
    true_weights = (1 / truth["propensity"]).clip(upper=LARGEST)

    def ehya(rows: Followed, weights: pd.Series | None) -> Floats:
        fitted = fit_outcomes(
            rows, priors, recipe=recipe, weights=weights, random_state=random_state, draws=DRAWS
        )  # fmt: skip
        model = fitted.model
        return scoring.raw(model, matrix(idle, model.schema, model.fitted, as_of=day), head="feasibility")

    learnt = {
        "the true mean for all": np.full(len(true), true.mean()),
        "official counts for all": np.full(len(true), priors.restart.rate * priors.capacity.rate),
        UNCORRECTED: ehya(before, None),
        UNTOLD: ehya(before, found.weights),
        UNWEIGHTED: ehya(seen, None),
        CORRECTED: ehya(seen, found.weights),
        "Ehya, weights of the true propensity": ehya(seen, true_weights),
        "logistic, all fields, unweighted": _plain(province, idle, known, None),
        "logistic, all fields, weighted": _plain(province, idle, known, found.weights),
        KNOWABLE: _knowable(province, idle, others),
    }
    counties = idle["county"].to_numpy()
    ways = [_judged(name, each, true, learnt[KNOWABLE], counties) for name, each in learnt.items()]
    return Recovered(ways, len(true), found, hidden_cause(found, seen))


def ratios(
    found: Sequence[Recovered], over: str = UNCORRECTED, of: str = CORRECTED
) -> dict[str, dict[str, float | None]]:
    """Error of one way / error of another, by measure: over provinces the ratio of root mean squares, with its
    interval.

    Parameters
    ----------
    found
        One for each seed.
    over, of
        The way that is compared with, and the one that is compared: corrected / uncorrected by default.

    Returns
    -------
    dict
        Measure -> ``ratio`` and ``low, high``: 90 %, by leaving out one province at a time (jackknife of the logarithm,
        Student's t); ``None`` for a single province.
    """
    table: dict[str, dict[str, float | None]] = {}
    for measure in MEASURES:
        mine, others = (np.array([getattr(each.of(name), measure) for each in found]) ** 2 for name in (of, over))
        log = 0.5 * np.log(mine.mean() / others.mean())
        low = high = None
        if len(found) > 1:
            n = len(found)
            left = 0.5 * np.log((mine.sum() - mine) / (others.sum() - others))
            error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
            width = float(student.ppf(0.95, n - 1)) * error
            low, high = float(np.exp(log - width)), float(np.exp(log + width))
        table[measure] = {"ratio": float(np.exp(log)), "low": low, "high": high}
    return table


def printed(found: Sequence[Recovered]) -> str:
    """Print recoveries as tables: each way (means over provinces), ratios, and what the reports warn of."""
    judged = ", ".join(str(each.judged) for each in found)
    lines = [f"feasibility of {judged} idle units that nobody approached yet, against the truth"]
    heads = f"{'RMSE':>8}{'to knowable':>13}{'counties':>10}{'bias':>9}{'rank corr.':>12}{'mean':>8}"
    lines.append(f"{'':<40}{heads}")
    for each in found[0].ways:
        rows = [other.of(each.name) for other in found]
        mean = {name: np.mean([getattr(row, name) for row in rows]) for name in ("bias", "correlation", "mean")}
        square = {
            name: np.sqrt(np.mean([getattr(row, name) ** 2 for row in rows]))
            for name in ("rmse", "rmse_knowable", "rmse_counties")
        }
        rank = "" if np.isnan(mean["correlation"]) else f"{mean['correlation']:.3f}"
        lines.append(
            f"{each.name:<40}{square['rmse']:>8.4f}{square['rmse_knowable']:>13.4f}{square['rmse_counties']:>10.4f}"
            f"{mean['bias']:>+9.4f}{rank:>12}{mean['mean']:>8.3f}"
        )
    for which, (of, over) in COMPARED.items():
        said = (f"{name} {_interval(row)}" for name, row in ratios(found, over, of).items())
        lines.append(f"{_SAID[which]}: " + ", ".join(said))
    return "\n".join([*lines, *_warned(found)])


def _interval(row: dict[str, float | None]) -> str:
    spread = "" if row["low"] is None else f" ({row['low']:.3f} to {row['high']:.3f})"
    return f"{row['ratio']:.3f}{spread}"


def _warned(found: Sequence[Recovered]) -> list[str]:
    lines = []
    for number, each in enumerate(found):
        totals, late = each.approached.overlap.totals, each.hidden.late
        field, factor = each.approached.benchmark
        codes = [code.value for code in (*each.approached.overlap.warnings, *each.hidden.warnings)]
        lines.append(
            f"province {number}: approached {totals['approached']:.0f} of {totals['units']:.0f}, effective "
            f"{totals['effective_share']:.0%}, AUC {totals['auc']:.2f}; a hidden cause of Gamma "
            f"{each.hidden.tipping:.2f} moves the mean by a quarter, {field} is worth {factor:.2f}; lateness z "
            f"{'-' if late is None else f'{late.z:+.1f}'}; warns: {', '.join(codes) or 'nothing'}"
        )
    return lines


def _judged(name: str, learnt: Floats, truth: Floats, knowable: Floats, counties: np.ndarray) -> Recovery:
    rank = pd.Series(learnt).corr(pd.Series(truth), method="spearman") if np.ptp(learnt) > 0 else np.nan
    off = pd.Series(learnt - truth).groupby(counties).transform("mean")
    return Recovery(
        name,
        float(np.sqrt(((learnt - truth) ** 2).mean())),
        float(np.sqrt(((learnt - knowable) ** 2).mean())),
        float(np.sqrt((off**2).mean())),
        float((learnt - truth).mean()),
        float(rank),
        float(learnt.mean()),
    )


def _knowable(province: Province, idle: pd.DataFrame, others: int) -> Floats:
    """Feasibility as the fields tell it: fitted to the truth of idle units of the same province that are not judged."""
    parameters = {name: value for name, value in province.parameters.items() if name not in ("run", "flows")}
    run = province.parameters["run"]
    larger = simulate(
        len(province.units) + others, seed=run["seed"], approach_bias=run["bias"], as_of=run["as_of"], truth=parameters
    )
    truth = larger.truth.iloc[len(province.units) :]
    truth = truth[truth["feasibility_now"].notna() & ~truth["approached"]]
    fitted = fit(province.units, FULL_SCHEMA, as_of=province.as_of)
    X, Z = (
        matrix(rows, FULL_SCHEMA, fitted, as_of=province.as_of) for rows in (standing(larger).loc[truth.index], idle)
    )
    stated = X.columns[X.notna().any()]
    boosting = HistGradientBoostingRegressor(max_iter=400, learning_rate=0.04, min_samples_leaf=40, random_state=0)
    boosting.fit(X[stated], truth["feasibility_now"])
    return np.asarray(boosting.predict(Z[stated]))


def _plain(province: Province, now: pd.DataFrame, known: pd.DataFrame, weight: pd.Series | None) -> Floats:
    day, labels = province.as_of, _labels(province, known)
    fitted = fit(province.units, FULL_SCHEMA, as_of=day)
    ready = matrix(now, FULL_SCHEMA, fitted, as_of=day)
    learnt = np.ones(len(now))
    for name, since in (("restarted", "approached_on"), ("held", "restarted_on")):
        rows = labels[labels[name].notna()]
        X = matrix(_at(province.units.loc[rows.index], rows[since], day), FULL_SCHEMA, fitted, as_of=day)
        model = _model()
        weights = None if weight is None else weight.loc[rows.index].to_numpy()
        model.fit(X, rows[name].astype(int), logisticregression__sample_weight=weights)
        learnt *= model.predict_proba(ready)[:, 1]
    return learnt


def _labels(province: Province, known: pd.DataFrame) -> pd.DataFrame:
    """Of each approached unit: restarted within the horizon of the approach, and held half capacity at month 12."""
    semi = province.units["status"].reindex(known["unit_id"]).eq(Status.SEMI_ACTIVE.value).to_numpy()
    seen = known["kind"].eq(OutcomeKind.OBSERVED.value)
    high = seen & known["capacity_share"].ge(HALF_CAPACITY)
    approached = _first(known, known["kind"].eq(OutcomeKind.APPROACHED.value))
    back = _first(known, known["kind"].eq(OutcomeKind.RESTARTED.value) | (semi & high)).reindex(approached.index)
    end = approached + pd.DateOffset(months=HORIZON_MONTHS)
    ended = _first(known, known["kind"].isin(_ENDED)).reindex(approached.index)
    last = known.groupby("unit_id")["happened_on"].max().reindex(approached.index)
    restarted = (back <= end).astype(float)
    unknown = ~((back <= end) | (ended <= end) | (last >= end))
    restarted[unknown | (end > province.as_of - pd.DateOffset(months=GRACE_MONTHS))] = np.nan
    ripe = back + pd.DateOffset(months=DURABLE_MONTHS)
    again = _first(known, known["kind"].eq(OutcomeKind.STOPPED_AGAIN.value)).reindex(approached.index)
    late = seen & (known["happened_on"] >= ripe.reindex(known["unit_id"]).to_numpy())
    share = known[late].groupby("unit_id")["capacity_share"].first().reindex(approached.index)
    held = (share >= HALF_CAPACITY).astype(float).where(share.notna())
    held[again <= ripe] = 0.0
    return pd.DataFrame(
        {"approached_on": approached, "restarted_on": back, "restarted": restarted, "held": held.where(back <= end)}
    )


def _first(events: pd.DataFrame, which: pd.Series) -> pd.Series:
    return events[which].groupby("unit_id")["happened_on"].min()


def _at(units: pd.DataFrame, since: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    months = (since - units["stopped_on"]).dt.days / DAYS_OF_MONTH
    none = pd.Series(pd.NaT, index=units.index, dtype="datetime64[s]")
    return units.assign(stopped_on=none, idle_months=months.clip(lower=0), as_of=as_of.as_unit("s"))


def _model() -> Any:
    numbers = [name for name in FULL_SCHEMA.names if name not in [*_LEVELS, Feature.PROVINCE_LEVEL.value]]
    imputed = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    ready = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), _LEVELS), (imputed, numbers)
    )
    return make_pipeline(ready, LogisticRegression(C=0.1, max_iter=2000))
