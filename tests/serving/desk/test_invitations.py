"""An invitation opens one account, for one investor, until its time; whoever else holds the link learns nothing."""

from datetime import timedelta

import openpyxl
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Act, Register
from engine.store.closings import close_again, closings
from serving.desk.gathered import take_in_mandates
from serving.desk.invitations import invitations, invite, invited, take_invitation, withdraw_invitation
from serving.desk.people import people
from serving.desk.workspace import open_register
from tests.serving.api.browsing.conftest import CHEAP, PASSWORD
from tests.serving.api.parties import BY, NOON


def take(settings, token, name="neda", now=NOON):
    return take_invitation(settings, token, name=name, password=PASSWORD, now=now, cost=CHEAP)


@pytest.fixture
def settings(own_copy):
    return own_copy.settings


def test_it_opens_an_account_that_acts_for_the_investor_and_then_none(settings):
    made = invite(settings, "  صندوق   تازه ", "INVA", **BY)
    person = take(settings, made.token)
    assert (person.role, person.investor, person.administers) == ("investor", "صندوق تازه", False)
    with pytest.raises(EhyaError) as refused:
        take(settings, made.token, name="second")
    assert refused.value.code is ErrorCode.INVITATION_UNKNOWN
    assert "second" not in {one.name for one in people(settings)}  # neither is written without the other
    with open_register(settings) as register:
        acts = register.audit(newest=3)["act"].tolist()
    assert acts == [Act.INVITATION_TAKEN.value, Act.PERSON_ADDED.value, Act.INVITED.value]


def test_another_spelling_of_an_investor_that_is_there_is_that_one(settings):
    assert invite(settings, "FUND", "INVA", **BY).stored.investor == "fund"


def test_an_investor_whose_criteria_came_first_finds_them_at_its_door(settings, tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "risk_appetite"], ["North Fund", "high"], ["FUND", "low"]):
        book.active.append(row)
    book.save(tmp_path / "wishes.xlsx")
    assert take_in_mandates(settings, tmp_path / "wishes.xlsx", **BY).saved == 2
    person = take(settings, invite(settings, "north fund", "INVA", **BY).token)
    with open_register(settings) as register:
        assert [one.name for one in register.mandates(person.investor)] == ["North Fund"]
        assert "FUND" in {one.name for one in register.mandates("fund")}


def test_criteria_under_a_name_that_no_account_can_bear_are_refused(settings, tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "risk_appetite"], ["key:1", "high"]):
        book.active.append(row)
    book.save(tmp_path / "wishes.xlsx")
    with pytest.raises(EhyaError) as refused:
        take_in_mandates(settings, tmp_path / "wishes.xlsx", **BY)
    assert refused.value.facts["given"] == "key:1"


@pytest.mark.parametrize("state", ["expired", "withdrawn", "foreign", "taken"])
def test_a_link_that_opens_nothing_says_the_same_whatever_the_reason(settings, state):
    made = invite(settings, "new fund", "INVA", days=2, **BY)
    token, now = made.token, NOON
    if state == "expired":
        now = NOON + timedelta(days=2)
    elif state == "withdrawn":
        withdraw_invitation(settings, made.stored.invitation_id, **BY)
    elif state == "taken":
        take(settings, token)
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    with pytest.raises(EhyaError) as refused:
        invited(settings, token, now=now)
    assert (refused.value.code, dict(refused.value.facts)) == (ErrorCode.INVITATION_UNKNOWN, {"given": ""})


def test_what_is_kept_of_a_link_opens_nothing(settings):
    made = invite(settings, "new fund", "INVA", **BY)
    assert made.token not in str(invitations(settings))
    assert made.token not in repr(made)
    with pytest.raises(EhyaError):
        invited(settings, made.stored.digest, now=NOON)


@pytest.mark.parametrize(
    ("investor", "event", "days"),
    [("", "INVA", 5), ("ن" * 300, "INVA", 5), ("n" * 300, "INVA", 5), ("fund", "", 5), ("fund", "INVA", 91),
     ("fund", "INVA", 0), ("key:1", "INVA", 5)],
)  # fmt: skip
def test_what_can_be_no_invitation_is_refused(settings, investor, event, days):
    with pytest.raises(EhyaError) as refused:
        invite(settings, investor, event, days=days, **BY)
    long = len(investor) > 200
    assert (refused.value.code is ErrorCode.TEXT_TOO_LONG) == long
    assert long or refused.value.code in (ErrorCode.VALUE_UNREADABLE, ErrorCode.UNKNOWN_OPTION)


def test_a_withdrawn_one_is_withdrawn_once_and_the_account_of_a_taken_one_stays(settings):
    made = invite(settings, "new fund", "INVA", **BY)
    take(settings, made.token)
    with pytest.raises(EhyaError) as refused:
        withdraw_invitation(settings, made.stored.invitation_id, **BY)
    assert refused.value.code is ErrorCode.INVITATION_ENDED
    assert next(one for one in people(settings) if one.name == "neda").disabled_at is None


def test_an_older_register_that_is_restored_lets_nobody_in_by_the_links_of_its_day(own_copy, tmp_path):
    made = invite(own_copy.settings, "new fund", "INVA", **BY)
    with Register.open(own_copy.settings.database_url) as register:
        newer = closings(own_copy.settings.home / "ehya.db")
        register.keys.revoke("service", **BY)  # so that the two differ
        close_again(register._session, newer, made_at=NOON)
    with pytest.raises(EhyaError):
        invited(own_copy.settings, made.token, now=NOON)
