"""A plan of meetings as a file: it comes back whole, and one changed so that it holds together no more is refused."""

import json

import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from serving.desk import meetings as desk
from serving.desk.meetings import Gone
from serving.desk.meetings_document import meetings_document, read_plan
from serving.reports.workbook import json_text
from tests.serving.conftest import stock_of
from tests.serving.desk.test_meetings import DAY, MANDATES


@pytest.fixture(scope="module")
def planned(public_appraisal):
    day = MeetingDay.read(DAY | {"meetings": {"investor": 4, "unit": 3}})
    return desk.plan_among(stock_of(public_appraisal), day, MANDATES)


def test_a_plan_comes_back_from_its_document(planned, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json_text(meetings_document(planned)), "utf-8")
    back = read_plan(path)
    assert json.loads(json_text(meetings_document(back))) == json.loads(path.read_text("utf-8"))
    again, other = (desk.plan_again(one, [Gone("inv-1", 2)], since=2) for one in (planned, back))
    pd.testing.assert_frame_equal(again.plan.meetings, other.plan.meetings, check_dtype=False)


def changed(document, place, value):
    """The document with one value changed, at ``meetings.0.slot`` and the like."""
    *way, last = place.split(".")
    part = document
    for step in way:
        part = part[int(step) if step.isdecimal() else step]
    part[int(last) if last.isdecimal() else last] = value
    return document


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("meetings.0.slot", 900),
        ("meetings.0.slot", -1),
        ("meetings.0.slot", None),
        ("meetings.0.table", 0),
        ("meetings.0.table", 5),
        ("meetings.0.third", 0),
        ("meetings.0.guest", "nobody"),
        ("wishes.0.host", "nobody"),
        ("unmet.0.why", "because"),
        ("gone", [{"who": "nobody", "since": 0}]),
        ("day.tables", "many"),
        ("names", []),
    ],
)
def test_a_plan_that_holds_together_no_more_is_refused_with_the_place(planned, tmp_path, place, value):
    again = desk.plan_again(planned, [Gone("inv-1", 2)], since=2)
    document = changed(json.loads(json_text(meetings_document(again))), place, value)
    (tmp_path / "plan.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(EhyaError) as refusal:
        read_plan(tmp_path / "plan.json")
    assert refusal.value.code in (ErrorCode.MEETINGS_UNREADABLE, ErrorCode.MEETINGS_VALUE_REFUSED)


def test_a_plan_that_was_written_without_third_parties_is_still_read(planned, tmp_path):
    document = json.loads(json_text(meetings_document(desk.plan_again(planned, [Gone("inv-1", 2)], since=2))))
    for name in ("before", "cancelled"):
        document[name] = [{key: value for key, value in row.items() if key != "third"} for row in document[name]]
    (tmp_path / "plan.json").write_text(json.dumps(document), "utf-8")
    assert (read_plan(tmp_path / "plan.json").before["third"] == -1).all()


def test_one_meeting_twice_is_no_plan(planned, tmp_path):
    document = json.loads(json_text(meetings_document(planned)))
    document["meetings"].append(document["meetings"][0])
    (tmp_path / "plan.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(EhyaError):
        read_plan(tmp_path / "plan.json")


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', '{"format": 1, "day": {}}'])
def test_a_file_that_is_no_plan_is_refused(tmp_path, text):
    (tmp_path / "plan.json").write_text(text, "utf-8")
    with pytest.raises(EhyaError) as refusal:
        read_plan(tmp_path / "plan.json")
    assert refusal.value.code in (ErrorCode.MEETINGS_UNREADABLE, ErrorCode.MEETINGS_VALUE_REFUSED)
