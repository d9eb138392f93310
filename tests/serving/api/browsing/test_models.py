"""The model room: who sees it, what it tells of models, and what happens when two decide at once or a training dies."""

import multiprocessing
import time
from http.client import HTTPConnection

import pytest

from engine.scoring.artefact import path_of, save
from engine.store import Register
from serving.desk.kept_drift import keep_drift
from tests.serving.api.browsing.conftest import browsing, words
from tests.serving.api.parties import at_work, fresh

GATES = (
    {"gate": "better_than_opponent", "passed": False, "gain": 0.001, "gain_low": -0.002, "gain_high": 0.004,
     "opponent": "champion", "units": 120, "same": False, "rows": 130},
    {"gate": "card_complete", "passed": True, "empty": []},
)  # fmt: skip
WAITS = "20260322-challenger"


def with_challenger(found, model, version=WAITS):
    """The same with a trained model that was never put to work."""
    card = {"version": version, "reliability": [
        {"predicted": 0.2, "happened": 0.25, "happened_low": 0.1, "happened_high": 0.4, "count": 40}
    ]}  # fmt: skip
    changed = {"version": version, "card": card, "gates": GATES, "metrics": {}, "data_until": "2026-03-22"}
    save(path_of(found.settings.models, version), model.heads, model.document.model_copy(update=changed))
    return found


@pytest.fixture(scope="module")
def room(shared, first_day, tmp_path_factory):
    """A data scientist's browser at a workspace where one model is at work and another waits."""
    found = with_challenger(at_work(fresh(shared, tmp_path_factory.mktemp("room")), first_day), first_day)
    with browsing(found, "dana", "data_scientist", investor=None) as browser:
        browser.parties = found  # type: ignore[attr-defined]
        yield browser


def test_a_data_scientist_begins_in_the_model_room_and_meets_no_page_of_planners(room):
    assert room.get("/desk").headers["location"] == "/desk/models"
    page = room.get("/desk/models")
    assert 'href="/desk/units"' not in page.text
    assert room.get("/desk/units").status_code == 403


def test_the_room_shows_what_is_at_work_what_waits_and_the_gates_that_stayed_shut(room, first_day):
    said = words(room.get("/desk/models"))
    for what in (first_day.version, WAITS, "at work", "waits", "Its Brier score is better", "ehya train --learner"):
        assert what in said


def test_a_model_shows_gates_with_intervals_reliability_prior_effects_and_what_changed(room, first_day):
    page = room.get(f"/desk/models/{WAITS}")
    said = words(page)
    for what in ("0.0010 (-0.0020 to 0.0040)", "not passed", "Idle years", "estimated elsewhere", "Beside"):
        assert what in said
    assert page.text.count('class="seen"') == 1  # the one bin of its reliability
    assert "What changed" not in words(room.get(f"/desk/models/{first_day.version}"))
    assert room.get("/desk/models/none").status_code in (404, 422)


def test_drift_is_read_from_what_was_kept_and_nothing_is_asked_anew(room, first_day):
    address = f"/desk/models/{first_day.version}/drift"
    assert "Nobody has looked yet" in words(room.get(address))
    row = {"psi": 0.6, "chance": 0.1, "p_value": 0.001, "p_adjusted": 0.02, "missing_then": 0.1, "missing_now": 0.4}
    keep_drift(room.parties.settings, {
        "model_version": first_day.version, "kind": "reported", "origin": "", "data_until": "2026-01-01",
        "as_of": "2026-03-21", "units": 140, "alarming": True,
        "findings": [{"code": "category_unseen", "of": "county_level"}],
        "base_rate": {"outcomes": 0, "p_value": None},
        "features": [{"feature": "idle_years", **row, "alarming": True}], "unseen": [], "groups": [],
    })  # fmt: skip
    said = words(room.get(address))
    assert "Idle years" in said
    assert "0.60" in said
    assert "2026-03-21" in words(room.get("/desk/models"))


