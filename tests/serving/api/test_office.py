"""The office asks over HTTP what it asks at the terminal, and gets the same; nobody else gets it."""

import io

import openpyxl
import pytest

from engine.store import Register
from serving.desk.economics import Choices, unit_economics
from serving.desk.plan import PlanRequest, unit_plan
from serving.desk.question import Question
from serving.desk.ranking import RankingRequest, ranking
from tests.serving.api.parties import DAY, at_work, fresh

QUESTION = Question(as_of=DAY)
ADDRESSES = (
    "/v1/office/rankings",
    "/v1/office/economics",
    "/v1/office/units/nobody/economics",
    "/v1/office/units/nobody/plan",
    "/v1/office/reports/period?start=2026-01-01&end=2026-03-01",
    "/v1/office/reports/period.xlsx?start=2026-01-01&end=2026-03-01",
    "/v1/office/reports/ranking.xlsx",
    "/v1/models",
    "/v1/models/none",
)


@pytest.fixture(scope="module")
def settings(shared, first_day, tmp_path_factory):
    """The shared workspace with its model at work."""
    return at_work(fresh(shared, tmp_path_factory.mktemp("office")), first_day)


@pytest.fixture(scope="module")
def office(settings, ask):
    app = settings.app()

    def asked(path, key="planner", **more):
        return ask(app, path, settings.keys[key], **more)

    return asked


def test_the_offices_ranking_is_that_of_the_terminal_with_private_fields(office, settings):
    answer = office("/v1/office/rankings?top=500").json()
    found = ranking(settings.settings, RankingRequest(QUESTION, {}))
    assert [unit["unit_id"] for unit in answer["units"]] == list(found.listed.index[found.listed["rank"].notna()])
    assert answer["units"][0]["bank_debt_rial"] > 7e11
    assert answer["meta"]["as_of"] == "2026-03-21"


def test_weights_and_personas_order_the_offices_ranking_too(office, settings):
    told = office("/v1/office/rankings?top=60&persona=bank&weights=jobs=1").json()
    usual = office("/v1/office/rankings?top=60").json()
    assert [unit["unit_id"] for unit in told["units"]] != [unit["unit_id"] for unit in usual["units"]]
    assert told["asked"]["persona"] == "bank"
    assert told["weighing"]["jobs"]["weight"] == 1
    assert office("/v1/office/rankings?weights=beauty=1").json()["code"] == "unknown_option"


def test_a_units_worth_is_that_of_the_terminal(office, settings):
    unit = office("/v1/office/rankings?top=1").json()["units"][0]["unit_id"]
    said = office(f"/v1/office/units/{unit}/economics?draws=200&assume=loan_rate=0.3").json()["economics"]
    found = unit_economics(settings.settings, QUESTION, unit, Choices({"loan_rate": 0.3}, draws=200))
    assert said["assumptions"]["loan_rate"]["value"] == 0.3
    assert said["figures"]["npv"]["value"] == pytest.approx(found.account.figures["npv"].value)
    worth = office("/v1/office/economics?top=3&assume=loan_rate=0.3").json()
    assert worth["assumptions"]["loan_rate"] == 0.3
    assert worth["units"][0]["unit_id"] == unit
    assert {"economics_gaps", "rank"} <= set(worth["units"][0])


@pytest.mark.parametrize("assume", ["loan_rate", "beauty=1", "loan_rate=a"])
def test_an_assumption_that_is_none_is_refused_with_what_is_allowed(office, assume):
    answer = office(f"/v1/office/economics?assume={assume}")
    assert answer.status_code == 422
    assert answer.json()["code"] in ("value_unreadable", "unknown_option")


def test_a_plan_is_that_of_the_terminal(office, settings):
    unit = office("/v1/office/rankings?top=1").json()["units"][0]["unit_id"]
    said = office(f"/v1/office/units/{unit}/plan").json()["plan"]
    found = unit_plan(settings.settings, QUESTION, unit, PlanRequest())
    assert said["unit_id"] == unit
    assert said["status"] == found.plans.table.loc[unit, "status"]
    assert len(said["steps"]) == len(found.plans.steps)
    assert office("/v1/office/units/nobody/plan").json()["code"] == "unknown_unit"


