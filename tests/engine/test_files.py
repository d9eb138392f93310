"""Files come whole or not at all."""

import os
import resource
import signal
import stat
import threading
from contextlib import contextmanager

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing


@contextmanager
def full_disk(most_bytes=1000):
    """No file may grow beyond some bytes: the system refuses as a full disk does, in the middle of writing."""
    before, alarm = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, alarm)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_full_disk_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path):
    place = tmp_path / "ranking.csv"
    place.write_text("old")
    with full_disk(), pytest.raises(EhyaError) as refusal, replacing(place) as beside:
        beside.write_bytes(b"x" * 100_000)
    assert refusal.value.code is ErrorCode.FILE_NOT_WRITTEN
    assert refusal.value.facts == {"given": str(place), "why": "File too large"}
    assert place.read_text() == "old"
    assert names(tmp_path) == ["ranking.csv"]


def test_whoever_breaks_off_leaves_the_old_file_whole(tmp_path):
    place = tmp_path / "ranking.csv"
    place.write_text("old")

    def broken_off():
        with replacing(place) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert place.read_text() == "old"
    assert names(tmp_path) == ["ranking.csv"]


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(EhyaError) as refusal, replacing(tmp_path / "file" / "list.csv") as beside:
        beside.write_text("new")
    assert refusal.value.code is ErrorCode.FILE_NOT_WRITTEN
    assert refusal.value.facts["why"] == "Not a directory"


def test_the_folder_is_made_and_permissions_of_the_old_file_stay(tmp_path):
    place = tmp_path / "deep" / "list.csv"
    for content in ("first", "second"):
        with replacing(place) as beside:
            beside.write_text(content)
        place.chmod(0o640)
    assert place.read_text() == "second"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640


def test_a_private_file_is_read_by_its_owner_alone(tmp_path):
    with replacing(tmp_path / "backup.zip", private=True) as beside:
        beside.write_text("debts")
    assert stat.S_IMODE((tmp_path / "backup.zip").stat().st_mode) == 0o600


def test_a_link_is_followed_or_replaced_as_the_caller_wants(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with replacing(link) as beside:
        beside.write_text("followed")
    assert link.is_symlink()
    assert target.read_text() == "followed"
    with replacing(link, through_links=False) as beside:
        beside.write_text("replaced")
    assert not link.is_symlink()
    assert target.read_text() == "followed"


def test_a_pipe_is_written_to_directly(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    listener = threading.Thread(target=lambda: read.append(pipe.read_text()))
    listener.start()
    with replacing(pipe) as beside:
        beside.write_text("through")
    listener.join()
    assert read == ["through"]
    assert pipe.is_fifo()


def test_a_name_as_long_as_the_system_allows_is_written(tmp_path):
    place = tmp_path / ("ف" * 125 + ".csv")
    with replacing(place) as beside:
        beside.write_text("long")
    assert place.read_text() == "long"
