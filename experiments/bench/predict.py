"""Features and predict over a million units, against the bare estimator on a ready matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from engine.domain.unit import Barrier, Status, unit_table
from engine.reference import table
from engine.scoring.artefact import Model
from engine.scoring.design import Floats
from engine.scoring.document import Document
from engine.scoring.runtime import raw
from experiments.bench.timing import compare
from features import FULL_SCHEMA, fit, matrix

UNITS = 1_000_000
LEARNT_FROM = 20_000
COLUMNS = 40
ITERATIONS, DEPTH = 200, 6
AS_OF = pd.Timestamp("2025-03-20")


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of ``features.matrix`` and ``engine.scoring.runtime.raw`` to the estimator's own ``predict_proba``.

    The model is histogram boosting, 200 iterations of depth 6, on the first 40 features of the full schema, fitted on a
    synthetic unit table whose outcome depends on sector, idle time and debt.
    """
    schema = FULL_SCHEMA.subset(FULL_SCHEMA.names[:COLUMNS])
    learnt = synthetic_units(LEARNT_FROM, random_state=random_state)
    fitted = fit(learnt, schema, as_of=AS_OF)
    known = matrix(learnt, schema, fitted, as_of=AS_OF)
    boosting = HistGradientBoostingClassifier(
        max_iter=ITERATIONS, max_depth=DEPTH, early_stopping=False, random_state=random_state
    ).fit(known.to_numpy(), _outcome(learnt, random_state))
    model = Model({"feasibility": boosting}, Document(features=schema.names))
    units = synthetic_units(UNITS, random_state=random_state + 1)
    ready = np.ascontiguousarray(matrix(units, schema, fitted, as_of=AS_OF).to_numpy())

    def ours() -> Floats:
        return raw(model, matrix(units, schema, fitted, as_of=AS_OF), head="feasibility")

    def bare() -> Floats:
        probability: Floats = boosting.predict_proba(ready)[:, 1]
        return probability

    assert np.array_equal(ours(), bare())
    return compare(ours, bare, repeats=repeats)


def synthetic_units(count: int, *, random_state: int) -> pd.DataFrame:
    """Unit table of made-up units with every field that a feature reads, a fifth of the cells empty."""
    draw = np.random.default_rng(random_state)
    counties = table("counties")[["province", "county"]]
    place = counties.iloc[draw.integers(0, len(counties), count)].reset_index(drop=True)
    causes = [f"{a};{b}" for a in Barrier for b in Barrier if a < b]
    columns = {
        "unit_id": np.char.mod("synthetic-%d", np.arange(count)),
        "province": place["province"],
        "county": place["county"],
        "estate": pd.Categorical(draw.choice(["شهرک صنعتی ساختگی", "خارج از شهرک"], count)),
        "isic": pd.Categorical(draw.choice(["1010", "1030", "1311", "2220", "2395", "2410", "2821", "2930"], count)),
        "status": pd.Categorical(draw.choice([Status.IDLE.value, Status.SEMI_ACTIVE.value], count)),
        "stop_causes": pd.Categorical(draw.choice(causes, count)),
        "idle_months": draw.gamma(2.0, 40.0, count),
        "established_on": pd.Timestamp("1985-01-01") + pd.to_timedelta(draw.integers(0, 12_000, count), unit="D"),
        "prior_revivals": draw.integers(0, 3, count),
        "machinery_year": draw.integers(1975, 2020, count),
        "bank_owned": draw.random(count) < 0.1,
        "title_deed": draw.random(count) < 0.6,
        "litigation_count": draw.integers(0, 4, count),
        "price_year": np.full(count, 1403),
        "capacity_text": pd.Series(draw.choice(["500 تن", "1200 تن", "40000 تن"], count)),
    }
    shares = {name: draw.random(count) for name in ("capacity_share", "export_share")}
    sizes = {
        name: np.exp(draw.normal(centre, 1.0, count)).astype("int64")
        for name, centre in {
            "land_m2": 9, "building_m2": 8, "power_kw": 6, "gas_m3_per_hour": 5, "water_l_per_s": 2,
            "jobs_before_stop": 3, "jobs_now": 1, "capital_needed_rial": 25, "bank_debt_rial": 24,
            "tax_debt_rial": 22, "social_security_debt_rial": 22, "other_debt_rial": 21,
        }.items()
    }  # fmt: skip
    units = unit_table(pd.DataFrame(columns | shares | sizes))
    for name in (*shares, *sizes, "idle_months", "capacity_text"):
        units.loc[draw.random(count) < 0.2, name] = None
    return units


def _outcome(units: pd.DataFrame, random_state: int) -> np.ndarray:
    debt = np.log1p(units["bank_debt_rial"].astype("float64").fillna(0).to_numpy() / 1e9)
    idle = units["idle_months"].fillna(60).to_numpy() / 60
    score = 0.5 - 0.3 * idle - 0.1 * debt + 0.5 * units["isic"].str.startswith("1").to_numpy()
    came = np.random.default_rng(random_state).random(len(units)) < 1 / (1 + np.exp(-score))
    return np.asarray(came, dtype=int)
