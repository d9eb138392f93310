"""A register of made-up candidates; makes the module of cases importable."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.domain.prediction import Output, columns

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def candidate_rows() -> pd.DataFrame:
    """A table of 30 candidates as `engine.packages.candidates.candidate_table` makes it."""
    random = np.random.default_rng(5)
    n = 30
    chance, jobs = random.uniform(0.1, 0.6, n), random.uniform(5, 120, n)
    low, point, high = columns(Output.FEASIBILITY)
    fewest, usual, most = columns(Output.JOBS_IF_REVIVED)
    return pd.DataFrame(
        {
            "name": [f"واحد {row}" for row in range(n)],
            "province": "West Azerbaijan",
            "county": random.choice(["Urmia", "Khoy", "Mahabad"], n),
            "estate": None,
            "isic": random.choice(["1030", "13", "2395"], n),
            "status": "idle",
            "deal_forms": random.choice(["lease", "lease;sale", ""], n),
            "triage": random.choice(["offer", "offer", "fix_first"], n),
            "origin": "synthetic",
            low: chance * 0.5,
            point: chance,
            high: np.minimum(chance * 1.7, 0.95),
            fewest: jobs * 0.5,
            usual: jobs,
            most: jobs * 2,
            "size": random.choice(["small", "large"], n),
            "publishable": random.random(n) < 0.9,
            "known": True,
            "withdrawn": False,
            "net": 0.55,
            "capital_estimated": False,
            "capital": random.integers(20, 400, n) * 1e9,
            "debt": random.integers(0, 300, n) * 1e9,
            "public_money": np.nan,
            "hard_currency": np.nan,
        },
        index=pd.Index([f"U{row:02d}" for row in range(n)], name="unit_id"),
    ).astype({"estate": "str"})
