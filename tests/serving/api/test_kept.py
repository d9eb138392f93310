"""Mandates, lists and reactions over HTTP: kept for their owner, once for each request, never for others' eyes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from serving.api.kept_answers import KeptList
from serving.desk.mandates import KEPT_A_DAY, KEPT_PLACES
from serving.desk.stock import Stock
from serving.desk.workspace import open_register
from tests.serving.api.parties import at_work, fresh

MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture
def fund(own_copy, ask):
    """Asks as the investor; the application stays the same."""
    app = own_copy.app()

    def asked(method, path, key="investor", **more):
        return ask(app, path, own_copy.keys[key], method=method, **more)

    return asked


@pytest.fixture
def listed(fund):
    """A saved mandate and the first page of its list."""
    assert fund("POST", "/v1/mandates", json=MANDATE).status_code == 200
    return fund("POST", "/v1/mandates/any/shortlists?top=3").json()


def test_who_kept_enough_hears_when_to_come_again(fund, own_copy):
    by = {"over": None, "made_at": datetime.now(UTC), "actor": "key:1"}
    with open_register(own_copy.settings) as register, register.together():
        for number in range(KEPT_A_DAY):
            register.mandates.save("fund", f"m{number}", {"id": f"m{number}"}, **by)
    refused = fund("POST", "/v1/mandates", json=MANDATE)
    assert (refused.status_code, refused.json()["code"]) == (429, "kept_enough")
    assert refused.headers["retry-after"] == "86400"


def test_a_mandate_is_saved_read_changed_and_withdrawn_and_no_change_is_lost(fund):
    made = fund("POST", "/v1/mandates", json=MANDATE)
    assert (made.json()["version"], made.headers["etag"], made.json()["owner"]) == (1, '"1"', "fund")
    assert fund("POST", "/v1/mandates", json=MANDATE).json()["code"] == "mandate_exists"
    change = {"json": MANDATE | {"jobs_goal": 5}}
    for given, status in (({}, 428), ({"if-match": "*"}, 428), ({"if-match": '"7"'}, 412), ({"if-match": '"1"'}, 200)):
        assert fund("PUT", "/v1/mandates/any", headers=given, **change).status_code == status
    assert fund("GET", "/v1/mandates/any").json()["mandate"]["jobs_goal"] == 5
    other = {"headers": {"if-match": '"2"'}, "json": MANDATE | {"id": "other"}}
    assert fund("PUT", "/v1/mandates/any", **other).json()["code"] == "mandate_value_refused"
    assert fund("DELETE", "/v1/mandates/any", headers={"if-match": '"2"'}).status_code == 200
    assert fund("GET", "/v1/mandates/any").status_code == 404
    assert fund("GET", "/v1/mandates").json() == {"mandates": [], "next": None}


def test_a_request_that_is_sent_again_is_answered_and_not_done_again(fund):
    again = {"headers": {"idempotency-key": "a"}, "json": MANDATE}
    first, second = fund("POST", "/v1/mandates", **again), fund("POST", "/v1/mandates", **again)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    other = fund("POST", "/v1/mandates", headers={"idempotency-key": "a"}, json=MANDATE | {"id": "b"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_used")
    assert fund("POST", "/v1/mandates", key="rival", **again).json()["owner"] == "rival"
    lists = [fund("POST", "/v1/mandates/any/shortlists", headers={"idempotency-key": "l"}).json() for _ in range(2)]
    assert lists[0]["list_id"] == lists[1]["list_id"]
    assert fund("POST", "/v1/mandates", headers={"idempotency-key": "x" * 300}, json=MANDATE).status_code == 422


def test_a_kept_list_is_the_list_that_a_shortlist_gives_and_goes_on_page_by_page(fund, listed):
    whole = fund("POST", f"/v1/shortlists?top={KEPT_PLACES}", json=MANDATE).json()["units"]
    assert [place["unit_id"] for place in listed["page"]] == [place["unit"]["unit_id"] for place in whole[:3]]
    assert (listed["shown"], listed["places"]) == (3, len(whole))
    assert listed["page"][0]["unit"] == whole[0]["unit"]
    KeptList.model_validate(listed)  # and nothing beside what is described
    assert all_of(fund, listed) == [place["unit"]["unit_id"] for place in whole]
    (heading,) = fund("GET", "/v1/shortlists").json()["shortlists"]
    assert (heading["list_id"], heading["shown"]) == (listed["list_id"], len(whole))


def test_only_what_was_sent_counts_as_shown(own_copy, fund, listed):
    path, beyond = f"/v1/shortlists/{listed['list_id']}", "Mjk"  # 29 places lie before it
    assert fund("HEAD", f"{path}?limit=20").status_code == 200
    assert fund("GET", f"{path}?limit=1&cursor={beyond}").json()["shown"] == 4
    assert fund("GET", "/v1/shortlists").json()["shortlists"][0]["shown"] == 4
    with open_register(own_copy.settings) as register:
        assert register.showings()["position"].tolist() == [1, 2, 3, 30]


def all_of(fund, made):
    """Ids of a list, page by page."""
    seen, following = made["page"], made["next"]
    while following:
        page = fund("GET", following).json()
        seen, following = seen + page["page"], page["next"]
    return [place["unit_id"] for place in seen]


def test_a_second_list_says_what_changed_among_what_was_shown(fund, listed):
    first = fund("GET", f"/v1/shortlists/{listed['list_id']}/changes").json()
    assert first == {"list_id": listed["list_id"], "before": None, "entered": [], "left": [], "moved": []}
    narrow = MANDATE | {"max_idle_months": 60}
    assert fund("PUT", "/v1/mandates/any", headers={"if-match": '"1"'}, json=narrow).status_code == 200
    second = fund("POST", "/v1/mandates/any/shortlists?top=2").json()
    assert second["mandate_version"] == 2
    told = fund("GET", f"/v1/shortlists/{second['list_id']}/changes").json()
    named = {*told["entered"], *told["left"], *(one["unit_id"] for one in told["moved"])}
    shown = {place["unit_id"] for place in (*listed["page"], *second["page"])}
    assert named <= shown
    before, now = all_of(fund, listed), all_of(fund, second)
    told = fund("GET", f"/v1/shortlists/{second['list_id']}/changes").json()
    assert (told["before"], told["entered"]) == (listed["list_id"], [])
    assert told["left"] == [unit for unit in before if unit not in now]
    assert len(told["left"]) == listed["places"] - second["places"] > 0


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"kind": "interested"}, 200),
        ({"kind": "declined", "reason": "place"}, 200),
        ({"kind": "declined"}, 422),
        ({"kind": "declined", "reason": "ugly"}, 422),
        ({"kind": "interested", "reason": "place"}, 422),
        ({"kind": "hated"}, 422),
        ({"kind": ["interested"]}, 422),
        ({"kind": "interested", "note": "a name"}, 422),
    ],
)
def test_an_investor_answers_to_a_unit_in_words_that_a_mandate_could_have_said(fund, listed, said, status):
    path = f"/v1/shortlists/{listed['list_id']}/reactions"
    answer = fund("POST", path, json={"unit_id": listed["page"][0]["unit_id"], **said})
    assert answer.status_code == status, answer.text
    assert len(fund("GET", "/v1/reactions").json()["reactions"]) == (status == 200)


def test_nobody_meets_what_is_anothers_not_even_that_it_is_there(fund, listed):
    nothing = listed["list_id"][:-1] + "~"
    for method, path, more in (
        ("GET", "/v1/mandates/{}", {}),
        ("PUT", "/v1/mandates/{}", {"headers": {"if-match": '"1"'}}),
        ("DELETE", "/v1/mandates/{}", {"headers": {"if-match": '"1"'}}),
        ("POST", "/v1/mandates/{}/shortlists", {}),
    ):
        there, absent = (
            fund(method, path.format(name), key="rival", json=MANDATE | {"id": name}, **more)
            for name in ("any", "none")
        )
        assert there.status_code == absent.status_code == 404
        assert there.text.replace("any", "none") == absent.text
    reaction = {"unit_id": listed["page"][0]["unit_id"], "kind": "interested"}
    for method, path in (("GET", "{}"), ("GET", "{}/changes"), ("POST", "{}/reactions")):
        there, absent = (
            fund(method, f"/v1/shortlists/{path.format(name)}", key="rival", json=reaction)
            for name in (listed["list_id"], nothing)
        )
        assert there.status_code == absent.status_code == 404
        assert there.text.replace(listed["list_id"], nothing) == absent.text
    for path in ("/v1/mandates", "/v1/shortlists", "/v1/reactions"):
        for owner in ("", "?owner=fund"):
            assert fund("GET", path + owner, key="rival").json()[path.rpartition("/")[2]] == []


def test_the_office_sees_all_and_who_keeps_nothing_is_refused(fund, listed):
    assert [one["owner"] for one in fund("GET", "/v1/mandates", key="planner").json()["mandates"]] == ["fund"]
    assert fund("GET", "/v1/mandates/any?owner=fund", key="planner").status_code == 200
    assert len(fund("GET", "/v1/shortlists?owner=fund", key="planner").json()["shortlists"]) == 1
    for role in ("admin", "data_scientist"):
        assert fund("GET", "/v1/mandates", key=role).json()["code"] == "role_refused"


def test_the_next_page_is_asked_as_the_first_was(fund, listed):
    assert fund("POST", "/v1/mandates", json=MANDATE | {"id": "other"}).status_code == 200
    first = fund("GET", "/v1/mandates?owner=fund&lang=fa&limit=1", key="planner").json()
    assert "owner=fund" in first["next"]
    assert "lang=fa" in first["next"]
    second = fund("GET", first["next"], key="planner")
    assert [one["id"] for one in second.json()["mandates"]] == ["other"]
    assert second.headers["content-language"] == "fa"
    page = fund("GET", f"/v1/shortlists/{listed['list_id']}?limit=2&lang=fa").json()
    assert "lang=fa" in page["next"]


def test_the_office_opens_whatever_it_sees_in_a_list_and_nobody_was_shown_it(own_copy, fund, listed):
    said = {"unit_id": listed["page"][0]["unit_id"], "kind": "interested"}
    assert fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json=said).json()["owner"] == "fund"
    (heading,) = fund("GET", "/v1/shortlists", key="planner").json()["shortlists"]
    path = f"/v1/shortlists/{heading['list_id']}"
    page = fund("GET", f"{path}?limit=20", key="planner").json()
    assert (page["owner"], len(page["page"]), page["shown"]) == ("fund", 20, 3)
    assert fund("GET", f"{path}/changes", key="planner").status_code == 200
    assert fund("POST", f"{path}/reactions", key="planner", json=said).status_code == 404
    assert [one["owner"] for one in fund("GET", "/v1/reactions", key="planner").json()["reactions"]] == ["fund"]
    with open_register(own_copy.settings) as register:
        assert len(register.showings()) == 3


def test_a_list_has_as_many_places_as_its_mandate_wants_and_says_of_how_many(fund):
    fund("POST", "/v1/mandates", json=MANDATE | {"limit": 2})
    made = fund("POST", "/v1/mandates/any/shortlists").json()
    assert (made["places"], len(made["page"]), made["next"]) == (2, 2, None)
    assert made["feasible"] > 2


def test_the_same_list_is_kept_once_however_often_it_is_asked_for(own_copy, fund, listed):
    again = fund("POST", "/v1/mandates/any/shortlists?top=3").json()
    assert again == listed
    with open_register(own_copy.settings) as register:
        assert register.lists.count() == 1
        assert register.audit()["act"].tolist().count("list_made") == 1


@pytest.mark.parametrize("name", ["a/b", "..", "a\\b", "a\u001fb"])
def test_a_mandate_that_no_address_could_name_is_not_kept(fund, name):
    answer = fund("POST", "/v1/mandates", json=MANDATE | {"id": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "mandate_value_refused")


@pytest.mark.parametrize("cursor", ["x", "LTE", "MS4w", "🙂", "MTAwMDAwMDAwMDAwMDAw"])
def test_a_cursor_that_nobody_gave_is_refused(fund, cursor):
    assert fund("GET", "/v1/mandates", params={"cursor": cursor}).json()["code"] == "parameter_refused"


@pytest.mark.parametrize("body", [b"[]", b"1", b"{", b'"a"', b"\xff", b"{}", b'{"id": 5}'])
def test_a_body_that_states_no_mandate_is_refused(fund, body):
    answer = fund("POST", "/v1/mandates", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422, answer.text


def test_what_was_kept_is_there_after_a_restart(own_copy, fund, listed, ask, tmp_path):
    again = fresh(own_copy, tmp_path / "again").app()
    answer = ask(again, f"/v1/shortlists/{listed['list_id']}?limit=3", own_copy.keys["investor"])
    assert answer.json() == listed


def test_what_is_answered_moves_the_weights_of_the_next_list_and_only_of_that_mandate(fund, listed):
    """The investor wants the units of many jobs and declines the others; its next list is weighed so."""
    page = fund("GET", f"/v1/shortlists/{listed['list_id']}?limit=20").json()["page"]
    by_jobs = sorted(page, key=lambda place: place["parts"]["jobs"])
    for place in by_jobs[:8]:
        said = {"unit_id": place["unit_id"], "kind": "declined", "reason": "other"}
        assert fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json=said).status_code == 200
    for place in by_jobs[-8:]:
        said = {"unit_id": place["unit_id"], "kind": "interested"}
        fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json=said)
    again = fund("POST", "/v1/mandates/any/shortlists?top=3").json()
    assert again["list_id"] != listed["list_id"]
    assert again["run_id"] != listed["run_id"]
    assert again["weights"]["jobs"] > listed["weights"]["jobs"] + 0.02
    assert sum(again["weights"].values()) == pytest.approx(1)
    assert min(again["weights"].values()) >= 0
    for place in again["page"]:
        assert sum(place["parts"].values()) == pytest.approx(place["fit"])
    fund("POST", "/v1/mandates", json=MANDATE | {"id": "other"})
    other = fund("POST", "/v1/mandates/other/shortlists?top=3").json()
    assert other["weights"] == listed["weights"]
    assert fund("POST", "/v1/mandates/any/shortlists?top=3").json()["list_id"] == again["list_id"]


def test_the_office_makes_a_kept_list_again_and_nobody_else(own_copy, first_day, ask):
    app = at_work(own_copy, first_day).app()

    def asked(method, path, key="investor", **more):
        return ask(app, path, own_copy.keys[key], method=method, **more)

    asked("POST", "/v1/mandates", json=MANDATE)
    listed = asked("POST", "/v1/mandates/any/shortlists?top=3").json()
    path = f"/v1/shortlists/{listed['list_id']}/replay"
    found = asked("GET", path, key="planner").json()
    assert (found["same_places"], found["entered"], found["left"]) == (listed["places"], [], [])
    assert found["same"] == (found["run_id_again"] == listed["run_id"])
    assert asked("GET", "/v1/shortlists/none/replay", key="planner").json()["code"] == "list_unknown"
    assert asked("GET", path).json()["code"] == "role_refused"


def test_a_declined_unit_steps_back_on_the_next_list_and_is_told_why(fund):
    fund("POST", "/v1/mandates", json=MANDATE)
    first = fund("POST", "/v1/mandates/any/shortlists?top=3").json()
    unit = first["page"][0]["unit_id"]
    assert {one["stepped_back"] for one in first["page"]} == {None}
    said = {"unit_id": unit, "kind": "declined", "reason": "timing"}
    fund("POST", f"/v1/shortlists/{first['list_id']}/reactions", json=said)
    again = fund("POST", "/v1/mandates/any/shortlists?top=100").json()
    (place,) = [one for one in again["page"] if one["unit_id"] == unit]
    assert (place["stepped_back"], place["novelty"]) == ("declined_before", 0.5)
    assert place["position"] > 1
    fund("POST", f"/v1/shortlists/{again['list_id']}/reactions", json={"unit_id": unit, "kind": "interested"})
    (back,) = [
        one for one in fund("POST", "/v1/mandates/any/shortlists?top=100").json()["page"] if one["unit_id"] == unit
    ]
    assert (back["stepped_back"], back["novelty"]) == (None, 1.0)


def said_of(fund, listed, place, **said):
    unit = listed["page"][place]["unit_id"]
    return fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json={"unit_id": unit, **said})


def test_an_answer_that_arrives_twice_stands_once_and_says_so(fund, listed):
    first, again = (said_of(fund, listed, 0, kind="declined", reason="place").json() for _ in range(2))
    assert (first["remarks"], again["remarks"]) == ([], ["already_said"])
    assert again["made_at"] == first["made_at"]
    assert "not recorded twice" in again["text"][0]
    assert said_of(fund, listed, 0, kind="declined", reason="risk").json()["remarks"] == []
    assert said_of(fund, listed, 0, kind="interested").json()["remarks"] == []
    kept = fund("GET", "/v1/reactions").json()["reactions"]
    assert [(one["kind"], one["reason"]) for one in kept] == [
        ("declined", "place"), ("declined", "risk"), ("interested", None),
    ]  # fmt: skip


def test_an_answer_to_a_list_that_has_a_newer_one_counts_and_says_so(fund, listed):
    said_of(fund, listed, 0, kind="declined", reason="place")
    newer = fund("POST", "/v1/mandates/any/shortlists?top=3").json()
    assert newer["list_id"] != listed["list_id"]
    late = said_of(fund, listed, 1, kind="interested")
    assert (late.status_code, late.json()["remarks"]) == (200, ["newer_list"])
    assert len(fund("GET", "/v1/reactions").json()["reactions"]) == 2


@pytest.mark.parametrize("said", [{"kind": "interested"}, {"kind": "declined", "reason": "other"}])
def test_who_answers_everything_alike_hears_that_it_tells_little(fund, said):
    fund("POST", "/v1/mandates", json=MANDATE)
    listed = fund("POST", "/v1/mandates/any/shortlists?top=12").json()
    remarks = [said_of(fund, listed, place, **said).json()["remarks"] for place in range(11)]
    assert remarks == [[]] * 9 + [["all_alike"]] * 2
    made = fund("POST", "/v1/mandates/any/shortlists?top=3")
    assert made.status_code == 200
    assert sum(made.json()["weights"].values()) == pytest.approx(1)


def test_a_unit_that_no_list_has_shown_is_declined_by_nobody(fund, listed):
    hidden = fund("POST", f"/v1/shortlists?top={KEPT_PLACES}", json=MANDATE).json()["units"][5]["unit"]["unit_id"]
    for unit in (hidden, "nobody"):
        said = {"unit_id": unit, "kind": "declined", "reason": "place"}
        refused = fund("POST", f"/v1/shortlists/{listed['list_id']}/reactions", json=said)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_on_list")


def test_what_was_withdrawn_since_it_was_shown_is_wanted_by_nobody_and_may_be_declined(own_copy, ask):
    app, key = own_copy.app(), own_copy.keys["investor"]
    ask(app, "/v1/mandates", key, "POST", json=MANDATE)
    listed = ask(app, "/v1/mandates/any/shortlists?top=3", key, "POST").json()
    unit = listed["page"][0]["unit_id"]
    later = gone_since(own_copy, unit).app()
    path = f"/v1/shortlists/{listed['list_id']}/reactions"
    refused = ask(later, path, key, "POST", json={"unit_id": unit, "kind": "interested"})
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (409, "unit_gone", "withdrawn")
    assert "Withdrawn" in refused.json()["detail"]
    declined = {"unit_id": unit, "kind": "declined", "reason": "other"}
    assert ask(later, path, key, "POST", json=declined).status_code == 200
    asked = {"list_id": listed["list_id"], "unit_id": unit, "kind": "meeting", "text": "When?"}
    refused = ask(later, "/v1/requests?lang=fa", key, "POST", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "unit_gone")
    assert "دیگر عرضه‌شدنی نیست" in refused.json()["detail"]


def gone_since(parties, unit):
    """The same parties, on a day on which a unit is offered no more."""
    appraised = parties.stock.appraised
    table = appraised.table.copy()
    table.loc[unit, ["triage", "triage_reasons"]] = ["cannot_judge", "withdrawn"]
    return replace(parties, stock=Stock.of(replace(appraised, table=table)))
