"""A bank over HTTP: its claims, what it is asked for and answers, what it wants of investors; nothing of another's."""

import pytest

from engine.store import Register
from serving.desk.keys import add_key
from tests.serving.api.parties import BY

OWN, OTHER = "Secret bank 0007", "Secret bank 0008"
WANTED = {"wishes": {"deal_forms": ["lease"], "partners": ["operator"]}}


@pytest.fixture
def parties(own_copy):
    """Two banks with a key each, and one whose key names none."""
    for name, bank in (("seven", OWN), ("eight", OTHER), ("nameless", None)):
        own_copy.keys[name] = add_key(own_copy.settings, name=name, role="bank", investor=bank, **BY).key
    return own_copy


@pytest.fixture
def banks(parties, ask):
    app = parties.app()

    def asked(method, path, key="seven", **more):
        return ask(app, f"/v1/banks{path}", parties.keys[key], method=method, **more)

    return asked


def unit_of(banks, key="seven"):
    return banks("GET", "/claims", key).json()["claims"][0]["unit_id"]


def question(banks, **more):
    stated = {"bank": OWN, "unit_id": unit_of(banks), "kind": "reschedule", "text": "Five years?"}
    return banks("POST", "/asks", "planner", json=stated | more)


def test_a_bank_reads_its_own_claims_and_nothing_of_other_creditors(banks):
    said = banks("GET", "/claims").json()
    assert said["bank"] == OWN
    (claim,) = said["claims"]
    assert (claim["claims"], claim["rial"]) == (1, 812345670007)
    assert claim["unit_id"] != unit_of(banks, "eight")
    assert OTHER not in banks("GET", "/claims").text
    assert "secret remark" not in banks("GET", "/claims").text


def test_a_bank_is_asked_reads_it_and_answers_once(banks, parties):
    asked = question(banks).json()
    (seen,) = [one for one in banks("GET", "/asks?state=waiting").json()["asks"] if one["ask_id"] == asked["ask_id"]]
    assert (seen["kind"], seen["verdict"], seen["overdue"]) == ("reschedule", None, False)
    answer = {"verdict": "conditions", "text": "With a guarantor.", "rial": 1_200_000_000}
    said = banks("POST", f"/asks/{seen['ask_id']}/answer", json=answer)
    assert (said.status_code, said.json()["rial"], said.json()["answer"]) == (200, 1_200_000_000, "With a guarantor.")
    late = banks("POST", f"/asks/{seen['ask_id']}/answer", json=answer | {"verdict": "refused"})
    assert (late.status_code, late.json()["code"]) == (409, "bank_ask_answered")
    (kept,) = banks("GET", f"/asks?bank={OWN}&state=answered", "planner").json()["asks"]
    assert kept["verdict"] == "conditions"
    with Register.open(parties.settings.database_url) as register:
        assert register.audit()["act"].tolist()[:2] == ["bank_answered", "bank_asked"]


def test_another_bank_reads_and_answers_nothing_of_it(banks):
    asked = question(banks).json()["ask_id"]
    assert banks("GET", "/asks", "eight").json()["asks"] == []
    assert banks("GET", f"/asks?bank={OWN}", "eight").json()["asks"] == []
    refused = banks("POST", f"/asks/{asked}/answer", "eight", json={"verdict": "agreed", "text": "Ours."})
    nothing = banks("POST", "/asks/nothing/answer", "eight", json={"verdict": "agreed", "text": "Ours."})
    assert (refused.status_code, refused.json()["code"]) == (404, "bank_ask_unknown")
    assert refused.json()["title"] == nothing.json()["title"]


def test_the_office_records_what_a_bank_said_by_letter(banks):
    asked = question(banks).json()["ask_id"]
    said = banks("POST", f"/asks/{asked}/answer", "planner", json={"verdict": "refused", "text": "Not now."})
    assert (said.status_code, said.json()["bank"]) == (200, OWN)
    assert banks("GET", "/asks").json()["asks"][0]["answer"] == "Not now."


