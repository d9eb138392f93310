"""Synthetic appraisals for the tests of this folder."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from engine.domain.unit import unit_table

AS_OF = pd.Timestamp("2026-06-01")


def appraised(rows: list[dict], **columns) -> pd.DataFrame:
    """Unit table with whatever other columns the rows name; units are called u0, u1, ... unless they say otherwise."""
    frame = pd.DataFrame([{"unit_id": f"u{place}"} | row for place, row in enumerate(rows)]).set_index("unit_id")
    table = unit_table(frame)
    extra = frame[[name for name in frame.columns if name not in table.columns]]
    extra.index = table.index
    return table.join(extra).assign(**columns)


_row = st.fixed_dictionaries(
    {
        "isic": st.sampled_from([None, "1030", "10", "2395"]),
        "triage": st.sampled_from(["offer", "fix_first", "repurpose_or_sell", "cannot_judge"]),
        "feasibility_low": st.just(0.05),
        "feasibility_point": st.sampled_from([None, 0.1, 0.2, 0.20000001, 0.5]),
        "feasibility_high": st.just(0.6),
        "jobs_if_revived_point": st.sampled_from([None, 0.0, 3.0, 40.0, 2000.0]),
        "jobs_per_billion_rial_point": st.sampled_from([None, 0.001, 0.05, 1.0]),
        "capital_needed_rial": st.sampled_from([None, 10**9, 10**12]),
        "bank_debt_rial": st.sampled_from([None, 0, 10**12]),
        "title_deed": st.sampled_from([None, True, False]),
        "bank_owned": st.sampled_from([None, True, False]),
        "stop_causes": st.sampled_from([None, "unknown", "bank_debt", "market_demand", "bank_debt;utilities"]),
        "price_year": st.just(1404),
    }
)


def appraisals(**size):
    """Hypothesis: appraisals with holes and ties."""
    return st.lists(_row, **size).map(lambda rows: _typed(appraised(rows)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = [name for name in frame.columns if name.startswith(("feasibility", "jobs_if", "jobs_per"))]
    return frame.astype(dict.fromkeys(numbers, "float64"))
