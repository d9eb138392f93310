"""The meetings of an event: from shortlists to a plan, and anew when somebody does not come."""

import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.meetings.day import MeetingDay
from serving.desk import meetings as desk
from serving.desk.meetings import Gone
from serving.desk.meetings_document import meetings_document, plan_of
from serving.i18n import speech
from serving.reports.meetings import meeting_rows
from tests.serving.conftest import stock_of

DAY = {"event": "INVA 1405", "date": "1405-09-20", "from": "09:00", "to": "12:00", "tables": 4}
MANDATES = [
    Mandate(id=f"inv-{n}", name=f"سرمایه‌گذار {n}", sectors={"like": [isic]}, risk_appetite="high", accept_unknown=True)
    for n, isic in enumerate(("10", "13", "20", "22", "23"))
]


@pytest.fixture(scope="module")
def offered(public_appraisal):
    return stock_of(public_appraisal)


@pytest.fixture(scope="module")
def planned(offered):
    return desk.plan_among(offered, MeetingDay.read(DAY | {"meetings": {"investor": 4, "unit": 3}}), MANDATES)


def test_wishes_are_the_shortlists_and_every_wish_is_a_meeting_or_has_a_reason(offered, planned):
    for mandate in MANDATES:
        listed = offered.offer(mandate, limit=24).shortlist
        wished = planned.wishes[planned.wishes["guest"] == mandate.id]
        assert wished["host"].tolist() == listed.unit_id.tolist()
    assert len(planned.plan.meetings) + len(planned.plan.unmet) == len(planned.wishes)
    assert planned.plan.blocking.empty
    assert planned.synthetic


def test_who_declined_a_unit_does_not_meet_it(offered, planned):
    first = planned.plan.meetings.iloc[0]
    declined = pd.DataFrame({"mandate_id": [first["guest"]], "unit_id": [first["host"]]})
    again = desk.plan_among(offered, planned.day, MANDATES, declined=declined)
    pairs = set(zip(again.wishes["guest"], again.wishes["host"], strict=True))
    assert (first["guest"], first["host"]) not in pairs


def test_after_a_no_show_slots_and_tables_stay_and_nobody_meets_who_is_gone(planned):
    again = desk.plan_again(planned, [Gone("inv-1", 2)], since=2)
    key = ["guest", "host", "slot", "table"]
    stays = planned.plan.meetings[(planned.plan.meetings["guest"] != "inv-1") | (planned.plan.meetings["slot"] < 2)]
    assert stays[key].merge(again.plan.meetings[key]).shape == stays[key].shape
    late = again.plan.meetings[again.plan.meetings["slot"] >= 2]
    assert "inv-1" not in set(late["guest"])
    assert again.version == 2


def test_a_third_party_has_a_day_of_its_own_and_may_be_gone(offered, planned):
    units = sorted(planned.plan.meetings["host"].unique())[:2]
    day = MeetingDay.read(DAY | {"third": [{"name": "بانک", "units": units}]})
    with_bank = desk.plan_among(offered, day, MANDATES)
    sat = with_bank.plan.meetings["third"] >= 0
    assert set(with_bank.plan.meetings[sat]["host"]) <= set(units)
    assert desk.find_party(with_bank, "بانک") == "third-1"
    again = desk.plan_again(with_bank, [Gone("بانک")])
    assert not (again.plan.meetings["third"] >= 0).any()
    assert (again.cancelled["third"] == 0).sum() == sat.sum() > 0
    alone = desk.of_party(again, "third-1")
    assert (alone.plan.meetings["third"] == 0).all()
    assert len(alone.cancelled) == sat.sum()
    assert alone.plan.unmet.empty


def test_a_party_may_be_named_that_nobody_wishes_to_meet(offered):
    unwished = offered.units.index.difference(desk.plan_among(offered, MeetingDay.read(DAY), MANDATES).wishes["host"])
    day = MeetingDay.read(DAY | {"third": [{"name": "Bank", "units": [str(unwished[0])]}]})
    assert desk.plan_among(offered, day, MANDATES).names[str(unwished[0])]


