"""The bank's door: its own claims and what it is asked for; the office asks, the bank answers, nobody else sees it."""

import re
from datetime import timedelta

import pytest

from engine.domain.bank_ask import BankAskKind
from engine.domain.unit import unit_table
from engine.store import Register
from serving.disclosure.claims import own_claims
from tests.serving.api.browsing.conftest import browsing, words
from tests.serving.api.parties import NOON, at_work, fresh

OWN = "Secret bank 0007"


@pytest.fixture(scope="module")
def found(shared, first_day, tmp_path_factory):
    return at_work(fresh(shared, tmp_path_factory.mktemp("bank")), first_day)


@pytest.fixture(scope="module")
def bank(found):
    with browsing(found, "teller", "bank", investor=OWN) as browser:
        yield browser


@pytest.fixture(scope="module")
def office(found):
    with browsing(found, "sara", "planner", investor=None) as browser:
        yield browser


@pytest.fixture(scope="module")
def unit(found):
    """The one unit of which the bank has a claim."""
    owed = found.private["debts"].str.contains(OWN)
    return str(found.private.index[owed.fillna(False).to_numpy(dtype=bool)][0])


def asked(office, about, **more):
    office.get("/desk/bank")
    sent = {"bank": OWN, "unit": about, "kind": "reschedule", "text": "Five years, please."}
    return office.post("/desk/bank/ask", sent | more)


def test_a_bank_begins_at_its_door_and_sees_its_own_claim_alone(found, bank):
    assert bank.get("/desk").headers["location"] == "/desk/bank"
    page = bank.get("/desk/bank")
    said = words(page)
    assert "Units with a claim of yours 1" in said
    others = [f"Secret bank {row:04d}" for row in range(60) if row != 7]
    assert not [name for name in others if name in page.text]
    assert "712" not in said  # the sum of all banks' debts, which is the office's
    assert {bank.get(path).status_code for path in ("/desk/units", "/desk/models", "/desk/admin")} == {403}


def test_what_others_claim_moves_no_byte_of_a_banks_claims(found):
    units = found.private
    before = own_claims(units, OWN)
    others = units.assign(
        debts=[f"{debts};bank|Rival bank {row}|99{row};tax||5" for row, debts in enumerate(units["debts"])],
        bank_debt_rial=7, tax_debt_rial=9, litigation_count=3, bank_owned=True, notes="changed",
    )  # fmt: skip
    assert own_claims(unit_table(others.reset_index()), OWN).equals(before)
    assert len(before) == 1
    assert own_claims(units, "").empty


def test_the_office_asks_the_bank_answers_and_both_see_it_in_time(found, bank, office, unit):
    done = office.follow(asked(office, unit, until="2026-04-20"))
    assert "Five years, please." in words(done)
    page = bank.get("/desk/bank")
    assert "Five years, please." in words(page)
    assert "2026-04-20" in words(page)
    ask = re.search(r"/desk/bank/([\w-]+)/answer", page.text)[1]
    half = bank.post(f"/desk/bank/{ask}/answer", {"verdict": "agreed", "text": "", "rial": "12"})
    assert half.status_code == 422
    assert 'value="agreed" required checked' in half.text
    refused = bank.post(f"/desk/bank/{ask}/answer", {"verdict": "agreed", "text": "Yes.", "rial": "much"})
    assert refused.status_code == 422
    assert ">Yes.</textarea>" in refused.text
    said = bank.follow(bank.post(f"/desk/bank/{ask}/answer", {"verdict": "conditions", "text": "Three.", "rial": "12"}))
    assert "agreed under conditions" in words(said)
    shown = words(office.get("/desk/bank"))
    assert "Three." in shown
    assert "12 million rial" in shown
    again = bank.post(f"/desk/bank/{ask}/answer", {"verdict": "refused", "text": "No, after all."})
    assert again.status_code == 409
    assert "No, after all." in again.text  # what was typed is not lost


def test_another_bank_sees_and_answers_nothing_of_it(found, office, unit, bank):
    asked(office, unit, text="Between us two.")
    ask = re.search(r"/desk/bank/([\w-]+)/answer", bank.get("/desk/bank").text)[1]
    with browsing(found, "rival teller", "bank", investor="Secret bank 0008") as rival:
        assert "Between us two." not in rival.get("/desk/bank").text
        assert rival.post(f"/desk/bank/{ask}/answer", {"verdict": "agreed", "text": "Ours!"}).status_code == 422
    with Register.open(found.settings.database_url) as register:
        assert {one.answer for one in register.bank_asks()} <= {None, "Three."}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"bank": "Secret bank 0008"}, "has no claim"),
        ({"unit": "ب" * 300}, "unit"),
        ({"bank": "ب" * 300}, "has no claim"),
        ({"kind": "gift"}, "gift"),
        ({"until": "2020-01-01"}, "2020-01-01"),
        ({"until": "1500/13/99"}, "1500/13/99"),
        ({"text": ""}, ""),
    ],
)
def test_what_cannot_be_asked_is_refused_with_everything_that_was_typed(office, unit, more, said):
    refused = asked(office, unit, **more)
    assert refused.status_code == 422
    assert said.lower() in words(refused).lower()
    assert 'role="alert"' in refused.text


def test_an_account_without_the_name_of_a_bank_shows_nothing_and_says_why(found):
    with browsing(found, "nameless", "bank", investor=None) as nameless:
        page = words(nameless.get("/desk/bank"))
        assert "names no bank" in page
        assert "Units with a claim of yours 0" in page


def test_what_is_overdue_says_so(found, office, unit, bank):
    with Register.open(found.settings.database_url) as register:
        register.bank_asks.ask(
            "late", bank=OWN, unit_id=unit, kind=BankAskKind.PRICE, text="What price?",
            made_at=NOON - timedelta(days=40), due_at=NOON - timedelta(days=10), actor="user:sara",
        )  # fmt: skip
    assert 'class="chip warn"' in bank.get("/desk/bank").text
