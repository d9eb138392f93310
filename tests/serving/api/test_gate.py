"""Who has no key is told so, who has one is held to it, and nobody learns what is another's."""

from datetime import timedelta

import pytest

from serving.api.access import WithoutKey, addresses, declared
from serving.api.limits import ServiceLimits
from serving.desk.agreements import end
from serving.desk.keys import add_key, revoke_key
from serving.disclosure.levels import KEY_ROLES, CallerRole, Level, beside_public, field_level
from tests.serving.api.parties import BY, NOON

READABLE = ("/v1/units", "/v1/rankings", "/v1/questions", "/")
OPEN = ("/v1/health", "/v1/model", "/docs", "/openapi.json", "/model")


@pytest.fixture(scope="module")
def app(shared):
    return shared.app()


@pytest.mark.parametrize("path", READABLE)
def test_what_is_for_keys_answers_keys_of_every_role_and_nobody_without(app, shared, ask, path):
    refused = ask(app, path)
    assert (refused.status_code, refused.json()["code"]) == (401, "key_missing")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    for role in KEY_ROLES:
        assert ask(app, path, shared.keys[role.value]).status_code == 200, role


@pytest.mark.parametrize("path", OPEN)
def test_what_tells_nothing_of_a_unit_is_open(app, ask, path):
    assert ask(app, path).status_code == 200


def test_every_address_says_who_may_ask_it_and_the_description_says_the_same(app, ask):
    told = ask(app, "/openapi.json").json()["paths"]
    seen = list(addresses(app))
    assert len(seen) > 10
    for method, path, access in seen:
        assert access.roles or access.administers or access.without_key is not WithoutKey.NEVER
        if path in told:
            said = told[path][method.lower()]["x-ehya-access"]
            assert (said["level"], said["roles"]) == (
                access.level.value,
                [role.value for role in KEY_ROLES if role in access.roles],
            )


def test_an_address_that_declares_nothing_answers_nobody(shared, ask):
    app = shared.app()

    @app.get("/v1/forgotten")
    async def forgotten():
        return "what nobody thought of"

    answer = ask(app, "/v1/forgotten", shared.keys["planner"])
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    with pytest.raises(LookupError):
        declared(object())


WRONG = (
    "ehya_000000000000_aaaa",
    "x",
    "",
    "ehya__",
    "ehya_" + "a" * 5_000,
    "Ehya_",
)


@pytest.mark.parametrize("given", WRONG)
def test_a_wrong_key_is_refused_alike_whatever_is_wrong_with_it(app, shared, ask, given):
    right = shared.keys["planner"]
    answers = [ask(app, "/v1/units", key) for key in (given, right[:-1], right + "a", right.swapcase())]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "key_refused")}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", "Basic abc")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer KEY"), ("authorization", "Bearer KEY")],
        [("authorization", "Bearer KEY extra")],
    ],
)
def test_a_header_that_is_not_one_bearer_is_refused(app, shared, headers):
    import asyncio

    import httpx

    given = [(name, value.replace("KEY", shared.keys["planner"])) for name, value in headers]

    async def one():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/v1/units", headers=given)

    assert asyncio.run(one()).status_code == 401


def test_a_key_in_the_address_is_none(app, shared, ask):
    assert ask(app, f"/v1/units?key={shared.keys['planner']}").status_code == 401


def test_a_key_that_ran_out_or_was_revoked_opens_nothing_and_a_new_one_does_at_once(own_copy, ask):
    until = NOON + timedelta(hours=1)
    short = add_key(own_copy.settings, name="short", role="bank", investor=None, expires_at=until, **BY).key
    moment = [NOON]
    app = own_copy.app(clock=lambda: moment[0])
    assert ask(app, "/v1/units", short).status_code == 200
    moment[0] = until
    assert ask(app, "/v1/units", short).status_code == 401
    revoke_key(own_copy.settings, "bank", **BY)
    app.state.gate.ring.refresh()
    assert ask(app, "/v1/units", own_copy.keys["bank"]).status_code == 401
    late = add_key(own_copy.settings, name="late", role="bank", investor=None, **BY).key
    app.state.gate.ring._read_at -= 1  # a second later
    assert ask(app, "/v1/units", late).status_code == 200


