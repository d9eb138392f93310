"""The description keeps what it promises: schemathesis asks every address what its schema allows, and what not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.api import (
    administration_answers,
    answers,
    bank_answers,
    job_answers,
    kept_answers,
    meeting_answers,
    office_answers,
    wish_answers,
)
from serving.api.examples import ANSWERS
from tests.serving.api.parties import at_work, fresh

PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ADDRESSES = [
    ("GET", "/v1/units"),
    ("GET", "/v1/units/{unit_id}"),
    ("GET", "/v1/units/{unit_id}/economics"),
    ("GET", "/v1/rankings"),
    ("GET", "/v1/comparison"),
    ("GET", "/v1/questions"),
    ("GET", "/v1/health"),
    ("GET", "/v1/model"),
    ("POST", "/v1/shortlists"),
]
KEPT = [
    ("GET", "/v1/mandates"),
    ("POST", "/v1/mandates"),
    ("GET", "/v1/mandates/{name}"),
    ("PUT", "/v1/mandates/{name}"),
    ("DELETE", "/v1/mandates/{name}"),
    ("POST", "/v1/mandates/{name}/shortlists"),
    ("GET", "/v1/shortlists"),
    ("GET", "/v1/shortlists/{list_id}"),
    ("GET", "/v1/shortlists/{list_id}/changes"),
    ("GET", "/v1/shortlists/{list_id}/replay"),
    ("POST", "/v1/shortlists/{list_id}/reactions"),
    ("GET", "/v1/reactions"),
    ("GET", "/v1/requests"),
    ("POST", "/v1/requests"),
    ("GET", "/v1/requests/figures"),
    ("GET", "/v1/requests/{request_id}"),
    ("POST", "/v1/requests/{request_id}/answer"),
    ("POST", "/v1/requests/{request_id}/withdraw"),
    ("GET", "/v1/webhooks"),
    ("POST", "/v1/webhooks"),
    ("DELETE", "/v1/webhooks/{webhook_id}"),
    ("POST", "/v1/webhooks/{webhook_id}/secret"),
    ("GET", "/v1/webhooks/{webhook_id}/messages"),
    ("POST", "/v1/webhooks/{webhook_id}/messages/{message_id}"),
    ("GET", "/v1/outcomes"),
    ("POST", "/v1/outcomes"),
    ("PUT", "/v1/outcomes/{number}"),
    ("DELETE", "/v1/outcomes/{number}"),
    ("GET", "/v1/wishes"),
    ("PUT", "/v1/wishes/{unit_id}/{side}"),
    ("DELETE", "/v1/wishes/{unit_id}/{side}"),
    ("GET", "/v1/banks/asks"),
    ("POST", "/v1/banks/asks"),
    ("POST", "/v1/banks/asks/{ask_id}/answer"),
    ("GET", "/v1/banks/claims"),
    ("GET", "/v1/banks/wishes"),
    ("PUT", "/v1/banks/wishes/{unit_id}"),
    ("DELETE", "/v1/banks/wishes/{unit_id}"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/audit/check"),
    ("GET", "/v1/backups"),
    ("GET", "/v1/imports"),
    ("GET", "/v1/imports/{job_id}"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/comparison"),
    ("GET", "/v1/models/{version}"),
    ("GET", "/v1/office/rankings"),
    ("GET", "/v1/office/economics"),
    ("GET", "/v1/office/units/{unit_id}/economics"),
    ("GET", "/v1/office/units/{unit_id}/plan"),
    ("GET", "/v1/office/reports/period"),
    ("GET", "/v1/packages"),
    ("GET", "/v1/packages/{package}"),
    ("PUT", "/v1/packages/{package}/agreement"),
    ("DELETE", "/v1/packages/{package}/agreement"),
    ("GET", "/v1/meetings"),
    ("POST", "/v1/meetings"),
    ("GET", "/v1/meetings/{event}"),
    ("POST", "/v1/meetings/{event}/again"),
    ("GET", "/v1/meetings/{event}/jobs/{job_id}"),
    ("GET", "/v1/meetings/{event}/mine"),
]
"""What needs a key: asked with one."""
FILES = [
    ("POST", "/v1/imports"),
    ("GET", "/v1/office/reports/period.xlsx"),
    ("GET", "/v1/office/reports/ranking.xlsx"),
    ("GET", "/v1/packages/{package}/booklet.pdf"),
    ("GET", "/v1/meetings/{event}/mine.ics"),
]
"""What takes or answers with a file: tests of its own ask for it."""
SHAPES = (
    answers,
    kept_answers,
    office_answers,
    job_answers,
    meeting_answers,
    wish_answers,
    bank_answers,
    administration_answers,
)
OFFICE = ("/v1/imports", "/v1/outcomes", "/v1/wishes", "/v1/models", "/v1/office", "/v1/meetings")


@pytest.fixture(scope="module")
def schema(address):
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_an_address_answers_as_described(schema, method, path, mode):
    operation = schema[path][method]

    @settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(checks=PROMISES, timeout=20)

    ask()


@pytest.fixture(scope="module")
def keyed(shared, first_day, listen, tmp_path_factory):
    found = at_work(fresh(shared, tmp_path_factory.mktemp("described")), first_day)
    with listen(found.app()) as address:
        yield schemathesis.openapi.from_url(f"{address}/openapi.json"), found.keys


def _asked_by(path, method):
    if path.startswith(("/v1/audit", "/v1/backups")):
        return "admin"
    if path.startswith("/v1/banks"):
        return "planner" if (method, path) == ("POST", "/v1/banks/asks") else "bank"
    inside = (path.startswith(OFFICE) and not path.endswith("/mine")) or path.endswith("/replay")
    return "planner" if inside else "investor"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), KEPT)
def test_what_is_kept_answers_a_key_as_described(keyed, method, path, mode):
    schema, keys = keyed
    key = keys[_asked_by(path, method)]
    operation = schema[path][method]

    @settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        case.call_and_validate(checks=PROMISES, timeout=20, headers={"authorization": f"Bearer {key}"})

    ask()


def test_every_address_is_described(schema):
    described = [
        (method.upper(), path) for path, operations in schema.raw_schema["paths"].items() for method in operations
    ]
    assert sorted(described) == sorted([*ADDRESSES, *KEPT, *FILES])


def test_every_address_has_a_title_a_description_and_an_example(schema):
    for path, operations in schema.raw_schema["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            done = next(status for status in ("200", "202") if status in operation["responses"])
            content = operation["responses"][done]["content"]
            assert "application/json" not in content or content["application/json"]["example"]
            for parameter in operation.get("parameters", []):
                assert parameter["description"], f"{path} {parameter['name']}"


@pytest.mark.parametrize("name", list(ANSWERS))
def test_an_example_answer_has_the_shape_that_is_described(name):
    shape = next(getattr(room, name) for room in SHAPES if hasattr(room, name))
    shape.model_validate(ANSWERS[name])


def test_headers_that_a_program_goes_by_are_described(client):
    described = client.get("/openapi.json").json()
    known = described["components"]["headers"]

    def headers(path, method, status):
        named = described["paths"][path][method]["responses"][status]["headers"]
        assert all(said["$ref"].rpartition("/")[2] in known for said in named.values())
        return set(named) - {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining"}

    assert headers("/v1/units", "get", "200") == {"ETag"}
    assert headers("/v1/mandates/{name}", "put", "200") == {"ETag", "Idempotent-Replayed"}
    assert headers("/v1/mandates/{name}", "delete", "200") == {"Idempotent-Replayed"}
    assert headers("/v1/mandates", "get", "200") == set()
    assert headers("/v1/imports", "post", "202") == {"Location", "Idempotent-Replayed"}
    assert headers("/v1/meetings/{event}", "get", "200") == {"ETag"}
    assert headers("/v1/meetings/{event}/again", "post", "202") == {"Location", "Idempotent-Replayed"}
    assert headers("/v1/units", "get", "429") == {"Retry-After"}
    assert headers("/v1/units", "get", "401") == {"WWW-Authenticate"}


def test_a_mandate_may_state_what_the_service_reads(client):
    mandate = client.get("/openapi.json").json()["components"]["schemas"]["Mandate"]["properties"]
    assert {"type": "boolean"} in mandate["accept_unknown"]["anyOf"]
    assert [one.get("type") for one in mandate["statuses"]["anyOf"]] == ["array", None]
    assert all(said.get("description") or "$ref" in said for said in mandate.values())


def test_a_version_is_wanted_where_something_is_changed_and_nowhere_else(client):
    described = client.get("/openapi.json").json()["paths"]
    wanting = {
        (method, path)
        for path, operations in described.items()
        for method, operation in operations.items()
        if any(one["name"] == "If-Match" for one in operation.get("parameters", []))
    }
    assert wanting == {
        ("put", "/v1/mandates/{name}"),
        ("delete", "/v1/mandates/{name}"),
        ("post", "/v1/meetings/{event}/again"),
    }


def test_pages_are_turned_where_something_is_read(client):
    described = client.get("/openapi.json").json()["paths"]
    turning = {
        method
        for operations in described.values()
        for method, operation in operations.items()
        if {"limit", "cursor", "offset"} & {one["name"] for one in operation.get("parameters", [])}
    }
    assert turning == {"get"}


def test_the_example_mandate_gives_a_list(client, schema):
    content = schema.raw_schema["paths"]["/v1/shortlists"]["post"]["requestBody"]["content"]["application/json"]
    answer = client.post("/v1/shortlists", json=content["example"])
    assert answer.status_code == 200
    assert answer.json()["units"]


def test_no_description_holds_what_only_the_code_needs(client):
    document = client.get("/openapi.json")
    for residue in (">>>", "Examples\\n", "Parameters\\n", "-----", "``", ":class:", ":func:"):
        assert residue not in document.text
    ticket = document.json()["components"]["schemas"]["Ticket"]
    assert ticket["properties"]["typical"]["description"].startswith("What the investor usually puts in")


def test_the_schema_of_a_mandate_is_published_and_takes_the_examples():
    import json
    from pathlib import Path

    import jsonschema_rs
    import yaml

    from engine.domain.mandate import Mandate
    from serving.api.description import mandate_schema

    docs = Path(__file__).parents[3] / "docs"
    assert json.loads((docs / "mandate.schema.json").read_text("utf-8")) == mandate_schema()
    for path in (docs / "examples").glob("mandate_*.yaml"):
        Mandate.from_yaml(path)
        jsonschema_rs.validator_for(mandate_schema()).validate(yaml.safe_load(path.read_text("utf-8")))
