"""API1:2023 Broken Object Level Authorization: what is another's is not found, like what does not exist."""

import pytest

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from engine.store import Register
from serving.desk.kept_meetings import keep_plan
from serving.desk.meetings import plan_among
from tests.serving.api.parties import BY, DAY_OF_MEETINGS, with_meetings
from tests.serving.owasp.conftest import MANDATE

RIVAL = [Mandate(id="rival", risk_appetite="high", accept_unknown=True)]
OTHERS = ("rival", "bank", "service")
OBJECTS = (
    ("GET", "/v1/mandates/owned"),
    ("POST", "/v1/mandates/owned/shortlists"),
    ("GET", "/v1/shortlists/{list}"),
    ("GET", "/v1/shortlists/{list}/changes"),
    ("POST", "/v1/shortlists/{list}/reactions"),
)
ASKED = (("GET", "/v1/requests/{request}"), ("POST", "/v1/requests/{request}/withdraw"))
"""What only roles that ask meet."""


@pytest.mark.parametrize("party", OTHERS)
@pytest.mark.parametrize(("method", "path"), OBJECTS)
def test_another_party_finds_nothing_and_reads_what_it_would_of_nothing(call, owned, method, path, party):
    body = {"json": {"unit_id": owned["unit"], "kind": "interested"}} if path.endswith("reactions") else {}
    there = call(method, path.format(**owned), party, **body)
    absent = call(method, path.replace("owned", "absent").replace("{list}", "absent"), party, **body)
    assert there.status_code == absent.status_code == 404
    assert there.json()["code"] == absent.json()["code"]
    assert set(there.json()) == set(absent.json())


@pytest.mark.parametrize("party", ["rival", "bank"])
@pytest.mark.parametrize(("method", "path"), ASKED)
def test_another_party_finds_no_request(call, owned, method, path, party):
    there = call(method, path.format(**owned), party)
    absent = call(method, path.replace("{request}", "absent"), party)
    assert there.status_code == absent.status_code == 404
    assert there.text.replace(owned["request"], "absent") == absent.text
    assert call("GET", f"/v1/requests/{owned['request']}", "investor").json()["state"] == "open"


@pytest.mark.parametrize("end", ["mine", "mine.ics"])
def test_the_meetings_of_others_are_not_found_and_read_like_none(own_copy, ask, end):
    with_meetings(own_copy)
    app = own_copy.app()
    absent = ask(app, f"/v1/meetings/NONE/{end}", own_copy.keys["investor"])
    assert ask(app, f"/v1/meetings/INVA/{end}", own_copy.keys["investor"]).status_code == 200
    with Register.open(own_copy.settings.database_url) as register:
        only = plan_among(own_copy.stock, MeetingDay.read(DAY_OF_MEETINGS | {"event": "NOVA"}), RIVAL)
        keep_plan(register, only, over=None, **BY)
    there = ask(app, f"/v1/meetings/NOVA/{end}", own_copy.keys["investor"])
    assert there.status_code == absent.status_code == 404
    assert there.json()["code"] == absent.json()["code"] == "meetings_unknown"
    assert set(there.json()) == set(absent.json())
    listed = ask(app, "/v1/meetings", own_copy.keys["investor"]).json()["meetings"]
    assert [one["event"] for one in listed] == ["INVA"]


def test_another_party_cannot_change_or_withdraw(call, owned):
    for method in ("PUT", "DELETE"):
        body = {"json": MANDATE} if method == "PUT" else {}
        answer = call(method, "/v1/mandates/owned", "rival", headers={"if-match": '"1"'}, **body)
        assert (answer.status_code, answer.json()["code"]) == (404, "mandate_unknown")
    assert call("GET", "/v1/mandates/owned", "investor").json()["version"] == 1


@pytest.mark.parametrize("path", ["/v1/mandates", "/v1/shortlists", "/v1/reactions", "/v1/requests", "/v1/webhooks"])
def test_naming_another_owner_gives_nobody_but_the_office_what_is_the_others(call, owned, path):
    name = path.rpartition("/")[2]
    assert not call("GET", f"{path}?owner=fund", "rival").json()[name]
    if path != "/v1/webhooks":
        assert call("GET", f"{path}?owner=fund", "planner").json()[name]


def test_two_parties_may_use_one_name_and_never_meet(call, owned):
    theirs = call("POST", "/v1/mandates", "rival", json=MANDATE | {"risk_appetite": "low"})
    assert theirs.status_code == 200
    assert call("GET", "/v1/mandates/owned", "investor").json()["mandate"]["risk_appetite"] == "high"
