"""People sign in to pages; forms count only where our own pages sent them."""

import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from serving.api.limits import ServiceLimits
from serving.desk.people import add_person, disable_person, people
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD, browsing, words
from tests.serving.api.parties import BY


@pytest.fixture
def stranger(own_copy):
    add_person(own_copy.settings, name="sara", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    with browsing(own_copy, signed_in=False) as found:
        found.parties = own_copy
        yield found


def _enter(browser, password=PASSWORD, **more):
    return browser.client.post("/desk/sign-in", data={"name": "sara", "password": password, **more})


def test_nobody_sees_a_page_but_is_led_to_sign_in_and_back(stranger):
    led = stranger.client.get("/desk/units?q=a")
    assert led.status_code == 303
    assert led.headers["location"] == "/desk/sign-in?next=%2Fdesk%2Funits%3Fq%3Da"
    back = _enter(stranger, next="/desk/units?q=a")
    assert back.headers["location"] == "/desk/units?q=a"
    assert "httponly" in back.headers["set-cookie"].lower()
    assert "samesite=lax" in back.headers["set-cookie"].lower()


def test_where_a_model_is_at_work_and_nobody_has_an_account_the_first_one_is_made(own_copy):
    with browsing(own_copy, signed_in=False) as found:
        led = found.client.get("/desk/sign-in")
        assert led.headers["location"] == "/desk/start"
        first = found.client.get("/desk/start")
        assert first.status_code == 200
        assert 'action="/desk/start/account"' in first.text


@pytest.mark.parametrize(("lang", "said"), [("fa", "حساب"), ("en", "account")])
def test_the_language_of_a_link_stays_on_the_way_to_the_first_run(own_copy, lang, said):
    with browsing(own_copy, signed_in=False) as stranger:
        stranger.client.cookies.delete("ehya_look")
        led = stranger.get(f"/desk?lang={lang}")
        while led.status_code == 303:
            assert f"lang={lang}" in led.headers["location"]
            led = stranger.get(led.headers["location"])
        assert f'lang="{lang}"' in led.text
        assert said in words(led)


def test_a_service_with_keys_is_signed_in_to_over_plain_http_on_its_own_computer(own_copy):
    """Not every browser takes a secure cookie from plain HTTP, even from its own computer."""
    add_person(own_copy.settings, name="sara", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    with browsing(own_copy, signed_in=False, open_without_keys=False) as found:
        given = _enter(found).headers["set-cookie"].lower()
    assert "ehya_session" in given
    assert "secure" not in given


def test_no_address_of_others_is_gone_to(stranger):
    assert _enter(stranger, next="//evil.example/desk").headers["location"] == "/desk"


def test_an_address_that_was_typed_in_persian_is_gone_to(stranger):
    assert _enter(stranger, next="/desk/units?q=خ#ج").headers["location"] == "/desk/units?q=%D8%AE#%D8%AC"
    assert _enter(stranger, next="/desk/units?q=%D8%AE").headers["location"] == "/desk/units?q=%D8%AE"


def test_a_wrong_password_and_a_name_that_is_none_are_answered_alike(stranger):
    wrong, unknown = _enter(stranger, "not it at all"), _enter(stranger, name="nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert words(wrong).replace("sara", "") == words(unknown).replace("nobody", "")


def test_guessing_ends_after_some_wrong_passwords_whatever_keyboard_types_the_name(own_copy):
    made = {"role": "planner", "investor": None, "password": PASSWORD, "cost": CHEAP}
    add_person(own_copy.settings, name="علی", **made, **BY)
    limits = ServiceLimits(reads=100_000, lists=100_000, writes=100_000, wrong_keys=3)
    with browsing(own_copy, signed_in=False, limits=limits) as found:

        def enter(name, password):
            return found.client.post("/desk/sign-in", data={"name": name, "password": password})

        assert [enter(name, "not it at all").status_code for name in ("علی", "علي", " علی ")] == [401] * 3
        stopped = enter("علی", PASSWORD)
        assert stopped.status_code == 429  # a right password tells nothing now
        assert int(stopped.headers["retry-after"]) > 0
        assert "text/html" in stopped.headers["content-type"]


def test_guesses_that_come_at_once_are_counted_one_by_one(own_copy):
    limits = ServiceLimits(reads=100_000, lists=100_000, writes=100_000, wrong_keys=3)
    with browsing(own_copy, signed_in=False, limits=limits) as found, ThreadPoolExecutor(12) as at_once:
        guesses = list(at_once.map(lambda _: _enter(found, "not it at all").status_code, range(12)))
    assert sorted(guesses) == [401] * 3 + [429] * 9


def test_a_host_that_a_caller_names_makes_nobody_the_first_account(own_copy):
    with browsing(own_copy, signed_in=False, open_without_keys=False) as found:
        named = {"host": "localhost", "origin": "http://localhost"}
        made = found.client.post("/desk/start/account", data={"name": "eve", "password": PASSWORD}, headers=named)
        assert made.status_code == 403
    assert not people(own_copy.settings)


def test_a_session_ends_at_once_when_it_is_ended_or_its_account_disabled(stranger):
    _enter(stranger)
    stranger.client.cookies.set("ehya_look", "lang=en")
    assert stranger.get("/desk/style").status_code == 200
    disable_person(stranger.parties.settings, "sara", **BY)
    assert stranger.client.get("/desk/style").status_code == 303


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_of_another_page_counts_for_nothing(writing, headers):
    writing.get("/desk/style")
    refused = writing.post("/desk/views", {"view": "mine", "address": "/desk/units"}, headers=headers)
    assert refused.status_code == 403


def test_a_form_without_the_token_of_its_session_counts_for_nothing(writing):
    assert writing.client.post("/desk/views", data={"view": "mine"}).status_code == 403
    assert writing.client.post("/desk/views", data={"view": "mine", "_token": "0" * 64}).status_code == 403


def test_what_was_typed_survives_the_end_of_a_session(stranger):
    typed = {"unit": "U1", "kind": "visited", "happened_on": "<b>1404/01/01</b>", "_token": "old"}
    ended = stranger.client.post("/desk/outcomes/new", data=typed)
    assert ended.status_code == 401
    assert 'name="kept_happened_on" value="&lt;b&gt;1404/01/01&lt;/b&gt;"' in ended.text
    again = _enter(stranger, next="/desk/outcomes/new", kept_kind="visited", kept_happened_on="1404/01/01")
    assert again.status_code == 200
    assert 'action="/desk/outcomes/new"' in again.text
    assert 'name="happened_on" value="1404/01/01"' in again.text


def test_what_was_typed_is_shown_in_words_and_empty_boxes_are_not(stranger):
    kept = {f"kept_equipment_new{row}_{part}": "" for row in range(1, 11) for part in ("count", "name", "year")}
    kept |= {"kept_jobs_now": "41", "kept_title_deed": "yes", "kept_equipment_new1_name": "press", "kept_estate": ""}
    stranger.client.cookies.set("ehya_look", "lang=en")
    again = _enter(stranger, next="/desk/units/U1/edit", **kept)
    shown = re.search(r'<dl class="pairs">(.*?)</dl>', again.text, re.S)[1]
    assert words(shown).strip() == "List of machines: Machine press Jobs now 41 Title deed yes"
    assert 'name="equipment_new2_count" value=""' in again.text  # sent again as it was


def test_only_its_role_looks_at_a_page(own_copy):
    for role, investor in (("investor", "fund"), ("data_scientist", None), ("admin", None)):
        with browsing(own_copy, role, role, investor=investor) as found:
            refused = found.get("/desk/units")
            assert refused.status_code == 403
            assert 'action="/desk/sign-out"' in refused.text


def test_pages_say_what_browsers_must_not_do(reading):
    found = reading.get("/desk/style")
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert found.headers["x-frame-options"] == "DENY"
    assert found.headers["cache-control"] == "no-store"
    assert "<script>" not in found.text
    assert " style=" not in found.text
    assert "onclick" not in found.text


def test_a_key_of_a_planner_opens_pages_and_an_investors_none(desk_parties, ask):
    app = desk_parties.app()
    assert ask(app, "/desk/style", desk_parties.keys["planner"]).status_code == 200
    assert ask(app, "/desk/style", desk_parties.keys["investor"]).status_code == 403


def test_the_other_language_is_chosen_before_anybody_signs_in_and_stays(own_copy):
    with browsing(own_copy, signed_in=False) as found:
        refused = found.client.post("/desk/start/account", data={"name": "sara", "password": "short"})
        assert refused.status_code == 422
        assert 'href="?lang' not in refused.text
        onward = re.search(r'action="/desk/look".*?name="next" value="([^"]+)"', refused.text)[1]
        chosen = found.client.post("/desk/look", data={"next": onward, "lang": "fa"})
        found.client.cookies.delete("ehya_look", domain="")  # what the test itself set
        assert found.client.get(chosen.headers["location"], follow_redirects=True).status_code == 200
        assert 'lang="fa"' in found.client.post("/desk/start/account", data={"name": "", "password": "x"}).text
        back = found.client.post("/desk/look", data={"next": "/desk/start?lang=fa", "lang": "en"})
        assert back.headers["location"] == "/desk/start"
        page = found.client.get("/desk/start?lang=fa").text
        assert 'value="/desk/start?lang=fa"' in page


def test_a_look_is_kept_and_nonsense_in_it_is_as_usual(writing):
    writing.get("/desk/style")
    writing.client.cookies.delete("ehya_look")
    done = writing.post("/desk/look", {"digits": "latin", "money": "toman", "theme": "dark", "lang": "fa"})
    assert done.status_code == 303
    page = writing.get("/desk/style").text
    assert 'lang="fa"' in page
    assert 'data-theme="dark"' in page
    assert "1,234,567.8" in page
    assert "تومان" in page
    writing.client.cookies.delete("ehya_look")
    writing.client.cookies.set("ehya_look", "lang=xx&theme=%3Cscript%3E")
    assert 'data-theme="auto"' in writing.get("/desk/style").text


def test_nobody_elses_link_says_that_something_was_done(reading):
    page = reading.get("/desk/style?done=outcome_recorded&undo_outcome=1&mark=0000")
    assert "/desk/undo/outcome" not in page.text


def test_nobody_who_is_not_signed_in_is_told_that_something_was_done(stranger):
    said = {"done": "signed_out"}
    mark = hmac.new(b"", urlencode(sorted(said.items())).encode(), "sha256").hexdigest()[:24]
    page = stranger.get(f"/desk/sign-in?{urlencode(said)}&mark={mark}")
    assert page.status_code == 200
    assert 'role="status"' not in page.text


def test_an_unknown_page_and_a_refusal_are_pages(reading):
    assert "text/html" in reading.get("/desk/nothing").headers["content-type"]
    missing = reading.get("/desk/units/UNKNOWN")
    assert missing.status_code == 404
    assert "UNKNOWN" in words(missing)
    wrong = reading.client.put("/desk/units")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
    assert "text/html" in wrong.headers["content-type"]


@pytest.mark.parametrize("number", ["9" * 30, "²", "-1", "0x1", "۱۲۳۴۵۶۷۸۹۰۱"])
def test_no_number_of_any_length_fails(writing, number):
    writing.get("/desk/units")
    asked = [writing.get(f"/desk/{place}/{number}") for place in ("outcomes", "imports")]
    asked += [writing.get(f"/desk/{place}?start={number}") for place in ("units", "outcomes", "imports", "duplicates")]
    acts = ("undo/outcome", "undo/import", "views/forget", "undo/view")
    asked += [writing.post(f"/desk/{act}", {"which": number}) for act in acts]
    assert not [(str(found.url), found.status_code) for found in asked if found.status_code >= 500]


@pytest.mark.parametrize("key", ["{", "[" * 100_000, "[]", "17", '{"a": 1}', "[NaN]"])
def test_a_hidden_field_that_somebody_wrote_over_is_refused(writing, key):
    writing.get("/desk/units")
    decided = ("one", "two", "pin", "unpin", "confirm", "unconfirm")
    acts = [f"decisions/{act}" for act in decided]
    acts += [f"undo/{act}" for act in ("view", "merge", "distinction", "pin", "confirmation")]
    names = ("which", "key", "pair", "unit", "field")
    answers = {act: writing.post(f"/desk/{act}", dict.fromkeys(names, key)).status_code for act in acts}
    assert all(400 <= status < 500 for status in answers.values()), answers


def test_a_name_is_one_whichever_keyboard_wrote_it(own_copy):
    made = {"role": "planner", "investor": None, "password": PASSWORD, "cost": CHEAP}
    add_person(own_copy.settings, name="علي كريمي", **made, **BY)
    with browsing(own_copy, signed_in=False) as found:
        for name in ("علی کریمی", "علي كريمي"):
            assert found.client.post("/desk/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303
