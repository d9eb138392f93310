"""API4:2023 Unrestricted Resource Consumption: every request has an end in size, depth, number and time."""

import time

import pytest

from serving.api.limits import ServiceLimits
from tests.serving.owasp.conftest import MANDATE

JSON = {"content-type": "application/json"}
DEEP = b'{"id": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"id": "' + b"x" * 70_000 + b'"}', 413),
        (DEEP[:60_000], 422),
        (b"\xff\xfe{}", 422),
        ('{"id": "\ud800"}'.encode("utf-8", "surrogatepass"), 422),
        (b'{"id": NaN}', 422),
        (b'{"id": 1e999}', 422),
        (b'{"id": "a", "id": "b"' + b" " * 60_000, 422),
    ],
)
def test_a_body_that_is_too_large_too_deep_or_no_text_is_refused_at_once(call, body, status):
    began = time.monotonic()
    answer = call("POST", "/v1/mandates", "investor", content=body, headers=JSON)
    assert answer.status_code == status
    assert answer.json()["code"]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "path",
    [
        "/v1/units?limit=100000000",
        "/v1/units?offset=99999999999999999999",
        "/v1/rankings?top=100000",
        "/v1/rankings?weights=" + "jobs=1," * 100,
        "/v1/comparison?" + "&".join(f"unit=u{number}" for number in range(50)),
        "/v1/units?" + "&".join("sector=10" for _ in range(50)),
        "/v1/mandates?limit=100000",
        "/v1/mandates?cursor=" + "A" * 1_000,
    ],
)
def test_nobody_asks_for_more_than_a_page(call, path):
    assert call("GET", path, "investor").status_code == 422


@pytest.mark.parametrize("path", ["/v1/office/economics?top=100000", "/v1/office/units/x/economics?draws=100000000"])
def test_the_office_has_limits_too(call, path):
    assert call("GET", path, "planner").status_code == 422


def test_each_caller_has_so_many_requests_a_minute_and_is_told_when_to_come_again(working, ask):
    app = working.app(limits=ServiceLimits(reads=4, lists=2, writes=1))
    key = working.keys["investor"]
    reads = [ask(app, "/v1/units?limit=1", key) for _ in range(5)]
    lists = [ask(app, "/v1/shortlists", key, method="POST", json=MANDATE) for _ in range(3)]
    writes = [ask(app, "/v1/webhooks", key, method="POST", json={}) for _ in range(2)]
    for answers in (reads, lists, writes):
        assert answers[-2].status_code != 429
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert answers[0].headers["x-ratelimit-limit"]


def test_a_file_is_no_larger_than_may_be(working, ask):
    app = working.app(limits=ServiceLimits(file_bytes=1_000))
    answer = ask(
        app,
        "/v1/imports?name=x.csv",
        working.keys["planner"],
        method="POST",
        content=b"x" * 1_001,
        headers={"content-type": "text/csv"},
    )
    assert (answer.status_code, answer.json()["allowed"]) == (413, 1_000)


def test_headers_without_end_are_refused(call):
    answer = call("GET", "/v1/health", headers={f"x-{number}": "y" * 1_000 for number in range(80)})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")
