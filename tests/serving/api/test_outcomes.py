"""The office records over HTTP what came of units; nobody else writes, or reads it."""

import pytest

from engine.store import Register


@pytest.fixture
def office(own_copy, ask):
    app = own_copy.app()

    def asked(method, key="planner", **more):
        return ask(app, "/v1/outcomes", own_copy.keys[key], method=method, **more)

    return asked


def test_an_event_is_recorded_once_and_stands_in_log_and_audit(office, own_copy):
    event = {"unit": own_copy.agreed[0], "kind": "visited", "happened_on": "2026-01-10"}
    again = {"json": event, "headers": {"idempotency-key": "v"}}
    first, second = office("POST", **again), office("POST", **again)
    assert first.status_code == 200, first.text
    assert first.json() == second.json()
    assert office("GET", key="data_scientist").json()["outcomes"] == [first.json()]
    with Register.open(own_copy.settings.database_url) as register:
        assert register.events()["kind"].tolist() == ["visited"]
        assert register.audit()["act"][0] == "outcome_recorded"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "flew"}, "parameter_refused"),
        ({"happened_on": "yesterday"}, "parameter_refused"),
        ({"colour": 1}, "parameter_unknown"),
        ({"unit": "nobody"}, "unknown_unit"),
        ({"known_on": "2020-01-01"}, "outcome_known_too_early"),
        ({"kind": "observed", "capacity_share": 7}, "parameter_refused"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(office, own_copy, change, code):
    event = {"unit": own_copy.agreed[0], "kind": "visited", "happened_on": "2026-01-10", **change}
    assert office("POST", json=event).json()["code"] == code
    assert office("GET").json()["outcomes"] == []


@pytest.mark.parametrize("role", ["investor", "rival", "bank", "service", "admin"])
def test_nobody_else_reads_or_writes_the_log(office, role):
    for method in ("GET", "POST"):
        assert office(method, key=role, json={}).json()["code"] == "role_refused"
