"""A password opens its account and no other, and not once it is disabled."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import insert

from engine.errors import EhyaError
from engine.store import Register, schema
from serving.desk.people import (
    PasswordCost,
    add_person,
    change_password,
    disable_person,
    people,
    set_password,
    signed_in,
)
from serving.desk.sessions import sessions, sign_in

CHEAP = PasswordCost(rounds=1, memory_kib=8, lanes=1)
BY = {"made_at": datetime(2026, 11, 30), "actor": "terminal"}
PASSWORD = "five words in a row"


@pytest.fixture
def workspace(settings, tmp_path):
    found = replace(settings, home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}")
    add_person(found, name="office", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    return found


def test_the_password_alone_opens_and_is_kept_as_argon2id(workspace):
    assert signed_in(workspace, "office", PASSWORD, cost=CHEAP).name == "office"
    for name, password in (("office", PASSWORD + "."), ("Office", PASSWORD), ("nobody", PASSWORD), ("office", "")):
        assert signed_in(workspace, name, password, cost=CHEAP) is None
    assert people(workspace)[0].password.startswith("$argon2id$v=19$m=8,t=1,p=1$")


@pytest.mark.parametrize(
    ("chosen", "typed"), [("river plum ۱۳۸۵", "river plum 1385"), ("river plum 1385", "river plum ۱۳۸۵")]
)
def test_digits_of_a_password_are_the_same_on_every_keyboard(workspace, chosen, typed):
    set_password(workspace, "office", chosen, cost=CHEAP, **BY)
    assert signed_in(workspace, "office", chosen, cost=CHEAP) is not None
    assert signed_in(workspace, "office", typed, cost=CHEAP) is not None
    assert signed_in(workspace, "office", typed + "1", cost=CHEAP) is None


def test_one_sign_over_and_over_is_no_password(workspace):
    with pytest.raises(EhyaError, match="password_refused"):
        set_password(workspace, "office", "a" * 12, cost=CHEAP, **BY)


def test_of_two_who_change_a_password_at_once_one_knew_it(workspace, monkeypatch):
    """Both know the old password while it holds; who comes second no longer does."""
    both = Barrier(2)

    def known(*given, **more):
        found = signed_in(*given, **more)
        both.wait(timeout=30)
        return found

    monkeypatch.setattr("serving.desk.people.signed_in", known)
    passwords = ["the first of two words", "the second of two words"]
    change = partial(change_password, workspace, "office", PASSWORD, session="s", made_at=BY["made_at"], cost=CHEAP)
    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(change, passwords))
    assert sorted(done, key=str) == [0, None]
    opening = [signed_in(workspace, "office", one, cost=CHEAP) is not None for one in passwords]
    assert opening == [one is not None for one in done]


def test_who_knew_a_password_that_is_changed_meanwhile_is_not_let_in(workspace, monkeypatch):
    def known(*given, **more):
        found = signed_in(*given, **more)
        set_password(workspace, "office", PASSWORD[::-1], cost=CHEAP, **BY)
        return found

    monkeypatch.setattr("serving.desk.sessions.signed_in", known)
    assert sign_in(workspace, "office", PASSWORD, now=BY["made_at"], cost=CHEAP) is None
    assert sessions(workspace) == ()


def test_no_two_accounts_look_the_same_and_each_spelling_opens_the_one(workspace):
    made = {"role": "planner", "investor": None, "password": PASSWORD, "cost": CHEAP}
    kept = add_person(workspace, name="\u200fمی\u200cنا\u200c ", **made, **BY).name
    assert kept == "می\u200cنا"
    for name in ("مینا", "می\u200cنا", "مي\u200cنا\u200d", "می\u200c\u200cنا"):
        assert signed_in(workspace, name, PASSWORD, cost=CHEAP).name == kept
        with pytest.raises(EhyaError, match="person_exists"):
            add_person(workspace, name=name, **made, **BY)
    with pytest.raises(EhyaError, match="value_unreadable"):
        add_person(workspace, name="\u200c\u200f", **made, **BY)


def test_of_two_old_accounts_that_look_the_same_each_is_opened_by_its_own_name(workspace):
    """Registers of before told names apart that nobody can tell apart."""
    first = add_person(workspace, name="علی", role="planner", investor=None, password=PASSWORD, cost=CHEAP, **BY)
    with Register.open(workspace.database_url) as register, register._session.write() as connection:
        row = {"name": "علی\u200c", "role": "planner", "investor": None, "password": first.password}
        connection.execute(insert(schema.people).values({**row, "administers": False, "made_at": first.made_at}))
    for name in ("علی", "علی\u200c"):
        assert signed_in(workspace, name, PASSWORD, cost=CHEAP).name == name


def test_a_disabled_account_opens_no_more(workspace):
    disable_person(workspace, "office", **BY)
    assert signed_in(workspace, "office", PASSWORD, cost=CHEAP) is None
