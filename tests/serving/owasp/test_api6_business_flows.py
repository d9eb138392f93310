"""API6:2023 Unrestricted Access to Sensitive Business Flows: nobody drains, floods or hurries the programme."""

from serving.api.limits import ServiceLimits
from tests.serving.owasp.conftest import MANDATE


def test_lists_are_rationed_so_that_a_province_is_not_copied_mandate_by_mandate(working, ask):
    app = working.app(limits=ServiceLimits(lists=3))
    asked = [MANDATE | {"id": f"copy-{number}"} for number in range(4)]
    answers = [ask(app, "/v1/shortlists", working.keys["bank"], method="POST", json=one) for one in asked]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_key_is_rationed_however_many_addresses_it_is_used_from(working, ask):
    app = working.app(limits=ServiceLimits(lists=2))
    hops = [{"x-forwarded-for": f"198.51.100.{number}"} for number in range(3)]
    ask_again = {"method": "POST", "json": MANDATE}
    answers = [ask(app, "/v1/shortlists", working.keys["bank"], headers=hop, **ask_again) for hop in hops]
    assert answers[-1].status_code == 429


def test_what_an_investor_agrees_to_over_http_shows_nothing_before_the_office_confirms_it(own_copy, ask):
    app, unit = own_copy.app(), own_copy.agreed[0]
    rival = own_copy.keys["rival"]
    assert ask(app, "/v1/packages/inva@1/agreement", rival, method="PUT").status_code == 200
    assert "private" not in ask(app, f"/v1/units/{unit}", rival).json()


def test_a_write_that_is_sent_again_is_done_once(call, owned):
    event = {"unit": owned["unit"], "kind": "visited", "happened_on": "2026-01-12"}
    again = {"json": event, "headers": {"idempotency-key": "api6"}}
    numbers = {call("POST", "/v1/outcomes", "planner", **again).json()["number"] for _ in range(5)}
    assert len(numbers) == 1
    other = call("POST", "/v1/outcomes", "planner", json=event | {"kind": "declined"}, headers=again["headers"])
    assert other.status_code == 409


def test_only_what_a_list_has_shown_can_be_answered(call, owned, working):
    hidden = next(
        unit for unit in working.stock.units.index[::-1] if unit != owned["unit"]
    )  # the last of the ranking stands on no first page
    said = {"unit_id": hidden, "kind": "interested"}
    assert call("POST", f"/v1/shortlists/{owned['list']}/reactions", "investor", json=said).status_code == 404
    asked = {"list_id": owned["list"], "unit_id": hidden, "kind": "visit", "text": "May we see it?"}
    assert call("POST", "/v1/requests", "investor", json=asked).status_code == 404
