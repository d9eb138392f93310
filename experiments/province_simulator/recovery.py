"""How much of the truth comes back: feasibility of the units that stand idle, learnt from the log, beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine import scoring
from engine.domain.outcome import OutcomeKind
from engine.domain.unit import Origin, Status
from engine.reference.reported import reported_units
from experiments.province_simulator.fields import OUTSIDE
from experiments.province_simulator.province import Province
from experiments.province_simulator.register import standing
from experiments.province_simulator.truth import Floats
from features import Feature, fit, matrix
from features.catalogue import FULL_SCHEMA
from training.dataset import DAYS_OF_MONTH, DURABLE_MONTHS, HALF_CAPACITY, HORIZON_MONTHS, sample
from training.training import TRIALS, fit_sample

LARGEST_WEIGHT = 20.0
GRACE_MONTHS = 14
"""A restart is known at once, standing idle only from the next yearly visit: younger outcomes would flatter."""

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
    correlation
        Of learnt and true, by rank; missing where all are judged alike.
    mean
        Mean of what was learnt.
    """

    name: str
    rmse: float
    rmse_knowable: float
    bias: float
    correlation: float
    mean: float


def recover(province: Province, *, random_state: int = 0, trials: int = TRIALS) -> list[Recovery]:
    """Learn feasibility from the log in several ways and compare with the truth.

    Judged are the units that nobody approached yet: an approach that came to nothing tells something that no feature
    holds. ``Ehya as it stands`` is ``training.training.fit_sample`` on reported units and the province's own, whose
    records are passed off as a register's, since a training leaves synthetic ones out. The plain ones are logistic
    regressions on all features, from the day of the approach: unweighted, weighted by the inverse of a propensity
    estimated from the recorded fields, and by that of the true one. ``knowable`` is boosting fitted to the truth
    itself, out of fold: what the features can tell at all.

    Parameters
    ----------
    province
        Simulated province.
    random_state
        Seed of Ehya's training.
    trials
        Penalties that its search tries.
    """
    now, truth = standing(province), province.truth
    waiting = truth.index[truth["feasibility_now"].notna() & ~truth["approached"]]
    idle, known = now.loc[waiting], province.events[province.events["known_on"] <= province.as_of]
    true = truth.loc[waiting, "feasibility_now"].to_numpy()
    knowable = _knowable(province, idle, true)
    weights = {
        "logistic, from the approach": None,
        "weighted, propensity estimated": 1 / _propensity(province),
        "weighted, propensity known": 1 / truth["propensity"],
    }
    learnt = {
        "the true mean for all": np.full(len(true), true.mean()),
        "Ehya as it stands": _ehya(province, idle, known, random_state, trials),
        **{name: _plain(province, idle, known, each) for name, each in weights.items()},
        "knowable: fitted to the truth": knowable,
    }
    return [_judged(name, each, true, knowable) for name, each in learnt.items()]


def printed(found: list[Recovery], units: int) -> str:
    """Print recoveries as a table."""
    lines = [f"feasibility of {units} idle units that nobody approached yet, against the truth"]
    lines.append(f"{'':<38}{'RMSE':>8}{'to knowable':>13}{'bias':>9}{'rank corr.':>12}{'mean':>8}")
    lines += [
        f"{one.name:<38}{one.rmse:>8.4f}{one.rmse_knowable:>13.4f}{one.bias:>+9.4f}"
        f"{'' if np.isnan(one.correlation) else f'{one.correlation:.3f}':>12}{one.mean:>8.3f}"
        for one in found
    ]
    return "\n".join(lines)


def _judged(name: str, learnt: Floats, truth: Floats, knowable: Floats) -> Recovery:
    rank = pd.Series(learnt).corr(pd.Series(truth), method="spearman") if np.ptp(learnt) > 0 else np.nan
    return Recovery(
        name,
        float(np.sqrt(((learnt - truth) ** 2).mean())),
        float(np.sqrt(((learnt - knowable) ** 2).mean())),
        float((learnt - truth).mean()),
        float(rank),
        float(learnt.mean()),
    )


def _knowable(province: Province, now: pd.DataFrame, truth: Floats) -> Floats:
    fitted = fit(province.units, FULL_SCHEMA, as_of=province.as_of)
    X = matrix(now, FULL_SCHEMA, fitted, as_of=province.as_of)
    boosting = HistGradientBoostingRegressor(max_iter=150, learning_rate=0.05, min_samples_leaf=40, random_state=0)
    stated = X.dropna(axis="columns", how="all")
    return np.asarray(cross_val_predict(boosting, stated, truth, cv=KFold(5, shuffle=True, random_state=0)))


def _propensity(province: Province) -> pd.Series:
    """P(approached within the horizon of the record), logistic on the recorded fields that every row states."""
    units = province.units
    fields = pd.DataFrame(
        {
            "outside": units["estate"] == OUTSIDE,
            "size": np.log(units["jobs_before_stop"].astype("float64")),
            "bank_owned": units["bank_owned"].astype("float64"),
        }
    ).join(pd.get_dummies(units["county"]))
    approached = _first(province.events, province.events["kind"] == OutcomeKind.APPROACHED.value).reindex(units.index)
    end = units["as_of"] + pd.DateOffset(months=HORIZON_MONTHS)
    ripe = end <= province.as_of
    model = LogisticRegression(max_iter=2000).fit(fields[ripe].astype(float), (approached <= end)[ripe])
    return pd.Series(model.predict_proba(fields.astype(float))[:, 1], index=units.index)


def _ehya(province: Province, now: pd.DataFrame, known: pd.DataFrame, random_state: int, trials: int) -> Floats:
    passed_off = province.units.assign(origin=Origin.REGISTER.value)
    seen = sample(reported_units(), passed_off, known, as_of=province.as_of)
    model = fit_sample(seen, as_of=province.as_of, random_state=random_state, trials=trials).model
    X = matrix(now, model.schema, model.fitted, as_of=province.as_of)
    return scoring.predict(model, X, now, as_of=province.as_of)["feasibility_point"].to_numpy()


def _plain(province: Province, now: pd.DataFrame, known: pd.DataFrame, weight: pd.Series | None) -> Floats:
    day, labels = province.as_of, _labels(province, known)
    fitted = fit(province.units, FULL_SCHEMA, as_of=day)
    ready = matrix(now, FULL_SCHEMA, fitted, as_of=day)
    learnt = np.ones(len(now))
    for name, since in (("restarted", "approached_on"), ("held", "restarted_on")):
        rows = labels[labels[name].notna()]
        X = matrix(_at(province.units.loc[rows.index], rows[since], day), FULL_SCHEMA, fitted, as_of=day)
        model = _model()
        weights = None if weight is None else weight.loc[rows.index].clip(upper=LARGEST_WEIGHT).to_numpy()
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
