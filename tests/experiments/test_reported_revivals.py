"""The study of reported units runs on its own tables and on press facts, and judges strangers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from engine.reference import table
from experiments.entry import run
from experiments.reported_revivals.run import main
from experiments.reported_revivals.tables import PRESS_COLUMNS, read_aggregates, read_units

FACTS = Path(__file__).parents[2] / ".." / "shared" / "data" / "facts"


def test_another_file_is_judged_by_a_model_that_saw_none_of_it(tmp_path, capsys):
    rows = table("reported_units").sample(frac=1.0, random_state=0)
    learn, judge, out = tmp_path / "learn.csv", tmp_path / "judge.csv", tmp_path / "out.json"
    rows.iloc[:131].to_csv(learn, index=False)
    rows.iloc[131:].to_csv(judge, index=False)
    arguments = ["--units", str(learn), "--test-units", str(judge), "--out", str(out), "--no-track", "--trials", "2"]
    assert main(arguments) == 0
    figures = json.loads(out.read_text("utf-8"))
    assert {"log_loss", "log_loss_base_rate", "auc", "ece"} <= set(figures["reported_status"])
    assert {"mae_log", "mae_log_sector_median", "coverage_80"} <= set(figures["jobs"])
    assert {"rate", "low", "high", "rows_used"} <= set(figures["feasibility_prior"])
    assert figures["reported_status"]["n"] == 42
    assert "base rate" in capsys.readouterr().out


def test_every_row_of_an_untidy_file_is_judged(tmp_path):
    """Numbers and days that cannot be read, days to come, places unheard of, an id that comes twice."""
    rows = table("reported_units").sample(frac=1.0, random_state=0).astype("object")
    learn, judge, out = tmp_path / "learn.csv", tmp_path / "judge.csv", tmp_path / "out.json"
    rows.iloc[:131].to_csv(learn, index=False)
    odd = rows.iloc[131:].copy()
    for place, (column, cell) in enumerate(
        [
            ("idle_years", "about 5"),
            ("idle_years", "\u06f7"),
            ("reported_jobs_direct", "1,200"),
            ("report_date", "2025-13-01"),
            ("report_date", "2027-01-01"),
            ("province", "Atlantis"),
            ("isic", "99"),
            ("isic", None),
            ("unit_id", odd["unit_id"].iloc[9]),
        ]
    ):
        odd.iloc[place, odd.columns.get_loc(column)] = cell
    odd.to_csv(judge, index=False)
    arguments = ["--units", str(learn), "--test-units", str(judge), "--out", str(out), "--no-track", "--trials", "2"]
    assert main(arguments) == 0
    assert json.loads(out.read_text("utf-8"))["reported_status"]["n"] == 42
    read = read_units(judge)
    assert read["idle_years"].iloc[1] == 7.0
    assert read["idle_years"].iloc[[0]].isna().all()
    assert read["unit_id"].is_unique


def test_press_facts_without_numbers_of_their_own_are_numbered(tmp_path):
    facts = pd.DataFrame({name: ["", ""] for name in PRESS_COLUMNS} | {"status": ["revived", "idle"]})
    facts.to_csv(tmp_path / "facts.csv", index=False)
    assert read_units(tmp_path / "facts.csv")["unit_id"].tolist() == ["reported-1", "reported-2"]


def test_a_file_of_something_else_is_named_by_what_it_lacks(tmp_path, capsys):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run(lambda: main(["--units", str(tmp_path / "other.csv"), "--no-track"])) == 2
    assert "idle_years" in capsys.readouterr().err
    assert run(lambda: main(["--units", str(tmp_path / "absent.csv"), "--no-track"])) == 1
    assert "absent.csv" in capsys.readouterr().err


@pytest.mark.skipif(not FACTS.is_dir(), reason="the press facts are not beside the project")
def test_the_older_press_facts_are_judged_too(tmp_path):
    out = tmp_path / "out.json"
    arguments = [
        "--test-units",
        str(FACTS / "unit_revivals_pre1390.csv"),
        "--out",
        str(out),
        "--no-track",
        "--trials",
        "2",
    ]
    assert main(arguments) == 0
    assert json.loads(out.read_text("utf-8"))["reported_status"]["n"] == 8


@pytest.mark.skipif(not FACTS.is_dir(), reason="the press facts are not beside the project")
def test_press_facts_read_as_the_projects_own_table():
    ours = table("reported_units").set_index("unit_id")
    theirs = read_units(FACTS / "unit_revivals.csv").set_index("unit_id")
    compared = [
        "province", "isic", "reported_status", "idle_years", "stop_causes", "reported_jobs_direct", "report_date",
        "report_confidence",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(ours[compared], theirs[compared])


@pytest.mark.skipif(not FACTS.is_dir(), reason="the press facts are not beside the project")
def test_no_plan_no_county_and_no_single_unit_sets_a_rate():
    rates, averages = read_aggregates(FACTS / "aggregate_revivals.csv")
    assert averages is not None
    for rows in (rates, averages):
        assert set(rows["scope"]) <= {"all", "estates", "estates+outside"}
    assert rates[["revived", "idle", "years"]].gt(0).all().all()
    assert (rates["region"] == "Iran").sum() >= 3


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    out = tmp_path_factory.mktemp("reported") / "out.json"
    assert main(["--out", str(out), "--no-track"]) == 0
    return json.loads(out.read_text("utf-8"))


@pytest.mark.slow
def test_no_province_is_judged_worse_than_by_the_base_rate_and_the_intervals_hold(study):
    status, jobs = study["reported_status"], study["jobs"]
    assert (status["n"], jobs["n"]) == (173, 55)
    assert status["log_loss"] <= status["log_loss_base_rate"]
    assert 0.74 <= jobs["coverage_80"] <= 0.86
    assert jobs["mae_log"] <= min(jobs["mae_log_sector_median"], jobs["mae_log_median"])
    assert study["feasibility_prior"]["rows_used"] > 0


@pytest.mark.slow
def test_the_notes_say_what_the_study_gives(study):
    notes = (Path(__file__).parents[2] / "experiments" / "reported_revivals" / "NOTES.md").read_text("utf-8")
    status, jobs, prior = study["reported_status"], study["jobs"], study["feasibility_prior"]

    def said(pattern: str) -> list[float]:
        found = re.search(pattern, notes)
        assert found is not None, pattern
        return [float(each) for each in found.groups()]

    number = r"\s+([\d.]+)"
    assert said(rf"Ehya{number}{number}{number}") == pytest.approx(
        [status["log_loss"], status["auc"], status["ece"]], abs=0.002
    )
    assert said(rf"base rate{number}\n") == pytest.approx([status["log_loss_base_rate"]], abs=1e-4)
    gain = [status[f"log_loss_gain{end}"] for end in ("", "_low", "_high")]
    assert said(rf"gain over the base rate{number}, 80 % bootstrap{number} to{number}") == pytest.approx(gain, abs=1e-3)
    assert said(rf"jobs at press size +MAE log\nEhya{number}") == pytest.approx([jobs["mae_log"]], abs=0.002)
    assert said(rf"interval covers{number} of{number}") == pytest.approx([jobs["coverage_80"], jobs["n"]], abs=0.002)
    assert said(rf"population:{number}, 80 % interval{number} to{number}") == pytest.approx(
        [prior["rate"], prior["low"], prior["high"]], abs=0.001
    )
