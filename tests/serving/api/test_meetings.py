"""Meetings over HTTP: planned from saved mandates, planned anew by one at a time, and read by each investor alone."""

import json
import time
from dataclasses import dataclass

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from engine.errors import ErrorCode
from engine.meetings.day import MeetingDay
from engine.store import Register
from engine.store.canonical import canonical
from serving.api import Shelf
from serving.api.background import planner
from serving.cli.app import app as command
from serving.desk.kept_meetings import saved_wishes
from serving.desk.meetings import declined_units, plan_among
from serving.desk.meetings_document import meetings_document
from tests.serving.api.parties import BY, fresh
from tests.serving.conftest import calling

DAY = {
    "event": "INVA 1405", "date": "1405-09-20", "from": "09:00", "to": "11:00", "tables": 2,
    "meetings": {"investor": 3, "unit": 2},
}  # fmt: skip
WIDE = {"risk_appetite": "high", "accept_unknown": True}
PATH = "/v1/meetings/INVA%201405"


@dataclass
class House:
    """A workspace whose investors saved mandates, and ways to ask it."""

    found: object
    app: object
    ask: object

    def __call__(self, path, key="planner", method="GET", version=None, **more):
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return self.ask(self.app, path, self.found.keys[key], method=method, headers=headers, **more)

    def work(self):
        return planner(self.found.settings, Shelf(self.found.stock))()

    def plan(self, day=DAY, **more):
        sent = self("/v1/meetings", method="POST", json={"day": day, **more})
        assert sent.status_code == 202, sent.text
        assert self.work()
        return self(sent.headers["location"]).json()

    def again(self, version, *gone, since=None):
        stated = {"gone": list(gone)} | ({} if since is None else {"since": since})
        sent = self(f"{PATH}/again", method="POST", version=version, json=stated)
        assert sent.status_code == 202, sent.text
        assert self.work()
        return self(sent.headers["location"]).json()

    def save(self, key, **mandate):
        answer = self("/v1/mandates", key, method="POST", json={"id": "any", **WIDE, **mandate})
        assert answer.status_code == 200, answer.text


@pytest.fixture
def bare(own_copy, ask):
    return House(own_copy, own_copy.app(), ask)


@pytest.fixture
def house(bare):
    bare.save("investor")
    bare.save("rival", sectors={"like": ["10"]})
    return bare


def test_meetings_are_planned_from_the_mandates_that_investors_saved(house):
    assert house.plan() | {"job_id": "", "made_at": "", "moved_at": ""} == {
        "job_id": "", "event": "INVA 1405", "state": "done", "version": 1, "made_at": "", "moved_at": "",
        "problem": None,
    }  # fmt: skip
    answer = house(PATH)
    assert answer.headers["etag"] == '"1"'
    plan = answer.json()["plan"]
    assert {one["guest"] for one in plan["wishes"]} == {"fund", "rival"}
    assert answer.json()["meetings"] == len(plan["meetings"]) > 0
    (listed,) = house("/v1/meetings").json()["meetings"]
    assert listed == {name: answer.json()[name] for name in listed}
    with Register.open(house.found.settings.database_url) as register:
        assert register.audit(newest=1)["act"].tolist() == ["meetings_planned"]
        wishes, declined = saved_wishes(register), declined_units(register)
        desk = plan_among(house.found.stock, MeetingDay.read(DAY), wishes, declined=declined)
        assert canonical(plan) == canonical(meetings_document(desk))


def test_only_the_owners_named_are_planned_and_several_mandates_of_one_are_one_wish(house):
    house.save("investor", id="second", sectors={"like": ["20"]})
    house.plan(owners=["fund"])
    plan = house(PATH).json()["plan"]
    pairs = [(one["guest"], one["host"]) for one in plan["wishes"]]
    assert {guest for guest, _ in pairs} == {"fund"}
    assert len(set(pairs)) == len(pairs) <= 24
    assert [one["fit"] for one in plan["wishes"]] == sorted((one["fit"] for one in plan["wishes"]), reverse=True)


