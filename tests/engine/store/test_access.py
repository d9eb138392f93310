"""Keys, people, agreements and the audit: on either database, whole or not at all, and no secret among them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import create_engine, text

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.audit import BEGINNING

NOON = datetime(2026, 11, 30, 12, 0, 0, 123)
LATER = datetime(2026, 12, 30)
BY = {"made_at": NOON, "actor": "terminal"}
FROZEN = {"role": "deputy", "signed_on": "2026-11-30", "note": None, "made_at": NOON}


def add_key(register, key_id="k1", name="fund", **more):
    line = {"role": "investor", "investor": "fund", "digest": "ab" * 32, "expires_at": None, **BY, **more}
    return register.keys.add(key_id=key_id, name=name, **line)


def keep_package(register, *, frozen=True):
    document = {"event": "INVA", "as_of": "2026-11-29", "model_version": "m1", "made_at": NOON}
    stored = register.packages.add(name="inva", **document, document={"units": []}, inputs={})
    if frozen:
        register.packages.freeze("inva", stored.version, **FROZEN)
    return stored


def test_a_key_is_found_again_expires_and_is_revoked_once(register):
    made = add_key(register, expires_at=LATER)
    assert register.keys() == (made,)
    assert made.opens(NOON)
    assert not made.opens(LATER)
    register.keys.revoke("fund", **BY)
    assert not register.keys()[0].opens(NOON)
    for given, code in (("k1", ErrorCode.KEY_REVOKED), ("k2", ErrorCode.KEY_UNKNOWN)):
        with pytest.raises(EhyaError) as caught:
            register.keys.revoke(given, **BY)
        assert caught.value.code is code


def test_a_name_is_free_again_once_its_key_is_revoked(register):
    add_key(register)
    with pytest.raises(EhyaError) as caught:
        add_key(register, "k2")
    assert caught.value.code is ErrorCode.KEY_NAMED
    register.keys.revoke("k1", **BY)
    assert [key.key_id for key in (add_key(register, "k2"), register.keys()[0])] == ["k2", "k2"]


def test_an_account_is_opened_and_disabled_once_and_its_name_stays_taken(register):
    account = {"role": "planner", "investor": None, "password": "$argon2id$x", **BY}
    register.people.add(name="office", **account)
    register.people.disable("office", **BY)
    assert register.people()[0].disabled_at == NOON
    for again, code in (
        (lambda: register.people.add(name="office", **account), ErrorCode.PERSON_EXISTS),
        (lambda: register.people.disable("office", **BY), ErrorCode.PERSON_DISABLED),
        (lambda: register.people.disable("nobody", **BY), ErrorCode.PERSON_UNKNOWN),
    ):
        with pytest.raises(EhyaError) as caught:
            again()
        assert caught.value.code is code


def test_an_agreement_stands_for_one_version_until_it_is_taken_back(register):
    keep_package(register)
    keep_package(register, frozen=False)
    assert not register.agreements.accept("fund", "inva", 1, confirmed=False, **BY)
    assert register.agreements("fund")["confirmed_at"].isna().all()
    assert register.agreements.accept("fund", "inva", 1, confirmed=True, **BY)
    assert register.agreements.accept("fund", "inva", 1, confirmed=False, **BY)  # it was confirmed before
    assert register.agreements("fund")["package"].tolist() == ["inva@1"]
    assert register.agreements("other").empty
    for name, version, code in (("inva", 2, ErrorCode.PACKAGE_NOT_FROZEN), ("nova", 1, ErrorCode.PACKAGE_UNKNOWN)):
        with pytest.raises(EhyaError) as caught:
            register.agreements.accept("fund", name, version, confirmed=True, **BY)
        assert caught.value.code is code
    register.agreements.end("fund", "inva", 1, **BY)
    assert register.agreements()["ended_at"].notna().all()
    with pytest.raises(EhyaError) as caught:
        register.agreements.end("fund", "inva", 1, **BY)
    assert caught.value.code is ErrorCode.NOT_AGREED
    assert register.audit()["act"].tolist() == ["agreement_ended", "agreement_confirmed", "agreed"]


def test_the_audit_is_a_chain_that_any_change_breaks(register, url):
    assert register.audit.verify().head == BEGINNING
    for number in range(4):
        add_key(register, f"k{number}", f"fund {number}")
    sound = register.audit.verify()
    assert (sound.sound, sound.lines, sound.head) == (True, 4, register.audit()["hash"][0])
    assert register.audit.verify(head=register.audit()["hash"][2]).contains
    assert not register.audit.verify(head="ab").sound
    second = int(register.audit()["id"][2])
    engine = create_engine(url)
    with engine.begin() as connection:  # as somebody would who may do anything with the database
        for change in _unguarded(engine.dialect.name):
            connection.execute(text(change))
        connection.execute(text(f"UPDATE audit SET actor = 'key:other' WHERE id = {second}"))
    engine.dispose()
    assert register.audit.verify().broken_at == second


def _unguarded(dialect):
    if dialect == "sqlite":
        return ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    return ["DROP TRIGGER audit_append_only ON audit"]


@pytest.mark.parametrize(
    "verb", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "UPDATE keys SET role = 'admin'"]
)
def test_the_database_itself_refuses_to_change_what_was_recorded(register, url, verb):
    add_key(register)
    engine = create_engine(url)
    with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
        connection.execute(text(verb))
    engine.dispose()


def test_what_is_refused_leaves_no_line_and_what_is_written_together_comes_whole(register):
    with pytest.raises(EhyaError), register.together():
        _added_twice(register)
    assert register.keys() == ()
    assert register.audit().empty
    with register.together():
        add_key(register)
        register.keys.revoke("k1", **BY)
    assert register.audit.verify().lines == 2


def _added_twice(register):
    add_key(register)
    assert len(register.keys()) == 1  # it reads what it has written
    add_key(register)


def test_writers_at_once_make_one_chain(register, url):
    def add(number):
        with Register.open(url) as one:
            add_key(one, f"k{number}", f"fund {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(16)))
    checked = register.audit.verify()
    assert (checked.sound, checked.lines) == (True, 16)


def test_neither_digest_nor_hash_of_a_password_is_shown_or_audited(register):
    key = add_key(register)
    person = register.people.add(name="office", role="planner", investor=None, password="$argon2id$secret", **BY)
    for shown in (repr(key), repr(person), register.audit().to_csv()):
        assert "ab" * 8 not in shown
        assert "argon2id" not in shown
