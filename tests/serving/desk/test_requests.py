"""How soon the office answers is said honestly: by what was promised, over what is due, and never of a few."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from engine.domain.request import LEVEL_DAYS, LevelBasis, RequestKind
from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.requests import (
    FEWEST,
    checked_text,
    level_here,
    published_figures,
    requests_listed,
    response_figures,
    set_level,
)

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'ehya.db'}", language="en")


@pytest.fixture
def register(settings):
    with Register.open(settings.database_url) as found:
        yield found


class File:
    """An intake of one unit as the register sees it."""

    source, as_of = "a.xlsx", pd.Timestamp("2026-05-01")

    def __init__(self):
        self.rejected_rows = self.rejected_cells = pd.DataFrame()
        row = {"identity": "business:1", "name": "Zagros", "sheet": "1", "row": 2, "origin": "reported"}
        self.units = pd.DataFrame([row | {"source": "a.xlsx", "as_of": self.as_of}])


@pytest.fixture
def asked(register):
    """Asks so many days ago, and has it answered or withdrawn so many days later."""
    by = {"actor": "key:1"}
    at = NOON - timedelta(days=200)
    unit = register.imports.commit(File(), imported_at=at).rows["unit_id"].iloc[0]
    places = [{"unit_id": unit, "position": 1}]
    made_of = {"run_id": "r", "stock_version": "s", "model_version": "m", "as_of": "2026-05-01", "places": places}
    for one in ("fund", "rival", "third", "fourth"):
        saved = register.mandates.save(one, "food", {"id": "food"}, over=None, made_at=at, **by)
        register.lists.keep(one, saved.number, list_id=one, **made_of, made_at=at, **by)
        register.lists.show(one, one, until=1, shown_on=at)

    def ask(number, ago, *, answered=None, withdrawn=None, owner="fund"):
        made_at = NOON - timedelta(days=ago)
        said = {"request_id": f"r{number}", "kind": RequestKind.VISIT, "text": f"question {number}"}
        register.requests.ask(owner, owner, unit, **said, made_at=made_at, **by)
        if answered is not None:
            register.requests.answer(f"r{number}", "yes", made_at=made_at + timedelta(days=answered), **by)
        if withdrawn is not None:
            register.requests.withdraw(owner, f"r{number}", made_at=made_at + timedelta(days=withdrawn), **by)

    return ask


def test_nothing_is_published_of_fewer_than_five(register, asked):
    for number in range(FEWEST - 1):
        asked(number, 20, answered=2)
    found = response_figures(register, NOON)
    assert (found.answered, found.median_days, found.due, found.in_time) == (4, None, 4, None)
    asked(4, 20, answered=6)
    found = response_figures(register, NOON)
    assert (found.answered, found.median_days, found.in_time) == (5, 2.0, 1.0)


def test_what_nobody_answered_counts_against_the_office(register, asked):
    asked(0, 20, answered=1)
    for number in range(1, 5):
        asked(number, 20)
    found = response_figures(register, NOON)
    assert (found.due, found.in_time, found.median_days) == (5, 0.2, None)
    assert (found.open, found.overdue) == (4, 4)


def test_only_what_is_due_is_counted_and_what_was_withdrawn_in_time_is_not(register, asked):
    for number in range(5):
        asked(number, 20, answered=10)  # late
    asked(5, 3, answered=1)  # early, but not due yet: alone the quick ones would count
    asked(6, 20, withdrawn=2)
    asked(7, 20, withdrawn=12)  # its time was up before
    asked(8, 120, answered=1)  # too long ago
    found = response_figures(register, NOON)
    assert (found.due, found.in_time, found.answered, found.open) == (6, 0.0, 6, 0)


def test_a_long_promise_hides_no_late_answer(settings, register, asked):
    set_level(settings, "90", made_at=NOON - timedelta(days=400), actor="terminal")
    for number in range(6):
        asked(number, 120 + number)
    assert (response_figures(register, NOON).due, response_figures(register, NOON).in_time) == (6, 0.0)


def test_a_reader_outside_learns_nothing_of_one_other(register, asked):
    """What rests on the own requests and on those of one other would tell the other's by subtraction."""
    for number in range(6):
        asked(number, 20, answered=2)
    for reader in ("fund", "rival"):
        found = published_figures(register, NOON, reader)
        assert (found.answered, found.median_days, found.due, found.in_time) == (None, None, None, None)
    assert published_figures(register, NOON, "rival").level.days == LEVEL_DAYS