def test_planned_anew_every_version_stays_and_the_second_planner_loses_nothing(house):
    house.plan()
    assert house.again(1, "rival", since="۱۰:۱۵")["version"] == 2
    late = house(f"{PATH}/again", method="POST", version=1, json={"gone": ["fund"]})
    assert (late.status_code, late.json()["code"]) == (412, "meetings_changed")
    assert (late.json()["given"], late.json()["allowed"]) == (1, 2)
    unnamed = house(f"{PATH}/again", method="POST", json={"gone": ["fund"]})
    assert (unnamed.status_code, unnamed.json()["code"]) == (428, "if_match_missing")
    first, second = house(f"{PATH}?version=1").json(), house(PATH).json()
    assert (first["version"], second["version"], second["replaces"]) == (1, 2, 1)
    assert second["plan"]["before"] == first["plan"]["meetings"]
    assert not [one for one in second["plan"]["meetings"] if one["guest"] == "rival" and one["slot"] >= 3]


def test_of_two_who_ask_at_once_the_second_is_refused_when_its_turn_comes(house):
    house.plan()
    asked = [house(f"{PATH}/again", method="POST", version=1, json={"gone": [who]}) for who in ("fund", "rival")]
    assert [house.work(), house.work(), house.work()] == [True, True, False]
    done, refused = (house(one.headers["location"]).json() for one in asked)
    assert (done["state"], done["version"]) == ("done", 2)
    assert (refused["state"], refused["version"], refused["problem"]["code"]) == ("refused", None, "meetings_changed")
    persian = house(asked[1].headers["location"] + "?lang=fa").json()["problem"]["message"]
    assert not persian.isascii()
    assert house(PATH).json()["version"] == 2


def test_an_investor_reads_its_own_day_and_nothing_of_others(house):
    house.plan(DAY | {"third": [{"name": "Bank", "units": list(house.found.stock.units.index[:20])}]})
    plan = house(PATH).json()["plan"]
    own = house(f"{PATH}/mine", "investor")
    assert [one["unit_id"] for one in own.json()["meetings"]] == [
        one["host"] for one in plan["meetings"] if one["guest"] == "fund"
    ]
    assert own.json()["meetings"][0]["begin"].startswith("2026-12-11T")
    assert len(own.json()["meetings"]) + len(own.json()["unmet"]) == sum(
        one["guest"] == "fund" for one in plan["wishes"]
    )
    assert {one["why"] for one in own.json()["unmet"]} <= {"better_ones_met", "not_arranged"}
    assert "rival" not in own.text
    assert "rival" not in house(f"{PATH}/mine.ics", "investor").text
    third = {one["third"] for one in own.json()["meetings"]}
    assert "Bank" in third
    assert len(third) > 1  # of units that the bank does not look after nobody else comes
    (heading,) = house("/v1/meetings", "investor").json()["meetings"]
    assert heading["meetings"] == len(own.json()["meetings"])


def test_no_byte_of_an_investors_answers_moves_when_only_anothers_day_does(house):
    house.plan(DAY | {"tables": 6})
    addresses = ("/v1/meetings", f"{PATH}/mine", f"{PATH}/mine.ics")

    def told(key):
        return [house(path, key).content for path in addresses]

    before, rival = told("investor"), told("rival")
    hosts = {one["host"] for one in house(PATH).json()["plan"]["meetings"] if one["guest"] == "fund"}
    house.again(1, "rival")
    after = house(PATH).json()["plan"]["meetings"]
    assert {one["host"] for one in after if one["guest"] == "fund"} == hosts, "else the law says nothing here"
    assert told("investor") == before
    assert told("rival") != rival
    house.again(2, "fund")
    assert all(one != other for one, other in zip(told("investor"), before, strict=True))


