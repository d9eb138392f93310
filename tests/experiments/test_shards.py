"""The study of work on shards: what it measures, and what it refuses."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from experiments.shards.measuring import measured
from experiments.shards.run import main, picture
from experiments.shards.units import ROWS, shards


def test_a_block_is_measured_by_the_clock_and_by_processors():
    with measured() as taken:
        begin = time.process_time()
        while time.process_time() - begin < 0.05:
            pass
    assert taken.seconds >= taken.processor_seconds - 0.05
    assert taken.processor_seconds >= 0.04
    assert taken.megabytes > 10


def test_units_stand_in_as_many_shards_as_they_fill_and_no_id_recurs(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.shards.units.ROWS", 40)
    files = shards(tmp_path, 100)

    rows = pd.concat([pd.read_parquet(file) for file in files])
    assert (len(files), len(rows), rows["unit_id"].is_unique, ROWS) == (3, 100, True, 25_000)


def test_the_curve_is_a_picture(tmp_path):
    line = {"units": 10, "processor_seconds_per_million": 3.0, "megabytes": 5.0}
    assert picture([line, line | {"units": 100}], tmp_path / "curve.png").read_bytes()[:4] == b"\x89PNG"


def test_a_part_that_there_is_not_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "speed" in capsys.readouterr().err
