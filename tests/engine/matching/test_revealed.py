"""What deals reveal: shares by hand, drawn to the market's; nothing of the future; batch as one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.matching.revealed import UNKNOWN, Deals, Offers, Revealed

NONE = np.full(1, np.nan)


def deals_of(investor, offer, sector, day=None, amount=None):
    n = len(investor)
    day = np.zeros(n, int) if day is None else np.array(day)
    amount = np.full(n, np.nan) if amount is None else np.array(amount, float)
    return Deals(np.array(investor), np.array(offer), day, {"sector": np.array(sector)}, amount)


def offers_of(sector, offer=None, amount=None):
    n = len(sector)
    offer = np.full(n, UNKNOWN) if offer is None else np.array(offer)
    return Offers(
        offer, {"sector": np.array(sector)}, np.full(n, np.nan) if amount is None else np.array(amount, float)
    )


def part(revealed, name, who=(0,)):
    return revealed.parts(np.array(who))[:, :, revealed.names.index(name)]


def test_a_share_against_the_markets_is_the_case_by_hand():
    """Investor 0: two deals in sector 0, one in 1; investor 1: one in 1. All at half weight after three years."""
    deals = deals_of([0, 0, 0, 1], [0, 1, 2, 3], [0, 0, 1, 1])
    seen = Revealed.of(
        deals, offers_of([0, 1, UNKNOWN]), investors=2, now=1096, shrink=3.0, half_life_years=1096 / 365.25
    )
    market = np.array([2 * 0.5 + 0.5, 2 * 0.5 + 0.5])
    market /= market.sum()
    own = (np.array([1.0, 0.5]) + 3 * market) / (1.5 + 3)
    np.testing.assert_allclose(part(seen, "sector")[0], [*np.log(own / market), 0.0], rtol=1e-6)


def test_an_amount_is_judged_by_what_the_investor_paid_before():
    deals = deals_of([0, 0, 1, 1], [0, 1, 2, 3], [0] * 4, amount=[1e5, 1e5, 1e7, 1e7])
    seen = Revealed.of(deals, offers_of([0, 0, 0], amount=[1e5, 1e7, np.nan]), investors=2, now=1)
    fit = part(seen, "amount", (0, 1))
    assert fit[0, 0] > fit[0, 1]
    assert fit[1, 1] > fit[1, 0]
    assert np.isnan(fit[:, 2]).all()
    # By hand: two deals' worth of the market's middle (10^6) beside two of 10^5.
    assert part(seen, "amount_above")[0, 0] == pytest.approx(5.0 - 5.5, abs=1e-3)


def test_partners_habits_reach_an_offer_that_nobody_is_in():
    """Investor 0 was in one round with investor 1, who buys sector 1; investor 2 stands alone."""
    deals = deals_of([0, 1, 1, 1, 2], [0, 0, 1, 2, 3], [0, 0, 1, 1, 0])
    seen = Revealed.of(deals, offers_of([0, 1]), investors=3, now=1)
    reached, alone = part(seen, "partners_sector", (0, 2))
    assert reached[1] > 0 > reached[0]
    np.testing.assert_allclose(alone, 0, atol=1e-6)


def test_whom_an_offer_has_already_is_near_to_those_who_were_with_them():
    deals = deals_of([0, 1, 1, 2], [0, 0, 1, 2], [0] * 4)
    offers = offers_of([0, 0], offer=[1, UNKNOWN])
    seen = Revealed.of(deals, offers, investors=3, now=1)
    beside = part(seen, "beside", (0, 1, 2))
    # Investor 0 and 1 share one company of one and of two: cosine 1 / sqrt(1 x 2).
    np.testing.assert_allclose(beside, [[np.log1p(1 / np.sqrt(2)), 0], [0, 0], [0, 0]], rtol=1e-6)
    assert seen.joined(np.arange(3)).tolist() == [[False, False], [True, False], [False, False]]
    assert seen.funded.tolist() == [True, False]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_order_of_deals_changes_nothing_and_all_at_once_is_one_by_one(seed):
    random = np.random.default_rng(seed)
    d, n = 40, 6
    deals = Deals(
        random.integers(0, n, d), random.integers(0, 9, d), random.integers(0, 900, d),
        {"sector": random.integers(-1, 4, d), "place": random.integers(-1, 3, d)}, random.lognormal(12, 2, d),
    )  # fmt: skip
    offers = Offers(
        np.array([0, 3, -1, -1]), {"sector": np.array([0, 1, 2, -1]), "place": np.array([0, 1, 2, 0])},
        np.array([1e5, 1e6, np.nan, 1e7]),
    )  # fmt: skip
    pairs = [("sector", "place")]
    seen = Revealed.of(deals, offers, investors=n, now=1000, pairs=pairs)
    mixed = random.permutation(d)
    traits = {name: codes[mixed] for name, codes in deals.traits.items()}
    shuffled = Deals(deals.investor[mixed], deals.offer[mixed], deals.day[mixed], traits, deals.amount[mixed])
    whole = seen.parts(np.arange(n))
    again = Revealed.of(shuffled, offers, investors=n, now=1000, pairs=pairs).parts(np.arange(n))
    np.testing.assert_allclose(whole, again, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(whole, np.concatenate([seen.parts(np.array([one])) for one in range(n)]))
    assert whole.shape == (n, 4, len(seen.names))


def test_more_deals_of_a_sector_never_lower_its_part():
    last = -np.inf
    for count in range(1, 6):
        deals = deals_of([*[0] * count, 1, 1], range(count + 2), [*[0] * count, 1, 1])
        now = part(Revealed.of(deals, offers_of([0]), investors=2, now=1), "sector")[0, 0] + np.log(
            (count + 0.5) / (count + 3.0)
        )  # back from the market's share to the investor's own
        assert now >= last
        last = now


def test_the_future_and_missing_traits_are_refused():
    deals = deals_of([0], [0], [0], day=[5])
    with pytest.raises(ValueError, match="known then"):
        Revealed.of(deals, offers_of([0]), investors=1, now=5)
    assert len(deals.before(5).day) == 0
    with pytest.raises(ValueError, match="sector"):
        Revealed.of(deals, Offers(np.array([-1]), {}, NONE), investors=1, now=6)
