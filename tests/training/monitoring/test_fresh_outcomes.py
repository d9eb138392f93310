"""A model, as it was trained, on outcomes that ripened since: which are fair, and what is said before there are any."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import training
from engine.domain.unit import unit_table
from engine.scoring.artefact import Model
from engine.scoring.document import OUTCOMES, Document
from engine.scoring.sections import OfficialJobs, OfficialRate, Population
from engine.store import Register
from experiments.province_simulator.province import AS_OF
from features.catalogue import FULL_SCHEMA
from training.evaluation import replay
from training.monitoring.fresh_outcomes import Ripeness, ripened

SINCE = pd.Timestamp("2020-06-30")
WHOLE = pd.Timestamp("2023-10-01")  # 24 months after the landmark of 2020-07-01, and 15 for the latest restart
POPULATION = Population(
    restart=OfficialRate(a=20.0, b=60.0, rate=0.25, low=0.19, high=0.31, rows_used=3),
    capacity=OfficialRate(a=8.0, b=2.0, rate=0.8, low=0.63, high=0.94, rows_used=0),
    jobs=OfficialJobs(spread=0.5, official_average=18.0, rows_used=3),
)
TYPES = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}


def model(since=SINCE, version="judged") -> Model:
    document = {"version": version, "kind": OUTCOMES, "origin": "register", "data_until": str(since.date())}
    schema = {"feature_schema": FULL_SCHEMA.to_json(), "features": FULL_SCHEMA.names}
    return Model({}, Document(**document, **schema, population=POPULATION))


@dataclass(frozen=True)
class Units:
    """Idle units in one county, all on record since 2019."""

    names: list

    def on_days(self):
        fields = {"origin": "register", "status": "idle", "isic": "1030", "stopped_on": "2018-07-01"}
        place = {"province": "West Azerbaijan", "county": "Urmia", "as_of": "2019-01-01"}
        return lambda day: unit_table(pd.DataFrame({"unit_id": self.names, **fields, **place}))


@dataclass(eq=False)
class Log:
    """A register of such units, and a log."""

    rows: list

    @property
    def units(self):
        return Units(sorted({row[0] for row in self.rows}))

    def counts(self):
        return {"events": len(self.rows)}

    def events(self, *, known_by):
        columns = ["unit_id", "kind", "happened_on", "known_on", "capacity_share", "jobs"]
        frame = pd.DataFrame([(*row, *[None] * (6 - len(row))) for row in self.rows], columns=columns)
        frame = frame.astype(TYPES | {"capacity_share": "float64", "jobs": "float64"})
        return frame[frame["known_on"] <= known_by]


@pytest.fixture(autouse=True)
def answered(monkeypatch, request):
    """Models that say .2 of a period, .4 of the horizon and 5 to 20 jobs, whoever is asked."""
    if "province" in request.fixturenames:
        return
    ends = dict(zip(replay.JOBS, (5.0, 10.0, 20.0, 0.1), strict=True))
    monkeypatch.setattr(replay, "hazard", lambda model, rows, *_: np.full((len(rows), 4), 0.2))
    monkeypatch.setattr(replay, "feasibility", lambda model, rows, *_: np.full(len(rows), 0.4))
    monkeypatch.setattr(replay, "jobs", lambda model, rows, *_: pd.DataFrame(ends, index=rows.index))


A_RESTART = [
    ("a", "approached", "2020-05-01", "2020-05-01"),
    ("a", "restarted", "2020-09-01", "2020-09-10"),
    ("a", "observed", "2021-10-01", "2021-10-01", 0.7, 12),
]
STILL_IDLE = [("b", "visited", "2020-05-01", "2020-05-01"), ("b", "visited", "2022-08-01", "2022-08-01")]


def test_outcomes_of_landmarks_after_the_last_day_are_judged_by_period_and_over_the_horizon():
    found = ripened(Log(A_RESTART + STILL_IDLE), model(), as_of=WHOLE)
    # a restarts in its first period; b stands idle through four
    assert (found.periods.units, found.periods.outcomes, found.periods.observed) == (2, 5, 1.0)
    assert found.periods.expected == pytest.approx(5 * 0.2)
    assert (found.feasibility.units, found.feasibility.observed, found.feasibility.expected) == (2, 1.0, 0.8)
    assert found.jobs["model"]["coverage_80"] == 1.0  # twelve persons between five and twenty
    assert found.periods.ripeness is found.feasibility.ripeness is Ripeness.TOO_FEW
    assert found.periods.scores == found.feasibility.scores == {}


@pytest.mark.parametrize("known", ["2020-06-25", "2020-07-20"])
def test_what_happened_before_the_last_day_is_judged_by_nobody_whenever_it_became_known(known):
    early = [("c", "approached", "2019-05-01", "2019-05-01"), ("c", "restarted", "2020-06-20", known)]
    found = ripened(Log(early + STILL_IDLE), model(), as_of=WHOLE)
    assert (found.periods.units, found.periods.observed) == (1, 0.0)


def test_an_outcome_that_became_known_after_the_day_of_judgement_changes_nothing():
    late = [("b", "restarted", "2021-02-01", "2024-01-01")]
    rows = A_RESTART + STILL_IDLE
    assert (
        ripened(Log(rows + late), model(), as_of=WHOLE).to_json() == ripened(Log(rows), model(), as_of=WHOLE).to_json()
    )


def test_before_the_first_period_is_due_the_register_is_not_even_read():
    found = ripened(None, model(), as_of=pd.Timestamp("2022-02-28"))
    assert found.periods.ripeness is found.feasibility.ripeness is Ripeness.NOTHING
    assert (str(found.periods.due.date()), str(found.feasibility.due.date())) == ("2022-03-01", "2023-10-01")


def test_a_model_of_a_quarters_first_day_waits_for_the_next():
    """Whether an outcome of that very day was known at the training nobody can tell."""
    found = ripened(None, model(pd.Timestamp("2020-07-01")), as_of=pd.Timestamp("2020-08-01"))
    assert found.periods.due == pd.Timestamp("2022-06-01")


def test_a_champion_that_is_younger_answers_only_for_landmarks_after_its_own_last_day():
    later = [("d", "visited", "2021-01-15", "2021-01-15"), ("d", "visited", "2021-12-01", "2021-12-01")]
    many = [(f"{name}{number}", *rest) for name, *rest in A_RESTART + STILL_IDLE + later for number in range(30)]
    found = ripened(Log(many), model(), model(pd.Timestamp("2020-12-31"), "champion"), as_of=WHOLE)
    assert found.periods.ripeness is Ripeness.ENOUGH
    scores = found.periods.scores
    assert set(scores) == {"model", "champion", "prior_only", "liquidity_only", "abcd"}
    assert (scores["model"]["units"], scores["champion"]["units"]) == (90, 30)  # the d's alone were first met in 2021
    assert scores["champion"]["gain"] == 0.0
    # by hand: 30 restarts and 4 x 30 + 1 x 30 quiet periods, each foretold at .2
    assert scores["model"]["brier"] == pytest.approx((30 * 0.64 + 150 * 0.04) / 180)
    json.dumps(found.to_json(), allow_nan=False)


def test_a_model_of_press_reports_speaks_of_all_units_but_synthetic_ones_and_one_of_outcomes_of_its_own():
    origins = ["register", "reported", "synthetic"]

    class Every(Log):
        @property
        def units(self):
            return SimpleNamespace(on_days=lambda: lambda day: pd.DataFrame({"origin": origins}, dtype="str"))

    press = Model({}, Document(kind="reported", origin="reported", features=()))
    own = Model({}, Document(kind="outcomes", origin="synthetic", features=()))
    assert replay.spoken_of(Every([]), press)(SINCE)["origin"].tolist() == ["register", "reported"]
    assert replay.spoken_of(Every([]), own)(SINCE)["origin"].tolist() == ["synthetic"]


@pytest.fixture(scope="module")
def province(practice):
    """A workspace whose model was trained twenty months before the last day of its log."""
    settings = practice
    with Register.open(settings.database_url) as register:
        day = pd.Timestamp("2024-06-30")
        result = training.train(register, settings, as_of=day, trials=1, origin="synthetic")
        yield register, settings, result, settings.home


@pytest.mark.slow
def test_a_training_of_one_day_is_judged_by_what_was_known_on_another(province):
    register, settings, result, _ = province
    soon = training.evaluate(register, settings, as_of=pd.Timestamp("2024-07-01"))
    found = training.evaluate(register, settings, as_of=AS_OF)
    assert (soon.version, soon.fresh.periods.ripeness) == (result.version, Ripeness.NOTHING)
    assert found.scores == soon.scores  # the figures of the training stand beside it
    assert found.fresh.periods.ripeness is Ripeness.ENOUGH
    assert found.fresh.feasibility.ripeness is Ripeness.NOTHING
    judged = found.fresh.periods
    assert judged.scores["model"]["units"] == judged.units >= 30
    assert 0.4 < judged.observed / judged.expected < 2.5
    assert judged.scores["model"]["brier"] < judged.scores["prior_only"]["brier"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "at_training", "fresh", "due"),
    [
        ("en", "Walk-forward at its training", "outcomes that ripened from 2024-06-30", "due on 2027-10-01"),
        ("fa", "هنگام آموزش", "همان‌گونه که آموزش دیده", "۱۴۰۶/۰۷/۰۹"),
    ],
)
def test_the_command_names_both_judgements(province, language, at_training, fresh, due):
    from typer.testing import CliRunner

    from serving.cli.app import app

    env = {"EHYA_HOME": str(province[3]), "COLUMNS": "160", "EHYA_DATABASE_URL": None}
    words = ["--lang", language, "evaluate", "--as-of", str(AS_OF.date())]
    told = CliRunner().invoke(app, words, env=env)
    assert told.exit_code == 0, told.output
    for expected in (at_training, fresh, due):
        assert expected in told.stdout
    document = json.loads(CliRunner().invoke(app, [*words, "--json"], env=env).stdout)
    assert document["fresh"]["periods"]["ripeness"] == "enough"