def test_a_limit_may_stand_at_a_name_and_no_party_gets_two(offered):
    limits = {"investor": 4, "unit": 3, "named": {"سرمایه‌گذار 0": 1}}
    few = desk.plan_among(offered, MeetingDay.read(DAY | {"meetings": limits}), MANDATES)
    assert (few.plan.meetings["guest"] == "inv-0").sum() == 1
    twice = limits | {"named": {"سرمایه‌گذار 0": 1, "inv-0": 2}}
    unit = few.plan.meetings["host"].iloc[0]
    banks = [{"name": "A", "units": [unit]}, {"name": "B", "units": [few.names[unit]]}]
    for changes in ({"meetings": twice}, {"third": banks} if few.names[unit] != unit else {"meetings": twice}):
        with pytest.raises(EhyaError) as refusal:
            desk.plan_among(offered, MeetingDay.read(DAY | changes), MANDATES)
        assert refusal.value.code is ErrorCode.MEETINGS_PARTY_TWICE


def test_parties_go_by_id_or_name_and_others_are_refused(planned):
    assert desk.find_party(planned, "سرمایه گذار 3") == "inv-3"
    with pytest.raises(EhyaError) as refusal:
        desk.find_party(planned, "nobody")
    assert refusal.value.code is ErrorCode.MEETINGS_PARTY_UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"away": [{"who": "nobody", "from": "09:00"}]},
        {"third": [{"name": "bank", "units": ["nobody"]}]},
        {"meetings": {"named": {"nobody": 1}}},
    ],
)
def test_a_day_that_names_nobody_is_refused(offered, changes):
    with pytest.raises(EhyaError) as refusal:
        desk.plan_among(offered, MeetingDay.read(DAY | changes), MANDATES)
    assert (refusal.value.code, refusal.value.facts["given"]) == (ErrorCode.MEETINGS_PARTY_UNKNOWN, "nobody")


def test_an_event_at_which_nobody_may_meet_anybody_is_refused(offered):
    nothing = [Mandate(id="x", sectors={"must": ["99"]})]
    with pytest.raises(EhyaError) as refusal:
        desk.plan_among(offered, MeetingDay.read(DAY), nothing)
    assert refusal.value.code is ErrorCode.MEETINGS_NOBODY


def test_a_unit_that_an_investor_asked_to_meet_comes_first_also_behind_the_end_of_its_list(offered):
    day = MeetingDay.read(DAY | {"to": "09:20", "wishes": 3, "meetings": {"investor": 1, "unit": 1}})
    units = offered.offer(MANDATES[0], limit=12).shortlist.unit_id
    asked = pd.DataFrame({"mandate_id": ["inv-0", "inv-0", "nobody"], "unit_id": [units[11], "none", units[0]]})
    found = desk.plan_among(offered, day, MANDATES, asked=asked)
    wished = found.wishes[found.wishes["guest"] == "inv-0"]
    assert wished["host"].tolist() == [*units[:3], units[11]]
    assert wished["asked"].tolist() == [False, False, False, True]
    assert ("inv-0", units[11]) in set(zip(found.plan.meetings["guest"], found.plan.meetings["host"], strict=True))
    assert found.plan.blocking.empty
    assert plan_of(meetings_document(found), given="x").wishes["asked"].tolist() == found.wishes["asked"].tolist()


def test_who_shares_no_language_gets_an_interpreter_or_a_reason(offered):
    """Two of five investors say that they speak Turkish alone; the day says that units speak Persian."""
    speaking = [one.model_copy(update={"languages": ("tr",)}) if n < 2 else one for n, one in enumerate(MANDATES)]
    day = DAY | {"languages": "fa"}
    with_them = desk.plan_among(offered, MeetingDay.read(day), speaking)
    needs = desk.interpreted(with_them, with_them.plan.meetings)
    assert set(with_them.plan.meetings.loc[needs, "guest"]) == {"inv-0", "inv-1"}
    rows = meeting_rows(with_them, speech("en"))
    assert set(rows.loc[needs, "third"]) == {"an interpreter"}
    alone = desk.plan_among(offered, MeetingDay.read(day | {"interpreters": 0}), speaking)
    assert not alone.plan.meetings["guest"].isin(["inv-0", "inv-1"]).any()
    unmet = alone.plan.unmet
    assert set(unmet.loc[unmet["guest"] == "inv-0", "why"]) == {"no_common_language"}
    again = desk.plan_again(plan_of(meetings_document(with_them), given="x"), [Gone("inv-4")])
    assert desk.interpreted(again, again.plan.meetings).any()
