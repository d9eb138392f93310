"""Which columns of a public appraisal are shown, and none beside them.

That the values may be shown is due to `serving.disclosure.masking`: they were computed without private fields.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Kind, public_fields
from serving.disclosure.masking import private_columns
from serving.disclosure.values import codes, link

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
JUDGEMENT = ("triage", "triage_reasons", "red_flags", "rank", "score", "score_low", "score_high")
STANDING = ("rank_low", "rank_high", "stability")


def public_table(appraisal: pd.DataFrame) -> pd.DataFrame:
    """Keep the public columns of an appraisal table.

    Parameters
    ----------
    appraisal
        Appraisal table made for the public, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        Shape (n, public columns), rows in the order given: public fields with their precisions, record columns but the
        name of a file, prediction, judgement and parts of the score. ``source`` holds addresses only, ``missing`` and
        ``derived`` name public fields.

    Raises
    ------
    ValueError
        When a private field holds a value: then the figures beside it were computed with it.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "source": ["office.xlsx"]}))
    >>> table = public_table(units.assign(missing="county;bank_debt_rial"))
    >>> "notes" in table.columns, table.loc["a", "source"], table.loc["a", "missing"]
    (False, '', 'county')
    """
    private = [name for name in private_columns() if name in appraisal.columns and appraisal[name].notna().any()]
    if private:
        raise ValueError(f"the appraisal was not made for the public: {private}")
    outputs = [column for output in Output for column in columns(output)]
    parts = [str(name) for name in appraisal.columns if str(name).startswith("part_")]
    wanted = [*public_fields(), *_precisions(), *RECORD, *MODEL, *outputs, *JUDGEMENT, *STANDING, *parts]
    table = appraisal[[column for column in wanted if column in appraisal.columns]].copy()
    table["source"] = _distinct(appraisal["source"], link)
    table["derived"] = _distinct(appraisal["derived"], lambda joined: _kept(joined, public_fields()))
    table["missing"] = _distinct(appraisal["missing"], lambda joined: _kept(joined, public_fields()))
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