def test_a_calendar_follows_its_own_day(house):
    house.plan()

    def entries():
        calendar = Calendar.from_ical(house(f"{PATH}/mine.ics", "investor").text)
        return {str(one["uid"]): one for one in calendar.walk("VEVENT")}

    first = entries()
    assert {int(one["sequence"]) for one in first.values()} == {0}
    house.again(1, "fund")
    second = entries()
    assert set(second) >= set(first)
    assert {int(one["sequence"]) for one in second.values()} == {1}
    assert {str(second[uid]["status"]) for uid in first} == {"CANCELLED"}
    assert house(f"{PATH}/mine", "investor").json()["version"] == 2
    assert not house(f"{PATH}/mine", "investor").json()["meetings"]


def test_who_is_no_guest_finds_nothing_and_learns_no_names(house):
    house.plan(owners=["fund"])
    for path in (f"{PATH}/mine", f"{PATH}/mine.ics", "/v1/meetings/NOVA/mine"):
        answer = house(path, "rival")
        assert (answer.status_code, answer.json()["code"]) == (404, "meetings_unknown")
        assert "fund" not in answer.text
    assert house("/v1/meetings", "rival").json()["meetings"] == []
    unknown, strange = (house(path, "rival").json() for path in ("/v1/meetings/NOVA/mine", f"{PATH}/mine"))
    assert unknown.keys() == strange.keys()
    for key in ("investor", "bank", "service", "admin", "data_scientist"):
        assert house(PATH, key).status_code == 403
        assert house(f"{PATH}/again", key, method="POST", version=1, json={"gone": ["fund"]}).status_code == 403
    assert house(f"{PATH}/mine", "planner").status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"tables": 0}, 422, "meetings_value_refused"),
        ({"to": "09:10"}, 422, "meetings_value_refused"),
        ({"breaks": [{"from": "09:00", "to": "11:00"}]}, 422, "meetings_value_refused"),
        ({"tabels": 3}, 422, "meetings_key_unknown"),
        ({"event": "a/b"}, 422, "meetings_value_refused"),
        ({"date": "tomorrow"}, 422, "meetings_value_refused"),
        ({"zone": "Nowhere"}, 422, "meetings_value_refused"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "fa"])
def test_a_day_that_cannot_be_is_refused_at_the_door(house, changes, status, code, lang):
    answer = house(f"/v1/meetings?lang={lang}", method="POST", json={"day": DAY | changes})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"].isascii() == (lang == "en") or "“" in answer.json()["detail"]
    assert not house.work()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"away": [{"who": "nobody"}]}, "meetings_party_unknown"),
        ({"third": [{"name": "Bank", "units": ["nobody"]}]}, "meetings_party_unknown"),
        ({"meetings": {"named": {"fund": 1, "Fund": 2}}}, "meetings_party_twice"),
    ],
)
def test_a_day_that_names_nobody_is_refused_once_it_is_planned(house, changes, code):
    found = house.plan(DAY | changes)
    assert (found["state"], found["problem"]["code"]) == ("refused", code)
    assert house(PATH).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [{"meetings": {"investor": 0}}, {"meetings": {"unit": 0}}, {"away": [{"who": "fund"}, {"who": "rival"}]}],
)
def test_a_day_that_leaves_nobody_room_is_planned_with_a_reason_for_each_wish(house, changes):
    assert house.plan(DAY | changes)["state"] == "done"
    found = house(PATH).json()
    assert (found["meetings"], found["unmet"]) == (0, len(found["plan"]["wishes"]))
    assert {one["why"] for one in found["plan"]["unmet"]} <= {"may_meet_nobody", "not_there"}
    assert {one["why"] for one in house(f"{PATH}/mine", "investor").json()["unmet"]} == {"not_arranged"}


def test_without_mandates_there_is_nobody_to_plan_for(bare):
    sent = bare("/v1/meetings", method="POST", json={"day": DAY})
    assert (sent.status_code, sent.json()["code"]) == (422, "meetings_without_mandates")
    bare.save("investor")
    sent = bare("/v1/meetings?lang=fa", method="POST", json={"day": DAY, "owners": ["rival"]})
    assert (sent.status_code, sent.json()["given"], sent.json()["allowed"]) == (422, "rival", ["fund"])


