"""The form of a mandate says all that a mandate can say, and gives back what it was shown."""

import json
from pathlib import Path

import pytest

from engine.domain.mandate import Mandate
from engine.domain.ticket import FOREIGN_KEYS, RATE_KEYS, TICKET_KEYS
from serving.i18n import speech
from serving.pages.door.wishes import BOXES, NO_BOX, SEVERAL, carried_on, wishes_boxes, wishes_stated

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "mandate.schema.json").read_text())
FULL = {
    "id": "full", "name": "Fund", "price_year": 1404, "ticket_billion_rial": [5, 20, 60],
    "sectors": {"must": ["10"], "must_not": ["1030"], "like": ["1040"], "avoid": ["1050"]},
    "places": {"must": ["West Azerbaijan"], "avoid": ["West Azerbaijan/Khoy"], "max_km_to_border": 120,
               "border_gates": ["Bazargan"]},
    "deal_forms": {"wanted": ["lease"], "like": ["lease"], "avoid": ["toll"]},
    "statuses": ["idle"], "risk_appetite": "high", "max_failure_probability": 0.7, "offer_fix_first": True,
    "min_confidence": "declared", "jobs_goal": 30, "min_jobs": 5, "min_power_kw": 100, "min_land_m2": 500,
    "max_idle_months": 60, "accept_unknown": True, "partner_kinds": ["operator"], "capital_forms": ["cash"],
    "min_share": 0.3, "control": True, "stages": ["settled"], "horizon_years": 8, "max_payback_years": 6,
    "hurdle_rate": 0.25, "currency": "rial", "no_legacy_debts": True, "no_disputes": False, "clear_title": True,
    "min_gas_m3_per_hour": 10, "min_water_l_per_s": 0.5, "min_export_share": 0.1, "export_goal": 0.4,
    "machinery_age_goal": 12,
    "min_jobs_per_billion": 0.01, "impact_goals": ["unemployment"], "meetings_per_event": 4, "languages": ["fa", "tr"],
    "weights": {"jobs": 2, "feasibility": 1}, "limit": 20, "price_rate": 0.3, "allow_proxy": True,
}  # fmt: skip


def test_every_key_of_a_mandate_has_a_box_or_a_reason_why_it_has_none():
    as_ticket = {*TICKET_KEYS, *FOREIGN_KEYS, *RATE_KEYS.values()}  # one ticket in rial, in three boxes
    parts = {"max_failure_probability": "max_failure", "weights": "weight_jobs", "sectors": "sectors_must"}
    parts |= {"places": "places_must", "deal_forms": "deal_wanted"}
    boxes = {*BOXES, *SEVERAL}
    missing = [
        key for key in SCHEMA["properties"]
        if key not in as_ticket and key not in NO_BOX and parts.get(key, key) not in boxes
    ]  # fmt: skip
    assert not missing
    assert all(NO_BOX.values())
    for wish in ("sectors", "places", "deal_forms"):
        reference = SCHEMA["properties"][wish].get("$ref") or SCHEMA["properties"][wish]["allOf"][0]["$ref"]
        keys = SCHEMA["$defs"][reference.rpartition("/")[2]]["properties"]
        named = {f"deal_{key}" if wish == "deal_forms" else f"{wish}_{key}" for key in keys}
        assert {one for one in named if one not in boxes and one.partition("_")[2] not in boxes} == set()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_mandate_that_says_everything_comes_back_from_its_form_as_it_was(language):
    words = speech(language)
    boxes = wishes_boxes(FULL, words)
    typed = {name: boxes[name] if isinstance(boxes[name], str) else ("1" if boxes[name] else "") for name in BOXES}
    several = {name: list(boxes[name]) for name in SEVERAL}
    again = Mandate.read(wishes_stated(typed, several, carried_on(FULL)))
    assert again.model_dump() == Mandate.read(FULL).model_dump()
