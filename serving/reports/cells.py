"""What may stand in a cell of an export: text that no spreadsheet runs, numbers that stay numbers."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First letters that spreadsheets may run as a formula (OWASP, "CSV Injection"), with their full-width forms."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML 1.0 cannot hold them


def neutral(value: Any) -> Any:
    """The same value, with a leading apostrophe where a spreadsheet could take a text for a formula.

    Numbers, dates and missing values pass unchanged.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-5"), neutral(-5), neutral("کارخانه")
    ("'=1+1", "'-5", -5, 'کارخانه')
    """
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def plain(value: Any) -> Any:
    """A Python value that JSON and spreadsheets know: numpy scalars unpacked, every kind of missing as ``None``.

    Examples
    --------
    >>> plain(np.int64(3)), plain(pd.NA), plain(float("nan")), plain(pd.Timestamp("2026-11-23"))
    (3, None, None, datetime.date(2026, 11, 23))
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value.replace(tzinfo=None)
    return value


def canonical_value(value: Any) -> Any:
    """A value as canonical JSON holds it: as `plain`, with ISO dates and sorted lists for sets.

    Examples
    --------
    >>> canonical_value(pd.Timestamp("2026-11-23")), canonical_value({"b": np.float64("nan"), "a": ("x", 1)})
    ('2026-11-23', {'b': None, 'a': ['x', 1]})
    """
    if isinstance(value, dict):
        return {str(name): canonical_value(part) for name, part in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(canonical_value(part) for part in value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return [canonical_value(part) for part in value]
    value = plain(value)
    return value.isoformat() if isinstance(value, (date, datetime)) else value
