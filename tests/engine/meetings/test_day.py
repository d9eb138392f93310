"""The day of an event: slots by hand, breaks kept, and every mistake of a file named."""

from pathlib import Path

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay

DAY = {"event": "INVA", "date": "1405-09-20", "from": "09:00", "to": "12:00", "tables": 3}


def test_slots_follow_each_other_and_none_lies_in_a_break():
    day = MeetingDay.read({**DAY, "breaks": [{"from": "10:00", "to": "10:30"}], "minutes": 30, "pause": 10})
    clock = [tuple(f"{minute // 60}:{minute % 60:02d}" for minute in span) for span in day.slots]
    assert clock == [("9:00", "9:30"), ("10:30", "11:00"), ("11:10", "11:40")]
    assert [day.slot_from(MeetingDay.minute(one, key="since")) for one in ("09:00", "۱۰:۰۰", "11:30")] == [0, 1, 3]


def test_times_of_day_are_read_as_yaml_gives_them():
    """YAML 1.1 reads 14:15 as a number of base 60, and 09:30 as a text."""
    day = MeetingDay.read_text("event: e\ndate: ۱۴۰۵-۰۹-۲۰\nfrom: 09:30\nto: 14:15\ntables: 2\n")
    assert (day.begin, day.end) == (570, 855)
    assert MeetingDay.read(day.document) == day


@pytest.mark.parametrize(
    ("changes", "key", "allowed"),
    [
        ({"from": "25:00"}, "from", "09:30"),
        ({"from": "9.5"}, "from", "09:30"),
        ({"date": "1405"}, "date", "1405-09-20"),
        ({"date": "1405-13-01"}, "date", "1405-09-20"),
        ({"to": "09:10"}, "from, to", "minutes"),
        ({"tables": 0}, "tables", ">= 1"),
        ({"minutes": "long"}, "minutes", "20"),
        ({"breaks": ["noon"]}, "breaks.0", "{from: 11:00"),
        ({"breaks": [{"from": "11:00", "to": "10:00"}]}, "breaks.0", "to > from"),
        ({"zone": "Tehran"}, "zone", "Asia/Tehran"),
        ({"third": [{"name": "b", "units": "U1"}, {"name": "c", "units": ["U1"]}]}, "third", "U1 once"),
        ({"meetings": {"investor": -1}}, "meetings.investor", ">= 0"),
    ],
)
def test_what_a_day_cannot_be_is_refused_with_its_key_and_what_is_allowed(changes, key, allowed):
    with pytest.raises(EhyaError) as refusal:
        MeetingDay.read(DAY | changes)
    assert refusal.value.code is ErrorCode.MEETINGS_VALUE_REFUSED
    assert refusal.value.facts["key"] == key
    assert allowed in refusal.value.facts["allowed"]


def test_an_unknown_key_is_named_with_the_nearest():
    with pytest.raises(EhyaError) as refusal:
        MeetingDay.read({**DAY, "table": 3})
    assert (refusal.value.code, refusal.value.facts["nearest"]) == (ErrorCode.MEETINGS_KEY_UNKNOWN, "tables")


def test_numbers_are_read_in_the_digits_of_either_script():
    day = MeetingDay.read({**DAY, "pause": "۵", "meetings": {"unit": "۳"}})
    assert (day.pause, day.meetings.unit) == (5, 3)


def test_a_day_without_a_slot_says_from_when_to_when():
    with pytest.raises(EhyaError) as refusal:
        MeetingDay.read({**DAY, "breaks": [{"from": "08:00", "to": "13:00"}]})
    assert refusal.value.facts["given"] == "09:00 - 12:00"


def test_the_example_of_a_day_can_be_read():
    example = Path(__file__).parents[3] / "docs" / "examples" / "day.yaml"
    assert len(MeetingDay.read_text(example.read_text("utf-8")).slots) > 10


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "a: &x [1]\nb: *x\n"])
def test_a_text_that_is_no_day_is_refused(text):
    with pytest.raises(EhyaError) as refusal:
        MeetingDay.read_text(text)
    assert refusal.value.code is ErrorCode.MEETINGS_DAY_UNREADABLE