def test_what_is_published_rests_on_others_of_three_owners_as_the_day_began(register, asked):
    for number, owner in enumerate(("rival", "rival", "third", "third", "fourth")):
        asked(number, 20, answered=2 + number, owner=owner)
    assert published_figures(register, NOON, "fourth").answered is None  # of two owners beside the reader
    asked(9, 20, answered=19, owner="fund")  # the reader's own
    told = published_figures(register, NOON, "fund")
    assert (told.answered, told.median_days, told.due, told.in_time) == (5, 4.0, 5, 1.0)
    assert (told.open, told.overdue) == (None, None)
    asked(5, 20, owner="third")
    before = published_figures(register, NOON, "fund")
    register.requests.answer("r5", "today", made_at=NOON - timedelta(minutes=1), actor="key:1")
    assert published_figures(register, NOON, "fund") == before
    assert published_figures(register, NOON + timedelta(days=1), "fund").answered == 6


def test_the_level_is_assumed_until_the_office_states_it_and_moves_nothing_asked_before(settings, register, asked):
    assert (level_here(settings).days, level_here(settings).basis) == (LEVEL_DAYS, LevelBasis.ASSUMED)
    for number in range(5):
        asked(number, 20, answered=8)
    made = {"made_at": NOON, "actor": "terminal"}
    assert set_level(settings, "۳۰", **made).days == 30
    assert level_here(settings).basis is LevelBasis.OFFICE
    assert response_figures(register, NOON).in_time == 0.0
    assert register.audit()["act"].iloc[0] == "level_set"


@pytest.mark.parametrize("given", ["0", "-1", "366", "1000000000", "1e9", "2.5", "", "soon", "²"])
def test_a_level_that_promises_nothing_is_refused(settings, given):
    with pytest.raises(EhyaError) as caught:
        set_level(settings, given, made_at=NOON, actor="terminal")
    assert caught.value.code is ErrorCode.VALUE_UNREADABLE
    assert caught.value.facts["allowed"] == ["1..365"]
    assert level_here(settings).basis is LevelBasis.ASSUMED


@pytest.mark.parametrize("given", ["", "  \n ", "x" * 2001, "a\x07b", "a\x1b[2Jb", "a\x00b", "a\ud800", None, 5, ["a"]])
def test_a_text_of_nothing_of_too_much_or_of_what_no_reader_sees_is_refused(given):
    with pytest.raises(EhyaError) as caught:
        checked_text(given)
    assert caught.value.code is ErrorCode.REQUEST_TEXT_REFUSED


def test_a_persian_text_keeps_its_letters():
    assert checked_text("می‌خواهیم\tدستگاه‌ها را ببینیم؟\n") == "می‌خواهیم\tدستگاه‌ها را ببینیم؟"
    assert len(checked_text("x" * 2000)) == 2000


def test_the_office_reads_what_is_due_first_and_what_ended_last(settings, register, asked):
    asked(0, 2)
    asked(1, 20)
    asked(2, 30, answered=1)
    asked(3, 25, withdrawn=1)
    found = requests_listed(settings, NOON, length=1)
    assert [one.request_id for one in found.open] == ["r1", "r0"]
    assert ([one.request_id for one in found.done], found.done_count) == (["r3"], 2)
    assert found.names[found.open[0].unit_id] == "Zagros"


@pytest.mark.parametrize("blank", ["\u200c", "\u2060\u200b", "\u3164", "\u2800 \u2800", "safe \u202egnihton"])
def test_a_text_that_nobody_sees_or_reads_in_its_order_is_refused(blank):
    with pytest.raises(EhyaError, match="request_text_refused"):
        checked_text(blank)
    assert checked_text("نیم\u200cفاصله") == "نیم\u200cفاصله"
