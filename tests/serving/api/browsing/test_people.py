"""Accounts are opened and closed by who looks after them, and by nobody else."""

import re

import httpx
import pytest

from serving.api.limits import ServiceLimits
from serving.desk.audit import audit
from serving.desk.people import add_person, people
from serving.desk.sessions import begin, visit
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
        refused = found.get("/desk/people")
        assert refused.status_code == 403
        assert "looked after by who administers them" in words(refused)
        assert "The desk is for planners" not in words(refused)
        assert "Accounts" not in words(found.get("/desk/style"))


NEW = "green lamp window seven"


def change(browser, old, new=NEW, again=None):
    given = {"password": old, "password_new": new, "password_again": new if again is None else again}
    return browser.post("/desk/account/password", given)


def signs_in(browser, name, password):
    """Whether a name and a password open an account, tried from a browser that nobody uses."""
    answer = httpx.post(
        browser.client.base_url.join("/desk/sign-in"),
        data={"name": name, "password": password},
        headers={"origin": str(browser.client.base_url).rstrip("/")},
    )
    return answer.status_code == 303


@pytest.mark.parametrize("role", ["planner", "data_scientist", "admin"])
def test_a_person_changes_the_own_password_and_other_browsers_are_let_in_no_more(desk_parties, role):
    name = f"mina-{role}"
    with browsing(desk_parties, name, role, investor=None) as own:
        settings = desk_parties.settings
        person = next(one for one in people(settings) if one.name == name)
        elsewhere = begin(settings, person, now=NOON)
        page = own.get("/desk/account")
        assert page.status_code == 200
        for refused, why in (
            (change(own, "not my old password"), "This is not the present password"),
            (change(own, PASSWORD, "short"), "12 to"),
            (change(own, PASSWORD, again="another one altogether"), "The two new passwords differ"),
        ):
            assert refused.status_code == 422
            assert why in words(refused)
            assert PASSWORD not in refused.text
        assert visit(settings, elsewhere.token, now=NOON) is not None
        changed = own.follow(change(own, PASSWORD))
        assert "The password is changed" in words(changed)
        assert visit(settings, elsewhere.token, now=NOON) is None
        assert signs_in(own, name, NEW)
        assert not signs_in(own, name, PASSWORD)
        line = audit(settings).query("act == 'password_changed'").iloc[0]
        assert (line["actor"], line["subject"]) == (f"user:{name}", name)
        assert "argon2" not in line["facts"]


def test_guessing_the_old_password_is_held_like_signing_in(desk_parties):
    with browsing(desk_parties, "guessed", investor=None, limits=ServiceLimits(wrong_keys=3)) as own:
        own.get("/desk/account")
        assert [change(own, f"guess number {number}").status_code for number in range(4)] == [422, 422, 422, 429]
        assert change(own, PASSWORD).status_code == 429


def test_a_key_has_no_account_to_change(desk_parties):
    with browsing(desk_parties, signed_in=False) as found:
        key = {"authorization": f"Bearer {desk_parties.keys['planner']}"}
        assert found.client.get("/desk/account", headers=key).headers["location"].startswith("/desk/sign-in")


def test_who_looks_after_accounts_sets_a_new_password_for_who_forgot_it(writing):
    settings = writing.parties.settings
    person = add_person(settings, name="forgot", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    begun = begin(settings, person, now=NOON)
    writing.get("/desk/people")
    refused = writing.post("/desk/people/password", {"account": "forgot", "password": "short"})
    assert refused.status_code == 422
    assert "<details open>" in refused.text
    page = writing.follow(writing.post("/desk/people/password", {"account": "forgot", "password": NEW}))
    assert "The new password is set" in words(page)
    assert visit(settings, begun.token, now=NOON) is None
    assert signs_in(writing, "forgot", NEW)
    assert not signs_in(writing, "forgot", PASSWORD)
    own = writing.post("/desk/people/password", {"account": "sara", "password": NEW})
    assert own.headers["location"] == "/desk/account"
    assert not signs_in(writing, "sara", NEW)
    assert writing.post("/desk/people/password", {"account": "nobody", "password": NEW}).status_code == 422


def test_the_audit_names_units_with_their_pages_and_fields_in_words(writing):
    address = re.search(r'href="(/desk/units/\w+)"', writing.get("/desk/units").text)[1]
    writing.get(f"{address}/edit")
    assert writing.post(f"{address}/edit", {"jobs_now": "4321"}).status_code == 303
    page = writing.get("/desk/people")
    newest = page.text[page.text.index('id="audit"') :]
    line = next(one for one in newest.split("<tr>") if "unit edited" in one)
    assert f'href="{address}"' in line
    assert "Jobs now" in words(line)
    assert "jobs_now" not in newest
    assert "session:" not in newest
