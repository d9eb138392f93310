"""Requests over HTTP: about what was shown, an owner's alone, answered once by the office and counted for everybody."""

from datetime import datetime, timedelta

import pytest

from engine.domain.request import RequestKind
from serving.desk.clock import day_of
from serving.desk.requests import REQUESTS_A_DAY
from serving.desk.workspace import open_register
from serving.i18n import speech
from tests.serving.api.parties import BY, NOON

MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture
def fund(own_copy, ask):
    """Asks as the investor; the application stays the same."""
    app = own_copy.app()

    def asked(method, path, key="investor", **more):
        return ask(app, path, own_copy.keys[key], method=method, **more)

    return asked


@pytest.fixture
def listed(fund):
    """A saved mandate and the first page of its list."""
    assert fund("POST", "/v1/mandates", json=MANDATE).status_code == 200
    return fund("POST", "/v1/mandates/any/shortlists?top=3").json()


@pytest.fixture
def said(listed):
    unit = listed["page"][0]["unit_id"]
    return {"list_id": listed["list_id"], "unit_id": unit, "kind": "documents", "text": "Which licences?"}


def test_an_investor_asks_the_office_answers_and_the_investor_reads_it(fund, said):
    made = fund("POST", "/v1/requests", json=said).json()
    assert made | said == made
    assert (made["owner"], made["state"], made["overdue"], made["answer"]) == ("fund", "open", False, None)
    (seen,) = fund("GET", "/v1/requests?state=open", key="planner").json()["requests"]
    assert (seen["owner"], seen["text"]) == ("fund", "Which licences?")
    path = f"/v1/requests/{made['request_id']}"
    done = fund("POST", f"{path}/answer", key="planner", json={"text": "All of them."})
    assert done.status_code == 200, done.text
    read = fund("GET", path).json()
    assert (read["state"], read["answer"], read["withdrawn_at"]) == ("answered", "All of them.", None)
    assert fund("GET", "/v1/requests?state=open").json()["requests"] == []
    for method, where, more, code in (
        ("POST", f"{path}/answer", {"key": "planner", "json": {"text": "None."}}, "request_answered"),
        ("POST", f"{path}/withdraw", {}, "request_answered"),
    ):
        refused = fund(method, where, **more)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
        assert refused.json()["date"] == day_of(datetime.fromisoformat(read["answered_at"])).isoformat()
    assert fund("GET", path).json()["answer"] == "All of them."


def test_what_was_withdrawn_is_answered_no_more(fund, said):
    path = f"/v1/requests/{fund('POST', '/v1/requests', json=said).json()['request_id']}"
    assert fund("POST", f"{path}/withdraw").json()["state"] == "withdrawn"
    for where, more in ((f"{path}/withdraw", {}), (f"{path}/answer", {"key": "planner", "json": {"text": "yes"}})):
        assert fund("POST", where, **more).json()["code"] == "request_withdrawn"


def test_what_is_sent_twice_is_asked_once(fund, said):
    again = {"headers": {"idempotency-key": "a"}, "json": said}
    first, second = fund("POST", "/v1/requests", **again), fund("POST", "/v1/requests", **again)
    assert (first.json(), second.headers["idempotent-replayed"]) == (second.json(), "true")
    assert fund("POST", "/v1/requests", json=said).json()["request_id"] == first.json()["request_id"]
    path = f"/v1/requests/{first.json()['request_id']}/answer"
    again = {"headers": {"idempotency-key": "b"}, "json": {"text": "yes"}, "key": "planner"}
    assert fund("POST", path, **again).json() == fund("POST", path, **again).json()
    assert len(fund("GET", "/v1/requests").json()["requests"]) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"unit_id": "unit-none"}, 404, "not_on_list"),
        ({"list_id": "none"}, 404, "list_unknown"),
        ({"kind": "phone"}, 422, "request_refused"),
        ({"kind": ["visit"]}, 422, "request_refused"),
        ({"unit_id": None}, 422, "request_refused"),
        ({"owner": "rival"}, 422, "request_refused"),
        ({"text": " "}, 422, "request_text_refused"),
        ({"text": "x" * 2001}, 422, "request_text_refused"),
        ({"text": "a\u0007b"}, 422, "request_text_refused"),
        ({"text": 5}, 422, "request_text_refused"),
    ],
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_cannot_be_asked_is_refused_with_the_reason(fund, said, wrong, status, code, language):
    refused = fund("POST", f"/v1/requests?lang={language}", json=said | wrong)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert speech(language).text("http_status.422") not in refused.json()["detail"]
    assert fund("GET", "/v1/requests").json()["requests"] == []


def test_a_place_that_was_not_shown_yet_is_asked_about_as_little_as_answered_to(fund, listed, said):
    hidden = fund("GET", f"/v1/shortlists/{listed['list_id']}?limit=5", key="planner").json()["page"][4]["unit_id"]
    assert fund("POST", "/v1/requests", json=said | {"unit_id": hidden}).json()["code"] == "not_on_list"
    reaction = {"unit_id": hidden, "kind": "interested"}
    assert fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json=reaction).json()["code"] == "not_on_list"


