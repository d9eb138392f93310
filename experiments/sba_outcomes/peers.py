"""Rivals in the same run: untuned learners on the raw columns, and plain baselines."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from experiments.sba_outcomes.forecast import HORIZON
from experiments.sba_outcomes.learners.encoding import Path, fit_encoding
from experiments.sba_outcomes.loans import Loans
from experiments.sba_outcomes.schema import ROLES, STATED

Floats = npt.NDArray[np.float64]

CATEGORIES = ["bank", "bank_state", "state", "zip3", "naics2", "naics4", "product"]
FEW = ["bank_state", "state", "naics2", "product"]
"""Those with few enough levels for learners that take no thousands."""

LEVEL = 0.8

LENDER_PRIOR = 10.0
"""Loans of the mean of all that hold back a lender's own mean."""


@dataclass(frozen=True)
class Peer:
    """One library: how it makes a classifier, a model of counts and a model of a quantile."""

    categories: list[str]
    classifier: Any
    counts: Any
    quantile: Any | None = None


def peers() -> dict[str, Peer]:
    """All peers that are installed; LightGBM and CatBoost come with the extra ``peers``."""
    found = {
        "logistic": Peer(
            FEW, lambda: LogisticRegression(max_iter=500), lambda: PoissonRegressor(alpha=1e-3, max_iter=500)
        ),
        "hist_gradient_boosting": Peer(
            FEW,
            lambda: HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0),
            lambda: HistGradientBoostingRegressor(loss="poisson", categorical_features="from_dtype", random_state=0),
        ),
    }
    if importlib.util.find_spec("lightgbm"):
        import lightgbm  # type: ignore[import-untyped,unused-ignore]

        how: dict[str, Any] = {"n_estimators": 200, "learning_rate": 0.03, "num_leaves": 15, "min_child_samples": 40}
        how |= {"verbose": -1, "n_jobs": 1, "random_state": 0, "deterministic": True, "force_row_wise": True}
        found["lightgbm"] = Peer(
            CATEGORIES,
            lambda: lightgbm.LGBMClassifier(**how),
            lambda: lightgbm.LGBMRegressor(objective="poisson", **how),
            lambda share: lightgbm.LGBMRegressor(objective="quantile", alpha=share, **how),
        )
    if importlib.util.find_spec("catboost"):
        import catboost  # type: ignore[import-untyped,unused-ignore]

        cat: dict[str, Any] = {
            "iterations": 300,
            "learning_rate": 0.05,
            "depth": 6,
            "verbose": False,
            "thread_count": 1,
        }
        cat |= {"random_seed": 0, "allow_writing_files": False, "cat_features": CATEGORIES, "max_ctr_complexity": 1}
        found["catboost"] = Peer(
            CATEGORIES,
            lambda: catboost.CatBoostClassifier(**cat),
            lambda: catboost.CatBoostRegressor(loss_function="Poisson", **cat),
        )
    return found


def peer_probability(name: str, peer: Peer, seen: Loans, label: Floats, ahead: Loans) -> Floats:
    """Fit on the random part with its weights and forecast, shape (len(ahead),); what never varied is said again."""
    if len(np.unique(label)) < 2:
        return np.full(len(ahead), float(label.mean()))
    X, Z = _raw(name, peer, seen, ahead)
    return np.asarray(_fitted(name, peer.classifier(), X, label.astype(int), seen.weights).predict_proba(Z)[:, 1])


def peer_jobs(name: str, peer: Peer, seen: Loans, ahead: Loans) -> pd.DataFrame:
    """Forecast counts; intervals are quantiles made conformal on a fifth of the rows (CQR), where there are any."""
    X, Z = _raw(name, peer, seen, ahead)
    jobs, weights = seen.jobs, seen.weights / seen.weights.mean()
    frame = pd.DataFrame({"jobs_point": _fitted(name, peer.counts(), X, jobs, weights).predict(Z)})
    chance = _fitted(name, peer.classifier(), X, (jobs > 0).astype(int), weights)
    frame["p_any"] = chance.predict_proba(Z)[:, 1]
    if peer.quantile is None:
        return frame
    some = jobs > 0
    names = {"jobs": np.ones(len(jobs), dtype=bool), "jobs_if_any": some}
    for prefix, rows in names.items():
        low, high = _cqr(name, peer, X[rows], jobs[rows], weights[rows], Z)
        # The same fairness as for our own intervals: whole numbers inside, nothing below what can occur.
        floor = 1.0 if prefix == "jobs_if_any" else 0.0
        frame[f"{prefix}_low"] = np.maximum(np.ceil(low), floor)
        frame[f"{prefix}_high"] = np.maximum(np.floor(high), frame[f"{prefix}_low"])
    return frame


