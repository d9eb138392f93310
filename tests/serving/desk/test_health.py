"""The register's health speaks of units as they stand, as every other door does."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from engine.domain.outcome import Outcome, OutcomeKind
from engine.settings import Settings
from experiments.province_simulator.province import simulate
from experiments.province_simulator.register import taken
from serving.desk.health import register_health
from serving.desk.workspace import open_register


def test_a_unit_that_restarted_is_no_longer_one_that_could_be_predicted(tmp_path):
    settings = Settings.from_environment({"EHYA_HOME": str(tmp_path)})
    idle = simulate(6, seed=1).units.assign(status="idle")
    with open_register(settings) as register:
        rows = register.imports.commit(taken(idle), imported_at=datetime(2026, 3, 21)).rows
        back = rows["unit_id"].iloc[0]
        register.events.add(
            Outcome(unit_id=back, kind=OutcomeKind.RESTARTED, happened_on=date(2026, 6, 1), known_on=date(2026, 7, 1))
        )
    before, after = (register_health(settings, as_of=pd.Timestamp(day)) for day in ("2026-06-30", "2026-07-01"))
    assert "not_idle" not in before.records.loc[back, "not_scorable"]
    assert "not_idle" in after.records.loc[back, "not_scorable"]
