"""A day is the day where the office stands, not the one in Greenwich."""

import time
from datetime import UTC, date, datetime

import pytest

from serving.desk.clock import day_of, end_of


@pytest.fixture
def in_tehran(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tehran")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_tehran")
def test_a_day_ends_at_midnight_of_the_office():
    assert end_of(date(2026, 11, 30)) == datetime(2026, 11, 30, 20, 30, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 30, 20, 29, tzinfo=UTC)) == date(2026, 11, 30)
    assert day_of(datetime(2026, 11, 30, 20, 30)) == date(2026, 12, 1)
