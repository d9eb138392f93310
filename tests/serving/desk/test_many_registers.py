"""Many files at once: each an import, one report, units in several named, and what cannot be read stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.many_registers import registers_of, take_in_all

AT = datetime(2026, 3, 22, 12, tzinfo=UTC)
HEADER = "نام واحد,استان,شهرستان,کد آیسیک,وضعیت,اشتغال فعلی"


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")


@pytest.fixture
def folder(tmp_path) -> Path:
    home = tmp_path / "registers"
    home.mkdir()
    write(home, "a.csv", "کاوه,آذربایجان غربی,ارومیه,1030,راکد,3", "ارس,آذربایجان غربی,خوی,2220,راکد,0")
    write(home, "b.csv", "کاوه,آذربایجان غربی,ارومیه,1030,راکد,5")
    return home


def write(home: Path, name: str, *rows: str) -> Path:
    file = home / name
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return file


def take(settings: Settings, *named: Path, **more):
    return take_in_all(settings, registers_of(named), {"as_of": "2026-03-21"}, imported_at=AT, processes=1, **more)


def test_each_file_of_a_folder_is_an_import_and_a_unit_in_two_is_one(settings, folder):
    taken = take(settings, folder)
    assert [one.path.name for one in taken.files] == ["a.csv", "b.csv"]
    assert (taken.counts["accepted"], taken.counts["new"], taken.counts["in_several"]) == (3, 2, 1)
    assert taken.across[["file", "row"]].to_numpy().tolist() == [["a.csv", 2], ["b.csv", 2]]
    with Register.open(settings.database_url) as register:
        assert len(register.units()) == 2
        assert register.imports()["source"].tolist() == ["a.csv", "b.csv"]


def test_two_processes_read_what_one_does(settings, folder, tmp_path):
    other = Settings(home=tmp_path / "two", database_url=f"sqlite:///{tmp_path / 'two.db'}", language="en")
    files = registers_of([folder])
    one = take_in_all(settings, files, {"as_of": "2026-03-21"}, imported_at=AT, processes=1)
    two = take_in_all(other, files, {"as_of": "2026-03-21"}, imported_at=AT, processes=2)
    assert one.counts == two.counts


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(settings, folder):
    (folder / "empty.csv").write_text("")
    (folder / "other.csv").write_text("colour,taste\nred,sweet\nblue,sour\n")
    (folder / "torn.parquet").write_bytes(b"PAR1 and no more")
    (folder / "twice.csv").write_bytes((folder / "a.csv").read_bytes())
    taken = take(settings, folder)
    refused = {one.path.name: one.error.code for one in taken.files if one.error is not None}
    assert refused.keys() == {"empty.csv", "other.csv", "torn.parquet", "twice.csv"}
    assert refused["empty.csv"] is ErrorCode.FILE_EMPTY
    assert refused["other.csv"] is ErrorCode.NO_HEADER
    assert refused["twice.csv"] is ErrorCode.REGISTER_TWICE
    assert (taken.counts["files"], taken.counts["refused"], taken.counts["new"]) == (6, 4, 2)


def test_a_rehearsal_stores_nothing_and_names_what_stands_in_several(settings, folder):
    taken = take(settings, folder, dry_run=True)
    assert taken.counts["in_several"] == 1
    with Register.open(settings.database_url) as register:
        assert register.imports().empty


def test_a_unit_that_is_synthetic_in_one_file_alone_is_two_units_and_told(settings, folder):
    lines = f"نمونهٔ ساختگی\n{HEADER}\nکاوه,آذربایجان غربی,ارومیه,1030,راکد,3\n"
    (folder / "c.csv").write_text(lines, encoding="utf-8")
    taken = take(settings, folder)
    assert taken.apart[["file", "row", "origin"]].to_numpy().tolist() == [
        ["a.csv", 2, "register"],
        ["b.csv", 2, "register"],
        ["c.csv", 3, "synthetic"],
    ]
    assert taken.counts["in_several"] == 1
    rehearsed = take(settings, folder, dry_run=True)
    assert (len(rehearsed.apart), rehearsed.across["file"].tolist()) == (3, ["a.csv", "b.csv"])


def test_files_without_content_are_each_told_to_be_empty(settings, folder):
    for name in ("x.csv", "y.csv"):
        (folder / name).write_text("")
    refused = {one.path.name: one.error.code for one in take(settings, folder).files if one.error is not None}
    assert refused == {"x.csv": ErrorCode.FILE_EMPTY, "y.csv": ErrorCode.FILE_EMPTY}


def test_a_folder_without_registers_is_refused(tmp_path):
    (tmp_path / "notes.docx").write_text("x")
    (tmp_path / "~$a.xlsx").write_text("x")
    with pytest.raises(EhyaError) as refused:
        registers_of([tmp_path])
    assert refused.value.code is ErrorCode.NO_REGISTERS
