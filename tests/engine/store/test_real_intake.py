"""From a file on disk into the register, with the real intake."""

from datetime import date, datetime
from pathlib import Path

import pytest

from engine.intake import read_register
from engine.store import Change, Register

NOON = datetime(2025, 1, 10, 12)
SAMPLE = Path(__file__).parents[3] / ".." / "shared" / "data" / "samples" / "register_fa.xlsx"
LINES = ["نام واحد,شهرستان,وضعیت,اشتغال فعلی", "بافندگی نمونه,ارومیه,راکد,۳۰", "آسیاب نمونه,خوی,راکد,۷"]


@pytest.fixture
def register(sqlite_url):
    with Register.open(sqlite_url) as opened:
        yield opened


def test_a_persian_file_goes_in_and_its_correction_updates_one_unit(tmp_path, register):
    path = tmp_path / "units.csv"
    path.write_text("\n".join(LINES), encoding="utf-8")
    first = register.imports.commit(read_register(path, as_of=date(2024, 3, 20)), imported_at=NOON)
    assert first.count(Change.NEW) == 2
    path.write_text("\n".join(LINES).replace("۳۰", "۱۲"), encoding="utf-8")
    second = register.imports.commit(read_register(path, as_of=date(2025, 3, 20)), imported_at=NOON)
    assert second.rows["change"].tolist() == ["updated", "unchanged"]
    assert second.cells[["field", "before", "after"]].to_numpy().tolist() == [["jobs_now", "30", "12"]]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample register is not beside the project")
def test_the_sample_register_goes_in_once_and_stays(register):
    intake = read_register(SAMPLE)
    first = register.imports.commit(intake, imported_at=NOON)
    report = intake.report(first.rows)
    assert [row["unit_id"] for row in report["accepted"]] == first.rows["unit_id"].tolist()
    counts = register.counts()
    again = register.imports.commit(read_register(SAMPLE), imported_at=NOON)
    assert set(again.rows["change"]) == {"unchanged"}
    assert (again.import_id, register.counts()) == (first.import_id, counts)
    assert register.check() == ()
