import json

import httpx
import pytest

from engine.errors import EhyaError, ErrorCode
from serving.api import create_app
from serving.api.problems import HttpProblem, problem
from serving.api.server import is_loopback, serve


def test_an_unknown_unit_is_a_problem_with_the_nearest_id(client):
    answer = client.get("/v1/units/unit-00x1", params={"lang": "en"})
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert set(problem) >= {"type", "title", "status", "detail", "instance", "code", "given", "nearest"}
    assert (problem["status"], problem["given"]) == (404, "unit-00x1")
    assert problem["nearest"].startswith("unit-00")


def test_an_id_that_no_unit_is_like_names_none_and_says_what_to_do_over_http(client):
    for language, said in (("en", "There is no unit"), ("fa", "عرضه نشده")):
        problem = client.get("/v1/units/آرد", params={"lang": language}).json()
        assert problem.get("nearest") is None
        assert said in problem["detail"]
        assert "GET /v1/units" in problem["detail"]
        assert "ehya rank" not in problem["detail"]


def test_an_unknown_address_is_a_problem_with_the_nearest_address(client):
    problem = client.get("/v1/ranking").json()
    assert (problem["code"], problem["nearest"]) == ("no_such_address", "/v1/rankings")


def test_a_wrong_method_says_which_is_right(client):
    answer = client.delete("/v1/units")
    assert (answer.status_code, answer.json()["allowed"], answer.headers["allow"]) == (
        405,
        ["GET", "HEAD"],
        "GET, HEAD",
    )


@pytest.mark.parametrize(
    ("query", "code", "nearest"),
    [
        ("statuss=idle", "parameter_unknown", "status"),
        ("status=idel", "parameter_refused", "idle"),
        ("limit=0", "parameter_refused", None),
        ("limit=1000000", "parameter_refused", None),
        ("offset=-1", "parameter_refused", None),
        ("lang=de", "parameter_refused", None),
        ("county=Atlantis", "place_unknown", ...),
        ("sector=zz", "sector_unknown", ...),
    ],
)
def test_a_wrong_parameter_says_what_is_allowed(client, query, code, nearest):
    answer = client.get(f"/v1/units?{query}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert nearest is ... or problem.get("nearest") == nearest


def test_a_problem_speaks_the_language_asked_for(client):
    assert client.get("/v1/none", headers={"accept-language": "en"}).json()["title"] == "Not found"
    assert client.get("/v1/none", headers={"accept-language": "fa"}).json()["title"] == "پیدا نشد"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.",
        "localhost:1@evil.example",
        "localhost:evil",
        "[::1]evil.example",
        "[::1",
        "",
    ],
)
def test_a_foreign_host_is_refused(client, host):
    answer = client.get("/v1/health", headers={"host": host})
    assert answer.status_code == 400
    if host:
        assert answer.json()["code"] == "host_not_allowed"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8600", "[::1]:8600"])
def test_this_computer_is_served_under_all_its_names(client, host):
    assert client.get("/v1/health", headers={"host": host}).status_code == 200


def test_security_headers_stand_on_every_answer_and_no_origin_is_let_in(client):
    for path in ("/", "/docs", "/v1/health", "/v1/none", "/static/ehya.css"):
        headers = client.get(path, headers={"origin": "https://example.org"}).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert not [name for name in headers if name.startswith("access-control")]


async def _ask(app, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(path)


def test_a_failure_inside_shows_no_traceback(settings, recwarn):
    import asyncio

    app = create_app(settings=settings, shelf=None)  # it holds no shelf
    answer = asyncio.run(_ask(app, "/v1/health"))
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "Traceback" not in answer.text
    assert "shelf" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", ""])
def test_what_others_reach_is_served_under_a_name_and_to_keys_only(settings, host):
    for names, code in (((), ErrorCode.HOST_NAME_MISSING), (["ehya.example.org"], ErrorCode.KEYS_MISSING)):
        with pytest.raises(EhyaError) as refused:
            serve(settings, question=lambda: None, host=host, names=names)
        assert refused.value.code is code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_addresses_need_neither_until_a_name_is_stated(settings, host):
    assert is_loopback(host)
    with pytest.raises(EhyaError) as refused:
        serve(settings, question=lambda: None, host=host, names=["ehya.example.org"])
    assert refused.value.code is ErrorCode.KEYS_MISSING


def test_an_empty_register_is_served_too(settings, appraisal, shelf_of):
    import asyncio

    app = create_app(settings=settings, shelf=shelf_of(appraisal.head(0)))
    for path in ("/", "/v1/units", "/v1/rankings", "/v1/health"):
        assert asyncio.run(_ask(app, path)).status_code == 200, path


@pytest.mark.parametrize("path", ["/v1/units/a%00b", "/v1/units?county=%00", "/%00"])
def test_a_null_character_is_refused_before_any_database_meets_it(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "request_malformed")


def test_a_null_character_inside_a_body_is_refused_and_the_words_for_one_are_not(client):
    assert client.post("/v1/shortlists", json={"id": "a\0b"}).json()["code"] == "body_malformed"
    assert client.post("/v1/shortlists", json={"id": "a", "name": "\\u0000"}).status_code == 200


def test_what_the_driver_of_the_database_says_stays_in_the_log(own_copy, ask, caplog):
    app, key = own_copy.app(), own_copy.keys["investor"]
    own_copy.settings.home.joinpath("ehya.db").write_bytes(b"broken " * 400)
    answer = ask(app, "/v1/mandates", key)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_failed")
    assert "given" not in answer.json()
    assert "not a database" not in answer.text
    assert "not a database" in caplog.text


def test_a_package_that_cannot_be_read_is_not_said_to_be_absent(own_copy, ask):
    app, key = own_copy.app(), own_copy.keys["investor"]
    assert ask(app, f"/v1/packages/inva@{'9' * 30}", key).json()["code"] == "value_unreadable"
    own_copy.settings.home.joinpath("ehya.db").write_bytes(b"broken " * 400)
    assert ask(app, "/v1/packages/inva@1", key).status_code == 503


def test_the_address_of_a_problem_leads_to_its_explanation(client):
    page = client.get("/docs").text
    for code in (*ErrorCode, *HttpProblem):
        anchor = json.loads(problem(code, "en", "/").body)["type"].partition("#")[2]
        assert f'id="{anchor}"' in page, code
