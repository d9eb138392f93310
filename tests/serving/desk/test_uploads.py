"""Files that wait: they keep what was stated, lose what no longer fits, and are cleared away in time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import EhyaError
from engine.settings import Settings
from serving.desk.readings import Readings
from serving.desk.uploads import KEPT, begin_upload, clear_uploads, find_upload, keep_upload, read_upload, uploads

NOW = datetime.now(UTC)
TEXT = b"Unit name,County,Jobs now\nA,Khoy,many\nB,Khoy,5\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    home = tmp_path_factory.mktemp("uploads")
    return Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="en")


@pytest.fixture
def upload(settings):
    return begin_upload(settings, "list.csv", TEXT, {"source": "office"}, made_at=NOW, actor="user:sara")


def test_what_was_stated_comes_back_as_it_was(settings, upload):
    changed = keep_upload(settings, upload.corrected({("list", 2, "jobs_now"): "۱۲"}))
    assert find_upload(settings, upload.upload_id) == changed
    assert changed.state != upload.state


def test_a_corrected_cell_is_read_as_if_the_file_had_held_it(settings, upload):
    found = read_upload(settings, upload.corrected({("list", 2, "jobs_now"): "۱۲"}), now=NOW)
    assert found.intake.rejected_cells.empty
    assert found.intake.units["jobs_now"].tolist() == [12, 5]
    assert found.rehearsed.result.import_id is None


def test_a_correction_of_a_column_that_is_left_out_is_lost_and_named(settings, upload):
    corrected = upload.corrected({("list", 2, "land_m2"): "300"})
    found = read_upload(settings, corrected, now=NOW)
    assert found.lost == (("list", 2, "land_m2"),)
    assert len(found.intake.units) == 2


def test_files_with_which_nobody_goes_on_are_cleared_away(settings, upload):
    clear_uploads(settings, now=NOW + KEPT - timedelta(hours=1))
    assert upload in uploads(settings)
    clear_uploads(settings, now=NOW + KEPT + timedelta(hours=1))
    assert uploads(settings) == []


@pytest.mark.parametrize(("name", "source"), [("list.csv", "desk:sara"), ("Desk: sara.csv", None)])
def test_no_file_bears_the_name_of_what_people_write_in_the_browser(settings, name, source):
    with pytest.raises(EhyaError, match="source_reserved"):
        begin_upload(settings, name, TEXT, {"source": source}, made_at=NOW, actor="user:sara")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x" * 16, "..", "a" * 400])
def test_an_address_that_leads_nowhere_is_refused(settings, name):
    with pytest.raises(EhyaError, match="upload_unknown"):
        find_upload(settings, name)


def test_a_reading_is_kept_while_nothing_changes_and_made_anew_when_something_does(settings, upload):
    readings = Readings(settings, lambda: NOW)
    first = readings.ask(upload, wait=20)
    assert readings.ask(upload, wait=20) is first
    changed = readings.ask(upload.corrected({("list", 2, "jobs_now"): "7"}), wait=20)
    assert changed.intake.units["jobs_now"].tolist() == [7, 5]


def test_a_long_reading_is_waited_for_no_longer_than_asked(settings, upload):
    assert Readings(settings, lambda: NOW).ask(upload, wait=0) is None


def test_files_that_have_to_make_way_while_they_wait_hold_nobody_up(settings, monkeypatch):
    """What waits its turn is called off when others come; calling off must not wait for who calls."""
    go = threading.Event()
    monkeypatch.setattr("serving.desk.readings.read_upload", lambda *_, **__: go.wait(20))
    readings = Readings(settings, lambda: NOW)
    several = [
        begin_upload(settings, f"list{number}.csv", TEXT + b"%d" % number, {}, made_at=NOW, actor="user:sara")
        for number in range(7)
    ]
    asking = threading.Thread(target=lambda: [readings.ask(one, wait=0) for one in several], daemon=True)
    asking.start()
    asking.join(20)
    stuck = asking.is_alive()
    go.set()
    assert not stuck
