"""The health of the records behind a report, in a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.health import health
from serving.i18n import Speech
from serving.reports.health import field_names, overview_lines

_SHOWN = 5  # fields and pairs that would open the most units


def health_section(
    appraisal: pd.DataFrame,
    speech: Speech,
    as_of: pd.Timestamp,
    claims: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, Any] | None:
    """Words of the section; ``None`` where there is no unit.

    Parameters
    ----------
    appraisal
        Appraisal table, shape (n, columns).
    speech
        Language.
    as_of
        The day of the report.
    claims
        ``conflicts`` and ``duplicates`` of the register, as `engine.health.health` takes them.

    Returns
    -------
    dict or None
        ``heading``, ``lines`` (name, value), ``unlocks`` (fields, units).
    """
    if appraisal.empty:
        return None
    told = claims or {}
    found = health(appraisal, as_of=as_of, conflicts=told.get("conflicts"), duplicates=told.get("duplicates"))
    said = {"share": speech.share, "number": lambda value: speech.number(value, 1)}
    opening = found.unlocks[found.unlocks["alone"] > 0].head(_SHOWN)
    return {
        "heading": speech.text("register_health.section"),
        "lines": [(name, said.get(kind, speech.number)(value)) for name, value, kind in overview_lines(found, speech)],
        "unlocks": [
            (field_names(fields, speech), speech.number(units))
            for fields, units in zip(opening["fields"], opening["units"], strict=True)
        ],
    }
