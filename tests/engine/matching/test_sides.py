"""What owners and banks want of an investor, multiplied into the fit with its reasons."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_appraisal import appraisal

from engine.domain.mandate import Mandate
from engine.domain.unit_wishes import UnitWishes
from engine.errors import EhyaError, ErrorCode
from engine.matching import UnitBook, shortlist, why_not
from engine.matching.sides import WISH_UNMET, WISH_UNSAID

TABLE = appraisal(60, random_state=3, offers_only=True)
PLAIN = UnitBook.from_table(TABLE)
UNIT = str(shortlist(PLAIN, Mandate(id="any")).unit_id[0])


def book(*wishes):
    rows = [(unit, side, UnitWishes.read(stated)) for unit, side, stated in wishes]
    return UnitBook.from_table(TABLE, wishes=pd.DataFrame(rows, columns=["unit_id", "side", "wishes"]))


def line(found, unit=UNIT):
    return found.table().set_index("unit_id").loc[unit]


def test_a_book_without_wishes_gives_the_fits_that_it_gave():
    found = shortlist(PLAIN, Mandate(id="any"), limit=60)
    assert (found.table()["factor"] == 1).all()
    assert (found.table()["against"] == "").all()
    assert book().version == PLAIN.version


def test_wishes_worked_by_hand():
    # the owner wants a lease (met) and an operator (not met); the bank wants cash, of which the mandate says nothing
    wished = book(
        (UNIT, "owner", {"deal_forms": ["lease"], "partners": ["operator"]}), (UNIT, "bank", {"capital_forms": "cash"})
    )
    mandate = Mandate.read({"id": "m", "deal_forms": {"like": ["lease"]}, "partner_kinds": ["financier"]})
    before, after = line(shortlist(PLAIN, mandate, limit=60)), line(shortlist(wished, mandate, limit=60))
    assert after["factor"] == pytest.approx(WISH_UNMET * WISH_UNSAID)
    assert after["fit"] == pytest.approx(before["fit"] * WISH_UNMET * WISH_UNSAID)
    assert after["against"] == "owner_partner;bank_capital_form"
    assert after[[name for name in after.index if name.startswith("part_")]].sum() == pytest.approx(after["fit"])


def test_who_is_what_the_owner_looks_for_loses_nothing_and_is_told_so():
    wished = book((UNIT, "owner", {"partners": ["operator", "buyer"], "languages": ["fa"]}))
    mandate = Mandate.read({"id": "m", "partner_kinds": ["buyer"], "languages": ["tr", "fa"],
                            "accept_unknown": True})  # fmt: skip
    found = line(shortlist(wished, mandate, limit=60))
    assert (found["factor"], found["against"]) == (1.0, "")
    assert "owner_wishes_met" in found["reasons"].split(";")


@pytest.mark.parametrize(("ticket", "left"), [([1, 500], 1.0), ([1, 100], WISH_UNMET), (None, WISH_UNSAID)])
def test_a_price_is_held_to_the_greatest_ticket(ticket, left):
    wished = book((UNIT, "owner", {"asking_price_billion_rial": 200, "price_year": 1404}))
    money = {"ticket_billion_rial": ticket, "price_year": 1404} if ticket else {}
    told = why_not(wished, Mandate.read({"id": "m", "accept_unknown": True} | money), UNIT)
    if told.position is not None:
        assert told.factor == pytest.approx(left)


def test_a_price_of_a_year_that_cannot_be_compared_counts_as_not_said():
    wished = book((UNIT, "owner", {"asking_price_billion_rial": 200, "price_year": 1404}))
    mandate = Mandate.read({"id": "m", "ticket_billion_rial": [None, 9000], "price_year": 1450, "allow_proxy": False})
    assert wished.sides.over(mandate, None).factor.tolist() == [WISH_UNSAID]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(list(TABLE.index)), st.sampled_from(["owner", "bank"]))
def test_wishes_of_one_unit_move_no_other_fit(unit, side):
    mandate = Mandate(id="any")
    wished = shortlist(book((unit, side, {"partners": ["operator"]})), mandate, limit=60).table().set_index("unit_id")
    plain = shortlist(PLAIN, mandate, limit=60).table().set_index("unit_id")
    others = plain.index.drop(unit)
    pd.testing.assert_series_equal(wished["fit"].loc[others], plain["fit"].loc[others])
    assert wished.loc[unit, "fit"] < plain.loc[unit, "fit"]


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"deal_form": "lease"}, ErrorCode.WISH_KEY_UNKNOWN),
        ({"deal_forms": "gift"}, ErrorCode.WISH_VALUE_REFUSED),
        ({"deal_forms": "lease", "deal_forms_refused": "lease"}, ErrorCode.WISH_CONTRADICTION),
        ({"asking_price_rial": -1, "price_year": 1404}, ErrorCode.WISH_VALUE_REFUSED),
        ({"asking_price_rial": 1e308 * 10, "price_year": 1404}, ErrorCode.WISH_VALUE_REFUSED),
        ({"asking_price_rial": 5}, ErrorCode.WISH_VALUE_REFUSED),
        ({"max_share": 1.5}, ErrorCode.WISH_VALUE_REFUSED),
        (["lease"], ErrorCode.WISH_VALUE_REFUSED),
    ],
)
def test_wishes_that_cannot_be_are_refused(stated, code):
    with pytest.raises(EhyaError) as caught:
        UnitWishes.read(stated)
    assert caught.value.code is code
