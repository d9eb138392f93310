"""The frame of the benches, and the shortlist bench at a size a test can afford."""

import json

import numpy as np
import pytest

from engine.matching import UnitBook, shortlist
from experiments.bench import run, timing
from experiments.bench import shortlist as bench


def test_a_comparison_gives_the_four_keys_and_the_ratio_of_its_medians():
    figures = timing.compare(lambda: sum(range(2000)), lambda: sum(range(1000)))
    assert set(figures) == {"ratio", "ours_seconds", "bare_seconds", "spread"}
    assert figures["ratio"] == figures["ours_seconds"] / figures["bare_seconds"]


def test_fewer_than_seven_runs_are_refused():
    with pytest.raises(ValueError, match="at least 7"):
        timing.compare(lambda: None, lambda: None, repeats=3)


def test_an_unknown_bench_is_refused_with_the_names_that_exist(capsys):
    with pytest.raises(SystemExit):
        run.main(["shortlst"])
    assert "shortlist_100k" in capsys.readouterr().err


def test_the_bare_baseline_gives_the_same_units_and_fits_as_the_shortlist():
    appraisal, mandate = bench.synthetic(20_000, random_state=1)
    book = UnitBook.from_table(appraisal)
    ids, fits = bench.Bare(book, mandate, random_state=1).best(50)
    ours = shortlist(book, mandate, limit=50)
    assert np.allclose(ours.fit, fits, atol=1e-6)
    assert len({*ours.unit_id} & {*ids}) >= 48  # float32 may order two that are nearer than its own steps


def test_the_hard_limits_of_the_bench_let_about_three_percent_through():
    appraisal, mandate = bench.synthetic(20_000)
    feasible = shortlist(UnitBook.from_table(appraisal), mandate).feasible
    assert 0.02 < feasible / 20_000 < 0.05


def test_the_frame_writes_the_figures_under_the_names_of_the_benches(tmp_path, monkeypatch):
    monkeypatch.setitem(run.BENCHES, "small", "experiments.bench.shortlist:measure_small")
    monkeypatch.setattr(bench, "measure_small", lambda **options: bench.measure(5_000, **options), raising=False)
    out = tmp_path / "figures.json"
    assert run.main(["small", "--out", str(out)]) == 0
    (name, figures), *others = json.loads(out.read_text("utf-8")).items()
    assert (name, others) == ("small", [])
    assert set(figures) == {"ratio", "ours_seconds", "bare_seconds", "spread"}
