"""Registers in shards: scored as one table is, and what is no list of units is refused before anything is written."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from features.predicted import Scorer, predicted
from serving.desk.appraisal import current_units
from serving.desk.scoring import ScoreRequest, score, split
from serving.desk.workspace import open_register
from tests.serving.api.parties import DAY, at_work, parties

AS_OF = pd.Timestamp(DAY)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, first_day) -> Settings:
    return at_work(parties(tmp_path_factory.mktemp("shards"), first_day), first_day).settings


@pytest.fixture(scope="module")
def units(settings, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("units")
    split(settings, folder, as_of=AS_OF, rows=25)
    return folder


def test_shards_together_are_scored_as_the_register_is(settings, units, tmp_path, first_day):
    found = score(settings, ScoreRequest(units, tmp_path / "out", AS_OF))
    with open_register(settings) as register:
        whole = predicted(first_day, current_units(register, as_of=AS_OF), as_of=AS_OF)
    together = pd.concat([pd.read_parquet(file) for file in found.mapped.results]).set_index("unit_id")
    assert (found.mapped.rows, len(found.mapped.results), found.synthetic) == (len(whole), 3, False)
    pd.testing.assert_frame_equal(together, whole.sort_index(), check_exact=False, rtol=1e-9, check_dtype=False)


def test_an_empty_shard_has_the_types_of_all_others(first_day, units):
    rows = pd.read_parquet(sorted(units.glob("*.parquet"))[0])
    scorer = Scorer(first_day, AS_OF)
    assert scorer(rows.head(0)).dtypes.astype(str).to_dict() == scorer(rows).dtypes.astype(str).to_dict()


def test_a_scorer_is_the_same_in_another_process(first_day, units):
    rows = pd.read_parquet(sorted(units.glob("*.parquet"))[0])
    there = pickle.loads(pickle.dumps(Scorer(first_day, AS_OF)))
    pd.testing.assert_frame_equal(there(rows), Scorer(first_day, AS_OF)(rows))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.assign(colour="red"), "colour"),
        (lambda rows: rows.assign(jobs_now="three"), "jobs_now"),
        (lambda rows: rows.drop(columns="unit_id"), "unit_id"),
    ],
)
def test_what_is_no_list_of_units_is_named_with_its_columns(settings, units, tmp_path, change, why):
    (tmp_path / "in").mkdir()
    rows = pd.read_parquet(sorted(units.glob("*.parquet"))[0])
    change(rows).to_parquet(tmp_path / "in" / "a.parquet")
    with pytest.raises(EhyaError) as refused:
        score(settings, ScoreRequest(tmp_path / "in", tmp_path / "out", AS_OF))
    assert (refused.value.code, refused.value.facts["why"]) == (ErrorCode.SHARD_NOT_UNITS, why)
    assert not (tmp_path / "out").exists()


def test_a_register_is_not_split_into_a_folder_that_holds_shards(settings, units):
    with pytest.raises(EhyaError) as refused:
        split(settings, units, as_of=AS_OF)
    assert refused.value.code is ErrorCode.FILE_EXISTS


def test_the_answer_of_another_day_does_not_mix_with_this_one(settings, units, tmp_path):
    score(settings, ScoreRequest(units, tmp_path / "out", AS_OF))
    with pytest.raises(EhyaError) as refused:
        score(settings, ScoreRequest(units, tmp_path / "out", AS_OF + pd.Timedelta(days=1)))
    assert refused.value.code is ErrorCode.SHARDS_OF_ANOTHER_JOB


@pytest.mark.filterwarnings("ignore")  # of a library
def test_a_cluster_of_processes_writes_the_bytes_of_one(settings, units, workers, tmp_path):
    empty = pd.read_parquet(sorted(units.glob("*.parquet"))[0]).head(0)
    folder = tmp_path / "in"
    shutil.copytree(units, folder)
    empty.to_parquet(folder / "z-empty.parquet", index=False)
    alone = score(settings, ScoreRequest(folder, tmp_path / "alone", AS_OF))
    there = score(settings, ScoreRequest(folder, tmp_path / "there", AS_OF, cluster=workers))
    assert [file.read_bytes() for file in there.mapped.results] == [file.read_bytes() for file in alone.mapped.results]
    assert len(pd.read_parquet(there.mapped.results[-1])) == 0
