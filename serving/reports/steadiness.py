"""How far an order can be trusted, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from serving.desk.steadiness import Acceptance, Moved, OtherOrder


def acceptance_document(found: Acceptance) -> Mapping[str, Any]:
    """Everything that SMAA-2 says, as plain JSON."""
    return {
        "draws": found.draws,
        "top": found.k,
        "units": _records(found.units),
        "acceptability": {str(unit): row.tolist() for unit, row in found.acceptability.iterrows()},
        "winning": {str(unit): dict(row) for unit, row in found.winning.iterrows()},
    }


def order_document(found: OtherOrder) -> Mapping[str, Any]:
    """Another order as plain JSON."""
    return {"method": found.method.value, "tau": _known(found.tau), "units": _records(found.units)}


def moved_document(found: Moved) -> Mapping[str, Any]:
    """What became of an order, as plain JSON."""
    said = found.agreement
    return {
        "since": found.since,
        "tau": _known(said.tau),
        "moved": _records(said.movers),
        "come": list(said.come),
        "gone": list(said.gone),
    }


def _records(table: pd.DataFrame) -> Sequence[Mapping[str, Any]]:
    return [
        {"unit_id": str(unit)} | {str(name): _known(value) for name, value in row.items()}
        for unit, row in zip(table.index, table.to_dict("records"), strict=True)
    ]


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value
