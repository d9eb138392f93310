"""What is not complete enough stays in the house."""

import pytest

MANDATE = {"id": "any", "accept_unknown": True, "risk_appetite": "high", "offer_fix_first": True}


@pytest.fixture(scope="module")
def withheld(appraisal):
    offered = appraisal.index[appraisal["triage"].isin(["offer", "fix_first"])]
    return list(offered[:5])


@pytest.fixture(scope="module")
def partly(appraisal, opened, withheld):
    table = appraisal.assign(
        public_completeness=appraisal["public_completeness"].mask(appraisal.index.isin(withheld), 0.2)
    )
    with opened(table) as client:
        yield client


def test_no_list_holds_a_withheld_unit(partly, withheld):
    units = partly.get("/v1/units?limit=100").json()
    ranked = partly.get("/v1/rankings?top=100").json()
    listed = partly.post("/v1/shortlists?top=100", json=MANDATE).json()
    assert units["total"] == 35
    shown = {unit["unit_id"] for unit in units["units"] + ranked["units"]}
    shown |= {one["unit"]["unit_id"] for one in listed["units"]}
    assert not shown & {*withheld}
    assert listed["units"]


def test_a_withheld_unit_is_not_found(partly, withheld):
    assert partly.get(f"/v1/units/{withheld[0]}").status_code == 404


def test_health_counts_what_is_withheld(partly):
    counts = partly.get("/v1/health").json()["counts"]
    assert (counts["units"], counts["withheld"]) == (35, 5)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_why_not_says_only_that_the_record_is_incomplete(partly, withheld, language):
    asked = {"lang": language, "why_not": withheld[0]}
    answer = partly.post("/v1/shortlists", params=asked, json=MANDATE | {"sectors": {"must": ["33"]}}).json()
    (standing,) = answer["why_not"]
    assert [reason["code"] for reason in standing["excluded_by"]] == ["record_incomplete"]
    assert "given" not in standing["excluded_by"][0]["facts"]
    assert (standing["position"], standing["fit"]) == (None, None)
