"""What is private leaves through no address."""

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from engine.appraisal import appraise
from engine.domain.unit import FIELDS, public_fields, unit_table
from serving.disclosure.fields import public_table
from serving.disclosure.masking import Audience, visible

DAY = pd.Timestamp("2026-11-23")
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


def test_debts_by_creditor_stay_inside_and_machines_leave_as_objects(client):
    for path, text in _answers(client):
        assert "بانک محرمانه" not in text, path
    fields = client.get("/v1/units/unit-0003").json()["unit"]["fields"]
    assert fields["equipment"] == [
        {"count": 2, "name": "پرس", "year": 2009, "condition": "sound"},
        {"count": 1, "name": "اره"},
    ]


def test_what_was_worked_out_from_lists_is_named_for_public_fields_only(public_appraisal):
    table = public_table(public_appraisal.assign(derived="machinery_year;bank_debt_rial"))
    assert set(table["derived"]) == {"machinery_year"}


def test_columns_that_no_field_knows_are_no_part_of_what_leaves(public_appraisal):
    assert "extras" not in public_appraisal.columns
    assert not {"extras", "debts"} & set(public_table(public_appraisal.assign(extras="Zone|text|B")).columns)


def test_the_name_of_a_file_stays_inside(client):
    for path, text in _answers(client):
        assert "made_up.xlsx" not in text, path


def test_an_appraisal_that_was_made_with_private_fields_is_refused(appraisal):
    with pytest.raises(ValueError, match="not made for the public"):
        public_table(appraisal)


def test_gaps_in_private_fields_are_not_named(public_appraisal):
    assert set(public_table(public_appraisal.assign(missing="bank_owned;isic"))["missing"]) == {"isic"}


@pytest.mark.parametrize(
    "private",
    [
        {"bank_owned": True},
        {"litigation_count": 7},
        {"bank_debt_rial": 10**12},
        {"tax_debt_rial": 10**12},
        {"debts": "bank|Bank|123456789;other||5000"},
        {"notes": "x"},
    ],
)
def test_no_private_field_moves_what_the_public_sees_of_a_unit(private):
    alike = {"capital_needed_rial": 10**10, "isic": "10", "county": "Urmia", "stopped_on": "2020-01-01"}
    without, with_it = _judged(alike), _judged(alike | private)
    assert_frame_equal(public_table(without), public_table(with_it))


@pytest.mark.parametrize(
    ("public", "told"),
    [
        ({"stop_causes": "seized_by_bank"}, "blocked_by_ownership"),
        ({"stop_causes": "shareholder_dispute"}, "blocked_by_ownership"),
        ({"power_kw": 0}, "blocked_by_utilities"),
        ({"stop_causes": "bank_debt"}, "barriers_workable"),
        ({"status": None}, "no_prediction"),
    ],
)
def test_a_reason_of_triage_that_public_fields_tell_is_shown(public, told):
    assert public_table(_judged(public))["triage_reasons"].tolist() == [told]


def test_the_list_of_public_fields_decides(public_appraisal):
    kept = {column for column in public_table(public_appraisal) if column in {field.value for field in FIELDS}}
    assert kept == set(public_fields())


@pytest.mark.parametrize("source", ["javascript:alert(1)", "file:///etc/passwd", "register.xlsx", "https://"])
def test_only_a_public_address_is_shown_as_source(public_appraisal, source):
    assert set(public_table(public_appraisal.assign(source=source))["source"]) == {""}


def test_an_answer_is_plain_json_without_nan(client):
    text = client.get("/v1/units?limit=200").text
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))


def _judged(fields):
    """One unit as the public sees it; without a status there is no prediction."""
    units = unit_table(pd.DataFrame([{"unit_id": "a", "status": "idle", "origin": "register", **fields}]))
    scorable = units["status"].notna()
    ends = {"feasibility_low": 0.1, "feasibility_point": 0.3, "feasibility_high": 0.5}
    predictions = pd.DataFrame({"scorable": scorable, "not_scorable": "", **ends}, index=units.index)
    return appraise(visible(units, Audience.PUBLIC), predictions, as_of=DAY)


def test_since_when_the_office_looked_at_a_unit_is_its_own_affair(province):
    looked = province.assign(first_look_on=pd.Timestamp("2024-01-01"))
    assert "first_look_on" in visible(looked, Audience.OFFICE)
    assert "first_look_on" not in visible(looked, Audience.PUBLIC)
