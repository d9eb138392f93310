"""What is private leaves through no address."""

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from engine.diagnosis import diagnose
from engine.domain.unit import FIELDS, public_fields, unit_table
from engine.ranking import triage
from serving.disclosure.fields import PRIVATE_PARTS, in_public_order, public_table

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


def test_what_was_worked_out_from_lists_is_named_for_public_fields_only(appraisal):
    table = public_table(appraisal.assign(derived="machinery_year;bank_debt_rial"))
    assert set(table["derived"]) == {"machinery_year"}


def test_columns_that_no_field_knows_are_no_part_of_what_leaves(appraisal):
    assert "extras" not in appraisal.columns
    assert not {"extras", "debts"} & set(public_table(appraisal.assign(extras="Zone|text|B")).columns)


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


def test_private_fields_do_not_move_the_public_score(appraisal):
    """Whatever a unit owes, its public score is the sum of the parts that a reader sees."""
    table = public_table(appraisal.assign(score=0.612, part_finance=0.3))
    judged = table[table["rank"].notna()]
    seen = [name for name in judged if name.startswith("part_")]
    assert judged["score"].tolist() == judged[seen].sum(axis=1).tolist()
    assert table.loc[table["rank"].isna(), "score"].isna().all()


def test_private_fields_do_not_move_the_public_order(appraisal):
    """Two units alike in public keep their places, whatever the planner's own ranking makes of their debts."""
    turned = appraisal.assign(rank=appraisal["rank"].max() + 1 - appraisal["rank"], part_finance=0.0, score=0.1)
    assert_frame_equal(in_public_order(public_table(appraisal)), in_public_order(public_table(turned)))


@pytest.mark.parametrize(
    ("private", "told"),
    [
        ({"bank_owned": True}, "blocked_by_ownership"),
        ({"litigation_count": 7}, "blocked_by_law"),
        ({"bank_debt_rial": 10**12}, "blocked_by_debt"),
        ({"tax_debt_rial": 10**12}, "blocked_by_debt"),
        ({"bank_debt_rial": 3 * 10**9}, "barriers_workable"),
        ({}, "nothing_blocks"),
    ],
)
def test_a_reason_of_triage_that_only_private_fields_tell_stays_inside(private, told):
    judged = _judged({"capital_needed_rial": 10**10} | private)
    assert judged["triage_reasons"].tolist() == [told]
    assert public_table(judged)["triage_reasons"].tolist() == [""]


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


def test_the_list_of_public_fields_decides(appraisal):
    kept = {column for column in public_table(appraisal) if column in {field.value for field in FIELDS}}
    assert kept == set(public_fields())


@pytest.mark.parametrize("source", ["javascript:alert(1)", "file:///etc/passwd", "register.xlsx", "https://"])
def test_only_a_public_address_is_shown_as_source(appraisal, source):
    assert set(public_table(appraisal.assign(source=source))["source"]) == {""}


def test_an_answer_is_plain_json_without_nan(client):
    text = client.get("/v1/units?limit=200").text
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))


def _judged(fields):
    """One unit as triage sees it; without a status there is no prediction."""
    units = unit_table(pd.DataFrame([{"unit_id": "a", "status": "idle", "origin": "register", **fields}]))
    scorable = units["status"].notna()
    predictions = pd.DataFrame({"scorable": scorable, "feasibility_high": 0.5}, index=units.index)
    judged = units.join(triage(units, diagnose(units, as_of=DAY), predictions, as_of=DAY))
    return judged.assign(rank=1, score=0.5, part_jobs=0.2)
