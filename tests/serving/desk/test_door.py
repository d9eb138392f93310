"""What an investor asks at its door: how much fits, what a wish costs, what is on offer to it."""

import pytest

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.errors import EhyaError, ErrorCode
from serving.desk.door import fits, found_on_offer, hand_out, list_that_shows, own_key, own_keys, standings
from serving.desk.keys import add_key
from serving.desk.mandates import keep_list, make_list, save_mandate
from serving.desk.units import UnitsRequest
from serving.desk.workspace import open_register
from tests.serving.api.parties import BY
from tests.serving.conftest import stock_of

ANY = {"id": "any", "risk_appetite": "high", "accept_unknown": True}


@pytest.fixture(scope="module")
def stock(public_appraisal):
    return stock_of(public_appraisal)


def test_what_fits_is_what_a_list_would_hold_and_a_wish_costs_what_falls_in_without_it(stock):
    wishes = {**ANY, "places": {"must": ["Khoy"]}}
    narrow, wide = (Mandate.read(one) for one in (wishes, ANY))
    found = fits(stock, narrow)
    assert found.fitting == stock.offer(narrow, limit=1000).shortlist.feasible
    cost = next(one for one in found.costs if one.code is Exclusion.PLACE_NOT_WANTED)
    assert cost.alone == fits(stock, wide).fitting - found.fitting > 0
    assert found.costs[0] is cost  # the dearest stands first


def test_a_wish_for_money_back_in_time_fits_as_many_units_as_its_list_holds(stock):
    mandate = Mandate.read({**ANY, "max_payback_years": 6})
    found = fits(stock, mandate)
    assert found.fitting == stock.offer(mandate, limit=1000).shortlist.feasible
    assert {Exclusion.PAYBACK_TOO_LONG, Exclusion.PAYBACK_UNKNOWN} & {one.code for one in found.costs}


def test_a_mandate_that_nothing_fulfils_says_which_limit_would_have_to_move(stock):
    found = fits(stock, Mandate.read({**ANY, "min_jobs": 1e6}))
    assert (found.fitting, found.opening.code) == (0, Exclusion.JOBS_TOO_FEW)
    assert found.costs[0].code is Exclusion.JOBS_TOO_FEW


def test_no_mandate_is_told_that_it_could_loosen_what_the_office_decides(stock):
    codes = {one.code for one in fits(stock, Mandate.read({"id": "a"})).costs}
    assert not codes & {Exclusion.NOT_OFFERED, Exclusion.RECORD_INCOMPLETE}


def test_the_search_of_the_door_finds_units_on_offer_and_by_no_private_id(stock):
    everything = found_on_offer(stock, UnitsRequest()).chosen
    assert set(everything["triage"]) <= {"offer", "fix_first"}
    name = everything["name"].iloc[0]
    assert everything.index[0] in found_on_offer(stock, UnitsRequest(name)).chosen.index
    assert found_on_offer(stock, UnitsRequest("770000000001")).chosen.empty  # the id of a company


def test_what_is_new_since_the_last_list_is_counted_and_a_hand_out_counts_as_shown(own_copy):
    found, stock = own_copy, own_copy.stock
    with open_register(found.settings) as register:
        save_mandate(register, "fund", {**ANY, "limit": 5}, **BY)
        made = make_list(register, "fund", "any", stock)
        kept = keep_list(register, made, top=2, **BY)
        save_mandate(register, "fund", {**ANY, "limit": 9}, replaces=("any", 1), **BY)
        standing = standings(register, "fund", stock)[0]
        assert (standing.last.list_id, standing.new) == (kept.list_id, 4)
        shown, unshown = (str(kept.places[place]["unit_id"]) for place in (0, 4))
        assert list_that_shows(register, "fund", shown).list_id == kept.list_id
        assert list_that_shows(register, "fund", unshown) is None
        assert list_that_shows(register, "rival", shown) is None
        offer = hand_out(register, "fund", "any", stock, **BY)
        assert len(offer.shortlist) == 9
        assert list_that_shows(register, "fund", unshown) is not None


def test_a_key_of_another_is_none_and_none_is_named(shared):
    with open_register(shared.settings) as register:
        theirs = next(one for one in register.keys() if one.investor == "rival")  # noqa: SIM118
        with pytest.raises(EhyaError) as refused:
            own_key(register, "fund", theirs.key_id)
    assert refused.value.facts["allowed"] == []


def test_a_key_of_the_office_that_names_an_investor_is_none_of_the_investors(own_copy):
    office = add_key(own_copy.settings, name="lists for the fund", role="planner", investor="fund", **BY).stored
    with open_register(own_copy.settings) as register:
        assert office.key_id not in {one.key_id for one in own_keys(register, "fund")}
        with pytest.raises(EhyaError) as refused:
            own_key(register, "fund", office.key_id)
    assert refused.value.code is ErrorCode.KEY_UNKNOWN