def test_a_unit_that_is_shown_no_more_is_not_asked_about(own_copy, fund, said, ask):
    stock = own_copy.stock
    gone = type(stock)(stock.appraised, stock.units.drop(said["unit_id"]), stock.book)
    own_copy.stock = gone
    refused = ask(own_copy.app(), "/v1/requests", own_copy.keys["investor"], method="POST", json=said)
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_unit")


def test_nobody_meets_what_is_anothers_not_even_that_it_is_there(fund, said):
    there = fund("POST", "/v1/requests", json=said).json()["request_id"]
    nothing = there[:-1] + "~"
    for method, path in (("GET", "/v1/requests/{}"), ("POST", "/v1/requests/{}/withdraw")):
        for party in ("rival", "bank"):
            found, absent = (fund(method, path.format(one), key=party) for one in (there, nothing))
            assert found.status_code == absent.status_code == 404
            assert found.text.replace(there, nothing) == absent.text
    for query in ("", "?owner=fund", "?state=open"):
        assert fund("GET", f"/v1/requests{query}", key="rival").json()["requests"] == []
    assert fund("POST", "/v1/requests", key="rival", json=said).json()["code"] == "list_unknown"
    assert fund("GET", f"/v1/requests/{there}").json()["state"] == "open"


def test_each_role_does_what_is_its_own(fund, said):
    path = f"/v1/requests/{fund('POST', '/v1/requests', json=said).json()['request_id']}"
    for role in ("service", "data_scientist", "admin"):
        for method, where in (("GET", "/v1/requests"), ("GET", path), ("POST", "/v1/requests")):
            assert fund(method, where, key=role, json=said).json()["code"] == "role_refused"
    assert fund("POST", "/v1/requests", key="planner", json=said).json()["code"] == "role_refused"
    assert fund("POST", f"{path}/answer", json={"text": "yes"}).json()["code"] == "role_refused"
    assert fund("POST", f"{path}/withdraw", key="planner").json()["code"] == "role_refused"
    for role in ("planner", "data_scientist"):
        assert fund("GET", "/v1/requests/figures", key=role).json()["open"] == 1
    for role in ("investor", "bank", "rival", "service", "admin"):
        told = fund("GET", "/v1/requests/figures", key=role).json()
        assert (told["level_days"], told["level_basis"], told["median_days"]) == (7, "assumed", None)
        assert not {"open", "overdue"} & set(told)


def test_the_office_finds_what_is_overdue_page_by_page(own_copy, fund, said):
    with open_register(own_copy.settings) as register:
        for number in range(3):  # asked in March, when this service began
            asked = {"request_id": f"old-{number}", "kind": RequestKind.VISIT, "text": f"visit {number}?"}
            register.requests.ask("fund", said["list_id"], said["unit_id"], **asked, **BY)
    fund("POST", "/v1/requests", json=said)
    first = fund("GET", "/v1/requests?overdue=true&limit=2&lang=fa", key="planner").json()
    assert [one["request_id"] for one in first["requests"]] == ["old-0", "old-1"]
    assert all(one["overdue"] for one in first["requests"])
    assert "overdue=" in first["next"]
    second = fund("GET", first["next"], key="planner").json()
    assert ([one["request_id"] for one in second["requests"]], second["next"]) == (["old-2"], None)
    assert len(fund("GET", "/v1/requests?owner=fund", key="planner").json()["requests"]) == 4


def test_who_asked_enough_hears_when_to_come_again(own_copy, fund, said):
    first = fund("POST", "/v1/requests", json=said).json()["made_at"]
    with open_register(own_copy.settings) as register, register.together():
        for number in range(REQUESTS_A_DAY - 1):
            asked = {"request_id": f"r{number}", "kind": RequestKind.VISIT, "text": f"visit {number}?"}
            when = type(NOON).fromisoformat(first) + timedelta(seconds=1)
            register.requests.ask("fund", said["list_id"], said["unit_id"], **asked, made_at=when, actor="key:1")
    refused = fund("POST", "/v1/requests", json=said | {"text": "One more?"})
    assert (refused.status_code, refused.json()["code"]) == (429, "requests_enough")
    assert refused.headers["retry-after"] == "86400"


@pytest.mark.parametrize("text", ["", " ", "x" * 2001, "a\u001bb"])
def test_an_answer_of_nothing_or_too_much_is_refused(fund, said, text):
    path = f"/v1/requests/{fund('POST', '/v1/requests', json=said).json()['request_id']}"
    refused = fund("POST", f"{path}/answer", key="planner", json={"text": text})
    assert (refused.status_code, fund("GET", path).json()["state"]) == (422, "open")


def test_whoever_answers_while_turning_pages_meets_every_request(own_copy, fund, said):
    with open_register(own_copy.settings) as register:
        for number in range(7):
            asked = {"request_id": f"open-{number}", "kind": RequestKind.VISIT, "text": f"visit {number}?"}
            register.requests.ask("fund", said["list_id"], said["unit_id"], **asked, **BY)
    met, where = [], "/v1/requests?state=open&limit=3"
    while where:
        page = fund("GET", where, key="planner").json()
        for one in page["requests"]:
            met.append(one["request_id"])
            fund("POST", f"/v1/requests/{one['request_id']}/answer", key="planner", json={"text": "come"})
        where = page["next"]
    assert met == [f"open-{number}" for number in range(7)]
