"""What an industry's output pays for: shares of materials, energy, wages and the rest."""

from __future__ import annotations

import pandas as pd

from engine.reference.activities import by_activity
from engine.reference.tables import table

SHARES = [
    "materials_and_other_share",
    "trade_share",
    "transport_share",
    "electricity_share",
    "gas_share",
    "water_share",
    "support_services_share",
    "wages_share",
    "fixed_capital_share",
    "surplus_share",
]
"""Parts of the gross output, in the order of the table ``sector_costs``."""


def cost_shares(isic: pd.Series) -> pd.DataFrame:
    """Shares of gross output in each unit's sector, Iran 1395 (Central Bank of Iran, input-output table).

    Parameters
    ----------
    isic
        ISIC Rev. 4 codes as strings, shape (n,). An activity that several rows make up gets their mean by gross output.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 10), columns ``SHARES``, index of ``isic``: they add up to 1 in each row, or are missing where the
        table does not name the sector. Averages of whole industries ten years ago with energy at subsidised prices: a
        place to start from, no estimate of one unit.

    Examples
    --------
    >>> cost_shares(pd.Series(["1050", "10"]))[["electricity_share", "wages_share"]].round(3).values.tolist()
    [[0.004, 0.116], [0.004, 0.111]]
    """
    rows = table("sector_costs")
    rows = rows[rows["place"] == "Iran"].reset_index(drop=True)
    return by_activity(isic, rows, SHARES, rows["gross_output_million"])
