"""A password opens its account and no other, and not once it is disabled."""

from dataclasses import replace
from datetime import datetime

import pytest

from serving.desk.people import PasswordCost, add_person, disable_person, people, signed_in

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


def test_a_disabled_account_opens_no_more(workspace):
    disable_person(workspace, "office", **BY)
    assert signed_in(workspace, "office", PASSWORD, cost=CHEAP) is None
