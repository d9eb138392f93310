"""An owner is told when the list of a saved mandate changes: signed, once, and again until it arrives."""

import json
import time
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.job_answers import ChangedList, ListChangedMessage
from serving.cli.app import app
from serving.desk.keys import add_key, revoke_key
from serving.desk.posting import Reach
from serving.desk.signing import signed_by
from serving.desk.stock import Stock
from serving.desk.webhooks import WAITS, _keep, keep_webhook, make_webhook, send_due, write_messages
from tests.serving.api.parties import NOON
from tests.serving.api.receiver import receiving
from tests.serving.conftest import calling

INSIDE = Reach(inside=True)
MANDATE = {"id": "any", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def party(own_copy, ask):
    """Asks the service as one of the parties."""
    app = own_copy.app(reach=INSIDE)

    def asked(method, path="/v1/webhooks", key="investor", **more):
        return ask(app, path, own_copy.keys[key], method=method, **more)

    assert asked("POST", "/v1/mandates", json=MANDATE).status_code == 200
    return asked


@pytest.fixture
def hook(party, receiver):
    return party("POST", json={"mandate": "any", "address": receiver.address}).json()


def without_first(stock):
    """The same stock a day later, when its best unit is no longer on offer."""
    found = stock.appraised
    table = found.table.drop(index=stock.units.index[0])
    return Stock.of(replace(found, table=table, question=replace(found.question, as_of=pd.Timestamp("2026-03-22"))))


def told(own_copy, at=NOON):
    return write_messages(own_copy.settings, without_first(own_copy.stock), now=at)


def send(own_copy, at=NOON):
    return send_due(own_copy.settings, reach=INSIDE, now=at)


def letters(own_copy, **more):
    with Register.open(own_copy.settings.database_url) as register:
        return register.webhooks.messages(**more)


def test_a_list_that_changed_is_told_signed_and_names_what_came_and_went(own_copy, receiver, hook, party):
    assert write_messages(own_copy.settings, own_copy.stock, now=NOON) == 0
    assert (told(own_copy), told(own_copy)) == (1, 0)
    assert send(own_copy) == 1
    [(path, headers, body)] = receiver.came
    said = json.loads(body)
    assert json.loads(ListChangedMessage.model_validate_json(body).model_dump_json()).keys() == said.keys()
    assert ChangedList.model_fields.keys() == said["data"].keys()
    assert (path, said["type"], headers["content-type"]) == ("/hook", "mandate.list_changed", "application/json")
    assert said["data"]["left"] == [own_copy.stock.units.index[0]]
    listed = without_first(own_copy.stock).offer(Mandate.read(MANDATE), limit=200).shortlist
    assert said["data"]["units"] == list(listed.unit_id)
    assert said["data"]["entered"] == []  # all that pass were on the list before: it is that of a kept list, not ten
    given = [headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
    assert signed_by(hook["secret"], *given, body, now=NOON.timestamp())
    assert not signed_by(hook["secret"], *given, body + " ", now=NOON.timestamp())
    assert not signed_by(hook["secret"], *given, body, now=NOON.timestamp() + 301)
    assert send(own_copy, NOON + timedelta(days=9)) == 0


def test_what_a_message_names_counts_as_shown_once_it_reached_its_receiver(own_copy, receiver, hook, party):
    told(own_copy)
    with Register.open(own_copy.settings.database_url) as register:
        [kept] = register.lists("fund")
        assert kept.shown == frozenset()
        receiver.answers = [500]  # whatever it answers, it has read the message
        send(own_copy)
        said = json.loads(receiver.came[0][2])["data"]
        [kept] = register.lists("fund")
        shown = register.showings()
    assert said["list_id"] == kept.list_id
    assert [place["unit_id"] for place in kept.places] == said["units"]
    assert sorted(kept.shown) == list(range(1, len(said["units"]) + 1))
    assert set(shown["run_id"]) == {kept.list_id}
    answer = {"unit_id": said["units"][0], "kind": "interested"}
    assert party("POST", f"/v1/shortlists/{kept.list_id}/reactions", json=answer).status_code == 200


def test_a_message_that_reached_nobody_has_shown_nothing(own_copy, receiver, hook, party):
    told(own_copy)
    send_due(own_copy.settings, now=NOON)  # to public hosts alone, so that it goes nowhere
    with Register.open(own_copy.settings.database_url) as register:
        assert register.lists("fund")[0].shown == frozenset()
        assert register.lists.count("fund", since=NOON - timedelta(days=1)) == 0  # nobody asked for it


def test_a_running_service_tells_by_itself(own_copy, receiver, listen):
    key = {"authorization": f"Bearer {own_copy.keys['investor']}"}
    app = own_copy.app(reach=INSIDE)
    with listen(app) as address, calling(address, headers=key) as client:
        client.post("/v1/mandates", json=MANDATE)
        assert client.post("/v1/webhooks", json={"mandate": "any", "address": receiver.address}).status_code == 200
        app.state.shelf._showing = replace(app.state.shelf.showing, stock=without_first(own_copy.stock), state=None)
        for _ in range(200):
            if receiver.came:
                break
            time.sleep(0.05)
    assert len(receiver.came) == 1


def test_what_does_not_arrive_is_sent_again_later_and_later_and_then_given_up(own_copy, receiver, hook, party):
    told(own_copy)
    receiver.answers = [500] * 20
    moment, waits = NOON, []
    while send(own_copy, moment):
        [message] = letters(own_copy)
        if message.given_up:
            break
        waits.append(message.due_at.replace(tzinfo=moment.tzinfo) - moment)
        moment += waits[-1]
    assert waits == list(WAITS)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.came}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in receiver.came}) == len(WAITS) + 1
    path = f"/v1/webhooks/{hook['webhook_id']}/messages"
    [letter] = party("GET", path).json()["messages"]
    assert (letter["given_up"], letter["attempts"], letter["answer"]) == (True, 10, "500")
    receiver.answers = []
    assert party("POST", f"{path}/{letter['message_id']}").json()["given_up"] is False
    assert send(own_copy, moment + timedelta(days=400)) == 1
    assert party("GET", path).json()["messages"][0]["answer"] == "204"
    assert party("POST", f"{path}/{letter['message_id']}").status_code == 404


