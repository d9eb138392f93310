"""API8:2023 Security Misconfiguration: every answer is closed by default, failures tell nothing of the inside."""

import pytest

from serving.api.headers import SECURITY_HEADERS

ASKED = (
    ("GET", "/v1/units?limit=1", "investor"),
    ("GET", "/v1/units", None),
    ("GET", "/nowhere", None),
    ("POST", "/v1/mandates", "investor"),
    ("GET", "/v1/office/rankings?top=1", "planner"),
    ("GET", "/docs", None),
)


@pytest.mark.parametrize(("method", "path", "party"), ASKED)
def test_every_answer_bears_the_security_headers_and_names_no_program(call, method, path, party):
    answer = call(method, path, party)
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1@evil.example"])
def test_a_host_of_another_name_is_refused(call, host):
    assert call("GET", "/v1/health", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT"])
def test_no_method_answers_that_nobody_needs(call, method):
    answer = call(method, "/v1/units", headers={"origin": "https://evil.example"})
    assert answer.status_code in (400, 405)


def test_a_failure_tells_nothing_of_the_inside(working, ask):
    app = working.app()

    def fails(*_):
        raise RuntimeError("/srv/secret/path password=word")

    app.state.office.appraised = fails
    answer = ask(app, "/v1/office/rankings", working.keys["planner"])
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "RuntimeError" not in answer.text


def test_what_is_for_one_caller_is_kept_nowhere_on_the_way(call, owned, working):
    for path in ("/v1/mandates", f"/v1/units/{working.agreed[0]}", f"/v1/shortlists/{owned['list']}"):
        assert call("GET", path, "investor").headers["cache-control"] == "no-store", path
    assert call("GET", "/v1/office/rankings?top=1", "planner").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/../../pyproject.toml", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/"])
def test_no_file_beside_the_static_ones_is_sent(call, path):
    answer = call("GET", path)
    assert answer.status_code == 404
    assert "project" not in answer.text.replace("pyproject", "")
