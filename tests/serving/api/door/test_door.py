"""The door with what people really send: ended sessions, links of others, wishes that nothing fulfils, long names."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

import icalendar
import pytest

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from engine.store import Register
from serving.desk.invitations import invite
from serving.desk.kept_meetings import keep_plan
from serving.desk.meetings import plan_among
from tests.serving.api.browsing.conftest import PASSWORD, Browser, browsing, words
from tests.serving.api.parties import BY, DAY_OF_MEETINGS, at_work, fresh

WISHES = {"id": "food", "carried": "{}", "risk_appetite": "high", "accept_unknown": "1"}
LONG = ("ن" * 300, "N" * 300)


@pytest.fixture(scope="module")
def door(shared, first_day, tmp_path_factory) -> Iterator[Browser]:
    """An investor at its door; tests add to its workspace and mind nothing that others add."""
    found = at_work(fresh(shared, tmp_path_factory.mktemp("door")), first_day)
    with browsing(found, "neda", "investor", investor="fund") as browser:
        browser.parties = found  # type: ignore[attr-defined]
        yield browser


def made_list(door, name):
    door.get("/desk/door/mandates/new")
    answer = door.post("/desk/door/mandates/new", {**WISHES, "id": name, "then": "list"})
    return door.follow(answer)


def test_an_investor_who_signs_in_arrives_at_its_door_and_not_at_the_planners(door):
    assert door.get("/desk").headers["location"] == "/desk/door"
    assert door.get("/desk/units").status_code == 403
    assert "Welcome, fund" in words(door.get("/desk/door"))


def test_a_list_says_reasons_flags_unknowns_and_why_another_unit_is_not_there(door):
    page = made_list(door, "reasons")
    assert "Revival is likelier" in words(page)
    units = re.findall(r'form="compare" value="(\w+)"', page.text)
    assert len(units) == 10
    compared = door.get(f"/desk/door/compare?unit={units[0]}&unit={units[1]}")
    assert compared.status_code == 200
    asked = door.get(f"{page.url.path}?unit={units[3]}")
    assert "place 4 of" in words(asked)
    assert door.get(f"{page.url.path}?unit=nobody").status_code == 422


def test_what_is_declined_with_a_reason_is_said_and_what_is_asked_has_a_clock(door):
    page = made_list(door, "talking")
    unit, address = re.search(r'form="compare" value="(\w+)"', page.text)[1], page.url.path
    said = door.post(f"{address}/say", {"unit": unit, "kind": "declined", "reason": "place", "next": address})
    assert "the place does not suit" in words(door.follow(said))
    listed = address.rpartition("/")[2]
    asked = door.post(f"/desk/door/offers/{unit}/ask", {"kind": "visit", "text": "May we see it?", "list": listed})
    assert "7 days left" in words(door.follow(asked))
    refused = door.post(f"/desk/door/offers/{unit}/ask", {"kind": "visit", "text": "x" * 2001, "list": listed})
    assert refused.status_code == 422
    assert "x" * 2001 in refused.text  # nothing that was typed is lost
    waiting = door.get("/desk/door/requests")
    number = re.search(r"/desk/door/requests/([\w-]+)/withdraw", waiting.text)[1]
    assert "withdrawn" in words(door.follow(door.post(f"/desk/door/requests/{number}/withdraw")))


def test_who_declines_one_unit_and_would_hear_more_of_another_is_answered_on_every_page(door):
    page = made_list(door, "both")
    (first, second), address = re.findall(r'form="compare" value="(\w+)"', page.text)[:2], page.url.path
    door.post(f"{address}/say", {"unit": second, "kind": "declined", "reason": "place", "next": address})
    said = door.post(f"{address}/say", {"unit": first, "kind": "interested", "next": address})
    assert door.follow(said).status_code == 200
    assert door.get(address).status_code == 200
    assert door.get(f"/desk/door/offers/{first}").status_code == 200
    assert made_list(door, "after both").status_code == 200


def test_wishes_that_nothing_fulfils_say_which_costs_most_without_a_script(door):
    door.get("/desk/door/mandates/new")
    looked = door.post("/desk/door/mandates/new", {**WISHES, "min_jobs": "1,000,000", "then": "look"})
    assert looked.status_code == 200
    said = words(looked)
    assert "0 of 60 units fit" in said
    assert "The wish that costs most: It is expected to bring fewer jobs than your minimum" in said
    empty = door.follow(door.post("/desk/door/mandates/new", {**WISHES, "min_jobs": "1000000", "then": "list"}))
    assert "No unit meets all hard limits" in words(empty) or "Change the criteria" in words(empty)


@pytest.mark.parametrize(
    ("box", "text", "label"),
    [
        ("min_jobs", "many", "Expected jobs at least"),
        ("places_must", "Atlantis", "Atlantis"),
        ("ticket_low", "20", "Year of the prices"),
        ("id", "a/b", "What you call them"),
    ],
)
def test_a_value_that_is_none_is_named_by_its_box_and_what_was_typed_stays(door, box, text, label):
    door.get("/desk/door/mandates/new")
    answer = door.post("/desk/door/mandates/new", {**WISHES, "id": "typed", box: text})
    assert answer.status_code == 422
    assert label in words(answer)
    assert f'value="{text}"' in answer.text


@pytest.mark.parametrize("name", LONG)
def test_names_of_three_hundred_letters_are_refused_in_words_or_shown_whole(door, name):
    door.get("/desk/door/mandates/new")
    answer = door.post("/desk/door/mandates/new", {**WISHES, "id": name})
    assert answer.status_code == 422
    assert name in answer.text
    fits = door.post("/desk/door/mandates/new", {**WISHES, "id": name[:200]})
    assert name[:200] in door.follow(fits).text
    assert door.get("/desk/door").status_code == 200
    door.get("/desk/door/keys")
    assert name[:80] in door.post("/desk/door/keys", {"name": name}).text


def test_of_two_who_change_one_mandate_the_second_keeps_what_was_typed(door):
    made_list(door, "met")
    page = door.get("/desk/door/mandates/met")
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    change = {**WISHES, "id": "met", "version": version}
    assert door.post("/desk/door/mandates/met", {**change, "min_jobs": "3"}).status_code == 303
    met = door.post("/desk/door/mandates/met", {**change, "min_jobs": "4"})
    assert met.status_code == 409
    assert 'name="min_jobs" type="text" value="4"' in met.text
    again = re.search(r'name="version" value="(\d+)"', met.text)[1]
    assert door.post("/desk/door/mandates/met", {**change, "version": again, "min_jobs": "4"}).status_code == 303


def test_what_is_withdrawn_comes_back_by_undo(door):
    made_list(door, "undone")
    gone = door.follow(door.post("/desk/door/mandates/undone/withdraw", {"version": "1"}))
    assert 'action="/desk/door/undo/mandate"' in gone.text
    which = re.search(r'name="which" value="([^"]+)"', gone.text)[1]
    back = door.post("/desk/door/undo/mandate", {"which": which, "next": "/desk/door/mandates"})
    assert "undone" in words(door.follow(back))


def test_what_was_typed_when_a_session_ended_is_kept_and_sent_after_signing_in(door):
    page = door.get("/desk/door/mandates/new")
    token = door.client.cookies.pop("ehya_session")
    try:
        ended = door.post("/desk/door/mandates/new", {**WISHES, "id": "half a wish", "min_jobs": "7"})
        assert ended.status_code == 401
        kept = dict(re.findall(r'name="(kept_\w+)" value="([^"]*)"', ended.text))
        assert (kept["kept_id"], kept["kept_min_jobs"]) == ("half a wish", "7")
        signed = {"name": "neda", "password": PASSWORD, "next": "/desk/door/mandates/new", **kept}
        resumed = door.client.post("/desk/sign-in", data=signed)
        assert resumed.status_code == 200
        assert "half a wish" in resumed.text
    finally:
        door.client.cookies.set("ehya_session", token)
    assert page.status_code == 200


def test_lists_requests_and_keys_of_another_are_not_found(door):
    page = made_list(door, "mine")
    with browsing(door.parties, "omid", "investor", investor="rival") as rival:
        assert rival.get(page.url.path).status_code == 404
        rival.get("/desk/door/keys")
        with Register.open(door.parties.settings.database_url) as register:
            key = next(one.key_id for one in register.keys() if one.investor == "fund")  # noqa: SIM118
        answer = rival.post("/desk/door/keys/revoke", {"key": key})
        assert (answer.status_code, answer.headers["x-ehya-problem"]) == (422, "key_unknown")
        assert "fund" not in words(answer)
        assert rival.get("/desk/door/mandates/mine").status_code == 404


def test_a_link_that_is_over_shows_a_clear_page_that_tells_nothing(door):
    settings = door.parties.settings
    over = invite(settings, "secret fund", "SECRET EVENT", days=1, made_at=BY["made_at"] - timedelta(days=2), actor="x")
    pages = [door.get(f"/desk/invited/{token}") for token in (over.token, "never-was", "x" * 3000)]
    assert {page.status_code for page in pages} == {404}
    assert not any("secret" in page.text.casefold() for page in pages)
    assert len({re.sub(r"/desk/invited/[\w-]+", "", page.text) for page in pages}) == 1


def test_a_calendar_keeps_the_hour_of_the_place_across_a_clock_change(door):
    day = MeetingDay.read(DAY_OF_MEETINGS | {"event": "BERLIN", "date": "2026-10-25", "zone": "Europe/Berlin"})
    wishes = [Mandate(id="fund", risk_appetite="high", accept_unknown=True)]
    with Register.open(door.parties.settings.database_url) as register:
        keep_plan(register, plan_among(door.parties.stock, day, wishes), over=None, **BY)
    assert "09:00 to 09:20" in words(door.get("/desk/door/meetings/BERLIN"))
    read = icalendar.Calendar.from_ical(door.get("/desk/door/meetings/BERLIN.ics").content)
    begins = sorted(one["dtstart"].dt for one in read.walk("VEVENT"))
    assert begins[0].astimezone(UTC).hour == 8  # that night the clocks went back: 09:00 is one hour from UTC
    assert begins[0].hour == 9


def test_everything_that_is_wrong_with_a_form_is_said_at_once(door):
    door.get("/desk/door/mandates/new")
    wrong = {**WISHES, "id": "N" * 300, "ticket_low": "some", "jobs_goal": "many", "places_must": "Atlantis"}
    page = door.post("/desk/door/mandates/new", {**wrong, "then": "save"})
    said = re.search(r'role="alert".*?</div></div>', page.text, re.DOTALL)[0]
    assert page.status_code == 422
    assert said.count("<b>") >= 4, said
    assert "300 characters were given, 200 characters are allowed" in said
    assert "Atlantis" in said


def test_criteria_that_nothing_fulfils_name_their_limit_and_the_nearest_loosening_in_every_list(door):
    page = made_list_of(door, "nothing", sectors_must="33")
    overview = door.get("/desk/door/mandates")
    for seen in (page, overview):
        assert "Its sector is not among those you asked for" in words(seen)
        assert re.search(r"lets in \d+", words(seen)), words(seen)


def made_list_of(door, name, **more):
    door.get("/desk/door/mandates/new")
    return door.follow(door.post("/desk/door/mandates/new", {**WISHES, "id": name, **more, "then": "list"}))


def test_who_joins_an_investor_by_a_second_link_hears_that_others_act_for_it(shared, first_day, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    with browsing(found, signed_in=False) as stranger:
        for place, name in enumerate(("first", "second")):
            link = invite(found.settings, "new fund", "INVA", days=5, made_at=BY["made_at"], actor="x").token
            page = stranger.get(f"/desk/invited/{link}")
            assert ("1 person acts for new fund already" in words(page)) == bool(place)
            taken = stranger.post(f"/desk/invited/{link}", {"name": name, "password": PASSWORD})
            home = stranger.follow(taken)
            assert ("2 people act for new fund and share what is saved here" in words(home)) == bool(place)
            stranger.client.cookies.delete("ehya_session")


def test_a_name_and_a_password_that_cannot_be_are_both_named(shared, first_day, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    with browsing(found, signed_in=False) as stranger:
        link = invite(found.settings, "new fund", "INVA", days=5, made_at=BY["made_at"], actor="x").token
        stranger.get(f"/desk/invited/{link}")
        page = stranger.post(f"/desk/invited/{link}", {"name": "n" * 90, "password": "short"})
    assert page.status_code == 422
    assert "90 characters were given, 80 characters are allowed" in words(page)
    assert "This password is not taken" in words(page)