def test_models_are_listed_and_each_has_its_card(office, first_day):
    listed = office("/v1/models").json()["models"]
    assert [(one["version"], one["at_work"]) for one in listed] == [(first_day.version, True)]
    card = office(f"/v1/models/{first_day.version}").json()["card"]
    assert card["version"] == first_day.version
    missing = office("/v1/models/never")
    assert (missing.status_code, missing.json()["code"]) == (404, "never_promoted")


def test_files_come_as_workbooks_in_the_language_asked_for(office):
    ranked = office("/v1/office/reports/ranking.xlsx?top=5&lang=fa")
    assert ranked.headers["content-disposition"] == 'attachment; filename="ranking.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(ranked.content)).sheetnames[0] != "Sheet"
    period = "start=2026-01-01&end=2026-03-01"
    report = office(f"/v1/office/reports/period.xlsx?{period}")
    assert openpyxl.load_workbook(io.BytesIO(report.content)).sheetnames
    assert office(f"/v1/office/reports/period?{period}").json()["report"]["events"] == 0
    backwards = office("/v1/office/reports/period?start=2026-03-01&end=2026-01-01")
    assert backwards.json()["code"] == "value_unreadable"


@pytest.mark.parametrize("role", ["investor", "rival", "bank", "service", "admin"])
@pytest.mark.parametrize("path", ADDRESSES)
def test_nobody_else_asks_the_office(office, role, path):
    assert office(path, key=role).json()["code"] == "role_refused"


def test_units_stand_side_by_side_as_the_public_sees_them(office, settings):
    one, two = settings.stock.units.index[:2]
    answer = office(f"/v1/comparison?unit={two}&unit={one}", key="investor").json()
    assert [unit["unit_id"] for unit in answer["units"]] == [two, one]
    fields = [unit["fields"] for unit in answer["units"]]
    assert all(fields[0].get(name) != fields[1].get(name) for name in answer["differing"])
    assert "bank_debt_rial" not in str(answer)
    alone = office(f"/v1/comparison?unit={one}", key="investor")
    assert (alone.status_code, alone.json()["allowed"]) == (422, "length >= 2")
    twice = office(f"/v1/comparison?unit={one}&unit={one}", key="investor").json()
    assert (twice["code"], twice["allowed"]) == (alone.json()["code"], "length >= 2")
    assert office(f"/v1/comparison?unit={one}&unit=nobody", key="investor").json()["code"] == "unknown_unit"


def test_an_event_is_corrected_and_withdrawn_and_the_log_and_the_audit_keep_all(office, settings):
    event = {"unit": settings.agreed[0], "kind": "visited", "happened_on": "2026-01-10"}
    number = office("/v1/outcomes", method="POST", json=event).json()["number"]
    better = office(f"/v1/outcomes/{number}", method="PUT", json=event | {"happened_on": "2026-01-11"}).json()
    assert better["happened_on"] == "2026-01-11"
    again = office(f"/v1/outcomes/{number}", method="DELETE")
    assert (again.status_code, again.json()["code"]) == (409, "event_not_standing")
    gone = office(f"/v1/outcomes/{better['number']}?reason=dream", method="DELETE")
    assert gone.json() == {"number": better["number"], "withdrawn": True}
    assert office("/v1/outcomes").json()["outcomes"] == []
    assert office("/v1/outcomes/99999", method="DELETE").status_code == 404
    with Register.open(settings.settings.database_url) as register:
        lines = register.audit().head(3)
        assert lines["act"].tolist() == ["outcome_withdrawn", "outcome_corrected", "outcome_recorded"]
        assert lines["subject"].tolist() == [event["unit"]] * 3
