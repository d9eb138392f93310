"""Units of West Azerbaijan with every field filled in somewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import FIELDS, Field, Kind, unit_table
from engine.reference import table

DAY = pd.Timestamp("2025-06-01")


@pytest.fixture
def day() -> pd.Timestamp:
    return DAY


@pytest.fixture
def units() -> pd.DataFrame:
    """Sixty units; a fifth of each field's cells is empty."""
    draw = np.random.default_rng(7)
    count = 60
    counties = table("counties").query("province == 'West Azerbaijan'")["county"].to_numpy(dtype=object)
    causes = np.array(["working_capital", "bank_debt;working_capital", "market_demand", "utilities", "unknown"], object)
    rows: dict[str, object] = {
        "unit_id": [f"unit-{number:02d}" for number in range(count)],
        Field.PROVINCE: np.full(count, "West Azerbaijan", object),
        Field.COUNTY: counties[draw.integers(0, len(counties), count)],
        Field.ISIC: np.array(["10", "1030", "2395", "25", "52", "J"], object)[draw.integers(0, 6, count)],
        Field.STATUS: np.array(["idle", "semi_active", "operating"], object)[draw.integers(0, 3, count)],
        Field.STOP_CAUSES: causes[draw.integers(0, 5, count)],
        Field.STOPPED_ON: pd.Timestamp("2012-01-01") + pd.to_timedelta(draw.integers(0, 5500, count), unit="D"),
        Field.ESTABLISHED_ON: pd.Timestamp("1990-01-01") + pd.to_timedelta(draw.integers(0, 9000, count), unit="D"),
        "as_of": pd.Timestamp("2024-10-01"),
        "price_year": draw.integers(1399, 1405, count),
    }
    of_kind = {Kind.COUNT: (0, 90), Kind.MONEY: (0, 10**12), Kind.YEAR: (1980, 2030), Kind.FLAG: (0, 2)}
    for field, spec in FIELDS.items():
        if spec.kind in of_kind:
            values = draw.integers(*of_kind[spec.kind], count)
            rows[field] = values.astype(bool) if spec.kind is Kind.FLAG else values
        elif spec.kind in (Kind.NUMBER, Kind.SHARE):
            rows[field] = draw.uniform(0, 1, count)
    frame = unit_table(pd.DataFrame({str(name): values for name, values in rows.items()}))
    for field in FIELDS:
        frame.loc[frame.index[draw.random(count) < 0.2], field.value] = None
    return frame
