"""Accounts are opened and closed by who looks after them, and by nobody else."""

import re

from serving.desk.people import add_person
from serving.desk.sessions import begin
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD, browsing, words
from tests.serving.api.parties import BY, NOON


def test_an_account_is_opened_disabled_and_its_sessions_ended(writing):
    writing.get("/desk/people")
    refused = writing.post("/desk/people", {"account": "ali", "role": "planner", "password": "short"})
    assert refused.status_code == 422
    assert 'value="ali"' in refused.text
    page = writing.follow(writing.post("/desk/people", {"account": "ali", "role": "planner", "password": PASSWORD}))
    assert "ali" in words(page)
    assert PASSWORD not in page.text
    settings = writing.parties.settings
    person = add_person(settings, name="omid", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    begun = begin(settings, person, now=NOON)
    listed = writing.get("/desk/people").text
    session = re.search(r"omid.*?name=\"session\" value=\"([^\"]+)\"", listed[listed.index("Open sessions") :], re.S)[1]
    assert begun.token not in listed
    assert "omid" in words(writing.follow(writing.post("/desk/people/end-session", {"session": session})))
    writing.client.cookies.set("ehya_session", begun.token, path="/elsewhere")
    assert writing.post("/desk/people/disable", {"account": "ali"}).status_code == 303
    assert "account disabled" in words(writing.get("/desk/people"))


def test_a_planner_who_looks_after_nobody_meets_no_accounts(desk_parties):
    with browsing(desk_parties, "plain", investor=None) as found:
        assert found.get("/desk/people").status_code == 403
        assert "Accounts" not in words(found.get("/desk/style"))
