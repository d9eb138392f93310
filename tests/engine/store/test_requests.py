"""What an investor asks stays as it was asked, an owner's alone, answered or taken back once, and due when it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from engine.domain.request import LEVEL_DAYS, RequestKind, RequestState
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from engine.store.backup import back_up, restore

NOON = datetime(2026, 11, 30, 12)
BY = {"made_at": NOON, "actor": "key:1"}


@pytest.fixture
def listed(register, given):
    """Three units, of which the list of one owner has shown the first two."""
    rows = [{"identity": f"business:{number}", "jobs_now": number} for number in range(3)]
    units = register.imports.commit(given(*rows), imported_at=NOON).rows["unit_id"].tolist()
    saved = register.mandates.save("fund", "food", {"id": "food"}, over=None, **BY)
    places = [{"unit_id": unit, "position": number} for number, unit in enumerate(units, 1)]
    made_of = {"run_id": "r", "stock_version": "s", "model_version": "m", "as_of": "2026-11-30"}
    register.lists.keep("fund", saved.number, list_id="l1", **made_of, places=places, **BY)
    register.lists.show("fund", "l1", until=2, shown_on=NOON)
    return units


def ask(register, unit, request_id="r1", text="which machines?", owner="fund", **by):
    said = {"request_id": request_id, "kind": RequestKind.INFORMATION, "text": text}
    return register.requests.ask(owner, "l1", unit, **said, **(BY | by))


def refused(code, act, *given, **more):
    with pytest.raises(EhyaError) as caught:
        act(*given, **more)
    assert caught.value.code is code
    return caught.value.facts


def test_only_what_a_list_has_shown_is_asked_about(register, listed):
    refused(ErrorCode.NOT_ON_LIST, ask, register, listed[2])
    refused(ErrorCode.LIST_UNKNOWN, ask, register, listed[0], owner="rival")
    assert register.requests() == ()
    assert ask(register, listed[0]).state is RequestState.OPEN


def test_a_request_is_due_as_the_level_stood_when_it_was_asked(register, listed):
    assert register.requests.level() is None
    first = ask(register, listed[0])
    assert first.due_at == NOON + timedelta(days=LEVEL_DAYS)
    register.requests.set_level(2, **BY)
    assert (register.requests.level(), register.requests.get(None, "r1").due_at) == (2, first.due_at)
    assert ask(register, listed[1], "r2").due_at == NOON + timedelta(days=2)
    late = NOON + timedelta(days=3)
    assert [one.request_id for one in register.requests(overdue_at=late)] == ["r2"]
    assert [one.overdue(late) for one in register.requests()] == [False, True]


def test_a_request_is_answered_once_and_not_after_it_was_taken_back(register, listed):
    ask(register, listed[0])
    ask(register, listed[1], "r2")
    answered = register.requests.answer("r1", "two looms", **BY)
    assert (answered.state, answered.answer) == (RequestState.ANSWERED, "two looms")
    assert register.requests.withdraw("fund", "r2", **BY).state is RequestState.WITHDRAWN
    for act, given in ((register.requests.answer, ("r1", "three")), (register.requests.withdraw, ("fund", "r1"))):
        assert refused(ErrorCode.REQUEST_ANSWERED, act, *given, **BY)["date"] == NOON
    for act, given in ((register.requests.answer, ("r2", "yes")), (register.requests.withdraw, ("fund", "r2"))):
        refused(ErrorCode.REQUEST_WITHDRAWN, act, *given, **BY)
    late = NOON + timedelta(days=99)
    assert register.requests(overdue_at=late) == register.requests(state=RequestState.OPEN) == ()
    assert register.requests.count(state=RequestState.ANSWERED) == 1
    assert register.requests.get("fund", "r1").answer == "two looms"


def test_the_same_words_are_asked_once_while_they_wait(register, listed):
    first = ask(register, listed[0])
    assert ask(register, listed[0], "r2") == first
    register.requests.answer("r1", "two looms", **BY)
    assert ask(register, listed[0], "r2").request_id == "r2"


def test_an_owner_meets_nothing_of_another(register, listed):
    ask(register, listed[0])
    refused(ErrorCode.REQUEST_UNKNOWN, register.requests.get, "rival", "r1")
    refused(ErrorCode.REQUEST_UNKNOWN, register.requests.withdraw, "rival", "r1", **BY)
    refused(ErrorCode.REQUEST_UNKNOWN, register.requests.answer, "none", "yes", **BY)
    assert register.requests("rival") == ()
    assert (register.requests.count("rival"), register.requests.count("fund")) == (0, 1)


def test_a_place_tells_an_owner_of_nobody_elses_requests(register, listed):
    saved = register.mandates.save("rival", "food", {"id": "food"}, over=None, **BY)
    made_of = {"run_id": "r", "stock_version": "s", "model_version": "m", "as_of": "2026-05-01"}
    register.lists.keep(
        "rival", saved.number, list_id="l2", **made_of, places=[{"unit_id": listed[0], "position": 1}], **BY
    )
    register.lists.show("rival", "l2", until=1, shown_on=NOON)
    said = {"kind": RequestKind.VISIT, **BY}
    for number, (owner, kept) in enumerate((("fund", "l1"), ("rival", "l2"), ("rival", "l2"), ("fund", "l1"))):
        register.requests.ask(owner, kept, listed[0], request_id=f"r{number}", text=f"question {number}", **said)
    assert [(one.request_id, one.place) for one in register.requests.page("fund")] == [("r0", 1), ("r3", 2)]
    assert [one.request_id for one in register.requests.page("fund", after=1)] == ["r3"]
    assert [one.place for one in register.requests.page(None)] == [1, 2, 3, 4]


def test_of_two_answers_at_once_one_stands(register, listed, url):
    ask(register, listed[0])

    def answer(text):
        try:
            with Register.open(url) as own:
                return own.requests.answer("r1", text, **BY).answer
        except EhyaError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(answer, ("first", "second")))
    assert said.count(ErrorCode.REQUEST_ANSWERED) == 1
    assert register.requests.get("fund", "r1").answer in said


def test_pages_begin_at_either_end(register, listed):
    for number in range(4):
        ask(register, listed[0], f"r{number}", text=f"question {number}")
    assert [one.request_id for one in register.requests(after=1, limit=2)] == ["r1", "r2"]
    assert [one.request_id for one in register.requests(newest=True, limit=2)] == ["r3", "r2"]
    assert register.requests(since=NOON) == ()


def test_what_is_asked_moves_no_appraisal_and_the_audit_holds_no_word_of_it(register, listed):
    before = register.revision()
    ask(register, listed[0], text="a secret plan")
    register.requests.answer("r1", "a secret answer", **BY)
    ask(register, listed[0], "r2")
    register.requests.withdraw("fund", "r2", **BY)
    register.requests.set_level(3, **BY)
    assert register.revision() == before
    lines = register.audit()
    acts = ["level_set", "request_withdrawn", "request_asked", "request_answered", "request_asked"]
    assert lines["act"].tolist()[:5] == acts
    assert not lines["facts"].str.contains("secret").any()
    assert register.audit.verify().sound
    assert register.check() == ()


def test_what_was_asked_and_answered_comes_back_with_a_backup(tmp_path, given):
    url, out = f"sqlite:///{tmp_path / 'ehya.db'}", tmp_path / "backup.zip"
    with Register.open(url) as register:
        unit = register.imports.commit(given({"identity": "business:1"}), imported_at=NOON).rows["unit_id"].iloc[0]
        saved = register.mandates.save("fund", "food", {"id": "food"}, over=None, **BY)
        made_of = {"run_id": "r", "stock_version": "s", "model_version": "m", "as_of": "2026-11-30"}
        places = [{"unit_id": unit, "position": 1}]
        register.lists.keep("fund", saved.number, list_id="l1", **made_of, places=places, **BY)
        register.lists.show("fund", "l1", until=1, shown_on=NOON)
        register.requests.set_level(3, **BY)
        ask(register, unit)
        register.requests.answer("r1", "two looms", **BY)
        kept = register.requests()
    back_up(url, out, made_at=NOON)
    with Register.open(url) as register:
        ask(register, unit, "r2", text="asked after the backup")
    restore(out, url, made_at=NOON)
    with Register.open(url) as register:
        assert (register.requests(), register.requests.level()) == (kept, 3)