@pytest.mark.parametrize(
    ("more", "code", "status"),
    [
        ({"bank": OTHER}, "bank_without_claim", 422),
        ({"unit_id": "nobody"}, "unknown_unit", 404),
        ({"kind": "gift"}, "parameter_refused", 422),
        ({"until": "2020-01-01"}, "value_unreadable", 422),
        ({"until": "soon"}, "parameter_refused", 422),
        ({"text": ""}, "parameter_refused", 422),
        ({"text": "  "}, "request_text_refused", 422),
        ({"text": "ب" * 2001}, "text_too_long", 422),
        ({"colour": 1}, "parameter_unknown", 422),
    ],
)
def test_what_a_bank_cannot_be_asked_is_refused_and_leaves_nothing(banks, more, code, status):
    refused = question(banks, **more)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert banks("GET", "/asks", "planner").json()["asks"] == []


@pytest.mark.parametrize("change", [{"verdict": "perhaps"}, {"rial": -1}, {"rial": 1e308}, {"text": ""}, {"sum": 1}])
def test_an_answer_that_is_none_is_refused(banks, change):
    asked = question(banks).json()["ask_id"]
    refused = banks("POST", f"/asks/{asked}/answer", json={"verdict": "agreed", "text": "Yes."} | change)
    assert refused.status_code == 422, refused.text
    assert banks("GET", "/asks").json()["asks"][0]["verdict"] is None


def test_a_bank_states_what_it_wants_and_takes_it_back(banks, parties):
    unit = unit_of(banks)
    said = banks("PUT", f"/wishes/{unit}", json=WANTED)
    assert (said.status_code, said.json()["wishes"]) == (200, WANTED["wishes"]), said.text
    assert [one["unit_id"] for one in banks("GET", "/wishes").json()["wishes"]] == [unit]
    with Register.open(parties.settings.database_url) as register:
        (kept,) = register.wishes()
    assert (kept.side, kept.source) == ("bank", OWN)
    assert banks("DELETE", f"/wishes/{unit}").json()["wishes"] == {}
    assert banks("GET", "/wishes").json()["wishes"] == []


def test_a_bank_states_nothing_of_a_unit_that_it_has_no_claim_on(banks):
    theirs = unit_of(banks, "eight")
    refused, nobody = banks("PUT", f"/wishes/{theirs}", json=WANTED), banks("PUT", "/wishes/nobody", json=WANTED)
    assert (refused.status_code, nobody.status_code) == (404, 404)
    assert refused.text.replace(theirs, "nobody") == nobody.text


def test_what_the_office_stated_in_another_name_is_replaced_by_no_bank(banks, parties, ask):
    unit = unit_of(banks)
    office = {"wishes": {"deal_forms": ["lease"]}, "source": "letter 12"}
    stated = ask(parties.app(), f"/v1/wishes/{unit}/bank", parties.keys["planner"], method="PUT", json=office)
    assert stated.status_code == 200
    for method in ("PUT", "DELETE"):
        refused = banks(method, f"/wishes/{unit}", json=WANTED)
        assert (refused.status_code, refused.json()["code"]) == (409, "wishes_of_another")
    assert banks("GET", "/wishes").json()["wishes"] == []


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        ({"partner": ["operator"]}, "wish_key_unknown"),
        ({"max_share": 7}, "wish_value_refused"),
        ({"asking_price_billion_rial": 2}, "wish_value_refused"),
        ({"deal_forms": "lease", "deal_forms_refused": "lease"}, "wish_contradiction"),
        ({}, "parameter_refused"),
    ],
)
def test_what_a_bank_cannot_want_is_refused(banks, wishes, code):
    refused = banks("PUT", f"/wishes/{unit_of(banks)}", json={"wishes": wishes})
    assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize("path", ["/claims", "/asks", "/wishes"])
def test_a_key_that_names_no_bank_is_told_so(banks, path):
    refused = banks("GET", path, "nameless")
    assert (refused.status_code, refused.json()["code"]) == (422, "bank_unnamed")


@pytest.mark.parametrize("role", ["investor", "service", "admin", "data_scientist"])
def test_nobody_else_reads_what_banks_are_asked(banks, role):
    for method, path in (("GET", "/claims"), ("GET", "/asks"), ("POST", "/asks"), ("PUT", "/wishes/unit")):
        assert banks(method, path, role, json=WANTED).json()["code"] == "role_refused"
