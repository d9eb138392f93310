"""API5:2023 Broken Function Level Authorization: every address x every role, asked."""

import pytest

from serving.api.access import WithoutKey, addresses
from serving.disclosure.levels import KEY_ROLES

PARTS = {
    "{unit_id}": "x",
    "{name}": "x",
    "{list_id}": "x",
    "{package}": "x@1",
    "{number}": "1",
    "{version}": "x",
    "{side}": "owner",
}
PARTS |= {"{job_id}": "x", "{webhook_id}": "x", "{message_id}": "x", "{upload_id}": "x", "{request_id}": "x"}
PARTS |= {"{event}": "x", "{key}": "x", "{token}": "x", "{ask_id}": "x", "{invitation_id}": "x"}


def concrete(path):
    for part, name in PARTS.items():
        path = path.replace(part, name)
    assert "{" not in path, path
    return path


@pytest.fixture(scope="module")
def walked(working, call):
    """What each address answers each role: ``(method, path, role, status, code)``."""
    found = []
    for method, path, access in addresses(working.app()):
        for role in (None, *KEY_ROLES):
            answer = call(method, concrete(path), None if role is None else role.value)
            kind = answer.headers.get("content-type", "")
            code = answer.json()["code"] if "problem" in kind else answer.headers.get("x-ehya-problem")
            found.append((method, path, access, role, answer.status_code, code))
    return found


def test_a_role_that_an_address_is_not_for_is_refused_and_no_other(walked):
    wrong = [
        (method, path, role.value, status)
        for method, path, access, role, status, code in walked
        if role is not None and (code == "role_refused") != (role not in access.roles or access.administers)
    ]
    assert not wrong
    assert {status for *_, status, code in walked if code == "role_refused"} == {403}


def test_without_a_key_only_what_is_for_anybody_is_answered(walked):
    wrong = [
        (method, path, status)
        for method, path, access, role, status, code in walked
        if role is None and (code == "key_missing") != (access.without_key is not WithoutKey.ALWAYS)
    ]
    assert not wrong


def test_no_address_fails_whoever_asks(walked):
    assert not [(method, path, role, status) for method, path, _, role, status, _ in walked if status >= 500]


def test_everything_that_writes_for_the_office_is_the_planners_alone(working):
    writing = [
        (path, {role.value for role in access.roles})
        for method, path, access in addresses(working.app())
        if method != "GET"
        and path.startswith(
            (
                "/v1/outcomes",
                "/v1/wishes",
                "/v1/imports",
                "/v1/office",
                "/v1/meetings",
                "/desk/units",
                "/desk/outcomes",
                "/desk/undo",
            )
        )
    ]
    assert writing
    assert all(roles == {"planner"} for _, roles in writing)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_a_method_that_an_address_does_not_have_is_none(call, method):
    assert call(method, "/v1/units", "planner").status_code == 405
