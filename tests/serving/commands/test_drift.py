"""``ehya drift`` at the command line; what it finds is tested beside the training."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import serving.workspace
import training.drift_report as report
from serving.cli import app
from training.base_rate import base_rate
from training.drift import DriftCode
from training.drift_report import Drift


def found(*findings):
    judged = pd.DataFrame(
        {
            "unit_id": [f"u{number}" for number in range(60)],
            "origin": pd.Timestamp("2024-01-01"),
            "label": (np.arange(60) % 6 == 0) * 1.0,
            "probability": 0.2,
            "county": ["West Azerbaijan/Urmia"] * 30 + ["West Azerbaijan/Khoy"] * 28 + ["West Azerbaijan/Poldasht"] * 2,
        }
    )
    row = {"psi": 0.6, "chance": 0.1, "p_value": 0.001, "p_adjusted": 0.02}
    features = pd.DataFrame(
        [{**row, "missing_then": 0.1, "missing_now": 0.4, "alarming": True}],
        index=pd.Index(["idle_years"], name="feature"),
    )
    unseen = pd.DataFrame(columns=["stated", "unseen", "share", "alarming"], index=pd.Index([], name="feature"))
    days = pd.Timestamp("2023-03-21"), pd.Timestamp("2026-03-21")
    return Drift("20230321-abc", "outcomes", *days, 140, base_rate(judged), features, unseen, tuple(findings))


@pytest.fixture
def ehya(tmp_path, monkeypatch):
    def run(*words, language="en", code=0, drift=None):
        if drift is not None:
            monkeypatch.setattr(serving.workspace, "champion", lambda register, settings: None)
            monkeypatch.setattr(report, "drift", lambda register, model, *, as_of: drift)
        env = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        told = CliRunner().invoke(app, ["drift", *words], env=env)
        assert told.exit_code == code, told.output
        assert "Traceback" not in told.output
        return told.stdout

    return run


def test_without_a_model_the_command_says_so(ehya):
    ehya(code=2)


@pytest.mark.parametrize(
    ("language", "shifted", "place"), [("en", "Idle years", "Urmia"), ("fa", "سال‌های رکود", "ارومیه")]
)
def test_an_alarm_is_an_exit_code_and_a_sentence(ehya, language, shifted, place):
    drift = found((DriftCode.FEATURE_SHIFTED, "idle_years"), (DriftCode.FEWER_THAN_PREDICTED, "West Azerbaijan/Urmia"))
    told = ehya(language=language, code=1, drift=drift)
    assert shifted in told
    assert place in told
    assert "idle_years" not in told


def test_what_is_steady_leaves_with_zero(ehya):
    told = ehya(drift=found((DriftCode.STEADY, "")))
    assert "No drift was found" in told
    assert "60" in told


def test_json_holds_codes_and_numbers(ehya):
    document = json.loads(ehya("--json", code=1, drift=found((DriftCode.CATEGORY_UNSEEN, "county_level"))))
    assert document["findings"] == [{"code": "category_unseen", "of": "county_level"}]
    assert document["base_rate"]["observed"] == 10
    assert document["features"][0]["feature"] == "idle_years"
    assert document["alarming"] is True
