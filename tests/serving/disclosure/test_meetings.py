"""An investor's day is made of its own rows alone; why a wish has no meeting tells of nobody else."""

import pandas as pd
import pytest

from engine.meetings.day import MeetingDay
from serving.disclosure.meetings import OwnReason, own_day

NAMES = {"fund": "A fund", "rival": "Another", "U1": "one", "U2": "two", "U3": "three"}
DAY = MeetingDay.read(
    {
        "event": "INVA", "date": "2026-12-11", "from": "09:00", "to": "11:00", "tables": 2,
        "third": [{"name": "Bank", "units": ["U1"]}, {"name": "Estate", "units": ["U2"]}],
        "away": [{"who": "rival", "from": "10:00"}],
    }
)  # fmt: skip
WISHES = pd.DataFrame(
    [("fund", "U1", 0.9), ("fund", "U2", 0.6), ("rival", "U2", 0.8), ("rival", "U3", 0.5)],
    columns=["guest", "host", "fit"],
).assign(asked=False)
COLUMNS = ["guest", "host", "slot", "table", "third"]


def met(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(interpreter=False)


MET = met(("rival", "U2", 0, 1, 1), ("fund", "U1", 1, 2, 0))
OFF = met(("fund", "U2", 2, 1, 1), ("rival", "U3", 1, 1, -1))


def day_of(investor="fund", *, wishes=WISHES, meetings=MET, cancelled=OFF, most=1):
    return own_day(DAY, investor, NAMES, wishes=wishes, meetings=meetings, cancelled=cancelled, most=most)


def test_a_day_holds_its_own_meetings_with_time_table_and_whom_they_bring():
    found = day_of()
    (one,) = found.meetings
    assert (one.unit_id, one.name, one.table, one.third) == ("U1", "one", 2, "Bank")
    assert one.begin.isoformat() == "2026-12-11T09:25:00+03:30"
    assert [(one.unit_id, one.table) for one in found.cancelled] == [("U2", None)]
    assert [(one.unit_id, one.why) for one in found.unmet] == [("U2", OwnReason.BETTER_ONES_MET)]


def test_who_wishes_nothing_is_no_guest_and_a_units_day_is_nobodys():
    assert day_of("bank") is None
    assert day_of("U1") is None


@pytest.mark.parametrize(
    "rows", [[], [("rival", "U3", 3, 2, -1)], [("rival", "U2", 2, 1, 1), ("rival", "U3", 0, 1, -1)]]
)
def test_nothing_of_others_moves_a_day(rows):
    others = met(*rows)
    own = [frame[frame["guest"] == "fund"] for frame in (MET, OFF)]
    wishes = WISHES[WISHES["guest"] == "fund"]
    before = day_of()
    for meetings, cancelled in ((pd.concat([own[0], others]), own[1]), (own[0], pd.concat([own[1], others]))):
        assert day_of(meetings=meetings, cancelled=cancelled) == before
        assert day_of(meetings=meetings, cancelled=cancelled, wishes=wishes) == before
    assert "Another" not in repr(before)
    assert "Estate" not in repr(before.meetings)


def test_a_reason_says_better_ones_only_where_its_own_day_is_full_of_them():
    assert day_of(most=2).unmet[0].why is OwnReason.NOT_ARRANGED
    worse = met(("fund", "U2", 1, 2, 1))
    assert day_of(meetings=worse).unmet[0].why is OwnReason.NOT_ARRANGED
    assert {one.why for one in day_of(meetings=MET.iloc[:0]).unmet} == {OwnReason.NOT_ARRANGED}
    assert day_of(meetings=MET.iloc[:0], most=0).unmet[0].why is OwnReason.NOT_ARRANGED
