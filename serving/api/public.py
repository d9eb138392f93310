"""The public field list: what leaves through HTTP, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Kind, public_fields
from engine.ranking import Part, public_red_flags
from serving.reports.ranked import codes, link

RECORD = ("origin", "as_of", "confidence", "price_year")
MODEL = (
    "scorable",
    "not_scorable",
    "prior_driven",
    "out_of_fold",
    "capital_assumed",
    "model_version",
    "model_data_until",
)
JUDGEMENT = ("triage", "triage_reasons", "rank")

PRIVATE_PARTS = frozenset({Part.FINANCE, Part.READINESS})
"""Parts of the score that rest on private fields (debts, seizure, lawsuits): their values stay inside."""

SCORE_STEP = 0.05
"""Grain of a public score: a finer one, less its public parts, would tell debts almost to the rial."""


def public_table(appraisal: pd.DataFrame) -> pd.DataFrame:
    """Keep what HTTP may see of an appraisal table.

    Parameters
    ----------
    appraisal
        Appraisal table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        Shape (n, public columns): public fields with their precisions, record columns but the name of a file, the
        prediction, the judgement and the public parts of the score. ``source`` holds public addresses only, ``missing``
        names public fields, ``red_flags`` those that rest on public fields, and ``score`` comes in steps.
    """
    outputs = [column for output in Output for column in columns(output)]
    parts = [name for part in Part if part not in PRIVATE_PARTS and (name := f"part_{part}") in appraisal.columns]
    wanted = [*public_fields(), *_precisions(), *RECORD, *MODEL, *outputs, *JUDGEMENT, *parts]
    table = appraisal[[column for column in wanted if column in appraisal.columns]].copy()
    table["source"] = _distinct(appraisal["source"], link)
    table["missing"] = _distinct(appraisal["missing"], lambda joined: _kept(joined, public_fields()))
    table["red_flags"] = _distinct(appraisal["red_flags"], lambda joined: _kept(joined, public_red_flags()))
    table["score"] = ((appraisal["score"] / SCORE_STEP).round() * SCORE_STEP).round(2)
    return table


def _precisions() -> list[str]:
    return [f"{name}_precision" for name, spec in FIELDS.items() if spec.public and spec.kind is Kind.DATE]


def _kept(joined: object, allowed: Collection[str]) -> str:
    return ";".join(code for code in codes(joined) if code in allowed)


def _distinct(column: pd.Series, change: Callable[[object], str]) -> pd.Series:
    """Apply a function once to each distinct value."""
    positions, values = pd.factorize(column)
    changed = pd.Series([*(change(value) for value in values), ""], dtype="str")
    return changed.take(positions).set_axis(column.index)
