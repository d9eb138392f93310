"""What was mended in a file is proposed for the next of its source, for the same cell alone, never put in unasked."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.desk import mending, uploads
from serving.desk.mending import Mended, keep_mends, kept_mends, read_mends
from serving.desk.uploads import begin_upload, find_upload, keep_upload, read_upload, store_upload

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 5, 12, tzinfo=UTC)
HEAD = "Unit name,County,Jobs now,Land (m2)\n"
FIRST = f"{HEAD}A,Khoy,many,x\nB,Khoy,5,9\n"


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")


def _bring(settings, text, name="list-1403.csv", at=NOW):
    return begin_upload(settings, name, text.encode(), {}, made_at=at, actor="user:reza")


def _stored(settings, text, cells, name="list-1403.csv", by="user:sara", at=NOW):
    upload = _bring(settings, text, name, at)
    upload = keep_upload(settings, upload.corrected(cells, by, at.isoformat()))
    store_upload(settings, upload, made_at=at, actor="user:reza")
    return upload


def _proposed(settings, text, name="list-1404.csv", cells=None):
    upload = _bring(settings, text, name, LATER)
    read = read_upload(settings, upload.corrected(cells or {}, "user:reza", LATER.isoformat()), now=LATER)
    return read, {one.cell: (one.mended.value, one.mended.by, one.mended.at) for one in read.proposed}


def test_the_same_wrong_value_of_the_same_row_is_proposed_with_who_and_when_and_nothing_is_put_in(settings):
    _stored(settings, FIRST, {("list-1403", 2, "jobs_now"): "12"})
    moved = f"{HEAD}C,Khoy,many,1\nB,Khoy,6,9\nA,Khoy,many,x\n"
    read, proposed = _proposed(settings, moved)
    assert proposed == {("list-1404", 4, "jobs_now"): ("12", "user:sara", NOW.isoformat())}
    assert read.intake.units["jobs_now"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}A,Khoy,some,x\n",
        f"{HEAD}A,Urmia,many,x\n",
        f"{HEAD}A,Khoy,7,x\n",
        "Unit name,County,Staff\nA,Khoy,many\n",
    ],
    ids=["another value", "another unit", "a right value", "another column"],
)
def test_nothing_else_is_proposed(settings, text):
    _stored(settings, FIRST, {("list-1403", 2, "jobs_now"): "12"})
    assert _proposed(settings, text)[1] == {}
    assert _proposed(settings, FIRST, name="bank.csv")[1] == {}


def test_what_was_put_in_is_proposed_no_more_and_who_wrote_it_first_stays_named(settings):
    _stored(settings, FIRST, {("list-1403", 2, "jobs_now"): "12"})
    assert _proposed(settings, FIRST, cells={("list-1404", 2, "jobs_now"): "12"})[1] == {}
    _stored(settings, FIRST, {("list-1404", 2, "jobs_now"): "12"}, "list-1404.csv", "user:reza", LATER)
    assert _proposed(settings, FIRST)[1][("list-1404", 2, "jobs_now")][1] == "user:sara"
    _stored(settings, FIRST, {("list-1404", 2, "jobs_now"): "13"}, "list-1404.csv", "user:reza", LATER)
    assert _proposed(settings, FIRST)[1][("list-1404", 2, "jobs_now")] == ("13", "user:reza", LATER.isoformat())


def test_a_mended_county_does_not_hide_what_was_mended_beside_it(settings):
    text = f"{HEAD}A,Atlantis,many,1\n"
    _stored(settings, text, {("list-1403", 2, "county"): "Khoy", ("list-1403", 2, "jobs_now"): "12"})
    both = {("list-1404", 2, "county"), ("list-1404", 2, "jobs_now")}
    assert set(_proposed(settings, text)[1]) == both
    assert set(_proposed(settings, text, cells={("list-1404", 2, "county"): "Khoy"})[1]) == {
        ("list-1404", 2, "jobs_now")
    }


def test_a_correction_that_was_refused_again_is_not_kept(settings):
    _stored(settings, FIRST, {("list-1403", 2, "jobs_now"): "lots"})
    assert _proposed(settings, FIRST)[1] == {}


def test_two_rows_of_one_identity_that_were_mended_differently_say_nothing(settings):
    text = f"{HEAD}A,Khoy,many,1\nA,Khoy,many,2\n"
    _stored(settings, text, {("list-1403", 2, "jobs_now"): "12", ("list-1403", 3, "jobs_now"): "15"})
    assert _proposed(settings, text)[1] == {}


def test_codes_of_persons_are_kept_nowhere(settings):
    text = "Unit name,County,National ID\nA,Khoy,0499370899\n"
    _stored(settings, text, {("list-1403", 2, "national_id"): "14077631706"})
    assert read_mends(settings, "list-1403.csv") == {}


def test_a_file_of_mends_that_somebody_else_wrote_is_named(settings):
    path = kept_mends(settings, "list-1403.csv")
    path.parent.mkdir()
    for text in ("{", '[{"identity": 1}]', "7"):
        path.write_text(text)
        with pytest.raises(EhyaError, match="mapping_unreadable"):
            read_mends(settings, "list-1403.csv")


def test_who_wrote_a_cell_comes_back_with_the_file(settings):
    cell = ("list-1403", 2, "jobs_now")
    upload = keep_upload(settings, _bring(settings, FIRST).corrected({cell: "12"}, "user:sara", NOW.isoformat()))
    assert find_upload(settings, upload.upload_id) == upload
    again = upload.corrected({cell: "12"}, "user:reza", LATER.isoformat())
    assert again.menders == ((*cell, "user:sara", NOW.isoformat()),)
    assert upload.corrected({cell: ""}, "user:reza", LATER.isoformat()).menders == ()


def test_a_file_is_stored_although_what_was_mended_in_it_cannot_be_remembered(settings, caplog):
    path = kept_mends(settings, "list-1403.csv")
    path.parent.mkdir()
    path.write_text("{")
    upload = _stored(settings, FIRST, {("list-1403", 2, "jobs_now"): "12"})
    assert find_upload(settings, upload.upload_id).stored == 1
    assert f"the upload {upload.upload_id} is not remembered" in caplog.text
    assert path.read_text() == "{"


def test_nothing_is_remembered_of_a_file_before_it_is_kept_that_it_is_stored(settings, monkeypatch):
    upload = keep_upload(settings, _bring(settings, FIRST).corrected({("list-1403", 2, "jobs_now"): "12"}, "user:sara"))

    def full(*_):
        raise EhyaError(ErrorCode.FILE_NOT_WRITTEN, given="upload.json", why="no room")

    with monkeypatch.context() as disk:
        disk.setattr(uploads, "keep_upload", full)
        with pytest.raises(EhyaError, match="file_not_written"):
            store_upload(settings, upload, made_at=NOW, actor="user:reza")
    assert read_mends(settings, "list-1403.csv") == {}
    assert store_upload(settings, upload, made_at=NOW, actor="user:reza").again
    assert [one.value for one in read_mends(settings, "list-1403.csv").values()] == ["12"]


def test_files_of_one_source_that_are_stored_at_once_lose_no_mended_value(settings, monkeypatch):
    read = mending.read_mends

    def waits(*given):
        found = read(*given)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(mending, "read_mends", waits)
    mends = [Mended(f"name:{one}|khoy", "Jobs now", "jobs_now", "many", "12", "", "") for one in "abc"]
    with ThreadPoolExecutor(len(mends)) as files:
        list(files.map(lambda one: keep_mends(settings, "list-1403.csv", [one]), mends))
    assert set(read(settings, "list-1403.csv")) == {one.key for one in mends}