def test_a_receiver_that_is_gone_is_told_nothing_more(own_copy, receiver, hook, party):
    told(own_copy)
    receiver.answers = [410]
    send(own_copy)
    assert party("GET").json()["webhooks"] == []
    assert [(one.given_up, one.answer) for one in letters(own_copy)] == [(True, "410")]
    assert letters(own_copy, given_up=True) == ()  # nobody can send it again


@pytest.mark.parametrize("answers", [[410, 500], [500, 410], [410, 410]])
def test_a_receiver_that_is_gone_holds_up_no_other_message(own_copy, receiver, hook, party, answers):
    told(own_copy)
    other = party("POST", json={"mandate": "any", "address": receiver.address}).json()
    with Register.open(own_copy.settings.database_url) as register:
        register.webhooks.say(hook["webhook_id"], "second", "{}", seen={}, now=NOON)
    receiver.answers = list(answers)
    assert send(own_copy) == 2
    with Register.open(own_copy.settings.database_url) as register:
        register.webhooks.say(other["webhook_id"], "third", "{}", seen={}, now=NOON)
    assert send(own_copy, NOON + timedelta(days=9)) == 1
    found = {one.message_id: one for one in letters(own_copy)}
    assert found["third"].answer == "204"
    others = sorted(one.answer for name, one in found.items() if name != "third")
    assert others in (sorted(map(str, answers)), ["410", "ended"])  # the latter where 410 came to the second of both
    assert not any(one.due_at for one in found.values())


def test_a_webhook_may_end_while_a_message_is_under_way(own_copy, receiver, hook, party):
    told(own_copy)
    with Register.open(own_copy.settings.database_url) as register:
        [(message, to)] = register.webhooks.due(now=NOON, busy_until=NOON)
        assert party("DELETE", f"/v1/webhooks/{hook['webhook_id']}").status_code == 200
        for answer in ("500", "410", "204"):
            _keep(register, message, to, answer, NOON, 0.5)
            [kept] = register.webhooks.messages()
            assert (kept.answer, kept.due_at, kept.sent_at is None) == (answer, None, answer != "204")
    assert send(own_copy, NOON + timedelta(days=9)) == 0


def test_a_secret_is_shown_once_and_changed_with_both_signing_for_a_day(own_copy, receiver, hook, party):
    assert "secret" not in str(party("GET").json())
    again = {"json": {"mandate": "any", "address": receiver.address}, "headers": {"idempotency-key": "k"}}
    assert party("POST", **again).json()["secret"].startswith("whsec_")
    assert party("POST", **again).json()["secret"] is None
    new = party("POST", f"/v1/webhooks/{hook['webhook_id']}/secret").json()["secret"]
    assert new != hook["secret"]
    told(own_copy)
    send(own_copy)
    signatures = next(h["webhook-signature"] for _, h, _ in receiver.came if " " in h["webhook-signature"])
    assert len(signatures.split()) == 2


