"""Administration: who may, keys that are shown once, a record that is searched and verified, backups, settings."""

import re

import pytest

from serving.desk.audit import audit
from tests.serving.api.browsing.conftest import browsing, words
from tests.serving.api.parties import at_work, fresh

PAGES = ("", "/keys", "/audit", "/backups", "/settings")
LONG = "ا" * 300


@pytest.fixture(scope="module")
def office(shared, first_day, tmp_path_factory):
    """An administrator's browser at a workspace of their own."""
    found = at_work(fresh(shared, tmp_path_factory.mktemp("office")), first_day)
    with browsing(found, "amir", "admin", investor=None) as browser:
        browser.parties = found  # type: ignore[attr-defined]
        yield browser


def test_an_administrator_begins_here_and_everybody_else_is_refused(office):
    assert office.get("/desk").headers["location"] == "/desk/admin"
    assert office.get("/desk/people").status_code == 200
    key = {"authorization": f"Bearer {office.parties.keys['admin']}"}
    for role in ("planner", "data_scientist", "bank"):
        with browsing(office.parties, f"one-{role}", role, investor="bank" if role == "bank" else None) as other:
            assert {other.get(f"/desk/admin{page}").status_code for page in PAGES} == {403}
    for page in PAGES:
        assert office.get(f"/desk/admin{page}").status_code == 200
        assert office.client.get(f"/desk/admin{page}", headers=key).status_code == 403  # a person, never a key
    assert 'href="/desk/units' not in office.get("/desk/admin/audit").text  # nor a way to what it may not see


def test_a_key_is_shown_once_opens_at_once_and_is_revoked(office):
    office.get("/desk/admin/keys")
    made = office.post("/desk/admin/keys", {"name": "adviser", "role": "investor", "investor": "fund"})
    key = re.search(r"ehya_\w[\w-]+", made.text)[0]
    bearer = {"authorization": f"Bearer {key}"}
    assert office.client.get("/v1/mandates", headers=bearer).status_code == 200
    page = office.get("/desk/admin/keys")
    assert key not in page.text
    line = next(one for one in page.text.split("<tr>") if "adviser" in one)
    revoked = office.post("/desk/admin/keys/revoke", {"key": re.search(r'name="key" value="(\w+)"', line)[1]})
    assert "opens nothing any more" in words(office.follow(revoked))
    assert office.client.get("/v1/mandates", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"name": LONG, "role": "planner"}, "300 characters were given"),
        ({"name": "x", "role": "king"}, "king"),
        ({"name": "x", "role": "investor"}, "x"),
        ({"name": "x", "role": "planner", "until": "yesterday"}, "yesterday"),
        ({"name": "", "role": "planner"}, ""),
    ],
)
def test_a_key_that_cannot_be_is_refused_and_the_form_stays_filled(office, typed, kept):
    office.get("/desk/admin/keys")
    refused = office.post("/desk/admin/keys", typed)
    assert refused.status_code == 422
    assert kept in refused.text
    assert 'role="alert"' in refused.text


def test_the_record_is_searched_by_words_act_and_day_and_verified(office):
    office.get("/desk/admin/audit")
    assert "rival" in words(office.get("/desk/admin/audit?act=key_added"))
    found = office.get("/desk/admin/audit?q=RIVAL")
    assert found.text.count("<tr>") == 2  # the heading, and the key of that name
    assert "No such line" in words(office.get("/desk/admin/audit?since=2031-01-01"))
    assert office.get("/desk/admin/audit?since=soon").status_code == 422
    sound = words(office.post("/desk/admin/audit/verify"))
    head = str(audit(office.parties.settings, newest=1)["hash"].iloc[0])
    assert head in sound
    assert "The record is whole" in words(office.post("/desk/admin/audit/verify", {"head": head}))
    assert "No line has the hash" in words(office.post("/desk/admin/audit/verify", {"head": "f" * 64}))


def test_a_backup_is_made_listed_and_looked_over_and_a_damaged_one_is_named(office):
    office.get("/desk/admin/backups")
    page = office.follow(office.post("/desk/admin/backups"))
    name = re.search(r'name="name" value="(ehya-[\d-]+\.zip)"', page.text)[1]
    assert "is whole" in words(office.post("/desk/admin/backups/check", {"name": name}))
    file = office.parties.settings.home / "backups" / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    damaged = office.post("/desk/admin/backups/check", {"name": name})
    assert damaged.status_code == 422
    assert "is whole" not in words(damaged)
    for outside in ("../ehya.db", "none.zip", LONG):
        assert office.post("/desk/admin/backups/check", {"name": outside}).status_code == 422
    assert "backup made" in words(office.get("/desk/admin/audit"))


def test_settings_say_where_each_was_set_and_assumptions_are_found_by_words(office):
    page = words(office.get("/desk/admin/settings?q=durable"))
    for said in ("Days within which requests are answered", "7 days", "assumed", "durable_revival", "default"):
        assert said in page
    assert "No such assumption" in words(office.get("/desk/admin/settings?q=unicorn"))


def test_everything_is_looked_over_and_said_in_words(office):
    office.get("/desk/admin")
    page = words(office.post("/desk/admin/examine"))
    assert "packages" in page.lower()


def test_a_name_that_is_too_long_is_refused_in_the_same_words_in_every_room(office):
    said = []
    office.get("/desk/admin/keys")
    said.append(words(office.post("/desk/admin/keys", {"name": "n" * 350, "role": "planner"})))
    office.get("/desk/people")
    person = {"account": "n" * 350, "role": "planner", "password": "quiet river plum stone"}
    said.append(words(office.post("/desk/people", person)))
    with browsing(office.parties, "planner-of-names", investor=None) as planner:
        planner.get("/desk/events/INVA")
        said.append(words(planner.post("/desk/events/INVA/invite", {"investor": "n" * 350, "days": "7"})))
    with browsing(office.parties, "investor-of-names", "investor", investor="fund") as investor:
        investor.get("/desk/door/keys")
        said.append(words(investor.post("/desk/door/keys", {"name": "n" * 350})))
    told = "{}: 350 characters were given, {} characters are allowed; shorten it. Nothing of it was kept."
    for page, (label, allowed) in zip(
        said, (("Name", 283), ("Name of the account", 80), ("Investor", 200), ("What it is for", 80)), strict=True
    ):
        assert told.format(label, allowed) in page, page[:1500]
