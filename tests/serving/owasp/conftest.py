"""One service for all ten: several parties share it, and it really listens."""

import pytest

from tests.serving.conftest import calling

MANDATE = {"id": "owned", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture(scope="session")
def call(working, working_address):
    """Asks the service as one of the parties; without a party it asks without a key."""
    with calling(working_address, headers={"accept-language": "en"}) as client:

        def called(method, path, party=None, headers=None, **more):
            given = {} if party is None else {"authorization": f"Bearer {working.keys[party]}"}
            return client.request(method, path, headers={**given, **(headers or {})}, **more)

        yield called


@pytest.fixture(scope="session")
def owned(call):
    """What the service keeps for one investor: a mandate, a list, a reaction, a request."""
    assert call("POST", "/v1/mandates", "investor", json=MANDATE).status_code == 200
    made = call("POST", "/v1/mandates/owned/shortlists", "investor").json()
    unit = made["page"][0]["unit_id"]
    said = {"unit_id": unit, "kind": "interested"}
    assert call("POST", f"/v1/shortlists/{made['list_id']}/reactions", "investor", json=said).status_code == 200
    asked = {"list_id": made["list_id"], "unit_id": unit, "kind": "visit", "text": "May we see it?"}
    request = call("POST", "/v1/requests", "investor", json=asked).json()["request_id"]
    return {"list": made["list_id"], "unit": unit, "request": request}