def test_a_webhook_is_its_owners_alone(own_copy, hook, party):
    place = f"/v1/webhooks/{hook['webhook_id']}"
    for method, path in (("DELETE", place), ("POST", f"{place}/secret"), ("GET", f"{place}/messages")):
        for key in ("rival", "bank") if method == "DELETE" else ("rival", "bank", "planner"):
            assert (party(method, path, key=key)).json()["code"] == "webhook_unknown", (method, path, key)
    assert party("GET", key="rival").json()["webhooks"] == []
    assert [one["owner"] for one in party("GET", key="planner").json()["webhooks"]] == ["fund"]
    assert party("POST", key="rival", json={"mandate": "any", "address": "https://example.org/"}).status_code == 404
    assert party("DELETE", place).json()["webhook_id"] == hook["webhook_id"]
    assert told(own_copy) == 0


def test_the_office_ends_anybodys_webhook(own_copy, hook, party):
    assert party("DELETE", f"/v1/webhooks/{hook['webhook_id']}", key="planner").json()["owner"] == "fund"
    assert told(own_copy) == 0
    with Register.open(own_copy.settings.database_url) as register:
        ended = register.audit().iloc[0]
    assert (ended["act"], ended["subject"], ended["actor"][:4]) == ("webhook_ended", "fund", "key:")


def test_an_owner_whose_last_key_was_revoked_is_told_nothing_until_there_is_another(own_copy, receiver, hook):
    assert told(own_copy) == 1
    revoke_key(own_copy.settings, "investor", made_at=NOON, actor="terminal")
    assert send(own_copy, NOON + timedelta(days=1)) == 0
    assert write_messages(own_copy.settings, own_copy.stock, now=NOON) == 0
    add_key(own_copy.settings, name="next", role="investor", investor="fund", made_at=NOON, actor="terminal")
    assert send(own_copy, NOON + timedelta(days=1)) == 1
    assert write_messages(own_copy.settings, own_copy.stock, now=NOON) == 1


def test_an_owner_whose_key_ran_out_is_told_nothing(own_copy, receiver, hook):
    ends, by = NOON + timedelta(days=1), {"made_at": NOON, "actor": "terminal"}
    revoke_key(own_copy.settings, "investor", **by)
    add_key(own_copy.settings, name="short", role="investor", investor="fund", expires_at=ends, **by)
    assert (told(own_copy, ends), told(own_copy)) == (0, 1)
    assert (send(own_copy, ends), send(own_copy)) == (0, 1)


def test_no_more_webhooks_stand_than_may(own_copy, receiver, hook, party):
    stated = {"mandate": "any", "address": receiver.address}
    answers = [party("POST", json=stated).status_code for _ in range(20)]
    assert answers == [200] * 19 + [409]


def test_an_address_is_looked_at_while_others_write(own_copy, party, receiver):
    url, named = own_copy.settings.database_url, {"owner": "fund", "mandate": "any", "address": receiver.address}
    with Register.open(url, busy_seconds=0.05) as reading, Register.open(url) as writing, writing.together():
        writing.mandates.withdraw("fund", "any", over=1, made_at=NOON, actor="key:1")
        made = make_webhook(reading, **named, stock=own_copy.stock, reach=INSIDE)
    with Register.open(url) as register, pytest.raises(EhyaError) as caught:
        keep_webhook(register, made, made_at=NOON, actor="key:1")
    assert caught.value.code is ErrorCode.MANDATE_UNKNOWN


def test_a_process_that_shows_an_older_list_tells_nothing(own_copy, hook):
    newer = without_first(own_copy.stock)
    assert write_messages(own_copy.settings, newer, now=NOON, state="of before") == 0
    assert write_messages(own_copy.settings, newer, now=NOON) == 1


def test_the_terminal_lists_webhooks_and_dead_letters_and_sends_again(own_copy, hook):
    told(own_copy)
    with Register.open(own_copy.settings.database_url) as register:
        [letter] = register.webhooks.messages()
        register.webhooks.came_back(letter.message_id, "not_reached", sent_at=None, due_at=None, attempts=10)

    def ehya(*words, code=0):
        env = {"EHYA_HOME": str(own_copy.settings.home), "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
        found = CliRunner().invoke(app, ["webhooks", *words], env=env)
        assert found.exit_code == code, found.output
        return found.output

    for language in ("fa", "en"):
        assert hook["webhook_id"] in ehya("list", "--lang", language)
        assert letter.message_id in ehya("failed", "--lang", language)
    assert "whsec" not in ehya("list", "--json") + ehya("failed", "--json")
    ehya("resend", letter.message_id)
    assert letters(own_copy, given_up=True) == ()
    assert ehya("failed", "--json").strip() == "[]"
    ehya("resend", letter.message_id, code=2)
    assert hook["webhook_id"] in ehya("end", hook["webhook_id"])
    assert ehya("list", "--json").strip() == "[]"
    ehya("end", hook["webhook_id"], code=2)