def test_who_decides_in_view_of_another_champion_is_told_and_keeps_the_reason(room, first_day):
    room.get(f"/desk/models/{WAITS}")
    sent = {"version": WAITS, "seen": "the-one-before", "reason": "better in Khoy"}
    refused = room.post("/desk/models/promote", sent)
    assert refused.status_code == 409
    assert first_day.version in words(refused)
    assert "better in Khoy</textarea>" in refused.text


def test_forcing_or_going_back_without_a_reason_is_refused(room, first_day):
    room.get(f"/desk/models/{WAITS}")
    at_work_now = {"version": WAITS, "seen": first_day.version}
    assert room.post("/desk/models/promote", at_work_now | {"force": "1"}).status_code == 422
    assert room.post("/desk/models/rollback", at_work_now).status_code == 422
    long = room.post("/desk/models/promote", at_work_now | {"reason": "ب" * 2_001})
    assert long.status_code == 422
    assert "at most 2" in words(long)


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"trials": "many"}, "“many” is no number"), ({"seed": "-3"}, "“-3” is no seed"), ({"origin": "moon"}, "moon")],
)
def test_a_training_that_cannot_be_is_refused_with_what_was_typed(room, typed, said):
    room.get("/desk/models")
    refused = room.post("/desk/models/train", {"reason": "for the trial", **typed})
    assert refused.status_code == 422
    assert said in words(refused)
    assert "for the trial</textarea>" in refused.text


def test_a_training_that_dies_midway_says_so_leaves_all_as_it_was_and_keeps_its_reason(room, first_day):
    room.get("/desk/models")
    before = {one.pid for one in multiprocessing.active_children()}
    room.follow(room.post("/desk/models/train", {"trials": "1", "reason": "spring outcomes"}))
    busy = room.post("/desk/models/drift")
    assert busy.status_code == 409
    assert "under way" in words(busy)
    for one in multiprocessing.active_children():
        if one.pid not in before:
            one.kill()
    page = words(room.get("/desk/models"))
    for _ in range(100):
        if "did not finish" in page:
            break
        time.sleep(0.1)
        page = words(room.get("/desk/models"))
    assert "did not finish" in page
    assert "spring outcomes" in page
    with Register.open(room.parties.settings.database_url) as register:
        assert register.promotions.champion().model_version == first_day.version


def test_planners_read_and_start_nothing(room):
    with browsing(room.parties, "plain", investor=None) as planner:
        page = planner.get("/desk/models")
        assert "Train a model" not in words(page)
        assert planner.get(f"/desk/models/{WAITS}").status_code == 200
        assert planner.post("/desk/models/train").status_code == 403
        assert planner.post("/desk/models/promote", {"version": WAITS}).status_code == 403


def test_what_is_typed_when_a_session_ended_is_sent_after_signing_in(room):
    room.get("/desk/models")
    token, kept = room.token, room.client.cookies.get("ehya_session")
    room.client.cookies.delete("ehya_session")
    asked = room.post("/desk/models/train", {"reason": "half a thought", "trials": "2"})
    room.client.cookies.set("ehya_session", kept)
    room.token = token
    assert asked.status_code == 401
    assert 'name="kept_reason" value="half a thought"' in asked.text


def test_a_form_of_two_gigabytes_is_refused_before_all_of_it_came(room):
    address = room.client.base_url
    sent = HTTPConnection(address.host, address.port, timeout=10)
    sent.putrequest("POST", "/desk/models/train")
    stated = {"content-length": str(2 * 2**30), "content-type": "application/x-www-form-urlencoded"}
    cookie = f"ehya_session={room.client.cookies['ehya_session']}"
    for name, value in {**stated, "cookie": cookie, "origin": str(address).rstrip("/")}.items():
        sent.putheader(name, value)
    sent.endheaders(b"a" * 2**20)  # what is over the limit is not waited for
    assert sent.getresponse().status == 413
    sent.close()


def test_a_file_that_was_changed_is_named_and_not_read(shared, first_day, tmp_path):
    found = at_work(fresh(shared, tmp_path), first_day)
    path = path_of(found.settings.models, first_day.version)
    path.write_bytes(path.read_bytes() + b"x")
    with browsing(found, "dana", "data_scientist", investor=None) as browser:
        assert "changed" in words(browser.get(f"/desk/models/{first_day.version}"))
