"""Webhooks are an owner's alone; a message is written once, sent until it arrives, or kept as a dead letter."""

from datetime import datetime, timedelta

import pytest

from engine.errors import EhyaError, ErrorCode

NOON = datetime(2026, 11, 30, 12)
LATER = NOON + timedelta(minutes=1)
BY = {"made_at": NOON, "actor": "key:1"}


@pytest.fixture
def hook(register):
    made = {"webhook_id": "w1", "address": "https://example.org/", "secret": "whsec_a", "seen": {"units": []}}
    return register.webhooks.add("fund", "food", **made, **BY)


def refused(code, act, *given, **more):
    with pytest.raises(EhyaError) as caught:
        act(*given, **more)
    assert caught.value.code is code


def test_a_webhook_is_its_owners_alone_and_ends_with_its_messages(register, hook):
    assert [one.webhook_id for one in register.webhooks("fund")] == ["w1"]
    assert register.webhooks("rival") == ()
    refused(ErrorCode.WEBHOOK_UNKNOWN, register.webhooks.get, "rival", "w1")
    refused(ErrorCode.WEBHOOK_UNKNOWN, register.webhooks.end, "rival", "w1", **BY)
    register.webhooks.say("w1", "m1", "{}", seen={}, now=NOON)
    register.webhooks.end("fund", "w1", **BY)
    refused(ErrorCode.WEBHOOK_UNKNOWN, register.webhooks.get, "fund", "w1")
    assert [one.given_up for one in register.webhooks.messages("fund")] == [True]
    refused(ErrorCode.WEBHOOK_UNKNOWN, register.webhooks.again, "m1", now=NOON)
    assert register.audit()["act"].tolist() == ["webhook_ended", "webhook_added"]


def test_what_several_processes_want_to_say_is_said_once(register, hook):
    assert register.webhooks.say("w1", "m1", "{}", seen={"units": ["a"]}, now=NOON)
    assert not register.webhooks.say("w1", "m1", "{}", seen={"units": ["a"]}, now=NOON)
    assert len(register.webhooks.messages()) == 1
    assert register.webhooks.get("fund", "w1").seen == {"units": ["a"]}


def test_a_message_that_is_due_is_taken_by_one_and_comes_back_if_it_never_says_what_came_of_it(register, hook):
    register.webhooks.say("w1", "m1", "{}", seen={}, now=NOON)
    (message, to), *_ = register.webhooks.due(now=NOON, busy_until=LATER)
    assert (message.message_id, to.address) == ("m1", "https://example.org/")
    assert register.webhooks.due(now=NOON, busy_until=LATER) == ()
    assert len(register.webhooks.due(now=LATER, busy_until=LATER)) == 1
    register.webhooks.came_back("m1", "204", sent_at=LATER, due_at=None, attempts=1)
    assert register.webhooks.due(now=LATER + timedelta(days=9), busy_until=LATER) == ()
    refused(ErrorCode.MESSAGE_UNKNOWN, register.webhooks.again, "m1", now=NOON)


def test_a_webhook_that_ended_is_told_nothing_and_holds_up_nobody(register, hook):
    made = {"webhook_id": "w2", "address": "https://example.org/", "secret": "whsec_a", "seen": {}}
    register.webhooks.add("rival", "food", **made, **BY)
    for webhook, message in (("w1", "m1"), ("w1", "m2"), ("w2", "m3")):
        register.webhooks.say(webhook, message, "{}", seen={}, now=NOON)
    assert len(register.webhooks.due(now=NOON, busy_until=LATER)) == 3
    register.webhooks.end("fund", "w1", **BY)
    register.webhooks.came_back("m1", "500", sent_at=None, due_at=LATER, attempts=1)
    register.webhooks.came_back("m2", "204", sent_at=LATER, due_at=None, attempts=1)
    assert not register.webhooks.say("w1", "m4", "{}", seen={}, now=NOON)
    assert [one.message_id for one, _ in register.webhooks.due(now=LATER, busy_until=LATER)] == ["m3"]
    assert [(one.answer, one.sent_at) for one in register.webhooks.messages("fund")] == [("204", LATER), ("500", None)]
    assert register.webhooks.messages(given_up=True) == ()


def test_a_dead_letter_is_listed_and_sent_again(register, hook):
    register.webhooks.say("w1", "m1", "{}", seen={}, now=NOON)
    register.webhooks.came_back("m1", "500", sent_at=None, due_at=None, attempts=8)
    assert [one.answer for one in register.webhooks.messages(given_up=True)] == ["500"]
    assert register.webhooks.again("m1", now=LATER).attempts == 0
    assert register.webhooks.messages(given_up=True) == ()
    assert len(register.webhooks.due(now=LATER, busy_until=LATER)) == 1


def test_a_changed_secret_leaves_the_former_one_for_a_while_and_neither_shows_in_a_log(register, hook):
    found = register.webhooks.rotate("fund", "w1", "whsec_b", former_until=LATER, **BY)
    assert (found.secret, found.former_secret, found.former_until) == ("whsec_b", "whsec_a", LATER)
    assert "whsec" not in repr(found)
    assert "whsec" not in str(register.audit()["facts"].tolist())
