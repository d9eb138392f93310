"""The table that a register teaches: what a row knows, what it is worth, and that equal data give equal files."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from experiments.province_simulator.province import simulate
from tests.training.conftest import known_by
from training.cohort.landmarks import describe
from training.dataset.folder import DIGESTS_FILE, as_table, write_folder
from training.dataset.ripe import ripe
from training.models.capital import LEARNT


def _described():
    province = simulate(400, seed=3)
    return province, describe(known_by(province), province.events, LEARNT, as_of=province.as_of)


@pytest.fixture(scope="module")
def world(once):
    return once.value("described", _described)


@pytest.fixture(scope="module")
def table(world):
    province, described = world
    return ripe(described, province.events, as_of=province.as_of)


def test_all_parts_speak_of_the_same_rows(table):
    for part in (table.X, table.y, table.weights, table.groups, table.dates):
        assert list(part.index) == list(range(len(table)))
    assert table.y.isin([0, 1]).all()
    assert 0 < table.datasheet["positive"] == table.y.sum() < len(table)
    assert table.weights.gt(0).all()
    assert table.weights.mean() == pytest.approx(1.0)
    assert not table.groups.assign(date=table.dates).duplicated(["unit_id", "date"]).any()


def test_a_row_is_old_enough_for_its_outcome_to_be_known(table, world):
    province, _ = world
    ripe_by = province.as_of - pd.DateOffset(months=table.datasheet["ripe_after_months"])
    assert table.dates.max() <= ripe_by


def test_an_earlier_day_sees_only_what_was_known_on_it(table, world):
    """What a fold shows a learner: outcomes that came later are none."""
    province, described = world
    day = province.as_of - pd.DateOffset(years=2)
    early = ripe(described, province.events, as_of=day)
    known = province.events[province.events["known_on"] <= day]
    pd.testing.assert_series_equal(early.y, ripe(described, known, as_of=day).y)
    assert len(early) < len(table)


def test_weights_of_units_carry_over(table, world):
    province, described = world
    doubled = pd.Series(2.0, index=table.groups["unit_id"].unique()[:20])
    found = ripe(described, province.events, as_of=province.as_of, unit_weights=doubled)
    of_doubled = found.groups["unit_id"].isin(doubled.index).to_numpy()
    ratio = (found.weights / table.weights).to_numpy()
    assert ratio[of_doubled].mean() == pytest.approx(2 * ratio[~of_doubled].mean())


def test_a_folder_holds_parquet_schema_and_datasheet_under_their_digests(table, tmp_path):
    digests = write_folder(tmp_path / "a", table)
    assert write_folder(tmp_path / "b", table) == digests
    for name, digest in digests.items():
        assert hashlib.sha256((tmp_path / "a" / name).read_bytes()).hexdigest() == digest
        assert f"{digest}  {name}" in (tmp_path / "a" / DIGESTS_FILE).read_text()
        assert (tmp_path / "a" / name).stat().st_mode & 0o077 == 0  # nobody but the office reads rows of units
    read = pd.read_parquet(tmp_path / "a" / "data.parquet")
    pd.testing.assert_frame_equal(read, as_table(table), check_dtype=False)
    named = [each["name"] for each in json.loads((tmp_path / "a" / "schema.json").read_text())["columns"]]
    assert named == list(read.columns)
    assert np.isnan(read[list(table.X.columns)].to_numpy()).any()  # what is not known stays so
