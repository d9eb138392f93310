"""Nominal capacity as people write it: tonnes a year, where a text says tonnes of a day, a month or a year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.parsing.text import arrow, fold_column

DAYS_A_YEAR = 300
"""Days on which a plant works (assumed)."""

_TONNES = r"(?P<number>\d[\d,٬]*(?:[.٫]\d+)?) *(?P<scale>هزار|میلیون)? *(?:تن|tonnes?|tons?|t)(?:[^\p{L}]|$)"
_SCALES = {"هزار": 1e3, "میلیون": 1e6}
_DAILY, _MONTHLY = r"روز|daily|per day|a day|/ ?day", r"ماه|monthly|per month|a month|/ ?month"


def tonnes_a_year(texts: pd.Series) -> npt.NDArray[np.float64]:
    """Tonnes a year that texts speak of, shape (n,); NaN where they speak of none.

    Parameters
    ----------
    texts
        Shape (n,), as written; the first tonnage of a text counts, and without a period it is that of a year. Other
        measures (pieces, square metres) are not read: what a worker makes of them differs by the thing.

    Examples
    --------
    >>> tonnes_a_year(pd.Series(["ماهانه ۵ هزار تن شمش", "روزانه ۱۷۰ تن مقوا", "6,500 tonnes a year", "۲۰۰ هزار حلقه"]))
    array([60000., 51000.,  6500.,    nan])
    """
    if not texts.notna().any():
        return np.full(len(texts), np.nan)
    folded = arrow(fold_column(texts))
    found = pc.extract_regex(folded, _TONNES)
    number = pc.replace_substring_regex(pc.struct_field(found, "number"), "[,٬]", "")
    number = pc.replace_substring(number, "٫", ".")
    values = pc.cast(number, pa.float64()).to_numpy(zero_copy_only=False)
    scale = pd.Series(pc.struct_field(found, "scale").to_pandas()).map(_SCALES).fillna(1.0).to_numpy(np.float64)
    times = np.where(_says(folded, _DAILY), DAYS_A_YEAR, np.where(_says(folded, _MONTHLY), 12, 1))
    return np.asarray(values * scale * times, dtype=np.float64)


def _says(texts: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    hit = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    return np.asarray(hit.to_numpy(zero_copy_only=False), dtype=bool)
