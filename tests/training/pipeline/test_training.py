"""From the register to a promoted model and into service."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

import training
from engine.errors import EhyaError
from engine.scoring.artefact import load, path_of
from engine.settings import Settings
from engine.store import Register

AS_OF = pd.Timestamp("2026-11-23")
ROOT = Path(__file__).parents[3]

SERVE = """
import sys
import pandas as pd
from engine.scoring.artefact import load, path_of
from engine.domain.reported import reported_units
from engine.scoring.runtime import predict
from engine.settings import Settings
from engine.store import Register
from features import matrix
import serving.desk.appraisal, serving.api
settings = Settings.from_environment()
with Register.open(settings.database_url) as register:
    champion = register.promotions.champion()
model = load(path_of(settings.models, champion.model_version), digest=champion.digest)
units = reported_units()
day = pd.Timestamp("2026-11-23")
table = predict(model, matrix(units, model.schema, model.fitted, as_of=day), units, as_of=day)
assert table.loc[table["scorable"], "feasibility_point"].notna().all() and table["scorable"].sum() > 20
wrong = sorted(name for name in sys.modules if name.split(".")[0] in ("training", "mlflow", "optuna"))
assert not wrong, wrong
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def result(home) -> training.TrainingResult:
    settings = Settings.from_environment({"EHYA_HOME": str(home)})
    told = []
    with Register.open(settings.database_url) as register:
        result = training.train(
            register, settings, as_of=AS_OF, trials=3,
            progress=lambda stage, share, best=None: told.append((stage, share)),
        )  # fmt: skip
        training.promote(register, settings, as_of=AS_OF, promoted_at=datetime(2026, 11, 23), verdicts=result.gates)
    stage = training.SearchStage
    stages = [stage.READING, stage.FITTING, stage.JUDGING, stage.LOGGING]
    assert [one for one, share in told if share == 1.0] == stages
    return result


def test_a_training_is_judged_logged_and_promoted(home, result):
    assert result.passed, result.gates
    settings = Settings.from_environment({"EHYA_HOME": str(home)})
    with Register.open(settings.database_url) as register:
        champion = register.promotions.champion()
    assert champion is not None
    assert (champion.model_version, champion.digest) == (result.version, result.digest)
    model = load(path_of(settings.models, result.version), digest=champion.digest)
    assert model.metrics == result.metrics
    assert model.card["population"]["restart"]["rate"] > 0
    assert (home / "mlflow.db").is_file()
    assert {file.name for file in home.glob("mlflow-artifacts/**/*") if file.is_file()} >= {
        "card.json", "card.md", "model.ehya", "model.sha256", "MLmodel", "reliability.png", "coverage.png",
    }  # fmt: skip


def test_a_process_that_loads_scores_and_serves_knows_nothing_of_training(home, result):
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        env={"EHYA_HOME": str(home), "PATH": "", "OMP_NUM_THREADS": "1"},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_too_few_known_outcomes_are_refused(home):
    from engine.domain.reported import reported_units
    from engine.domain.unit import unit_table
    from training.cohort.press_sample import sample
    from training.pipeline.press_fit import fit_sample

    types = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}
    events = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})
    few = sample(
        reported_units().head(20), unit_table(pd.DataFrame({"unit_id": []})),
        events.assign(capacity_share=pd.Series(dtype="float64")), as_of=AS_OF,
    )  # fmt: skip
    with pytest.raises(EhyaError, match="too_few_rows"):
        fit_sample(few, as_of=AS_OF)
