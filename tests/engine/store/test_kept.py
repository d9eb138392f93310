"""Mandates, lists and reactions stay as they were, an owner's alone, whoever writes at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from engine.errors import EhyaError, ErrorCode
from engine.store import Register

NOON = datetime(2026, 11, 30, 12)
BY = {"made_at": NOON, "actor": "key:1"}


def save(register, owner="fund", name="food", over=None, **document):
    return register.mandates.save(owner, name, {"id": name, **document}, over=over, **BY)


@pytest.fixture
def listed(register, given):
    """A register with three units and a list of them; the ids, best first."""
    rows = [{"identity": f"business:{number}", "jobs_now": number} for number in range(3)]
    units = register.imports.commit(given(*rows), imported_at=NOON).rows["unit_id"].tolist()
    keep(register, "l1", units)
    return units


def keep(register, list_id, units, owner="fund"):
    found = next((one for one in register.mandates(owner)), None) or save(register, owner)
    places = [{"unit_id": unit, "position": number} for number, unit in enumerate(units, 1)]
    made_of = {"run_id": "r", "stock_version": "s", "model_version": "m", "as_of": "2026-11-30"}
    return register.lists.keep(owner, found.number, list_id=list_id, **made_of, places=places, **BY)


def refused(code, act, *given, **more):
    with pytest.raises(EhyaError) as caught:
        act(*given, **more)
    assert caught.value.code is code


def test_a_mandate_has_versions_and_none_is_lost_to_who_did_not_read_the_last(register):
    first = save(register, jobs_goal=1)
    refused(ErrorCode.MANDATE_EXISTS, save, register)
    assert save(register, over=1, jobs_goal=2).version == 2
    refused(ErrorCode.MANDATE_CHANGED, save, register, over=1)
    assert register.mandates.get("fund", "food").document["jobs_goal"] == 2
    assert first.document["jobs_goal"] == 1
    refused(ErrorCode.MANDATE_CHANGED, register.mandates.withdraw, "fund", "food", over=1, **BY)
    register.mandates.withdraw("fund", "food", over=2, **BY)
    refused(ErrorCode.MANDATE_UNKNOWN, register.mandates.get, "fund", "food")
    refused(ErrorCode.MANDATE_UNKNOWN, save, register, over=2)
    assert save(register).version == 3
    assert [one.version for one in register.mandates("fund")] == [3]


def test_an_owner_meets_nothing_of_another(register, listed):
    save(register, owner="rival")
    for act, code in (
        (register.lists.get, ErrorCode.LIST_UNKNOWN),
        (register.lists.before, ErrorCode.LIST_UNKNOWN),
        (register.mandates.get, ErrorCode.MANDATE_UNKNOWN),
    ):
        refused(code, act, "rival", "l1")
    refused(ErrorCode.LIST_UNKNOWN, register.lists.show, "rival", "l1", until=3, shown_on=NOON)
    assert register.lists("rival") == ()
    assert register.lists.reactions("rival").empty


def test_a_list_is_shown_page_by_page_and_each_place_is_logged_once(register, listed):
    assert register.lists.show("fund", "l1", until=1, shown_on=NOON).shown == {1}
    assert register.lists.show("fund", "l1", until=1, shown_on=NOON).shown == {1}
    assert register.lists.show("fund", "l1", until=5, shown_on=NOON).shown == {1, 2, 3}
    logged = register.showings()
    assert logged["unit_id"].tolist() == listed
    assert logged["propensity"].tolist() == [1.0] * 3
    assert set(logged["mandate_id"]) == {"fund:food"}


def test_a_page_that_was_left_out_was_not_shown(register, listed):
    assert register.lists.show("fund", "l1", after=2, until=3, shown_on=NOON).shown == {3}
    assert register.lists.show("fund", "l1", after=9, until=19, shown_on=NOON).shown == {3}
    assert register.showings()["unit_id"].tolist() == [listed[2]]
    said = {"kind": "declined", "reason": "place", **BY}
    refused(ErrorCode.NOT_ON_LIST, register.lists.react, "fund", "l1", listed[0], **said)
    register.lists.react("fund", "l1", listed[2], **said)
    assert register.lists.show("fund", "l1", until=3, shown_on=NOON).shown == {1, 2, 3}


def test_a_page_that_was_shown_waits_for_no_writer(register, listed, url):
    register.lists.show("fund", "l1", until=2, shown_on=NOON)
    with Register.open(url, busy_seconds=0.05) as reader, register.together():
        save(register, name="while others write")
        assert reader.lists.show("fund", "l1", until=2, shown_on=NOON).shown == {1, 2}
        refused(ErrorCode.REGISTER_BUSY, reader.lists.show, "fund", "l1", until=3, shown_on=NOON)


def test_a_list_is_read_on_when_a_unit_of_it_is_gone(register, given):
    there = register.imports.commit(given({"identity": "business:1"}), imported_at=NOON).rows["unit_id"].tolist()
    wrong = register.imports.commit(given({"identity": "business:2"}, source="b.xlsx"), imported_at=NOON)
    keep(register, "l1", [*wrong.rows["unit_id"], *there])
    register.imports.undo(wrong.import_id, made_at=NOON)
    assert register.lists.show("fund", "l1", until=5, shown_on=NOON).shown == {2}
    assert register.showings()["unit_id"].tolist() == there


def test_only_what_was_shown_is_answered(register, listed):
    said = {"kind": "declined", "reason": "place", **BY}
    refused(ErrorCode.NOT_ON_LIST, register.lists.react, "fund", "l1", listed[0], **said)
    register.lists.show("fund", "l1", until=1, shown_on=NOON)
    register.lists.react("fund", "l1", listed[0], **said)
    refused(ErrorCode.NOT_ON_LIST, register.lists.react, "fund", "l1", listed[1], **said)
    assert register.lists.reactions("fund")[["unit_id", "kind", "reason"]].values.tolist() == [
        [listed[0], "declined", "place"]
    ]


def test_a_list_knows_the_one_before_it(register, listed):
    assert register.lists.before("fund", "l1") is None
    keep(register, "l2", listed[::-1])
    assert register.lists.before("fund", "l2").list_id == "l1"
    assert [one.list_id for one in register.lists("fund")] == ["l1", "l2"]


def test_an_answer_is_remembered_for_its_caller_and_a_day(register):
    register.acknowledged.keep("key:1", "a", "digest", "{}", now=NOON)
    assert register.acknowledged.find("key:1", "a", "digest", now=NOON) == "{}"
    assert register.acknowledged.find("key:2", "a", "other", now=NOON) is None
    refused(ErrorCode.IDEMPOTENCY_KEY_USED, register.acknowledged.find, "key:1", "a", "other", now=NOON)
    later = NOON + timedelta(days=2)
    assert register.acknowledged.find("key:1", "a", "other", now=later) is None
    register.acknowledged.keep("key:1", "a", "other", "{}", now=later)


def test_fifty_writers_lose_nothing(register, url):
    def write(number):
        with Register.open(url) as one:
            save(one, name=f"m{number}")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(write, range(50)))
    assert len(register.mandates("fund")) == 50
    checked = register.audit.verify()
    assert (checked.sound, checked.lines) == (True, 50)
