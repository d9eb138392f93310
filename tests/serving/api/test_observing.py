"""Each request has an id, is counted and logged, and neither count nor log names what it was about."""

import json
import re

import pytest

SECRET = "unit-of-a-secret-wish"


@pytest.fixture
def app(shared):
    return shared.app()


def lines(caplog):
    return [json.loads(record.message) for record in caplog.records if record.name == "ehya.requests"]


def test_an_id_that_came_is_kept_and_any_other_is_made(app, shared, ask):
    key = shared.keys["bank"]
    assert ask(app, "/v1/units", key, headers={"x-request-id": "a-1"}).headers["x-request-id"] == "a-1"
    for bad in ("a b", "x" * 65, "<script>"):
        made = ask(app, "/v1/units", key, headers={"x-request-id": bad}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", made)
    answer = ask(app, "/v1/units", key)
    assert int(answer.headers["x-ratelimit-remaining"]) < int(answer.headers["x-ratelimit-limit"])


def test_a_line_names_the_address_and_the_key_and_nothing_that_was_asked(app, shared, ask, caplog):
    caplog.set_level("INFO", logger="ehya.requests")
    key = shared.keys["investor"]
    ask(app, f"/v1/units/{SECRET}?lang=en", key, method="HEAD")
    ask(app, f"/v1/units?county={SECRET}", key)
    ask(app, f"/{SECRET}", key)
    ask(app, "/v1/shortlists", key, method="POST", json={"id": SECRET})
    ask(app, "/v1/units", headers={"host": "evil.example"})
    told = lines(caplog)
    assert [line["address"] for line in told] == ["/v1/units/{unit_id}", "/v1/units", "none", "/v1/shortlists", "none"]
    assert [line["status"] for line in told] == [404, 422, 404, 200, 400]
    assert told[0]["actor"] == f"key:{key.split('_')[1]}"
    text = json.dumps(told)
    assert SECRET not in text
    assert key.split("_", 2)[2] not in text


def test_what_is_counted_is_told_to_programs_and_administrators(app, shared, ask):
    ask(app, "/v1/health")
    ask(app, f"/{SECRET}")
    for role, status in (("investor", 403), ("service", 200), ("admin", 200)):
        answer = ask(app, "/metrics", shared.keys[role])
        assert answer.status_code == status
    assert 'ehya_requests_total{address="/v1/health",method="GET",status="200"} 1.0' in answer.text
    assert 'ehya_request_seconds_bucket{address="/v1/health",le="+Inf"} 1.0' in answer.text
    assert "ehya_stale 0.0" in answer.text
    assert SECRET not in answer.text
    assert ask(app, "/metrics").status_code == 401


def test_a_failure_has_an_id_too(shared, ask, caplog):
    caplog.set_level("INFO", logger="ehya.requests")
    app = shared.app()
    app.state.shelf = None
    answer = ask(app, "/v1/health", headers={"x-request-id": "a-2"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "a-2")
    assert lines(caplog)[0]["status"] == 500
