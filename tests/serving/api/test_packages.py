"""Packages at the caller's level: what nobody signed off is the office's, and agreeing shows more, at once."""

from dataclasses import replace

import pytest

from engine.store import Register
from serving.desk.agreements import accept
from serving.desk.stock import Stock
from tests.serving.api.parties import DAY, NOON


@pytest.fixture
def fund(own_copy, ask):
    with Register.open(own_copy.settings.database_url) as register:
        made = {"event": "INVA", "as_of": DAY, "model_version": "m", "inputs": {}, "made_at": NOON}
        register.packages.add(name="draft", **made, document={"units": [], "secret": 1})
    app = own_copy.app()

    def asked(method, path, key="investor", **more):
        return ask(app, path, own_copy.keys[key], method=method, **more)

    asked.app = app
    return asked


def test_others_see_what_was_signed_off_and_the_office_all(fund, own_copy):
    for key, names in (("rival", ["inva@1"]), ("investor", ["inva@1"]), ("planner", ["draft@1", "inva@1"])):
        assert [one["package"] for one in fund("GET", "/v1/packages", key=key).json()["packages"]] == names
    said = fund("GET", "/v1/packages/inva@1", key="rival").json()
    assert [unit["unit_id"] for unit in said["units"]] == list(own_copy.agreed)
    assert "document" not in said
    assert fund("GET", "/v1/packages/draft@1", key="planner").json()["document"]["secret"] == 1


def test_a_unit_that_is_gone_since_is_named_with_the_reason(own_copy, ask):
    first, second, third = own_copy.agreed
    table = own_copy.stock.appraised.table.drop(index=first)
    table.loc[second, "status"] = "operating"
    table.loc[third, "triage_reasons"] = "withdrawn;low_feasibility"
    today = Stock.of(replace(own_copy.stock.appraised, table=table))
    app = replace(own_copy, stock=today).app()
    for key in ("rival", "planner"):
        said = ask(app, "/v1/packages/inva@1", own_copy.keys[key]).json()
        assert {one["unit_id"]: one["why"] for one in said["gone"]} == {
            first: "not_in_register",
            second: "restarted",
            third: "withdrawn",
        }


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_nobody_signed_off_is_as_if_it_were_not_there(fund, method):
    path = "/v1/packages/{}" if method == "GET" else "/v1/packages/{}/agreement"
    there, absent = (fund(method, path.format(name)) for name in ("draft@1", "drift@1"))
    assert there.status_code == absent.status_code == 404
    assert there.text.replace("draft", "drift") == absent.text


def test_who_agrees_reads_more_once_the_office_confirms_it_and_no_more_after_taking_it_back(fund, own_copy):
    unit = f"/v1/units/{own_copy.agreed[0]}"
    assert "private" not in fund("GET", unit, key="rival").json()
    done = fund("PUT", "/v1/packages/inva@1/agreement", key="rival").json()
    assert (done["agreed"], done["confirmed"]) == (True, False)
    assert "private" not in fund("GET", unit, key="rival").json()
    accept(own_copy.settings, "Rival", "inva@1", made_at=NOON, actor="terminal")
    fund.app.state.gate.ring.refresh()  # as it does every second
    seen = fund("GET", "/v1/packages/inva@1", key="rival").json()
    assert (seen["agreed"], seen["confirmed"]) == (True, True)
    assert fund("GET", unit, key="rival").json()["private"]["level"] == "under_nda"
    assert fund("DELETE", "/v1/packages/inva@1/agreement", key="rival").status_code == 200
    assert "private" not in fund("GET", unit, key="rival").json()
    assert fund("DELETE", "/v1/packages/inva@1/agreement", key="rival").status_code == 404
    with Register.open(own_copy.settings.database_url) as register:
        acts = register.audit()["act"].head(3).tolist()
        assert acts == ["agreement_ended", "agreement_confirmed", "agreed"]
        assert register.audit.verify().sound


def test_where_the_office_leaves_it_to_the_service_an_agreement_holds_at_once(own_copy, ask):
    app, key = own_copy.app(nda_at_once=True), own_copy.keys["rival"]
    assert ask(app, "/v1/packages/inva@1/agreement", key, method="PUT").json()["confirmed"]
    assert ask(app, f"/v1/units/{own_copy.agreed[0]}", key).json()["private"]["level"] == "under_nda"
