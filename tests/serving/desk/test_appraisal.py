"""What the log says of a unit since its record is judged, and not the record alone."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from engine.domain.outcome import Outcome, OutcomeKind
from engine.store import Register
from experiments.province_simulator.province import simulate
from experiments.province_simulator.register import taken
from serving.desk.appraisal import current_units


def test_a_unit_that_has_come_back_or_gone_since_its_record_is_no_longer_idle(tmp_path):
    province = simulate(6, seed=1)
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        idle = province.units.assign(status="idle")
        rows = register.imports.commit(taken(idle), imported_at=datetime(2026, 3, 21)).rows
        back, gone, waiting = rows["unit_id"].iloc[:3]
        for unit_id, kind in ((back, OutcomeKind.RESTARTED), (gone, OutcomeKind.LIQUIDATED)):
            register.events.add(
                Outcome(unit_id=unit_id, kind=kind, happened_on=date(2026, 6, 1), known_on=date(2026, 7, 1))
            )
        before, after = (current_units(register, as_of=pd.Timestamp(day)) for day in ("2026-06-30", "2026-07-01"))
    assert before["status"].eq("idle").all()
    assert after.loc[[back, gone, waiting], "status"].tolist() == ["operating", "liquidated", "idle"]
