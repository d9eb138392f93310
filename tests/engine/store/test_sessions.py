"""Sessions, saved views and documents: kept on both databases, ended and taken back exactly."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import EhyaError
from engine.store import Register

NOON = datetime(2026, 3, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=12)
BY = {"made_at": NOON, "actor": "terminal"}


@pytest.fixture
def register():
    with Register.open("sqlite://") as opened:
        opened.people.add(name="sara", role="planner", investor=None, password="hash", administers=True, **BY)
        yield opened


def _begin(register, name="sara", digest="d1"):
    register.sessions.begin(f"s-{digest}", name, digest, expires_at=LATER, **BY)


def test_a_session_lets_in_until_it_expires_is_ended_or_its_account_disabled(register):
    _begin(register)
    found = register.sessions.find("d1")
    assert found.opens(NOON)
    assert not found.opens(LATER)
    assert (found.name, found.role, found.administers) == ("sara", "planner", True)
    register.sessions.end("s-d1", **BY)
    assert not register.sessions.find("d1").opens(NOON)
    register.sessions.end("s-d1", **BY)  # a second time changes nothing
    _begin(register, digest="d2")
    register.people.disable("sara", **BY)
    assert not register.sessions.find("d2").opens(NOON)
    assert register.sessions.find("d9") is None


def test_a_session_that_never_began_cannot_be_ended(register):
    _begin(register)
    with pytest.raises(EhyaError, match="session_unknown"):
        register.sessions.end("s-d9", **BY)


def test_the_audit_tells_of_sessions_without_what_browsers_show(register):
    _begin(register)
    lines = register.audit()
    assert lines["act"].iloc[0] == "session_begun"
    assert "d1" not in lines["facts"].iloc[0].replace("s-d1", "")


def test_the_first_account_is_made_once(register):
    with pytest.raises(EhyaError, match="person_exists"):
        register.people.add(name="b", role="planner", investor=None, password="h", first=True, **BY)


def test_a_view_makes_way_for_another_of_its_name_and_belongs_to_one(register):
    register.views.save("user:a", "mine", "/desk/units?q=1", made_at=NOON)
    register.views.save("user:a", "mine", "/desk/units?q=2", made_at=NOON)
    (view,) = register.views("user:a")
    assert view.address.endswith("q=2")
    assert register.views("user:b") == ()
    with pytest.raises(EhyaError, match="view_unknown"):
        register.views.forget("user:b", view.number)
    assert register.views.forget("user:a", view.number) == view
    assert register.views("user:a") == ()
