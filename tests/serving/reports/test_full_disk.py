"""A full disk leaves the old export whole, in every form."""

import gc
import resource
import signal
from contextlib import contextmanager

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from serving.i18n import speech
from serving.reports.workbook import Notes, OutputSheet, SheetColumn, write_csv, write_json, write_xlsx


@contextmanager
def full_disk(most_bytes):
    before, alarm = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, alarm)


ROWS = pd.DataFrame({"name": [f"واحد {number}" for number in range(3000)], "jobs": range(3000)})
SHEET = OutputSheet("Units", [SheetColumn("name", "Name"), SheetColumn("jobs", "Jobs", "count")], ROWS)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("list.xlsx", lambda path: write_xlsx(path, [SHEET], Notes("Notes"), speech("en"))),
        ("list.csv", lambda path: write_csv(path, SHEET)),
        ("list.json", lambda path: write_json(path, {"units": ROWS.to_dict("records")})),
    ],
)
def test_the_old_export_stays_whole_and_the_refusal_names_the_file(tmp_path, name, write):
    place = tmp_path / name
    write(place)
    old = place.read_bytes()
    with full_disk(len(old) // 2), pytest.raises(EhyaError) as refusal:
        write(place)
    gc.collect()  # a writer that was left half-way must not speak up later
    assert refusal.value.code is ErrorCode.FILE_NOT_WRITTEN
    assert refusal.value.facts["given"] == str(place)
    assert place.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
