"""What a door uses stands in the product, what only a study uses stands with the study, what nothing uses goes."""

from __future__ import annotations

import house

DOORS = ("serving.cli.app", "serving.client", "training")
"""The command line (which opens the service), the client, and the one function that notebooks call."""

NO_DOOR_YET = {
    "engine.economics.leontief": "the formula behind the table of multipliers; published tables are put to it",
    "engine.economics.shadow_prices": "published cases of the European guide to cost-benefit analysis are put to it",
    "engine.matching.revealed": "a register has too few deals for it yet (docs/decisions/0038)",
    "training.models.deal_flow": "a register has too few deals for it yet (docs/decisions/0038)",
    "features.dictionary": "a command of its own that writes docs/data-dictionary.md",
}
"""Modules that no door reaches, each with the reason why it stays in the product."""

RUN_BY_ALEMBIC = "engine.store.migrations.versions"


def _reached() -> set[str]:
    graph = house.graph()
    reached: set[str] = set()
    waiting = [name for name in graph if name in DOORS]
    while waiting:
        name = waiting.pop()
        if name in graph and name not in reached:
            reached.add(name)
            waiting += [*graph[name], name.rpartition(".")[0]]
    return reached


def test_what_no_door_reaches_has_a_reason_to_stay():
    product = {name for name in house.graph() if not name.startswith(("experiments", RUN_BY_ALEMBIC))}
    assert product - _reached() == set(NO_DOOR_YET)
