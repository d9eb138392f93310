"""What shows of units after something was written of them: not always what was written."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from engine.store import Register
from engine.store.columns import DATES, to_text


def written_cells(
    register: Register, rows: pd.DataFrame, before: pd.DataFrame, fields: Collection[str]
) -> pd.DataFrame:
    """Fields in which units showed something else than what was just written of them.

    Parameters
    ----------
    register
        With what was written; inside its transaction.
    rows
        What was written: units as they show, each once, in the types of the unit table, index ``unit_id``.
    before
        The same units as they showed, in any order.
    fields
        Of these alone.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, field, before, after`` (text; what was written), ``shown`` (whether the unit shows that now), and
        ``held``: where it does not, by what goes before it (an `engine.store.sources.Precedence`); missing where what
        shows does not contradict it, as another spelling does not.
    """
    after = register.units.some(list(rows.index)).reindex(rows.index)
    before = before.reindex(rows.index)
    parts = [_cells(rows, before, after, name) for name in fields]
    cells = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    cells = cells.astype({"unit_id": "str", "field": "str", "before": "str", "after": "str", "shown": "bool"})
    cells["held"] = pd.Series(None, index=cells.index, dtype="str")
    hidden = ~cells["shown"]
    if hidden.any():
        facts = register.units.told(cells.loc[hidden, "unit_id"].unique().tolist()).facts
        why = cells[["unit_id", "field"]].merge(facts[["unit_id", "field", "why"]], how="left")["why"]
        cells["held"] = why.set_axis(cells.index).where(hidden).astype("str")
    return cells


def _cells(rows: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, name: str) -> pd.DataFrame:
    written = _text(rows, name)
    told = rows[name].notna()
    moves = told & (written != _text(before, name)).fillna(True)
    shown = (written == _text(after, name)).fillna(False)
    found = pd.DataFrame(
        {"unit_id": rows.index, "field": name, "before": _plain(before[name]), "after": _plain(rows[name]),
         "shown": shown}
    )  # fmt: skip
    return found[moves.to_numpy(dtype=bool)]


def _text(table: pd.DataFrame, name: str) -> pd.Series:
    """A value to be compared: of a date with how far it goes."""
    text = _plain(table[name])
    return text + "|" + table[f"{name}_precision"].astype("str").fillna("") if name in DATES else text


def _plain(column: pd.Series) -> pd.Series:
    text = pd.Series(None, index=column.index, dtype="str")
    there = column.notna()
    if there.any():
        text[there] = to_text(column[there])
    return text
