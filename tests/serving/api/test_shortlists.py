import json

import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, shortlist

DAY = pd.Timestamp("2026-11-23")
MANDATE = {
    "id": "food-fund",
    "price_year": 1405,
    "ticket_billion_rial": [10, 900],
    "sectors": {"must": ["C"], "must_not": ["13"], "like": ["10"]},
    "places": {"must": ["آذربایجان غربی"], "must_not": ["Maku"]},
    "risk_appetite": "high",
    "accept_unknown": ["capital_unknown"],
}


def test_the_list_is_the_one_that_the_engine_gives(client, appraisal):
    answer = client.post("/v1/shortlists", json=MANDATE).json()
    listed = shortlist(UnitBook.from_table(appraisal, as_of=DAY), Mandate.read(MANDATE))
    assert [shown["unit"]["unit_id"] for shown in answer["units"]] == list(listed.unit_id)
    assert (answer["run_id"], answer["counts"]) == (listed.run_id, listed.counts)
    assert answer["units"], "the mandate has to be one that some unit meets"


def test_no_hard_limit_is_broken(client):
    answer = client.post("/v1/shortlists", json=MANDATE, params={"top": 100}).json()
    for shown in answer["units"]:
        fields = shown["unit"]["fields"]
        assert fields["isic"] != "13"
        assert fields["county"] != "Maku"
        assert 10e9 <= fields.get("capital_needed_rial", 10e9) <= 900e9


def test_the_parts_of_a_fit_add_up_to_it(client):
    for shown in client.post("/v1/shortlists", json=MANDATE).json()["units"]:
        assert sum(shown["parts"].values()) == pytest.approx(shown["fit"], abs=1e-6)


def test_why_not_names_the_limit_in_words(client, appraisal):
    refused = appraisal.index[appraisal["isic"] == "13"][0]
    answer = client.post("/v1/shortlists", json=MANDATE, params={"why_not": refused, "lang": "en"}).json()
    [standing] = answer["why_not"]
    assert "sector_refused" in [reason["code"] for reason in standing["excluded_by"]]
    assert all(reason["text"] for reason in standing["excluded_by"])


def test_explain_counts_the_excluded_by_reason(client):
    answer = client.post("/v1/shortlists", json=MANDATE, params={"explain": True}).json()
    assert answer["excluded"]["sector_refused"] > 0
    assert client.post("/v1/shortlists", json=MANDATE).json()["excluded"] is None


def test_why_not_of_an_unknown_unit_is_not_found(client):
    answer = client.post("/v1/shortlists", json=MANDATE, params={"why_not": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_unit")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "body_malformed"),
        (b"", "body_malformed"),
        (b"\xff\xfe", "body_malformed"),
        (b'{"id": NaN}', "body_malformed"),
        (b"[" * 10_000, "body_malformed"),
        (b"[]", "mandate_value_refused"),
        (b"{}", "mandate_key_missing"),
        (b'{"id": "a", "sectorz": {}}', "mandate_key_unknown"),
        (b'{"id": "a", "places": {"must": ["Atlantis"]}}', "place_unknown"),
        (b'{"id": "a", "sectors": {"must": ["99999"]}}', "sector_unknown"),
        (b'{"id": "a", "limit": 100000000000000000000000000000}', "mandate_value_refused"),
    ],
)
def test_a_body_that_is_no_mandate_is_refused_with_its_reason(client, body, code):
    answer = client.post("/v1/shortlists", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_a_key_that_is_misspelt_is_answered_with_the_nearest(client):
    answer = client.post("/v1/shortlists", json={"id": "a", "sectorz": {}}).json()
    assert (answer["given"], answer["nearest"]) == ("sectorz", "sectors")


def test_a_mandate_comes_as_json_only(client):
    answer = client.post("/v1/shortlists", content=json.dumps(MANDATE), headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "body_not_json")


def test_a_body_that_is_too_long_is_not_read(client):
    answer = client.post("/v1/shortlists", json={"id": "a", "name": "x" * 70_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("amount", ["1e300", "9" * 400, "1e400", "-1e300"])
def test_an_amount_beyond_all_measure_is_refused_in_words(client, amount):
    body = f'{{"id": "x", "price_year": 1405, "ticket_billion_rial": [1, {amount}]}}'
    answer = client.post("/v1/shortlists", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "mandate_value_refused")
