"""What is private leaves through no address."""

import json

import pytest

from engine.domain.unit import FIELDS, public_fields
from serving.api.public import PRIVATE_PARTS, public_table

PRIVATE = [field.value for field, spec in FIELDS.items() if not spec.public]
PATHS = (
    "/v1/units?limit=200",
    "/v1/units/unit-0003",
    "/v1/rankings?top=500",
    "/v1/health",
    "/",
    "/?lang=en",
)


def _answers(client):
    mandate = {"id": "any", "risk_appetite": "high", "accept_unknown": True}
    yield "shortlist", client.post("/v1/shortlists?top=500&explain=true&why_not=unit-0003", json=mandate).text
    for path in PATHS:
        yield path, client.get(path).text


def test_no_private_name_is_in_any_answer(client):
    for path, text in _answers(client):
        for name in PRIVATE:
            assert f'"{name}"' not in text, f"{path} shows {name}"


def test_no_private_value_is_in_any_answer(client, appraisal):
    values = {str(value) for name in PRIVATE for value in appraisal[name].dropna() if len(str(value)) > 5}
    assert len(values) > 100
    for path, text in _answers(client):
        assert not [value for value in values if value in text], path


def test_the_name_of_a_file_stays_inside(client):
    for path, text in _answers(client):
        assert "made_up.xlsx" not in text, path


def test_red_flags_and_gaps_that_rest_on_private_fields_stay_inside(appraisal):
    table = public_table(
        appraisal.assign(red_flags="bank_owned;heavy_debt;court_cases;no_title_deed", missing="bank_owned;isic")
    )
    assert set(table["red_flags"]) == {"no_title_deed"}
    assert set(table["missing"]) == {"isic"}


def test_parts_of_the_score_that_rest_on_private_fields_stay_inside(appraisal):
    table = public_table(appraisal.assign(part_finance=0.123, part_readiness=0.1))
    assert not [column for column in table if column.removeprefix("part_") in PRIVATE_PARTS]


def test_a_score_cannot_be_read_finer_than_its_step(appraisal):
    """Two units whose debts differ by a hundredth of the capital look alike."""
    one = public_table(appraisal.assign(score=0.612))["score"]
    other = public_table(appraisal.assign(score=0.613))["score"]
    assert one.equals(other)


def test_the_list_of_public_fields_decides(appraisal):
    kept = {column for column in public_table(appraisal) if column in {field.value for field in FIELDS}}
    assert kept == set(public_fields())


@pytest.mark.parametrize("source", ["javascript:alert(1)", "file:///etc/passwd", "register.xlsx", "https://"])
def test_only_a_public_address_is_shown_as_source(appraisal, source):
    assert set(public_table(appraisal.assign(source=source))["source"]) == {""}


def test_an_answer_is_plain_json_without_nan(client):
    text = client.get("/v1/units?limit=200").text
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))
