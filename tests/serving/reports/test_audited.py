"""The audit speaks to people: names of units with their pages, fields and kinds in words, and no codes."""

import json

import pandas as pd
import pytest

from engine.store import Act
from serving.i18n import speech
from serving.reports.audited import audit_said

NAMES = pd.Series({"U1": "Zagros", "U2": None}, dtype="str")
LINES = (
    (Act.DECIDED, "U1", {"what": "merge", "other": "U2"}, "two units merged|Zagros|No name"),
    (
        Act.DECIDED,
        "U1",
        {"what": "pin", "field": "jobs_now", "source": "bank.xlsx"},
        "source chosen|Zagros|Jobs now|bank.xlsx",
    ),
    (
        Act.DECIDED,
        "U1",
        {"what": "confirm", "field": "land_m2", "level": "verified"},
        "value confirmed|Zagros|Land|verified",
    ),
    (Act.DECIDED, "bank.xlsx", {"what": "rank_source", "rank": 2}, "rank of a source set|bank.xlsx|rank 2"),
    (
        Act.UNIT_EDITED,
        "U1",
        {"fields": "jobs_now;county", "number": 1200},
        "unit edited|Zagros|Jobs now, County|no. 1200",
    ),
    (Act.IMPORT_UNDONE, "import 7", {"number": 7}, "register taken back|no. 7"),
    (Act.REGISTER_READ, "a.xlsx", {"number": 7}, "register read|a.xlsx|no. 7"),
    (Act.OUTCOME_RECORDED, "U1", {"kind": "restarted", "number": 3}, "event recorded|Zagros|restarted|event 3"),
    (
        Act.OUTCOME_CORRECTED,
        "U1",
        {"number": 3, "replacement": 4},
        "event corrected|Zagros|event 3|event 4 in its place",
    ),
    (
        Act.PERSON_ADDED,
        "ali",
        {"role": "planner", "investor": None, "administers": 1},
        "account opened|ali|planner|looks after accounts",
    ),
    (Act.PASSWORD_CHANGED, "ali", {"sessions": 2}, "password changed|ali|2 sessions ended"),
    (Act.SESSION_BEGUN, "ali", {"session": "s3cr3t"}, "signed in|ali"),
    (Act.DOCUMENT_ADDED, "U1", {"number": 5, "bytes": 2048}, "document added|Zagros|document 5|2 kB"),
    (
        Act.REACTED,
        "fund",
        {"unit": "U1", "kind": "declined", "reason": "place"},
        "said to a unit on a list|fund|Zagros|declines|the place does not suit",
    ),
    (
        Act.REQUEST_ASKED,
        "fund",
        {"unit": "U1", "kind": "visit", "request": "r1"},
        "asked about a unit|fund|Zagros|a visit",
    ),
    (Act.REQUEST_ANSWERED, "fund", {"unit": "U1", "request": "r1"}, "request answered|fund|Zagros"),
    (Act.LEVEL_SET, "requests", {"days": 5}, "days for answering requests set||5 days"),
    (Act.KEY_ADDED, "k1", {"name": "portal", "role": "service", "until": "2026-03-20T20:29:59"}, "key made|portal|"),
    (Act.MEETINGS_PLANNED_AGAIN, "INVA", {"version": 2}, "meetings of an event planned anew|INVA|version 2"),
    (Act.TRAINING_STARTED, "model", {}, "training of a model started|"),
)


def said(act, subject, facts, language="en"):
    line = {"actor": "user:sara", "act": act.value, "subject": subject, "facts": json.dumps(facts)}
    return audit_said(line, NAMES, speech(language))


@pytest.mark.parametrize(("act", "subject", "facts", "words"), LINES)
def test_a_line_is_said_in_words(act, subject, facts, words):
    found = said(act, subject, facts)
    whole = "|".join([found.act, found.subject.text, *(one.text for one in found.details)])
    assert whole.casefold().startswith(words.casefold())


@pytest.mark.parametrize(("act", "subject", "facts", "_"), LINES)
def test_in_persian_no_code_is_left(act, subject, facts, _):
    found = said(act, subject, facts, "fa")
    codes = {
        "merge",
        "pin",
        "confirm",
        "rank_source",
        "jobs_now",
        "land_m2",
        "county",
        "restarted",
        "planner",
        "declined",
    }
    whole = [found.act, *(one.text for one in found.details)]
    assert not codes.intersection(word for text in whole for word in text.replace("،", " ").split())
    assert "1200" not in " ".join(whole)


def test_units_events_and_registers_lead_to_their_pages():
    assert said(Act.DECIDED, "U1", {"what": "merge", "other": "U2"}).details[0].address == "/desk/units/U2"
    assert said(Act.OUTCOME_RECORDED, "U1", {"number": 3}).details[0].address == "/desk/outcomes/3"
    assert said(Act.IMPORT_UNDONE, "import 7", {"number": 7}).subject.address == "/desk/imports/7"
    assert said(Act.DECIDED, "gone", {"what": "merge"}).subject.address == ""


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        ("user:sara", "sara"),
        ("terminal", "خط فرمان"),
        ("first run", "نخستین اجرا"),
        ("key:ab12", "کلید ab12"),
        ("restore", "بازگرداندن پشتیبان"),
    ],
)
def test_who_it_was_is_said_in_words(actor, words):
    line = {"actor": actor, "act": "key_revoked", "subject": "k", "facts": "{}"}
    assert audit_said(line, NAMES, speech("fa")).actor == words
