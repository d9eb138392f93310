"""Answers come compressed where they are long, are not sent twice to who has them, and answer HEAD."""

import gzip
import re

import httpx
import pytest

from serving.html.template import static_address, static_files

KEPT = ["/v1/units", "/v1/units/unit-0001", "/v1/rankings?top=3", "/v1/model", "/", "/model", "/docs", "/openapi.json"]
ANSWERED = [*KEPT, "/v1/health", "/static/ehya.css"]
MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}


@pytest.mark.parametrize("path", KEPT)
def test_who_has_an_answer_gets_it_no_second_time(client, path):
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"] == "private, no-cache"
    assert client.get(path, headers={"if-none-match": '"other"'}).content == first.content


def test_answers_with_other_bytes_have_other_tags(client):
    asked = ["/v1/rankings?top=3", "/v1/rankings?top=4", "/v1/rankings?top=3&lang=en", "/", "/?lang=en"]
    assert len({client.get(path).headers["etag"] for path in asked}) == len(asked)


def test_health_and_what_is_refused_are_never_kept(client):
    for path in ("/v1/health", "/v1/none", "/v1/units?limit=0"):
        answer = client.get(path, headers={"if-none-match": "*"})
        assert answer.status_code != 304, path
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_what_pages_are_dressed_in_is_fetched_once_and_anew_when_it_changed(client):
    sheet = re.search(r'href="(/static/\w+)/ehya.css"', client.get("/").text)[1]
    assert sheet == static_address()
    kept = client.get(f"{sheet}/ehya.css")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.content == (static_files() / "ehya.css").read_bytes()
    for gone in (f"{sheet}/none.css", "/static/000000000000/ehya.css"):
        answer = client.get(gone)
        assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("path", ["/v1/units", "/", "/openapi.json"])
def test_a_long_answer_is_compressed_for_who_reads_gzip(client, path):
    with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    plain = client.get(path, headers={"accept-encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 3


def test_a_shortlist_is_compressed_too(client):
    assert client.post("/v1/shortlists", json=MANDATE).headers["content-encoding"] == "gzip"


def test_a_short_answer_goes_as_it_is(client):
    answer = client.get("/v1/model", headers={"accept-encoding": "gzip"})
    assert len(answer.content) < 1000
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("path", ANSWERED)
def test_head_is_answered_wherever_get_is_with_the_same_headers(client, path):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    steady = set(get.headers) - {"date", "x-request-id", *(["content-length"] if "health" in path else [])}
    assert {name: head.headers[name] for name in steady} == {name: get.headers[name] for name in steady}


def test_head_is_refused_where_only_post_is_answered(client):
    answer = client.head("/v1/mandates/any/shortlists")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


def test_an_address_of_several_methods_names_them_all(client):
    assert client.patch("/v1/mandates/any").headers["allow"] == "DELETE, GET, HEAD, PUT"
    assert client.delete("/v1/shortlists").headers["allow"] == "GET, HEAD, POST"


def test_head_and_304_need_no_server_to_be_bare(app):
    import asyncio

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.head("/v1/units")

    assert asyncio.run(ask()).content == b""
