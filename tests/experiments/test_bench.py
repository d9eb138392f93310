"""The frame of the benches, and the shortlist bench at a size a test can afford."""

import json

import pytest

from experiments.bench import run, timing


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
