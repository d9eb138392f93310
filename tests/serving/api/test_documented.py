"""The page that documents HTTP promises what is there."""

import html
import re
import shlex

import pytest

from serving.api.access import addresses
from tests.serving.api.parties import fresh

ROLES = ("planner", "investor", "admin", "service", "bank", "data_scientist")


@pytest.fixture(scope="module")
def app(shared, tmp_path_factory):
    """The lines write: nobody else shall find it."""
    return fresh(shared, tmp_path_factory.mktemp("documented")).app()


def asked(line, key):
    """What a line of curl asks: path, method, headers and body."""
    words = shlex.split(line.replace("\\\n", " ").replace("$EHYA_KEY", key))[1:]
    method, headers, body, path = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        else:
            path = word.partition(":8600")[2]
    return path, method, headers, body


def fits(address, path):
    """Whether a path is one of an address, its places filled in."""
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(address)), path)


def test_the_lines_of_curl_ask_what_they_stand_under(app, shared, ask):
    page = ask(app, "/docs?lang=en", shared.keys["planner"]).text
    lines = [html.unescape(line) for line in re.findall(r"<pre[^>]*>(curl .*?)</pre>", page, re.S)]
    declared = {(method, path): access for method, path, access in addresses(app)}
    assert len(lines) > 20
    for line in lines:
        path, method, headers, body = asked(line, "KEY")
        plain = path.partition("?")[0]
        (access,) = [one for (there, address), one in declared.items() if there == method and fits(address, plain)][:1]
        role = next(role for role in ROLES if role in {one.value for one in access.roles})
        headers = {**headers, "Authorization": f"Bearer {shared.keys[role]}"}
        status = ask(app, path, method=method, headers=headers, content=body).status_code
        assert status not in (401, 403, 405, 415, 428), (line, status)
        assert status != 500, line  # without a model the office is answered 503


def test_what_is_promised_to_hold_still_is_answered_so_and_nothing_else(app, shared, ask):
    key = shared.keys["planner"]
    for path, operations in app.openapi()["paths"].items():
        operation = operations.get("get")
        if operation is None or any(one.get("required") for one in operation.get("parameters", [])):
            continue
        etag = ask(app, path, key).headers.get("etag")
        assert (etag is not None) == ("304" in operation["responses"]), path
        if etag is not None:
            assert ask(app, path, key, headers={"if-none-match": etag}).status_code == 304, path