def baselines(seen: Loans, label: Floats, ahead: Loans, *, until: float) -> dict[str, Floats]:
    """The base rate of the last three years, and the lender's own shrunken rate."""
    recent = seen.years > seen.years.max() - HORIZON
    rate = float(np.average(label[recent], weights=seen.weights[recent]))
    path = Path("lender", ("bank",))
    heavy = seen.weights / seen.weights.mean()
    fitted = fit_encoding(
        seen.table, label, heavy, seen.years, [path], until=until, half_life=HORIZON, strength=5.0
    )  # fmt: skip
    odds = rate / (1 - rate) * np.exp(fitted.encode(ahead.table)["lender_bank"].to_numpy())
    return {"base_rate": np.full(len(ahead), rate), "lender_rate": odds / (1 + odds)}


def baseline_jobs(seen: Loans, ahead: Loans) -> dict[str, pd.DataFrame]:
    """The same baselines for counts: what the loans of the last three years stated, of all and of the same lender."""
    recent = seen.where(seen.years > seen.years.max() - HORIZON)
    order = np.argsort(recent.jobs)
    jobs, weights = recent.jobs[order], recent.weights[order]
    mean, some = float(np.average(jobs, weights=weights)), jobs > 0
    chance = float(np.average(some, weights=weights))
    ends = {"jobs_low": 0.0, "jobs_high": _quantile(jobs, weights, LEVEL)}
    ends |= {
        f"jobs_if_any_{end}": _quantile(jobs[some], weights[some], share)
        for end, share in (("low", (1 - LEVEL) / 2), ("high", (1 + LEVEL) / 2))
    }
    flat = pd.DataFrame({"jobs_point": mean, "p_any": chance, **ends}, index=range(len(ahead)))
    lender, names = pd.factorize(recent.table["bank"])
    code = pd.Index(names).get_indexer(pd.Index(ahead.table["bank"]))
    heavy = recent.weights / recent.weights.mean()
    total = np.append(np.bincount(lender, heavy), 0.0)[code]
    shrunk = {
        name: (np.append(np.bincount(lender, heavy * values), 0.0)[code] + LENDER_PRIOR * at) / (total + LENDER_PRIOR)
        for name, values, at in (("jobs", recent.jobs, mean), ("any", recent.jobs > 0, chance))
    }
    own = flat.assign(jobs_point=shrunk["jobs"], p_any=shrunk["any"])
    return {"base_rate": flat, "lender_rate": own}


def _quantile(values: Floats, weights: Floats, share: float) -> float:
    at = int(np.searchsorted(weights.cumsum() / weights.sum(), share))
    return float(values[min(at, len(values) - 1)])


def _cqr(
    name: str, peer: Peer, X: pd.DataFrame, jobs: Floats, weights: Floats, Z: pd.DataFrame
) -> tuple[Floats, Floats]:
    assert peer.quantile is not None
    tail, held = (1 - LEVEL) / 2, np.arange(len(jobs)) % 5 == 0
    ends = [_fitted(name, peer.quantile(share), X[~held], jobs[~held], weights[~held]) for share in (tail, 1 - tail)]
    score = np.maximum(ends[0].predict(X[held]) - jobs[held], jobs[held] - ends[1].predict(X[held]))
    order = np.argsort(score)
    upto = weights[held][order].cumsum() / weights[held].sum()
    margin = score[order][min(np.searchsorted(upto, LEVEL), len(order) - 1)]
    return ends[0].predict(Z) - margin, ends[1].predict(Z) + margin


def _raw(name: str, peer: Peer, seen: Loans, ahead: Loans) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = [name for name in (*ROLES.numbers, *peer.categories) if name in STATED]
    X, Z = (loans.table[columns].assign(years=loans.years) for loans in (seen, ahead))
    if name in {"lightgbm", "hist_gradient_boosting"}:
        for column in peer.categories:
            kind = pd.CategoricalDtype(pd.Index(X[column].unique()))
            X[column], Z[column] = X[column].astype(kind), Z[column].astype(kind)
    return X, Z


def _fitted(name: str, estimator: Any, X: pd.DataFrame, target: Floats, weights: Floats) -> Any:
    if name == "logistic":
        ready = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), FEW),
            remainder=make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler()),
        )
        pipeline = make_pipeline(ready, estimator)
        return pipeline.fit(X, target, **{f"{pipeline.steps[-1][0]}__sample_weight": weights / weights.mean()})
    return estimator.fit(X, target, sample_weight=weights / weights.mean())
