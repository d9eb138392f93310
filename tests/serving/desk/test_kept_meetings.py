"""Plans of meetings that are kept: whose wishes they are made of, what stays, and whose day each may read."""

from datetime import datetime

import pytest

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from engine.settings import Settings
from engine.store import Register
from serving.desk.kept_meetings import (
    day_of_investor,
    events_kept,
    keep_plan,
    kept_plan,
    missing,
    own_version,
    own_versions,
    saved_wishes,
)
from serving.desk.keys import add_key
from serving.desk.mandates import save_mandate
from serving.desk.meetings import Gone, plan_again, plan_among
from serving.desk.meetings_document import meetings_document
from tests.serving.conftest import stock_of

NOON = datetime(2026, 11, 30, 12)
BY = {"made_at": NOON, "actor": "terminal"}
DAY = {"event": "INVA", "date": "1405-09-20", "from": "09:00", "to": "11:00", "tables": 4, "wishes": 8}
WIDE = {"risk_appetite": "high", "accept_unknown": True}


@pytest.fixture(scope="module")
def stock(public_appraisal):
    return stock_of(public_appraisal)


@pytest.fixture(scope="module")
def planned(stock):
    return plan_among(stock, MeetingDay.read(DAY), [Mandate(id=name, **WIDE) for name in ("fund", "rival")])


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")


@pytest.fixture
def register(settings):
    with Register.open(settings.database_url) as opened:
        yield opened


def test_a_plan_comes_back_as_it_was_kept(register, planned):
    keep_plan(register, planned, over=None, **BY)
    found = kept_plan(register, "INVA")
    assert meetings_document(found.planned) == meetings_document(planned)
    assert list(found.stored.document["names"]) == list(planned.names)
    assert found.stored.key == "INVA@1"


def test_a_workspace_without_a_register_keeps_no_event_and_none_is_made(settings):
    assert events_kept(settings) == ()
    assert not list(settings.home.iterdir())


def test_wishes_are_the_saved_mandates_of_investors_each_under_its_owner(register, settings, stock):
    for owner, name, sectors in (("fund", "a", ["10"]), ("fund", "b", ["13"]), ("key:1", "own", ["20"])):
        save_mandate(register, owner, {"id": name, **WIDE, "sectors": {"like": sectors}}, **BY)
    with pytest.raises(EhyaError) as refusal:
        saved_wishes(register)  # nobody is an investor yet
    assert refusal.value.code is ErrorCode.MEETINGS_WITHOUT_MANDATES
    add_key(settings, name="fund", role="investor", investor="fund", **BY)
    wishes = saved_wishes(register)
    assert [one.id for one in wishes] == ["fund", "fund"]
    assert [one.id for one in saved_wishes(register, ["key:1"])] == ["key:1"]
    several = plan_among(stock, MeetingDay.read(DAY), wishes)
    assert several.wishes["host"].is_unique
    assert len(several.wishes) == 8
    assert several.wishes["fit"].is_monotonic_decreasing
    each = [plan_among(stock, MeetingDay.read(DAY), [one]).wishes.set_index("host")["fit"] for one in wishes]
    for host, fit in zip(several.wishes["host"], several.wishes["fit"], strict=True):
        assert fit == max(one.get(host, 0.0) for one in each)


def test_an_own_version_rises_only_where_the_own_day_changes(register, planned):
    keep_plan(register, planned, over=None, **BY)
    second = plan_again(planned, [Gone("rival")])
    own = day_of_investor(planned, "fund")
    keep_plan(register, second, over=1, **BY)
    changes = day_of_investor(second, "fund") != own
    assert own_version(register, "INVA", "fund").version == 1 + changes
    assert own_version(register, "INVA", "rival").version == 2
    third = plan_again(second, [Gone("fund")])
    keep_plan(register, third, over=2, **BY)
    found = own_version(register, "INVA", "fund")
    assert (found.version, found.day.meetings) == (2 + changes, ())
    assert len(found.day.cancelled) >= len(own.meetings)
    assert own_version(register, "INVA", "rival").version == 2
    assert [one.day.event for one in own_versions(register, "fund")] == ["INVA"]


@pytest.mark.parametrize("investor", [None, "", "FUND", "A fund", "third-1", "bank"])
def test_who_is_no_guest_by_id_finds_nothing(register, planned, investor):
    keep_plan(register, planned, over=None, **BY)
    with pytest.raises(EhyaError) as refusal:
        own_version(register, "INVA", investor)
    assert refusal.value.code is ErrorCode.MEETINGS_UNKNOWN
    assert refusal.value.facts["allowed"] == []
    assert own_versions(register, investor) == ()


def test_a_unit_is_nobodys_investor(register, planned):
    keep_plan(register, planned, over=None, **BY)
    with pytest.raises(EhyaError):
        own_version(register, "INVA", planned.plan.meetings["host"].iloc[0])


def test_a_plan_that_does_not_hold_together_is_not_kept(register, planned):
    document = meetings_document(planned)
    broken = plan_again(planned, [])
    broken.plan.meetings.loc[1, ["guest", "slot"]] = broken.plan.meetings.loc[0, ["guest", "slot"]]
    with pytest.raises(EhyaError) as refusal:
        keep_plan(register, broken, over=None, **BY)
    assert refusal.value.code is ErrorCode.MEETINGS_UNREADABLE
    assert register.meetings().empty
    assert meetings_document(planned) == document


def test_who_is_missing_is_found_by_id_or_name_from_a_slot_on(planned):
    unit = planned.plan.meetings["host"].iloc[0]
    found = missing(planned, ["fund", planned.names[unit]], "۰۹:۲۰", key="since")
    assert found == ([Gone("fund", 1), Gone(unit, 1)], 1)
    for gone, since, code in (
        (["nobody"], None, ErrorCode.MEETINGS_PARTY_UNKNOWN),
        (["fund"], "12:00", ErrorCode.MEETINGS_VALUE_REFUSED),
    ):
        with pytest.raises(EhyaError) as refusal:
            missing(planned, gone, since, key="since")
        assert refusal.value.code is code