def test_what_cannot_be_planned_anew_is_refused_with_the_reason(house):
    house.plan()
    for stated, code in (
        ({"gone": ["nobody"]}, "meetings_party_unknown"),
        ({"gone": ["fund"], "since": "noon"}, "meetings_value_refused"),
        ({"gone": ["fund"], "since": "23:00"}, "meetings_value_refused"),
        ({"gone": []}, "parameter_refused"),
        ({"who": ["fund"]}, "parameter_refused"),
        ({"gone": ["fund"], "when": "10:00"}, "parameter_unknown"),
    ):
        answer = house(f"{PATH}/again", method="POST", version=1, json=stated)
        assert (answer.status_code, answer.json()["code"]) == (422, code), stated
    unknown = house("/v1/meetings/NOVA/again", method="POST", version=1, json={"gone": ["fund"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "meetings_unknown")
    assert house(f"{PATH}?version=9").status_code == 404
    assert house("/v1/meetings/NOVA/jobs/x").json()["code"] == "job_unknown"
    twice = house("/v1/meetings", method="POST", json={"day": DAY})
    assert (twice.status_code, twice.json()["code"]) == (409, "meetings_exist")


def test_what_is_sent_twice_under_one_key_is_planned_once(house):
    given = {"idempotency-key": "once", "authorization": f"Bearer {house.found.keys['planner']}"}
    sent = [house.ask(house.app, "/v1/meetings", method="POST", headers=given, json={"day": DAY}) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert sent[1].headers["idempotent-replayed"] == "true"
    assert [house.work(), house.work()] == [True, False]


def test_the_running_service_plans_by_itself(house, listen):
    given = {"authorization": f"Bearer {house.found.keys['planner']}"}
    with listen(house.app) as address, calling(address, headers=given) as client:
        place = client.post("/v1/meetings", json={"day": DAY | {"event": "نمایشگاه"}}).headers["location"]
        for _ in range(300):
            if (found := client.get(place).json())["state"] in ("done", "refused"):
                break
            time.sleep(0.05)
        assert found["state"] == "done"
        assert client.get("/v1/meetings/نمایشگاه").json()["version"] == 1


def test_a_stored_plan_that_books_somebody_twice_is_refused_to_the_office_and_not_there_for_others(house):
    house.plan()
    with Register.open(house.found.settings.database_url) as register:
        stored = register.meetings.get("INVA 1405")
        broken = json.loads(json.dumps(stored.document))
        broken["meetings"][1] |= {name: broken["meetings"][0][name] for name in ("guest", "slot")}
        register.meetings.add(broken, event="INVA 1405", over=1, **BY)
        assert [one.code.value for one in register.check()] == ["meetings_unsound"]
    answer = house(PATH)
    assert (answer.status_code, answer.json()["code"]) == (422, ErrorCode.MEETINGS_UNREADABLE.value)
    assert house(f"{PATH}/mine", "investor").status_code == 404
    assert house("/v1/meetings", "investor").json()["meetings"] == []
    assert [one["event"] for one in house("/v1/meetings").json()["meetings"]] == ["INVA 1405"]


def test_the_terminal_shows_what_http_answers_and_its_next_version_is_everybodys(house):
    house.plan()

    def ehya(*words):
        env = {"EHYA_HOME": str(house.found.settings.home), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None}
        said = CliRunner().invoke(command, ["meetings", *words], env=env)
        assert said.exit_code == 0, said.output
        return said.stdout

    assert json.loads(ehya("show", "INVA 1405", "--json")) == house(PATH).json()["plan"]
    anew = json.loads(ehya("again", "INVA 1405", "--gone", "rival", "--json"))
    assert house(PATH).json()["plan"] == anew
    assert house(PATH).json()["actor"] == "terminal"
    late = house(f"{PATH}/again", method="POST", version=1, json={"gone": ["fund"]})
    assert late.status_code == 412


def test_the_plan_of_a_copy_is_the_same(house, tmp_path_factory):
    house.plan()
    other = fresh(house.found, tmp_path_factory.mktemp("copy"))
    said = house.ask(other.app(), PATH, other.keys["planner"]).content
    assert said == house(PATH).content
