"""What a bank sees of a unit: what everybody sees, and the bank's own claim; nothing of other creditors."""

from __future__ import annotations

import pandas as pd

from engine.domain.items import exploded, unescape
from engine.domain.unit import PARTS, Field
from engine.parsing.text import compact
from serving.disclosure.masking import Audience, visible

SHOWN = ("name", "province", "county", "estate", "isic", "status")
"""Public fields of a unit that stand beside a claim."""
_BANK = "bank"


def own_claims(units: pd.DataFrame, bank: str) -> pd.DataFrame:
    """Units that a bank has a claim on, with its own claims alone.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    bank
        Name of the bank; how it is spelt between words and in which shapes of letters does not count.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``; columns `SHOWN`, ``claims`` (how many) and ``rial`` (their sum, missing where no sum is
        known). It is a function of public fields and of the bank's own claims: what others claim moves nothing.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> debts = "bank|Melli|500;bank|Saderat|9;tax||7"
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "debts": [debts, "bank|Saderat|3"]}))
    >>> own_claims(units, "melli")[["claims", "rial"]].to_dict("index")
    {'a': {'claims': 1, 'rial': 500}}
    """
    items = exploded(units[Field.DEBTS.value], PARTS[Field.DEBTS])
    items = items[(items["creditor"] == _BANK) & items["name"].notna()]
    wanted = compact(bank)
    alike = {name: bool(wanted) and compact(unescape(name)) == wanted for name in items["name"].unique()}
    own = items[items["name"].map(alike).fillna(False).astype(bool)]
    rial = pd.to_numeric(own["rial"]).astype("Int64")
    seen = visible(units, Audience.PUBLIC).loc[:, list(SHOWN)]
    found = seen.loc[own.index.unique()]
    sums = rial.groupby(level=0, sort=False)
    return found.assign(claims=sums.size(), rial=sums.sum(min_count=1))


def banks_named(units: pd.DataFrame) -> tuple[str, ...]:
    """Banks that debts of units name, in the order of the alphabet; for the office alone.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> banks_named(unit_table(pd.DataFrame({"unit_id": ["a"], "debts": ["bank|Melli|5;tax||7"]})))
    ('Melli',)
    """
    items = exploded(units[Field.DEBTS.value], PARTS[Field.DEBTS])
    names = items.loc[(items["creditor"] == _BANK) & items["name"].notna(), "name"].unique()
    return tuple(sorted({unescape(str(name)) for name in names}))
