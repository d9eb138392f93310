"""Landmarks as a table to learn from: X, y, weights, groups, dates, and a datasheet that says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False, slots=True)
class Landmarks:
    """A table to learn from; all parts have the same index, 0..n-1, by unit and date.

    Parameters
    ----------
    X
        Shape (n, features): what was known of the unit on the date. A category is the number of its level, NaN is not
        known.
    y
        Shape (n,), 0 or 1: whether the unit came back to stay; see ``datasheet["label"]``.
    weights
        Shape (n,), above zero, of mean 1.
    groups
        Shape (n, 4): ``unit_id, county, sector, size``.
    dates
        Shape (n,): the landmark, first day of a quarter.
    datasheet
        JSON-able: what the table is, how it came about, and what it is not.
    """

    X: pd.DataFrame
    y: pd.Series
    weights: pd.Series
    groups: pd.DataFrame
    dates: pd.Series
    datasheet: dict[str, Any]

    def __len__(self) -> int:
        return len(self.y)
