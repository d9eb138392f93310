"""API3:2023 Broken Object Property Level Authorization: nobody reads or writes a property that is not theirs."""

import pytest

from engine.domain.unit import FIELDS
from serving.disclosure.levels import Level, field_level

PRIVATE = [field.value for field in FIELDS if field_level(field) is not Level.PUBLIC]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/mandates", {"id": "more", "owner": "rival"}),
        ("/v1/mandates", {"id": "more", "version": 9}),
        ("/v1/shortlists/{list}/reactions", {"unit_id": "{unit}", "kind": "interested", "owner": "rival"}),
        ("/v1/requests", {"list_id": "{list}", "unit_id": "{unit}", "kind": "visit", "text": "a", "owner": "rival"}),
        ("/v1/requests", {"list_id": "{list}", "unit_id": "{unit}", "kind": "visit", "text": "a", "answer": "b"}),
        ("/v1/webhooks", {"mandate": "owned", "address": "https://example.org/", "secret": "whsec_ours"}),
        ("/v1/webhooks", {"mandate": "owned", "address": "https://example.org/", "owner": "rival"}),
    ],
)
def test_a_property_that_is_not_the_callers_to_write_is_refused(call, owned, path, body):
    said = {name: value.format(**owned) if isinstance(value, str) else value for name, value in body.items()}
    answer = call("POST", path.format(**owned), "investor", json=said)
    assert answer.status_code == 422
    assert not [one for one in call("GET", "/v1/mandates", "investor").json()["mandates"] if one["id"] == "more"]


def test_an_event_cannot_choose_its_number(call, owned):
    event = {"unit": owned["unit"], "kind": "visited", "happened_on": "2026-01-10", "number": 1}
    assert call("POST", "/v1/outcomes", "planner", json=event).json()["code"] == "parameter_unknown"


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_field_is_no_filter_no_order_and_no_weight(call, name):
    for path in (f"/v1/units?{name}=1", f"/v1/units?sort={name}", f"/v1/rankings?weights={name}=1"):
        assert call("GET", path, "investor").status_code == 422


@pytest.mark.parametrize("party", ["rival", "bank", "service", "admin"])
def test_a_unit_holds_no_private_property_for_who_has_no_agreement(call, working, party):
    body = call("GET", f"/v1/units/{working.agreed[0]}", party).json()
    assert "private" not in body
    assert not set(body["unit"]["fields"]) & set(PRIVATE)


def test_an_agreement_shows_what_it_is_for_and_no_more(call, working):
    found = call("GET", f"/v1/units/{working.agreed[0]}", "investor").json()["private"]["fields"]
    assert {field_level(name) for name in found} == {Level.UNDER_NDA}
