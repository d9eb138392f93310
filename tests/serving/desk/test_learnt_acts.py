"""The workspace's own outcomes move what is assumed of an act, once enough units were served and enough were not."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from engine.domain.outcome import outcome_table
from engine.errors import EhyaError, ErrorCode
from engine.recourse.learnt import LEARNT, LEAST
from engine.reference.effects import effects
from engine.settings import Settings
from experiments.province_simulator.province import simulate
from experiments.province_simulator.register import taken
from serving.desk.learnt_acts import believed_acts
from serving.desk.question import Question
from serving.desk.workspace import open_register
from tests.serving.conftest import DAY
from tests.serving.desk.test_booklet import promoted

ACT, UNITS = "debt_rescheduling", 260
QUESTION = Question(as_of=DAY, price_year=1405)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, first_day):
    home = tmp_path_factory.mktemp("learnt")
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}")
    units = simulate(UNITS, seed=9).units.assign(
        status="idle",
        stop_causes="bank_debt",
        bank_debt_rial=5_000_000_000,
        stopped_on=pd.Timestamp("2021-03-21"),
        as_of=pd.Timestamp("2022-12-01"),
    )
    with open_register(settings) as register:
        register.imports.commit(taken(units), imported_at=datetime(2023, 1, 1, 12))
    promoted(settings, first_day, "first")
    return settings


def record(settings, names, kind, day, **more):
    rows = pd.DataFrame({"unit_id": names, "kind": kind, "happened_on": day, "known_on": day, **more})
    with open_register(settings) as register:
        register.events.add_table(outcome_table(rows))


def row_of(settings, act=ACT):
    return believed_acts(settings, QUESTION).set_index("feature").loc[act]


def test_outcomes_move_an_effect_once_each_side_has_enough_and_no_other(settings):
    with open_register(settings) as register:
        names = register.units().index.to_numpy()
    served, others = names[: LEAST - 1], names[LEAST + 20 :]
    record(settings, served, "served", "2023-08-01", act=ACT)
    assumed = effects().set_index("feature").loc[ACT]
    assert row_of(settings)[["effect", "basis"]].tolist() == assumed[["effect", "basis"]].tolist()

    record(settings, names[LEAST - 1 : LEAST + 20], "served", "2023-09-01", act=ACT)
    record(settings, names[: LEAST + 20 : 2], "restarted", "2024-06-01")  # every second of those served
    record(settings, others[::10], "restarted", "2024-06-01")  # every tenth of the others
    learnt = row_of(settings)
    assert learnt["basis"] == LEARNT
    assert learnt["served"] == LEAST + 20
    assert LEAST <= learnt["unserved"] <= len(others)  # a unit without a chance does not speak
    assert learnt["effect"] > assumed["effect"]
    assert learnt["high"] - learnt["low"] < assumed["high"] - assumed["low"]
    untouched = believed_acts(settings, QUESTION).set_index("feature").drop(ACT)
    pd.testing.assert_series_equal(untouched["effect"], effects().set_index("feature").drop(ACT)["effect"])


def test_the_chances_behind_an_effect_are_those_of_the_model_that_is_wanted(settings):
    with pytest.raises(EhyaError) as caught:
        believed_acts(settings, QUESTION, version="never")
    assert caught.value.code is ErrorCode.NEVER_PROMOTED


def test_what_is_not_yet_two_years_old_says_nothing(settings):
    early = Question(as_of=pd.Timestamp("2025-06-01"), price_year=1405)
    found = believed_acts(settings, early).set_index("feature").loc[ACT]
    assert found["basis"] != LEARNT
    assert not np.isnan(found["effect"])
