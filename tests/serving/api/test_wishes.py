"""What owners and banks want, stated and read over HTTP by the office; others meet it as reasons alone."""

import pytest

from engine.store import Register
from tests.serving.api.parties import NOON

LETTER = {"wishes": {"partners": ["operator"]}, "source": "letter 12"}


@pytest.fixture
def office(own_copy, ask):
    app = own_copy.app()

    def asked(method, path="", key="planner", **more):
        return ask(app, f"/v1/wishes{path}", own_copy.keys[key], method=method, **more)

    return asked


def test_wishes_are_stated_replaced_and_taken_back_and_all_is_kept(office, own_copy):
    unit = own_copy.agreed[0]
    said = office("PUT", f"/{unit}/owner", json=LETTER | {"stated_on": "2026-03-01"})
    assert said.status_code == 200, said.text
    assert said.json() | {"unit_id": unit, "side": "owner", "stated_on": "2026-03-01", **LETTER} == said.json()
    again = {"json": {"wishes": {"deal_forms": "lease"}, "source": "minutes"}, "headers": {"idempotency-key": "b"}}
    first, second = office("PUT", f"/{unit}/bank", **again), office("PUT", f"/{unit}/bank", **again)
    assert (first.json(), second.headers["idempotent-replayed"]) == (second.json(), "true")
    listed = office("GET", f"?unit={unit}", key="data_scientist").json()["wishes"]
    assert [(one["side"], one["wishes"]) for one in listed] == [
        ("bank", {"deal_forms": ["lease"]}),
        ("owner", {"partners": ["operator"]}),
    ]
    assert office("DELETE", f"/{unit}/owner").json()["wishes"] == {}
    assert [one["side"] for one in office("GET").json()["wishes"]] == ["bank"]
    with Register.open(own_copy.settings.database_url) as register:
        assert len(register.wishes.history(unit)) == 3
        assert register.audit()["act"].tolist()[:3] == ["wishes_withdrawn", "wishes_stated", "wishes_stated"]


@pytest.mark.parametrize(
    ("place", "change", "code", "status"),
    [
        ("owner", {"wishes": {"partner": ["operator"]}}, "wish_key_unknown", 422),
        ("owner", {"wishes": {"max_share": 7}}, "wish_value_refused", 422),
        ("owner", {"wishes": {"partners": "bank", "partners_refused": "bank"}}, "wish_value_refused", 422),
        ("owner", {"wishes": {"deal_forms": "lease", "deal_forms_refused": "lease"}}, "wish_contradiction", 422),
        ("owner", {"wishes": {"asking_price_billion_rial": 2}}, "wish_value_refused", 422),
        ("owner", {"stated_on": str(NOON.date().replace(year=2099))}, "wish_value_refused", 422),
        ("owner", {"source": ""}, "parameter_refused", 422),
        ("owner", {"wishes": {}}, "parameter_refused", 422),
        ("owner", {"colour": 1}, "parameter_unknown", 422),
        ("neighbour", {}, "parameter_refused", 422),
        ("nobody", {}, "unknown_unit", 404),
    ],
)
def test_what_cannot_be_wished_is_refused_and_leaves_nothing(office, own_copy, place, change, code, status):
    unit, side = ("nobody", "owner") if place == "nobody" else (own_copy.agreed[0], place)
    answer = office("PUT", f"/{unit}/{side}", json=LETTER | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert office("GET").json()["wishes"] == []


@pytest.mark.parametrize("role", ["investor", "rival", "bank", "service", "admin"])
def test_nobody_else_reads_or_states_wishes(office, own_copy, role):
    for method, path in (
        ("GET", ""),
        ("PUT", f"/{own_copy.agreed[0]}/owner"),
        ("DELETE", f"/{own_copy.agreed[0]}/bank"),
    ):
        assert office(method, path, key=role, json=LETTER).json()["code"] == "role_refused"
