"""Which parts of a model card leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PUBLIC_PARTS = (
    "name", "version", "kind", "origin", "data_until", "period", "purpose", "intended_use", "not_for", "outputs",
    "label", "inputs", "never_inputs", "sample", "metrics", "scores", "jobs_scores", "groups", "reliability",
    "coverage_by_sector", "limits", "change", "population", "data_digest", "code_version",
)  # fmt: skip
"""Parts of a card that leave: figures of all and of groups. A part that a later card adds stays inside until it is
named here."""


def public_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what HTTP may see of a card.

    Examples
    --------
    >>> public_card({"version": "v1", "notes_of_the_planner": "..."})
    {'version': 'v1'}
    """
    return {name: card[name] for name in PUBLIC_PARTS if name in card}
