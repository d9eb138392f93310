"""The public field list: what leaves through HTTP, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from engine.diagnosis.joined import flags, joined
from engine.diagnosis.rules import RULES, STATED_SEVERITY, STATED_SEVERITY_OTHERWISE, stated_causes
from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Barrier, Kind, public_fields
from engine.ranking import Part, Triage, TriageReason, public_red_flags
from engine.ranking.grounds import BLOCKING_SEVERITY
from engine.ranking.reasons import BLOCKS
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
JUDGEMENT = ("triage", "rank")

PRIVATE_PARTS = frozenset({Part.FINANCE, Part.READINESS})
"""Parts of the score that rest on private fields (debts, seizure, lawsuits): their values stay inside."""

PRIVATE_BARRIERS = frozenset(rule.barrier for rule in RULES if not all(FIELDS[field].public for field in rule.fields))
"""Barriers that may have been found in private fields."""


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
        and ``derived`` name public fields, ``red_flags`` and ``triage_reasons`` those that public fields tell, and
        ``score`` is the sum of the public parts: the whole score, however coarse, less its public parts tells whose
        debts are heavy.
    """
    outputs = [column for output in Output for column in columns(output)]
    parts = [name for part in Part if part not in PRIVATE_PARTS and (name := f"part_{part}") in appraisal.columns]
    wanted = [*public_fields(), *_precisions(), *RECORD, *MODEL, *outputs, *JUDGEMENT, *parts]
    table = appraisal[[column for column in wanted if column in appraisal.columns]].copy()
    table["source"] = _distinct(appraisal["source"], link)
    table["derived"] = _distinct(appraisal["derived"], lambda joined: _kept(joined, public_fields()))
    table["missing"] = _distinct(appraisal["missing"], lambda joined: _kept(joined, public_fields()))
    table["red_flags"] = _distinct(appraisal["red_flags"], lambda joined: _kept(joined, public_red_flags()))
    table["triage_reasons"] = _public_reasons(appraisal)
    table["score"] = table[parts].sum(axis=1, skipna=False, min_count=1)
    return table


def in_public_order(table: pd.DataFrame) -> pd.DataFrame:
    """Order units as their public figures do: by class, public score and id; the planner's order would tell debts.

    Parameters
    ----------
    table
        Table of :func:`public_table`, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        The same rows, best first, with ``rank`` counted anew from 1; units without a score come last, without a rank.

    Examples
    --------
    >>> judged = {"triage": ["offer"] * 3, "score": [0.2, None, 0.4], "rank": [1, None, 2]}
    >>> table = pd.DataFrame(judged, index=["b", "x", "a"])
    >>> in_public_order(table)["rank"].dropna().to_dict()
    {'a': 1, 'b': 2}
    """
    classes = table["triage"].map({triage.value: place for place, triage in enumerate(Triage)})
    order = np.lexsort((table.index.astype("str"), -table["score"], classes, table["score"].isna()))
    placed = table.iloc[order]
    known = placed["score"].notna()
    return placed.assign(rank=known.cumsum().astype("Int64").where(known))


def _public_reasons(appraisal: pd.DataFrame) -> pd.Series:
    """Reasons of triage that a reader could tell from the public fields; the others would tell the private ones."""
    said, causes = flags(appraisal["triage_reasons"], TriageReason), stated_causes(appraisal)
    for reason in set(BLOCKS.values()):
        barriers = {barrier for barrier, blocked in BLOCKS.items() if blocked is reason}
        if barriers & PRIVATE_BARRIERS:
            said[reason.value] &= causes[[barrier.value for barrier in barriers if _blocks_as_stated(barrier)]].any(
                axis=1
            )
    said[TriageReason.BARRIERS_WORKABLE.value] &= causes.any(axis=1)
    said[TriageReason.NOTHING_BLOCKS.value] = False  # it would tell that no debt and no court case was found
    return joined(said)


def _blocks_as_stated(barrier: Barrier) -> bool:
    return STATED_SEVERITY.get(barrier, STATED_SEVERITY_OTHERWISE) >= BLOCKING_SEVERITY


def _precisions() -> list[str]:
    return [f"{name}_precision" for name, spec in FIELDS.items() if spec.public and spec.kind is Kind.DATE]


def _kept(joined: object, allowed: Collection[str]) -> str:
    return ";".join(code for code in codes(joined) if code in allowed)


def _distinct(column: pd.Series, change: Callable[[object], str]) -> pd.Series:
    """Apply a function once to each distinct value."""
    positions, values = pd.factorize(column)
    changed = pd.Series([*(change(value) for value in values), ""], dtype="str")
    return changed.take(positions).set_axis(column.index)