def test_a_service_under_a_name_does_not_open_when_its_last_key_goes(own_copy, ask):
    for name in own_copy.keys:
        revoke_key(own_copy.settings, name, **BY)
    assert ask(own_copy.app(open_without_keys=False), "/v1/units").status_code == 401
    assert ask(own_copy.app(), "/v1/units").status_code == 200  # this computer alone, as before there were keys


def test_keys_that_cannot_be_read_for_long_let_nobody_in(own_copy, ask):
    app = own_copy.app()
    ring = app.state.gate.ring
    ring._read_at -= 120
    own_copy.settings.home.joinpath("ehya.db").write_bytes(b"broken")
    answer = ask(app, "/v1/units", own_copy.keys["planner"])
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unread")


def test_guessing_is_stopped_and_then_a_right_key_tells_nothing(shared, ask):
    app = shared.app(limits=ServiceLimits(wrong_keys=3))
    codes = [ask(app, "/v1/units", "ehya_0_x").json()["code"] for _ in range(4)]
    assert codes == ["key_refused"] * 3 + ["keys_tried"]
    answer = ask(app, "/v1/units", shared.keys["planner"])
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_each_caller_has_a_limit_and_uses_up_no_other(shared, ask):
    app = shared.app(limits=ServiceLimits(reads=3))
    answers = [ask(app, "/v1/units", shared.keys["bank"]) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert ask(app, "/v1/units", shared.keys["planner"]).status_code == 200


def test_no_key_is_in_an_answer_an_error_or_a_log(app, shared, ask, caplog):
    caplog.set_level("DEBUG")
    for role, key in shared.keys.items():
        for path in ("/v1/units", "/v1/units/nobody", "/nowhere", f"/v1/units?x={role}"):
            assert key.split("_", 2)[2] not in ask(app, path, key).text
    assert not [key for key in shared.keys.values() if key.split("_", 2)[2] in caplog.text]
    assert not [key for key in shared.keys.values() if key in repr(app.state.gate.ring.__dict__)]


@pytest.mark.parametrize("role", [*KEY_ROLES, "rival"])
def test_a_unit_is_read_at_the_callers_level(app, shared, ask, role):
    under, other = shared.agreed[0], shared.stock.units.index.sort_values()[5]
    inside = role in (CallerRole.PLANNER, CallerRole.DATA_SCIENTIST)
    for unit in (under, other):
        answer = ask(app, f"/v1/units/{unit}", shared.keys[role])
        private = answer.json().get("private")
        if inside:
            assert private["level"] == Level.INTERNAL
            assert {"notes", "debts", "bank_debt_rial"} <= set(private["fields"])
        elif role == CallerRole.INVESTOR and unit == under:
            assert private["level"] == Level.UNDER_NDA
            assert "bank_debt_rial" in private["fields"]
            assert {field_level(name) for name in private["fields"]} == {Level.UNDER_NDA}
            assert answer.headers["cache-control"] == "no-store"
        else:
            assert private is None
            assert answer.content == ask(app, f"/v1/units/{unit}", shared.keys["rival"]).content


def test_what_is_read_under_an_agreement_ends_with_it(own_copy, ask):
    app, unit = own_copy.app(), own_copy.agreed[0]
    assert ask(app, f"/v1/units/{unit}", own_copy.keys["investor"]).json()["private"]
    end(own_copy.settings, "fund", "inva@1", **BY)
    app.state.gate.ring.refresh()
    assert "private" not in ask(app, f"/v1/units/{unit}", own_copy.keys["investor"]).json()


def test_beside_the_public_record_nothing_is_public():
    assert {field_level(field) for field in beside_public(Level.INTERNAL)} == {Level.UNDER_NDA, Level.INTERNAL}
