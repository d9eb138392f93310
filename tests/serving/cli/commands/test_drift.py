"""``ehya drift`` at the command line; what it finds is tested beside the training."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import serving.desk.learning.lifecycle
import training.monitoring.report as report
from serving.cli.app import app
from training.monitoring.base_rate import base_rate
from training.monitoring.report import Drift
from training.statistics.feature_shift import DriftCode


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
            monkeypatch.setattr(serving.desk.learning.lifecycle, "champion", lambda register, settings: None)
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


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("en", "ltr", ("Train the model anew", "Idle years", "Urmia")),
        ("fa", "rtl", ("دوباره آموزش", "سال‌های رکود", "ارومیه")),
    ],
)
def test_a_page_with_pictures_is_written_in_both_languages(ehya, tmp_path, language, direction, words):
    drift = found((DriftCode.FEATURE_SHIFTED, "idle_years"), (DriftCode.FEWER_THAN_PREDICTED, "West Azerbaijan/Urmia"))
    page = tmp_path / "new" / "drift.html"
    told = ehya("--out", str(page), language=language, code=1, drift=drift)
    assert str(page) in told
    text = page.read_text("utf-8")
    assert f'dir="{direction}"' in text
    assert "<script" not in text
    assert "http://" not in text
    for word in words:
        assert word in text
    # a line of outcomes each for all, Urmia, Khoy and the pooled rest, and the legend
    assert text.count('class="drift-seen"') == 5
    assert text.count('<rect class="fill"') == 1


def test_the_workbook_says_the_same_in_numbers(ehya, tmp_path):
    from openpyxl import load_workbook

    ehya("--out", str(tmp_path / "drift.xlsx"), code=1, drift=found((DriftCode.FEATURE_SHIFTED, "idle_years")))
    book = load_workbook(tmp_path / "drift.xlsx")
    assert book.sheetnames == ["Findings", "Outcomes", "Features", "Categories not met", "How it was judged"]
    header, overall, *groups = book["Outcomes"].iter_rows(values_only=True)
    assert dict(zip(header, overall, strict=True))["Restarts"] == 10
    assert {row[0] for row in groups} == {"Urmia", "Khoy", "Small counties together"}
    titles = [cell.value for cell in book["Features"][1]]
    assert titles[:4] == ["Feature", "Shift (PSI)", "By chance", "p (all features)"]
    assert next(book["Features"].iter_rows(min_row=2, values_only=True))[:2] == ("Idle years", 0.6)


def test_the_json_file_is_what_the_terminal_gets(ehya, tmp_path):
    drift = found((DriftCode.STEADY, ""))
    printed = json.loads(ehya("--json", "--out", str(tmp_path / "drift.json"), drift=drift))
    assert json.loads((tmp_path / "drift.json").read_text("utf-8")) == printed


def test_another_ending_is_refused_before_anything_is_computed(ehya, tmp_path, monkeypatch):
    def never(*arguments, **options):
        raise AssertionError("computed")

    monkeypatch.setattr(report, "drift", never)
    ehya("--out", str(tmp_path / "drift.pdf"), code=2)
    assert not (tmp_path / "drift.pdf").exists()


def test_a_model_of_synthetic_units_is_named_as_such_on_page_and_sheets(tmp_path):
    from dataclasses import replace

    from openpyxl import load_workbook

    from serving.i18n import speech
    from serving.reports.drift import drift_html, write_drift

    made_up = replace(found((DriftCode.STEADY, "")), origin="synthetic")
    assert "Made of synthetic units" in drift_html(made_up, speech("en"))
    write_drift(tmp_path / "drift.xlsx", made_up, speech("en"))
    book = load_workbook(tmp_path / "drift.xlsx")
    assert all("synthetic" in book[name]["A1"].value for name in book.sheetnames[:4])


def test_before_anything_matured_and_without_a_reference_the_page_says_so():
    from dataclasses import replace

    from serving.i18n import speech
    from serving.reports.drift import drift_html

    full = found((DriftCode.NOTHING_MATURED, ""), (DriftCode.NO_REFERENCE, ""))
    nothing = base_rate(pd.DataFrame(columns=["unit_id", "origin", "label", "probability", "county"]))
    page = drift_html(replace(full, base_rate=nothing, features=full.features.iloc[:0]), speech("en"))
    assert "No outcome has matured since the model was made" in page
    assert "does not carry what its training looked like" in page
    assert "<table" not in page


def test_a_county_out_of_a_file_cannot_write_markup_into_the_page():
    from dataclasses import replace

    from serving.i18n import speech
    from serving.reports.drift import drift_html

    full = found((DriftCode.STEADY, ""))
    evil = full.base_rate.groups.assign(group="West Azerbaijan/<script>alert(1)</script>")
    page = drift_html(replace(full, base_rate=replace(full.base_rate, groups=evil)), speech("fa"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_lines_drawn_are_those_that_alarm():
    import serving.reports.drift as drawn
    import training.monitoring.base_rate
    from training.statistics import feature_shift as drift

    assert (drawn.MODERATE, drawn.LARGE, drawn.UNSEEN_ALLOWED) == (
        drift.MODERATE_SHIFT, drift.LARGE_SHIFT, drift.LARGEST_UNSEEN,
    )  # fmt: skip
    assert drawn.SIGNIFICANCE == training.monitoring.base_rate.SIGNIFICANCE == drift.SIGNIFICANCE
