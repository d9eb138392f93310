"""A small made-up appraisal table: every number is drawn, nothing is reported."""

import numpy as np
import pandas as pd

from engine.domain.unit import Confidence, DealForm, Origin, Status, unit_table
from engine.reference.tables import table


def appraisal(size=300, *, random_state=0, offers_only=False, unknown_share=0.1):
    """Appraisal table with ``size`` synthetic units of West Azerbaijan and its neighbours."""
    draw = np.random.default_rng(random_state)
    counties = table("counties").query("province in ['West Azerbaijan', 'East Azerbaijan', 'Kurdistan']")
    codes = [code for code in table("isic")["code"] if code[:1] in "12" and len(code) >= 2]
    place = counties.iloc[draw.integers(len(counties), size=size)]
    rows = pd.DataFrame(
        {
            "unit_id": [f"u{number:07d}" for number in draw.permutation(size)],
            "isic": draw.choice(codes, size),
            "province": place["province"].to_numpy(),
            "county": place["county"].to_numpy(),
            "status": draw.choice([Status.IDLE, Status.SEMI_ACTIVE, Status.UNKNOWN], size),
            "stopped_on": pd.Timestamp("2025-01-01") - pd.to_timedelta(draw.integers(30, 4000, size), unit="D"),
            "capital_needed_rial": draw.integers(10, 8000, size) * 10**9,
            "power_kw": draw.integers(50, 3000, size).astype(float),
            "land_m2": draw.integers(500, 40_000, size).astype(float),
            "deal_forms": draw.choice([";".join(sorted(pair)) for pair in _pairs()], size),
            "jobs_now": draw.integers(0, 5, size),
            "origin": Origin.SYNTHETIC,
            "as_of": pd.Timestamp("2025-09-01"),
            "confidence": draw.choice(list(Confidence), size),
            "price_year": 1404,
        }
    )
    for column in ("isic", "county", "capital_needed_rial", "power_kw", "land_m2", "deal_forms", "stopped_on"):
        rows[column] = rows[column].astype(object).where(draw.random(size) >= unknown_share, None)
    return _appraised(unit_table(rows), draw, offers_only)


def _appraised(units, draw, offers_only):
    size = len(units)
    feasibility = draw.beta(2, 6, size)
    jobs = draw.gamma(2, 15, size)
    capital = units["capital_needed_rial"].to_numpy(dtype=float, na_value=np.nan) / 1e9
    triages = ["offer"] if offers_only else ["offer", "offer", "fix_first", "repurpose_or_sell", "cannot_judge"]
    return units.assign(
        feasibility_point=np.where(draw.random(size) < 0.1, np.nan, feasibility),
        jobs_expected_point=feasibility * jobs,
        jobs_expected_per_billion_rial_point=feasibility * jobs / capital,
        triage=draw.choice(triages, size),
        red_flags=draw.choice(["", "heavy_debt", "heavy_debt;litigation"], size),
        prior_driven=True,
        public_completeness=1.0 if offers_only else draw.choice([0.3, 0.65, 0.7, 1.0], size),
    )


def _pairs():
    forms = [form.value for form in DealForm]
    return [{one, two} for one in forms for two in forms]
