"""The study of jobs over many small provinces: what it prints, and that its intervals hold."""

from __future__ import annotations

import json

import pytest

from experiments.province_simulator.jobs_study import printed, study
from experiments.province_simulator.run import main


@pytest.mark.slow
def test_intervals_hold_on_restarts_that_the_log_does_not_count():
    """Twenty provinces of each size; 80 +- 6 %, and zero is never cut where it is likely."""
    for units, methods in ((600, {"jackknife_plus"}), (2000, {"cv_plus"})):
        found = study(units, provinces=20)
        assert found.provinces == 20
        assert set(found.methods) == methods
        assert found.figures["coverage_80"] == pytest.approx(0.8, abs=0.06)
        assert found.figures["zero_excluded_wrongly_share"] == 0
        ehya = found.pooled.pop("mean")
        assert all(ehya["d2_poisson"] > each["d2_poisson"] for each in found.pooled.values())
        assert all(ehya["spearman"] > (each["spearman"] or 0) for each in found.pooled.values())


def test_a_study_repeats_itself_and_says_that_it_is_synthetic():
    first, again = (study(300, provinces=2, bias="observed") for _ in range(2))
    assert printed([first], "observed") == printed([again], "observed")
    assert printed([first], "observed").startswith("SYNTHETIC")


def test_the_command_prints_a_table_and_writes_json(tmp_path, capsys):
    out = tmp_path / "jobs.json"
    assert main(["--jobs", "--units", "250", "--provinces", "2", "--seed", "7", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "SYNTHETIC" in said
    assert "median of the sector's counts" in said
    written = json.loads(out.read_text("utf-8"))
    assert written["synthetic"]
    assert set(written["jobs"]["250"]["baselines"]) == {"mean", "sector_median", "median", "promised", "official"}
