"""The plan of an event's meetings as workbook and calendars."""

from datetime import UTC, datetime

import openpyxl
import pytest
from icalendar import Calendar

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from serving.desk import meetings as desk
from serving.desk.meetings import Gone
from serving.i18n import speech
from serving.reports.meetings import file_name, write_calendars, write_meetings
from tests.serving.conftest import stock_of

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def planned(public_appraisal):
    day = {"event": "=INVA", "date": "1405-09-20", "from": "09:00", "to": "11:00", "tables": 2}
    unit = str(public_appraisal.index[0])
    third = [{"name": "بانک صنعت", "units": [unit], "at_once": 1}]
    mandates = [Mandate(id=f"inv/{n}", name=f"+نام {n}", risk_appetite="high", accept_unknown=True) for n in range(3)]
    stock = stock_of(public_appraisal)
    listed = set(desk.plan_among(stock, MeetingDay.read(day), mandates).wishes["host"])
    return desk.plan_among(stock, MeetingDay.read(day | ({"third": third} if unit in listed else {})), mandates)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_workbook_has_every_meeting_three_ways_and_runs_no_name_as_a_formula(planned, tmp_path, language):
    book = openpyxl.load_workbook(write_meetings(tmp_path / "plan.xlsx", planned, speech(language)))
    assert len(book.sheetnames) == 5
    for sheet in book.worksheets[:3]:
        filled = [row for row in sheet.iter_rows(values_only=True) if sum(cell is not None for cell in row) >= 4]
        assert len(filled) == len(planned.plan.meetings) + 1
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'+نام") for cell in cells)


def test_calendars_keep_their_entries_through_versions_and_cancel_what_is_no_more(planned, tmp_path):
    first = {path.name: events(path) for path in write_calendars(tmp_path, planned, speech("fa"), made_at=NOON)}
    gone = str(planned.plan.meetings["guest"].iloc[0])
    again = desk.plan_again(planned, [Gone(gone)])
    then = {path.name: events(path) for path in write_calendars(tmp_path, again, speech("fa"), made_at=NOON)}
    name = f"{file_name(gone)}.ics"
    assert {str(one["UID"]) for one in first[name]} == {str(one["UID"]) for one in then[name]}
    assert {str(one["STATUS"]) for one in first[name]} == {"CONFIRMED"}
    assert {str(one["STATUS"]) for one in then[name]} == {"CANCELLED"}
    assert {int(one["SEQUENCE"]) for one in then[name]} == {1}
    met = planned.plan.meetings
    entry = first[name][0]
    begin, end = planned.day.times(int(met.loc[met["guest"] == gone, "slot"].iloc[0]))
    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (begin, end)
    assert sum(map(len, first.values())) == 2 * len(met) + (met["third"] >= 0).sum()
    twice = desk.plan_again(again, [Gone(str(again.plan.meetings["guest"].iloc[0]))])
    last = {path.name: events(path) for path in write_calendars(tmp_path, twice, speech("fa"), made_at=NOON)}
    assert {str(one["STATUS"]) for one in last[name]} == {"CANCELLED"}  # who opens only the newest file sees it too
    assert len(last[name]) == len(first[name])


def events(path):
    calendar = Calendar.from_ical(path.read_bytes())
    assert list(calendar.walk("VTIMEZONE"))
    return list(calendar.walk("VEVENT"))
