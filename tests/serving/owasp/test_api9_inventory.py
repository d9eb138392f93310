"""API9:2023 Improper Inventory Management: what answers is declared, described and listed, and nothing else answers."""

import json

import pytest
from typer.testing import CliRunner

from serving.api.access import addresses
from serving.cli.app import app as command

PAGES = {"/", "/docs", "/model", "/metrics", "/openapi.json"}


def test_every_address_is_described_or_a_page(working):
    described = working.app().openapi()["paths"]
    there = {(method, path) for method, path, _ in addresses(working.app())}
    said = {(method.upper(), path) for path, operations in described.items() for method in operations}
    pages = {(method, path) for method, path in there - said if path.startswith("/desk")}
    assert there - said - pages == {("GET", path) for path in PAGES}
    assert {method for method, _ in pages} == {"GET", "POST"}
    assert said <= there
    assert all(path.startswith("/v1/") for _, path in said)


def test_the_command_lists_what_the_service_answers_with_the_same_roles(working):
    env = {"EHYA_HOME": str(working.settings.home), "EHYA_DATABASE_URL": None}
    listed = json.loads(CliRunner().invoke(command, ["routes", "--json"], env=env).stdout)
    there = {(method, path): {role.value for role in access.roles} for method, path, access in addresses(working.app())}
    assert {(one["method"], one["path"]): {r for r, may in one["roles"].items() if may} for one in listed} == there


@pytest.mark.parametrize(
    "path",
    ["/v0/units", "/v2/units", "/admin", "/debug", "/v1", "/v1/", "/v1/units/", "/redoc", "/.env", "/.git/config",
     "/actuator", "/graphql", "/v1/keys", "/v1/users", "/swagger.json"],
)  # fmt: skip
def test_nothing_else_answers(call, path):
    answer = call("GET", path, "planner")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")


def test_what_is_described_says_who_may_ask_and_how_often(working):
    for path, operations in working.app().openapi()["paths"].items():
        for operation in operations.values():
            assert set(operation["x-ehya-access"]) == {"roles", "level", "without_key", "rate"}, path
