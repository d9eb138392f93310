"""Nominal capacity in tonnes a year, as registers write it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.parsing.capacity import tonnes_a_year

WRITTEN = {
    "۱۴٬۰۰۰ تن نخ نایلون و ۱٬۰۰۰ تن گرانول": 14_000,
    "سالانه ۶۷ هزارتن گرانول": 67_000,
    "دریافت روزانه 3 تن شیر": 900,
    "ماهانه ۵ هزار تن شمش بیلت": 60_000,
    "۲٫۵ میلیون تن در سال": 2_500_000,
    "17200 t": 17_200,
    "6,500 tonnes per year": 6500,
    "20 tons/day": 6000,
    "۳۵ میلیون قطعه پوشاک در سال": np.nan,
    "ماهانه ۷۵ هزار مترمربع": np.nan,
    "تنها ۳۰ دستگاه": np.nan,
    "۲۰۰ تنور": np.nan,
    "": np.nan,
    None: np.nan,
}


def test_tonnes_are_read_and_nothing_else_is():
    found = tonnes_a_year(pd.Series(list(WRITTEN), dtype="str"))
    assert found == pytest.approx(np.array(list(WRITTEN.values()), dtype=float), nan_ok=True)


def test_a_column_that_tells_nothing_is_read_at_once():
    assert np.isnan(tonnes_a_year(pd.Series([None, None], dtype="str"))).all()
    assert len(tonnes_a_year(pd.Series([], dtype="str"))) == 0
