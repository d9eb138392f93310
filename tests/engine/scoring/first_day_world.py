"""Units of made-up registers for the tests of the first day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import unit_table

AS_OF = pd.Timestamp("2026-11-23")
USUAL = {
    "unit_id": "a", "province": "West Azerbaijan", "county": "Urmia", "isic": "10", "status": "idle",
    "idle_months": 48.0, "jobs_before_stop": 40, "jobs_now": 0, "price_year": 1404, "origin": "register",
    "as_of": AS_OF,
}  # fmt: skip


def units(*changes: dict) -> pd.DataFrame:
    """One unit for each set of changes to the usual one."""
    return unit_table(pd.DataFrame([USUAL | change for change in changes]))


def register(count: int, *, seed: int = 0) -> pd.DataFrame:
    """So many idle units, every field of every third one blank."""
    rng = np.random.default_rng(seed)
    drawn = pd.DataFrame(
        {
            "unit_id": [f"u{number}" for number in range(count)],
            "province": "West Azerbaijan",
            "county": rng.choice(["Urmia", "Khoy", "Mahabad"], count),
            "isic": rng.choice(["10", "13", "20", "23", "25", "28", "31"], count),
            "status": "idle",
            "idle_months": np.round(rng.gamma(1.5, 40, count), 1),
            "jobs_before_stop": rng.lognormal(3, 1, count).astype(int),
            "jobs_now": 0,
            "machinery_year": rng.integers(1985, 2022, count),
            "land_m2": rng.lognormal(8.5, 0.8, count).round(),
            "building_m2": rng.lognormal(7.4, 0.8, count).round(),
            "power_kw": rng.lognormal(5.4, 0.9, count).round(),
            "tax_debt_rial": (rng.lognormal(1.5, 1, count) * 1e9).astype("int64"),
            "bank_debt_rial": (rng.lognormal(3, 1, count) * 1e9).astype("int64"),
            "title_deed": rng.random(count) < 0.7,
            "bank_owned": rng.random(count) < 0.1,
            "litigation_count": rng.poisson(1, count),
            "stop_causes": rng.choice(["working_capital", "market_demand", "legal_dispute", "management"], count),
            "price_year": 1404,
            "origin": "register",
            "as_of": AS_OF,
        }
    ).astype(object)
    for name in drawn.columns[8:-4]:
        drawn.loc[rng.random(count) < 1 / 3, name] = None
    return unit_table(drawn)
